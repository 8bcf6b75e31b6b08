"""Who is away when, and who stands in: recorded by oneself or by one's head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.applications import desk_distribution as desk
from madoguchi.applications.actions import absence as actions
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.models import Absence
from madoguchi.applications.views.desk.distribution import (
    HANDLING,
    Chosen,
    chosen_department,
    tabs,
    whole,
)
from madoguchi.common import access, clock
from madoguchi.common.jinja2env import both_eras, wareki
from madoguchi.common.pages import render
from madoguchi.identity.asking import by_field
from madoguchi.identity.models import Staff
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.organization import queries as organization

LONGEST_DAYS = 1100  # three years of leave for a child, and a little
Problems = list[tuple[str, str]]


@dataclass(slots=True)
class Typed:
    """The form as it was sent, with the days it means."""

    staff: str = ""
    substitute: str = ""
    first: str = ""
    last: str = ""
    from_on: date | None = None
    until_on: date | None = None

    @classmethod
    def sent(cls, data: QueryDict) -> Typed:
        names = ("staff", "substitute", "from_on", "until_on")
        staff, substitute, first, last = (data.get(name, "").strip()[:40] for name in names)
        return cls(staff, substitute, first, last, _day(first), _day(last))

    @classmethod
    def of(cls, absence: Absence) -> Typed:
        return cls(
            str(absence.staff_id),
            str(absence.substitute_id or ""),
            absence.from_on.isoformat(),
            absence.until_on.isoformat(),
        )

    def problems(self, today: date) -> Problems:
        """What is wrong with the days."""
        found: Problems = []
        if self.from_on is None:
            found.append(("#from_on", _("不在の最初の日を「2026年11月23日」のように入力してください。")))
        if self.until_on is None:
            found.append(("#until_on", _("不在の最後の日を「2026年11月27日」のように入力してください。")))
        if self.from_on is None or self.until_on is None:
            return found
        if self.until_on < self.from_on:
            found.append(("#until_on", _("最後の日は、最初の日か、それよりあとの日にしてください。")))
        elif self.until_on < today:
            found.append(("#until_on", _("最後の日は、今日か、それよりあとの日にしてください。")))
        elif (self.until_on - self.from_on).days > LONGEST_DAYS:
            found.append(("#until_on", _("3年を超える不在は登録できません。日付を確かめてください。")))
        return found


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except DateError:
        return None


@access.staff(*HANDLING)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Absences of a department that hold or are to come; sending records one."""
    chosen = chosen_department(request)
    if request.method != "POST":
        today = chosen.today.isoformat()
        return _page(request, chosen, Typed(str(chosen.staff.id), "", today, today))
    typed = Typed.sent(request.POST)
    people = _people(chosen)
    staff = people.get(typed.staff) if chosen.is_head else chosen.staff
    problems = typed.problems(chosen.today)
    if staff is None:
        problems.insert(0, ("#staff", _("不在になる人を選んでください。")))
    problems += _wrong_substitute(typed, people)
    if not problems:
        assert staff is not None
        assert typed.from_on is not None
        assert typed.until_on is not None
        try:
            actions.record_absence(
                staff=staff,
                substitute=people.get(typed.substitute),
                from_on=typed.from_on,
                until_on=typed.until_on,
                by=chosen.staff,
                now=clock.now(),
            )
        except (actions.Overlaps, actions.NoSubstitute) as refused:
            problems = [_refusal(refused)]
        else:
            return _back(chosen, "recorded")
    return _page(request, chosen, typed, problems)


@access.staff(*HANDLING)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """Change the days or who stands in; who was slower sees what stands there now beside what they typed."""
    absence, chosen = _absence(request, absence_id)
    if request.method != "POST":
        return _absence_page(request, absence, chosen, Typed.of(absence))
    typed, people = Typed.sent(request.POST), _people(chosen)
    problems, status = typed.problems(chosen.today) + _wrong_substitute(typed, people), 422
    if not problems:
        assert typed.from_on is not None
        assert typed.until_on is not None
        try:
            actions.change_absence(
                absence=absence,
                version=whole(request.POST.get("version", "")),
                substitute=people.get(typed.substitute),
                from_on=typed.from_on,
                until_on=typed.until_on,
                by=chosen.staff,
                now=clock.now(),
            )
        except (actions.Overlaps, actions.NoSubstitute) as refused:
            problems = [_refusal(refused)]
        except ChangedMeanwhile:
            problems, status = [("#from_on", _changed_meanwhile())], 409
        else:
            return _back(chosen, "changed")
    return _absence_page(request, absence, chosen, typed, problems, status=status)


@access.staff(*HANDLING)
@require_POST
def remove(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """Take an absence back; pressed twice, it is gone."""
    if not Absence.objects.filter(id=absence_id).exists():
        return redirect(reverse("desk:absences"))
    absence, chosen = _absence(request, absence_id)
    try:
        version = whole(request.POST.get("version", ""))
        actions.remove_absence(absence=absence, version=version, by=chosen.staff, now=clock.now())
    except ChangedMeanwhile:
        problems = [("#from_on", _changed_meanwhile())]
        return _absence_page(request, absence, chosen, Typed.of(absence), problems, status=409)
    return _back(chosen, "removed")


def _absence(request: HttpRequest, absence_id: UUID) -> tuple[Absence, Chosen]:
    """An absence that this person may change: their own, or of somebody whose head they are. Raises `Http404`."""
    absence = Absence.objects.select_related("staff", "substitute").filter(id=absence_id).first()
    chosen = chosen_department(request)
    if absence is None or not (absence.staff_id == chosen.staff.id or _heads(chosen, absence.staff)):
        raise Http404
    common = organization.departments_of(absence.staff, chosen.today, HANDLING) & chosen.names.keys()
    return absence, replace(chosen, code=min(common, default=chosen.code))


def _heads(chosen: Chosen, staff: Staff) -> bool:
    try:
        actions.check_may_record(staff, by=chosen.staff, today=chosen.today)
    except NotAllowed:
        return False
    return True


def _people(chosen: Chosen) -> dict[str, Staff]:
    """Who handles cases of the department, by name."""
    return {str(one.id): one for one in organization.staff_handling([chosen.code], chosen.today)}


def _wrong_substitute(typed: Typed, people: dict[str, Staff]) -> Problems:
    if typed.substitute and typed.substitute not in people:
        return [("#substitute", _("代理の人を選び直してください。"))]
    return []


def _refusal(refused: Exception) -> tuple[str, str]:
    if isinstance(refused, actions.Overlaps):
        return "#from_on", _("この期間には、すでに不在の登録があります。登録してあるほうを変更してください。")
    return "#substitute", _("代理は、同じ部署で担当できる、ほかの人にしてください。")


def _changed_meanwhile() -> str:
    return _("ほかの人が先に変更しました。いまの内容を確かめて、必要ならもう一度変更してください。")


def _page(
    request: HttpRequest, chosen: Chosen, typed: Typed, problems: Problems | None = None
) -> HttpResponse:
    people = _people(chosen)
    words = {
        "recorded": _("不在を登録しました。"),
        "changed": _("不在の登録を変更しました。"),
        "removed": _("不在の登録を取り消しました。"),
    }
    shown = desk.absences_of({one.id for one in people.values()} | {chosen.staff.id}, today=chosen.today)
    context = chosen.context | {
        "tabs": tabs("absences", chosen),
        "rows": [_row(absence, chosen) for absence in shown],
        "people": [(key, one.display_name) for key, one in people.items()],
        "typed": typed,
        "done": words.get(request.GET.get("done", ""), ""),
        "problems": problems or [],
        "errors": by_field(problems or []),
    }
    return render(request, "applications/desk/absences.html", context, status=422 if problems else 200)


def _row(absence: Absence, chosen: Chosen) -> dict[str, Any]:
    changeable = chosen.is_head or absence.staff_id == chosen.staff.id
    href = reverse("desk:absence", args=[absence.id]) if changeable else ""
    days = _("%(first)sから%(last)sまで") % {
        "first": wareki(absence.from_on),
        "last": wareki(absence.until_on),
    }
    now = absence.from_on <= chosen.today
    name: Any = {"text": absence.staff.display_name, "href": href} if href else absence.staff.display_name
    return {
        "href": href,
        "cells": [
            name,
            days,
            absence.substitute.display_name if absence.substitute else _("なし"),
            {"text": _("不在中"), "tag": "warning"} if now else {"text": _("予定"), "tag": "info"},
        ],
    }


def _absence_page(
    request: HttpRequest,
    absence: Absence,
    chosen: Chosen,
    typed: Typed,
    problems: Problems | None = None,
    *,
    status: int = 422,
) -> HttpResponse:
    absence = Absence.objects.select_related("staff", "substitute").get(id=absence.id)
    now = [
        (_("最初の日"), both_eras(absence.from_on)),
        (_("最後の日"), both_eras(absence.until_on)),
        (_("代理"), absence.substitute.display_name if absence.substitute else _("なし")),
    ]
    context = chosen.context | {
        "absence": absence,
        "now": now if status == 409 else [],
        "people": [
            (key, one.display_name) for key, one in _people(chosen).items() if one.id != absence.staff_id
        ],
        "typed": typed,
        "problems": problems or [],
        "errors": by_field(problems or []),
    }
    return render(request, "applications/desk/absence.html", context, status=status if problems else 200)


def _back(chosen: Chosen, done: str) -> HttpResponse:
    return redirect(f"{reverse('desk:absences')}?department={chosen.code}&done={done}")
