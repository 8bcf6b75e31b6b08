"""Departments and closed days, for administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.common import access, clock, registers
from madoguchi.common import desk_lists as lists
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.actions.accounts import Outdated
from madoguchi.identity.asking import by_field
from madoguchi.organization import forms, queries
from madoguchi.organization.actions import departments as actions
from madoguchi.organization.actions import permission
from madoguchi.organization.forms import Problems
from madoguchi.organization.models import ClosedDay, Department
from madoguchi.organization.rules import is_in_force
from madoguchi.organization.views import words

STATES = ("present", "ended", "all")
GET_OR_POST = ["GET", "HEAD", "POST"]


@access.staff("administrator")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Departments by word and state; the choice stands in the address."""
    today = clock.today()
    text, state = lists.searched(request), lists.choice(request, "state", STATES)
    page, pagination = lists.paged(request, queries.departments_found(text=text, state=state, today=today))
    context = {
        "here": "departments",
        "text": text,
        "state": state,
        "rows": [_row(department) for department in page],
        "pagination": pagination,
        "csv": reverse("organization:departments-csv") + lists.address_with(request),
        "done": _done(request),
    }
    return render(request, "organization/departments.html", context)


@access.staff("administrator")
@require_GET
def listing_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list as a file."""
    text, state = lists.searched(request), lists.choice(request, "state", STATES)
    rows = [
        [getattr(department, name) for name in ("code", *actions.EDITABLE, "valid_from", "valid_until")]
        for department in queries.departments_found(text=text, state=state, today=clock.today())
    ]
    header = [
        _("コード"),
        _("名称"),
        _("名称（カナ）"),
        _("電話番号"),
        _("内線"),
        _("受付時間"),
        _("場所"),
        _("メールアドレス"),
        _("開始日"),
        _("終わりの日"),
    ]
    return list_response(request, kind, "departments", header, rows)


@access.staff("administrator")
@require_http_methods(GET_OR_POST)
def new(request: HttpRequest) -> HttpResponse:
    """Add a department from a day on."""
    today = clock.today()
    form = forms.DepartmentForm.read(request.POST)
    code = ""
    problems: Problems = []
    typed_from = request.POST.get("valid_from", today.isoformat())
    if request.method == "POST":
        code, problems = forms.read_code(request.POST)
        problems = problems + form.problems()
        valid_from = forms.read_day(typed_from)
        if valid_from is None or not forms.is_near(valid_from, today):
            problems.append(("#valid_from", words.bad_day()))
        elif not problems:
            department = Department(code=code, valid_from=valid_from, **form.values)
            try:
                actions.open_department(department=department, by=identity.staff_of(request), now=clock.now())
            except actions.CodeTaken:
                problems = [("#code", _("このコードは、いまの部署か過去の部署で使われています。"))]
            else:
                return _to_list("opened")
    context = {
        "here": "departments",
        "code": code,
        "values": form.values,
        "typed_from": typed_from,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "organization/department_new.html", context, status=422 if problems else 200)


@access.staff("administrator")
@require_http_methods(GET_OR_POST)
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Change what is told about a department."""
    department = _department(code)
    if request.method != "POST":
        return _page(request, department)
    form = forms.DepartmentForm.read(request.POST)
    problems = form.problems()
    if not problems:
        try:
            actions.change_department(
                department=department,
                version=forms.whole(request.POST, "version"),
                values=form.values,
                by=identity.staff_of(request),
                now=clock.now(),
            )
        except Outdated:
            problems = [("#name", words.outdated())]
        else:
            return _to_list("changed")
    return _page(request, department, values=form.values, problems=problems)


@access.staff("administrator")
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Let a department end with a day, and its postings with it."""
    department, today = _department(code), clock.today()
    last_day = forms.read_day(request.POST.get("last_day", ""))
    if last_day is None or not forms.is_near(last_day, today) or last_day < department.valid_from:
        return _page(request, department, problems=[("#last_day", words.bad_day())])
    try:
        actions.end_department(
            department=department,
            version=forms.whole(request.POST, "version"),
            last_day=last_day,
            by=identity.staff_of(request),
            now=clock.now(),
        )
    except permission.OwnAccount:
        problem = words.own_role()
    except permission.LastAdministrator:
        problem = words.last_administrator()
    except Outdated:
        problem = words.outdated()
    else:
        return _to_list("ended")
    return _page(request, department, problems=[("#last_day", problem)])


@access.staff("administrator")
@require_http_methods(GET_OR_POST)
def closed_days(request: HttpRequest) -> HttpResponse:
    """The city's own closed days: list, and add one."""
    today = clock.today()
    problems: Problems = []
    typed, name = request.POST.get("day", "").strip()[:20], request.POST.get("name", "").strip()[:60]
    if request.method == "POST":
        day = forms.read_day(typed)
        if day is None or not forms.is_near(day, today):
            problems = [("#day", words.bad_day())]
        else:
            try:
                actions.add_closed_day(day=day, name=name, by=identity.staff_of(request), now=clock.now())
            except actions.AlreadyClosed:
                problems = [("#day", _("この日は、すでに登録されています。"))]
            else:
                return HttpResponseRedirect(reverse("organization:closed-days"))
    context = {
        "here": "departments",
        "typed": typed,
        "name": name,
        "days": list(ClosedDay.objects.order_by("-day")),
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "organization/closed_days.html", context, status=422 if problems else 200)


@access.staff("administrator")
@require_POST
def remove_closed_day(request: HttpRequest, day_id: UUID) -> HttpResponse:
    """Take a day out of the list."""
    closed = ClosedDay.objects.filter(pk=day_id).first()
    if closed is not None:
        actions.remove_closed_day(closed=closed, by=identity.staff_of(request), now=clock.now())
    return HttpResponseRedirect(reverse("organization:closed-days"))


def _department(code: str) -> Department:
    found = Department.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _row(department: Department) -> dict[str, Any]:
    href = reverse("organization:department", args=[department.code])
    return {
        "href": href,
        "cells": [
            {"text": department.name, "href": href, "note": department.code},
            department.phone,
            department.place,
            department.hours,
            words.span(department),
        ],
    }


def _page(
    request: HttpRequest,
    department: Department,
    *,
    values: dict[str, str] | None = None,
    problems: Problems | None = None,
) -> HttpResponse:
    today = clock.today()
    context = {
        "here": "departments",
        "department": department,
        "values": values or {name: getattr(department, name) for name in actions.EDITABLE},
        "in_force": is_in_force(
            valid_from=department.valid_from, valid_until=department.valid_until, on=today
        ),
        "span": words.span(department),
        "holdings": _holdings(department),
        "typed_day": request.POST.get("last_day", "")[:20],
        "problems": problems or [],
        "errors": by_field(problems or []),
    }
    return render(request, "organization/department.html", context, status=422 if problems else 200)


def _holdings(department: Department) -> list[tuple[str, str]]:
    """What other rooms keep for the department: it should find a successor before the department ends."""
    found = [
        (str(one.value.title), one.value.count(department.code, "", ()))
        for one in registers.department_holdings
    ]
    return [(title, words.count(number)) for title, number in found if number]


def _to_list(done: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("organization:departments") + f"?done={done}")


def _done(request: HttpRequest) -> str:
    return {
        "opened": _("部署を追加しました。"),
        "changed": _("部署の内容を変更しました。"),
        "ended": _("部署の終わりの日を登録しました。"),
    }.get(request.GET.get("done", ""), "")
