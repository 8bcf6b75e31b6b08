"""What the plan does by itself: collect what other rooms tell, and issue the year-end survey."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from madoguchi.common import clock, jobs, kernel, registers
from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.notices import actions as notices
from madoguchi.notices.compose import Sender, compose
from madoguchi.notices.rules import is_usable_address
from madoguchi.organization import queries as organization
from madoguchi.plan.actions import facts, meetings, services


@jobs.handler("plan.collect", every=timedelta(hours=1))
def collect(payload: Mapping[str, Any]) -> None:
    """Make the facts of every source equal to what its room tells now."""
    for entry in registers.indicators:
        if entry.value.collect is not None:
            facts.bring_up(entry.name, entry.value.collect())


@jobs.handler("plan.issue_surveys", every=timedelta(days=1))
def issue_surveys(payload: Mapping[str, Any]) -> None:
    """From 1 March on, ask each department with digital services for this year's evidence."""
    services.issue_surveys(now=clock.now())


@jobs.handler("plan.remind", every=timedelta(days=1))
def remind(payload: Mapping[str, Any]) -> None:
    """Mail the department of a resolution a week before its day, on it, and each week after; each mail once."""
    now = clock.now()
    due = meetings.resolutions_to_remind(now)
    departments = organization.departments({row.owner_department_code for row, _key in due})
    for row, key in due:
        department = departments.get(row.owner_department_code)
        if department is None or not is_usable_address(department.email):
            continue  # the open resolution stands on the office's list all the same
        lines = [
            f"デジタル推進会議の決定事項の期限は{both_eras(row.due_on)}です。",
            row.text,
            "結果を次の画面から報告してください。",
            settings.BASE_URL + reverse("plan:resolution", args=[row.id]),
        ]
        sender = Sender(
            city=city_name(), department=department.name, phone=department.phone, hours=department.hours
        )
        unit = kernel.Unit()
        notices.send(
            unit,
            to=department.email,
            subject="決定事項の期限のお知らせ",
            body=compose(lines, sender=sender, language="ja"),
            purpose="plan.remind",
            about=f"resolution:{row.id}",
            now=now,
            key=key,
        )
        try:
            kernel.commit(unit)
        except notices.AlreadyTold:
            continue
