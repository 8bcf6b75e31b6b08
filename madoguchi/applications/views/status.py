"""Where an application stands, for the person who filed it: by receipt number and secret."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.applications import (
    actions,
    capabilities,
    durations,
    external_queries,
    fee_queries,
    limits,
    queries,
    rules,
)
from madoguchi.applications.actions.booking import may_cancel_slot, may_change_slot
from madoguchi.applications.actions.disasters import look_again
from madoguchi.applications.actions.resident import is_asked_for, open_correction
from madoguchi.applications.correcting import read_answers, shown_items
from madoguchi.applications.errors import ChangedMeanwhile, NoRoom, NotAllowed, NotComplete, ReasonMissing
from madoguchi.applications.models import Application, Channel, Correction, CorrectionItem, Extension
from madoguchi.applications.produced import copy_pdf, decision_pdf, extension_pdf
from madoguchi.applications.receiving import LIMITS, take_all
from madoguchi.applications.slot_tables import booked_text
from madoguchi.applications.status_texts import status_text
from madoguchi.applications.views.access import with_receipt
from madoguchi.common import access, clock
from madoguchi.common.files import messages
from madoguchi.common.ids import grouped, is_secret, normalise_secret
from madoguchi.common.pages import render
from madoguchi.japan.check_digits import NumberError, normalise_receipt_number
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Department
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition

REASON_LENGTH = 1000


@access.public
@require_http_methods(["GET", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Ask for receipt number and secret; the right pair opens the application for two hours."""
    number_typed = request.POST.get("number", "")
    context: dict[str, Any] = {
        "here": "status",
        "problems": [],
        "errors": {},
        "number": number_typed,
        "expired": "expired" in request.GET,
        "filed": "filed" in request.GET,
    }
    if request.method == "GET":
        return render(request, "applications/status_look_up.html", context)
    try:
        number = normalise_receipt_number(number_typed)
    except NumberError:
        error = _("受付番号に間違いがあります。控えにある12文字を、もう一度入力してください。")
        context |= {"errors": {"number": error}, "problems": [("#number", error)]}
        return render(request, "applications/status_look_up.html", context, status=422)
    now = clock.now()
    if stopped := limits.no_more_pairs(request, number, now=now):
        return stopped
    application = Application.objects.filter(receipt_number=number).first()
    secret = normalise_secret(request.POST.get("secret", ""))
    if application is None or not is_secret(secret, application.secret_digest):
        limits.count_wrong_pair(request, number, now=now)
        error = _("受付番号か合言葉が違います。控えやメールを見て、もう一度入力してください。")
        context |= {"errors": {"secret": error}, "problems": [("#secret", error)]}
        return render(request, "applications/status_look_up.html", context, status=422)
    capabilities.hold_receipt(request, application.id, now=now)
    return redirect("applications:status_page", application.id)


@with_receipt
@require_GET
def page(request: HttpRequest, application: Application) -> HttpResponse:
    """The state in a sentence, what happened, what to do next, letters."""
    definition = procedures.definition_of(application.procedure_version_id)
    language = get_language() or "ja"
    department = _department(application)
    correction = open_correction(application)
    text = status_text(
        application,
        definition,
        department=department.name,
        answer_by_on=correction.answer_by_on if correction else None,
        today=clock.today(),
    )
    extension = next(iter(queries.extensions_now(application)), None) if text.expected_on else None
    decision = queries.made_decision(application)
    kind = definition.workflow.decision(decision.kind) if decision else None
    context = {
        "here": "status",
        "application": application,
        "definition": definition,
        "lang": language,
        "department": department,
        "number": grouped(application.receipt_number),
        "text": text,
        "correction": correction,
        "extension": extension,
        "forecast_on": None if extension else durations.forecast_of(application, today=clock.today()),
        "mailbox": queries.mailbox(application),
        "office_edits": queries.office_edits(application, definition, language),
        "fee": queries.as_filed(application, definition),
        "fee_told": fee_queries.told(application),
        "timeline": queries.resident_timeline(application, definition, language),
        "decision": decision,
        "decision_label": kind.label.of(language) if kind else "",
        "may_withdraw": decision is None and rules.may_withdraw(application.status),
        "may_ask_again": external_queries.may_be_looked_at_again(
            application, definition, today=clock.today()
        ),
        "booking": booked_text(application, language),
        "may_change_slot": may_change_slot(application, now=clock.now()),
        "may_cancel_slot": may_cancel_slot(application, now=clock.now()),
        "booked": "booked" in request.GET,
        "cancelled": "cancelled" in request.GET,
        "late_documents": _late_rows(application, definition, correction, language),
        "received": "received" in request.GET,
        "not_taken": "not_taken" in request.GET,
    }
    return render(request, "applications/status.html", context)


@with_receipt
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, application: Application) -> HttpResponse:
    """Answer a request for correction: only what it names."""
    asked = open_correction(application)
    if asked is None:
        return redirect("applications:status_page", application.id)
    language = get_language() or "ja"
    read = read_answers(request, application, asked, language=language)
    if request.method == "POST" and read.is_complete:
        try:
            actions.answer_correction(
                application=application, values=read.values, files=read.files, now=clock.now()
            )
            return redirect("applications:status_page", application.id)
        except NotComplete as error:
            read.add_problems(error.problems)
        except NotAllowed:
            return redirect("applications:status_page", application.id)
    context = {
        "here": "status",
        "application": application,
        "lang": language,
        "correction": asked,
        "items": shown_items(application, asked, read, language=language),
        "problems": read.summary,
    }
    return render(request, "applications/correction.html", context, status=422 if read.summary else 200)


def _late_rows(
    application: Application, definition: Definition, correction: Correction | None, language: str
) -> list[dict[str, Any]]:
    """The documents that may follow: what has come, and where to send what has not.

    What an open correction asks for is answered there.
    """
    if not rules.may_send_documents(application.status):
        return []
    asked = correction.items.filter(target="document") if correction else CorrectionItem.objects.none()
    elsewhere = set(asked.values_list("target_id", flat=True))
    return [
        {
            "id": late.document.id,
            "label": late.document.label.of(language),
            "required": late.required,
            "count": len(late.files),
            "open": late.room > 0,
        }
        for late in queries.late_documents(application, definition)
        if late.document.id not in elsewhere
    ]


@with_receipt
@require_http_methods(["GET", "POST"])
def late_document(request: HttpRequest, application: Application, document_id: str) -> HttpResponse:
    """Send a document that may follow the filing."""
    definition = procedures.definition_of(application.procedure_version_id)
    late = next(
        (d for d in queries.late_documents(application, definition) if d.document.id == document_id), None
    )
    if late is None:
        raise Http404
    if not rules.may_send_documents(application.status) or is_asked_for(application, document_id):
        return _sent_in_vain(request, application)
    problems: list[str] = []
    if request.method == "POST":
        try:
            problems = _take_late(request, application, late)
        except NotAllowed:  # decided about, or sent back, in between
            return _sent_in_vain(request, application)
        if not problems:
            return redirect(f"{reverse('applications:status_page', args=[application.id])}?received=1")
        kept = queries.late_documents(application, definition)
        late = next(d for d in kept if d.document.id == document_id)
    wanted = late.document
    context = {
        "here": "status",
        "application": application,
        "definition": definition,
        "lang": get_language() or "ja",
        "document": wanted,
        "sent": late.files,
        "room": late.room,
        "promise": messages.promise(accept=wanted.accept, limits=LIMITS, max_files=wanted.max_files),
        "max_bytes": LIMITS.max_bytes,
        "problems": [("#file", text) for text in problems],
    }
    return render(request, "applications/late_document.html", context, status=422 if problems else 200)


def _sent_in_vain(request: HttpRequest, application: Application) -> HttpResponse:
    """The document cannot be sent here any more; who sent it all the same is told that it was not taken."""
    address = reverse("applications:status_page", args=[application.id])
    return redirect(f"{address}?not_taken=1" if request.method == "POST" else address)


def _take_late(request: HttpRequest, application: Application, late: queries.LateDocument) -> list[str]:
    """Keep what was sent. Returns what is to be said about files that were refused."""
    uploads = request.FILES.getlist("file")
    if not uploads:
        return [_("ファイルを選んでから、「送る」を押してください。")]
    # What is there already takes no room, so a page sent twice is taken twice and adds nothing.
    kept, refused = take_all(uploads, accept=late.document.accept, room=late.document.max_files)
    if kept:
        try:
            actions.send_document(
                application=application, document_id=late.document.id, files=kept, now=clock.now()
            )
        except NoRoom as full:
            return [_no_room(full.room, len(uploads)), *refused]
    return refused


def _no_room(room: int, count: int) -> str:
    """That none of the files was kept, because the document takes only `room` more."""
    if room:
        text = _("あと%(room)sつまで送れます。いま選んだ%(count)sつのファイルは、受け取っていません。")
    else:
        text = _("この書類は、これ以上送れません。いま選んだ%(count)sつのファイルは、受け取っていません。")
    return text % {"room": room, "count": count}


@with_receipt
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, application: Application) -> HttpResponse:
    """Take the application back, with a reason."""
    definition = procedures.definition_of(application.procedure_version_id)
    reason = request.POST.get("reason", "")
    error = ""
    if not rules.may_withdraw(application.status):
        return redirect("applications:status_page", application.id)
    if len(reason.replace("\r\n", "\n")) > REASON_LENGTH:
        error = _("取り下げる理由は、%(most)s文字までで入力してください。") % {"most": REASON_LENGTH}
    elif request.method == "POST":
        try:
            actions.withdraw(application=application, reason=reason, now=clock.now())
            return redirect("applications:status_page", application.id)
        except ReasonMissing:
            error = _("取り下げる理由を入力してください。")
        except NotAllowed:
            return redirect("applications:status_page", application.id)
    context = {
        "here": "status",
        "application": application,
        "definition": definition,
        "reason": reason,
        "error": error,
        "problems": [("#reason", error)] if error else [],
    }
    return render(request, "applications/withdraw.html", context, status=422 if error else 200)


@with_receipt
@require_http_methods(["GET", "POST"])
def second_look(request: HttpRequest, application: Application) -> HttpResponse:
    """Ask to look again at what was decided (再調査), with a reason."""
    definition = procedures.definition_of(application.procedure_version_id)
    if not external_queries.may_be_looked_at_again(application, definition, today=clock.today()):
        return redirect("applications:status_page", application.id)
    reason = request.POST.get("reason", "").strip()
    error = ""
    if len(reason.replace("\r\n", "\n")) > REASON_LENGTH:
        error = _("もう一度調べてほしい理由は、%(most)s文字までで入力してください。") % {
            "most": REASON_LENGTH
        }
    elif request.method == "POST":
        try:
            look_again(
                application=application,
                asked_on=clock.today(),
                reason=reason,
                channel=Channel.WEB,
                by=None,
                now=clock.now(),
            )
            return redirect("applications:status_page", application.id)
        except ReasonMissing:
            error = _("もう一度調べてほしい理由を入力してください。")
        except (NotAllowed, ChangedMeanwhile):
            return redirect("applications:status_page", application.id)
    context = {
        "here": "status",
        "application": application,
        "definition": definition,
        "reason": reason,
        "error": error,
        "problems": [("#reason", error)] if error else [],
    }
    return render(request, "applications/second_look.html", context, status=422 if error else 200)


@with_receipt
@require_GET
def copy(request: HttpRequest, application: Application) -> HttpResponse:
    """The copy of what was filed, as PDF."""
    return pdf_response(copy_pdf(application), f"{application.receipt_number}.pdf")


@with_receipt
@require_GET
def letter(request: HttpRequest, application: Application) -> HttpResponse:
    """The letter of the decision, as PDF."""
    decision = queries.made_decision(application)
    if decision is None:
        raise Http404
    return pdf_response(decision_pdf(decision), f"{application.receipt_number}-notice.pdf")


@with_receipt
@require_GET
def extension_letter(request: HttpRequest, application: Application, extension_id: uuid.UUID) -> HttpResponse:
    """The letter of an extension (延長通知), as PDF."""
    found = Extension.objects.filter(application=application, id=extension_id).first()
    if found is None:
        raise Http404
    return pdf_response(extension_pdf(found), f"{application.receipt_number}-extension.pdf")


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF to keep; its name holds no personal data."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _department(application: Application) -> Department:
    """Whom to ask: where the department of the case ended, the one in charge by now."""
    found = organization.department(application.department_code)
    if found.valid_until is None or found.valid_until >= clock.today():
        return found
    return organization.department(
        organization.in_charge(application.department_code, application.procedure_id)
    )
