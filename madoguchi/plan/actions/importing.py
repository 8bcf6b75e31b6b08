"""Achievements from a file: what was imported is known by its key, so that a second import updates and counts once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import new_id
from madoguchi.common.registers import Happening
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan.actions import facts
from madoguchi.plan.actions.achievements import (
    Content,
    counted_as,
    facts_of_all,
    judge,
    may_record,
    refuse_future,
    told_by,
)
from madoguchi.plan.desk_states import AchievementState
from madoguchi.plan.models import Achievement
from madoguchi.plan.queries.twins import Twins
from madoguchi.plan.rules.names import name_of

BATCH = 400  # rows of a unit, each person of a training counted as one
MOST_SHOWN = 20
COMPARED = (
    "kind",
    "happened_on",
    "ended_on",
    "department_code",
    "title",
    "place",
    "detail",
    "proof_reference",
)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many records were new, changed, and there already as they are."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: Imported) -> Imported:
        return Imported(self.new + other.new, self.changed + other.changed, self.same + other.same)


@dataclass(slots=True)
class Preview:
    """What an import would do: keys of other departments' records, and the first records that it would change."""

    new: int = 0
    changed: int = 0
    same: int = 0
    foreign: list[str] = field(default_factory=list)
    changes: list[tuple[Achievement, Content]] = field(default_factory=list)


def preview(*, contents: Sequence[Content], by: Staff, now: datetime) -> Preview:
    """What `import_achievements` would do, without doing it."""
    found = Preview()
    allowed = _Allowed(by, now)
    for batch in _batches(contents):
        known = _known(batch)
        for one in batch:
            row = known.get(one.import_key)
            if row is None:
                found.new += 1
            elif row.department_code not in allowed:
                found.foreign.append(one.import_key or "")
            elif _stays(row, one):
                found.same += 1
            else:
                found.changed += 1
                if len(found.changes) < MOST_SHOWN:
                    found.changes.append((row, one))
    return found


def import_achievements(
    *, contents: Sequence[Content], by: Staff, now: datetime, about: str = "achievements"
) -> Imported:
    """Store the records of a file, each with its `import_key`. `about`: the audit's word for the import.

    Raises `NotAllowed` and `NotYet` before anything is written. An import that was stopped is begun anew with the
    same file: what is there already is left as it is.
    """
    _refuse(contents, by, now)
    total, done = Imported(), 0
    for batch in _batches(contents):
        done += len(batch)
        total += _import(batch, by, now, about, done)
    return total


class _Allowed:
    """The departments somebody may record for, each asked once."""

    def __init__(self, by: Staff, now: datetime) -> None:
        self._by, self._today = by, clock.tokyo_date(now)
        self._known: dict[str, bool] = {}

    def __contains__(self, department_code: str) -> bool:
        if department_code not in self._known:
            try:
                may_record(self._by, department_code, self._today)
                self._known[department_code] = True
            except NotAllowed:
                self._known[department_code] = False
        return self._known[department_code]


def _refuse(contents: Sequence[Content], by: Staff, now: datetime) -> None:
    allowed = _Allowed(by, now)
    for one in contents:
        refuse_future(one, now)
        if one.department_code not in allowed:
            raise NotAllowed
    for batch in _batches(contents):
        keys = [one.import_key for one in batch]
        codes = Achievement.objects.filter(import_key__in=keys).values_list("department_code", flat=True)
        if any(code not in allowed for code in set(codes)):
            raise NotAllowed


def _import(contents: Sequence[Content], by: Staff, now: datetime, about: str, done: int) -> Imported:
    known = _known(contents)
    waiting = [one for one in contents if not _stays(known.get(one.import_key), one)]
    if not waiting:
        return Imported(same=len(contents))
    twins = Twins([_filled(Achievement(), one, now) for one in waiting])
    unit = kernel.Unit()
    gone = facts_of_all(list(filter(None, (known.get(one.import_key) for one in waiting))))
    told: list[tuple[str, Happening]] = []
    new = 0
    for one in waiting:
        row = known.get(one.import_key)
        if row is None:
            new += 1
            row = Achievement(id=new_id(), import_key=one.import_key, recorded_by=by, recorded_at=now)
            judge(_filled(row, one, now), twins)
            unit.insert(row)
        else:
            _change(unit, row, one, twins, by, now)
        twins.keep(row)
        told += told_by(row)
        act = "achievement.recorded" if row.version == 1 else "achievement.changed"
        _note(
            unit, f"achievement:{row.id}", act, by, now, {"kind": row.kind, "state": row.state, "by": about}
        )
    for source in sorted({name for name, _one in told}):
        facts.open_months(source, [one for name, one in told if name == source])
    facts.exchange(unit, gone=gone, new=told)
    counted = Imported(new, len(waiting) - new, len(contents) - len(waiting))
    detail = {"new": counted.new, "changed": counted.changed, "done": done}
    _note(unit, about, "achievement.imported", by, now, detail)
    kernel.commit(unit)
    return counted


def _change(
    unit: kernel.Unit, row: Achievement, one: Content, twins: Twins, by: Staff, now: datetime
) -> None:
    before, version = counted_as(row), row.version
    twins.forget(row)
    judge(_filled(row, one, now), twins, before=before)
    row.version = version + 1
    changes = {name: getattr(row, name) for name in (*COMPARED, "sameness", "state", "state_reason")}
    stamp = {"version": row.version, "changed_by": by.id, "changed_at": now}
    unit.update(Achievement, where={"id": row.id, "version": version}, set=changes | stamp)


def _known(contents: Sequence[Content]) -> dict[str | None, Achievement]:
    keys = [one.import_key for one in contents]
    return {row.import_key: row for row in Achievement.objects.filter(import_key__in=keys)}


def _stays(row: Achievement | None, one: Content) -> bool:
    """Whether the record is left as it is; what somebody took out of the figures does not come back by a file."""
    if row is None:
        return False
    return row.state == AchievementState.WITHDRAWN or _is_same(row, one)


def _filled(row: Achievement, one: Content, now: datetime) -> Achievement:
    for name in COMPARED:
        setattr(row, name, _value(one, name))
    row.sameness = name_of(one.title)
    row.changed_at = now
    return row


def _is_same(row: Achievement, one: Content) -> bool:
    return all(getattr(row, name) == _value(one, name) for name in COMPARED)


def _value(one: Content, name: str) -> object:
    return dict(one.detail) if name == "detail" else getattr(one, name)


def _batches(items: Iterable[Content]) -> Iterator[list[Content]]:
    batch: list[Content] = []
    weight = 0
    for one in items:
        own = max(1, len(one.detail.get("people", ())))
        if batch and weight + own > BATCH:
            yield batch
            batch, weight = [], 0
        batch.append(one)
        weight += own
    if batch:
        yield batch


def _note(
    unit: kernel.Unit, subject: str, act: str, by: Staff, now: datetime, detail: Mapping[str, object]
) -> None:
    audit.record(unit, actor=by.actor, act=act, subject=subject, now=now, detail=detail)
