"""What the office does with one meeting: each form of its page is one act."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from madoguchi.common import clock
from madoguchi.identity import queries as identity
from madoguchi.organization import queries as organization
from madoguchi.plan.actions import meetings as actions
from madoguchi.plan.actions import resolutions
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.forms import desk_meetings as forms
from madoguchi.plan.models import AgendaItem, Meeting
from madoguchi.plan.queries import plans
from madoguchi.plan.views.asking import posted_version

MOST_MINUTES = 8000


def _change_frame(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    values, problems = forms.read_meeting(request.POST)
    if not problems:
        actions.change_meeting(
            meeting=meeting, version=posted_version(request), values=values, **_who(request)
        )
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


def _move_up(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    actions.move_item(item=_item(request, meeting), up=True, **_who(request))
    return []


def _move_down(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    actions.move_item(item=_item(request, meeting), up=False, **_who(request))
    return []


def _carry_over(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    actions.carry_over(meeting=meeting, **_who(request))
    return []


def _write(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    item = _item(request, meeting)
    text = request.POST.get("minutes", "").replace("\r\n", "\n").strip()
    if len(text) > MOST_MINUTES:
        sentence = _("議事は%(most)s文字以内で入力してください。") % {"most": MOST_MINUTES}
        return [(f"#minutes-text-{item.position}", sentence)]
    actions.write_minutes(item=item, seen=request.POST.get("seen", ""), text=text, **_who(request))
    return []


def _resolve(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    item = _item(request, meeting)
    plan = plans.plan(meeting.plan_id)
    order, problems = forms.read_order(
        request.POST,
        departments={d.code for d in organization.all_departments(clock.today())},
        indicators={i.id for i in plan.indicators},
        held_on=meeting.held_on,
        place=f"-{item.position}",
    )
    if order is not None:
        resolutions.resolve(item=item, order=order, **_who(request))
    return problems


def _hold(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    actions.hold_meeting(meeting=meeting, version=posted_version(request), **_who(request))
    return []


def _cancel(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    try:
        actions.cancel_meeting(meeting=meeting, version=posted_version(request), **_who(request))
    except actions.AlreadyDecided:
        return [("#meeting", _("この会議では決定事項が記録されています。中止にはできません。"))]
    return []


def _close(request: HttpRequest, meeting: Meeting) -> forms.Problems:
    actions.close_minutes(meeting=meeting, version=posted_version(request), **_who(request))
    return []


ACTS = {
    "frame": _change_frame,
    "add_item": _add_item,
    "remove_item": _remove_item,
    "up": _move_up,
    "down": _move_down,
    "carry_over": _carry_over,
    "minutes": _write,
    "resolve": _resolve,
    "hold": _hold,
    "cancel": _cancel,
    "close": _close,
}


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": identity.staff_of(request), "now": clock.now()}


def _item(request: HttpRequest, meeting: Meeting) -> AgendaItem:
    position = request.POST.get("position", "")
    if not (position.isascii() and position.isdigit() and len(position) < 6):
        raise Http404
    found = meeting.agenda.filter(position=int(position)).first()
    if found is None:
        raise ChangedMeanwhile
    return found
