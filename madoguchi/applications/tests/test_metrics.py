"""What the register of indicators is told about cases: sums by day, department and procedure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import actions, metrics
from madoguchi.applications.models import Application, Decision
from madoguchi.applications.tests.conftest import SetClock
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import (
    NOW,
    TODAY,
    ApplicationFactory,
    offered,
)
from madoguchi.common import clock, registers
from madoguchi.common.registers import Happening
from madoguchi.plan.actions import collecting, facts
from madoguchi.plan.models import Fact
from madoguchi.plan.queries import figures
from madoguchi.plan.tests.test_facts import indicator_of, plan_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

HAPPENED = {
    "cases-filed": metrics.filed,
    "cases-corrected": metrics.corrections,
    "cases-decided": metrics.decided,
    "cases-decided-in-time": metrics.decided_in_time,
}
STANDS = ("cases-open", "cases-overdue", "cases-without-holder", "cases-open-long")
PLAN = plan_of(starts_on=date(2026, 4, 1), ends_on=date(2031, 3, 31))


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def told(name: str, since: date | None = None) -> list[Happening]:
    source = registers.indicators.get(name)
    assert source.collect_since is not None
    return list(source.collect_since(since))


def standing() -> dict[str, int]:
    found = {}
    for name in STANDS:
        source = registers.indicators.get(name)
        assert source.standing is not None
        found[name] = sum(one.quantity for one in source.standing())
    return found


def figure_of(source: str, on: date, *, kind: str = "sum", span: str = "plan", of: str = "") -> float | None:
    one = indicator_of(kind=kind, span=span, source=source, denominator=of)
    return figures.figure(PLAN, one, on).value


# --- what happened ---------------------------------------------------------------------------------------------


def test_cases_of_a_day_department_and_procedure_are_told_as_one_sum(desk: Desk) -> None:
    ApplicationFactory()
    ApplicationFactory()
    ApplicationFactory(filed_at=NOW - timedelta(days=1))
    ApplicationFactory(department_code="elsewhere")

    found = told("cases-filed")

    code = desk.department.code
    assert sorted((one.on, one.department_code, one.quantity) for one in found) == [
        (TODAY - timedelta(days=1), code, 1),
        (TODAY, code, 2),
        (TODAY, "elsewhere", 1),
    ]
    assert len({one.key for one in found}) == 3
    assert {one.subject for one in found} == {"child-allowance-claim"}


def test_a_case_filed_after_midnight_in_japan_is_of_the_new_day(desk: Desk) -> None:
    midnight = NOW.astimezone(clock.TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    ApplicationFactory(filed_at=midnight)
    ApplicationFactory(filed_at=midnight - timedelta(seconds=1))

    assert [one.on for one in told("cases-filed")] == [TODAY - timedelta(days=1), TODAY]
    assert [one.on for one in told("cases-filed", since=TODAY)] == [TODAY]


def test_a_decision_is_in_time_up_to_and_with_its_due_day(desk: Desk) -> None:
    for due_on in (TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1), None):
        ApplicationFactory(closed=True, officer=desk["officer"], due_on=due_on)

    assert sum(one.quantity for one in told("cases-decided")) == 4
    assert sum(one.quantity for one in told("cases-decided-in-time")) == 3


def test_a_due_day_that_is_moved_after_the_decision_changes_nothing(desk: Desk) -> None:
    ApplicationFactory(closed=True, officer=desk["officer"], due_on=TODAY - timedelta(days=1))

    Application.objects.update(due_on=TODAY + timedelta(days=30), closed_at=None, status="in_review")

    assert Decision.objects.get().due_on == TODAY - timedelta(days=1)
    assert sum(one.quantity for one in told("cases-decided")) == 1
    assert told("cases-decided-in-time") == []


def test_a_proposal_is_no_decision_and_a_correction_is_counted_when_it_is_asked(desk: Desk) -> None:
    ApplicationFactory(proposed=True, officer=desk["officer"])
    ApplicationFactory(returned=True, officer=desk["officer"])

    assert told("cases-decided") == []
    assert [(one.on, one.quantity) for one in told("cases-corrected")] == [(TODAY, 1)]


@pytest.mark.parametrize("name", HAPPENED)
def test_nothing_of_a_person_is_told(desk: Desk, name: str) -> None:
    case = ApplicationFactory(returned=True, officer=desk["officer"])
    ApplicationFactory(closed=True, officer=desk["officer"], approver=desk["approver"])

    text = repr(told(name))

    assert "child-allowance-claim" in text
    named = [case.applicant_name, case.receipt_number, str(case.id), str(desk["officer"].id)]
    assert [word for word in (*named, desk["officer"].display_name) if word in text] == []


def test_the_address_of_a_row_shows_figures_of_the_department_to_who_works_there_alone(desk: Desk) -> None:
    ApplicationFactory()
    (one,) = told("cases-filed")

    own = desk.browser("officer").get(one.address)
    strange = desk.browser("stranger").get(one.address)

    assert own.status_code == 200
    assert "児童手当" in text_of(own)
    assert "児童手当" not in text_of(strange)


def test_telling_asks_as_often_for_many_cases_as_for_one(desk: Desk) -> None:
    counts = []
    for _round in range(2):
        for _n in range(3):
            ApplicationFactory(closed=True, officer=desk["officer"])
            ApplicationFactory(officer=desk["officer"], returned=True)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            for name in HAPPENED:
                told(name)
            standing()
        counts.append(len(asked))

    assert counts[0] == counts[1]


# --- what stands -----------------------------------------------------------------------------------------------


def test_open_cases_are_told_with_those_late_long_open_and_without_holder(desk: Desk) -> None:
    ApplicationFactory()
    ApplicationFactory(received_on=TODAY - timedelta(days=30))
    ApplicationFactory(received_on=TODAY - timedelta(days=31), due_on=TODAY - timedelta(days=1))
    ApplicationFactory(in_review=True, officer=desk["officer"], due_on=TODAY)
    ApplicationFactory(closed=True, officer=desk["officer"], due_on=TODAY - timedelta(days=9))

    assert standing() == {
        "cases-open": 4,
        "cases-overdue": 1,
        "cases-without-holder": 3,
        "cases-open-long": 1,
    }


def test_where_nothing_is_late_nought_is_told_and_not_nothing(desk: Desk) -> None:
    ApplicationFactory()

    collecting.collect()

    assert figure_of("cases-overdue", TODAY, span="day") == 0
    assert figure_of("cases-overdue", TODAY - timedelta(days=1), span="day") is None


# --- a plan's indicator ----------------------------------------------------------------------------------------


def test_a_case_from_filing_to_decision_becomes_the_figures_of_a_plan(
    desk: Desk, set_clock: SetClock
) -> None:
    late = ApplicationFactory(proposed=True, officer=desk["officer"], due_on=TODAY + timedelta(days=1))
    ApplicationFactory(closed=True, officer=desk["officer"])
    collecting.collect()
    day = TODAY + timedelta(days=2)
    set_clock(NOW + timedelta(days=2))

    actions.decide(application=late, by=desk["approver"], now=clock.now())
    collecting.collect()
    collecting.collect()

    assert figure_of("cases-filed", day) == 2
    assert [figure_of("cases-decided", on) for on in (TODAY, day)] == [1, 2]
    assert figure_of("cases-decided-in-time", day, kind="share", of="cases-decided") == 50
    assert [figure_of("cases-open", on, span="day") for on in (TODAY, day)] == [1, 0]
    assert [facts.recount(name) for name in (*HAPPENED, *STANDS)] == [0] * 8


def test_rows_behind_a_figure_say_procedure_and_department(desk: Desk) -> None:
    ApplicationFactory(closed=True, officer=desk["officer"])
    collecting.collect()

    one = indicator_of(kind="sum", source="cases-decided", denominator="")
    (row,) = figures.rows(PLAN, one, TODAY)

    title = str(offered().procedure_id)
    assert (row.subject, row.department_code, row.quantity) == (title, desk.department.code, 1)


def test_what_is_old_is_not_read_again_each_hour(desk: Desk) -> None:
    ApplicationFactory(filed_at=NOW - timedelta(days=400))
    ApplicationFactory()
    collecting.collect()
    Application.objects.update(department_code="moved")

    collecting.collect()

    codes = Fact.objects.filter(source="cases-filed").order_by("on").values_list("department_code", flat=True)
    assert list(codes) == [desk.department.code, "moved"]
