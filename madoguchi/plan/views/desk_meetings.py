"""Meetings of the office: the list, and one meeting on one screen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.common import access, clock
from madoguchi.common.files.configured import configured
from madoguchi.common.files.store import NotStored
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan import desk_minutes, texts
from madoguchi.plan.actions import meetings as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.definition import Plan
from madoguchi.plan.desk_states import MeetingState, ResolutionState
from madoguchi.plan.forms import desk_meetings as forms
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.queries import plans
from madoguchi.plan.rules import meetings as rules
from madoguchi.plan.views.asking import asked

TAGS = {"planned": "info", "held": "progress", "closed": "success", "cancelled": "neutral"}
READERS = ("officer", "head", "office")


@access.staff(*READERS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All meetings, the newest first."""
    titles = {plan.id: plan.title.ja for plan in plans.all_plans()}
    rows = [
        [
            {
                "text": _("第%(number)s回") % {"number": m.number},
                "href": reverse("plan:meeting", args=[m.id]),
                "note": titles[m.plan_id],
            },
            m.held_on.isoformat(),
            m.place,
            {"text": MeetingState(m.state).label, "tag": TAGS[m.state]},
        ]
        for m in Meeting.objects.order_by("-held_on", "-number")
    ]
    context = {"here": "plan", "rows": rows, "may_change": _is_office(request)}
    return render(request, "plan/desk/meetings.html", context)


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
        "carried": [one.text for one in rules.carried_over(actions.open_resolutions(ask.plan.id), ())],
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/meeting_new.html", context, status=422 if problems else 200)


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
        problems = _ACTS[act](request, meeting)
    except KeyError:
        raise Http404 from None
    except actions.Closed:
        problems = [("#main", _("議事録が確定した会議、中止した会議は変更できません。"))]
    except NotAllowed:
        problems = [("#main", _("この操作は、いまの状態ではできません。"))]
    except ChangedMeanwhile:
        sentence = _("ほかの人が先に変更しました。内容を確かめて、もう一度押してください。")
        return _show(request, _meeting(meeting_id), [("#main", sentence)], status=409)
    if problems:
        return _show(request, _meeting(meeting_id), problems)
    return redirect("plan:meeting", meeting.id)


def _change_frame(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    values, problems = forms.read_meeting(request.POST)
    if not problems:
        actions.change_meeting(meeting=meeting, version=_version(request), values=values, **_who(request))
    return problems


def _add_item(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    measures = {m.id for m in plans.plan(meeting.plan_id).measures}
    values, problems = forms.read_item(request.POST, measures)
    if not problems:
        actions.add_item(meeting=meeting, **values, **_who(request))
    return problems


def _remove_item(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    actions.remove_item(item=_item(request, meeting), **_who(request))
    return []


def _write(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    text = request.POST.get("minutes", "").strip()
    actions.write_minutes(item=_item(request, meeting), text=text[:8000], **_who(request))
    return []


def _resolve(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    item = _item(request, meeting)
    plan = plans.plan(meeting.plan_id)
    order, problems = forms.read_order(
        request.POST,
        departments={d.code for d in organization.all_departments(clock.today())},
        indicators={i.id for i in plan.indicators},
        place=f"-{item.position}",
    )
    if order is not None:
        actions.resolve(item=item, order=order, **_who(request))
    return problems


def _hold(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    actions.move_meeting(meeting=meeting, version=_version(request), to=MeetingState.HELD, **_who(request))
    return []


def _cancel(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    version = _version(request)
    actions.move_meeting(meeting=meeting, version=version, to=MeetingState.CANCELLED, **_who(request))
    return []


def _close(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    actions.close_minutes(meeting=meeting, version=_version(request), **_who(request))
    return []


_ACTS = {
    "frame": _change_frame,
    "add_item": _add_item,
    "remove_item": _remove_item,
    "minutes": _write,
    "resolve": _resolve,
    "hold": _hold,
    "cancel": _cancel,
    "close": _close,
}


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
    content = content or desk_minutes.paper(meeting, issued_at=meeting.created_at).render_apart()
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="minutes-{meeting.number}.pdf"'
    return response


def _show(
    request: HttpRequest, meeting: Meeting, problems: forms.Problems, *, status: int = 0
) -> HttpResponse:
    plan = plans.plan(meeting.plan_id)
    today = clock.today()
    departments = organization.all_departments(today)
    names = {d.code: d.name for d in departments}
    items = meeting.agenda.prefetch_related("resolutions").order_by("position")
    is_open = meeting.state in (MeetingState.PLANNED, MeetingState.HELD)
    context = {
        "here": "plan",
        "meeting": meeting,
        "plan": plan,
        "tag": (MeetingState(meeting.state).label, TAGS[meeting.state]),
        "items": [_item_row(item, plan, names, today) for item in items],
        "may_change": _is_office(request) and is_open,
        "departments": list(names.items()),
        "measures": [(m.id, f"{m.id} {m.title}") for m in plan.measures],
        "indicators": [(i.id, i.title.ja) for i in plan.indicators],
        "typed": request.POST,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/meeting.html", context, status=status or (422 if problems else 200))


def _item_row(item: AgendaItem, plan: Plan, names: dict[str, str], today: Any) -> dict[str, Any]:
    return {
        "id": item.id,
        "position": item.position,
        "title": item.title,
        "measure": item.measure_id,
        "minutes": item.minutes,
        "carried_from": item.carried_from_id,
        "resolutions": [resolution_row(r, plan, names, today) for r in item.resolutions.all()],
    }


def resolution_row(one: Resolution, plan: Plan, names: dict[str, str], today: Any) -> dict[str, Any]:
    """A resolution as lists show it."""
    late = rules.days_overdue(due_on=one.due_on, state=one.state, today=today)
    tag = "danger" if late else {"open": "progress", "done": "success", "dropped": "neutral"}[one.state]
    label = str(ResolutionState(one.state).label)
    indicator = plan.indicator(one.indicator_id) if one.indicator_id else None
    return {
        "href": reverse("plan:resolution", args=[one.id]),
        "text": one.text,
        "owner": names.get(one.owner_department_code, one.owner_department_code),
        "due_on": one.due_on.isoformat(),
        "state": _("%(days)s日超過") % {"days": late} if late else label,
        "tag": tag,
        "indicator": indicator.title.ja if indicator else "",
        "before": texts.with_unit(indicator, one.value_before, "ja") if indicator else "",
        "expected": texts.plain(one.expected_change) if one.expected_change is not None else "",
        "after": texts.with_unit(indicator, one.value_after, "ja") if indicator and one.finished_at else "",
        "result": one.result,
    }


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": identity.staff_of(request), "now": clock.now()}


def _is_office(request: HttpRequest) -> bool:
    return "office" in getattr(request, "staff_roles", ())


def _meeting(meeting_id: UUID) -> Meeting:
    found = Meeting.objects.filter(id=meeting_id).first()
    if found is None:
        raise Http404
    return found


def _item(request: HttpRequest, meeting: Meeting) -> AgendaItem:
    position = request.POST.get("position", "")
    if not (position.isascii() and position.isdigit() and len(position) < 6):
        raise Http404
    found = meeting.agenda.filter(position=int(position)).first()
    if found is None:
        raise ChangedMeanwhile
    return found


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
