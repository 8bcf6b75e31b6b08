"""Protected cases (支援措置): why one is opened, and setting, extending and ending the protection."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.applications import actions
from madoguchi.applications.alarms import state_purpose
from madoguchi.applications.desk_options import options
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.views.desk.case import SEES, done, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.refusals import AGAIN, state_purpose_page
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.identity import rules
from madoguchi.identity.actions import restrictions
from madoguchi.identity.rules import RestrictionReason
from madoguchi.japan.eras import DateError, parse_date

LONGEST_PURPOSE = 200
SHORTEST_PURPOSE = 5
LONGEST_TERM = timedelta(days=366)


@with_case(*SEES, purpose_asked=False, chain="open")
@require_POST
def purpose(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """State why a protected case is opened; the case opens for an hour, and the alarm goes out."""
    case.shown = ""
    then = request.POST.get("then", "")
    of_case = reverse("desk:case", args=[case.application.id])
    then = then if then.startswith(of_case) else case.url
    if case.restriction is None:
        return redirect(then)
    stated = request.POST.get("purpose", "").strip()
    error = ""
    if len(stated) < SHORTEST_PURPOSE:
        error = _("閲覧の理由を、あとで説明できるように具体的に入力してください。")
    elif len(stated) > LONGEST_PURPOSE:
        error = _("閲覧の理由は%(most)s文字までにしてください。") % {"most": LONGEST_PURPOSE}
    if error:
        return state_purpose_page(request, case.application, purpose=stated, error=error, then=then)
    state_purpose(
        application=case.application,
        responsible_department=case.restriction.responsible_department,
        purpose=stated,
        by=case.staff,
        now=case.now,
    )
    return redirect(then)


@with_case("head")
@require_http_methods(["GET", "POST"])
def protection(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Set, extend or end the protection of a case."""
    if not options(case.application, case.staff, today=case.today, proposal=None)["protect"].allowed:
        raise NotAllowed
    act = request.POST.get("act", "") if AGAIN not in request.POST else ""
    errors: dict[str, str] = {}
    if act == "restrict" and case.restriction is None:
        errors = _restrict(request, case)
        if not errors:
            return done(case, "restrict")
    elif act == "extend" and case.restriction is not None:
        try:
            restrictions.extend(subject=subject_of(case.application.id), by=case.staff, now=case.now)
            return done(case, "restrict")
        except restrictions.NotYet:
            errors["extend"] = _("延長は、期限の1か月前からできます。")
    elif act == "release" and case.restriction is not None:
        errors = _release(request, case)
        if not errors:
            return done(case, "release")
    usual_end = rules.protected_until(case.today)
    context = head_of(case) | {
        "reasons": reason_choices(),
        "reason": request.POST.get("reason", ""),
        "until": request.POST.get("until", usual_end.isoformat()),
        "why": request.POST.get("why", ""),
        "may_extend": case.restriction is not None
        and rules.may_be_extended(valid_until=case.restriction.valid_until, today=case.today),
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/protection.html", context, status=422 if errors else 200)


def reason_choices() -> list[tuple[str, str]]:
    """Why somebody is protected; what was carried over is never chosen by hand."""
    chosen = (reason for reason in RestrictionReason if reason != RestrictionReason.CARRIED_OVER)
    return [(str(reason.value), str(reason.label)) for reason in chosen]


def _restrict(request: HttpRequest, case: OpenCase) -> dict[str, str]:
    """Set the protection; returns what is wrong with the form."""
    errors: dict[str, str] = {}
    reason = request.POST.get("reason", "")
    if reason not in dict(reason_choices()):
        errors["reason"] = _("支援措置の理由を選んでください。")
    last = case.today + LONGEST_TERM
    try:
        until = parse_date(request.POST.get("until", ""))
        if not case.today <= until <= last:
            errors["until"] = _("期限は、今日から%(last)sまでの日にしてください。") % {
                "last": both_eras(last)
            }
    except DateError:
        errors["until"] = _("期限を「2026年11月23日」のように入力してください。")
    else:
        if not errors:
            actions.protect(
                application=case.application,
                reason=RestrictionReason(reason),
                until=until,
                by=case.staff,
                now=case.now,
            )
    return errors


def _release(request: HttpRequest, case: OpenCase) -> dict[str, str]:
    """End the protection; why stays in the notes. Returns what is wrong with the form."""
    why = request.POST.get("why", "").strip()[:1000]
    if not why:
        return {"why": _("解除する理由を入力してください。")}
    try:
        restrictions.release(subject=subject_of(case.application.id), by=case.staff, now=case.now)
    except restrictions.NotRestricted:
        raise NotAllowed from None
    text = _("支援措置を解除した。理由：%(why)s") % {"why": why}
    actions.add_note(application=case.application, text=text, by=case.staff, now=case.now)
    return {}
