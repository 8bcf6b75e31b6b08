"""Views of the list of cases that were saved under a name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict

from madoguchi.applications.desk_filters import Filters, read_filters
from madoguchi.applications.models import SavedFilter
from madoguchi.identity.models import Staff


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved view, as it can be opened."""

    id: UUID
    name: str
    filters: Filters


def rows_for(staff: Staff, departments: Collection[str]) -> list[SavedFilter]:
    """The views this person can use: own ones, then those shared with the departments, by name."""
    rows = SavedFilter.objects.select_related("owner").filter(
        Q(department_code="", owner=staff) | Q(department_code__in=sorted(departments))
    )
    return list(rows.order_by("department_code", "name"))


def saved_for(staff: Staff, departments: Collection[str]) -> list[Saved]:
    """The same as they can be opened."""
    return [
        Saved(row.id, row.name, read_filters(QueryDict(row.query))) for row in rows_for(staff, departments)
    ]
