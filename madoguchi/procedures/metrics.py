"""What the room tells the register of indicators."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from madoguchi.common import clock
from madoguchi.common.registers import Happening
from madoguchi.procedures import queries


def online_procedures() -> Iterator[Happening]:
    """Every procedure that residents can file online, from its first publication to the day it was closed."""
    since = queries.first_published()
    for offer in queries.offers():
        if offer.is_open or offer.closed_at is not None:
            yield Happening(
                key=offer.procedure_id,
                on=clock.tokyo_date(since[offer.procedure_id]),
                until=clock.tokyo_date(offer.closed_at) if offer.closed_at and not offer.is_open else None,
                subject=offer.procedure_id,
                department_code=offer.definition.department,
                label=str(offer.definition.title)[:200],
                address=reverse("procedures:page", args=[offer.procedure_id]),
            )
