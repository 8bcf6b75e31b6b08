"""Files on the way in: for questions of the kinds file and photo, and for the documents of a filing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import actions, queries, steps
from madoguchi.applications.actions.drafts import MAX_FILES as MAX_FILES_OF_FILING
from madoguchi.applications.models import Attachment, Draft
from madoguchi.applications.page_reading import UPLOADS, PageInput
from madoguchi.applications.receiving import LIMITS, take_all
from madoguchi.applications.views.access import with_draft
from madoguchi.applications.views.looking import Look, to_check
from madoguchi.common import clock
from madoguchi.common.files import messages
from madoguchi.common.pages import render
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import FieldError
from madoguchi.procedures.kinds.files import Files
from madoguchi.procedures.logic import DocumentState


def take_uploads(
    request: HttpRequest,
    questions: Sequence[Question],
    page: PageInput,
    *,
    draft: Draft,
    member_id: str,
    prefix: str = "q.",
) -> dict[str, tuple[FieldError, ...]]:
    """Take in the files of the page's file questions: kept ones join the answer. Returns errors by question.

    The rows that attach them are written with the answers.
    """
    errors: dict[str, tuple[FieldError, ...]] = {}
    for question in questions:
        kind = registry.of(question)
        if not isinstance(kind, Files):
            continue
        answer: list[dict[str, Any]] = list(page.values.get(question.id) or [])
        removed = request.POST.get("remove", "")
        answer = [f for f in answer if f"{question.id}:{f['digest']}" != removed]
        uploads = request.FILES.getlist(f"{prefix}{question.id}")
        room = min(kind.most(question) - len(answer), room_of(draft)) if uploads else 0
        kept, refused = take_all(uploads, accept=kind.accept(question), room=room)
        known = {file["digest"] for file in answer}
        for one in kept:
            if one.digest not in known:
                answer.append(
                    {"digest": one.digest, "name": one.name, "media_type": one.media_type, "size": one.size}
                )
                known.add(one.digest)
        page.values[question.id] = answer or None
        if refused:
            errors[question.id] = tuple(FieldError("", text, "file") for text in refused)
    return errors


def room_of(draft: Draft) -> int:
    """How many more files this filing may have."""
    return MAX_FILES_OF_FILING - Attachment.objects.filter(owner_id=draft.id, replaced_at=None).count()


def sent_files(question: Question, answers: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The files a file question already has, as its widget lists them."""
    if question.kind not in UPLOADS:
        return ()
    return tuple(
        {"value": f"{question.id}:{f['digest']}", "name": f["name"], "size": f["size"]}
        for f in answers.get(question.id) or []
    )


def promise_of(question: Question) -> str:
    """What may be sent for a file question, said beforehand."""
    kind = registry.of(question)
    if not isinstance(kind, Files):
        return ""
    return messages.promise(accept=kind.accept(question), limits=LIMITS, max_files=kind.most(question))


@with_draft
@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, draft: Draft, document_id: str) -> HttpResponse:
    """One document: what it proves, the files sent for it, room for more."""
    look = Look(draft)
    state = next((s for s in look.evaluation.documents if s.document.id == document_id), None)
    if state is None:
        return _not_called_for(look, document_id)
    if request.method == "GET":
        return _show(request, look, state, [])
    here = reverse("applications:document", args=[draft.id, document_id])
    if to_check(request):
        here += "?return=check"
    if request.POST.get("remove"):
        _remove(draft, request.POST["remove"])
        return redirect(here)
    problems = _take(request, look, state)
    if problems:
        return _show(request, look, state, problems)
    if "upload" in request.POST:
        return redirect(here)
    following = steps.following(look.steps, "document", document_id, to_check=to_check(request))
    return redirect(following.url(draft.id) if following else look.check_url)


def _not_called_for(look: Look, document_id: str) -> HttpResponse:
    """A document that the answers no longer call for leads to the list of pages; any other is not there."""
    if all(document.id != document_id for document in look.definition.documents):
        raise Http404
    return redirect("applications:overview", look.draft.id)


def _remove(draft: Draft, attachment_id: str) -> None:
    try:
        actions.remove_file(draft=draft, attachment_id=uuid.UUID(attachment_id))
    except ValueError:
        raise Http404 from None


def _take(request: HttpRequest, look: Look, state: DocumentState) -> list[str]:
    """Keep what was sent for a document. Returns what is to be said about it."""
    draft, wanted = look.draft, state.document
    sent = queries.attachments_of(draft.id, wanted.id)
    uploads = request.FILES.getlist("file")
    room = min(wanted.max_files - len(sent), room_of(draft)) if uploads else 0
    kept, refused = take_all(uploads, accept=wanted.accept, room=room)
    known = {attachment.digest for attachment in sent}
    for one in kept:
        if one.digest not in known:
            actions.add_file(draft=draft, document_id=wanted.id, accepted=one, now=clock.now())
            known.add(one.digest)
    needed = "upload" in request.POST or (state.required and not wanted.may_follow and not sent)
    if not uploads and needed:
        return [_("「%(label)s」のファイルを選んでください。") % {"label": wanted.label.of(look.language)}]
    return refused


def _show(request: HttpRequest, look: Look, state: DocumentState, refused: Sequence[str]) -> HttpResponse:
    wanted, draft = state.document, look.draft
    back = steps.step_before(look.steps, "document", wanted.id)
    back_url = back.url(draft.id) if back else reverse("applications:overview", args=[draft.id])
    context = look.context | {
        "document": wanted,
        "required": state.required,
        "sent_rows": [
            {"value": str(a.id), "name": a.name, "size": a.size}
            for a in queries.attachments_of(draft.id, wanted.id)
        ],
        "promise": messages.promise(accept=wanted.accept, limits=LIMITS, max_files=wanted.max_files),
        "max_bytes": LIMITS.max_bytes,
        "problems": [("#file", text) for text in refused],
        "current": steps.position(look.steps, "document", wanted.id),
        "total": len(look.steps) + 1,
        "back": look.check_url if to_check(request) else back_url,
        "to_check": to_check(request),
    }
    return render(request, "applications/document.html", context, status=422 if refused else 200)
