"""Entries of the registry from a file: looked at as a whole before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from madoguchi.common import clock
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan.actions.achievements import may_record
from madoguchi.plan.actions.services import (
    EDITABLE,
    EndsBeforeStart,
    KnownAlready,
    NotInUse,
    add_service,
    change_service,
    refuse_days,
    refuse_meeting,
)
from madoguchi.plan.models import DigitalService
from madoguchi.plan.rules import services as rules

Entry = Mapping[str, Any]  # EDITABLE, and the last day under `ended_on`: None says nothing of it
Place = UUID | tuple[str, date]  # the entry that a row is about, or what a new one is and since when


def import_services(
    *, entries: Sequence[Mapping[str, Any]], by: Staff, now: datetime
) -> tuple[int, int, int]:
    """Add what is new and change what is different, known by city service, private service and first day.

    Returns how many were added, changed, and there already: as they are, or ended since. Everything is looked at
    before anything is written: raises `NotAllowed`, `KnownAlready`, `NotInUse` and `EndsBeforeStart` with the name of
    the entry as `change_service` would. What somebody else changes meanwhile raises them without it.
    """
    meant = _look(entries, by, clock.tokyo_date(now))
    for values, service in meant:
        if service is None:
            add_service(values=values, by=by, now=now)
        else:
            change_service(service=service, version=service.version, values=values, by=by, now=now)
    added = sum(service is None for _values, service in meant)
    return added, len(meant) - added, len(entries) - len(meant)


def _look(entries: Sequence[Entry], by: Staff, today: date) -> list[tuple[Entry, DigitalService | None]]:
    """What an import has to write: values, and the entry that they change, None for a new one."""
    known: dict[str, list[DigitalService]] = defaultdict(list)
    for service in DigitalService.objects.order_by("started_on", "id"):
        known[rules.sameness(service.city_service, service.private_service)].append(service)
    exact = {
        one.id: values.get("ended_on")
        for values in entries
        for one in known.get(rules.sameness(values["city_service"], values["private_service"]), ())
        if one.started_on == values["started_on"]
    }
    seen: dict[Place, Entry] = {}
    new: dict[str, list[Entry]] = defaultdict(list)
    found: list[tuple[Entry, DigitalService | None]] = []
    for values in entries:
        same = rules.sameness(values["city_service"], values["private_service"])
        meant = _meant(known[same], values, today, but=exact)
        place = meant.id if meant else (same, values["started_on"])
        if place in seen:
            if seen[place] != values:
                raise KnownAlready(values["city_service"])
            continue
        if meant is None and any(_meets(values, one) for one in new[same]):
            raise KnownAlready(values["city_service"])
        seen[place] = values
        if meant is None:
            new[same].append(values)
        if meant is None or not _is_there(meant, values, today):
            _refuse(same, meant, values, by, today, ended=exact)
            found.append((values, meant))
    return sorted(found, key=lambda one: one[1] is None)  # what ends makes room for what follows


def _meant(
    known: Sequence[DigitalService], values: Entry, today: date, *, but: Container[UUID]
) -> DigitalService | None:
    """Which entry of the same two a row is about: that of its first day, else the one not ended when it begins.

    Those that other rows name by their first day are not meant.
    """
    start = values["started_on"]
    if alike := [one for one in known if one.started_on == start]:
        return max(alike, key=lambda one: sum(getattr(one, name) == values[name] for name in EDITABLE))
    end = values.get("ended_on")
    present = [
        one
        for one in known
        if one.id not in but
        and not rules.is_after(max(start, today), one.ended_on)
        and not rules.is_after(one.started_on, end)
    ]
    return present[-1] if present else None


def _meets(one: Entry, other: Entry) -> bool:
    """Whether two rows of the same two services share a day."""
    return not (
        rules.is_after(one["started_on"], other.get("ended_on"))
        or rules.is_after(other["started_on"], one.get("ended_on"))
    )


def _is_there(service: DigitalService, values: Entry, today: date) -> bool:
    if values.get("ended_on") not in (None, service.ended_on):
        return False
    is_ended = rules.is_after(today, service.ended_on)
    return is_ended or all(getattr(service, name) == values[name] for name in EDITABLE)


def _refuse(
    same: str,
    service: DigitalService | None,
    values: Entry,
    by: Staff,
    today: date,
    *,
    ended: Mapping[UUID, date | None],
) -> None:
    """`ended`: the last days that the same file gives to entries."""
    name, start, end = values["city_service"], values["started_on"], values.get("ended_on")
    try:
        may_record(by, str(values["department_code"]), today)
        if rules.is_after(start, end):
            raise EndsBeforeStart
        if service is None:
            making_room = {key for key, last in ended.items() if rules.is_after(start, last)}
            refuse_meeting(same, start, end, but=making_room)
            return
        may_record(by, service.department_code, today)
        refuse_days(service, start, end or service.ended_on)
        refuse_meeting(service.sameness, start, end or service.ended_on, but={service.id})
    except (NotAllowed, KnownAlready, NotInUse, EndsBeforeStart) as error:
        raise type(error)(name) from None
