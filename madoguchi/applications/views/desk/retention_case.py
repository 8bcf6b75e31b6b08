"""How long one case is kept, and what keeps it longer (保留)."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import desk_retention as desk
from madoguchi.applications import retention_rules as rules
from madoguchi.applications.actions import retention as actions
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    DayOutOfRange,
    NotAllowed,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.models import Handover, LegalHold, RetentionAssignment
from madoguchi.applications.permissions import departments_headed, may_handle
from madoguchi.applications.views.desk.case import SEES, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.common import clock
from madoguchi.common.pages import render
from madoguchi.identity.asking import by_field
from madoguchi.japan.eras import DateError, parse_date

LONGEST_REASON = 1000
Problems = list[tuple[str, str]]


@with_case(*SEES)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """The period of a case, and its holds."""
    case.shown = "retention"
    problems: Problems = []
    status = 200
    if request.method == "POST":
        problems, status = _act(request, case)
        if not problems:
            address = reverse("desk:retention_case", args=[case.application.id])
            return redirect(f"{address}?done={request.POST.get('act', '')[:10]}")
    return _show(request, case, problems, status)


def _act(request: HttpRequest, case: OpenCase) -> tuple[Problems, int]:
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "").strip()
    held = LegalHold.objects.filter(application=case.application, ended_at=None).first()
    review_on = _day(request)
    if len(reason) > LONGEST_REASON:
        return [
            (f"#{act}-reason", _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON})
        ], 422
    try:
        if act in ("hold", "review") and review_on is None:
            return [(f"#{act}-on", _("見直す日を「2027年4月1日」のように入力してください。"))], 422
        if act == "hold" and review_on is not None:
            typed = request.POST.get("version", "")
            actions.hold(
                application=case.application,
                kind=request.POST.get("kind", ""),
                reason=reason,
                review_on=review_on,
                version=int(typed) if typed.isdecimal() and len(typed) < 9 else 0,
                by=case.staff,
                now=case.now,
            )
        elif act == "review" and held is not None and review_on is not None:
            actions.extend_hold(held=held, review_on=review_on, by=case.staff, now=case.now)
        elif act == "end" and held is not None:
            actions.end_hold(held=held, reason=reason, by=case.staff, now=case.now)
        else:
            return [("#main", _("この間に状態が変わっています。いまの状態を確かめてください。"))], 409
    except ReasonMissing:
        return [(f"#{act}-reason", _("理由を書いてください。"))], 422
    except DayOutOfRange:
        return [(f"#{act}-on", _("見直す日は、明日から5年以内の日にしてください。"))], 422
    except UnknownChoice:
        return [("#kind", _("保留の種類を選んでください。"))], 422
    except (ChangedMeanwhile, NotAllowed, actions.HoldExists):
        case.application.refresh_from_db()
        sentence = _("いまの状態ではできないか、この間にほかの職員が変更しました。状態を確かめてください。")
        return [("#main", sentence)], 409
    return [], 200


def _day(request: HttpRequest) -> date | None:
    try:
        return parse_date(request.POST.get("review_on", "").strip())
    except DateError:
        return None


def _show(request: HttpRequest, case: OpenCase, problems: Problems, status: int) -> HttpResponse:
    application = case.application
    assigned = (
        RetentionAssignment.objects.select_related("retention_class")
        .filter(procedure_id=application.procedure_id)
        .first()
    )
    kept_as = assigned.retention_class if assigned else None
    ends_on = None
    if kept_as is not None and application.closed_at is not None:
        closed_on = clock.tokyo_date(application.closed_at)
        ends_on = rules.ends_on(closed_on=closed_on, years=kept_as.years)
    past = LegalHold.objects.filter(application=application).select_related("set_by", "ended_by")
    rows = list(past.order_by("-set_at"))
    kinds = desk.hold_kinds()
    words = {
        "hold": _("保留しました。廃棄の対象から外れます。"),
        "review": _("見直す日を変えました。"),
        "end": _("保留を終わりにしました。"),
    }
    context = head_of(case) | {
        "here": "retention",
        "kept_as": kept_as,
        "has_handover": Handover.objects.filter(application=application).exists(),
        "ends_on": ends_on,
        "held": next((row for row in rows if row.ended_at is None), None),
        "past": [row for row in rows if row.ended_at is not None],
        "kinds": kinds,
        "kind_choices": list(kinds.items()),
        "may_hold": application.closed_at is not None
        and may_handle(case.staff, application, today=case.today),
        "may_end": application.department_code in departments_headed(case.staff, today=case.today),
        "typed": request.POST,
        "done": words.get(request.GET.get("done", ""), ""),
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "applications/desk/retention_case.html", context, status=status)
