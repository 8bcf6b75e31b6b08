"""Opinions of other departments (意見照会) as the desk reads them: in the case, and in the list of who is asked."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from madoguchi.applications import queries, rules
from madoguchi.applications.models import Application, Attachment, OpinionRequest
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras
from madoguchi.identity import queries as identity
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import evaluate

LANGUAGE = "ja"
PAGE = 50
CHUNK = 500  # lines of a file in memory at a time
TABS = ("waiting", "done", "all")


def answer_choices() -> list[tuple[str, str]]:
    """What a department may answer."""
    return [
        (str(OpinionRequest.Answer.SOME.value), _("意見あり")),
        (str(OpinionRequest.Answer.NONE.value), _("意見なし")),
    ]


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """One request with what became of it."""

    id: uuid.UUID
    department: str
    asked_by: str
    asked_at: datetime
    question: str
    sections: str
    due_on: date
    state: str
    kind: str
    answer: str
    text: str
    answered_by: str
    answered_at: datetime | None
    notes: tuple[str, ...]  # late, after the decision
    is_waiting: bool
    files: tuple[tuple[str, str], ...] = ()  # name, address


def is_waiting(opinion: OpinionRequest) -> bool:
    """Whether the department has not answered, and still may."""
    return opinion.answered_at is None and opinion.withdrawn_at is None


def is_open_to_department(opinion: OpinionRequest) -> bool:
    """Whether the department still sees what was opened for it: until it answered, or the case is over."""
    return is_waiting(opinion) and opinion.application.status in rules.OPEN


def state_of(opinion: OpinionRequest, today: date) -> tuple[str, str]:
    """Where a request stands, with the kind of its mark."""
    if opinion.withdrawn_at is not None:
        return _("取りやめ"), "neutral"
    if opinion.answered_at is not None:
        return dict(answer_choices())[opinion.answer], "success"
    if opinion.application.status not in rules.OPEN:
        return _("回答なしで終了"), "neutral"
    if today > opinion.due_on:
        return _("%(days)s日超過") % {"days": (today - opinion.due_on).days}, "danger"
    return _("回答待ち"), "progress"


def notes_of(opinion: OpinionRequest) -> tuple[str, ...]:
    """What is to be known about when an answer came."""
    if opinion.answered_at is None:
        return ()
    late = clock.tokyo_date(opinion.answered_at) > opinion.due_on
    found = (
        (late, _("期限のあとに届きました")),
        (
            opinion.after_decision,
            _("決裁・取下げのあとに届きました。決定を見直す必要がないか確かめてください"),
        ),
    )
    return tuple(text for holds, text in found if holds)


def rows_of(application: Application, definition: Definition, *, today: date) -> list[OpinionRow]:
    """All requests of a case, the newest first: three questions, one where there is none."""
    found = list(OpinionRequest.objects.filter(application=application).order_by("-asked_at", "-id"))
    if not found:
        return []
    names = organization.departments({one.department_code for one in found})
    files: dict[str, list[tuple[str, str]]] = {}
    places = [f"opinion/{one.id}" for one in found if one.answered_at]
    for row in Attachment.objects.filter(owner_id=application.id, document_id__in=places).order_by("id"):
        address = reverse("desk:file", args=[application.id, row.id])
        files.setdefault(row.document_id, []).append((row.name, address))
    titles = {section.id: str(section.title) for section in definition.sections}
    rows = []
    for one in found:
        one.application = application
        state, kind = state_of(one, today)
        rows.append(
            OpinionRow(
                id=one.id,
                department=names[one.department_code].name if one.department_code in names else "",
                asked_by=one.asked_by_name,
                asked_at=one.asked_at,
                question=one.question,
                sections="、".join(titles[name] for name in one.sections if name in titles),
                due_on=one.due_on,
                state=state,
                kind=kind,
                answer=dict(answer_choices()).get(one.answer, ""),
                text=one.text,
                answered_by=one.answered_by_name,
                answered_at=one.answered_at,
                notes=notes_of(one),
                is_waiting=is_waiting(one),
                files=tuple(files.get(f"opinion/{one.id}", ())),
            )
        )
    return rows


def waiting_words(application: Application, *, today: date) -> str:
    """What the head of a case says of opinions that have not come: one question."""
    days = list(
        OpinionRequest.objects.filter(
            application=application, answered_at=None, withdrawn_at=None
        ).values_list("due_on", flat=True)
    )
    if not days or application.status not in rules.OPEN:
        return ""
    late = sum(day < today for day in days)
    words = _("意見照会中（%(n)s件）") if not late else _("意見照会中（%(n)s件、うち期限切れ%(late)s件）")
    return words % {"n": len(days), "late": late}


@dataclass(frozen=True, slots=True)
class Opened:
    """A section that was opened for a department, with its answers as they stand."""

    title: str
    lines: tuple[tuple[str, str], ...]


def opened_answers(opinion: OpinionRequest, *, today: date) -> list[Opened]:
    """What the department may see now: the sections that were opened for it, nothing of a protected case."""
    application = opinion.application
    if not opinion.sections or not is_open_to_department(opinion):
        return []
    if identity.is_restricted(f"application:{application.id}", today):
        return []
    definition = procedures.definition_of(application.procedure_version_id)
    evaluation = evaluate(definition, application.answers, today=application.received_on, lang=LANGUAGE)
    blocks = queries.blocks(definition, evaluation.answers, set(evaluation.visible), LANGUAGE)
    return [
        Opened(block.title, tuple((line.label, line.text) for line in block.lines))
        for block in blocks
        if block.section.id in opinion.sections
    ]


# --- the list of who is asked --------------------------------------------------------------------------------


def asked_of(departments: Collection[str], tab: str) -> QuerySet[OpinionRequest]:
    """The requests to these departments in a tab: what waits with the nearest day first, the rest newest first."""
    found = OpinionRequest.objects.filter(department_code__in=sorted(departments)).select_related(
        "application", "application__procedure_version"
    )
    found = found.defer("application__answers", "application__filed_answers")
    waits = Q(answered_at=None, withdrawn_at=None, application__status__in=rules.OPEN)
    if tab == "waiting":
        return found.filter(waits).order_by("due_on", "id")
    newest = (F("asked_at").desc(), "-id")
    return (found.exclude(waits) if tab == "done" else found).order_by(*newest)


def counts(departments: Collection[str]) -> dict[str, int]:
    """How many each tab holds."""
    return {tab: asked_of(departments, tab).order_by().count() for tab in TABS}


def cells(opinions: Iterable[OpinionRequest], *, today: date) -> Iterator[list[object]]:
    """The lines of the list: never whose case it is, nor what is asked."""
    found = list(opinions)
    codes = {one.department_code for one in found} | {one.application.department_code for one in found}
    names = organization.departments(codes)

    def called(code: str) -> str:
        return names[code].name if code in names else code

    for one in found:
        state, kind = state_of(one, today)
        yield [
            {
                "text": grouped(one.application.receipt_number),
                "href": reverse("desk:opinion", args=[one.id]),
            },
            str(procedures.definition_of(one.application.procedure_version_id).current_name),
            called(one.application.department_code),
            called(one.department_code),
            both_eras(one.due_on),
            {"text": state, "tag": kind},
        ]


def file_lines(opinions: QuerySet[OpinionRequest], *, today: date) -> Iterator[list[object]]:
    """The same for a file, a few hundred in memory at a time."""
    batch: list[OpinionRequest] = []
    for one in opinions.iterator(chunk_size=CHUNK):
        batch.append(one)
        if len(batch) == CHUNK:
            yield from _plain(batch, today)
            batch = []
    yield from _plain(batch, today)


def _plain(batch: list[OpinionRequest], today: date) -> Iterator[list[object]]:
    for line in cells(batch, today=today):
        yield [cell["text"] if isinstance(cell, dict) else cell for cell in line]
