"""What the room tells the register of indicators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.urls import reverse

from madoguchi.common import clock
from madoguchi.common.registers import Happening
from madoguchi.procedures import queries
from madoguchi.procedures.models import Closing
from madoguchi.procedures.priority import national_list


def online_procedures() -> Iterator[Happening]:
    """Every time in which residents could file a procedure online: since its first publication, or opened again.

    What ends at the counter is not among them: online it is only announced.
    """
    since = queries.first_published()
    closings = queries.past_closings()
    offers = [one for one in queries.offers() if one.definition.completes == "online"]
    codes = queries.departments_of(offers)
    for offer in offers:
        first = clock.tokyo_date(since[offer.procedure_id])
        for on, until in _open_times(first, closings.get(offer.procedure_id, ()), offer):
            yield Happening(
                key=offer.procedure_id if on == first else f"{offer.procedure_id}:{on}",
                on=on,
                until=until,
                subject=offer.procedure_id,
                department_code=codes[offer.procedure_id],
                label=str(offer.definition.title)[:200],
                address=reverse("procedures:page", args=[offer.procedure_id]),
            )


def priority_procedures() -> Iterator[Happening]:
    """The same of the city's priority procedures; two of one number of the national list are one."""
    citys = {one.number for one in national_list() if one.is_citys}
    numbers = {offer.procedure_id: offer.definition.priority for offer in queries.offers()}
    for one in online_procedures():
        number = numbers[one.subject]
        if number in citys:
            yield replace(one, subject=str(number))


def _open_times(
    first: date, closings: Sequence[Closing], offer: queries.Offer
) -> Iterator[tuple[date, date | None]]:
    """First and last day of each time it was open; one whose last day nobody noted is left out."""
    on = first
    for closing in closings:
        closed_on, reopened_on = _day(closing.closed_at), _day(closing.reopened_at)
        if reopened_on is None or closed_on == reopened_on:
            continue  # not a day was lost
        if closed_on is not None:
            yield on, closed_on
        on = reopened_on
    if offer.is_open or offer.closed_at is not None:
        yield on, _day(offer.closed_at)


def _day(moment: datetime | None) -> date | None:
    return clock.tokyo_date(moment) if moment is not None else None
