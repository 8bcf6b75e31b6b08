"""Handing over many cases at once: choose, look at what would happen, order it, see what came of it, undo it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import desk_distribution as desk
from madoguchi.applications.actions import hand_over_many as actions
from madoguchi.applications.distribution_rules import spread
from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.holders import loads_of
from madoguchi.applications.models import HandOverOrder
from madoguchi.applications.views.desk.distribution import (
    HANDLING,
    NOBODY,
    Chosen,
    chosen_department,
    ids_of,
    tabs,
    whole,
)
from madoguchi.common import access, clock
from madoguchi.common.jinja2env import jst
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field

Problems = list[tuple[str, str]]


@dataclass(slots=True)
class Asked:
    """Whose cases, to whom, and what is wrong with it."""

    from_staff: UUID | None
    row: desk.HolderRow | None  # None until somebody is chosen
    to: list[UUID]
    problems: Problems


@access.staff(*HANDLING)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Choose whose cases go to whom; the first sending shows what would happen, the second one orders it."""
    chosen = chosen_department(request)
    found = desk.overview(chosen.code, today=chosen.today)
    if request.method != "POST":
        asked = _asked(request.GET.get("from", ""), [], found, chosen)
        return _page(request, chosen, found, asked)
    asked = _asked(request.POST.get("from", ""), request.POST.getlist("to"), found, chosen)
    if asked.row is None:
        asked.problems.append(("#from", _("だれの申請を引き継ぐかを選んでください。")))
    elif not asked.to:
        asked.problems.append(("#to", _("引き継ぐ相手を1人以上選んでください。")))
    if asked.problems:
        return _page(request, chosen, found, asked, status=422)
    if request.POST.get("act") != "do":
        return _page(request, chosen, found, asked, preview=True)
    return _order(request, chosen, found, asked)


def _order(request: HttpRequest, chosen: Chosen, found: desk.Overview, asked: Asked) -> HttpResponse:
    try:
        ordered = actions.order(
            department_code=chosen.code,
            from_staff=asked.from_staff,
            to=asked.to,
            expected=whole(request.POST.get("expected", "")),
            by=chosen.staff,
            now=clock.now(),
        )
    except actions.OtherCount as other:
        sentence = _("確かめているあいだに、件数が%(count)s件に変わりました。もう一度確かめてください。")
        asked.problems = [("#preview", sentence % {"count": other.now})]
        return _page(request, chosen, found, asked, preview=True, status=409)
    return redirect("desk:handed_over", ordered.id)


def _asked(typed_from: str, typed_to: list[str], found: desk.Overview, chosen: Chosen) -> Asked:
    """What was chosen, as far as the person may choose it."""
    from_staff = next(iter(ids_of([typed_from])), None)
    row = found.row(from_staff) if from_staff or typed_from == NOBODY else None
    if row is not None and not actions.may_give(chosen.staff, chosen.code, from_staff, today=chosen.today):
        row = None
    there = {one.id for one in found.colleagues} - {from_staff}
    return Asked(from_staff, row, [one for one in ids_of(typed_to) if one in there], [])


def _page(
    request: HttpRequest,
    chosen: Chosen,
    found: desk.Overview,
    asked: Asked,
    *,
    preview: bool = False,
    status: int = 200,
) -> HttpResponse:
    givers = [
        (str(row.id or NOBODY), _("%(name)s（%(count)s件）") % {"name": row.name, "count": row.open})
        for row in found.rows
        if row.open and (chosen.is_head or row.id == chosen.staff.id)
    ]
    context = chosen.context | {
        "tabs": tabs("hand_over_many", chosen),
        "givers": givers,
        "giver": str(asked.row.id or NOBODY) if asked.row else "",
        "giver_name": asked.row.name if asked.row and asked.row.id else "",
        "colleagues": [
            (str(row.id), row.name, row.state)
            for row in found.colleagues
            if row.id != asked.from_staff or not asked.row
        ],
        "to": [str(one) for one in asked.to],
        "plan": _plan(asked, found) if preview and asked.row else [],
        "count": asked.row.open if asked.row else 0,
        "preview": preview,
        "last": [_last_row(row) for row in desk.last_hand_overs(chosen.code)],
        "problems": asked.problems,
        "errors": by_field(asked.problems),
    }
    return render(request, "applications/desk/hand_over_many.html", context, status=status)


def _plan(asked: Asked, found: desk.Overview) -> list[list[Any]]:
    """How many each would get, by the reading of their names."""
    assert asked.row is not None
    loads = loads_of(asked.to)
    given = spread(asked.row.open, loads, asked.to)
    return [
        [row.name, loads.get(row.id, 0), given[row.id], loads.get(row.id, 0) + given[row.id]]
        for row in found.colleagues
        if row.id in given
    ]


def _last_row(row: HandOverOrder) -> dict[str, Any]:
    href = reverse("desk:handed_over", args=[row.id])
    return {
        "href": href,
        "cells": [
            {"text": jst(row.ordered_at, year=True), "href": href},
            _title(row),
            _("%(moved)s件／%(planned)s件") % {"moved": row.moved, "planned": row.planned},
            row.ordered_by.display_name,
        ],
    }


def _title(row: HandOverOrder) -> str:
    if row.undoes_id is not None:
        return _("引継ぎの取消し")
    if row.from_staff is None:
        return _("担当者のいない申請の引継ぎ")
    return _("%(name)sさんの申請の引継ぎ") % {"name": row.from_staff.display_name}


@access.staff(*HANDLING)
@require_GET
def result(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """What came of an order."""
    row, chosen = _ordered(request, hand_over_id)
    return _result(request, row, chosen)


@access.staff(*HANDLING)
@require_POST
def undo(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """Give back what those who got it still hold; pressed twice, it is undone once."""
    row, chosen = _ordered(request, hand_over_id)
    try:
        back = actions.undo(hand_over=row, by=chosen.staff, now=clock.now())
    except actions.AlreadyUndone:
        return HttpResponseRedirect(reverse("desk:handed_over", args=[row.id]))
    except actions.NobodyThere:
        problem = _("前の担当者は、いまこの部署で担当できません。ほかの人を選んで引き継いでください。")
    except NotAllowed:
        problem = _("取り消せるのは、所属長か引き継いだ人です。引継ぎが終わってから取り消せます。")
    else:
        return redirect("desk:handed_over", back.id)
    return _result(request, row, chosen, problem)


def _ordered(request: HttpRequest, hand_over_id: UUID) -> tuple[HandOverOrder, Chosen]:
    """An order of a department this person works for. Raises `Http404`."""
    rows = HandOverOrder.objects.select_related("from_staff", "ordered_by", "undoes", "undone_by")
    row, chosen = rows.filter(id=hand_over_id).first(), chosen_department(request)
    if row is None or row.department_code not in chosen.names:
        raise Http404
    return row, chosen


def _result(request: HttpRequest, row: HandOverOrder, chosen: Chosen, problem: str = "") -> HttpResponse:
    names = identity.staff_names(f"staff:{person}" for person in row.to)
    undone_by = getattr(row, "undone_by", None)
    context = chosen.context | {
        "row": row,
        "title": _title(row),
        "to": "、".join(sorted(names.values())) or _("担当者なし"),
        "left": row.planned - row.moved,
        "undone_by": undone_by,
        "may_undo": row.finished_at is not None
        and row.moved > 0
        and row.undoes_id is None
        and undone_by is None
        and (chosen.is_head or row.ordered_by_id == chosen.staff.id),
        "back": reverse("desk:hand_over_many") + f"?department={row.department_code}",
        "problems": [("#undo", problem)] if problem else [],
    }
    return render(request, "applications/desk/handed_over.html", context, status=422 if problem else 200)
