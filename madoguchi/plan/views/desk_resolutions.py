"""Resolutions of all meetings: what is open, what came of it."""

from __future__ import annotations

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
from madoguchi.common.spreadsheets import csv_response
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan.actions import meetings as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile, ReasonMissing
from madoguchi.plan.desk_states import ResolutionState
from madoguchi.plan.forms import desk_meetings as forms
from madoguchi.plan.models import Resolution
from madoguchi.plan.queries import plans
from madoguchi.plan.rules import meetings as rules
from madoguchi.plan.views.desk_meetings import READERS, resolution_row

STATES = ("open", "overdue", "done", "dropped", "all")


@access.staff(*READERS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Resolutions by state and department, the one due first in front."""
    state, department = _choice(request)
    page, pagination = desk_lists.paged(request, _found(state, department))
    departments = organization.all_departments(clock.today())
    names = {d.code: d.name for d in departments}
    loaded = {plan.id: plan for plan in plans.all_plans()}
    rows = []
    for one in page:
        row = resolution_row(one, loaded[one.item.meeting.plan_id], names, clock.today())
        cells = [
            {"text": row["text"], "href": row["href"]},
            row["owner"],
            row["due_on"],
            {"text": row["state"], "tag": row["tag"]},
            row["indicator"],
            {"text": row["before"], "note": row["expected"]},
            row["after"],
        ]
        rows.append({"href": row["href"], "cells": cells})
    context = {
        "here": "plan",
        "state": state,
        "states": _state_words(),
        "department": department,
        "departments": list(names.items()),
        "rows": rows,
        "pagination": pagination,
        "csv": reverse("plan:resolutions-csv") + desk_lists.address_with(request),
    }
    return render(request, "plan/desk/resolutions.html", context)


@access.staff(*READERS)
@require_GET
def listing_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file."""
    header = [
        "text",
        "owner",
        "due_on",
        "state",
        "indicator",
        "value_before",
        "expected_change",
        "value_after",
        "result",
    ]
    rows = [
        [
            one.text,
            one.owner_department_code,
            one.due_on,
            one.state,
            one.indicator_id,
            one.value_before,
            one.expected_change,
            one.value_after,
            one.result,
        ]
        for one in _found(*_choice(request)).iterator(chunk_size=500)
    ]
    return csv_response("resolutions.csv", header, rows)


@access.staff(*READERS)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, resolution_id: UUID) -> HttpResponse:
    """One resolution: say what came of it, or give it another day."""
    one = Resolution.objects.select_related("item__meeting").filter(id=resolution_id).first()
    if one is None:
        raise Http404
    problems: forms.Problems = []
    status = 0
    if request.method == "POST":
        try:
            problems = _act(request, one)
            if not problems:
                return redirect("plan:resolution", one.id)
        except ReasonMissing:
            place = "#reason" if request.POST.get("act") == "postpone" else "#result"
            problems = [(place, _("結果または理由を入力してください。"))]
        except NotAllowed:
            problems = [("#result", _("ほかの部署の決定事項には、結果を入力できません。"))]
        except ChangedMeanwhile:
            problems = [("#result", _("ほかの人が先に変更しました。内容を確かめてください。"))]
            status = 409
    plan = plans.plan(one.item.meeting.plan_id)
    found = organization.departments([one.owner_department_code])
    names = {code: d.name for code, d in found.items()}
    effect = rules.effect(before=one.value_before, after=one.value_after, expected=one.expected_change)
    context = {
        "here": "plan",
        "one": one,
        "row": resolution_row(one, plan, names, clock.today()),
        "effect": _effect_words()[effect] if one.finished_at else "",
        "is_open": one.state == ResolutionState.OPEN,
        "is_office": "office" in getattr(request, "staff_roles", ()),
        "typed": request.POST,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/resolution.html", context, status=status or (422 if problems else 200))


def _act(request: HttpRequest, one: Resolution) -> forms.Problems:
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    who: dict[str, Any] = {"by": identity.staff_of(request), "now": clock.now()}
    if request.POST.get("act") == "postpone":
        due_on = forms.read_day(request.POST.get("due_on", ""))
        if due_on is None:
            return [("#due_on", _("新しい期限の日を選んでください。"))]
        reason = request.POST.get("reason", "")
        actions.postpone_resolution(resolution=one, version=version, due_on=due_on, reason=reason, **who)
        return []
    actions.finish_resolution(
        resolution=one,
        version=version,
        done="dropped" not in request.POST,
        result=request.POST.get("result", ""),
        **who,
    )
    return []


def _choice(request: HttpRequest) -> tuple[str, str]:
    return desk_lists.choice(request, "state", STATES), request.GET.get("department", "")[:40]


def _found(state: str, department: str) -> QuerySet[Resolution]:
    rows = Resolution.objects.select_related("item__meeting").order_by("due_on", "id")
    if state == "overdue":
        rows = rows.filter(state=ResolutionState.OPEN, due_on__lt=clock.today())
    elif state != "all":
        rows = rows.filter(state=state)
    return rows.filter(owner_department_code=department) if department else rows


def _state_words() -> list[tuple[str, str]]:
    words = {"overdue": _("期限を過ぎたもの"), "all": _("すべて")}
    return [(state, words.get(state) or str(ResolutionState(state).label)) for state in STATES]


def _effect_words() -> dict[str, str]:
    return {
        "as_expected": _("見込んだとおりの効果がありました。"),
        "less": _("効果はありましたが、見込みより小さいものでした。"),
        "none": _("指標は、見込んだ向きに動きませんでした。"),
        "unknown": _("効果は、指標では測れません。"),
    }
