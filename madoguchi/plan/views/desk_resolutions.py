"""Resolutions of all meetings: what is open, who does it, what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.common import access, clock, desk_lists
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan import desk_resolutions
from madoguchi.plan.actions import resolutions as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile, ReasonMissing
from madoguchi.plan.definition import Plan
from madoguchi.plan.desk_states import ResolutionState
from madoguchi.plan.forms import desk_meetings as forms
from madoguchi.plan.forms.desk_values import read_day
from madoguchi.plan.models import Resolution
from madoguchi.plan.queries import meetings as queries
from madoguchi.plan.queries import plans
from madoguchi.plan.rules import meetings as rules
from madoguchi.plan.views.desk_meetings import READERS

STATES = ("open", "overdue", "done", "dropped", "all")
HEADER = (
    "plan",
    "meeting",
    "held_on",
    "measure",
    "text",
    "owner",
    "due_on",
    "state",
    "days_overdue",
    "indicator",
    "value_before",
    "expected_change",
    "value_after",
    "finished_on",
    "result",
)


@access.staff(*READERS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Resolutions by word, state, department and measure, the one due first in front."""
    filters = _filters(request)
    page, pagination = desk_lists.paged(request, queries.found(filters, clock.today()))
    departments = {d.code: d.name for d in organization.all_departments(clock.today())}
    names = queries.department_names((one.owner_department_code for one in page), departments)
    loaded = {plan.id: plan for plan in plans.all_plans()}
    measures = {m.id: f"{m.id} {m.title}" for plan in loaded.values() for m in plan.measures}
    context = {
        "here": "plan",
        "filters": filters,
        "states": _state_words(),
        "departments": list(departments.items()),
        "measures": sorted(measures.items()),
        "columns": _columns(request, filters.order),
        "rows": [_row(one, loaded[one.item.meeting.plan_id], names) for one in page],
        "pagination": pagination,
        "csv": reverse("plan:resolutions-csv") + desk_lists.address_with(request),
    }
    return render(request, "plan/desk/resolutions.html", context)


def _columns(request: HttpRequest, order: str) -> list[Any]:
    return [
        _("決定事項"),
        desk_lists.column(request, _("会議"), "meeting", order),
        desk_lists.column(request, _("担当"), "owner", order),
        desk_lists.column(request, _("期限"), "due", order),
        _("状態"),
        _("指標"),
        _("会議の日の値と見込む変化"),
        _("終わった日の値"),
    ]


def _row(one: Resolution, plan: Plan, names: dict[str, str]) -> dict[str, Any]:
    row = desk_resolutions.row(one, plan, names, clock.today())
    meeting = one.item.meeting
    number = _("第%(number)s回") % {"number": meeting.number}
    cells = [
        {"text": row["text"], "href": row["href"]},
        {"text": number, "href": reverse("plan:meeting", args=[meeting.id])},
        {"text": row["owner"], "note": one.owner.display_name if one.owner else ""},
        row["due_on"],
        {"text": row["state"], "tag": row["tag"]},
        row["indicator"],
        {"text": row["before"], "note": row["expected"]},
        row["after"],
    ]
    return {"href": row["href"], "cells": cells}


@access.staff(*READERS)
@require_GET
def listing_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list as a file."""
    found = queries.found(_filters(request), clock.today())
    return list_response(request, kind, "resolutions", HEADER, _lines(found))


def _lines(found: QuerySet[Resolution]) -> Iterator[list[object]]:
    for one in found.iterator(chunk_size=500):
        meeting = one.item.meeting
        yield [
            meeting.plan_id,
            meeting.number,
            meeting.held_on,
            one.item.measure_id,
            one.text,
            one.owner_department_code,
            one.due_on,
            one.state,
            rules.days_overdue(due_on=one.due_on, state=one.state, today=clock.today()),
            one.indicator_id,
            one.value_before,
            one.expected_change,
            one.value_after,
            clock.tokyo_date(one.finished_at) if one.finished_at else None,
            one.result,
        ]


@access.staff(*READERS)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, resolution_id: UUID) -> HttpResponse:
    """One resolution: who does it, what came of it, another day for it."""
    one = Resolution.objects.select_related("item__meeting", "owner").filter(id=resolution_id).first()
    if one is None:
        raise Http404
    problems: forms.Problems = []
    status = 0
    if request.method == "POST":
        try:
            problems = _act(request, one)
        except ReasonMissing:
            problems = [(_place(request), _("結果または理由を入力してください。"))]
        except actions.DueTooEarly:
            problems = [("#due_on", _("新しい期限は、いまの期限より後の日にしてください。"))]
        except NotAllowed:
            problems = [("#main", _("ほかの部署の決定事項は、変更できません。"))]
        except ChangedMeanwhile:
            problems = [("#main", _("ほかの人が先に変更しました。内容を確かめてください。"))]
            status = 409
            one = Resolution.objects.select_related("item__meeting", "owner").get(id=resolution_id)
        if not problems:
            return redirect("plan:resolution", one.id)
    return _show(request, one, problems, status=status or (422 if problems else 200))


def _show(request: HttpRequest, one: Resolution, problems: forms.Problems, *, status: int) -> HttpResponse:
    plan = plans.plan(one.item.meeting.plan_id)
    names = queries.department_names([one.owner_department_code], {})
    may_report = actions.may_report(one, identity.staff_of(request), clock.today())
    is_open = one.state == ResolutionState.OPEN
    people = queries.people_of(one.owner_department_code, clock.today()) if is_open and may_report else []
    context = {
        "here": "plan",
        "one": one,
        "row": desk_resolutions.row(one, plan, names, clock.today()),
        "effect": desk_resolutions.effect(one, plan),
        "reminded_on": clock.tokyo_date(one.reminded_at) if one.reminded_at else None,
        "is_done": one.state == ResolutionState.DONE,
        "is_open": is_open,
        "may_report": may_report,
        "people": [(str(person.id), person.display_name) for person in people],
        "is_office": "office" in getattr(request, "staff_roles", ()),
        "typed": request.POST,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/resolution.html", context, status=status)


def _place(request: HttpRequest) -> str:
    return {"postpone": "#reason", "drop": "#drop_reason"}.get(request.POST.get("act", ""), "#result")


def _act(request: HttpRequest, one: Resolution) -> forms.Problems:
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    try:
        act = _ACTS[request.POST.get("act", "")]
    except KeyError:
        raise Http404 from None
    return act(request, one, version, {"by": identity.staff_of(request), "now": clock.now()})


def _finish(request: HttpRequest, one: Resolution, version: int, who: dict[str, Any]) -> forms.Problems:
    result = request.POST.get("result", "")
    actions.finish_resolution(resolution=one, version=version, result=result, **who)
    return []


def _drop(request: HttpRequest, one: Resolution, version: int, who: dict[str, Any]) -> forms.Problems:
    reason = request.POST.get("drop_reason", "")
    actions.drop_resolution(resolution=one, version=version, reason=reason, **who)
    return []


def _postpone(request: HttpRequest, one: Resolution, version: int, who: dict[str, Any]) -> forms.Problems:
    due_on = read_day(request.POST.get("due_on", ""))
    if due_on is None:
        return [("#due_on", _("新しい期限の日を選んでください。"))]
    reason = request.POST.get("reason", "")
    actions.postpone_resolution(resolution=one, version=version, due_on=due_on, reason=reason, **who)
    return []


def _give(request: HttpRequest, one: Resolution, version: int, who: dict[str, Any]) -> forms.Problems:
    chosen = request.POST.get("owner", "")
    people = {str(p.id): p for p in queries.people_of(one.owner_department_code, clock.today())}
    if chosen and chosen not in people:
        return [("#owner", _("担当者を選び直してください。"))]
    actions.give_to(resolution=one, version=version, owner=people.get(chosen), **who)
    return []


_ACTS = {"finish": _finish, "drop": _drop, "postpone": _postpone, "give": _give}


def _filters(request: HttpRequest) -> queries.Filters:
    return queries.Filters(
        state=desk_lists.choice(request, "state", STATES),
        text=desk_lists.searched(request),
        department=request.GET.get("department", "")[:40],
        measure=request.GET.get("measure", "")[:10],
        order=desk_lists.choice(request, "sort", tuple(queries.ORDERS)),
    )


def _state_words() -> list[tuple[str, str]]:
    words = {"overdue": _("期限を過ぎたもの"), "all": _("すべて")}
    return [(state, words.get(state) or str(ResolutionState(state).label)) for state in STATES]
