"""Every opening of a protected case (支援措置) is told to the department that is responsible for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from madoguchi.applications.desk_case import STATED
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.mails import add_mail, department_address
from madoguchi.applications.models import Application
from madoguchi.audit import actions as audit
from madoguchi.common import clock, jobs, kernel
from madoguchi.common.ids import grouped, new_id
from madoguchi.common.jinja2env import city_name, jst
from madoguchi.identity.models import Staff
from madoguchi.notices import queries as notices

ALARM = "alarm.protected_case_opened"


def state_purpose(
    *, application: Application, responsible_department: str, purpose: str, by: Staff, now: datetime
) -> None:
    """Record why a person opens a protected case, and raise the alarm, in one unit."""
    unit = kernel.Unit()
    subject, alarm = subject_of(application.id), new_id()
    audit.record(unit, actor=by.actor, act=STATED, subject=subject, now=now, purpose=purpose)
    detail = {"alarm": str(alarm), "application": str(application.id)}
    told = f"department:{responsible_department}"
    audit.record(unit, actor=by.actor, act=ALARM, subject=told, now=now, purpose=purpose, detail=detail)
    unit.job(
        "applications.tell_protected_opening",
        {
            "alarm": str(alarm),
            "application": str(application.id),
            "staff": str(by.id),
            "department": responsible_department,
            "at": now.isoformat(),
        },
    )
    kernel.commit(unit)


@jobs.handler("applications.tell_protected_opening")
def tell_protected_opening(payload: Mapping[str, Any]) -> None:
    """Mail the responsible department, once, that a protected case was opened; what for stands in the case.

    Where it has no address, the alarm still stands on the desk of its heads (`desk_alarms`).
    """
    about = f"alarm:{payload['alarm']}"
    if notices.about(about).exists():
        return
    application = Application.objects.get(id=UUID(payload["application"]))
    staff = Staff.objects.get(id=UUID(payload["staff"]))
    unit = kernel.Unit()
    add_mail(
        unit,
        to=department_address(payload["department"], application.procedure_id),
        subject=_("【%(city)s】支援措置の対象の申請が閲覧されました") % {"city": city_name()},
        lines=[
            _("支援措置の対象の申請が、職員画面で開かれました。"),
            _("受付番号：%(number)s") % {"number": grouped(application.receipt_number)},
            _("職員：%(name)s") % {"name": staff.display_name},
            _("日時：%(at)s") % {"at": jst(datetime.fromisoformat(payload["at"]), year=True)},
            _("閲覧の理由は、所属長が申請の画面で確認できます。"),
        ],
        department_code=application.department_code,
        purpose="protected-alarm",
        about=about,
        language="ja",
        now=clock.now(),
    )
    if unit.statements:
        kernel.commit(unit)


@jobs.handler("applications.tell_protection_carried")
def tell_protection_carried(payload: Mapping[str, Any]) -> None:
    """Mail the department, once, that a filing is protected because its person is; a head checks whether it is them."""
    application = Application.objects.get(id=UUID(payload["application"]))
    about = f"protection:{application.id}"
    if notices.about(about).exists():
        return
    unit = kernel.Unit()
    add_mail(
        unit,
        to=department_address(application.department_code, application.procedure_id),
        subject=_("【%(city)s】支援措置を引き継いだ申請があります") % {"city": city_name()},
        lines=[
            _("支援措置の対象の方と、氏名と生年月日が同じ申請があります。"),
            _("この申請にも支援措置を設定しました。"),
            _("受付番号：%(number)s") % {"number": grouped(application.receipt_number)},
            _("所属長は内容を確かめ、別の方の申請であれば解除してください。"),
        ],
        department_code=application.department_code,
        purpose="protected-alarm",
        about=about,
        language="ja",
        now=clock.now(),
    )
    if unit.statements:
        kernel.commit(unit)
