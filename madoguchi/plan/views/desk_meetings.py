"""Meetings of the office: the list, and one meeting on one screen."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.common import access, clock, desk_lists
from madoguchi.common.files.configured import configured
from madoguchi.common.files.store import NotStored
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan import desk_minutes, desk_resolutions
from madoguchi.plan.actions import meetings as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.definition import Plan
from madoguchi.plan.desk_states import MeetingState, ResolutionState
from madoguchi.plan.forms import desk_meetings as forms
from madoguchi.plan.models import AgendaItem, Meeting
from madoguchi.plan.queries import meetings as queries
from madoguchi.plan.queries import plans
from madoguchi.plan.rules import meetings as rules
from madoguchi.plan.views.asking import asked
from madoguchi.plan.views.desk_meeting_acts import ACTS

TAGS = {"planned": "info", "held": "progress", "closed": "success", "cancelled": "neutral"}
READERS = ("officer", "head", "office")
STATES = ("", *MeetingState.values)


@access.staff(*READERS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Meetings by plan and state, the newest first."""
    state, plan_id, order = _choice(request)
    page, pagination = desk_lists.paged(
        request, queries.meetings_found(state=state, plan_id=plan_id, order=order)
    )
    titles = {plan.id: plan.title.ja for plan in plans.all_plans()}
    context = {
        "here": "plan",
        "columns": [_("会議"), desk_lists.column(request, _("日"), "day", order), _("場所"), _("状態")],
        "rows": [_row(meeting, titles) for meeting in page],
        "state": state,
        "states": MeetingState.choices,
        "plan_id": plan_id,
        "plans": list(titles.items()),
        "pagination": pagination,
        "csv": reverse("plan:meetings-csv") + desk_lists.address_with(request),
        "may_change": _is_office(request),
    }
    return render(request, "plan/desk/meetings.html", context)


def _row(meeting: Meeting, titles: dict[str, str]) -> dict[str, Any]:
    href = reverse("plan:meeting", args=[meeting.id])
    number = _("第%(number)s回") % {"number": meeting.number}
    cells = [
        {"text": number, "href": href, "note": titles[meeting.plan_id]},
        meeting.held_on.isoformat(),
        meeting.place,
        {"text": MeetingState(meeting.state).label, "tag": TAGS[meeting.state]},
    ]
    return {"href": href, "cells": cells}


@access.staff(*READERS)
@require_GET
def listing_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list as a file."""
    state, plan_id, order = _choice(request)
    header = ["plan", "number", "held_on", "place", "chair", "present", "state"]
    found = queries.meetings_found(state=state, plan_id=plan_id, order=order).iterator(chunk_size=500)
    rows = (
        [m.plan_id, m.number, m.held_on, m.place, m.chair, ";".join(m.present.split("\n")), m.state]
        for m in found
    )
    return list_response(request, kind, "meetings", header, rows)


def _choice(request: HttpRequest) -> tuple[str, str, str]:
    order = desk_lists.choice(request, "sort", tuple(queries.MEETING_ORDERS))
    return desk_lists.choice(request, "state", STATES), request.GET.get("plan_id", "")[:60], order


@access.staff("office")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Call a meeting; what is open stands on its agenda."""
    ask = asked(request)
    problems: forms.Problems = []
    if request.method == "POST":
        values, problems = forms.read_meeting(request.POST)
        if not problems:
            meeting = actions.plan_meeting(
                plan_id=ask.plan.id,
                held_on=values["held_on"],
                place=values["place"],
                chair=values["chair"],
                by=identity.staff_of(request),
                now=clock.now(),
            )
            return redirect("plan:meeting", meeting.id)
    context = {
        "here": "plan",
        "plan": ask.plan,
        "typed": request.POST,
        "others": [(p.id, p.title.ja) for p in plans.all_plans() if p.id != ask.plan.id],
        "carried": _left_open(ask.plan, clock.today()),
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/meeting_new.html", context, status=422 if problems else 200)


def _left_open(plan: Plan, today: date) -> list[str]:
    left = rules.carried_over(queries.left_open(plan.id, today), ())
    return [_overdue(one.text, one.due_on, today) for one in left]


def _overdue(text: str, due_on: date, today: date) -> str:
    late = rules.days_overdue(due_on=due_on, state=ResolutionState.OPEN, today=today)
    return text + (_("（%(days)s日超過）") % {"days": late} if late else "")


@access.staff(*READERS)
@require_GET
def page(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """One meeting on one screen: agenda, what was said, what was decided."""
    return _show(request, _meeting(meeting_id), [])


@access.staff("office")
@require_POST
def change(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Do one thing with a meeting: its frame, its agenda, what was said and decided, holding and closing it."""
    meeting = _meeting(meeting_id)
    act = request.POST.get("act", "")
    try:
        problems = ACTS[act](request, meeting)
    except KeyError:
        raise Http404 from None
    except actions.Closed:
        problems = [("#main", _("議事録が確定した会議、中止した会議は変更できません。"))]
    except actions.NotYet:
        problems = [("#main", _("会議の日がまだ来ていません。開催と決定事項は、会議の日から記録できます。"))]
    except NotAllowed:
        problems = [("#main", _("この操作は、いまの状態ではできません。"))]
    except ChangedMeanwhile:
        sentence = _("ほかの人が先に変更しました。内容を確かめて、もう一度押してください。")
        return _show(request, _meeting(meeting_id), [("#main", sentence)], status=409)
    if problems:
        return _show(request, _meeting(meeting_id), problems)
    return redirect("plan:meeting", meeting.id)


@access.staff(*READERS)
@require_GET
def minutes(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The minutes as PDF: the kept one once they are closed, else as they stand."""
    return minutes_response(_meeting(meeting_id))


def minutes_response(meeting: Meeting) -> HttpResponse:
    """The kept PDF of closed minutes; a draft made on the spot before."""
    store, _scanner = configured()
    content = b""
    if meeting.minutes_digest:
        try:
            with store.open(meeting.minutes_digest) as kept:
                content = kept.read()
        except NotStored:
            raise Http404 from None
    if not content:
        paper = desk_minutes.paper(meeting, issued_at=meeting.created_at, is_draft=True)
        content = paper.render_apart()
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="minutes-{meeting.number}.pdf"'
    return response


def _show(
    request: HttpRequest, meeting: Meeting, problems: forms.Problems, *, status: int = 0
) -> HttpResponse:
    loaded = {plan.id: plan for plan in plans.all_plans()}
    plan = loaded[meeting.plan_id]
    today = clock.today()
    departments = {d.code: d.name for d in organization.all_departments(today)}
    items = list(
        meeting.agenda.select_related("carried_from__item__meeting")
        .prefetch_related("resolutions")
        .order_by("position")
    )
    shown = [one for item in items for one in (*item.resolutions.all(), item.carried_from) if one]
    names = queries.department_names((one.owner_department_code for one in shown), departments)
    is_open = meeting.state in (MeetingState.PLANNED, MeetingState.HELD)
    may_change = _is_office(request) and is_open
    context = {
        "here": "plan",
        "meeting": meeting,
        "plan": plan,
        "tag": (MeetingState(meeting.state).label, TAGS[meeting.state]),
        "items": [_item_row(item, loaded, meeting, names, today) for item in items],
        "may_change": may_change,
        "has_come": meeting.held_on <= today,
        "left_open": _not_on_agenda(meeting, items) if may_change else [],
        "departments": list(departments.items()),
        "measures": [(m.id, f"{m.id} {m.title}") for m in plan.measures],
        "indicators": [(i.id, i.title.ja) for i in plan.indicators],
        "typed": request.POST,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/meeting.html", context, status=status or (422 if problems else 200))


def _not_on_agenda(meeting: Meeting, items: list[AgendaItem]) -> list[rules.Open]:
    left = queries.left_open(meeting.plan_id, meeting.held_on, apart_from=meeting)
    return rules.carried_over(left, [item.carried_from_id for item in items if item.carried_from_id])


def _item_row(
    item: AgendaItem, loaded: dict[str, Plan], meeting: Meeting, names: dict[str, str], today: date
) -> dict[str, Any]:
    plan, carried = loaded[meeting.plan_id], item.carried_from
    home = loaded[carried.item.meeting.plan_id] if carried else plan
    return {
        "id": item.id,
        "position": item.position,
        "title": item.title,
        "measure": item.measure_id,
        "minutes": item.minutes,
        "seen": actions.mark_of(item.minutes),
        "carried": desk_resolutions.row(carried, home, names, today) if carried else None,
        "resolutions": [desk_resolutions.row(r, plan, names, today) for r in item.resolutions.all()],
    }


def _is_office(request: HttpRequest) -> bool:
    return "office" in getattr(request, "staff_roles", ())


def _meeting(meeting_id: UUID) -> Meeting:
    found = Meeting.objects.filter(id=meeting_id).first()
    if found is None:
        raise Http404
    return found
