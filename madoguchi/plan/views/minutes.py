"""Published minutes: what the office decided, for everybody."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.pages import render
from madoguchi.plan.desk_states import MeetingState
from madoguchi.plan.models import Meeting
from madoguchi.plan.views.desk_meetings import minutes_response

MOST = 60


@access.public
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Meetings whose minutes are closed, with what was decided."""
    rows = Meeting.objects.filter(state=MeetingState.CLOSED).order_by("-held_on", "-number")
    found = [
        {
            "id": m.id,
            "number": m.number,
            "held_on": m.held_on,
            "decisions": [r.text for item in m.agenda.all() for r in item.resolutions.all()],
        }
        for m in rows.prefetch_related("agenda__resolutions")[:MOST]
    ]
    return render(request, "plan/minutes.html", {"here": "plan", "meetings": found})


@access.public
@require_GET
def pdf(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The closed minutes of a meeting."""
    meeting = Meeting.objects.filter(id=meeting_id, state=MeetingState.CLOSED).first()
    if meeting is None:
        raise Http404
    return minutes_response(meeting)
