"""Proposing and deciding: the letter is read as it will go out before anybody says yes."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.applications import actions, external_queries, letters, rules
from madoguchi.applications import desk_case as desk
from madoguchi.applications.actions.decision import NumberTaken, open_proposal
from madoguchi.applications.desk_options import options
from madoguchi.applications.desk_steps import usual_reason, waits_for
from madoguchi.applications.models import Application, Decision, Status
from madoguchi.applications.produced import decision_pdf
from madoguchi.applications.queries import decision_of, made_decision
from madoguchi.applications.views.desk.case import HANDLES, SEES, done, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.papers import inline_pdf
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.common.pages import render
from madoguchi.common.pdf.documents import DecisionNotice
from madoguchi.procedures.definition import DecisionKind, ExternalStep

LONGEST_REASON = 4000


def draft_letter(application: Application, proposal: Decision, *, today: date) -> DecisionNotice:
    """The letter as it would go out today; its number is given when it is decided."""
    number = _("（決裁のときに付きます）")
    return letters.decision_notice(application, proposal, document_number=number, decided_on=today)


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, case: OpenCase) -> HttpResponseBase:
    """Choose the decision and its reason, read the letter, propose."""
    kinds = rules.decision_kinds(case.definition)
    data = request.POST
    chosen = next((kind for kind in kinds if kind.id == data.get("kind")), None)
    reason = data.get("reason", "").strip()
    blocked = external_queries.blocked_kinds(case.application, case.definition)
    spoken = external_queries.spoken_for(case.application, case.definition)
    if request.method == "GET" and spoken is not None:  # what the board or the inspection says, to begin with
        chosen = next((kind for kind in kinds if kind.id == spoken.kind), None)
        reason = usual_reason(case.application, spoken)
    step = data.get("act", "") if AGAIN not in data else AGAIN
    errors = _proposal_errors(chosen, reason) if request.method == "POST" and step != AGAIN else {}
    if chosen is not None and chosen.id in blocked and request.method == "POST" and step != AGAIN:
        errors["kind"] = waits_for(blocked[chosen.id])
    letter = None
    if chosen is not None and not errors and request.method == "POST":
        draft = _drafted(case, chosen, reason)
        if step == "pdf":
            case.shown = "letter"
            paper = draft_letter(case.application, draft, today=case.today)
            return inline_pdf(paper.render_apart(), f"{case.application.receipt_number}-draft.pdf")
        if step == "propose":
            case.expect_unchanged(data)
            actions.propose(
                application=case.application, kind=chosen.id, reason=reason, by=case.staff, now=case.now
            )
            return done(case, "propose")
        letter = draft_letter(case.application, draft, today=case.today)
    context = head_of(case) | {
        "option": options(case.application, case.staff, today=case.today, proposal=None)["propose"],
        "kinds": [(kind.id, str(kind.label), _hint(kind, blocked.get(kind.id, ()))) for kind in kinds],
        "spoken": spoken,
        "chosen": chosen.id if chosen else "",
        "reason": reason,
        "longest_reason": LONGEST_REASON,
        "letter": letter,
        "sent_back": next((row for row in desk.decision_rows(case.application, case.definition)), None),
        "evaluation": desk.evaluation_of(case.application, case.definition),
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/propose.html", context, status=422 if errors else 200)


def _hint(kind: DecisionKind, waiting: tuple[ExternalStep, ...]) -> str:
    hints = [waits_for(waiting)] if waiting else []
    hints += [_("理由を書く必要があります。")] if rules.needs_reason(kind) else []
    hints.append(kind.reason_hint)
    if kind.appeal:
        hints.append(_("教示（不服申立てなど）が付きます。"))
    return "".join(hints)


def _proposal_errors(chosen: DecisionKind | None, reason: str) -> dict[str, str]:
    if chosen is None:
        return {"kind": _("決定の内容を選んでください。")}
    if rules.needs_reason(chosen) and not reason:
        return {
            "reason": _("「%(kind)s」の理由を書いてください（行政手続法 第8条）。") % {"kind": chosen.label}
        }
    if len(reason) > LONGEST_REASON:
        return {"reason": _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}}
    return {}


def _drafted(case: OpenCase, kind: DecisionKind, reason: str) -> Decision:
    """The proposal as it would be, only to show its letter."""
    return Decision(
        application=case.application,
        kind=kind.id,
        outcome=kind.outcome,
        reason=reason,
        proposed_by=case.staff,
        proposed_by_name=case.staff.display_name,
        proposed_at=case.now,
    )


@with_case(*SEES)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """The proposal with its letter; another person decides it or sends it back."""
    proposal = open_proposal(case.application)
    back_reason = request.POST.get("back_reason", "").strip()
    act = request.POST.get("act", "") if AGAIN not in request.POST else AGAIN
    errors: dict[str, str] = {}
    if act == "decide":
        case.expect_unchanged(request.POST)
        try:
            actions.decide(application=case.application, by=case.staff, now=case.now)
            return done(case, "decide")
        except NumberTaken:
            errors["main"] = _(
                "文書番号を付けられませんでした。この申請はまだ決裁されていません。もう一度押してください。"
            )
    if act == "send_back":
        if not back_reason:
            errors["back_reason"] = _("差し戻す理由を書いてください。")
        elif len(back_reason) > LONGEST_REASON:
            errors["back_reason"] = _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}
        else:
            case.expect_unchanged(request.POST)
            actions.send_back(application=case.application, reason=back_reason, by=case.staff, now=case.now)
            return done(case, "send_back")
    kind = case.definition.workflow.decision(proposal.kind) if proposal else None
    context = head_of(case) | {
        "option": options(case.application, case.staff, today=case.today, proposal=proposal)["decide"],
        "proposal": proposal,
        "kind": str(kind.label) if kind else "",
        "letter": draft_letter(case.application, proposal, today=case.today) if proposal else None,
        "blocks": desk.answer_blocks(
            case.application, case.definition, desk.evaluation_of(case.application, case.definition)
        ),
        "back_reason": back_reason,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/decide.html", context, status=422 if errors else 200)


@with_case(*SEES)
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
