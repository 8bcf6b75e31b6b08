"""Reorganisations (組織改正) for administrators: plan, look at what it touches, decide, take back, undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.common import access, clock, registers
from madoguchi.common import desk_lists as lists
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.common.registers import ProcedureName
from madoguchi.identity import queries as identity
from madoguchi.identity.actions.accounts import Outdated
from madoguchi.identity.asking import by_field
from madoguchi.organization import forms, queries
from madoguchi.organization.actions import reorganising as actions
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.forms import Problems
from madoguchi.organization.models import Reorganisation, Stage, Succession
from madoguchi.organization.views import words

GET_OR_POST = ["GET", "HEAD", "POST"]


@access.staff("administrator")
@require_http_methods(GET_OR_POST)
def listing(request: HttpRequest) -> HttpResponse:
    """All reorganisations, the latest day first; sending begins a plan."""
    form = forms.ReorganisationForm.read(request.POST)
    problems = form.problems(today=clock.today()) if request.method == "POST" else []
    if request.method == "POST" and not problems:
        assert form.on_day is not None, "checked by the form"
        row = actions.plan(name=form.name, on_day=form.on_day, by=identity.staff_of(request), now=clock.now())
        return _back(row, "planned")
    page, pagination = lists.paged(request, queries.reorganisations())
    context = {
        "here": "departments",
        "rows": [_row(row) for row in page],
        "pagination": pagination,
        "form": form,
        "done": _("計画を削除しました。") if request.GET.get("done") == "removed" else "",
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "organization/reorganisations.html", context, status=422 if problems else 200)


def _row(row: Any) -> dict[str, Any]:
    href = reverse("organization:reorganisation", args=[row.pk])
    label, kind = words.stage(row)
    return {
        "href": href,
        "cells": [
            {"text": row.name, "href": href},
            both_eras(row.on_day),
            {"text": str(row.line_count), "numeric": True},
            {"text": label, "tag": kind},
        ],
    }


@access.staff("administrator")
@require_http_methods(GET_OR_POST)
def page(request: HttpRequest, reorganisation_id: UUID) -> HttpResponse:
    """One plan with everything it touches; sending changes its name and day."""
    row = _reorganisation(reorganisation_id)
    if request.method != "POST":
        return _page(request, row)
    form = forms.ReorganisationForm.read(request.POST)
    problems = form.problems(today=clock.today())
    if not problems:
        assert form.on_day is not None, "checked by the form"
        try:
            actions.change_plan(
                reorganisation=row,
                version=forms.whole(request.POST, "version"),
                name=form.name,
                on_day=form.on_day,
                by=identity.staff_of(request),
                now=clock.now(),
            )
        except Outdated:
            return _page(request, row, problems=[("#name", words.outdated())], form=form, status=409)
        return _back(row, "changed")
    return _page(request, row, problems=problems, form=form)


@access.staff("administrator")
@require_POST
def add_line(request: HttpRequest, reorganisation_id: UUID) -> HttpResponse:
    """Say what becomes of a department, or of one of its procedures."""
    row = _reorganisation(reorganisation_id)
    form = forms.LineForm.read(request.POST)
    departments = {one.code: one for one in queries.departments_from(clock.today())}
    problems = form.problems(departments=set(departments), procedures={p.procedure_id for p in _procedures()})
    if problems:
        return _page(request, row, problems=problems, line=form)
    try:
        actions.add_line(
            reorganisation=row,
            version=forms.whole(request.POST, "version"),
            old=departments[form.old],
            procedure_id=form.procedure,
            new=departments[form.new],
            with_staff=form.with_staff,
            by=identity.staff_of(request),
            now=clock.now(),
        )
    except actions.LineTaken:
        problems = [("#old", _("この部署（手続）の行き先は、すでに決めてあります。先に削除してください。"))]
        return _page(request, row, problems=problems, line=form)
    except Outdated:
        return _page(request, row, problems=[("#old", words.outdated())], line=form, status=409)
    return _back(row, "line_added")


@access.staff("administrator")
@require_POST
def remove_line(request: HttpRequest, reorganisation_id: UUID, line_id: UUID) -> HttpResponse:
    """Take a line out; pressed twice, it is gone."""
    row = _reorganisation(reorganisation_id)
    line = Succession.objects.select_related("reorganisation").filter(pk=line_id, reorganisation=row).first()
    if line is None:
        return _back(row, "line_removed")
    try:
        version = forms.whole(request.POST, "version")
        actions.remove_line(line=line, version=version, by=identity.staff_of(request), now=clock.now())
    except Outdated:
        return _page(request, row, problems=[("#lines", words.outdated())], status=409)
    return _back(row, "line_removed")


@access.staff("administrator")
@require_POST
def act(request: HttpRequest, reorganisation_id: UUID) -> HttpResponse:
    """Decide, take back, undo, or drop the plan."""
    row = _reorganisation(reorganisation_id)
    known = {
        "decide": actions.decide,
        "take_back": actions.take_back,
        "undo": actions.undo,
        "remove": actions.remove_plan,
    }
    name = request.POST.get("act", "")
    if name not in known:
        raise Http404
    try:
        version = forms.whole(request.POST, "version")
        known[name](reorganisation=row, version=version, by=identity.staff_of(request), now=clock.now())
    except actions.Faulty as faulty:
        names = {code: one.name for code, one in queries.departments(c for _f, c in faulty.faults).items()}
        problems = [("#lines", words.fault(fault, names.get(code, ""))) for fault, code in faulty.faults]
        return _page(request, row, problems=problems)
    except Outdated:
        return _page(request, row, problems=[("#decide", words.outdated())], status=409)
    except NotAllowed:
        sentence = _("いまは元に戻せません。このあとの組織改正を先に元に戻してください。")
        return _page(request, row, problems=[("#decide", sentence)])
    if name == "remove":
        return HttpResponseRedirect(reverse("organization:reorganisations") + "?done=removed")
    return _back(row, name)


def _page(
    request: HttpRequest,
    row: Reorganisation,
    *,
    problems: Problems | None = None,
    form: forms.ReorganisationForm | None = None,
    line: forms.LineForm | None = None,
    status: int = 422,
) -> HttpResponse:
    row.refresh_from_db()
    today, lines = clock.today(), queries.lines_of(row)
    faults = actions.faults_of(row, today=today) if row.stage == Stage.PLANNED and lines else []
    names = {one.code: one.name for each in lines for one in (each.old, each.new)}
    departments = queries.departments_from(today)
    procedures = _procedures()
    context = {
        "here": "departments",
        "row": row,
        "stage": words.stage(row),
        "planned": row.stage == Stage.PLANNED,
        "form": form or forms.ReorganisationForm(row.name, row.on_day, row.on_day.isoformat()),
        "line": line or forms.LineForm("", "", "", with_staff=True),
        "lines": _lines(lines, procedures, row.on_day, counted=row.stage in (Stage.PLANNED, Stage.DECIDED)),
        "faults": [words.fault(fault, names.get(code, "")) for fault, code in faults],
        "department_options": [(one.code, one.name) for one in departments],
        "procedure_options": _procedure_options(procedures, {one.code: one.name for one in departments}),
        "results": _results(row),
        "may_undo": row.stage == Stage.DONE and not actions.is_built_on(row),
        "done": words.reorganisation_done(request.GET.get("done", "")) if not problems else "",
        "problems": problems or [],
        "errors": by_field(problems or []),
    }
    return render(request, "organization/reorganisation.html", context, status=status if problems else 200)


def _lines(
    lines: Sequence[Succession], procedures: Sequence[ProcedureName], on_day: date, *, counted: bool
) -> list[dict[str, Any]]:
    """Each line with what it touches: people, definitions, and what the rooms above keep."""
    names = {one.procedure_id: one.name for one in procedures}
    found = []
    for line in lines:
        besides = [one.procedure_id for one in lines if one.old_id == line.old_id and one.procedure_id]
        counts: list[tuple[str, str]] = []
        if counted:
            people = queries.people_of(line.old_id, on_day)
            defined = [
                one
                for one in procedures
                if one.department_code == line.old_id
                and (
                    one.procedure_id == line.procedure_id
                    if line.procedure_id
                    else one.procedure_id not in besides
                )
            ]
            counts = [
                (_("移る職員"), words.people(people if line.with_staff else 0)),
                (_("公開中の手続"), words.count(len(defined), _("定義は変わらず、新しい部署が受け付けます"))),
            ]
            for entry in registers.department_holdings:
                number = entry.value.count(line.old_id, line.procedure_id, besides)
                counts.append((str(entry.value.title), words.count(number, str(entry.value.note))))
        found.append(
            {
                "id": line.pk,
                "old": line.old.name,
                "new": line.new.name,
                "what": names.get(line.procedure_id, line.procedure_id)
                or (_("ほかのすべて") if besides else _("すべて")),
                "ends": not line.procedure_id,
                "with_staff": line.with_staff,
                "counts": counts,
            }
        )
    return found


def _procedures() -> list[ProcedureName]:
    return [one for entry in registers.procedure_names for one in entry.value()]


def _procedure_options(procedures: Sequence[ProcedureName], names: dict[str, str]) -> list[tuple[str, str]]:
    """Each with the department its definition names: one chooses among many."""
    return [
        (one.procedure_id, f"{one.name}（{names.get(one.department_code, one.department_code)}）")
        for one in procedures
    ]


def _results(row: Reorganisation) -> list[tuple[str, str]]:
    if row.stage not in (Stage.DONE, Stage.UNDONE):
        return []
    return [
        (title, words.count(number))
        for entry in registers.reorganisation_results
        for title, number in entry.value(str(row.pk))
    ]


def _reorganisation(reorganisation_id: UUID) -> Reorganisation:
    found = Reorganisation.objects.filter(pk=reorganisation_id).first()
    if found is None:
        raise Http404
    return found


def _back(row: Reorganisation, done: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("organization:reorganisation", args=[row.pk]) + f"?done={done}")
