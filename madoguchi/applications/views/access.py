"""Loading what the person at the browser holds; the only way resident views reach a draft or application."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from madoguchi.applications import capabilities, limits
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Application, Draft
from madoguchi.common import access, clock, reading
from madoguchi.common.pages import render

P = ParamSpec("P")
DraftView = Callable[Concatenate[HttpRequest, Draft, P], HttpResponse]
ReceiptView = Callable[Concatenate[HttpRequest, Application, P], HttpResponse]
TRIES = 3
# Fields of pages that travel along when the page was sent without a session.
CARRIED = ("q.", "add", "seen", "shown", "return", "email")
# A double click whose first half was answered to nobody: the second half shows the receipt.
SENT_AGAIN_WITHIN = timedelta(minutes=10)


def with_draft(view: DraftView[P]) -> Callable[..., HttpResponse]:
    """Give the view the draft this browser holds; otherwise ask for its code, keeping what was typed.

    A save that met another tab's save is done again on the fresh draft.
    """

    @wraps(view)
    def held(request: HttpRequest, draft_id: uuid.UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not capabilities.holds_draft(request, draft_id):
            if capabilities.holds_receipt(request, draft_id, now=clock.now()):
                return redirect("applications:receipt", draft_id)
            return ask_for_code(request)
        capabilities.forget_old_secret(request, now=clock.now())
        if stopped := limits.no_more_uploads(request, now=clock.now()):
            return stopped
        for _attempt in range(TRIES):
            draft = reading.one(Draft, id=draft_id)
            if draft is None or draft.expires_at <= clock.now():
                return gone(request, draft_id)
            if request.method == "POST":
                capabilities.go_on_holding(request, today=clock.today())
            with suppress(ChangedMeanwhile):
                return view(request, draft, *args, **kwargs)
        return render(request, "common/409.html", {"back": request.path}, status=409)

    return access.holder(held)


def with_receipt(view: ReceiptView[P]) -> Callable[..., HttpResponse]:
    """Give the view the application this browser may see now; otherwise ask for number and secret.

    What met an officer's change is done again on the fresh case: nobody's answer is lost to a note at the desk.
    """

    @wraps(view)
    def held(
        request: HttpRequest, application_id: uuid.UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if not capabilities.holds_receipt(request, application_id, now=clock.now()):
            return redirect(f"{reverse('applications:status')}?expired=1")
        if stopped := limits.no_more_uploads(request, now=clock.now()):
            return stopped
        for _attempt in range(TRIES):
            application = reading.one(Application, id=application_id)
            if application is None or application.erased_at is not None:
                raise Http404
            with suppress(ChangedMeanwhile):
                return view(request, application, *args, **kwargs)
        return render(request, "common/409.html", {"back": request.path}, status=409)

    return access.holder(held)


def ask_for_code(request: HttpRequest) -> HttpResponse:
    """This browser does not hold the draft: ask for code and secret; what was typed travels along."""
    context = {
        "here": "resume",
        "problems": [],
        "code": "",
        "errors": {},
        "then": request.path,
        "carried": carried_fields(request),
        "had_files": bool(request.FILES) if request.method == "POST" else False,
        "explain": True,
        "held": [],
    }
    return render(request, "applications/resume.html", context, status=403)


def carried_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a page that was sent in vain, to be sent again after the code."""
    return [
        (name, value)
        for name in request.POST
        if name.startswith(CARRIED)
        for value in request.POST.getlist(name)
    ]


def gone(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The draft was filed or its time ran out."""
    capabilities.let_go_of_draft(request, draft_id)
    filed_at = Application.objects.filter(id=draft_id).values_list("filed_at", flat=True).first()
    if filed_at is not None:
        now = clock.now()
        # The answer to the sending was lost on the way (or the button pressed twice): the same receipt.
        if (
            request.path == reverse("applications:check", args=[draft_id])
            and now - filed_at < SENT_AGAIN_WITHIN
        ):
            capabilities.hold_receipt(request, draft_id, now=now, filed=True)
            return redirect("applications:receipt", draft_id)
        return redirect(f"{reverse('applications:status')}?filed=1")
    return render(request, "applications/draft_gone.html", {}, status=410)
