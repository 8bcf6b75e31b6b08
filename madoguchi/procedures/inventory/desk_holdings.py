"""What a reorganisation is told of the inventory: how many entries of a department it touches."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from madoguchi.common.registers import Holding, department_holdings
from madoguchi.procedures.inventory import queries


def _count(code: str, procedure_id: str, besides: Collection[str]) -> int:
    """Entries in charge of `code` by now, also those recorded for a department before it."""
    found = queries.entries({code})
    found = (
        found.filter(procedure_id=procedure_id) if procedure_id else found.exclude(procedure_id__in=besides)
    )
    return found.count()


department_holdings.add(
    "inventory",
    Holding(_("手続台帳の手続"), _count, _("登録は変わらず、新しい部署が見て直します")),
    order=10,
)
