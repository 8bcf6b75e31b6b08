"""Collecting: the facts of every source become what its room tells, beside what people recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from madoguchi.common import registers
from madoguchi.common.registers import Happening
from madoguchi.plan import sources
from madoguchi.plan.actions import facts
from madoguchi.plan.rules.names import name_of

# Keys of what a room tells where people record, too; keys of records begin with the record's id.
TOLD = "told:"


def collect() -> None:
    """Bring every source that a room tells up to date; one that fails holds up no other.

    Raises `ExceptionGroup` with what failed, so that the job is tried again and seen.
    """
    failed: list[Exception] = []
    for entry in registers.indicators:
        if entry.value.collect is not None:
            try:
                _bring_up(entry.name, entry.value.collect())
            except Exception as error:  # whatever is wrong in another room
                error.add_note(f"source {entry.name}")
                failed.append(error)
    if failed:
        raise ExceptionGroup("plan.collect", failed)


def _bring_up(source: str, told: Iterable[Happening]) -> None:
    if source in sources.RECORDED:
        facts.bring_up(source, (_beside_records(one) for one in told), beginning=TOLD)
    else:
        facts.bring_up(source, told)


def _beside_records(one: Happening) -> Happening:
    """Told under the name a record would have: what is in force counts a name once, however many tell of it."""
    return replace(one, key=f"{TOLD}{one.key}", subject=name_of(one.label))
