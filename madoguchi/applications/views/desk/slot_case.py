"""The booked slot of a case at the desk: book it after all, change it, give it back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import desk_case as desk
from madoguchi.applications import slot_queries as stock
from madoguchi.applications.actions import booking as actions
from madoguchi.applications.actions.editing import editable
from madoguchi.applications.errors import ReasonMissing, SlotNotFree
from madoguchi.applications.rules import OPEN, may_edit_answers
from madoguchi.applications.slot_tables import wrong_slot
from madoguchi.applications.views.desk.case import HANDLES, done, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.common.pages import render
from madoguchi.procedures.kinds import registry

LONGEST_REASON = 500


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def slot(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """What the case wishes and holds, and what can be done about it."""
    application, definition = case.application, case.definition
    question = stock.slot_question(definition)
    if question is None:
        raise Http404
    reason, error = request.POST.get("reason", "").strip(), ""
    value = application.answers.get(question.id)
    if request.method == "POST":
        case.expect_unchanged(request.POST)
        if request.POST.get("act") == "book":
            try:
                actions.book_slot(application=application, by=case.staff, now=case.now)
                return done(case, "slot")
            except SlotNotFree:
                wrong = wrong_slot(question, value, language=desk.LANGUAGE, now=case.now, for_staff=True)
                error = " ".join(one.message for one in wrong)
        elif len(reason) > LONGEST_REASON:
            error = _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}
        else:
            try:
                actions.cancel_slot(application=application, by=case.staff, reason=reason, now=case.now)
                return done(case, "slot")
            except ReasonMissing:
                error = _("取り消す理由を書いてください。申請者にも見えます。")
    held = stock.booking_of(application)
    place = "act-book" if request.POST.get("act") == "book" else "reason"
    context = head_of(case) | {
        "wish": registry.of(question).display(question, value, desk.LANGUAGE),
        "held": held is not None,
        "closed_reason": held.slot.closed_reason if held is not None and held.slot.closed_at else "",
        "may_book": held is None and value is not None and application.status in OPEN,
        "may_change": may_edit_answers(application.status) and editable(application, definition, question.id),
        "question_id": question.id,
        "reason": reason,
        "longest_reason": LONGEST_REASON,
        "error": error,
        "problems": [(f"#{place}", error)] if error else [],
    }
    return render(request, "applications/desk/case_slot.html", context, status=422 if error else 200)
