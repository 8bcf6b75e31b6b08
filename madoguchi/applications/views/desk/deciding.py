"""Deciding: the letter and the whole chain are read before anybody says yes; the record of it afterwards."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import actions, desk_chain, letters
from madoguchi.applications import desk_case as desk
from madoguchi.applications.actions.decision import NumberTaken, open_proposal
from madoguchi.applications.chain_permissions import decides_as
from madoguchi.applications.chain_queries import all_consultations_of, consultations_of
from madoguchi.applications.chains import Capacity, is_settled, restored
from madoguchi.applications.desk_fees import needs_payment
from madoguchi.applications.desk_files import PAGE, CaseFiles
from madoguchi.applications.desk_options import options
from madoguchi.applications.desk_records import record_letter
from madoguchi.applications.desk_slots import needs_slot
from madoguchi.applications.errors import FeeNotPaid, SlotNotHeld
from madoguchi.applications.models import Application, Decision, Status
from madoguchi.applications.produced import decision_pdf
from madoguchi.applications.queries import decision_of, made_decision
from madoguchi.applications.views.desk.case import HANDLES, SEES, done, done_sentence, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.papers import inline_pdf
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.common.pages import render
from madoguchi.common.pdf.documents import DecisionNotice

LONGEST_REASON = 4000


def draft_letter(application: Application, proposal: Decision, *, today: date) -> DecisionNotice:
    """The letter as it would go out today; its number is given when it is decided."""
    number = _("（決裁のときに付きます）")
    return letters.decision_notice(application, proposal, document_number=number, decided_on=today)


@with_case(*SEES, chain="open")
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """The proposal with its letter and its chain; another person decides it, asks again, or sends it back."""
    proposal = open_proposal(case.application)
    act = request.POST.get("act", "") if AGAIN not in request.POST else AGAIN
    capacity = decides_as(case.staff, case.application, proposal, today=case.today) if proposal else None
    errors: dict[str, str] = {}
    if (
        act == "decide"
    ):  # who decides may have changed with the proposal: first what was read, then what is missing
        case.expect_unchanged(request.POST)
    if act:
        errors = _errors(request, act, capacity)
    if act in ACTS and not errors:
        case.expect_unchanged(request.POST)
        try:
            return ACTS[act](request, case)
        except SlotNotHeld:
            errors["main"] = needs_slot()
        except FeeNotPaid as error:
            errors["main"] = needs_payment(error.owed)
        except NumberTaken:
            errors["main"] = _(
                "文書番号を付けられませんでした。この申請はまだ決裁されていません。もう一度押してください。"
            )
    if not errors:
        case.looked_at["version"] = case.application.version  # what a batch asks for: this state was read
    return render(
        request,
        "applications/desk/decide.html",
        _context(request, case, proposal, capacity, errors),
        status=422 if errors else 200,
    )


def _errors(request: HttpRequest, act: str, capacity: Capacity | None) -> dict[str, str]:
    field = _field_of(request, act)
    if act == "decide" and capacity != Capacity.SUBSTITUTE:
        return {}
    missing = {
        "decide": _("決裁する職員が不在である理由を書いてください。"),
        "send_back": _("差し戻す理由を書いてください。"),
        "pass_over": _("合議を待たずに進める理由を書いてください。"),
        "ask_again": _("もう一度、合議を求める理由を書いてください。"),
    }
    text = request.POST.get(field, "").strip()
    if act in missing and not text:
        return {field: missing[act]}
    if len(text) > LONGEST_REASON:
        return {field: _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}}
    return {}


def _field_of(request: HttpRequest, act: str) -> str:
    """The field in which an act states its reason."""
    if act in ("pass_over", "ask_again"):
        return f"consult.{_consultation_of(request)}"
    return "absence" if act == "decide" else "back_reason"


def _consultation_of(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("consultation", ""))
    except ValueError:
        raise Http404 from None


def _decide(request: HttpRequest, case: OpenCase) -> HttpResponse:
    absence = request.POST.get("absence", "").strip()
    actions.decide(application=case.application, by=case.staff, now=case.now, absence=absence)
    return done(case, "decide")


def _send_back(request: HttpRequest, case: OpenCase) -> HttpResponse:
    reason = request.POST.get("back_reason", "").strip()
    actions.send_back(application=case.application, reason=reason, by=case.staff, now=case.now)
    return done(case, "send_back")


def _pass_over(request: HttpRequest, case: OpenCase) -> HttpResponse:
    actions.pass_over(
        application=case.application,
        consultation_id=_consultation_of(request),
        reason=request.POST.get(_field_of(request, "pass_over"), ""),
        by=case.staff,
        now=case.now,
    )
    return done(case, "pass_over", page="case_decide")


def _ask_again(request: HttpRequest, case: OpenCase) -> HttpResponse:
    actions.ask_again(
        application=case.application,
        consultation_id=_consultation_of(request),
        reason=request.POST.get(_field_of(request, "ask_again"), ""),
        by=case.staff,
        now=case.now,
    )
    return done(case, "ask_again", page="case_decide")


ACTS = {"decide": _decide, "send_back": _send_back, "pass_over": _pass_over, "ask_again": _ask_again}


def _context(
    request: HttpRequest,
    case: OpenCase,
    proposal: Decision | None,
    capacity: Capacity | None,
    errors: dict[str, str],
) -> dict[str, Any]:
    kind = case.definition.workflow.decision(proposal.kind) if proposal else None
    consultations = consultations_of(proposal) if proposal else []
    return proposal_context(case, proposal) | {
        "option": options(case.application, case.staff, today=case.today, proposal=proposal)["decide"],
        "kind": str(kind.label) if kind else "",
        "done": done_sentence(request.GET.get("done", "")),
        "is_substitute": capacity == Capacity.SUBSTITUTE,
        "is_delegate": capacity == Capacity.DELEGATE,
        "may_take_back": proposal is not None and proposal.proposed_by_id == case.staff.id,
        "basis": restored(proposal.chain).delegation if proposal else "",
        "is_settled": is_settled(consultations),
        "consulted": desk_chain.consulted_rows(case.application, consultations, now=case.now)
        if capacity
        else [],
        "typed": request.POST,
        "back_reason": request.POST.get("back_reason", "").strip(),
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }


def proposal_context(case: OpenCase, proposal: Decision | None) -> dict[str, Any]:
    """A proposal as those who decide and those who are consulted read it."""
    kind = case.definition.workflow.decision(proposal.kind) if proposal else None
    consultations = all_consultations_of(proposal) if proposal else []
    files = CaseFiles(case.application, case.definition)
    return head_of(case) | {
        "proposal": proposal,
        "kind": str(kind.label) if kind else "",
        "letter": draft_letter(case.application, proposal, today=case.today) if proposal else None,
        "steps": desk_chain.step_cells(desk_chain.steps(case.application, proposal, consultations))
        if proposal
        else [],
        "step_columns": desk_chain.step_columns(),
        "by_chain": case.by_chain,
        "files": files.papers() if case.by_chain else files.current(most=PAGE),
        "blocks": desk.answer_blocks(
            case.application,
            case.definition,
            desk.evaluation_of(case.application, case.definition),
            case.staff,
        ),
    }


@with_case(*HANDLES)
@require_POST
def take_back(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """The drafter takes the proposal back to change it."""
    case.expect_unchanged(request.POST)
    actions.take_back(application=case.application, by=case.staff, now=case.now)
    return done(case, "take_back")


@with_case(*SEES, chain="open")
@require_GET
def letter(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """The letter as PDF: the one that was decided, else the one that is proposed."""
    case.shown = "letter"
    wanted = request.GET.get("decision", "")
    decided = decision_of(case.application, wanted) if wanted else made_decision(case.application)
    if wanted and decided is None:
        raise Http404
    if decided is not None and (wanted or case.application.status == Status.CLOSED):
        return inline_pdf(decision_pdf(decided), f"{case.application.receipt_number}-notice.pdf")
    proposal = open_proposal(case.application)
    if proposal is None:
        raise Http404
    paper = draft_letter(case.application, proposal, today=case.today)
    return inline_pdf(paper.render_apart(), f"{case.application.receipt_number}-draft.pdf")


@with_case(*SEES, chain="open")
@require_GET
def record(request: HttpRequest, case: OpenCase, decision_id: uuid.UUID) -> HttpResponse:
    """The whole chain of a proposal on paper (起案用紙・決裁記録), with names and posts as they were."""
    found = Decision.objects.filter(application=case.application, id=decision_id).first()
    if found is None:
        raise Http404
    case.shown, case.looked_at["decision"] = "record", str(found.id)
    paper = record_letter(case.application, found, now=case.now)
    return inline_pdf(paper.render_apart(), f"{case.application.receipt_number}-record.pdf")
