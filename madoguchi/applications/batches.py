"""Many cases at once: what each line of a list asks for, and whether it can be done. Reads only; nothing is written.

A verdict is a word for the desk to put into a sentence; only `ready` lines are ever done, and each is judged again then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from madoguchi.applications import external_queries, external_results, external_rules, rules
from madoguchi.applications.desk_queries import protections
from madoguchi.applications.external_rules import Stand
from madoguchi.applications.models import AgendaItem, Application, BoardMeeting, Disaster, Status, StepRequest
from madoguchi.applications.permissions import departments_headed, handles_department
from madoguchi.identity.models import Staff
from madoguchi.japan.check_digits import NumberError, normalise_receipt_number
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import ExternalStep

AT_ONCE = 500  # ids in one question
MOST_LINES = 10_000


class Verdict(StrEnum):
    """Whether a line can be done, and if not, why."""

    READY = "ready"
    UNKNOWN = "unknown"  # no such number
    DOUBLED = "doubled"  # the number stands in the list more than once
    NOT_THERE = "not_there"  # not on this agenda, not of this disaster
    WRONG = "wrong"  # its values are wrong
    SAME = "same"  # the result is there already
    CHANGED = "changed"  # another result is there: it is corrected in the case, with a reason
    DECIDED = "decided"  # proposed, decided or withdrawn
    WAITS = "waits"  # another step comes first, or is not done
    NOT_HELD = "not_held"  # somebody else handles the case
    NO_GRADE = "no_grade"  # no result names a decision
    PROTECTED = "protected"  # 支援措置: opened one by one, with a purpose


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was given: its place, the number, and values by question (None: they were wrong, see `problem`)."""

    position: int
    given: str
    values: Mapping[str, Any] | None
    problem: str = ""
    at: str = ""  # the question whose answer is wrong


@dataclass(frozen=True, slots=True)
class Judged:
    """A line with the case it is about and the verdict on it."""

    line: Line
    verdict: Verdict
    application: Application | None = None
    request: StepRequest | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    detail: str = ""
    at: str = ""  # the question whose answer is wrong


def judge_board(
    meeting: BoardMeeting, step: ExternalStep, lines: Sequence[Line], *, today: date
) -> list[Judged]:
    """The results of a sitting by the numbers of its agenda: a few questions, however long the list."""
    items = AgendaItem.objects.filter(meeting=meeting).select_related("request__application")
    on_agenda = {str(item.number): item.request for item in items}
    hidden = protections([request.application for request in on_agenda.values()], today=today)
    counts = Counter(line.given for line in lines)
    found = []
    for line in lines:
        request = on_agenda.get(line.given)
        if not line.given.isdecimal():
            found.append(Judged(line, Verdict.UNKNOWN))
        elif request is None:
            found.append(Judged(line, Verdict.NOT_THERE))
        elif counts[line.given] > 1:
            found.append(Judged(line, Verdict.DOUBLED, request.application))
        elif request.application_id in hidden:
            found.append(Judged(line, Verdict.PROTECTED, request.application))
        else:
            found.append(judge_line(line, step, request.application, request, today=today))
    return found


def judge_inspections(
    disaster: Disaster, step: ExternalStep, lines: Sequence[Line], *, staff: Staff, today: date
) -> list[Judged]:
    """The results of inspections by receipt number: a few questions for each five hundred lines."""
    numbers = [_number(line.given) for line in lines]
    counts = Counter(number for number in numbers if number)
    codes = external_queries.departments_of(disaster.department_code, disaster.procedure_id)
    found: list[Judged] = []
    for start in range(0, len(lines), AT_ONCE):
        part = list(zip(lines[start : start + AT_ONCE], numbers[start : start + AT_ONCE], strict=True))
        wanted = Application.objects.filter(
            receipt_number__in=[number for _line, number in part if number],
            procedure_id=disaster.procedure_id,
            department_code__in=codes,
        ).select_related("disaster_filing", "holder")
        cases = {case.receipt_number: case for case in wanted}
        standing = external_queries.standings_of_many(list(cases.values()))
        hidden = protections(cases.values(), today=today)
        for line, number in part:
            case = cases.get(number)
            if case is None:
                found.append(Judged(line, Verdict.UNKNOWN))
            elif counts[number] > 1:
                found.append(Judged(line, Verdict.DOUBLED, case))
            elif not _is_bound(case, disaster):
                found.append(Judged(line, Verdict.NOT_THERE, case))
            elif case.id in hidden:
                found.append(Judged(line, Verdict.PROTECTED, case))
            else:
                found.append(_inspected(line, step, case, standing[case.id][1], staff=staff, today=today))
    return found


def _number(given: str) -> str:
    try:
        return normalise_receipt_number(given)
    except NumberError:
        return ""


def _is_bound(case: Application, disaster: Disaster) -> bool:
    filing = getattr(case, "disaster_filing", None)
    return filing is not None and filing.disaster_id == disaster.id


def _inspected(
    line: Line,
    step: ExternalStep,
    case: Application,
    counting: Mapping[str, StepRequest],
    *,
    staff: Staff,
    today: date,
) -> Judged:
    """An inspection may come back that nobody wrote down as asked for; a fresh case is taken by who enters the list."""
    if case.status == Status.FILED or (case.status == Status.IN_REVIEW and step.id not in counting):
        held = case.holder_id in (None, staff.id) or case.department_code in departments_headed(
            staff, today=today
        )
        if not held:
            return Judged(
                line, Verdict.NOT_HELD, case, detail=case.holder.display_name if case.holder else ""
            )
    return judge_line(line, step, case, counting.get(step.id), today=today)


def judge_line(
    line: Line, step: ExternalStep, case: Application, request: StepRequest | None, *, today: date
) -> Judged:
    """The verdict on a line whose case is known."""
    if line.values is None:
        return Judged(line, Verdict.WRONG, case, request, detail=line.problem, at=line.at)
    if request is not None and request.state == StepRequest.State.CANCELLED:
        return Judged(line, Verdict.NOT_THERE, case, request)
    checked = external_results.checked(step, line.values, today=today)
    if checked.errors:
        at, wrong = next(iter(checked.errors.items()))
        return Judged(line, Verdict.WRONG, case, request, detail=wrong[0].message, at=at)
    kind = external_results.decision_of(step, checked.values)
    verdict, detail = Verdict.READY, _label(case, kind)
    if request is not None and request.state == StepRequest.State.DONE:
        verdict = Verdict.SAME if request.result == checked.values else Verdict.CHANGED
        detail = _label(case, request.decision_kind)
    elif case.status not in (Status.FILED, *external_rules.TAKES_RESULTS):
        verdict, detail = Verdict.DECIDED, str(Status(case.status).label)
    return Judged(line, verdict, case, request, checked.values, kind, detail)


def _label(case: Application, kind: str) -> str:
    found = procedures.definition_of(case.procedure_version_id).workflow.decision(kind)
    return str(found.label) if found else ""


def judge_proposals(cases: Sequence[Application], *, reason: str, staff: Staff, today: date) -> list[Judged]:
    """Whether each case can be proposed as its results say: a few questions for each five hundred."""
    headed = departments_headed(staff, today=today)
    handled = {
        code: handles_department(staff, code, today=today)
        for code in {case.department_code for case in cases}
    }
    found: list[Judged] = []
    for start in range(0, len(cases), AT_ONCE):
        part = cases[start : start + AT_ONCE]
        standing = external_queries.standings_of_many(part)
        hidden = protections(part, today=today)
        for place, case in enumerate(part, start=start + 1):
            standings, counting = standing[case.id]
            line = Line(place, case.receipt_number, {})
            if case.id in hidden:
                found.append(Judged(line, Verdict.PROTECTED, case))
                continue
            held = case.department_code in headed or (
                handled[case.department_code] and case.holder_id == staff.id
            )
            found.append(_proposed(line, case, standings, counting, reason=reason, held=held))
    return found


def _proposed(
    line: Line,
    case: Application,
    standings: Sequence[external_rules.Standing],
    counting: Mapping[str, StepRequest],
    *,
    reason: str,
    held: bool,
) -> Judged:
    definition = procedures.definition_of(case.procedure_version_id)
    if case.status not in (Status.FILED, *external_rules.TAKES_RESULTS):
        return Judged(line, Verdict.DECIDED, case, detail=str(Status(case.status).label))
    naming = [step.id for step in definition.workflow.external_steps if step.decision_from]
    named = [counting[one] for one in naming if one in counting and counting[one].state == Stand.DONE]
    kind = max(named, key=lambda one: (one.done_at or one.asked_at, one.id)).decision_kind if named else ""
    known = next((one for one in rules.decision_kinds(definition) if one.id == kind), None)
    if known is None:
        return Judged(line, Verdict.NO_GRADE, case)
    if case.status != Status.IN_REVIEW:
        return Judged(line, Verdict.WAITS, case, kind=kind, detail=str(Status(case.status).label))
    if missing := external_rules.missing_before(standings, kind):
        return Judged(line, Verdict.WAITS, case, kind=kind, detail="、".join(step.title for step in missing))
    if not held:
        return Judged(
            line, Verdict.NOT_HELD, case, kind=kind, detail=case.holder.display_name if case.holder else ""
        )
    if rules.needs_reason(known) and not reason:
        return Judged(line, Verdict.WRONG, case, kind=kind, detail=str(known.label))
    return Judged(line, Verdict.READY, case, kind=kind, detail=str(known.label))
