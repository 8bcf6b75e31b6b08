"""Extending the due day of a case: the letter is read before it goes out."""

from __future__ import annotations

import uuid
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.applications import actions, letters, queries, rules
from madoguchi.applications.actions.decision import NumberTaken
from madoguchi.applications.actions.extension import drafted
from madoguchi.applications.desk_options import options
from madoguchi.applications.errors import DayOutOfRange
from madoguchi.applications.models import Extension
from madoguchi.applications.produced import extension_pdf
from madoguchi.applications.views.desk.case import HANDLES, SEES, done, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.papers import inline_pdf
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.common.pdf.documents import DecisionNotice
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.notices.rules import is_usable_address

LONGEST_REASON = 2000

Days = tuple[date, date] | None


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Say until when and why, read the letter, extend."""
    application = case.application
    days = queries.extension_days(application, today=case.today)
    option = options(application, case.staff, today=case.today, proposal=None)["extend"]
    typed, reason = request.POST.get("to_on", "").strip(), request.POST.get("reason", "").strip()
    act = request.POST.get("act", "") if AGAIN not in request.POST else AGAIN
    errors: dict[str, str] = {}
    letter = None
    if request.method == "POST" and act != AGAIN:
        if act == "extend":
            case.expect_unchanged(request.POST)
        day, errors = _read(typed, reason, days)
        if day is not None and not errors and act == "extend":
            try:
                actions.extend(application=application, to_on=day, reason=reason, by=case.staff, now=case.now)
                return done(case, "extend")
            except DayOutOfRange:  # the day has changed since the form was read
                errors["to_on"] = _range_sentence(days)
            except NumberTaken:
                errors["main"] = _(
                    "文書番号を付けられませんでした。まだ延ばしていません。もう一度押してください。"
                )
        elif day is not None and not errors and option.allowed:
            letter = _draft(case, day, reason)
    timer = case.definition.clock
    context = head_of(case) | {
        "option": option,
        "rule": timer.extension,
        "is_late": timer.kind == "statutory" and rules.is_past(due=application.due_on, today=case.today),
        "has_mail": is_usable_address(application.email),
        "days_hint": _range_sentence(days),
        "longest_reason": LONGEST_REASON,
        "to_on": typed,
        "reason": reason,
        "letter": letter,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/extend.html", context, status=422 if errors else 200)


def _read(typed: str, reason: str, days: Days) -> tuple[date | None, dict[str, str]]:
    """The day that was typed, and what is wrong."""
    errors: dict[str, str] = {}
    day: date | None = None
    try:
        day = parse_date(typed)
    except DateError:
        errors["to_on"] = _("見込みの日を「2026年11月23日」のように入力してください。")
    if day is not None and days is not None and not days[0] <= day <= days[1]:
        errors["to_on"] = _range_sentence(days)
    if not reason:
        errors["reason"] = _("延ばす理由を書いてください。")
    elif len(reason) > LONGEST_REASON:
        errors["reason"] = _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}
    return day, errors


def _range_sentence(days: Days) -> str:
    if days is None:
        return ""
    words = {"first": both_eras(days[0]), "last": both_eras(days[1])}
    return _("見込みの日は、%(first)sから%(last)sまでの日にしてください。") % words


def _draft(case: OpenCase, day: date, reason: str) -> DecisionNotice:
    """The letter as it would go out today; its number is given with it."""
    number = _("（延ばすときに付きます）")
    planned = drafted(case.application, to_on=day, reason=reason, number=number, by=case.staff, now=case.now)
    return letters.restored(planned.notice)


@with_case(*SEES)
@require_GET
def letter(request: HttpRequest, case: OpenCase, extension_id: uuid.UUID) -> HttpResponse:
    """The letter of an extension as PDF."""
    found = Extension.objects.filter(application=case.application, id=extension_id).first()
    if found is None:
        raise Http404
    case.shown, case.looked_at["extension"] = "letter", str(found.id)
    return inline_pdf(extension_pdf(found), f"{case.application.receipt_number}-extension.pdf")
