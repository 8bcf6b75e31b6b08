"""The mails about a filing: they say what happened and where to look, and hold no answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from madoguchi.applications.models import (
    AnswerEdit,
    Application,
    Correction,
    Decision,
    Draft,
    Extension,
    Message,
)
from madoguchi.applications.secrets import secret_of
from madoguchi.common import clock, kernel
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.notices import actions as notices
from madoguchi.notices.compose import Sender, compose
from madoguchi.notices.rules import SUBJECT_LENGTH, is_usable_address
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures


def department_address(code: str, procedure_id: str) -> str:
    """Where mail for a department goes: to who is in charge of its cases of the procedure by now; "" without address."""
    return organization.department(organization.in_charge(code, procedure_id)).email


def add_mail(
    unit: kernel.Unit,
    *,
    to: str,
    subject: str,
    lines: Sequence[str],
    department_code: str,
    purpose: str,
    about: str,
    language: str,
    now: datetime,
    secrets: Sequence[str] = (),
    key: str = "",
) -> None:
    """Add a mail to the unit; without a usable address nothing is added. `key`: see `notices.actions.send`."""
    if not is_usable_address(to):
        return
    department = organization.department(department_code)
    sender = Sender(
        city=city_name(), department=department.name, phone=department.phone, hours=department.hours
    )
    notices.send(
        unit,
        to=to,
        subject=subject[:SUBJECT_LENGTH],
        body=compose(lines, sender=sender, language=language),
        purpose=purpose,
        about=about,
        now=now,
        language=language,
        secrets=secrets,
        key=key,
    )


def received(unit: kernel.Unit, application: Application, *, now: datetime) -> None:
    """After filing: the number, the secret, what happens next."""
    definition = procedures.definition_of(application.procedure_version_id)
    language = application.language
    secret = secret_of(application)
    with translation.override(language):
        name = definition.current_name.of(language)
        lines = [
            _("「%(name)s」を受け付けました。") % {"name": name},
            "",
            _("受付番号：%(number)s") % {"number": grouped(application.receipt_number)},
            _("合言葉：%(secret)s") % {"secret": secret}
            if secret
            else _("合言葉は受付時の控えをご覧ください"),
            _("受付日：%(day)s") % {"day": both_eras(application.received_on)},
            "",
            definition.outputs.next_steps.of(language),
            "",
            _("申請の状況は、受付番号と合言葉で確認できます。"),
            f"{settings.BASE_URL}/status/",
        ]
        add_mail(
            unit,
            to=application.email,
            subject=_("【%(city)s】受け付けました（%(name)s）") % {"city": city_name(), "name": name},
            lines=lines,
            department_code=application.department_code,
            purpose="received",
            about=f"application:{application.id}",
            language=language,
            now=now,
            secrets=[secret],
            key=f"received:{application.id}",
        )


def news(
    unit: kernel.Unit,
    application: Application,
    *,
    subject: str,
    lines: Sequence[str],
    purpose: str,
    now: datetime,
    key: str = "",
) -> None:
    """Something happened: the mail says what kind of thing, the status page shows the rest."""
    more = [
        *lines,
        "",
        _("受付番号：%(number)s") % {"number": grouped(application.receipt_number)},
        _("くわしくは、受付番号と合言葉で、申請の状況をご覧ください。"),
        f"{settings.BASE_URL}/status/",
    ]
    add_mail(
        unit,
        to=application.email,
        subject=_("【%(city)s】%(subject)s") % {"city": city_name(), "subject": subject},
        lines=more,
        department_code=application.department_code,
        purpose=purpose,
        about=f"application:{application.id}",
        language=application.language,
        now=now,
        key=key,
    )


def correction_asked(unit: kernel.Unit, correction: Correction, *, now: datetime) -> None:
    """The officer asked for a correction."""
    application = correction.application
    with translation.override(application.language):
        name = procedures.definition_of(application.procedure_version_id).current_name.of(
            application.language
        )
        lines = [
            _("「%(name)s」について、直してほしいところがあります。") % {"name": name},
            _("%(day)sまでに、返事をお願いします。") % {"day": both_eras(correction.answer_by_on)},
        ]
        subject = _("内容の確認のお願い（%(name)s）") % {"name": name}
        key = f"correction:{correction.id}"
        news(unit, application, subject=subject, lines=lines, purpose="correction", now=now, key=key)


def decided(unit: kernel.Unit, decision: Decision, *, now: datetime) -> None:
    """A decision was made; what it is stands in the letter, not in the mail."""
    application = decision.application
    with translation.override(application.language):
        name = procedures.definition_of(application.procedure_version_id).current_name.of(
            application.language
        )
        lines = [_("「%(name)s」の手続が終わりました。通知書をご確認ください。") % {"name": name}]
        subject = _("通知書をお送りします（%(name)s）") % {"name": name}
        key = f"decision:{decision.id}"
        news(unit, application, subject=subject, lines=lines, purpose="decision", now=now, key=key)


def extended(unit: kernel.Unit, extension: Extension, *, now: datetime) -> None:
    """The city needs longer; why stands in the letter, not in the mail."""
    application = extension.application
    with translation.override(application.language):
        name = procedures.definition_of(application.procedure_version_id).current_name.of(
            application.language
        )
        lines = [
            _("「%(name)s」は、予定より時間がかかっています。お待たせして申し訳ありません。")
            % {"name": name},
            _("%(day)sまでに終わる見込みです。理由は、通知書をご確認ください。")
            % {"day": both_eras(extension.to_on)},
        ]
        subject = _("予定の日が変わりました（%(name)s）") % {"name": name}
        key = f"extension:{extension.id}"
        news(unit, application, subject=subject, lines=lines, purpose="extension", now=now, key=key)


def edited(unit: kernel.Unit, edit: AnswerEdit, *, now: datetime) -> None:
    """The office put an answer right; which and why stands on the status page."""
    application = edit.application
    with translation.override(application.language):
        name = procedures.definition_of(application.procedure_version_id).current_name.of(
            application.language
        )
        lines = [_("「%(name)s」の内容の一部を、担当の部署が直しました。") % {"name": name}]
        subject = _("内容を直しました（%(name)s）") % {"name": name}
        key = f"edit:{edit.id}"
        news(unit, application, subject=subject, lines=lines, purpose="edit", now=now, key=key)


def slot_cancelled(unit: kernel.Unit, application: Application, *, event_id: UUID, now: datetime) -> None:
    """The office gave a booked slot back; which and why stands on the status page."""
    with translation.override(application.language):
        name = procedures.definition_of(application.procedure_version_id).current_name.of(
            application.language
        )
        lines = [_("「%(name)s」の予約を、担当の部署が取り消しました。") % {"name": name}]
        subject = _("予約を取り消しました（%(name)s）") % {"name": name}
        key = f"slot:{event_id}"
        news(unit, application, subject=subject, lines=lines, purpose="slot", now=now, key=key)


def message_written(unit: kernel.Unit, message: Message, *, now: datetime) -> None:
    """There is something to read; what it says stands on the status page alone."""
    application = message.application
    with translation.override(application.language):
        name = procedures.definition_of(application.procedure_version_id).current_name.of(
            application.language
        )
        lines = [_("「%(name)s」について、担当の部署からメッセージがあります。") % {"name": name}]
        subject = _("メッセージがあります（%(name)s）") % {"name": name}
        key = f"message:{message.id}"
        news(unit, application, subject=subject, lines=lines, purpose="message", now=now, key=key)


def withdrawn(unit: kernel.Unit, application: Application, *, now: datetime) -> None:
    """The application was taken back."""
    with translation.override(application.language):
        name = procedures.definition_of(application.procedure_version_id).current_name.of(
            application.language
        )
        lines = [_("「%(name)s」の取下げを受け付けました。") % {"name": name}]
        subject = _("取下げを受け付けました（%(name)s）") % {"name": name}
        key = f"withdrawal:{application.id}"
        news(unit, application, subject=subject, lines=lines, purpose="withdrawal", now=now, key=key)


def kept(
    unit: kernel.Unit, draft: Draft, *, to: str, secret: str, expires_at: datetime, now: datetime
) -> None:
    """A draft was kept for later: its code and secret, to the address its author gave."""
    definition = procedures.definition_of(draft.procedure_version_id)
    name = definition.current_name.of(draft.language)
    with translation.override(draft.language):
        lines = [
            _("「%(name)s」の入力の途中を保存しました。") % {"name": name},
            "",
            _("再開コード：%(code)s") % {"code": grouped(draft.resume_code)},
            _("合言葉：%(secret)s") % {"secret": grouped(secret)},
            _("期限：%(day)s") % {"day": both_eras(clock.tokyo_date(expires_at))},
            "",
            _("次のページで番号と合言葉を入力すると、続きから入力できます。"),
            f"{settings.BASE_URL}/filing/resume/",
        ]
        add_mail(
            unit,
            to=to,
            subject=_("【%(city)s】申請の続きを入力するための番号") % {"city": city_name()},
            lines=lines,
            department_code=procedures.department_of(definition),
            purpose="resume",
            about=f"draft:{draft.id}",
            language=draft.language,
            now=now,
            secrets=[grouped(secret)],
        )


def expiry_near(unit: kernel.Unit, draft: Draft, *, now: datetime) -> None:
    """A draft will be forgotten soon."""
    definition = procedures.definition_of(draft.procedure_version_id)
    with translation.override(draft.language):
        name = definition.current_name.of(draft.language)
        day = both_eras(clock.tokyo_date(draft.expires_at))
        add_mail(
            unit,
            to=draft.email,
            subject=_("【%(city)s】保存の期限が近づいています（%(name)s）")
            % {"city": city_name(), "name": name},
            lines=[
                _("「%(name)s」は、まだ送られていません。") % {"name": name},
                _("入力した内容は、%(day)sに消えます。続きは次のページから入力できます。") % {"day": day},
                f"{settings.BASE_URL}/filing/resume/",
            ],
            department_code=procedures.department_of(definition),
            purpose="reminder",
            about=f"draft:{draft.id}",
            language=draft.language,
            now=now,
        )


def answer_awaited(unit: kernel.Unit, correction: Correction, *, now: datetime) -> None:
    """A correction's day is near and no answer has come."""
    application = correction.application
    with translation.override(application.language):
        name = procedures.definition_of(application.procedure_version_id).current_name.of(
            application.language
        )
        lines = [
            _("「%(name)s」について、まだ返事をいただいていません。") % {"name": name},
            _("%(day)sまでに、返事をお願いします。") % {"day": both_eras(correction.answer_by_on)},
        ]
        subject = _("返事の期限が近づいています（%(name)s）") % {"name": name}
        news(unit, application, subject=subject, lines=lines, purpose="correction-reminder", now=now)
