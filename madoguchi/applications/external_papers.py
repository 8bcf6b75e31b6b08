"""Papers of external steps: the letter that asks, the sheet to take along. Official papers, always Japanese.

Of a protected case (支援措置) they say neither where somebody lives or can be reached nor any free text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import translation

from madoguchi.applications import letters
from madoguchi.applications.models import Application, StepRequest
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import city_name
from madoguchi.common.pdf.documents import Letter, Row, Section
from madoguchi.identity import queries as identity
from madoguchi.japan.eras import format_wareki
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import UNSAID, Definition, ExternalStep, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.logic import evaluate

LANGUAGE = "ja"
HIDDEN = "（支援措置のため載せていません。担当者に確認してください）"
# What says where somebody lives or can be reached, or may say so in words of their own.
TELLING = ("address", "map_point", "phone", "email", "text", "long_text")
BLANK = "　\n　"


def is_protected(application: Application) -> bool:
    """Whether the case is protected today."""
    return identity.is_restricted(f"application:{application.id}", clock.today())


def answers_for(
    application: Application, definition: Definition, wanted: tuple[str, ...], *, protected: bool
) -> list[tuple[str, str]]:
    """These answers of the filing under their questions, those that were asked; some hidden where it is protected."""
    evaluation = evaluate(definition, application.answers, today=application.received_on)
    asked = [q for section in definition.sections for q in section.questions]
    found = []
    for question in asked:
        if question.id not in wanted or question.kind in UNSAID or question.id not in evaluation.visible:
            continue
        found.append((str(question.label), said(question, evaluation.answers, protected=protected)))
    return found


def said(question: Question, answers: Mapping[str, Any], *, protected: bool) -> str:
    """One answer for a paper."""
    value = answers.get(question.id)
    if value is None:
        return "―"
    if protected and question.kind in TELLING:
        return HIDDEN
    return registry.of(question).display(question, value, LANGUAGE)


def sheet(application: Application, step: ExternalStep, *, addressee: str, due: str, now: datetime) -> Letter:
    """The sheet to take along (調査票): the answers that matter on the visit, then blanks to be filled in."""
    assert step.sheet is not None
    definition = procedures.definition_of(application.procedure_version_id)
    protected = is_protected(application)
    with translation.override(LANGUAGE):
        known = answers_for(application, definition, step.sheet.answers, protected=protected)
        head = [
            Row("受付番号", grouped(application.receipt_number)),
            Row("受付日", format_wareki(application.received_on)),
            Row("調べる人", addressee or BLANK),
            Row("いつまで", due or BLANK),
        ]
        blanks = [Row(_asked_label(question), _blank(question)) for question in step.result]
        paragraphs = [step.sheet.note] if step.sheet.note else []
        if protected:
            paragraphs.append("支援措置の対象です。住所や連絡先、行き先を、だれにも伝えないでください。")
        return Letter(
            city=city_name(),
            title=step.sheet.title,
            paragraphs=tuple(paragraphs),
            issued_at=now,
            issued_on=format_wareki(clock.tokyo_date(now)),
            lists=(
                Section("", tuple(head)),
                Section("申請の内容", tuple(Row(label, text) for label, text in known)),
                Section("調べた結果（書き込む欄）", tuple(blanks)),
            ),
            contact=letters.contact_lines(application.department_code),
        )


def _asked_label(question: Question) -> str:
    return f"{question.label}（{question.unit}）" if question.unit else str(question.label)


def _blank(question: Question) -> str:
    """Room to write in, or boxes to tick."""
    if question.kind == "yes_no":
        return "□はい　□いいえ"
    if question.options:
        return "\n".join(f"□{option.label}" for option in question.options)
    if question.kind == "date":
        return "　　　　年　　月　　日"
    return "　\n　\n　\n　" if question.kind == "long_text" else BLANK


def request_letter(
    application: Application, step: ExternalStep, request: StepRequest, *, number: str
) -> Letter:
    """The letter that asks for a step, as it goes out."""
    assert step.letter is not None
    definition = procedures.definition_of(application.procedure_version_id)
    protected = is_protected(application)
    with translation.override(LANGUAGE):
        evaluation = evaluate(definition, application.answers, today=application.received_on)
        asked = [q for section in definition.sections for q in section.questions if q.kind not in UNSAID]
        answers = {
            q.id: said(q, evaluation.answers, protected=protected)
            if evaluation.answers.get(q.id) is not None
            else ""
            for q in asked
        }
        department = organization.department(application.department_code).name
        facts = answers | {
            "applicant_name": application.applicant_name,
            "receipt_number": grouped(application.receipt_number),
            "filed_on": format_wareki(application.received_on),
            "due_on": format_wareki(request.due_on),
            "department": department,
            "city": city_name(),
        }
        body = letters.fill(step.letter.body, facts)
        paragraphs = [line for line in body.splitlines() if line.strip()]
        paragraphs += [line for line in request.message.splitlines() if line.strip()]
        return Letter(
            city=city_name(),
            title=step.letter.title,
            paragraphs=tuple(paragraphs),
            issued_at=request.asked_at,
            issued_on=format_wareki(clock.tokyo_date(request.asked_at)),
            number=number,
            addressee=request.addressee,
            sender=f"{city_name()}長",
            lists=(Section("", (Row("受付番号", grouped(application.receipt_number)),)),),
            contact=letters.contact_lines(application.department_code),
        )


def stored(letter: Letter) -> dict[str, Any]:
    """The letter as it is kept with its request, word for word."""
    return asdict(letter) | {"issued_at": letter.issued_at.isoformat()}


def restored(data: Mapping[str, Any]) -> Letter:
    """The letter again, exactly as it went out."""
    fields = dict(data)
    for name in ("paragraphs", "contact"):
        fields[name] = tuple(fields[name])
    fields["lists"] = tuple(
        Section(part["title"], tuple(Row(**row) for row in part["rows"])) for part in fields["lists"]
    )
    fields["issued_at"] = datetime.fromisoformat(fields["issued_at"])
    return Letter(**fields)
