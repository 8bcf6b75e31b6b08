"""What the inventory tells the register of indicators: one row for each entry that counts, as it stands today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import F, Q, Value
from django.urls import reverse

from madoguchi.common import clock
from madoguchi.common.registers import Happening
from madoguchi.procedures.inventory.queries import COUNTED, POSSIBLE, entries

# By the end of the source's name: the entries, and what of them adds up.
_STANDING: Mapping[str, tuple[Q, Value | F]] = {
    "procedures": (POSSIBLE, Value(1)),
    "online": (Q(state="online"), Value(1)),
    "cases": (COUNTED, F("cases")),
    "online-cases": (COUNTED, F("online_cases")),
}


def standing(name: str) -> Iterator[Happening]:
    """What stands now under this name."""
    wanted, quantity = _STANDING[name]
    today = clock.today()
    columns = ("id", "name", "department_code", "procedure_id", "state", "quantity")
    rows = entries(None).filter(wanted).annotate(quantity=quantity).values_list(*columns)
    for key, label, department, procedure_id, state, amount in rows:
        yield Happening(
            key=str(key),
            on=today,
            quantity=amount,
            subject=str(key),
            department_code=department,
            label=label[:200],
            address=reverse("procedures:page", args=[procedure_id]) if state == "online" else "",
        )
