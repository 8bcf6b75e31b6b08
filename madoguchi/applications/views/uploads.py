"""Files on the way in: for questions of the kinds file and photo, and for the documents of a filing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import actions, queries, steps
from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.models import Draft
from madoguchi.applications.page_reading import UPLOADS, PageInput
from madoguchi.applications.receiving import LIMITS, MAX_FILES, take_all
from madoguchi.applications.views.access import with_draft
from madoguchi.common import clock
from madoguchi.common.files import messages
from madoguchi.common.pages import render
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds.base import FieldError
from madoguchi.procedures.logic import evaluate

def take_uploads(
    request: HttpRequest,
    questions: Sequence[Question],
    page: PageInput,
    *,
    draft: Draft,
    member_id: str,
    prefix: str = "q.",
) -> dict[str, tuple[FieldError, ...]]:
    """Take in the files of the page's file questions: kept ones join the answer. Returns errors by question."""
    errors: dict[str, tuple[FieldError, ...]] = {}
    for question in questions:
        if question.kind not in UPLOADS:
            continue
        answer: list[dict[str, Any]] = list(page.values.get(question.id) or [])
        removed = request.POST.get("remove", "")
        answer = [f for f in answer if f"{question.id}:{f['digest']}" != removed]
        uploads = request.FILES.getlist(f"{prefix}{question.id}")
        accept = question.accept or (("image",) if question.kind == "photo" else ("image", "pdf"))
        room = (question.max_files or MAX_FILES) - len(answer)
        kept, refused = take_all(uploads, accept=accept, room=room)
        document_id = f"{question.group_id}/{member_id}/{question.id}" if member_id else question.id
        for one in kept:
            actions.add_file(draft=draft, document_id=document_id, accepted=one, now=clock.now())
            answer.append(
                {"digest": one.digest, "name": one.name, "media_type": one.media_type, "size": one.size}
            )
        page.values[question.id] = answer or None
        if refused:
            errors[question.id] = tuple(FieldError("", text, "file") for text in refused)
    return errors


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
    if question.kind not in UPLOADS:
        return ""
    accept = question.accept or (("image",) if question.kind == "photo" else ("image", "pdf"))
    return messages.promise(accept=accept, limits=LIMITS, max_files=question.max_files or MAX_FILES)


@with_draft
@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, draft: Draft, document_id: str) -> HttpResponse:
    """One document: what it proves, the files sent for it, room for more."""
    language = get_language() or "ja"
    definition = procedures.definition_of(draft.procedure_version_id)
    evaluation = evaluate(definition, draft.answers, today=clock.today())
    state = next((s for s in evaluation.documents if s.document.id == document_id), None)
    if state is None:
        raise Http404
    wanted = state.document
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        here = reverse("applications:document", args=[draft.id, document_id])
        if request.POST.get("remove"):
            try:
                actions.remove_file(draft=draft, attachment_id=uuid.UUID(request.POST["remove"]))
            except ValueError:
                raise Http404 from None
            return redirect(here)
        sent = queries.attachments_of(draft.id, document_id)
        room = wanted.max_files - len(sent)
        kept, refused = take_all(request.FILES.getlist("file"), accept=wanted.accept, room=room)
        for one in kept:
            try:
                actions.add_file(draft=draft, document_id=document_id, accepted=one, now=clock.now())
            except NotAllowed:
                refused.append(_("この申請に付けられるファイルの数をこえています。"))
                break
        problems = [("#file", text) for text in refused]
        if not problems and "upload" in request.POST:
            return redirect(here)
        missing = state.required and not wanted.may_follow and not sent and not kept
        if missing and not problems:
            label = wanted.label.of(language)
            problems = [("#file", _("「%(label)s」のファイルを選んでください。") % {"label": label})]
        if not problems:
            return redirect(_next(request, draft, document_id, language))
    attached = queries.attached_documents(draft)
    pages = steps.steps_of(definition, evaluation, attached=attached, language=language)
    back = steps.step_before(pages, "document", document_id)
    context = {
        "draft": draft,
        "definition": definition,
        "lang": language,
        "document": wanted,
        "required": state.required,
        "sent_rows": [
            {"value": str(a.id), "name": a.name, "size": a.size}
            for a in queries.attachments_of(draft.id, document_id)
        ],
        "promise": messages.promise(accept=wanted.accept, limits=LIMITS, max_files=wanted.max_files),
        "max_bytes": LIMITS.max_bytes,
        "problems": problems,
        "current": steps.position(pages, "document", document_id),
        "total": len(pages) + 1,
        "back": back.url(draft.id) if back else reverse("applications:overview", args=[draft.id]),
        "to_check": request.GET.get("return") == "check" or request.POST.get("return") == "check",
    }
    return render(request, "applications/document.html", context, status=422 if problems else 200)


def _next(request: HttpRequest, draft: Draft, document_id: str, language: str) -> str:
    definition = procedures.definition_of(draft.procedure_version_id)
    evaluation = evaluate(definition, draft.answers, today=clock.today())
    pages = steps.steps_of(
        definition, evaluation, attached=queries.attached_documents(draft), language=language
    )
    if request.POST.get("return") == "check":
        following = steps.first_incomplete(pages)
    else:
        following = steps.step_after(pages, "document", document_id)
    return following.url(draft.id) if following else reverse("applications:check", args=[draft.id])
