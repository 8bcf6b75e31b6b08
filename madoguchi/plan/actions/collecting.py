"""Collecting: the facts of every source become what its room tells, beside what people recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from madoguchi.common import clock, registers
from madoguchi.common.registers import Happening, IndicatorSource
from madoguchi.plan import sources
from madoguchi.plan.actions import facts
from madoguchi.plan.rules.names import name_of

# Keys of what a room tells where people record, too; keys of records begin with the record's id.
TOLD = "told:"
# What is told since a day is told again so far before the newest that is known: it may have changed meanwhile.
AGAIN = timedelta(days=62)


def collect() -> None:
    """Bring every source that a room tells up to date; one that fails holds up no other.

    Raises `ExceptionGroup` with what failed, so that the job is tried again and seen.
    """
    failed: list[Exception] = []
    for entry in registers.indicators:
        try:
            _collect(entry.name, entry.value, today=clock.today())
        except Exception as error:  # whatever is wrong in another room
            error.add_note(f"source {entry.name}")
            failed.append(error)
    if failed:
        raise ExceptionGroup("plan.collect", failed)


def _collect(name: str, source: IndicatorSource, *, today: date) -> None:
    """In whichever way the source tells; one that the plan keeps itself tells nothing."""
    if source.collect is not None:
        _bring_up(name, source.collect())
    if source.collect_since is not None:
        newest = facts.newest_day(name)
        since = min(newest, today) - AGAIN if newest else None
        facts.bring_up(name, source.collect_since(since), since=since)
    if source.standing is not None:
        facts.bring_standing(name, source.standing(), today=today)


def _bring_up(source: str, told: Iterable[Happening]) -> None:
    if source in sources.RECORDED:
        facts.bring_up(source, (_beside_records(one) for one in told), beginning=TOLD)
    else:
        facts.bring_up(source, told)


def _beside_records(one: Happening) -> Happening:
    """Told under the name a record would have: what is in force counts a name once, however many tell of it."""
    return replace(one, key=f"{TOLD}{one.key}", subject=name_of(one.label))
