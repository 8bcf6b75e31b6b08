"""The papers of an application: the copy of what was filed, and the letter of its decision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from madoguchi.applications import external_queries, queries
from madoguchi.applications.models import Application, Attachment, Decision, Extension
from madoguchi.applications.secrets import secret_of
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras, city_name, yen
from madoguchi.common.pdf.documents import DecisionNotice, FilingCopy, Row, Section
from madoguchi.japan.eras import format_wareki
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.conditions import Scope
from madoguchi.procedures.definition import UNSAID, Definition
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.logic import evaluate

NOBODY = {
    "application": "申請された方",
    "notification": "届出された方",
    "offer": "申し出た方",
}  # who gave no name
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def contact_lines(department_code: str) -> tuple[str, ...]:
    """Whom to ask: department, place, telephone, hours."""
    department = organization.department(department_code)
    lines = (f"{city_name()} {department.name}", department.place, department.phone, department.hours)
    return tuple(line for line in lines if line)


def filing_copy(application: Application, *, with_secret: bool = True) -> FilingCopy:
    """The copy of what was filed, in the language it was filed in; the secret (合言葉) is for who filed alone."""
    definition = procedures.definition_of(application.procedure_version_id)
    language = application.language
    with translation.override(language):
        evaluation = evaluate(definition, application.filed_answers, today=application.received_on)
        blocks = queries.blocks(definition, application.filed_answers, set(evaluation.visible), language)
        return FilingCopy(
            city=city_name(),
            procedure_title=definition.current_name.of(language),
            receipt_number=grouped(application.receipt_number),
            filed_on=both_eras(application.received_on),
            sections=tuple(
                Section(
                    block.title,
                    tuple(Row(line.label, line.text or _("（入力なし）")) for line in block.lines),
                )
                for block in blocks
            ),
            attachments=tuple(_attachments(application, definition, language)),
            next_steps=tuple(definition.outputs.next_steps.of(language).splitlines()),
            contact=contact_lines(application.department_code),
            issued_at=application.filed_at,
            status_address=f"{settings.BASE_URL}/status/",
            lookup_secret=secret_of(application) if with_secret else "",
            language=language,
        )


def _attachments(application: Application, definition: Definition, language: str) -> list[Row]:
    labels = {document.id: document.label.of(language) for document in definition.documents}
    names: dict[str, list[str]] = {}
    rows = Attachment.objects.filter(owner_id=application.id, added_at__lte=application.filed_at)
    for attachment in rows.order_by("added_at", "id"):
        question_id = attachment.document_id.split("/")[-1]
        if attachment.document_id in labels:
            label = labels[attachment.document_id]
        elif definition.has_question(question_id):
            label = definition.question(question_id).label.of(language)
        else:
            continue
        names.setdefault(label, []).append(attachment.name)
    return [Row(label, "\n".join(found)) for label, found in names.items()]


def document_prefix(department_code: str) -> str:
    """The sign of a department at the head of its document numbers: 盛 and the first letters of its name."""
    return f"{settings.CITY_NAME[0]}{organization.department(department_code).name[:2]}"


def decision_notice(
    application: Application,
    decision: Decision,
    *,
    document_number: str,
    decided_on: date,
    issued_at: datetime | None = None,
) -> DecisionNotice:
    """The letter of a decision as the definition words it; always Japanese, it is an official document."""
    definition = procedures.definition_of(application.procedure_version_id)
    kind = definition.workflow.decision(decision.kind)
    assert kind is not None  # the proposal was checked against the definition
    notice = definition.outputs.notice(kind.notice)
    appeal = definition.outputs.appeal(kind.appeal) if kind.appeal else None
    facts = placeholders(application, definition, decision, decided_on=decided_on)
    with translation.override("ja"):
        body = fill(str(notice.body), facts) if notice else str(kind.label)
        body = f"{body}\n{decision.addition}"
        return DecisionNotice(
            city=city_name(),
            title=str(notice.title) if notice else str(kind.label),
            number=document_number,
            issued_on=format_wareki(decided_on),
            addressee=addressee_of(application, definition),
            sender=fill(definition.outputs.sender, facts),
            body=tuple(line for line in body.splitlines() if line.strip()),
            facts=(
                Row("手続の名称", _letter_name(definition)),
                Row("受付番号", grouped(application.receipt_number)),
                Row("受付日", format_wareki(application.received_on)),
                Row("決定の内容", str(kind.label)),
                *(_replaced(application, decision) if definition.workflow.second_look else ()),
            ),
            reason=tuple(decision.reason.splitlines()),
            appeal=tuple(str(appeal.text).splitlines()) if appeal else (),
            contact=contact_lines(application.department_code),
            issued_at=issued_at or clock.now(),
        )


def addressee_of(application: Application, definition: Definition) -> str:
    """To whom letters go: the applicant, or whom the definition names instead; in words where nobody gave a name."""
    scope = Scope(application.answers, application.received_on)
    for one in definition.outputs.addressees:
        name = application.answers.get(one.question_id)
        if name is not None and one.when.holds(scope):
            return f"{name['family']} {name['given']}".strip()
    return application.applicant_name or NOBODY[definition.kind_of_act]


def _letter_name(definition: Definition) -> str:
    return definition.outputs.letter_name or str(definition.title)


def extension_notice(
    application: Application, extension: Extension, *, issued_at: datetime | None = None
) -> DecisionNotice:
    """The letter that a period is extended (延長通知): why, and when the decision is expected; always Japanese."""
    definition = procedures.definition_of(application.procedure_version_id)
    rule = definition.clock.extension
    with translation.override("ja"):
        facts = [
            Row("手続の名称", _letter_name(definition)),
            Row("受付番号", grouped(application.receipt_number)),
            Row("受付日", format_wareki(application.received_on)),
            Row("これまでの期限", format_wareki(extension.from_on)),
            Row("処理の見込みの日", format_wareki(extension.to_on)),
        ]
        if rule is not None:
            facts.append(Row("延長の根拠", rule.law))
        return DecisionNotice(
            city=city_name(),
            title="処理期間の延長について（通知）",
            number=extension.document_number,
            issued_on=format_wareki(clock.tokyo_date(extension.extended_at)),
            addressee=addressee_of(application, definition),
            sender=f"{city_name()}長",
            body=(
                f"受け付けた「{_letter_name(definition)}」については、次の理由により、"
                "期限までに処理を終えることができません。",
                f"{format_wareki(extension.to_on)}までに処理を終える見込みですので、お知らせします。",
            ),
            facts=tuple(facts),
            reason=tuple(extension.reason.splitlines()),
            appeal=(),
            contact=contact_lines(application.department_code),
            issued_at=issued_at or extension.extended_at,
        )


# What a city writes where the definition has no draft text (起案文) of its own.
DRAFT_TEXTS = {
    "application": "標記の申請について、次のとおり決定し、通知してよろしいか伺います。",
    "notification": "標記の届出について、次のとおり処理し、通知してよろしいか伺います。",
    "offer": "標記の申出について、次のとおり処理し、通知してよろしいか伺います。",
}


def draft_text(application: Application, decision: Decision, template: str) -> str:
    """The draft text (起案文) that is proposed to the drafter."""
    definition = procedures.definition_of(application.procedure_version_id)
    return _drafted(application, definition, decision, template or DRAFT_TEXTS[definition.kind_of_act])


def addition_text(application: Application, decision: Decision) -> str:
    """The words proposed for the part of the letter that is left to the drafter; empty where none is."""
    definition = procedures.definition_of(application.procedure_version_id)
    kind = definition.workflow.decision(decision.kind)
    notice = definition.outputs.notice(kind.notice) if kind else None
    template = notice.addition.text if notice and notice.addition else ""
    return _drafted(application, definition, decision, template)


def _drafted(application: Application, definition: Definition, decision: Decision, template: str) -> str:
    today = clock.today()  # a text that is drafted names no day of the decision: the checker sees to it
    with translation.override("ja"):
        facts = placeholders(application, definition, decision, decided_on=today, in_text=template)
        return fill(template, facts)


def placeholders(
    application: Application,
    definition: Definition,
    decision: Decision,
    *,
    decided_on: date,
    in_text: str | None = None,
) -> dict[str, str]:
    """What a notice's text may name in braces: facts of the case, and the answers as they stand now.

    `in_text`: another text than the body of the notice.
    """
    kind = definition.workflow.decision(decision.kind)
    if in_text is None:
        notice = definition.outputs.notice(kind.notice) if kind else None
        in_text = str(notice.body) if notice else ""
    return _said(definition, application.answers, in_text=in_text) | {
        "applicant_name": application.applicant_name,
        "receipt_number": grouped(application.receipt_number),
        "filed_on": format_wareki(application.received_on),
        "decided_on": format_wareki(decided_on),
        "decision": str(kind.label) if kind else "",
        "entitlement": _amount(application, definition) if "{entitlement}" in in_text else "",
        "fee": _fee(application, definition) if "{fee}" in in_text else "",
        "reason": decision.reason,
        "validity": _validity(application, definition, decision) if "{validity}" in in_text else "",
        "department": organization.department(application.department_code).name,
        "city": city_name(),
    }


def _amount(application: Application, definition: Definition) -> str:
    """What the person gets, in words."""
    evaluation = evaluate(definition, application.answers, today=application.received_on)
    entitlement = evaluation.entitlement
    unit = definition.entitlement.unit if definition.entitlement else ""
    return yen(entitlement) if unit == "yen" and isinstance(entitlement, int) else str(entitlement or "")


def _fee(application: Application, definition: Definition) -> str:
    """What is to be paid by the answers as they stand, in words."""
    fee = evaluate(definition, application.answers, today=application.received_on).fee_yen
    if fee is None:
        return "別にお知らせします"
    return yen(fee) if fee else "かかりません"


def _replaced(application: Application, decision: Decision) -> list[Row]:
    """Which paper this one takes the place of (再調査), where there was one."""
    before = external_queries.decided_before(application, besides=decision.id)
    if before is None or before.decided_at is None:
        return []
    day = format_wareki(clock.tokyo_date(before.decided_at))
    return [Row("前の通知書", f"{day}付け　{before.document_number}（この通知書に替わります）")]


def _validity(application: Application, definition: Definition, decision: Decision) -> str:
    """How long a decision is valid, where a result names the months."""
    period = external_queries.validity_of(application, definition, decision.kind)
    if period is None:
        return "理由の欄のとおり"
    return f"{format_wareki(period[0])}から{format_wareki(period[1])}まで"


def _said(definition: Definition, answers: Mapping[str, Any], *, in_text: str) -> dict[str, str]:
    """The answers outside groups that a text names, in Japanese words; nothing for what was not answered."""
    named = set(_PLACEHOLDER.findall(in_text))
    asked = [q for section in definition.sections for q in section.questions if q.id in named]
    return {
        q.id: registry.of(q).display(q, answers[q.id], "ja") if answers.get(q.id) is not None else ""
        for q in asked
        if q.kind not in UNSAID
    }


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with its {placeholders} filled once; an unknown one, or one inside a value, stays as it is."""
    return _PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), text)


def stored(letter: DecisionNotice) -> dict[str, Any]:
    """The letter as it is kept with the decision, word for word (without the image of a seal)."""
    data = asdict(letter)
    data.pop("seal")
    return data | {"issued_at": letter.issued_at.isoformat()}


def restored(data: Mapping[str, Any]) -> DecisionNotice:
    """The letter again, exactly as it was decided."""
    fields = dict(data)
    for name in ("body", "reason", "appeal", "contact"):
        fields[name] = tuple(fields[name])
    fields["facts"] = tuple(Row(**row) for row in fields["facts"])
    fields["issued_at"] = datetime.fromisoformat(fields["issued_at"])
    return DecisionNotice(**fields)
