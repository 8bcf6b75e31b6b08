"""What happens behind the pages: the jobs, their state, and a way to do one again. `config` mounts it at the desk."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Protocol, cast
from urllib.parse import urlencode

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from madoguchi.common import access, clock, jobs, kernel
from madoguchi.common.models import Job, JobState, WorkerPulse
from madoguchi.common.pages import render

PAGE = 50
ALIVE = timedelta(minutes=1)
KINDS_OF_STATE = {
    JobState.WAITING: "info",
    JobState.RUNNING: "progress",
    JobState.DONE: "success",
    JobState.DEAD: "danger",
}
MAY_BE_TRIED = (JobState.DEAD, JobState.WAITING)


class Record(Protocol):
    """Writes the audit entry of an act into its unit; the record lives in a room above this one."""

    def __call__(
        self, unit: kernel.Unit, *, actor: str, act: str, subject: str, now: datetime, detail: dict[str, Any]
    ) -> None: ...


class _Actor(Protocol):
    @property
    def actor(self) -> str: ...


class _StaffRequest(Protocol):
    """A request after its rule was answered; what staff is, a room above knows."""

    staff: _Actor


@access.staff("administrator")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The jobs of one state, the next to run first; no payload, for it may point at persons."""
    state = request.GET.get("state", "")
    state = state if state in JobState.values else JobState.DEAD
    kinds = jobs.kinds()
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    wanted = Job.objects.filter(kind=kind) if kind else Job.objects.all()
    counts = dict(wanted.values_list("state").annotate(Count("id")).order_by())
    total = counts.get(state, 0)
    pages = max(-(-total // PAGE), 1)
    typed = request.GET.get("page", "")
    number = min(max(int(typed), 1), pages) if typed.isdecimal() and len(typed) < 7 else 1
    order = ("-finished_at", "id") if state in (JobState.DONE, JobState.DEAD) else ("run_at", "id")
    rows = wanted.filter(state=state).order_by(*order).defer("payload")
    now = clock.now()

    def href(**changes: Any) -> str:
        parts = {"state": state, "kind": kind, "page": 1} | changes
        return "?" + urlencode({k: v for k, v in parts.items() if v and (k, v) != ("page", 1)})

    context = {
        "here": "jobs",
        "tabs": [
            {
                "label": str(s.label),
                "href": href(state=s.value),
                "current": s == state,
                "count": counts.get(s, 0),
            }
            for s in (JobState.DEAD, JobState.WAITING, JobState.RUNNING, JobState.DONE)
        ],
        "state": str(state),
        "kind": kind,
        "kind_choices": [(name, name) for name in kinds],
        "jobs": rows[(number - 1) * PAGE : number * PAGE],
        "state_kind": KINDS_OF_STATE[JobState(state)],
        "state_label": str(JobState(state).label),
        "may_be_tried": state in MAY_BE_TRIED,
        "total": total,
        "first": (number - 1) * PAGE + 1,
        "last": min(number * PAGE, total),
        "previous": href(page=number - 1) if number > 1 else "",
        "next": href(page=number + 1) if number < pages else "",
        "here_query": href(page=number),
        "worker_alive": WorkerPulse.objects.filter(at__gte=now - ALIVE).exists(),
        "done": _done(request.GET.get("done", "")),
    }
    return render(request, "common/jobs.html", context)


def _done(done: str) -> tuple[str, str]:
    """What came of the last button: kind of banner and sentence."""
    return {
        "again": ("success", _("もう一度実行するよう登録しました。まもなく実行されます。")),
        "not": ("warning", _("このジョブは、すでに実行中か、完了しています。")),
    }.get(done, ("", ""))


@access.staff("administrator")
@require_POST
def again(request: HttpRequest, job_id: uuid.UUID, record: Record) -> HttpResponse:
    """Do a dead or waiting job again at once; who asked for it is recorded."""
    job = Job.objects.filter(id=job_id).first()
    if job is None:
        raise Http404
    unit, now = kernel.Unit(), clock.now()
    actor = cast(_StaffRequest, request).staff.actor
    detail = {"kind": job.kind, "attempts": job.attempts}
    record(unit, actor=actor, act="job.again", subject=f"job:{job.id}", now=now, detail=detail)
    try:
        jobs.try_again(job=job, now=now, unit=unit)
        done = "again"
    except kernel.GuardFailed:
        done = "not"
    back = {"state": request.POST.get("state", ""), "kind": request.POST.get("kind", ""), "done": done}
    return redirect(f"{reverse('jobs')}?{urlencode({k: v for k, v in back.items() if v})}")
