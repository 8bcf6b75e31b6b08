"""The inventory for staff: the list with how much of it is online."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from madoguchi.procedures.inventory import desk_blank, desk_choices, desk_links, queries
from madoguchi.procedures.inventory import desk_entries as shared
from madoguchi.procedures.inventory.desk_columns import EFFORTS, KINDS
from madoguchi.procedures.models import InventoryEntry

YES_NO = ("", "yes", "no")
LINKED = (*YES_NO, "several")
_TAGS = {"online": "success", "forbidden": "warning"}


@access.staff(*shared.ROLES)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every procedure one may see, narrowed and in an order; the choice stands in the address."""
    filters, order = _filters(request), _order(request)
    scope = shared.scope(request)
    found = queries.found(scope.own, filters, order)
    page, pagination = desk_lists.paged(request, found)
    context = {
        "here": "inventory",
        "filters": filters,
        "order": order,
        "orders": _order_words(),
        "is_narrowed": filters != queries.Filters(),
        "states": list(desk_choices.state_words().items()),
        "departments": shared.department_options(scope),
        "kinds": list(KINDS.items()),
        "efforts": [*EFFORTS.items(), ("none", _("まだない"))],
        "share": queries.share(found),
        "missing": desk_links.missing(scope),
        "doubled": queries.found(scope.own, queries.Filters(linked="several")).count(),
        "rows": _rows(page),
        "columns": _columns(request, order),
        "synthetic": found.filter(synthetic=True).exists(),
        "pagination": pagination,
        "csv": reverse("procedures:inventory-csv") + desk_lists.address_with(request),
    }
    return render(request, "procedures/desk/inventory.html", context)


@access.staff(*shared.ROLES)
@require_GET
def file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The list as chosen, as a file that can be imported again."""
    found = queries.found(shared.scope(request).own, _filters(request), _order(request))
    header = [*desk_blank.header(), _("状態"), _("廃止日"), _("注記")]
    return list_response(request, kind, "inventory", header, _lines(found))


def _filters(request: HttpRequest) -> queries.Filters:
    return queries.Filters(
        text=desk_lists.searched(request),
        state=desk_lists.choice(request, "state", ("", *desk_choices.state_words())),
        department=request.GET.get("department", "")[:40],
        kind=desk_lists.choice(request, "kind", ("", *KINDS)),
        forbidden=desk_lists.choice(request, "forbidden", YES_NO),
        effort=desk_lists.choice(request, "effort", ("", *EFFORTS, "none")),
        linked=desk_lists.choice(request, "linked", LINKED),
    )


def _order(request: HttpRequest) -> str:
    return desk_lists.choice(request, "sort", queries.ORDERS)


def _order_words() -> list[tuple[str, str]]:
    """For narrow pages, where a table has no heads of columns to choose; as `ORDERS`."""
    keys = {"name": _("手続"), "cases": _("年間件数"), "department": _("部署")}
    turned = {"": _("昇順"), "-": _("降順")}
    return [(f"{sign}{key}", f"{keys[key]}（{words}）") for key in keys for sign, words in turned.items()]


def _columns(request: HttpRequest, order: str) -> list[dict[str, Any]]:
    return [
        desk_lists.column(request, _("手続"), "name", order),
        {"label": _("手続ID")},
        {"label": _("法令")},
        {"label": _("類型")},
        desk_lists.column(request, _("部署"), "department", order),
        {"label": _("状態")},
        {**desk_lists.column(request, _("年間件数"), "cases", order), "numeric": True},
        {"label": _("オンライン件数"), "numeric": True},
    ]


def _rows(found: Iterable[Any]) -> list[list[object]]:
    states, words = desk_choices.state_words(), desk_choices.words(clock.today())
    return [
        [
            {
                "text": entry.name,
                "href": reverse("procedures:inventory-entry", args=[entry.id]),
                "note": _("合成データ") if entry.synthetic else "",
            },
            entry.survey_id,
            f"{entry.law} {entry.article}".strip(),
            KINDS.get(entry.kind, entry.kind),
            words.shown("department_code", entry.charge),
            {"text": states[entry.state], "tag": _TAGS.get(entry.state, "neutral")},
            words.shown("cases", entry.cases),
            words.shown("online_cases", entry.online_cases),
        ]
        for entry in found
    ]


def _lines(found: QuerySet[InventoryEntry]) -> Iterator[list[object]]:
    states, words = desk_choices.state_words(), desk_choices.words(clock.today())
    entries: Iterable[Any] = found.iterator(chunk_size=500)
    for entry in entries:
        note = _("合成データ") if entry.synthetic else ""
        yield [*words.cells(entry, entry.charge), states[entry.state], entry.abolished_on, note]
