"""What the room tells the register of indicators."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from madoguchi.common import clock
from madoguchi.common.registers import Happening
from madoguchi.procedures import queries


def online_procedures() -> Iterator[Happening]:
    """Every procedure that residents can file online today, since the day its first version was published."""
    since = queries.first_published()
    for offer in queries.offers():
        if offer.is_open:
            yield Happening(
                key=offer.procedure_id,
                on=clock.tokyo_date(since[offer.procedure_id]),
                subject=offer.procedure_id,
                department_code=offer.definition.department,
                label=str(offer.definition.title)[:200],
                address=reverse("procedures:page", args=[offer.procedure_id]),
            )
