"""Mails to departments about chains: asked for an opinion (合議), reminded of it, told of a substitute's decision (後閲).

They hold the number of the case and where to look, never a name or an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from madoguchi.applications.chain_permissions import consulted_department, deciding_department
from madoguchi.applications.desk_chain import post_words
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.mails import add_mail, department_address
from madoguchi.applications.models import Consultation, Decision
from madoguchi.common import clock, jobs, kernel
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.notices.actions import AlreadyTold
from madoguchi.procedures import queries as procedures

REMIND_BEFORE = timedelta(days=1)
AT_ONCE = 1000  # in one run; the next one goes on


@jobs.handler("applications.tell_consultation")
def tell_consultation(payload: Mapping[str, Any]) -> None:
    """Tell a department that it is asked for its opinion; once, and not when it has answered already."""
    consultation = _consultation(payload["consultation"])
    if _is_waiting(consultation):
        unit = kernel.Unit()
        with translation.override("ja"):
            subject = _("【%(city)s】合議の依頼（%(procedure)s）")
            intro = _("次の起案について、意見を求められています。")
            _about(unit, consultation, subject, intro, key=f"asked:{consultation.id}", now=clock.now())
        _commit_once(unit)


@jobs.handler("applications.look_after_consultations", every=timedelta(hours=6))
def look_after_consultations(payload: Mapping[str, Any]) -> None:
    """Remind departments whose answer is due or late; once each."""
    now = clock.now()
    waiting = Consultation.objects.select_related("decision__application").filter(
        opinion="",
        replaced_at=None,
        passed_over_at=None,
        reminded_at=None,
        asked_at__isnull=False,
        answer_by_on__lte=clock.tokyo_date(now + REMIND_BEFORE),
        decision__decided_at=None,
        decision__sent_back_at=None,
    )

    for consultation in waiting.order_by("answer_by_on", "id")[:AT_ONCE]:
        with suppress(ChangedMeanwhile):  # it was answered, or another worker reminded, at this moment
            kernel.commit(_reminder(consultation, now))


def _reminder(consultation: Consultation, now: datetime) -> kernel.Unit:
    """The mail, and that the department was reminded."""
    unit = kernel.Unit()
    guard = {"id": consultation.id, "reminded_at": None, "opinion": ""}
    unit.update(Consultation, where=guard, set={"reminded_at": now}, otherwise=ChangedMeanwhile())
    with translation.override("ja"):
        subject = _("【%(city)s】合議の回答をお待ちしています（%(procedure)s）")
        intro = _("次の起案の合議に、まだ回答がありません。")
        _about(unit, consultation, subject, intro, key="", now=now)
    return unit


@jobs.handler("applications.tell_substitution")
def tell_substitution(payload: Mapping[str, Any]) -> None:
    """Tell the deciding department that a substitute decided, so that the approver reads it afterwards (後閲); once."""
    found = Decision.objects.select_related("application")
    decision = found.get(id=payload["decision"])
    unit = kernel.Unit()
    with translation.override("ja"):
        _mail(
            unit,
            decision,
            deciding_department(decision.application, decision),
            subject=_("【%(city)s】代決しました（%(procedure)s）"),
            lines=[
                _("次の申請を、決裁する職員の不在のため代決しました。内容を確認し、後閲してください。"),
                _("代決：%(post)s　%(name)s")
                % {"post": decision.decided_by_post, "name": decision.decided_by_name},
                _("文書番号：%(number)s") % {"number": decision.document_number},
            ],
            page="desk:approvals_later",
            key=f"substituted:{decision.id}",
            now=clock.now(),
        )
    _commit_once(unit)


def _consultation(consultation_id: str) -> Consultation:
    return Consultation.objects.select_related("decision__application").get(id=consultation_id)


def _is_waiting(one: Consultation) -> bool:
    is_open = one.decision.decided_at is None and one.decision.sent_back_at is None
    return is_open and one.is_asked and not (one.opinion or one.replaced_at or one.passed_over_at)


def _about(
    unit: kernel.Unit, consultation: Consultation, subject: str, intro: str, *, key: str, now: datetime
) -> None:
    lines = [
        intro,
        _("回答する職：%(post)s") % {"post": post_words(consultation.role, consultation.post)},
        _("回答の期限：%(day)s") % {"day": both_eras(consultation.answer_by_on)},
    ]
    if consultation.asked_because:
        lines.append(_("もう一度の回答をお願いします。"))
    _mail(
        unit,
        consultation.decision,
        consulted_department(consultation),
        subject=subject,
        lines=lines,
        page="desk:approvals_consulted",
        key=key,
        now=now,
    )


def _mail(
    unit: kernel.Unit,
    decision: Decision,
    department_code: str,
    *,
    subject: str,
    lines: Sequence[str],
    page: str,
    key: str,
    now: datetime,
) -> None:
    application = decision.application
    procedure = procedures.definition_of(application.procedure_version_id).current_name
    add_mail(
        unit,
        to=department_address(department_code, application.procedure_id),
        subject=subject % {"city": city_name(), "procedure": procedure},
        lines=[
            lines[0],
            "",
            _("手続：%(procedure)s") % {"procedure": procedure},
            _("受付番号：%(number)s") % {"number": grouped(application.receipt_number)},
            *lines[1:],
            "",
            f"{settings.BASE_URL}{reverse(page)}",
        ],
        department_code=application.department_code,
        purpose="approval-chain",
        about=f"department:{department_code}",
        language="ja",
        now=now,
        key=key,
    )


def _commit_once(unit: kernel.Unit) -> None:
    """Write the mail, unless there is no address for it or it was written before."""
    if unit.statements:
        with suppress(AlreadyTold):
            kernel.commit(unit)
