"""Achievements from a file: what was imported is known by its key, so that a second import updates and counts once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import new_id
from madoguchi.common.registers import Happening
from madoguchi.identity.models import Staff
from madoguchi.plan.actions import facts
from madoguchi.plan.actions.achievements import Content, may_record, told_by
from madoguchi.plan.desk_states import AchievementState
from madoguchi.plan.models import Achievement, Fact

BATCH = 400
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


def import_achievements(*, contents: Iterable[Content], by: Staff, now: datetime) -> Imported:
    """Store the records of a file, each with its `import_key`. Raises `NotAllowed` before anything is written of a batch.

    An import that was stopped is begun anew with the same file: what is there already is left as it is.
    """
    total = Imported()
    for batch in _batches(contents):
        total += _import(batch, by, now)
    return total


def _import(contents: Sequence[Content], by: Staff, now: datetime) -> Imported:
    today = clock.tokyo_date(now)
    for code in {one.department_code for one in contents}:
        may_record(by, code, today)
    keys = [one.import_key for one in contents]
    known = {row.import_key: row for row in Achievement.objects.filter(import_key__in=keys)}
    unit = kernel.Unit()
    gone: list[Fact] = []
    told: list[tuple[str, Happening]] = []
    new = changed = 0
    for one in contents:
        row = known.get(one.import_key)
        if row is not None and (row.state == AchievementState.WITHDRAWN or _is_same(row, one)):
            continue  # what somebody took out of the figures does not come back by a file
        if row is None:
            new += 1
            row = Achievement(id=new_id(), import_key=one.import_key, recorded_by=by, recorded_at=now)
            _fill(row, one, now)
            unit.insert(row)
        else:
            changed += 1
            gone += facts_of_row(row)
            version = row.version
            _fill(row, one, now)
            row.version = version + 1
            changes = {name: getattr(row, name) for name in (*COMPARED, "state", "state_reason")}
            stamp = {"version": version + 1, "changed_by": by.id, "changed_at": now}
            unit.update(Achievement, where={"id": row.id, "version": version}, set=changes | stamp)
        told += told_by(row)
    if not unit.statements:
        return Imported(same=len(contents))
    for source in sorted({name for name, _one in told}):
        facts.open_months(source, [one for name, one in told if name == source])
    facts.exchange(unit, gone=gone, new=told)
    detail = {"new": new, "changed": changed}
    audit.record(
        unit, actor=by.actor, act="achievement.imported", subject="achievements", now=now, detail=detail
    )
    kernel.commit(unit)
    return Imported(new, changed, len(contents) - new - changed)


def facts_of_row(row: Achievement) -> list[Fact]:
    """The facts a record told, by the keys it told them under."""
    return list(
        Fact.objects.filter(
            source__in={name for name, _one in told_by(row)}, key__gte=f"{row.id}:", key__lt=f"{row.id};"
        )
    )


def _fill(row: Achievement, one: Content, now: datetime) -> None:
    for name in COMPARED:
        setattr(row, name, _value(one, name))
    row.changed_at = now
    counted = bool(one.proof_reference or row.proof_digest)
    row.state = AchievementState.COUNTED if counted else AchievementState.NO_PROOF
    row.state_reason = ""


def _is_same(row: Achievement, one: Content) -> bool:
    return all(getattr(row, name) == _value(one, name) for name in COMPARED)


def _value(one: Content, name: str) -> object:
    return dict(one.detail) if name == "detail" else getattr(one, name)


def _batches(items: Iterable[Content]) -> Iterator[list[Content]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch
