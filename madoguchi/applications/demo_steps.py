"""What others do for the demo city's cases: steps asked, done and late, a sitting of a board, a disaster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from madoguchi.applications import disaster_queries, external_papers, external_results
from madoguchi.applications.actions.disasters import bind_by_day
from madoguchi.applications.external_rules import Stand, due_on, standings
from madoguchi.applications.models import (
    AgendaItem,
    BoardMeeting,
    Disaster,
    StepRequest,
    StepResult,
)
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.organization.models import Role
from madoguchi.procedures.definition import Definition, ExternalStep, Question
from madoguchi.procedures.logic import evaluate

if TYPE_CHECKING:
    from madoguchi.applications.demo import History, Maker

ACTOR = "system:demo"
SINCE_DAYS = 30  # so long ago the disaster was
MEETING_IN_DAYS = 6
CAUSE = ("heavy_rain", "豪雨")  # as the definition of 罹災証明書 has it, and in words
SHARE = 0.1  # each takes so much of the time that is left, so that most cases end in time
# What comes back in words; what is chosen is left to chance where nothing is decided yet.
WORDS = {
    "surveyor": "見本 調査員",
    "inspector": "調査班1 見本",
    "doctor": "見本 医師",
    "clinic": "見本内科医院",
}
MONTHS = 12


# --- the steps of a case ---------------------------------------------------------------------------------------


def begin(history: History, officer: Staff) -> None:
    """Let an open case stand somewhere on its way: each of a procedure at another place than the one before."""
    steps = history.definition.workflow.external_steps
    if not steps:
        return
    turn = history.maker.turn(history.definition.id)
    if turn in (0, 1):  # all that is done before a board sits; every other one is on its agenda
        _do_all(history, [step for step in steps if step.kind != "board"], officer, kind="")
        if turn == 1 and history.maker.tells_all:
            _put_on_agenda(history, officer)
    elif turn in (2, 3):
        first = [step for step in _needed(history, steps) if not step.after]
        requests = [(step, _ask(history, step, officer, is_late=turn == 3)) for step in first]
        if turn == 3 and len(requests) > 1:
            step, request = requests[0]
            _receive(history, step, request, officer, kind="")


def finish(history: History, officer: Staff, kind: str) -> None:
    """Do all that must be done before this decision is proposed."""
    if history.maker.tells_all:
        steps = [step for step in history.definition.workflow.external_steps if kind in step.before]
        _do_all(history, steps, officer, kind=kind)


def _do_all(history: History, steps: Iterable[ExternalStep], officer: Staff, *, kind: str) -> None:
    for step in _needed(history, steps):
        _receive(history, step, _ask(history, step, officer), officer, kind=kind)


def _needed(history: History, steps: Iterable[ExternalStep]) -> list[ExternalStep]:
    found = standings(steps, answers=history.application.answers, today=history.maker.today, asked={})
    return [one.step for one in found if one.stand != Stand.NOT_NEEDED]


def _ask(
    history: History, step: ExternalStep, officer: Staff, *, to: str = "", is_late: bool = False
) -> StepRequest:
    maker, application = history.maker, history.application
    request = StepRequest(
        id=maker.new_id(history.at), application=application, step_id=step.id, number=1, asked_by=officer
    )
    request.addressee = to or step.by[0]
    detail = {"step": step.id, "request": str(request.id), "to": request.addressee}
    request.asked_at = history.move("ask_step", None, officer, detail, share=SHARE)
    asked_on = clock.tokyo_date(request.asked_at)
    request.due_on = due_on(step=step, asked_on=asked_on)
    if is_late:
        request.due_on = max(asked_on, min(request.due_on, maker.today - timedelta(days=2)))
    history.events[-1][0].detail["due"] = request.due_on.isoformat()
    if step.letter is not None and maker.tells_all:
        number = maker.document_number(application.department_code, asked_on)
        letter = external_papers.request_letter(application, step, request, number=number)
        request.document_number, request.letter = number, external_papers.stored(letter)
    history.rows.append(request)
    return request


def _receive(
    history: History, step: ExternalStep, request: StepRequest, officer: Staff, *, kind: str
) -> None:
    maker = history.maker
    at = history.move(
        "receive_step", None, officer, {"step": step.id, "request": str(request.id)}, share=SHARE
    )
    done_on = clock.tokyo_date(at)
    wanted = {question.id: _answer(maker, question, done_on, kind) for question in step.result}
    values = external_results.checked(step, wanted, today=done_on).values
    request.state, request.done_at, request.result = StepRequest.State.DONE, at, values
    request.decision_kind = external_results.decision_of(step, values)
    request.months = external_results.months_of(step, values)
    history.rows.append(
        StepResult(
            id=maker.new_id(at),
            request=request,
            number=1,
            at=at,
            by=officer,
            by_name=officer.display_name,
            values=values,
        )
    )


def _answer(maker: Maker, question: Question, done_on: date, kind: str) -> Any:
    """What a step found, in the manner of its kind; None for what may be left out."""
    if question.required is False:
        return None
    options = [option.id for option in question.options]
    answers: Mapping[str, Any] = {
        "date": done_on.isoformat(),
        "text": WORDS.get(question.id, "見本"),
        "choice": kind if kind in options or not options else maker.chance.choice(options),
        "yes_no": "yes",
        "integer": MONTHS,
    }
    return answers.get(question.kind)


def _put_on_agenda(history: History, officer: Staff) -> None:
    maker = history.maker
    meeting = maker.meetings.get(history.definition.id)
    board = next((one for one in history.definition.workflow.external_steps if one.kind == "board"), None)
    if meeting is None or board is None:
        return
    request = _ask(history, board, officer, to=meeting.name)
    request.due_on = meeting.held_on
    history.events[-1][0].detail["due"] = meeting.held_on.isoformat()
    maker.agenda += 1
    item = AgendaItem(id=maker.new_id(request.asked_at), meeting=meeting, request=request)
    item.number = maker.agenda
    history.rows.append(item)


# --- boards and disasters --------------------------------------------------------------------------------------


def prepare(unit: kernel.Unit, maker: Maker, definitions: Iterable[Definition]) -> None:
    """Set down a sitting of each board, and open the record of a disaster where a procedure has them."""
    for definition in definitions:
        officer = next(iter(maker.staff(definition.department, Role.OFFICER)), None)
        if officer is None:
            continue
        for step in definition.workflow.external_steps:
            if step.kind == "board":
                meeting = _meeting(maker, definition, step, officer)
                maker.meetings[definition.id] = meeting
                unit.insert(meeting)
                _record(unit, "hold_meeting", f"meeting:{meeting.id}", maker)
        if definition.workflow.disaster is not None:
            disaster = _disaster(maker, definition, officer)
            maker.disasters[definition.id] = disaster
            unit.insert(disaster)
            _record(unit, "open_disaster", f"disaster:{disaster.id}", maker)


def _meeting(maker: Maker, definition: Definition, step: ExternalStep, officer: Staff) -> BoardMeeting:
    held_on = maker.today + timedelta(days=MEETING_IN_DAYS)
    while held_on.weekday() >= 5 or held_on in maker.closed_days:
        held_on += timedelta(days=1)
    return BoardMeeting(
        id=maker.new_id(maker.now),
        procedure_id=definition.id,
        step_id=step.id,
        department_code=definition.department,
        name="第1合議体",
        held_on=held_on,
        place="本館5階 会議室",
        members=5,
        created_by=officer,
        created_at=maker.now,
    )


def _disaster(maker: Maker, definition: Definition, officer: Staff) -> Disaster:
    begins = maker.today - timedelta(days=SINCE_DAYS)
    return Disaster(
        id=maker.new_id(maker.now),
        procedure_id=definition.id,
        department_code=definition.department,
        name=f"{begins.month}月{begins.day}日からの大雨（デモ）",
        cause=CAUSE[1],
        from_on=begins,
        until_on=begins + timedelta(days=1),
        opened_by=officer,
        opened_at=maker.now,
    )


def _record(unit: kernel.Unit, act: str, subject: str, maker: Maker) -> None:
    audit.record(unit, actor=ACTOR, act=act, subject=subject, now=maker.now)


def as_damaged(
    maker: Maker, definition: Definition, answers: dict[str, Any], *, filed_on: date
) -> dict[str, Any]:
    """The filing as one after the disaster, where it was filed since and the definition still takes it."""
    disaster, facts = maker.disasters.get(definition.id), definition.workflow.disaster
    if disaster is None or facts is None or filed_on < disaster.until_on:
        return answers
    cause = {"cause": CAUSE[0]} if definition.has_question("cause") else {}
    changed = {**answers, facts.day: disaster.from_on.isoformat(), **cause}
    evaluation = evaluate(definition, changed, today=filed_on)
    return dict(evaluation.answers) if evaluation.complete else answers


def bind(maker: Maker) -> None:
    """Bind what was filed since to its disaster, as the job does that follows when one is opened."""
    for disaster in maker.disasters.values():
        for cases in disaster_queries.unbound(disaster):
            bind_by_day(disaster=disaster, cases=cases, now=maker.now)
