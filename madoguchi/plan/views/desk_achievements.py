"""Achievement records (実績): the list, one record, recording, putting right, taking back, settling doubt."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.common import access, clock, desk_lists, registers
from madoguchi.common.files import messages
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.japan.fiscal import fiscal_year, format_fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.rules import Capability
from madoguchi.plan.actions import achievements as actions
from madoguchi.plan.desk_kinds import BY_ID, KINDS, Kind
from madoguchi.plan.desk_states import AchievementState
from madoguchi.plan.forms import desk_achievements as forms
from madoguchi.plan.forms.desk_choices import choices_of
from madoguchi.plan.models import Achievement
from madoguchi.plan.queries import desk_achievements as queries
from madoguchi.plan.queries import plans
from madoguchi.plan.rules.achievements import kinds_of
from madoguchi.plan.views.asking import posted_version
from madoguchi.plan.views.desk_proof import LIMITS, ROLES, Sent, sent

FIRST_YEAR = 2021
NOTHING = Sent()
TAGS = {"counted": "success", "no_proof": "warning", "doubtful": "danger", "withdrawn": "neutral"}


@access.staff(*ROLES)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Records by word, kind, measure, department, state and fiscal year; the choice stands in the address."""
    measures = _measures()
    filters = _filters(request, measures)
    page, pagination = desk_lists.paged(request, queries.found(filters))
    names = _department_names({row.department_code for row in page})
    today = clock.today()
    context = {
        "here": "achievements",
        "filters": filters,
        "rows": [_row(row, names) for row in page],
        "columns": _columns(request, filters),
        "pagination": pagination,
        "csv": reverse("plan:achievements-csv") + desk_lists.address_with(request),
        "kinds": [(kind.id, kind.name) for kind in KINDS],
        "measures": [(key, one.title) for key, one in measures.items()],
        "departments": [(d.code, d.name) for d in organization.all_departments(today)],
        "states": AchievementState.choices,
        "years": [(y, format_fiscal_year(y)) for y in range(fiscal_year(today), FIRST_YEAR - 1, -1)],
        "done": _done(request),
    }
    return render(request, "plan/desk/achievements.html", context)


@access.staff(*ROLES)
@require_GET
def listing_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list as a file."""
    header = [
        _("種類"),
        _("日"),
        _("件名"),
        _("場所"),
        _("部署"),
        _("状態"),
        _("証拠"),
        _("終わりの日"),
        "id",
    ]
    return list_response(request, kind, "achievements", header, _file_rows(_filters(request, _measures())))


def _file_rows(filters: queries.Filters) -> Iterator[list[object]]:
    names = {
        d.code: d.name for d in organization.departments_found(text="", state="all", today=clock.today())
    }
    for row in queries.found(filters).iterator(chunk_size=1000):
        yield [
            BY_ID[row.kind].name,
            row.happened_on,
            row.title,
            row.place,
            names.get(row.department_code, row.department_code),
            AchievementState(row.state).label,
            row.proof_reference or row.proof_name,
            row.ended_on,
            row.id,
        ]


@access.staff(*ROLES)
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """What kind of achievement to record."""
    measures = _measures()
    kinds = [
        (kind, "、".join(key for key, one in measures.items() if kind.id in one.kinds)) for kind in KINDS
    ]
    return render(request, "plan/desk/achievement_kinds.html", {"here": "achievements", "kinds": kinds})


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, kind_id: str) -> HttpResponse:
    """Record an achievement of a kind."""
    kind = _kind(kind_id)
    staff = identity.staff_of(request)
    choices = choices_of(staff, today=clock.today())
    typed = forms.typed_of(kind, request.POST)
    if request.method == "GET":
        typed["department_code"] = (
            next(iter(choices.departments), "") if len(choices.departments) == 1 else ""
        )
        return _show_form(request, kind, typed, choices, [])
    form = forms.read(kind, request.POST, choices=choices, today=clock.today())
    proof = sent(request)
    problems = form.problems + ([("#proof", proof.refused)] if proof.refused else [])
    if form.content is None or problems:
        return _show_form(request, kind, typed, choices, problems, proof=proof)
    try:
        row = actions.record_achievement(content=form.content, proof=proof.file, by=staff, now=clock.now())
    except NotAllowed:
        sentence = _("この部署の実績は登録できません。自分の部署を選んでください。")
        return _show_form(request, kind, typed, choices, [("#department_code", sentence)], proof=proof)
    return HttpResponseRedirect(f"{reverse('plan:achievement', args=[row.id])}?done=recorded")


@access.staff(*ROLES)
@require_GET
def page(request: HttpRequest, achievement_id: UUID) -> HttpResponse:
    """One record: what it says, what it counts towards, what happened to it."""
    row = _achievement(achievement_id)
    return _show(request, row, [])


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, achievement_id: UUID) -> HttpResponse:
    """Put a record right."""
    row = _achievement(achievement_id)
    kind = BY_ID[row.kind]
    staff = identity.staff_of(request)
    choices = choices_of(staff, today=clock.today(), kept=row.department_code)
    if row.state == AchievementState.WITHDRAWN:
        return _show_withdrawn(request, row)
    if request.method == "GET":
        return _show_form(request, kind, _typed_from(row), choices, [], row)
    people = row.detail.get("people", ())
    form = forms.read(kind, request.POST, choices=choices, today=clock.today(), people_kept=people)
    proof = sent(request)
    problems = form.problems + ([("#proof", proof.refused)] if proof.refused else [])
    typed = forms.typed_of(kind, request.POST)
    if form.content is None or problems:
        return _show_form(request, kind, typed, choices, problems, row, proof=proof)
    try:
        actions.change_achievement(
            achievement=row,
            version=posted_version(request),
            content=form.content,
            proof=proof.file,
            by=staff,
            now=clock.now(),
        )
    except NotAllowed:
        sentence = _("この部署の実績は変更できません。")
        return _show_form(request, kind, typed, choices, [("#department_code", sentence)], row, proof=proof)
    except actions.ChangedMeanwhile:
        fresh = _achievement(achievement_id)
        sentence = _("ほかの人が先に変更しました。内容を見くらべて、もう一度「保存する」を押してください。")
        return _show_form(
            request, kind, typed, choices, [("#title", sentence)], fresh, proof=proof, status=409
        )
    except actions.Withdrawn:
        return _show_withdrawn(request, row)
    return HttpResponseRedirect(f"{reverse('plan:achievement', args=[row.id])}?done=changed")


def _show_withdrawn(request: HttpRequest, row: Achievement) -> HttpResponse:
    sentence = _("この実績は取り消されています。もう一度集計に入れるときは、新しく登録してください。")
    return _show(request, row, [("#state", sentence)], status=409)


@access.staff(*ROLES)
@require_POST
def withdraw(request: HttpRequest, achievement_id: UUID) -> HttpResponse:
    """Take a record out of the figures, with a reason."""
    return _settle(request, achievement_id, counts=None)


@access.staff("office")
@require_POST
def settle(request: HttpRequest, achievement_id: UUID) -> HttpResponse:
    """Decide whether a record that looks like another's twin is counted."""
    return _settle(request, achievement_id, counts="counts" in request.POST)


def _settle(request: HttpRequest, achievement_id: UUID, *, counts: bool | None) -> HttpResponse:
    row = _achievement(achievement_id)
    wanted: dict[str, Any] = {
        "achievement": row,
        "version": posted_version(request),
        "reason": request.POST.get("reason", ""),
        "by": identity.staff_of(request),
        "now": clock.now(),
    }
    try:
        if counts is None:
            actions.withdraw_achievement(**wanted)
        else:
            actions.settle_doubt(**wanted, counts=counts)
    except actions.ReasonMissing:
        return _show(request, _achievement(achievement_id), [("#reason", _("理由を入力してください。"))])
    except actions.ReasonTooLong:
        sentence = _("理由は%(most)s文字以内で入力してください。") % {"most": actions.LONGEST_REASON}
        return _show(request, _achievement(achievement_id), [("#reason", sentence)])
    except NotAllowed:
        return _show(request, row, [("#reason", _("この部署の実績は変更できません。"))])
    except actions.ChangedMeanwhile:
        sentence = _("ほかの人が先に変更しました。内容を確かめて、もう一度押してください。")
        return _show(request, _achievement(achievement_id), [("#reason", sentence)], status=409)
    return redirect(f"{reverse('plan:achievement', args=[row.id])}?done=settled")


def _kind(kind_id: str) -> Kind:
    if kind_id not in BY_ID:
        raise Http404
    return BY_ID[kind_id]


def _achievement(achievement_id: UUID) -> Achievement:
    row = Achievement.objects.filter(id=achievement_id).first()
    if row is None:
        raise Http404
    return row


def _department_names(codes: set[str]) -> dict[str, str]:
    found = organization.departments(codes)
    return {code: found[code].name if code in found else code for code in codes}


def _typed_from(row: Achievement) -> dict[str, str]:
    typed = {
        "title": row.title,
        "happened_on": row.happened_on.isoformat(),
        "ended_on": row.ended_on.isoformat() if row.ended_on else "",
        "department_code": row.department_code,
        "place": row.place,
        "proof_reference": row.proof_reference,
    }
    for field in BY_ID[row.kind].fields:
        value = row.detail.get(field.name, "")
        typed[field.name] = "" if field.kind == "people" or value is False else str(value)
    return typed


def _show_form(
    request: HttpRequest,
    kind: Kind,
    typed: dict[str, str],
    choices: forms.Choices,
    problems: forms.Problems,
    row: Achievement | None = None,
    *,
    proof: Sent = NOTHING,
    status: int = 0,
) -> HttpResponse:
    context = {
        "here": "achievements",
        "kind": kind,
        "typed": typed,
        "row": row,
        "departments": list(choices.departments.items()),
        "systems": list(choices.systems.items()),
        "bars": list(choices.bars.items()),
        "promise": messages.promise(accept=("image", "pdf"), limits=LIMITS, max_files=1),
        "max_bytes": LIMITS.max_bytes,
        "proof": proof,
        "problems": problems,
        "errors": by_field(problems),
    }
    template = "plan/desk/achievement_form.html"
    return render(request, template, context, status=status or (422 if problems else 200))


def _show(
    request: HttpRequest, row: Achievement, problems: forms.Problems, *, status: int = 0
) -> HttpResponse:
    kind = BY_ID[row.kind]
    staff = identity.staff_of(request)
    today = clock.today()
    try:
        actions.may_record(staff, row.department_code, today)
        may_change = True
    except NotAllowed:
        may_change = False
    context = {
        "here": "achievements",
        "row": row,
        "kind": kind,
        "said": _said(row, kind),
        "tag": (AchievementState(row.state).label, TAGS[row.state]),
        "department": _department_names({row.department_code})[row.department_code],
        "facts": [(_title_of(f.source), f.quantity) for f in actions.facts_of(row.id)],
        "history": queries.history(row),
        "acts": _acts(),
        "reason": request.POST.get("reason", ""),
        "may_change": may_change and row.state != AchievementState.WITHDRAWN,
        "may_settle": row.state == AchievementState.DOUBTFUL
        and organization.has_capability(staff, Capability.MANAGE_PLAN, today),
        "done": _done(request),
        "problems": problems,
        "errors": by_field(problems),
    }
    template = "plan/desk/achievement.html"
    return render(request, template, context, status=status or (422 if problems else 200))


def _title_of(source: str) -> str:
    """What a source is called."""
    return registers.indicators.get(source).title


def _said(row: Achievement, kind: Kind) -> list[tuple[object, object]]:
    systems = {key: str(name) for plan in plans.all_plans() for key, name in plan.core_systems.items()}
    bars = {bar.id: str(bar.title) for plan in plans.all_plans() for bar in plan.roadmap}
    said: list[tuple[object, object]] = []
    for field in kind.fields:
        value = row.detail.get(field.name)
        if field.kind == "people":
            said.append((field.label, _("%(count)s人") % {"count": len(value or ())}))
        elif field.kind == "check":
            said.append((field.label, _("はい") if value else _("いいえ")))
        elif value not in (None, ""):
            words: dict[str, object] = {**systems, **bars, **dict(field.choices)}
            said.append((field.label, words.get(str(value), value)))
    return said


def _acts() -> dict[str, str]:
    return {
        "achievement.recorded": _("登録"),
        "achievement.changed": _("変更"),
        "achievement.withdrawn": _("取消"),
        "achievement.counted": _("集計に入れる決定"),
        "achievement.doubtful": _("同時に登録された実績との重複の疑い"),
    }


def _done(request: HttpRequest) -> str:
    words = {
        "recorded": _("登録しました。"),
        "changed": _("保存しました。"),
        "settled": _("反映しました。"),
    }
    return words.get(request.GET.get("done", ""), "")


def _filters(request: HttpRequest, measures: Mapping[str, _Measure]) -> queries.Filters:
    year = request.GET.get("year", "")
    measure = desk_lists.choice(request, "measure", ("", *measures))
    return queries.Filters(
        text=desk_lists.searched(request),
        kind=desk_lists.choice(request, "kind", ("", *BY_ID)),
        measure=measure,
        kinds=measures[measure].kinds if measure else (),
        department=request.GET.get("department", "")[:40],
        state=desk_lists.choice(request, "state", ("", *AchievementState.values)),
        year=int(year) if re.fullmatch("2[0-9]{3}", year) else 0,
        order=desk_lists.choice(request, "sort", tuple(queries.ORDERS)),
    )


@dataclass(frozen=True, slots=True)
class _Measure:
    title: str
    kinds: Collection[str]


def _measures() -> dict[str, _Measure]:
    """The measures of the plan of today, by id; none while no plan is published."""
    try:
        plan = plans.plan_for(clock.today())
    except plans.NoSuchPlan:
        return {}
    return {m.id: _Measure(f"{m.id} {m.title}", kinds_of(plan, m)) for m in plan.measures}


def _columns(request: HttpRequest, filters: queries.Filters) -> list[object]:
    return [
        desk_lists.column(request, _("件名"), "title", filters.order),
        _("種類"),
        desk_lists.column(request, _("日"), "day", filters.order),
        _("部署"),
        _("状態"),
        _("証拠"),
    ]


def _row(row: Achievement, names: dict[str, str]) -> dict[str, Any]:
    address = reverse("plan:achievement", args=[row.id])
    return {
        "href": address,
        "cells": [
            {"text": row.title, "href": address, "note": row.place},
            BY_ID[row.kind].name,
            _day(row.happened_on),
            names[row.department_code],
            {"text": AchievementState(row.state).label, "tag": TAGS[row.state]},
            row.proof_reference or row.proof_name or "—",
        ],
    }


def _day(day: date) -> str:
    return day.isoformat()
