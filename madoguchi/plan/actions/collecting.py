"""Collecting: the facts of every source become what its room tells, beside what people recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from madoguchi.common import registers
from madoguchi.common.registers import Happening
from madoguchi.plan import sources
from madoguchi.plan.actions import facts
from madoguchi.plan.models import Fact
from madoguchi.plan.rules.achievements import name_of

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
        told = _not_recorded(source, list(told))
        facts.bring_up(source, told, beginning=TOLD)
    else:
        facts.bring_up(source, told)


def _not_recorded(source: str, told: list[Happening]) -> Iterator[Happening]:
    """What no record of that name tells already: the record has the earlier day and the proof."""
    names = [name_of(one.label) for one in told]
    rows = Fact.objects.filter(source=source, subject__in=names).exclude(key__startswith=TOLD)
    until: dict[str, date] = {}
    for subject, last in rows.values_list("subject", "until"):
        until[subject] = max(until.get(subject, date.min), last or date.max)
    for name, one in zip(names, told, strict=True):
        if until.get(name, date.min) < one.on:
            yield replace(one, key=f"{TOLD}{one.key}")
