"""Opinions of other departments: asking from the case; the list and the answer of who is asked."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import actions, desk_opinions, rules
from madoguchi.applications import desk_case as desk
from madoguchi.applications.actions.opinions import LONGEST_WAIT, AskedAlready, NoLongerAsked
from madoguchi.applications.desk_options import options
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Application, OpinionRequest
from madoguchi.applications.permissions import departments_seen
from madoguchi.applications.receiving import LIMITS, MAX_FILES, sealed, take_all, unsealed
from madoguchi.applications.views.desk.case import HANDLES, SEES, done, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, kernel
from madoguchi.common.files import messages
from madoguchi.common.files.intake import Accepted
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures

LONGEST = 4000
USUAL_WAIT = timedelta(days=14)
ACCEPT = ("image", "pdf")
TRIES = 3
SUBJECT = "list:opinions"


# --- asking, from the case -----------------------------------------------------------------------------------


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Whom to ask, what, by when, and which part of the answers they may see for it."""
    application, definition = case.application, case.definition
    data = request.POST
    visible = {s.section.id for s in desk.evaluation_of(application, definition).sections if s.visible}
    sections = [(s.id, str(s.title)) for s in definition.sections if s.id in visible]
    departments = [
        (one.code, one.name)
        for one in organization.all_departments(case.today)
        if one.code != application.department_code
    ]
    typed: dict[str, Any] = {
        "departments": data.getlist("department"),
        "sections": data.getlist("section"),
        "question": data.get("question", "").strip(),
        "due_on": data.get("due_on", (case.today + USUAL_WAIT).isoformat()).strip(),
    }
    errors: dict[str, str] = {}
    if request.method == "POST" and AGAIN not in data:
        day, errors = _asked(typed, dict(departments), dict(sections), case)
        if day is not None and not errors:
            case.expect_unchanged(data)
            try:
                actions.ask_opinions(
                    application=application,
                    departments=typed["departments"],
                    question=typed["question"],
                    sections=typed["sections"],
                    due_on=day,
                    by=case.staff,
                    now=case.now,
                )
                return done(case, "opinion")
            except AskedAlready as error:
                names = "、".join(name for code, name in departments if code in error.codes)
                errors["department"] = _("%(names)sには、すでに照会しています。回答を待っています。") % {
                    "names": names
                }
    context = head_of(case) | {
        "option": options(application, case.staff, today=case.today, proposal=None)["opinion"],
        "department_choices": departments,
        "section_choices": [] if case.restriction else sections,
        "typed": typed,
        "longest": LONGEST,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/opinions_ask.html", context, status=422 if errors else 200)


def _asked(
    typed: dict[str, Any], departments: dict[str, str], sections: dict[str, str], case: OpenCase
) -> tuple[date | None, dict[str, str]]:
    errors: dict[str, str] = {}
    if not typed["departments"] or not set(typed["departments"]) <= departments.keys():
        errors["department"] = _("意見を聞く課を選んでください。")
    if not typed["question"]:
        errors["question"] = _("聞きたいことを書いてください。")
    elif len(typed["question"]) > LONGEST:
        errors["question"] = _("聞きたいことは%(most)s文字までにしてください。") % {"most": LONGEST}
    if not set(typed["sections"]) <= (set() if case.restriction else sections.keys()):
        errors["section"] = _("見せる範囲を選び直してください。")
    first, last = case.today + timedelta(days=1), case.today + LONGEST_WAIT
    day: date | None = None
    try:
        day = parse_date(typed["due_on"])
    except DateError:
        errors["due_on"] = _("回答の期限を「2026年11月23日」のように入力してください。")
    if day is not None and not first <= day <= last:
        words = {"first": both_eras(first), "last": both_eras(last)}
        errors["due_on"] = _("回答の期限は、%(first)sから%(last)sまでの日にしてください。") % words
    return day, errors


@with_case(*HANDLES)
@require_POST
def withdraw(request: HttpRequest, case: OpenCase, opinion_id: uuid.UUID) -> HttpResponse:
    """Take a request back."""
    opinion = OpinionRequest.objects.filter(application=case.application, id=opinion_id).first()
    if opinion is None:
        raise Http404
    case.expect_unchanged(request.POST)
    opinion.application = case.application
    actions.withdraw_opinion(opinion=opinion, by=case.staff, now=case.now)
    return done(case, "opinion_withdrawn")


# --- answering, in the department that is asked --------------------------------------------------------------


@access.staff(*SEES)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What this person's departments are asked; it names nobody."""
    staff, now, departments = _who(request)
    today = clock.tokyo_date(now)
    tab = _tab(request)
    counts = desk_opinions.counts(departments)
    asked = request.GET.get("page", "")
    pages = max(-(-counts[tab] // desk_opinions.PAGE), 1)
    number = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 6 else 1
    first = (number - 1) * desk_opinions.PAGE
    found = desk_opinions.asked_of(departments, tab)[first : first + desk_opinions.PAGE]
    rows = list(desk_opinions.cells(found, today=today))
    _record_list(staff, now, "list", len(rows))
    labels = {"waiting": _("回答待ち"), "done": _("回答済み・終了"), "all": _("すべて")}
    context = {
        "here": "opinions",
        "tab": tab,
        "tabs": [
            {"label": label, "href": f"?tab={name}", "current": name == tab, "count": counts[name]}
            for name, label in labels.items()
        ],
        "columns": _columns(),
        "rows": rows,
        "total": counts[tab],
        "first": first + 1,
        "last": first + len(rows),
        "previous": f"?tab={tab}&page={number - 1}" if number > 1 else "",
        "next": f"?tab={tab}&page={number + 1}" if number < pages else "",
    }
    return render(request, "applications/desk/opinions.html", context)


@access.staff(*SEES)
@require_GET
def listing_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list as a file."""
    staff, now, departments = _who(request)
    today = clock.tokyo_date(now)
    found = desk_opinions.asked_of(departments, _tab(request))
    _record_list(staff, now, kind, found.count())
    lines = desk_opinions.file_lines(found, today=today)
    return list_response(request, kind, f"opinions-{today:%Y%m%d}", _columns(), lines)


def _columns() -> list[str]:
    return [_("受付番号"), _("手続"), _("聞いた課"), _("聞かれた課"), _("回答の期限"), _("状態")]


def _tab(request: HttpRequest) -> str:
    tab = request.GET.get("tab", "")
    return tab if tab in desk_opinions.TABS else "waiting"


def _who(request: HttpRequest) -> tuple[Staff, datetime, set[str]]:
    staff, now = identity.staff_of(request), clock.now()
    return staff, now, departments_seen(staff, today=clock.tokyo_date(now))


def _record_list(staff: Staff, now: datetime, act: str, count: int) -> None:
    audit.record_read(actor=staff.actor, subject=SUBJECT, now=now, purpose=act, detail={"count": count})


@dataclass(slots=True)
class Typed:
    """What was typed into the answer, with the files that came along."""

    answer: str
    text: str
    files: list[Accepted]
    errors: dict[str, str]


@access.staff(*SEES)
@require_http_methods(["GET", "POST"])
def opinion(request: HttpRequest, opinion_id: uuid.UUID) -> HttpResponse:
    """What is asked, what was opened for it and nothing else, and the answer."""
    staff, now, departments = _who(request)
    found = _found(opinion_id)
    if found is None:
        raise Http404
    if found.department_code not in departments:
        _record(staff, found, now, act="read_denied")
        raise Http404
    typed = Typed(request.POST.get("answer", ""), request.POST.get("text", "").strip(), [], {})
    too_late = False
    if request.method == "POST":
        typed = _read(request, found, typed)
        if not typed.errors and not request.POST.get("remove"):
            if _given(found, typed, staff, now):
                return redirect(f"{reverse('desk:opinion', args=[found.id])}?done=1")
            too_late = True
        found = _found(opinion_id) or found
    return _show(request, found, typed, staff=staff, now=now, too_late=too_late)


def _found(opinion_id: uuid.UUID) -> OpinionRequest | None:
    rows = OpinionRequest.objects.select_related("application", "application__procedure_version")
    return rows.filter(id=opinion_id).first()


def _given(opinion: OpinionRequest, typed: Typed, staff: Staff, now: datetime) -> bool:
    """Whether the answer was kept; the case may change while it is written, which does not matter to it."""
    for _attempt in range(TRIES):
        with suppress(ChangedMeanwhile):
            try:
                actions.give_opinion(
                    opinion=opinion,
                    answer=typed.answer,
                    text=typed.text,
                    files=typed.files,
                    by=staff,
                    now=now,
                )
            except NoLongerAsked:
                return False
            return True
        opinion = OpinionRequest.objects.select_related("application").get(id=opinion.id)
    return False


def _read(request: HttpRequest, opinion: OpinionRequest, typed: Typed) -> Typed:
    place = f"opinion:{opinion.id}"
    before = unsealed(request.POST.getlist("kept"), place=place)
    kept = {f.digest: f for f in before if f.digest != request.POST.get("remove")}
    taken, refused = take_all(request.FILES.getlist("file"), accept=ACCEPT, room=MAX_FILES - len(kept))
    kept |= {f.digest: f for f in taken}
    errors: dict[str, str] = {}
    if not request.POST.get("remove"):
        if typed.answer not in dict(desk_opinions.answer_choices()):
            errors["answer"] = _("意見があるかどうかを選んでください。")
        elif typed.answer == OpinionRequest.Answer.SOME and not typed.text:
            errors["text"] = _("意見を書いてください。")
        if len(typed.text) > LONGEST:
            errors["text"] = _("意見は%(most)s文字までにしてください。") % {"most": LONGEST}
        if refused:
            errors["file"] = " ".join(refused)
    return Typed(typed.answer, typed.text, list(kept.values()), errors)


def _show(
    request: HttpRequest,
    opinion: OpinionRequest,
    typed: Typed,
    *,
    staff: Staff,
    now: datetime,
    too_late: bool,
) -> HttpResponse:
    today = clock.tokyo_date(now)
    application: Application = opinion.application
    opened = desk_opinions.opened_answers(opinion, today=today)
    _record(staff, opinion, now, sections=opinion.sections if opened else [])
    state, kind = desk_opinions.state_of(opinion, today)
    names = organization.departments([application.department_code, opinion.department_code])
    context = {
        "here": "opinions",
        "opinion": opinion,
        "number": grouped(application.receipt_number),
        "procedure": str(procedures.definition_of(application.procedure_version_id).current_name),
        "asking": names.get(application.department_code),
        "asked": names.get(opinion.department_code),
        "state": state,
        "kind": kind,
        "notes": desk_opinions.notes_of(opinion),
        "answer_label": dict(desk_opinions.answer_choices()).get(opinion.answer, ""),
        "is_waiting": desk_opinions.is_waiting(opinion),
        "is_over": application.status not in rules.OPEN,
        "is_protected": identity.is_restricted(subject_of(application.id), today),
        "opened": opened,
        "answer_choices": desk_opinions.answer_choices(),
        "typed": typed,
        "sent": [{"value": f.digest, "name": f.name, "size": f.size} for f in typed.files],
        "kept_files": [("kept", sealed(f, place=f"opinion:{opinion.id}")) for f in typed.files],
        "promise": messages.promise(accept=ACCEPT, limits=LIMITS, max_files=MAX_FILES),
        "max_bytes": LIMITS.max_bytes,
        "max_files": MAX_FILES,
        "longest": LONGEST,
        "too_late": too_late,
        "done": "done" in request.GET,
        "errors": typed.errors,
        "problems": [(f"#{name}", sentence) for name, sentence in typed.errors.items()],
    }
    status = 409 if too_late else 422 if typed.errors else 200
    return render(request, "applications/desk/opinion.html", context, status=status)


def _record(
    staff: Staff,
    opinion: OpinionRequest,
    now: datetime,
    *,
    act: str = "read",
    sections: list[str] | None = None,
) -> None:
    """Write who looked and at which part, before anything is shown."""
    unit = kernel.Unit()
    audit.record(
        unit,
        actor=staff.actor,
        act=act,
        subject=subject_of(opinion.application_id),
        now=now,
        purpose="opinion",
        detail={"page": "opinion", "opinion": str(opinion.id), "sections": sections or []},
    )
    kernel.commit(unit)
