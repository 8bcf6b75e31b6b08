"""The list of cases: tabs, filters in the address, search, views saved under a name, CSV and Excel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.applications import desk_alarms, desk_saved, holders
from madoguchi.applications import desk_columns as columns
from madoguchi.applications import desk_queries as desk
from madoguchi.applications.desk_filters import NEEDED, Filters, read_filters
from madoguchi.applications.desk_news import news_choices
from madoguchi.applications.models import Application, Channel
from madoguchi.applications.permissions import departments_headed, reach_of
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, spreadsheets
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Department
from madoguchi.organization.rules import Part
from madoguchi.procedures import queries as procedures

ROLES = ("officer", "approver", "head")
SUBJECT = "list:applications"


@dataclass(slots=True)
class Look:
    """Who looks at the list, when, and through which filters."""

    staff: Staff
    now: datetime
    today: date
    departments: set[str]
    parts: list[Part]
    filters: Filters


def _look(request: HttpRequest) -> Look:
    staff, now = identity.staff_of(request), clock.now()
    today = clock.tokyo_date(now)
    seen, parts = reach_of(staff, today=today)
    return Look(staff, now, today, seen, parts, read_filters(request.GET))


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """The cases of this person's departments; a search is posted and travels sealed from there on."""
    look = _look(request)
    if request.method == "POST":
        found = look.filters.searching(request.POST.get("q", ""))
        query = found.address()
        return redirect(f"{reverse('desk:inbox')}?{query}" if query else reverse("desk:inbox"))
    cases = desk.seen_cases(
        look.departments, look.filters, today=look.today, staff=look.staff, parts=look.parts
    )
    counts = desk.tab_counts(cases, look.filters.tab, staff=look.staff)
    total = counts[look.filters.tab]
    pages = max(-(-total // desk.PAGE), 1)
    page = min(look.filters.page, pages)
    wanted = desk.ordered(
        desk.in_tab(cases, look.filters.tab, staff=look.staff),
        look.filters.sort,
        look.filters.tab,
        found=bool(look.filters.find),
    )
    first = (page - 1) * desk.PAGE
    rows = desk.rows(wanted[first : first + desk.PAGE], staff=look.staff, today=look.today)
    former = {part.code for part in look.parts}
    names = organization.departments(look.departments | former)
    called = {code: department.name for code, department in names.items()}
    saved = desk_saved.saved_for(look.staff, look.departments | former)
    headed = departments_headed(look.staff, today=look.today)
    _record(look, shown=len(rows), act="list")
    context = {
        "here": "desk",
        "staff_departments": organization.joined_names(names.values(), look.today),
        "filters": look.filters,
        "tabs": _tabs(look.filters, counts),
        "columns": _columns(look.filters),
        "rows": [columns.cells(row, look.filters.columns, called) for row in rows],
        "total": total,
        "is_more": total == desk.COUNTED_TO and look.filters.tab not in desk.COUNTED,
        "first": first + 1,
        "last": first + len(rows),
        "pagination": _pagination(look.filters, page, pages),
        "csv_query": look.filters.address(page=1),
        "alarms": desk_alarms.unseen(look.staff, headed) if headed else 0,
        "needing_holder": holders.count_needing_a_holder(headed, today=look.today),
        "masked": any(row.masked for row in rows),
        "saved": _saved(look, saved),
        **_choices(look, names),
    }
    return render(request, "applications/desk/inbox.html", context)


def _record(look: Look, *, shown: int, act: str) -> None:
    """One entry for the whole list: how many people's data were shown, never whose."""
    audit.record_read(
        actor=look.staff.actor,
        subject=SUBJECT,
        now=look.now,
        purpose=act,
        detail={"count": shown, "tab": look.filters.tab, "filters": look.filters.names},
    )


def _tabs(filters: Filters, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "open": _("手続中"),
        "mine": _("自分の担当"),
        "unassigned": _("担当者なし"),
        "filed": _("受付済み"),
        "in_review": _("審査中"),
        "returned": _("補正待ち"),
        "proposed": _("決裁待ち"),
        "done": _("完了・取下げ"),
        "all": _("すべて"),
    }
    return [
        {
            "label": label,
            "href": "?" + filters.address(tab=name),
            "current": name == filters.tab,
            "count": _count(counts.get(name), name),
        }
        for name, label in labels.items()
    ]


def _count(count: int | None, tab: str) -> str | None:
    if count is None:
        return None
    return f"{count}+" if count == desk.COUNTED_TO and tab not in desk.COUNTED else str(count)


def _columns(filters: Filters) -> list[str | dict[str, Any]]:
    sorts = {"received": "filed", "due": "due"}
    names = columns.labels()
    found: list[str | dict[str, Any]] = [_("受付番号")]
    for column in filters.columns:
        key = sorts.get(column)
        found.append(_sortable(names[column], key, filters) if key else names[column])
    return found


def _sortable(label: str, key: str, filters: Filters) -> dict[str, Any]:
    """A column that sorts; chosen again, it turns round."""
    is_own_order = key == "due" and filters.tab in ("done", "all") and not filters.find  # newest first
    up, down = filters.sort == key and not is_own_order, filters.sort == f"-{key}"
    return {
        "label": label,
        "sort": "?" + filters.address(sort=f"-{key}" if up else key),
        "sorted": "ascending" if up else "descending" if down else None,
    }


def _pagination(filters: Filters, page: int, pages: int) -> dict[str, Any]:
    def href(number: int) -> str:
        return "?" + filters.address(page=number)

    shown = sorted({1, pages, *range(max(page - 2, 1), min(page + 2, pages) + 1)})
    numbers: list[dict[str, Any]] = []
    for before, number in zip([0, *shown], shown, strict=False):
        if number - before > 1:
            numbers.append({"label": None})
        numbers.append({"label": str(number), "href": href(number), "current": number == page})
    return {
        "previous": href(page - 1) if page > 1 else "",
        "next": href(page + 1) if page < pages else "",
        "pages": numbers if pages > 1 else [],
    }


def _saved(look: Look, saved: list[desk_saved.Saved]) -> list[dict[str, Any]]:
    """The views saved under a name, each with how many open cases it holds."""
    found = [one.filters for one in saved]
    counts = desk.counts_of(found, look.departments, staff=look.staff, today=look.today)
    here = look.filters.to_save
    return [
        {
            "label": one.name,
            "href": "?" + one.filters.address(),
            "count": count,
            "current": one.filters == here and not look.filters.find,
        }
        for one, count in zip(saved, counts, strict=True)
    ]


def _choices(look: Look, names: dict[str, Department]) -> dict[str, Any]:
    offered = procedures.offers_of(names)
    return {
        "procedure_choices": [(offer.procedure_id, str(offer.definition.current_name)) for offer in offered],
        "department_choices": [(code, names[code].name) for code in sorted(names)],
        "channel_choices": [(value, str(label)) for value, label in Channel.choices],
        "holder_choices": [
            (NEEDED, _("担当できる人がいない")),
            *(
                (str(person.id), person.display_name)
                for person in organization.staff_handling(names, look.today)
            ),
        ],
        "news_choices": news_choices(),
        "column_choices": list(columns.labels().items()),
        "due_choices": [("overdue", _("期限を過ぎたもの")), ("soon", _("7日以内に期限が来るもの"))],
    }


@access.staff(*ROLES)
@require_GET
def inbox_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list as a file, all pages; one that is too long for a workbook is refused before it is begun."""
    look = _look(request)
    cases = desk.in_tab(
        desk.seen_cases(look.departments, look.filters, today=look.today, staff=look.staff, parts=look.parts),
        look.filters.tab,
        staff=look.staff,
    )
    most = spreadsheets.EXCEL_MOST
    if kind == "excel" and cases.values("id")[: most + 1].count() > most:
        return spreadsheets.too_long(request)
    name = f"applications-{look.today:%Y%m%d}"
    return spreadsheets.list_response(request, kind, name, *_whole(look, cases, act=kind))


def _whole(look: Look, cases: QuerySet[Application], *, act: str) -> tuple[list[str], Iterator[list[object]]]:
    """Header and lines of all pages of the list."""
    filters = look.filters
    names = organization.departments(look.departments | {part.code for part in look.parts})
    _record(look, shown=cases.count(), act=act)
    wanted = desk.ordered(cases, filters.sort, filters.tab, found=bool(filters.find))
    called = {code: department.name for code, department in names.items()}
    rows = desk.streamed_rows(wanted, today=look.today)
    return columns.file_header(filters.columns), (
        columns.file_line(row, filters.columns, called) for row in rows
    )
