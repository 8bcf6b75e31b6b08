"""What the inventory tells the register of indicators: one row for each entry that counts, as it stands today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import F, Q, Value
from django.urls import reverse

from madoguchi.common import clock
from madoguchi.common.registers import Happening
from madoguchi.procedures.inventory.queries import COUNTED, COUNTED_ONLINE, POSSIBLE, entries

# By the end of the source's name: the entries, and what of them adds up.
_STANDING: Mapping[str, tuple[Q, Value | F]] = {
    "procedures": (POSSIBLE, Value(1)),
    "online": (Q(state="online"), Value(1)),
    "cases": (COUNTED, F("cases")),
    "online-cases": (COUNTED_ONLINE, F("online_cases")),
}


def standing(source: str) -> Iterator[Happening]:
    """What stands now under this name."""
    wanted, quantity = _STANDING[source]
    today = clock.today()
    columns = ("id", "name", "charge", "synthetic", "quantity")
    rows = entries(None).filter(wanted).annotate(quantity=quantity).values_list(*columns)
    for key, name, department, is_synthetic, amount in rows:
        yield Happening(
            key=str(key),
            on=today,
            quantity=amount,
            subject=str(key),
            department_code=department,
            label=f"{name[:190]}（合成データ）" if is_synthetic else name[:200],
            address=reverse("procedures:inventory-entry", args=[key]),
        )
