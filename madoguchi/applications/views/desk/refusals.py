"""The pages that say why a case is not shown or not changed, and what to do: nothing typed is lost."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from madoguchi.applications.actions.decision import open_proposal
from madoguchi.applications.desk_case import event_rows, events_of
from madoguchi.applications.desk_options import options
from madoguchi.applications.models import Application, ErasureRecord
from madoguchi.common import clock
from madoguchi.common.pages import render
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures

AGAIN = "again"
NOT_CARRIED = ("csrfmiddlewaretoken", "version", AGAIN, "act")


def ask_responsible(request: HttpRequest, department_code: str) -> HttpResponse:
    """A protected case of which another department is in charge."""
    context = {"here": "desk", "department": organization.department(department_code)}
    return render(request, "applications/desk/ask_responsible.html", context, status=403)


def state_purpose_page(
    request: HttpRequest, application: Application, *, purpose: str = "", error: str = "", then: str = ""
) -> HttpResponse:
    """Asks why a protected case is opened, before anything of it is shown."""
    context = {
        "here": "desk",
        "application": application,
        "then": then
        or (request.path if request.method == "GET" else reverse("desk:case", args=[application.id])),
        "purpose": purpose,
        "error": error,
        "problems": [("#purpose", error)] if error else [],
    }
    return render(request, "applications/desk/purpose.html", context, status=422 if error else 403)


def conflict(
    request: HttpRequest, application: Application, staff: Staff, shown_version: str, *, back: str
) -> HttpResponse:
    """Somebody was faster: who did what since the page was shown, with everything that was typed kept."""
    application.refresh_from_db()
    definition = procedures.definition_of(application.procedure_version_id)
    # Every change of a case raises its version by one and writes one event.
    shown = (
        int(shown_version)
        if shown_version.isdecimal() and len(shown_version) < 9
        else application.version - 1
    )
    since = min(max(application.version - shown, 1), 20)
    fields = [
        (name, value)
        for name in request.POST
        if name not in NOT_CARRIED
        for value in request.POST.getlist(name)
    ]
    context = {
        "here": "desk",
        "application": application,
        "staff": staff,
        "events": event_rows(events_of(application, last=since), definition)[::-1],
        "fields": fields,
        "typed": [
            (typed_label(name), value) for name, value in fields if typed_label(name) and value.strip()
        ],
        "again": AGAIN,
        "back": back,
    }
    return render(request, "applications/desk/conflict.html", context, status=409)


def typed_label(name: str) -> str:
    """What a free text of a form is called, where it is worth showing again; other fields only travel along."""
    labels = {
        "text": _("メモ"),
        "message": _("申請者への案内"),
        "reason": _("理由"),
        "question": _("聞きたいこと"),
        "back_reason": _("差戻しの理由"),
        "absence": _("代決の理由"),
        "draft_text": _("起案文"),
        "addition": _("通知書に書き加える文"),
        "words": _("合議の意見"),
        "other": _("頼む相手"),
        "paid_yen": _("納付額"),
        "paid_voucher": _("領収書番号"),
        "waived_reason": _("減免の理由"),
        "refunded_reason": _("還付の理由"),
        "kept_reason": _("還付しない理由"),
        "undo_reason": _("取り消す理由"),
    }
    if name.startswith("say."):
        return _("申請者への説明")
    if name.startswith("q."):
        return _("結果の入力")
    return labels.get(name, "")


def not_allowed(request: HttpRequest, application: Application, staff: Staff, *, back: str) -> HttpResponse:
    """The rules do not permit this move now, or not to this person: what the case permits, with the reasons."""
    application.refresh_from_db()
    today = clock.today()
    context = {
        "here": "desk",
        "application": application,
        "options": options(application, staff, today=today, proposal=open_proposal(application)).values(),
        "back": back,
    }
    return render(request, "applications/desk/not_allowed.html", context, status=403)


def erased(request: HttpRequest, application: Application) -> HttpResponse:
    """The period of the case is over and what was in it is gone (廃棄済み)."""
    context = {"here": "retention", "record": ErasureRecord.objects.filter(case_id=application.id).first()}
    return render(request, "applications/desk/erased.html", context, status=410)
