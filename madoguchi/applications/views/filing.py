"""The pages of a filing: start, one topic a page, check, submit, receipt."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import actions, capabilities, limits, queries, steps
from madoguchi.applications.errors import (
    AlreadyFiled,
    ChangedMeanwhile,
    MayNotFile,
    NoLongerTaken,
    NotAllowed,
    NotComplete,
    SlotNotFree,
)
from madoguchi.applications.models import Application, Draft
from madoguchi.applications.secrets import secret_of
from madoguchi.applications.views.access import with_draft, with_receipt
from madoguchi.applications.views.household import offer_at_start
from madoguchi.applications.views.looking import Look, page_language
from madoguchi.common import access, clock
from madoguchi.common.ids import grouped
from madoguchi.common.pages import render
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures


@access.public
@require_POST
def start(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Begin a filing and go to its first page."""
    now = clock.now()
    if stopped := limits.no_more_starts(request, now=now):
        return stopped
    try:
        draft = actions.start(procedure_id=procedure_id, now=now, language=page_language())
    except NotAllowed:
        return render(request, "applications/not_offered.html", {"procedure_id": procedure_id}, status=404)
    capabilities.hold_draft(request, draft.id)
    definition = procedures.definition_of(draft.procedure_version_id)
    first = reverse("applications:section", args=[draft.id, definition.sections[0].id])
    return redirect(offer_at_start(request, draft) or first)


@with_draft
@require_GET
def overview(request: HttpRequest, draft: Draft) -> HttpResponse:
    """All pages of the filing, with what is done and what is missing."""
    draft = actions.carry_to_current(draft=draft, now=clock.now())
    context = Look(draft).context | _closing(draft) | {"here": "resume"}
    return render(request, "applications/overview.html", context)


@with_draft
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Everything that will be filed, with links to change it; sending files it."""
    if request.method == "POST":
        return _submit(request, draft)
    draft = actions.carry_to_current(draft=draft, now=clock.now())
    return _show_check(request, Look(draft))


def _closing(draft: Draft) -> dict[str, Any]:
    """Whether the procedure is closed by now, since when, whom to ask, and how long the draft is kept."""
    offer = procedures.current(draft.procedure_id)
    closed = offer is None or not offer.is_open
    definition = procedures.definition_of(draft.procedure_version_id)
    return {
        "closed": closed,
        "closed_on": clock.tokyo_date(offer.closed_at) if offer and offer.closed_at else None,
        "department": organization.department(procedures.department_of(definition)) if closed else None,
        "expires_on": clock.tokyo_date(draft.expires_at),
    }


def _show_check(
    request: HttpRequest, look: Look, problems: tuple[Any, ...] = (), *, renewed: bool = False
) -> HttpResponse:
    blocks = queries.check_blocks(look.definition, look.draft, look.evaluation, look.language)
    last = look.steps[-1] if look.steps else None
    context = (
        look.context
        | _closing(look.draft)
        | {
            "blocks": blocks,
            "documents": queries.document_rows(look.definition, look.draft, look.evaluation, look.language),
            "incomplete": steps.first_incomplete(look.steps),
            "changed": "changed" in request.GET,
            "renewed": renewed,
            "problems": queries.check_problems(look.definition, look.draft, problems, look.language),
            "total": len(look.steps) + 1,
            "back": last.url(look.draft.id) if last else "",
        }
    )
    return render(
        request, "applications/check.html", context, status=422 if problems else 409 if renewed else 200
    )


def _submit(request: HttpRequest, draft: Draft) -> HttpResponse:
    draft_id, version_id = draft.id, draft.procedure_version_id
    now = clock.now()
    draft = actions.carry_to_current(draft=draft, now=now)
    if draft.procedure_version_id != version_id:
        return _show_check(request, Look(draft), renewed=True)
    try:
        actions.file_draft(draft=draft, now=now)
    except AlreadyFiled:
        pass  # the same draft, sent twice: the same receipt
    except ChangedMeanwhile:
        return redirect(f"{reverse('applications:check', args=[draft_id])}?changed=1")
    except NoLongerTaken:
        context = Look(draft).context | _closing(draft)
        return render(request, "applications/closed.html", context, status=409)
    except MayNotFile:
        return render(request, "applications/stopped.html", Look(draft).context, status=422)
    except NotComplete as error:
        return _show_check(request, Look(draft), error.problems)
    except SlotNotFree as taken:
        return _choose_another_slot(draft, taken)
    capabilities.let_go_of_draft(request, draft_id)
    capabilities.hold_receipt(request, draft_id, now=now, filed=True)
    return redirect("applications:receipt", draft_id)


def _choose_another_slot(draft: Draft, taken: SlotNotFree) -> HttpResponse:
    """Back to the question of the slot, which says what happened and what else is free; nothing typed is lost."""
    question = procedures.definition_of(draft.procedure_version_id).question(taken.question_id)
    address = reverse("applications:section", args=[draft.id, question.section_id])
    return redirect(f"{address}?return=check")


@with_receipt
@require_GET
def receipt(request: HttpRequest, application: Application) -> HttpResponse:
    """The receipt: number and secret, what happens next and by when, the copy as PDF."""
    definition = procedures.definition_of(application.procedure_version_id)
    context = {
        "application": application,
        "definition": definition,
        "lang": page_language(),
        "number": grouped(application.receipt_number),
        "secret": secret_of(application),
        "documents_to_follow": queries.documents_to_follow(application, definition, page_language()),
        "fee": queries.as_filed(application, definition),
        "following": procedures.usual_next(definition),
        "hours": capabilities.OFFER_TIME.seconds // 3600,
    }
    return render(request, "applications/receipt.html", context)
