"""Warning a department before the due day of a case, and when it is past: each case once, by mail to its address.

The list at the desk (期限が近い、期限切れ) shows the same cases to their holders and heads at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from madoguchi.applications.desk_queries import SOON, period_runs
from madoguchi.applications.mails import add_mail
from madoguchi.applications.models import Application, DueWarning
from madoguchi.common import clock, jobs, kernel
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.notices.rules import is_usable_address
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Department
from madoguchi.procedures import queries as procedures

AT_ONCE = 100  # cases in one mail; of more there are several
MOST_MAILS = 50  # of one department in one run; the next one goes on
Kind = DueWarning.Kind


@jobs.handler("applications.warn_of_due_days", every=timedelta(days=1))
def warn_of_due_days(payload: Mapping[str, Any]) -> None:
    """Tell each department which of its cases come due within a week, and which are past their day: each once."""
    now = clock.now()
    for department in organization.departments(organization.department_codes()).values():
        if is_usable_address(department.email):
            for kind in (Kind.OVERDUE, Kind.SOON):
                _warn(department, kind, now)


def _warn(department: Department, kind: DueWarning.Kind, now: datetime) -> None:
    waiting = _not_warned(department.code, kind, clock.tokyo_date(now))
    for _mail in range(MOST_MAILS):
        cases = list(waiting[:AT_ONCE])
        if not cases:
            return
        try:
            kernel.commit(_warning(department, kind, cases, now))
        except IntegrityError:
            return  # another worker warned of them at this moment, and goes on


def _not_warned(department_code: str, kind: DueWarning.Kind, today: date) -> QuerySet[Application]:
    """Open cases of a department whose day is near, or past, and of which nobody was told; the earliest first."""
    cases = Application.objects.filter(department_code=department_code)
    cases = cases.filter(period_runs([department_code]))
    if kind == Kind.OVERDUE:
        cases = cases.filter(due_on__lt=today)
    else:
        cases = cases.filter(due_on__gte=today, due_on__lte=today + SOON)
    told = DueWarning.objects.filter(application=OuterRef("id"), kind=kind, due_on=OuterRef("due_on"))
    waiting = cases.filter(~Exists(told))
    return (
        waiting.select_related("holder")
        .only("id", "receipt_number", "due_on", "status", "procedure_version_id", "holder__display_name")
        .order_by("due_on", "id")
    )


def _warning(
    department: Department, kind: DueWarning.Kind, cases: list[Application], now: datetime
) -> kernel.Unit:
    """The mail of one department, and that these cases were told of."""
    unit = kernel.Unit()
    for case in cases:
        assert case.due_on is not None
        unit.insert(DueWarning(application=case, kind=kind, due_on=case.due_on, warned_at=now))
    with translation.override("ja"):
        if kind == Kind.OVERDUE:
            subject = _("【%(city)s】期限を過ぎた申請が%(count)s件あります")
            intro = _("次の申請は、期限を過ぎています。申請者に、見込みの日と理由を知らせてください。")
        else:
            subject = _("【%(city)s】期限が近い申請が%(count)s件あります")
            intro = _(
                "次の申請は、期限が近づいています。間に合わないときは、期限の前に申請者に知らせてください。期限を延長できる手続では、延長の通知を送れます。"
            )
        add_mail(
            unit,
            to=department.email,
            subject=subject % {"city": city_name(), "count": len(cases)},
            lines=[intro, "", *(_line(case) for case in cases), "", _list_address(kind)],
            department_code=department.code,
            purpose="due-warning",
            about=f"department:{department.code}",
            language="ja",
            now=now,
        )
    return unit


def _line(case: Application) -> str:
    words = {
        "number": grouped(case.receipt_number),
        "procedure": procedures.definition_of(case.procedure_version_id).current_name,
        "day": both_eras(case.due_on),
        "holder": case.holder.display_name if case.holder else _("なし"),
    }
    return _("・%(number)s　%(procedure)s　期限：%(day)s　担当：%(holder)s") % words


def _list_address(kind: DueWarning.Kind) -> str:
    return f"{settings.BASE_URL}{reverse('desk:inbox')}?tab=open&due={kind.value}"
