"""Who gets a case: which rule of a department fits it, who of several gets it. Plain values in, an answer out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a department; empty conditions fit every case, no people means all its officers."""

    id: UUID
    procedure_id: str
    town_keys: tuple[str, ...]
    people: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules ask of a case. `address_key` is empty where nobody may be told by it where a person lives."""

    procedure_id: str
    address_key: str


def rules_that_fit(rules: Iterable[Rule], facts: Facts) -> list[Rule]:
    """Those that fit a case, the closest first: one for its procedure, then the longest name of its town.

    Of two that are as close the earlier one comes first (`rules` are in the order in which they were made).
    """
    close = [(fit, rule) for rule in rules if (fit := _closeness(rule, facts)) is not None]
    return [rule for _, rule in sorted(close, key=lambda pair: pair[0], reverse=True)]


def _closeness(rule: Rule, facts: Facts) -> tuple[bool, int] | None:
    if rule.procedure_id and rule.procedure_id != facts.procedure_id:
        return None
    if not rule.town_keys:
        return bool(rule.procedure_id), 0
    longest = max(
        (len(key) for key in rule.town_keys if key and facts.address_key.startswith(key)), default=0
    )
    return (bool(rule.procedure_id), longest) if longest else None


def least_loaded(loads: Mapping[UUID, int], among: Collection[UUID]) -> UUID:
    """Who of these has the fewest open cases; of equals always the same one. Nobody is told the order."""
    return min(among, key=lambda person: (loads.get(person, 0), person))


def spread(count: int, loads: Mapping[UUID, int], among: Sequence[UUID]) -> dict[UUID, int]:
    """How many of `count` cases each person gets, when every one goes to who has the fewest open cases then."""
    given = dict.fromkeys(among, 0)
    now = {person: loads.get(person, 0) for person in among}
    for _ in range(count):
        person = least_loaded(now, among)
        given[person] += 1
        now[person] += 1
    return given
