"""What the fields of an entry may name today, and how its values are told in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.organization import queries as organization
from madoguchi.organization.rules import in_charge
from madoguchi.procedures.inventory.desk_cells import Known
from madoguchi.procedures.inventory.desk_columns import BY_NAME, COLUMNS
from madoguchi.procedures.models import InventoryEntry, Procedure


def known(today: date) -> Known:
    """What the cells of a file may name."""
    present = {one.code: one.name for one in organization.all_departments(today)}
    ended = organization.department_codes() - present.keys()
    named = organization.departments(ended) if ended else {}
    changes = organization.changes_done()
    successors = {}
    for code, one in named.items():
        successors[code] = successors[one.name] = in_charge(changes, code, "")
    ids = frozenset(Procedure.objects.values_list("id", flat=True))
    return Known(present, ids, successors)


def state_words() -> dict[str, str]:
    """The states of an entry."""
    return {
        "online": _("オンラインでできる"),
        "visit": _("予約だけ"),
        "paper": _("まだできない"),
        "forbidden": _("法令でできない"),
        "abolished": _("廃止"),
    }


@dataclass(frozen=True, slots=True)
class Words:
    """Values as people read them, and as a file has them that can be imported again."""

    departments: Mapping[str, str]
    names_of_several: frozenset[str]  # departments

    def of(self, codes: Collection[str]) -> Words:
        """With these departments only."""
        return replace(
            self, departments={code: self.departments[code] for code in self.departments if code in codes}
        )

    def shown(self, name: str, value: Any) -> str:
        """A value of a field on a page."""
        column = BY_NAME[name]
        if column.kind == "count":
            return _("不明") if value is None else f"{value:,}"
        if column.kind == "tick":
            return _("はい") if value else _("いいえ")
        if column.kind == "department":
            return self.departments.get(value, value)
        if column.kind == "codes":
            return "／".join(column.codes.get(code, code) for code in value.split(";"))
        return str(self.cell(name, value))

    def cell(self, name: str, value: Any) -> Any:
        """A value in a file: what reading it gives back. A department by its code where two have its name."""
        column = BY_NAME[name]
        if column.kind == "code":
            return column.codes.get(value, value)
        if column.kind == "codes":
            return ";".join(column.codes.get(code, code) for code in value.split(";"))
        if column.kind == "tick":
            return "○" if value else ""
        if column.kind == "department":
            named = self.departments.get(value, value)
            return value if named in self.names_of_several else named
        return value

    def cells(self, entry: InventoryEntry, charge: str) -> list[Any]:
        """An entry as a row of a file, under the department in charge of it by now."""
        values = {column.name: getattr(entry, column.name) for column in COLUMNS} | {
            "department_code": charge
        }
        return [self.cell(name, value) for name, value in values.items()]


def words(today: date) -> Words:
    """With the departments of today."""
    found = {one.code: one.name for one in organization.all_departments(today)}
    counted = Counter(found.values())
    return Words(found, frozenset(name for name, count in counted.items() if count > 1))
