"""Sittings of boards as the desk reads them: the agenda with what its members need, and who could be put on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from madoguchi.applications import external_papers, external_queries, external_results
from madoguchi.applications.desk_queries import protections
from madoguchi.applications.external_rules import Stand
from madoguchi.applications.models import AgendaItem, Application, BoardMeeting, Status, StepRequest
from madoguchi.common import clock
from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.common.pdf.documents import Letter, Row, Section
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import ExternalStep

MOST_CANDIDATES = 200


def board_steps(departments: set[str]) -> list[tuple[str, str, ExternalStep]]:
    """The boards of these departments as their procedures are offered now: procedure, department in charge, step."""
    return [
        (offer.procedure_id, organization.in_charge(offer.definition.department, offer.procedure_id), step)
        for offer in procedures.offers_of(departments)
        for step in offer.definition.workflow.external_steps
        if step.kind == "board"
    ]


def step_of(meeting: BoardMeeting) -> ExternalStep | None:
    """The step of a sitting as its procedure is offered now."""
    offer = procedures.current(meeting.procedure_id)
    return offer.definition.workflow.external_step(meeting.step_id) if offer else None


def candidates(meeting: BoardMeeting) -> list[Application]:
    """The cases whose turn it is, the earliest due first: a few questions, however many there are."""
    cases = Application.objects.filter(
        procedure_id=meeting.procedure_id,
        department_code__in=external_queries.departments_of(meeting.department_code, meeting.procedure_id),
        status=Status.IN_REVIEW,
    ).select_related("holder")
    waiting = cases.exclude(
        step_requests__in=StepRequest.objects.filter(step_id=meeting.step_id, state=StepRequest.State.ASKED)
    )
    found = list(waiting.order_by("due_on", "filed_at")[: MOST_CANDIDATES * 5])
    standing = external_queries.standings_of_many(found)
    ready = [
        case
        for case in found
        if any(s.step.id == meeting.step_id and s.stand == Stand.READY for s in standing[case.id][0])
    ]
    return ready[:MOST_CANDIDATES]


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """One case on the agenda: its number, what the members read, and how it stands."""

    item: AgendaItem
    request: StepRequest
    application: Application
    facts: tuple[tuple[str, str], ...]
    name: str  # "" where the papers name nobody
    protected: bool  # 支援措置: its result is entered in the case, by who opens it with a purpose
    result: str


def agenda(meeting: BoardMeeting, step: ExternalStep, *, today: date) -> list[AgendaRow]:
    """The agenda in order of its numbers: a few questions, however long it is."""
    items = list(
        AgendaItem.objects.filter(meeting=meeting).select_related("request__application").order_by("number")
    )
    cases = [item.request.application for item in items]
    protected = protections(cases, today=today)
    standing = external_queries.standings_of_many(cases)
    rows = []
    for item in items:
        case = item.request.application
        hidden = case.id in protected
        rows.append(
            AgendaRow(
                item=item,
                request=item.request,
                application=case,
                facts=tuple(_facts(case, step, standing[case.id][1], protected=hidden)),
                name=case.applicant_name if meeting.with_names and not hidden else "",
                protected=hidden,
                result="　".join(
                    text for _label, text in external_results.plain_lines(step, item.request.result)
                ),
            )
        )
    return rows


def _facts(
    case: Application, step: ExternalStep, counting: dict[str, StepRequest], *, protected: bool
) -> list[tuple[str, str]]:
    """What came of the steps before, without free words, and the answers that the definition puts on the agenda."""
    definition = procedures.definition_of(case.procedure_version_id)
    found = [(_("受付日"), both_eras(case.received_on))]
    for step_id in step.after:
        before, request = definition.workflow.external_step(step_id), counting.get(step_id)
        if before is not None and request is not None:
            found += external_results.plain_lines(before, request.result)
    if step.agenda:
        found += external_papers.answers_for(case, definition, step.agenda, protected=protected)
    return found


def agenda_paper(
    meeting: BoardMeeting, step: ExternalStep, rows: list[AgendaRow], *, now: datetime
) -> Letter:
    """The agenda for the members, as a paper."""
    head = [
        Row(_("開催日"), both_eras(meeting.held_on)),
        Row(_("場所"), meeting.place or "―"),
        Row(_("委員"), _("%(n)s人") % {"n": meeting.members}),
        Row(_("件数"), _("%(n)s件") % {"n": len(rows)}),
    ]
    sections = [Section("", tuple(head))]
    for row in rows:
        title = _("第%(n)s番") % {"n": row.item.number}
        lines = [Row(label, text) for label, text in row.facts]
        lines.append(Row(_("判定"), "　\n　"))
        sections.append(Section(f"{title}　{row.name}" if row.name else title, tuple(lines)))
    return Letter(
        city=city_name(),
        title=_("%(step)s　次第（%(name)s）") % {"step": step.title, "name": meeting.name},
        paragraphs=() if rows else (_("案件はありません。"),),
        issued_at=now,
        issued_on=both_eras(clock.tokyo_date(now)),
        lists=tuple(sections),
    )


def agenda_lines(meeting: BoardMeeting, rows: list[AgendaRow]) -> tuple[list[str], list[list[object]]]:
    """The agenda for a spreadsheet: a name only where the papers name people."""
    labels = list(dict.fromkeys(label for row in rows for label, _text in row.facts))
    named = [_("氏名")] if meeting.with_names else []
    header = [_("番号"), *named, *labels]
    lines: list[list[object]] = []
    for row in rows:
        facts = dict(row.facts)
        lines.append(
            [row.item.number, *([row.name] if named else []), *(facts.get(label, "") for label in labels)]
        )
    return header, lines
