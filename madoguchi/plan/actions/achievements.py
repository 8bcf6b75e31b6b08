"""Recording what was achieved: counted with proof, and only once."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.urls import reverse

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.files.intake import Accepted
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed, require
from madoguchi.organization.rules import Capability
from madoguchi.plan.actions import facts
from madoguchi.plan.desk_states import AchievementState
from madoguchi.plan.models import Achievement, Fact
from madoguchi.plan.queries import plans
from madoguchi.plan.queries.twins import Twins, look_of
from madoguchi.plan.rules import achievements as rules
from madoguchi.plan.rules.names import name_of
from madoguchi.plan.sources import RECORDED


class ChangedMeanwhile(Exception):
    """Somebody else changed the record since it was shown."""


class NotYet(Exception):
    """What lies ahead is no achievement."""


class ReasonMissing(Exception):
    """Taking a record out of the figures, or back into them, states its reason."""


class ReasonTooLong(Exception):
    """The reason has no room."""


class Withdrawn(Exception):
    """A record that was taken out of the figures does not come back by being put right."""


LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class Content:
    """What somebody wrote into a record."""

    kind: str
    happened_on: date
    department_code: str
    title: str
    ended_on: date | None = None
    place: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    proof_reference: str = ""
    import_key: str | None = None


def record_achievement(
    *, content: Content, proof: Accepted | None = None, by: Staff, now: datetime
) -> Achievement:
    """Store a record; it is counted at once when it has proof and no twin.

    Raises `NotAllowed` for another department's record, `NotYet`, `ChangedMeanwhile` (its import key is known).
    """
    may_record(by, content.department_code, clock.tokyo_date(now))
    refuse_future(content, now)
    row = _row(Achievement(id=new_id(), recorded_by=by, recorded_at=now), content, proof, now=now)
    judge(row, Twins([row]))
    unit = kernel.Unit()
    unit.insert(row)
    _exchange(unit, row, gone=())
    _note(unit, row, "achievement.recorded", by, now, {"state": row.state})
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise ChangedMeanwhile from None
    _look_again(row, by, now)
    return row


def change_achievement(
    *,
    achievement: Achievement,
    version: int,
    content: Content,
    proof: Accepted | None = None,
    by: Staff,
    now: datetime,
) -> None:
    """Put a record right; figures follow in the same unit. Raises as `record_achievement` does, and `Withdrawn`."""
    if achievement.state == AchievementState.WITHDRAWN:
        raise Withdrawn
    today = clock.tokyo_date(now)
    may_record(by, achievement.department_code, today)
    may_record(by, content.department_code, today)
    refuse_future(content, now)
    before = counted_as(achievement)
    row = _row(achievement, content, proof, now=now)
    judge(row, Twins([row]), before=before)
    _store(row, version, "achievement.changed", by, now, {"state": row.state})


def withdraw_achievement(
    *, achievement: Achievement, version: int, reason: str, by: Staff, now: datetime
) -> None:
    """Take a record out of the figures; it stays readable with its reason."""
    may_record(by, achievement.department_code, clock.tokyo_date(now))
    if achievement.state == AchievementState.WITHDRAWN:
        raise ChangedMeanwhile
    _settle(achievement, version, AchievementState.WITHDRAWN, reason, by, now)


def settle_doubt(
    *, achievement: Achievement, version: int, counts: bool, reason: str, by: Staff, now: datetime
) -> None:
    """The office decides whether what looks like a twin is counted, with the reason."""
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    if achievement.state != AchievementState.DOUBTFUL:
        raise ChangedMeanwhile
    state = AchievementState.COUNTED if counts else AchievementState.WITHDRAWN
    _settle(achievement, version, state, reason, by, now)


def note_proof_read(*, achievement: Achievement, by: Staff, now: datetime) -> None:
    """Log that somebody opens the proof. Raises `NotAllowed` for another department's."""
    may_record(by, achievement.department_code, clock.tokyo_date(now))
    unit = kernel.Unit()
    _note(unit, achievement, "achievement.proof_read", by, now, {})
    kernel.commit(unit)


def may_record(by: Staff, department_code: str, today: date) -> None:
    """Raises `NotAllowed` unless `by` may record for this department: its own, or any for the office."""
    require(by, Capability.RECORD_ACHIEVEMENTS, today)
    if organization.has_capability(by, Capability.MANAGE_PLAN, today):
        return
    if not organization.has_capability(by, Capability.RECORD_ACHIEVEMENTS, today, department=department_code):
        raise NotAllowed


def _settle(
    achievement: Achievement, version: int, state: AchievementState, reason: str, by: Staff, now: datetime
) -> None:
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong
    achievement.state, achievement.state_reason = state, reason
    _store(achievement, version, f"achievement.{state}", by, now, {"reason": reason})


def _row(row: Achievement, content: Content, proof: Accepted | None, *, now: datetime) -> Achievement:
    for name in ("kind", "happened_on", "ended_on", "department_code", "title", "place", "proof_reference"):
        setattr(row, name, getattr(content, name))
    row.sameness = name_of(content.title)
    row.detail = dict(content.detail)
    row.import_key = content.import_key or row.import_key
    row.changed_at = now
    if proof is not None:
        row.proof_digest, row.proof_name = proof.digest, proof.name
        row.proof_media_type, row.proof_size = proof.media_type, proof.size
    return row


def refuse_future(content: Content, now: datetime) -> None:
    """Raises `NotYet` for what lies ahead."""
    if content.happened_on > clock.tokyo_date(now):
        raise NotYet


Counted = tuple[rules.Look, str]


def counted_as(row: Achievement) -> Counted | None:
    """As which event, with which proof, the record counts; None while it does not."""
    return (look_of(row), row.proof_digest) if row.state == AchievementState.COUNTED else None


def judge(row: Achievement, twins: Twins, *, before: Counted | None = None) -> None:
    """Whether the record counts: with proof, and unless another one looks like the same event.

    `before`: as what it counted so far. What is the same event still counts; the office was asked already.
    """
    if not row.proof_digest and not row.proof_reference:
        row.state, row.state_reason = AchievementState.NO_PROOF, ""
        return
    if before == (look_of(row), row.proof_digest):
        return
    row.state, row.state_reason = AchievementState.COUNTED, ""
    if twin := twins.of(row):
        _doubt(row, twin)


def _doubt(row: Achievement, twin: Achievement) -> None:
    row.state = AchievementState.DOUBTFUL
    row.state_reason = f"「{twin.title}」（{twin.happened_on.isoformat()}）と同じ内容または同じ証拠です。"


def _look_again(row: Achievement, by: Staff, now: datetime) -> None:
    """Two people may have recorded one event in the same moment, neither seeing the other's record."""
    if row.state != AchievementState.COUNTED:
        return
    twin = Twins([row]).of(row)
    if twin is not None and twin.state == AchievementState.COUNTED:
        _doubt(row, twin)
        with contextlib.suppress(ChangedMeanwhile):  # somebody is at it already, and was judged anew
            _store(row, row.version, "achievement.doubtful", by, now, {})


def _store(
    row: Achievement, version: int, act: str, by: Staff, now: datetime, detail: dict[str, Any]
) -> None:
    changed = {
        f.attname: getattr(row, f.attname)
        for f in Achievement._meta.local_concrete_fields
        if f.attname not in ("id", "recorded_by_id", "recorded_at", "version", "changed_by_id", "changed_at")
    }
    unit = kernel.Unit()
    unit.update(
        Achievement,
        where={"id": row.id, "version": version},
        set=changed | {"version": version + 1, "changed_by": by.id, "changed_at": now},
        otherwise=ChangedMeanwhile(),
    )
    row.version = version + 1
    _exchange(unit, row, gone=list(facts_of(row.id)))
    _note(unit, row, act, by, now, detail)
    kernel.commit(unit)


def retell(kind: str) -> int:
    """Bring the facts of all records of a kind up to what they tell now. Returns how many records changed."""
    changed = 0
    for row in Achievement.objects.filter(kind=kind).order_by("id").iterator(chunk_size=500):
        there = {(fact.source, fact.key): fact for fact in facts_of(row.id)}
        told = {(source, one.key): (source, one) for source, one in told_by(row)}
        gone = [fact for place, fact in there.items() if place not in told]
        new = [one for place, one in told.items() if place not in there]
        if not gone and not new:
            continue
        for source in sorted({source for source, _one in new}):
            facts.open_months(source, [one for name, one in new if name == source])
        unit = kernel.Unit()
        facts.exchange(unit, gone=gone, new=new)
        kernel.commit(unit)
        changed += 1
    return changed


def facts_of(achievement_id: UUID) -> Sequence[Fact]:
    """The facts a record told."""
    between = {"key__gte": f"{achievement_id}:", "key__lt": f"{achievement_id};"}  # an index finds them
    return list(Fact.objects.filter(source__in=RECORDED, **between))


def facts_of_all(rows: Sequence[Achievement]) -> Sequence[Fact]:
    """The facts that many records told, with one question; they carry the versions the records have."""
    keys = [f"{_mark(row)}:{n}" for row in rows for n in range(len(row.detail.get("people", ())) or 1)]
    return list(Fact.objects.filter(source__in=RECORDED, key__in=keys))


def _mark(row: Achievement) -> str:
    return f"{row.id}:{row.version}"


def told_by(row: Achievement) -> rules.Told:
    """What a record tells while it counts."""
    if row.state != AchievementState.COUNTED:
        return []
    record = rules.Record(
        mark=_mark(row),
        kind=row.kind,
        on=row.happened_on,
        until=row.ended_on,
        department_code=row.department_code,
        title=row.title,
        detail=row.detail,
        address=reverse("plan:achievement", args=[row.id]),
    )
    return rules.happenings(record, systems=core_systems())


def core_systems() -> Mapping[str, Sequence[str]]:
    """The core systems of each list, as the earliest plan that has it says: later ones do not change it."""
    lists: dict[str, Sequence[str]] = {}
    for plan in plans.all_plans():
        for name, ids in plan.core_system_lists.items():
            lists.setdefault(name, ids)
    return lists


def _exchange(unit: kernel.Unit, row: Achievement, *, gone: Sequence[Fact]) -> None:
    new = told_by(row)
    for source in sorted({name for name, _one in new}):
        facts.open_months(source, [one for name, one in new if name == source])
    facts.exchange(unit, gone=gone, new=new)


def _note(
    unit: kernel.Unit, row: Achievement, act: str, by: Staff, now: datetime, detail: dict[str, Any]
) -> None:
    subject = f"achievement:{row.id}"
    audit.record(unit, actor=by.actor, act=act, subject=subject, now=now, detail={"kind": row.kind, **detail})
