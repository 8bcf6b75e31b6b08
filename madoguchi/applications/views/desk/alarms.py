"""The alarms of protected cases (支援措置), for the heads of the responsible departments."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.applications import desk_alarms
from madoguchi.applications.permissions import departments_headed
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import jst
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity


@access.staff("head")
@require_GET
def alarms(request: HttpRequest) -> HttpResponse:
    """Who opened which protected case and why; having looked is on the record and quiets the banner."""
    staff, now = identity.staff_of(request), clock.now()
    found = desk_alarms.rows(departments_headed(staff, today=clock.tokyo_date(now)))
    audit.record_read(
        actor=staff.actor,
        subject=desk_alarms.SUBJECT,
        now=now,
        purpose="alarms",
        detail={"count": len(found)},
    )
    context = {
        "here": "desk",
        "columns": [_("日時"), _("受付番号"), _("できごと"), _("職員"), _("閲覧の理由")],
        "rows": [{"cells": _cells(row)} for row in found],
        "most": desk_alarms.MOST,
    }
    return render(request, "applications/desk/alarms.html", context)


def _cells(row: desk_alarms.AlarmRow) -> list[object]:
    return [
        jst(row.at, year=True),
        {"text": grouped(row.receipt_number), "href": reverse("desk:case", args=[row.application_id])},
        _("閲覧") if row.is_opening else _("支援措置の引継ぎ"),
        row.who or _("申請者"),
        row.purpose or "―",
    ]
