"""Writing with the office about an application, for the person who filed it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import actions, limits, queries
from madoguchi.applications.actions.messages import seen
from madoguchi.applications.errors import TooLate
from madoguchi.applications.models import Application, Attachment, Message
from madoguchi.applications.receiving import LIMITS, MAX_FILES, sealed, take_all, unsealed
from madoguchi.applications.views.access import with_receipt
from madoguchi.common import clock, kernel
from madoguchi.common.files import messages as promises
from madoguchi.common.files.intake import Accepted
from madoguchi.common.ids import new_id
from madoguchi.common.pages import render
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures

LONGEST = 2000
SHOWN = 20
ACCEPT = ("image", "pdf")


@with_receipt
@require_http_methods(["GET", "POST"])
def messages(request: HttpRequest, application: Application) -> HttpResponse:
    """What was written so far, and a form to write; a case that is long over can be read, not written to."""
    text = request.POST.get("text", "").strip()
    files, errors, not_taken = list[Accepted](), dict[str, str](), False
    if request.method == "POST" and not _may_write(application):
        not_taken = True
    elif request.method == "POST":
        files, errors = _read(request, application, text)
        if not errors and not request.POST.get("remove"):
            stopped = limits.no_more_messages(application.id, now=clock.now())
            if not stopped and _sent(request, application, text, files):
                return redirect(f"{reverse('applications:messages', args=[application.id])}?received=1")
            errors, not_taken = {"text": stopped} if stopped else {}, not stopped
    context = _conversation(request, application) | {
        "text": text,
        "longest": LONGEST,
        "message_id": _id_of(request.POST.get("message", "")),
        "sent": [{"value": f.digest, "name": f.name, "size": f.size} for f in files],
        "kept": [("kept", sealed(f, place=_place(application))) for f in files],
        "promise": promises.promise(accept=ACCEPT, limits=LIMITS, max_files=MAX_FILES),
        "max_bytes": LIMITS.max_bytes,
        "max_files": MAX_FILES,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
        "received": "received" in request.GET,
        "not_taken": not_taken,
    }
    status = 409 if not_taken else 422 if errors else 200
    return render(request, "applications/messages.html", context, status=status)


def _may_write(application: Application) -> bool:
    last_day = queries.last_day_to_write(application)
    return last_day is None or clock.today() <= last_day


def _sent(request: HttpRequest, application: Application, text: str, files: list[Accepted]) -> bool:
    """Whether the message was taken: the last day may end while somebody writes."""
    try:
        actions.send_message(
            application=application,
            message_id=_id_of(request.POST.get("message", "")),
            text=text,
            files=files,
            now=clock.now(),
        )
    except TooLate:
        return False
    return True


def _read(request: HttpRequest, application: Application, text: str) -> tuple[list[Accepted], dict[str, str]]:
    """The files that were taken in, now and on the page before, and what is wrong."""
    errors = {}
    if not text:
        errors["text"] = _("送りたいことを書いてください。")
    elif len(text.replace("\r\n", "\n")) > LONGEST:
        errors["text"] = _("メッセージは、%(most)s文字までで書いてください。") % {"most": LONGEST}
    before = unsealed(request.POST.getlist("kept"), place=_place(application))
    kept = {f.digest: f for f in before if f.digest != request.POST.get("remove")}
    taken, refused = take_all(request.FILES.getlist("file"), accept=ACCEPT, room=MAX_FILES - len(kept))
    kept |= {f.digest: f for f in taken}
    if refused:
        errors["file"] = " ".join(refused)
    if request.POST.get("remove"):
        errors = {}
    return list(kept.values()), errors


def _conversation(request: HttpRequest, application: Application) -> dict[str, Any]:
    """The last messages, the newest at the foot; those of the office count as read from here on."""
    total = Message.objects.filter(application=application).count()
    everything = "all" in request.GET
    rows = Message.objects.filter(application=application).order_by("-at", "-id")
    found = list(rows if everything else rows[:SHOWN])[::-1]
    names: dict[str, list[str]] = {}
    own = [f"message/{message.id}" for message in found if message.author_id is None]
    attached = Attachment.objects.filter(owner_id=application.id, document_id__in=own)
    for place, name in attached.order_by("added_at", "id").values_list("document_id", "name"):
        names.setdefault(place, []).append(name)
    unit = kernel.Unit()
    seen(unit, found, by_office=False, now=clock.now())
    if unit.statements:
        kernel.commit(unit)
    department = organization.department(application.department_code)
    return {
        "here": "status",
        "application": application,
        "definition": procedures.definition_of(application.procedure_version_id),
        "department": department,
        "messages": [
            {
                "at": message.at,
                "from_office": message.author_id is not None,
                "text": message.text,
                "waits": message.asks and message.answered_at is None,
                "files": names.get(f"message/{message.id}", []),
            }
            for message in found
        ],
        "earlier": total - len(found),
        "last_day": queries.last_day_to_write(application),
        "may_write": _may_write(application),
    }


def _place(application: Application) -> str:
    return f"message:{application.id}"


def _id_of(text: str) -> UUID:
    """The id the form came with, so that it is kept once; a new one where somebody changed it."""
    try:
        return UUID(text)
    except ValueError:
        return new_id()
