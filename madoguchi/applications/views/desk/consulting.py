"""The page of who is consulted about a proposal (合議): read it, then consent, remark or refuse."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import actions, desk_chain
from madoguchi.applications.actions.decision import open_proposal
from madoguchi.applications.chain_queries import consultations_of
from madoguchi.applications.chains import Opinion
from madoguchi.applications.errors import AlreadySettled
from madoguchi.applications.models import Consultation
from madoguchi.applications.views.desk.case import SEES
from madoguchi.applications.views.desk.deciding import proposal_context
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.common.ids import grouped
from madoguchi.common.pages import render

LONGEST_WORDS = 4000


@with_case(*SEES, chain="ever")
@require_http_methods(["GET", "POST"])
def consult(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Say what the department thinks; what comes too late is said so, and is not lost."""
    proposal = open_proposal(case.application)
    mine = desk_chain.answerable_by(case.staff, consultations_of(proposal) if proposal else [])
    opinion, words = request.POST.get("opinion", ""), request.POST.get("words", "").strip()
    is_sent = request.method == "POST" and AGAIN not in request.POST
    errors = _errors(opinion, words) if is_sent else {}
    if is_sent and (mine is None or str(mine.id) != request.POST.get("consultation", "")):
        return _too_late(request, case, words)
    if mine is None or proposal is None:
        return _too_late(request, case, words, status=200)
    if is_sent and not errors:
        try:
            actions.answer_consultation(
                consultation_id=uuid.UUID(request.POST["consultation"]),
                opinion=opinion,
                words=words,
                by=case.staff,
                now=case.now,
            )
        except AlreadySettled:
            return _too_late(request, case, words)
        return redirect(f"{reverse('desk:approvals_consulted')}?done=consult")
    context = proposal_context(case, proposal) | {
        "here": "approvals",
        "mine": mine,
        "post": f"{mine.department_name} {desk_chain.post_words(mine.role, mine.post)}",
        "before": _before(mine),
        "choices": [
            (Opinion.AGREED, _("同意する")),
            (Opinion.REMARKED, _("意見を付けて同意する")),
            (Opinion.DISAGREED, _("同意しない"), _("理由を書いてください。決裁者に伝わります。")),
        ],
        "opinion": opinion,
        "typed_words": words,
        "longest_words": LONGEST_WORDS,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/consult.html", context, status=422 if errors else 200)


def _before(consultation: Consultation) -> Consultation | None:
    """What was said the last time, where the department is asked again."""
    rows = Consultation.objects.filter(decision=consultation.decision, position=consultation.position)
    return rows.filter(round__lt=consultation.round).order_by("-round").first()


def _errors(opinion: str, words: str) -> dict[str, str]:
    if opinion not in Opinion.values:
        return {"opinion": _("回答を選んでください。")}
    if opinion == Opinion.REMARKED and not words:
        return {"words": _("意見を書いてください。")}
    if opinion == Opinion.DISAGREED and not words:
        return {"words": _("同意しない理由を書いてください。")}
    if len(words) > LONGEST_WORDS:
        return {"words": _("意見は%(most)s文字までにしてください。") % {"most": LONGEST_WORDS}}
    return {}


def _too_late(request: HttpRequest, case: OpenCase, words: str, *, status: int = 409) -> HttpResponse:
    """Nothing is asked of this person (any more): why, and what they wrote."""
    proposal = open_proposal(case.application)
    newest = case.application.decisions.order_by("-proposed_at").first()
    if proposal is None and newest is not None and newest.decided_at is not None:
        why = _("この起案は、すでに決裁されています。")
    elif proposal is None:
        why = _(
            "この起案は、差し戻されたか取り下げられています。直して起案されると、もう一度合議を求めます。"
        )
    elif proposal.proposed_by_id == case.staff.id:
        why = _("自分の起案には、合議の回答をできません。同じ部署のほかの職員に依頼してください。")
    else:
        why = _("いま、あなたの部署に求めている合議はありません。回答済みか、前の合議を待っています。")
    case.shown = ""
    context = {
        "here": "approvals",
        "number": grouped(case.application.receipt_number),
        "why": why,
        "typed_words": words,
        "was_sent": status == 409,
        "case_url": case.url,
        "by_chain": case.by_chain,
    }
    return render(request, "applications/desk/consult_over.html", context, status=status)
