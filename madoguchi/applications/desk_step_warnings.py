"""Reminding a department of what it asked others for: once before the day, once when it is past."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.external_rules import NEAR, TAKES_RESULTS
from madoguchi.applications.mails import add_mail
from madoguchi.applications.models import StepRequest
from madoguchi.common import clock, kernel
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.organization.models import Department
from madoguchi.procedures import queries as procedures

AT_ONCE = 100


def not_warned(department_code: str, *, late: bool, now: datetime) -> QuerySet[StepRequest]:
    """Open requests of a department whose day is near, or past, and of which nobody was told for this day."""
    today = clock.tokyo_date(now)
    found = StepRequest.objects.filter(
        state=StepRequest.State.ASKED,
        application__department_code=department_code,
        application__status__in=TAKES_RESULTS,
    ).select_related("application")
    if late:
        found = found.filter(due_on__lt=today).exclude(warned_late_on=F("due_on"))
    else:
        found = found.filter(due_on__gte=today, due_on__lte=today + NEAR).exclude(warned_soon_on=F("due_on"))
    return found.order_by("due_on", "id")


def warn(department: Department, *, late: bool, now: datetime) -> None:
    """Mail the department about some of them and note that it was told, in one unit; the next run goes on."""
    requests = list(not_warned(department.code, late=late, now=now)[:AT_ONCE])
    if not requests:
        return
    unit = kernel.Unit()
    for request in requests:
        mark = "warned_late_on" if late else "warned_soon_on"
        unit.update(
            StepRequest,
            where={"id": request.id, mark: getattr(request, mark)},
            set={mark: request.due_on},
            otherwise=ChangedMeanwhile(),
        )
    with translation.override("ja"):
        if late:
            subject = _("【%(city)s】期限を過ぎた調査などの依頼が%(count)s件あります")
            intro = _("次の依頼は、期限を過ぎても結果が入っていません。相手に催促してください。")
        else:
            subject = _("【%(city)s】期限が近い調査などの依頼が%(count)s件あります")
            intro = _("次の依頼は、期限が近づいています。")
        add_mail(
            unit,
            to=department.email,
            subject=subject % {"city": city_name(), "count": len(requests)},
            lines=[intro, "", *(_line(one) for one in requests), "", _address()],
            department_code=department.code,
            purpose="step-warning",
            about=f"department:{department.code}",
            language="ja",
            now=now,
        )
    try:
        kernel.commit(unit)
    except ChangedMeanwhile:
        return  # another worker told of them at this moment


def _line(request: StepRequest) -> str:
    definition = procedures.definition_of(request.application.procedure_version_id)
    step = definition.workflow.external_step(request.step_id)
    words = {
        "number": grouped(request.application.receipt_number),
        "step": step.title if step else request.step_id,
        "day": both_eras(request.due_on),
    }
    return _("・%(number)s　%(step)s　期限：%(day)s") % words


def _address() -> str:
    return f"{settings.BASE_URL}{reverse('desk:steps')}?due=late"
