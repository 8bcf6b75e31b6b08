"""Accounts and postings of staff, for administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.audit import actions as audit
from madoguchi.common import access, clock
from madoguchi.common import desk_lists as lists
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.actions.accounts import Outdated
from madoguchi.identity.actions.guarding import guard_key
from madoguchi.identity.asking import by_field
from madoguchi.identity.models import Staff
from madoguchi.organization import forms, queries
from madoguchi.organization.actions import permission
from madoguchi.organization.actions import staff as actions
from madoguchi.organization.forms import Problems
from madoguchi.organization.models import Department, Posting
from madoguchi.organization.rules import Role, is_department_code
from madoguchi.organization.views import words

STATES = ("active", "inactive", "all")
ACCOUNT_ACTS = ("reset_password", "reset_authenticator", "deactivate", "reactivate", "unlock")
DONE = (*ACCOUNT_ACTS, "renamed", "posted", "ended")


@access.staff("administrator")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Staff by word, department, role and state; the choice stands in the address."""
    now, today = clock.now(), clock.today()
    filters = _filters(request)
    page, pagination = lists.paged(request, queries.staff_found(**filters, today=today))
    locked = identity.locked_until((guard_key(person.login) for person in page), now=now)
    context = {
        "here": "staff",
        **filters,
        "department_options": _options(queries.all_departments(today)),
        "roles": Role.choices,
        "columns": [
            lists.column(request, _("氏名"), "name", filters["order"]),
            lists.column(request, _("ログイン名"), "login", filters["order"]),
            _("部署と役割"),
            _("状態"),
        ],
        "rows": [_row(person, guard_key(person.login) in locked) for person in page],
        "pagination": pagination,
        "csv": reverse("organization:staff-csv") + lists.address_with(request),
    }
    return render(request, "organization/staff_list.html", context)


@access.staff("administrator")
@require_GET
def listing_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list as a file."""
    now = clock.now()
    actor = identity.staff_of(request).actor
    audit.record_read(actor=actor, subject="staff:list", now=now, purpose=kind)
    found = queries.staff_found(**_filters(request), today=clock.today())
    rows = [
        [
            person.login,
            person.display_name,
            person.name_kana,
            _postings_text(person),
            words.state(person, locked=False)[0],
        ]
        for person in found
    ]
    header = [_("ログイン名"), _("氏名"), _("氏名（カナ）"), _("部署と役割"), _("状態")]
    return list_response(request, kind, "staff", header, rows)


@access.staff("administrator")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open an account with its first posting; the initial password is shown once."""
    now, today = clock.now(), clock.today()
    departments = queries.all_departments(today)
    form = forms.StaffForm.read(request.POST, today=today)
    problems: Problems = []
    if request.method == "POST":
        problems = form.problems(departments={d.code for d in departments}, today=today)
        if not problems:
            try:
                opened, password = actions.open_staff(
                    login=form.login,
                    display_name=form.names.display_name,
                    name_kana=form.names.name_kana,
                    department=next(d for d in departments if d.code == form.posting.department),
                    role=Role(form.posting.role),
                    by=identity.staff_of(request),
                    now=now,
                )
            except actions.LoginTaken:
                problems = [("#login", _("このログイン名はすでに使われています。"))]
            else:
                return _password_page(request, opened, password)
    context = {
        "here": "staff",
        "form": form,
        "department_options": _options(departments),
        "roles": Role.choices,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "organization/staff_new.html", context, status=422 if problems else 200)


@access.staff("administrator")
@require_GET
def page(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """One account: name, state, postings, and what can be done."""
    return _page(request, _person(staff_id))


@access.staff("administrator")
@require_POST
def rename(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Change the name."""
    person = _person(staff_id)
    form = forms.NameForm.read(request.POST)
    problems = form.problems()
    if not problems:
        try:
            actions.rename(
                staff=person,
                version=forms.whole(request.POST, "version"),
                display_name=form.display_name,
                name_kana=form.name_kana,
                by=identity.staff_of(request),
                now=clock.now(),
            )
        except Outdated:
            problems = [("#display_name", words.outdated())]
        else:
            return _back(person, "renamed")
    return _page(request, person, problems=problems, names=form)


@access.staff("administrator")
@require_POST
def change_account(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Reset password or authenticator, unlock, deactivate, reactivate."""
    person = _person(staff_id)
    act = request.POST.get("act", "")
    if act not in ACCOUNT_ACTS:
        raise Http404
    known: dict[str, Any] = {"staff": person, "by": identity.staff_of(request), "now": clock.now()}
    if act != "unlock":
        known["version"] = forms.whole(request.POST, "version")
    try:
        password = getattr(actions, act)(**known)
    except permission.OwnAccount:
        problem = words.own_account()
    except permission.LastAdministrator:
        problem = words.last_administrator()
    except Outdated:
        problem = words.outdated()
    else:
        return _password_page(request, person, password) if password else _back(person, act)
    return _page(request, person, problems=[("#account", problem)])


@access.staff("administrator")
@require_POST
def add_posting(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Give a role in a department."""
    person, today = _person(staff_id), clock.today()
    form = forms.PostingForm.read(request.POST, today=today)
    departments = {d.code: d for d in queries.all_departments(today)}
    problems = form.problems(departments=set(departments), today=today)
    if not problems:
        assert form.valid_from is not None, "checked by the form"
        try:
            actions.post(
                staff=person,
                department=departments[form.department],
                role=Role(form.role),
                valid_from=form.valid_from,
                by=identity.staff_of(request),
                now=clock.now(),
            )
        except actions.AlreadyPosted:
            problems = [("#role", _("この部署で、すでにこの役割についています。"))]
        else:
            return _back(person, "posted")
    return _page(request, person, problems=problems, posting=form)


@access.staff("administrator")
@require_POST
def end_posting(request: HttpRequest, staff_id: UUID, posting_id: UUID) -> HttpResponse:
    """End a posting at once or with a day."""
    person, today = _person(staff_id), clock.today()
    posting = Posting.objects.select_related("staff").filter(pk=posting_id, staff=person).first()
    if posting is None:
        raise Http404
    at_once = request.POST.get("when") == "now"
    last_day = actions.day_before(today) if at_once else forms.read_day(request.POST.get("last_day", ""))
    field = f"#last-day-{posting.pk}"
    if last_day is None or not forms.is_near(last_day, today):
        return _page(request, person, problems=[(field, words.bad_day())])
    try:
        actions.end_posting(
            posting=posting, last_day=last_day, by=identity.staff_of(request), now=clock.now()
        )
    except permission.OwnAccount:
        problem = words.own_role()
    except permission.LastAdministrator:
        problem = words.last_administrator()
    except actions.NotOpen:
        problem = words.outdated()
    else:
        return _back(person, "ended")
    return _page(request, person, problems=[(field, problem)])


def _filters(request: HttpRequest) -> dict[str, str]:
    return {
        "text": lists.searched(request),
        "department": _code(request, "department"),
        "role": lists.choice(request, "role", ("", *Role.values)),
        "state": lists.choice(request, "state", STATES),
        "order": lists.choice(request, "sort", tuple(queries.STAFF_ORDERS)),
    }


def _options(departments: list[Department]) -> list[tuple[str, str]]:
    return [(department.code, department.name) for department in departments]


def _person(staff_id: UUID) -> Staff:
    person = Staff.objects.filter(pk=staff_id).first()
    if person is None:
        raise Http404
    return person


def _row(person: Staff, locked: bool) -> dict[str, Any]:
    href = reverse("organization:staff-page", args=[person.pk])
    state, kind = words.state(person, locked=locked)
    return {
        "href": href,
        "cells": [
            {"text": person.display_name, "href": href, "note": person.name_kana},
            person.login,
            _postings_text(person),
            {"text": state, "tag": kind},
        ],
    }


def _postings_text(person: Any) -> str:
    return "、".join(
        f"{posting.department.name} {Role(posting.role).label}" for posting in person.present_postings
    )


def _page(
    request: HttpRequest,
    person: Staff,
    *,
    problems: Problems | None = None,
    names: forms.NameForm | None = None,
    posting: forms.PostingForm | None = None,
) -> HttpResponse:
    now, today = clock.now(), clock.today()
    key = guard_key(person.login)
    locked = identity.locked_until([key], now=now).get(key)
    done = request.GET.get("done", "")
    context = {
        "here": "staff",
        "person": person,
        "names": names or forms.NameForm(person.display_name, person.name_kana),
        "posting": posting or forms.PostingForm("", "", today, today.isoformat()),
        "postings": queries.postings_of(person),
        "department_options": _options(queries.all_departments(today)),
        "roles": Role.choices,
        "state": words.state(person, locked=locked is not None),
        "locked_until": locked,
        "is_self": person.pk == identity.staff_of(request).pk,
        "today": today,
        "done": words.done(done) if done in DONE and not problems else "",
        "problems": problems or [],
        "errors": by_field(problems or []),
    }
    return render(request, "organization/staff_page.html", context, status=422 if problems else 200)


def _password_page(request: HttpRequest, person: Staff, password: str) -> HttpResponse:
    """The initial password, shown this once."""
    context = {"here": "staff", "person": person, "password": password}
    return render(request, "organization/staff_password.html", context)


def _back(person: Staff, done: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("organization:staff-page", args=[person.pk]) + f"?done={done}")


def _code(request: HttpRequest, name: str) -> str:
    """A code from the address; empty when it cannot be one."""
    code = request.GET.get(name, "")
    return code if is_department_code(code) else ""
