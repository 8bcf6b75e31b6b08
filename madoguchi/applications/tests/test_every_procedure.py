"""Every sample of every procedure on its whole way: stopped with its reason, or filed, decided, told and handed over."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from madoguchi.applications import actions
from madoguchi.applications.actions import handover
from madoguchi.applications.handover_reading import read_one
from madoguchi.applications.letters import filing_copy, restored
from madoguchi.applications.models import Application, Decision, Handover, Status
from madoguchi.applications.tests.conftest import SetClock
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    SlotBookingFactory,
    department_of,
    offered,
    somebody,
    stocked,
)
from madoguchi.applications.tests.offers import offer
from madoguchi.applications.tests.stepping import all_done
from madoguchi.applications.tests.visitor import Visitor
from madoguchi.common import clock
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.tests.factories import ROOM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock"), pytest.mark.slow]
FILES = sorted((ROOM / "catalog").glob("*.yaml"))
STOPPED_HERE = "このまま申請できません"
WRITTEN = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOM / "samples").glob("*.json"))
}
DECIDED = [name for name, one in WRITTEN.items() if "decision" in one["expect"]]
# One of each procedure: the walk through the pages is long, and what stops whom is tried with the definitions.
STOPPED = {one["procedure"]: name for name, one in WRITTEN.items() if one["expect"]["stops"]}


def ordinary(file: str) -> dict[str, Any]:
    """The ordinary sample of a procedure."""
    procedure_id = file.replace("_", "-")
    found: dict[str, Any] = next(
        one for one in WRITTEN.values() if one["procedure"] == procedure_id and one["kind"] == "ordinary"
    )
    return found


def at_its_day(one: dict[str, Any], set_clock: SetClock) -> None:
    set_clock(datetime.combine(date.fromisoformat(one["today"]), time(1), tzinfo=UTC))


def case_of(one: dict[str, Any]) -> Application:
    """The sample as a case under review."""
    version = offered(one["procedure"].replace("-", "_"))
    case = ApplicationFactory(in_review=True, procedure_version=version, answers=dict(one["answers"]))
    if (slot := stocked(one["answers"])) is not None:
        SlotBookingFactory(slot=slot, application=case)
    return case


def decided(case: Application, kind_id: str) -> Decision:
    """The case with everything done that its decision waits for, decided as its chain says by two people."""
    department = department_of(case.procedure_version)
    kind = procedures.definition_of(case.procedure_version_id).workflow.decision(kind_id)
    assert kind is not None
    all_done(case, kind_id)
    proposal = actions.propose(
        application=case,
        kind=kind_id,
        reason="審査の結果によるため。" if kind.reason_required else "",
        by=somebody("officer", department),
        now=clock.now(),
    )
    decider = somebody(proposal.deciding_role, department)
    for one in proposal.consultations.all():
        actions.pass_over(
            application=case, consultation_id=one.id, reason="部署がない。", by=decider, now=clock.now()
        )
    return actions.decide(application=case, by=decider, now=clock.now())


@pytest.mark.parametrize("file", [path.stem for path in FILES])
def test_an_ordinary_sample_is_filed_page_by_page_without_scripts(file: str, set_clock: SetClock) -> None:
    one = ordinary(file)
    at_its_day(one, set_clock)
    stocked(one["answers"])

    page = Visitor().file(one["procedure"], offer(file), one["answers"])

    assert page.path.startswith("/filing/r/"), page.text
    case = Application.objects.get()
    definition = procedures.definition_of(case.procedure_version_id)
    expected = evaluate(definition, one["answers"], today=date.fromisoformat(one["today"])).answers
    assert case.answers == {key: value for key, value in expected.items() if value != []}
    assert case.due_on == date.fromisoformat(one["expect"]["due_on"])
    assert filing_copy(case).render().startswith(b"%PDF-")


@pytest.mark.parametrize("name", DECIDED)
def test_a_sample_is_decided_told_and_handed_over(name: str, set_clock: SetClock) -> None:
    one = WRITTEN[name]
    at_its_day(one, set_clock)
    case = case_of(one)

    made = decided(case, one["expect"]["decision"])

    case.refresh_from_db()
    definition = procedures.definition_of(case.procedure_version_id)
    kind = definition.workflow.decision(made.kind)
    assert kind is not None
    assert case.status == Status.CLOSED
    letter = restored(made.notice)
    said = "\n".join([letter.title, *letter.body, *letter.reason, *letter.appeal])
    assert "{" not in said
    assert bool(letter.reason) == kind.reason_required
    assert bool(letter.appeal) == bool(kind.appeal)
    assert letter.render().startswith(b"%PDF-")
    handover.queue(application=case, now=clock.now())
    for row in Handover.objects.filter(application=case):
        assert [(p.column, p.code) for p in read_one(row).problems] == []


@pytest.mark.parametrize("name", STOPPED.values())
def test_a_sample_that_is_stopped_is_told_why_before_it_can_be_sent(name: str, set_clock: SetClock) -> None:
    one = WRITTEN[name]
    at_its_day(one, set_clock)
    stocked(one["answers"])
    definition = offer(one["procedure"].replace("-", "_"))
    rules = [rule for rule in definition.eligibility if rule.id in one["expect"]["stops"]]
    visitor = Visitor()

    page = visitor.fill(visitor.start(one["procedure"]), definition, one["answers"], until=STOPPED_HERE)

    assert STOPPED_HERE in page.text
    assert any(rule.message.split("\n")[0] in page.text for rule in rules)
    assert not Application.objects.exists()
