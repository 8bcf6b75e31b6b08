"""Mails about opinions (意見照会) to departments: asked, near its day, past it, answered. They name nobody."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from madoguchi.applications import rules
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.mails import add_mail, department_address
from madoguchi.applications.models import OpinionRequest
from madoguchi.common import clock, jobs, kernel
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.notices.actions import AlreadyTold
from madoguchi.procedures import queries as procedures

REMIND_BEFORE = timedelta(days=2)
AT_ONCE = 500  # of one kind in one run; the next one goes on


@jobs.handler("applications.tell_opinion_asked")
def tell_opinion_asked(payload: Mapping[str, Any]) -> None:
    """Tell a department once that it is asked."""
    opinion = _opinion(payload)
    if opinion.answered_at is None and opinion.withdrawn_at is None:
        _tell(opinion, "asked", now=clock.now())


@jobs.handler("applications.tell_opinion_given")
def tell_opinion_given(payload: Mapping[str, Any]) -> None:
    """Tell the department that asked, once, that the answer is there."""
    _tell(_opinion(payload), "given", now=clock.now())


@jobs.handler("applications.remind_of_opinions", every=timedelta(days=1))
def remind_of_opinions(payload: Mapping[str, Any]) -> None:
    """Remind departments of opinions whose day is near, and of those whose day is past: each once."""
    now = clock.now()
    today = clock.tokyo_date(now)
    waiting = OpinionRequest.objects.select_related("application").filter(
        answered_at=None, withdrawn_at=None, application__status__in=rules.OPEN
    )
    near = waiting.filter(reminded_at=None, due_on__gte=today, due_on__lte=today + REMIND_BEFORE)
    past = waiting.filter(overdue_told_at=None, due_on__lt=today)
    for kind, column, rows in (("near", "reminded_at", near), ("past", "overdue_told_at", past)):
        for opinion in rows.order_by("due_on", "id")[:AT_ONCE]:
            guard = {"id": opinion.id, "answered_at": None, "withdrawn_at": None, column: None}
            unit = kernel.Unit()
            unit.update(OpinionRequest, where=guard, set={column: now}, otherwise=ChangedMeanwhile())
            _tell(opinion, kind, now=now, unit=unit)


def _opinion(payload: Mapping[str, Any]) -> OpinionRequest:
    return OpinionRequest.objects.select_related("application").get(id=payload["opinion"])


def _tell(opinion: OpinionRequest, kind: str, *, now: datetime, unit: kernel.Unit | None = None) -> None:
    """Write the mail, with `unit` if there is one; answered, withdrawn or told meanwhile, there is nothing to do."""
    unit = unit or kernel.Unit()
    application = opinion.application
    to = application.department_code if kind == "given" else opinion.department_code
    page = (
        reverse("desk:case", args=[application.id])
        if kind == "given"
        else reverse("desk:opinion", args=[opinion.id])
    )
    with translation.override("ja"):
        subject, line = {
            "asked": (_("意見照会が届きました"), _("申請について、意見を聞かれています。")),
            "near": (
                _("意見照会の期限が近づいています"),
                _("まだ回答のない意見照会の期限が近づいています。"),
            ),
            "past": (
                _("意見照会の期限を過ぎています"),
                _("次の意見照会は、期限を過ぎてもまだ回答がありません。"),
            ),
            "given": (_("意見照会の回答が届きました"), _("照会していた課から、回答が届きました。")),
        }[kind]
        add_mail(
            unit,
            to=department_address(to, application.procedure_id),
            subject=_("【%(city)s】%(subject)s") % {"city": city_name(), "subject": subject},
            lines=[
                line,
                "",
                _("受付番号：%(number)s") % {"number": grouped(application.receipt_number)},
                _("手続：%(name)s")
                % {"name": procedures.definition_of(application.procedure_version_id).current_name},
                _("回答の期限：%(day)s") % {"day": both_eras(opinion.due_on)},
                "",
                f"{settings.BASE_URL}{page}",
            ],
            department_code=application.department_code,
            purpose="opinion",
            about=f"opinion:{opinion.id}",
            language="ja",
            now=now,
            key=f"opinion-{kind}:{opinion.id}",
        )
    if unit.statements:
        with suppress(AlreadyTold, ChangedMeanwhile):
            kernel.commit(unit)
