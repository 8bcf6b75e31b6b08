"""The inventory for staff: the list with how much of it is online."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access, clock, desk_lists
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.organization import queries as organization
from madoguchi.organization.rules import Role
from madoguchi.procedures.inventory import queries
from madoguchi.procedures.inventory.desk_columns import KINDS
from madoguchi.procedures.models import InventoryEntry

STATES = ("", "online", "paper", "forbidden", "abolished")


def _state_words() -> dict[str, str]:
    return {
        "online": _("オンラインでできる"),
        "paper": _("まだできない"),
        "forbidden": _("法令でできない"),
        "abolished": _("廃止"),
    }


@access.staff("officer", "head", "office")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every procedure one may see, by word and state; the choice stands in the address."""
    found = _found(request)
    page, pagination = desk_lists.paged(request, found)
    context = {
        "here": "inventory",
        "q": desk_lists.searched(request),
        "state": desk_lists.choice(request, "state", STATES),
        "states": list(_state_words().items()),
        "share": queries.share(found),
        "rows": [[cell if cell is not None else _("不明") for cell in row] for row in _rows(page)],
        "header": _header(),
        "synthetic": found.filter(synthetic=True).exists(),
        "pagination": pagination,
        "csv": reverse("procedures:inventory-csv") + desk_lists.address_with(request),
    }
    return render(request, "procedures/desk/inventory.html", context)


@access.staff("officer", "head", "office")
@require_GET
def file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The list as chosen, as a file."""
    return list_response(request, kind, "inventory", _header(), _rows(_found(request)))


def _found(request: HttpRequest) -> QuerySet[InventoryEntry]:
    staff = identity.staff_of(request)
    today = clock.today()
    sees_all = organization.departments_of(staff, today, {Role.OFFICE})
    own = None if sees_all else organization.departments_of(staff, today, {Role.OFFICER, Role.HEAD})
    state = desk_lists.choice(request, "state", STATES)
    return queries.entries(own, text=desk_lists.searched(request), state=state)


def _header() -> list[str]:
    labels = (_("手続"), _("手続ID"), _("法令"), _("類型"), _("部署"), _("状態"), _("年間件数"))
    return [*labels, _("オンライン件数"), _("注記")]


def _rows(found: Iterable[Any]) -> list[list[object]]:
    words = _state_words()
    names = {d.code: d.name for d in organization.all_departments(clock.today())}
    return [
        [
            entry.name,
            entry.survey_id,
            f"{entry.law} {entry.article}".strip(),
            KINDS.get(entry.kind, entry.kind),
            names.get(entry.department_code, entry.department_code),
            words[entry.state],
            entry.cases,
            entry.online_cases,
            _("合成データ") if entry.synthetic else "",
        ]
        for entry in found
    ]
