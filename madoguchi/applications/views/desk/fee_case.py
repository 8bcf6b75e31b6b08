"""The fee of one case: what is owed and was recorded, and recording more of it."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import desk_case, desk_fee_forms, desk_fees
from madoguchi.applications.actions import fees as actions
from madoguchi.applications.desk_fee_forms import FeeForm
from madoguchi.applications.errors import FeeInUse
from madoguchi.applications.models import CaseFee, FeeRecord
from madoguchi.applications.permissions import may_handle
from madoguchi.applications.views.desk.case import SEES, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.common.pages import render

FROM_LIST = "fees"  # who came from the list of the cash desk goes back there


@with_case(*SEES)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """What is owed, what was recorded by whom; record a payment, a waiver, a refund, undo a record."""
    evaluation = desk_case.evaluation_of(case.application, case.definition)
    line = desk_fees.fee_line(case.application, case.definition, evaluation)
    if line is None:
        raise Http404
    form = desk_fee_forms.blank(line.fee.standing, today=case.today)
    if request.method == "POST":
        form = desk_fee_forms.with_typed(form, request.POST)
        if AGAIN not in request.POST:
            act = request.POST.get("act", "")
            done = (
                _undo(request, case, form)
                if act == desk_fee_forms.UNDO
                else _record(request, case, form, line.fee, act)
            )
            if done:
                return redirect(_next(request, case, done))
    context = head_of(case) | {
        "line": line,
        "form": form,
        "handles": may_handle(case.staff, case.application, today=case.today),
        "method_choices": desk_fees.method_choices(),
        "longest_reason": desk_fee_forms.LONGEST_REASON,
        "origin": _origin(request),
        "done": _sentence(request.GET.get("done", "")),
        "problems": form.problems,
    }
    return render(request, "applications/desk/fee.html", context, status=422 if form.errors else 200)


def _record(request: HttpRequest, case: OpenCase, form: FeeForm, fee: CaseFee, act: str) -> str:
    """Record one thing. Returns what was done, or notes in the form what is wrong."""
    if act not in desk_fee_forms.KINDS:
        raise Http404
    application = case.application
    # First, so that whoever comes second reads of the first instead of an amount that is too high by now.
    case.expect_unchanged(request.POST)
    fields = desk_fee_forms.read(
        form, act, fee.standing, received_on=application.received_on, today=case.today
    )
    if form.errors:
        return ""
    actions.record_fee(application=application, by=case.staff, now=case.now, **fields)
    return act


def _undo(request: HttpRequest, case: OpenCase, form: FeeForm) -> str:
    """Undo one record. Returns what was done, or notes in the form what is wrong."""
    record = _record_of(case, form.typed["undo"])
    case.expect_unchanged(request.POST)
    reason = desk_fee_forms.read_undo(form)
    if form.errors:
        return ""
    try:
        actions.undo_fee_record(record=record, reason=reason, by=case.staff, now=case.now)
    except FeeInUse:
        form.errors["undo_reason"] = _(
            "この納付をもとに、還付か「還付しない」が記録されています。先に、その記録を取り消してください。"
        )
        return ""
    return desk_fee_forms.UNDO


def _record_of(case: OpenCase, record_id: str) -> FeeRecord:
    try:
        wanted = uuid.UUID(record_id)
    except ValueError:
        raise Http404 from None
    record = FeeRecord.objects.filter(application=case.application, id=wanted).first()
    if record is None:
        raise Http404
    record.application = case.application
    return record


def _origin(request: HttpRequest) -> str:
    data = request.POST if request.method == "POST" else request.GET
    return FROM_LIST if data.get("from") == FROM_LIST else ""


def _next(request: HttpRequest, case: OpenCase, done: str) -> str:
    if _origin(request):
        return f"{reverse('desk:fees')}?done={done}"
    return f"{reverse('desk:case_fee', args=[case.application.id])}?done={done}"


def _sentence(done: str) -> str:
    """What was just recorded."""
    return done_sentences().get(done, "")


def done_sentences() -> dict[str, str]:
    """What was just recorded, by what was pressed."""
    return {
        "paid": _("手数料の納付を記録しました。"),
        "waived": _("手数料の減免を記録しました。"),
        "refunded": _("手数料の還付を記録しました。"),
        "kept": _("還付しないことを記録しました。"),
        "undo": _("記録を取り消しました。"),
    }
