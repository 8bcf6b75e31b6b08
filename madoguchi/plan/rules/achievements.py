"""From an achievement record to the happenings it tells: plain values in, happenings out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from madoguchi.common.registers import Happening
from madoguchi.plan.definition import Measure, Plan
from madoguchi.plan.rules.names import name_of

Told = list[tuple[str, Happening]]  # source and happening


@dataclass(frozen=True, slots=True)
class Record:
    """What counts of a record. `mark` begins the keys of its happenings and changes with its version."""

    mark: str
    kind: str
    on: date
    until: date | None
    department_code: str
    title: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""


Look = tuple[str, ...]


def look(*, kind: str, on: date, title: str, place: str, department_code: str) -> Look:
    """What two records of one event have in common. Without a place, what another department did is another event."""
    return (kind, on.isoformat(), name_of(title), name_of(place), "" if place else department_code)


def happenings(record: Record, *, systems: Mapping[str, Collection[str]]) -> Told:
    """What the record tells, by source. `systems`: the core systems of each list ("17", "20")."""
    if record.kind == "system":
        return _system(record, systems)
    return _BY_KIND[record.kind](record)


def minutes_saved(*, before: int, after: int, cases: int) -> int:
    """Minutes less; negative where the new way takes longer, and counted as such."""
    return (before - after) * cases


def _one(record: Record, source: str, *, quantity: int = 1, subject: str = "", number: int = 0) -> Told:
    return [
        (
            source,
            Happening(
                key=f"{record.mark}:{number}",
                on=record.on,
                until=record.until,
                quantity=quantity,
                subject=subject,
                department_code=record.department_code,
                label=record.title,
                address=record.address,
            ),
        )
    ]


def _flow(source: str) -> Callable[[Record], Told]:
    return lambda record: _one(record, source)


def _stock(source: str) -> Callable[[Record], Told]:
    """What is in force: its subject is its name, so that a second record of the same is counted once."""
    return lambda record: _one(record, source, subject=name_of(record.title))


def _training(record: Record) -> Told:
    told: Told = []
    for number, person in enumerate(record.detail["people"]):
        told += _one(record, "training", subject=person, number=number)
    return told


def _security_training(record: Record) -> Told:
    taken = _one(record, "security-training-taken", quantity=int(record.detail["taken"]))
    return taken + _one(record, "security-training-passed", quantity=int(record.detail["passed"]))


def _hours(record: Record) -> Told:
    saved = minutes_saved(
        before=int(record.detail["minutes_before"]),
        after=int(record.detail["minutes_after"]),
        cases=int(record.detail["cases"]),
    )
    return _one(record, "hours-saved", quantity=saved)


def _procedure(record: Record) -> Told:
    """What the law keeps offline is not part of the denominator."""
    return [] if record.detail.get("barred") else _one(record, "procedures", subject=name_of(record.title))


def _telework(record: Record) -> Told:
    return _one(record, "telework-days", quantity=int(record.detail["days"]))


def _milestone(record: Record) -> Told:
    step = 2 if record.detail["event"] == "finished" else 1
    return _one(record, "milestones", quantity=step, subject=str(record.detail["bar"]))


def _system(record: Record, systems: Mapping[str, Collection[str]]) -> Told:
    """Only what runs in the cloud is done, as the plan counts it."""
    told: Told = []
    if not record.detail.get("cloud"):
        return told
    for name, ids in systems.items():
        if record.detail["system"] in ids:
            told += _one(record, f"systems-{name}", subject=str(record.detail["system"]))
    return told


_BY_KIND: dict[str, Callable[[Record], Told]] = {
    "workshop": _flow("workshops"),
    "helper": _stock("helpers"),
    "training": _training,
    "security_training": _security_training,
    "policy": _flow("policies"),
    "operation": _stock("operations"),
    "hours": _hours,
    "priority_procedure": _stock("priority-procedures"),
    "online_procedure": _stock("online-procedures"),
    "card_procedure": _stock("card-procedures"),
    "procedure": _procedure,
    "dataset": _stock("datasets"),
    "telework": _telework,
    "milestone": _milestone,
}
KINDS = (*_BY_KIND, "system")

# What records of a kind are counted under.
SOURCES: Mapping[str, tuple[str, ...]] = {
    "workshop": ("workshops",),
    "helper": ("helpers",),
    "training": ("training",),
    "security_training": ("security-training-taken", "security-training-passed"),
    "policy": ("policies",),
    "operation": ("operations",),
    "hours": ("hours-saved",),
    "priority_procedure": ("priority-procedures",),
    "online_procedure": ("online-procedures",),
    "card_procedure": ("card-procedures",),
    "procedure": ("procedures",),
    "dataset": ("datasets",),
    "telework": ("telework-days",),
    "milestone": ("milestones",),
    "system": ("systems-17", "systems-20"),
}


def kinds_of(plan: Plan, measure: Measure) -> frozenset[str]:
    """The kinds of records of a measure: what its indicators count, and what the plan names beside them."""
    counted = {source for i in plan.indicators_of(measure.id) for source in (i.source, i.denominator)}
    return frozenset(measure.records) | {kind for kind in KINDS if counted.intersection(SOURCES[kind])}
