"""What the plan does by itself: collect what other rooms tell, and issue the year-end survey."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from madoguchi.common import clock, jobs, kernel
from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.japan.fiscal import fiscal_year, format_fiscal_year
from madoguchi.notices import actions as notices
from madoguchi.notices.compose import Sender, compose
from madoguchi.notices.rules import is_usable_address
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Department
from madoguchi.plan.actions import achievements, collecting, import_jobs, resolutions, services
from madoguchi.plan.models import Resolution, Survey
from madoguchi.plan.queries import desk_imports, plans


@jobs.handler("plan.collect", every=timedelta(hours=1))
def collect(payload: Mapping[str, Any]) -> None:
    """Make the facts of every source equal to what its room tells now."""
    collecting.collect()


@jobs.handler(desk_imports.JOB)
def import_achievements(payload: Mapping[str, Any]) -> None:
    """Import a file of achievements that somebody looked at."""
    import_jobs.run_import(payload)


@jobs.handler("plan.retell_systems")
def retell_systems(payload: Mapping[str, Any]) -> None:
    """Count the records of core systems by the lists of the plans as they are now."""
    achievements.retell("system")


@jobs.handler("plan.retell_services", every=timedelta(days=1))
def retell_services(payload: Mapping[str, Any]) -> None:
    """Make the facts of digital services equal to what the registry tells."""
    services.retell()


@jobs.handler("plan.issue_surveys", every=timedelta(days=1))
def issue_surveys(payload: Mapping[str, Any]) -> None:
    """From 1 March on, ask each department with digital services for this year's evidence, by mail too; late ones again.

    Each mail once. What a department that is gone should answer goes to the office of the plan.
    """
    now = clock.now()
    services.issue_surveys(now=now)
    today = clock.tokyo_date(now)
    year = fiscal_year(today)
    waiting = Survey.objects.filter(answered_at=None, fiscal_year__in=(year - 1, year))
    try:
        office_code = plans.plan_for(today).office_department_code
    except plans.NoSuchPlan:
        office_code = ""
    departments = organization.departments({row.department_code for row in waiting} | {office_code})
    for row in waiting:
        owner = departments.get(row.department_code)
        to = _reader(owner, departments.get(office_code), now)
        if to is not None:
            _send_survey(row, owner or to, to, now)


def _send_survey(row: Survey, owner: Department, to: Department, now: datetime) -> None:
    is_late = clock.tokyo_date(now) > row.answer_by_on
    lines = [
        f"民間のデジタルサービスの年度末調査に、{both_eras(row.answer_by_on)}までに回答してください。"
        + ("期限を過ぎています。" if is_late else ""),
        f"担当：{owner.name}",
        f"{format_fiscal_year(row.fiscal_year)}に使った証拠を、次の画面から登録してください。",
        settings.BASE_URL + reverse("plan:survey", args=[row.id]),
    ]
    _send(
        kernel.Unit(),
        lines,
        to=to,
        subject="デジタルサービスの年度末調査のお願い",
        purpose="plan.survey",
        about=f"survey:{row.id}",
        now=now,
        key=f"survey:{row.id}:{'late' if is_late else 'issued'}",
    )


@jobs.handler("plan.remind", every=timedelta(days=1))
def remind(payload: Mapping[str, Any]) -> None:
    """Mail the department of a resolution a week before its day, on it, and each week after; each mail once."""
    now = clock.now()
    due = resolutions.resolutions_to_remind(now)
    offices = {plan.id: plan.office_department_code for plan in plans.all_plans()}
    codes = {row.owner_department_code for row, _key in due}
    departments = organization.departments(codes | set(offices.values()))
    for row, key in due:
        owner = departments.get(row.owner_department_code)
        to = _reader(owner, departments.get(offices[row.item.meeting.plan_id]), now)
        if to is not None:  # else the open resolution stands on the office's list all the same
            _send_reminder(row, owner or to, to, key, now)


def _send_reminder(row: Resolution, owner: Department, to: Department, key: str, now: datetime) -> None:
    late = (clock.tokyo_date(now) - row.due_on).days
    person = f"（{row.owner.display_name}）" if row.owner else ""
    lines = [
        f"デジタル推進会議の決定事項の期限は{both_eras(row.due_on)}です。"
        + (f"期限を{late}日過ぎています。" if late > 0 else ""),
        row.text,
        f"担当：{owner.name}{person}",
        "結果を次の画面から報告してください。",
        settings.BASE_URL + reverse("plan:resolution", args=[row.id]),
    ]
    unit = kernel.Unit()
    resolutions.note_reminder(unit, row, now)
    _send(
        unit,
        lines,
        to=to,
        subject="決定事項の期限のお知らせ",
        purpose="plan.remind",
        about=f"resolution:{row.id}",
        now=now,
        key=key,
    )


def _reader(owner: Department | None, office: Department | None, now: datetime) -> Department | None:
    """Who reads a mail for the owner: the owner, else the office of the plan, else nobody."""
    return next((one for one in (owner, office) if one is not None and _is_reached(one, now)), None)


def _is_reached(department: Department, now: datetime) -> bool:
    """Whether mail to a department is read by somebody: it has an address, and has not ended."""
    if not is_usable_address(department.email):
        return False
    return department.valid_until is None or department.valid_until >= clock.tokyo_date(now)


def _send(unit: kernel.Unit, lines: list[str], *, to: Department, now: datetime, **message: str) -> None:
    """Mail a department in its own name and commit the unit; under the key of an earlier mail do neither."""
    sender = Sender(city=city_name(), department=to.name, phone=to.phone, hours=to.hours)
    body = compose(lines, sender=sender, language="ja")
    notices.send(unit, to=to.email, body=body, now=now, **message)
    with contextlib.suppress(notices.AlreadyTold):
        kernel.commit(unit)
