"""The list of cases: tabs, filters in the address, search, CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.applications import desk_alarms
from madoguchi.applications import desk_queries as desk
from madoguchi.applications.desk_filters import Filters, read_filters
from madoguchi.applications.models import Channel, Status
from madoguchi.applications.permissions import departments_headed, departments_seen
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock
from madoguchi.common.ids import grouped
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import csv_response
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Department
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
    filters: Filters


def _look(request: HttpRequest) -> Look:
    staff, now = identity.staff_of(request), clock.now()
    today = clock.tokyo_date(now)
    return Look(staff, now, today, departments_seen(staff, today=today), read_filters(request.GET))


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """The cases of this person's departments; a search is posted and travels sealed from there on."""
    look = _look(request)
    if request.method == "POST":
        found = look.filters.searching(request.POST.get("q", ""))
        query = found.address()
        return redirect(f"{reverse('desk:inbox')}?{query}" if query else reverse("desk:inbox"))
    cases = desk.seen_cases(look.departments, look.filters, today=look.today)
    counts = desk.tab_counts(cases, look.filters.tab, staff=look.staff)
    total = counts[look.filters.tab]
    pages = max(-(-total // desk.PAGE), 1)
    page = min(look.filters.page, pages)
    wanted = desk.ordered(
        desk.in_tab(cases, look.filters.tab, staff=look.staff), look.filters.sort, look.filters.tab
    )
    first = (page - 1) * desk.PAGE
    rows = desk.rows(wanted[first : first + desk.PAGE], staff=look.staff, today=look.today)
    names = organization.departments(look.departments)
    headed = departments_headed(look.staff, today=look.today)
    _record(look, shown=len(rows), act="list")
    context = {
        "here": "desk",
        "staff_departments": "・".join(names[code].name for code in sorted(names)),
        "filters": look.filters,
        "tabs": _tabs(look.filters, counts),
        "columns": _columns(look.filters),
        "rows": [_cells(row) for row in rows],
        "total": total,
        "first": first + 1,
        "last": first + len(rows),
        "pagination": _pagination(look.filters, page, pages),
        "csv_query": look.filters.address(page=1),
        "alarms": desk_alarms.unseen(look.staff, headed) if headed else 0,
        "masked": any(row.masked for row in rows),
        **_choices(names),
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
            "count": counts.get(name),
        }
        for name, label in labels.items()
    ]


def _columns(filters: Filters) -> list[str | dict[str, Any]]:
    return [
        _("受付番号"),
        _("手続"),
        _("氏名"),
        _sortable(_("受付日"), "filed", filters),
        _sortable(_("期限"), "due", filters),
        _("状態"),
        _("担当者"),
        _("経路"),
    ]


def _sortable(label: str, key: str, filters: Filters) -> dict[str, Any]:
    """A column that sorts; chosen again, it turns round."""
    up, down = filters.sort == key, filters.sort == f"-{key}"
    return {
        "label": label,
        "sort": "?" + filters.address(sort=f"-{key}" if up else key),
        "sorted": "ascending" if up else "descending" if down else None,
    }


def _cells(row: desk.Row) -> dict[str, Any]:
    name: Any = row.name or _("（氏名なし）")
    if row.protected:
        # The mark stands in place of the name, or beside it for the responsible department.
        note = _("担当者に確認してください") if row.masked else row.name
        name = {"text": _("支援措置"), "tag": "warning", "note": note}
    return {
        "href": reverse("desk:case", args=[row.id]),
        "cells": [
            {"text": grouped(row.receipt_number), "href": reverse("desk:case", args=[row.id])},
            row.procedure,
            name,
            _day(row.received_on),
            _due_cell(row.due),
            {"text": str(Status(row.status).label), "tag": desk.STATUS_KINDS[row.status]},
            row.holder or "―",
            row.channel,
        ],
    }


def _day(day: date) -> str:
    return f"{day.year}/{day.month}/{day.day}"


def _due_cell(due: desk.Due) -> Any:
    day = _day(due.on) if due.on else "―"
    if not due.text:
        return day
    return {"text": due.text, "tag": due.kind, "note": day if due.on else ""}


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


def _choices(names: dict[str, Department]) -> dict[str, Any]:
    offered = [offer for offer in procedures.offers() if offer.definition.department in names]
    return {
        "procedure_choices": [(offer.procedure_id, str(offer.definition.current_name)) for offer in offered],
        "department_choices": [(code, names[code].name) for code in sorted(names)],
        "channel_choices": [(value, str(label)) for value, label in Channel.choices],
        "due_choices": [("overdue", _("期限を過ぎたもの")), ("soon", _("7日以内に期限が来るもの"))],
    }


@access.staff(*ROLES)
@require_GET
def inbox_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as CSV, all pages, streamed; Excel opens it (UTF-8 with BOM) and nothing in it acts."""
    look = _look(request)
    cases = desk.in_tab(
        desk.seen_cases(look.departments, look.filters, today=look.today), look.filters.tab, staff=look.staff
    )
    _record(look, shown=cases.count(), act="csv")
    wanted = desk.ordered(cases, look.filters.sort, look.filters.tab)
    header = (
        _("受付番号"), _("手続"), _("氏名"), _("受付日"), _("期限"), _("残り"), _("状態"), _("担当者"), _("経路")
    )  # fmt: skip
    lines = (_line(row) for row in desk.streamed_rows(wanted, today=look.today))
    return csv_response(f"applications-{look.today:%Y%m%d}.csv", header, lines)


def _line(row: desk.Row) -> tuple[object, ...]:
    return (
        grouped(row.receipt_number),
        row.procedure,
        _("支援措置（担当者に確認してください）") if row.protected else row.name,
        row.received_on.isoformat(),
        row.due.on.isoformat() if row.due.on else "",
        row.due.text,
        Status(row.status).label,
        row.holder,
        row.channel,
    )
