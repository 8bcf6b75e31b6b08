"""Taking over the answer of a core system: what it took, what it refused."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from uuid import UUID

from madoguchi.applications import handover_answers
from madoguchi.applications.handover_answers import Known, number_of, read_rows
from madoguchi.applications.models import Handover, HandoverAnswer
from madoguchi.applications.permissions import handles_department, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.desk_tables import UnreadableTable, read_table
from madoguchi.identity.models import Staff

MOST_ROWS = 50_000
AT_ONCE = 500
State = Handover.State


class TooManyRows(Exception):
    """A file with more than `MOST_ROWS` rows is no answer to one of ours."""


class NothingInIt(Exception):
    """The file holds no row at all."""


def take_answer(
    *, content: bytes, procedure_id: str, department_code: str, by: Staff, now: datetime
) -> HandoverAnswer:
    """Read an answer and note it at its cases; what makes no sense is kept as a list.

    Sent twice it changes nothing the second time and says so. Raises `NotAllowed`, `UnreadableTable`,
    `TooManyRows`, `NothingInIt`.
    """
    require(handles_department(by, department_code, today=clock.tokyo_date(now), procedure_id=procedure_id))
    rows = list(islice(read_table(content).rows, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise TooManyRows
    if not rows:
        raise NothingInIt
    numbers = sorted({number_of(cells[0]) for _line, cells in rows} - {""})
    read = read_rows(rows, _known(numbers, procedure_id, department_code))
    accepted = _note(read.accepted, now)
    refused = _note_refused(read, now)
    answer = HandoverAnswer(
        department_code=department_code,
        procedure_id=procedure_id,
        by=by,
        at=now,
        acknowledged=accepted,
        refused=refused,
        findings=[[one.line, one.number, one.code] for one in read.findings],
    )
    unit = kernel.Unit()
    unit.insert(answer)
    detail = {"acknowledged": accepted, "refused": refused, "findings": len(read.findings)}
    subject = f"handover-answer:{answer.id}"
    audit.record(unit, actor=by.actor, act="handover.answer", subject=subject, now=now, detail=detail)
    kernel.commit(unit)
    return answer


def _known(numbers: list[str], procedure_id: str, department_code: str) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for start in range(0, len(numbers), AT_ONCE):
        rows = Handover.objects.filter(
            procedure_id=procedure_id,
            department_code=department_code,
            application__receipt_number__in=numbers[start : start + AT_ONCE],
        ).values_list("application__receipt_number", "id", "state", "reason")
        found |= {number: Known(key, state, reason) for number, key, state, reason in rows}
    return found


def _note(ids: list[UUID], now: datetime) -> int:
    """Note as taken over; what somebody changed meanwhile stays as they left it."""
    for start in range(0, len(ids), AT_ONCE):
        unit = kernel.Unit()
        unit.update(
            Handover,
            where={
                "id__in": ids[start : start + AT_ONCE],
                "state__in": handover_answers.ANSWERED,
            },
            set={
                "state": State.ACKNOWLEDGED,
                "reason": "",
                "since": now,
                "answered_at": now,
                "version": kernel.Increment(),
            },
            expect=None,
        )
        kernel.commit(unit)
    return len(ids)


def _note_refused(read: handover_answers.Read, now: datetime) -> int:
    refused = list(read.refused.items())
    for start in range(0, len(refused), AT_ONCE):
        unit = kernel.Unit()
        for handover_id, reason in refused[start : start + AT_ONCE]:
            unit.update(
                Handover,
                where={"id": handover_id, "state__in": handover_answers.ANSWERED},
                set={
                    "state": State.REFUSED,
                    "reason": reason,
                    "since": now,
                    "answered_at": now,
                    "version": kernel.Increment(),
                },
                expect=None,
            )
        kernel.commit(unit)
    return len(refused)


__all__ = ["NothingInIt", "TooManyRows", "UnreadableTable", "take_answer"]
