"""The rules of a case: moves, deadlines, who may decide."""

from dataclasses import replace
from datetime import date
from itertools import product
from types import SimpleNamespace
from typing import Any, cast

import pytest

from madoguchi.applications import rules
from madoguchi.applications.models import Status
from madoguchi.procedures.definition import EMPTY, Clock, ClockExtension, DecisionKind, Definition, Text

STANDARD = Clock("standard", 30, "calendar_days", True, "", EMPTY, "general_knowledge")
BUSINESS = replace(STANDARD, unit="business_days")
STATUTORY = replace(STANDARD, kind="statutory")
RESTLESS = replace(STANDARD, pauses_when_returned=False)

MOVES = {
    ("filed", "in_review"),
    ("filed", "withdrawn"),
    ("in_review", "returned"),
    ("in_review", "proposed"),
    ("in_review", "withdrawn"),
    ("returned", "in_review"),
    ("returned", "withdrawn"),
    ("proposed", "in_review"),
    ("proposed", "closed"),
    ("closed", "in_review"),  # a second look (再調査)
}


@pytest.mark.parametrize(("status", "to"), list(product(Status.values, Status.values)))
def test_only_the_moves_of_the_life_cycle_are_allowed(status, to):
    assert rules.may_move(status=status, to=to) == ((status, to) in MOVES)


@pytest.mark.parametrize("status", Status.values)
def test_a_resident_may_withdraw_until_a_decision_is_proposed(status):
    assert rules.may_withdraw(status) == (status in ("filed", "in_review", "returned"))


def test_the_first_day_is_not_counted_and_a_closed_last_day_rolls_over():
    # 30 days after 2026-11-23 is 2026-12-23; after 2026-12-01 it is 12-31, which is closed until 01-04.
    due = rules.due_on(clock=STANDARD, received_on=date(2026, 11, 23), closed_days=())
    over_new_year = rules.due_on(clock=STANDARD, received_on=date(2026, 12, 1), closed_days=())

    assert due == date(2026, 12, 23)
    assert over_new_year == date(2027, 1, 4)


def test_the_citys_own_closed_day_moves_the_due_day():
    due = rules.due_on(clock=STANDARD, received_on=date(2026, 11, 23), closed_days={date(2026, 12, 23)})

    assert due == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [(STANDARD, date(2026, 12, 25)), (STATUTORY, date(2026, 12, 18)), (RESTLESS, date(2026, 12, 18))],
)
def test_only_a_standard_period_rests_while_the_resident_answers(clock, expected):
    due = rules.due_after_pause(
        clock=clock,
        due=date(2026, 12, 18),
        returned_on=date(2026, 12, 1),
        answered_on=date(2026, 12, 8),
        closed_days=(),
    )

    assert due == expected


@pytest.mark.parametrize(
    ("clock", "answered_on", "expected"),
    [
        # asked on Thursday 12-03, due on Thursday 12-17
        (STANDARD, date(2026, 12, 3), date(2026, 12, 17)),  # the same day: no rest
        (STANDARD, date(2026, 12, 5), date(2026, 12, 21)),  # two days, and 12-19 is a Saturday
        (
            STANDARD,
            date(2026, 12, 15),
            date(2027, 1, 4),
        ),  # twelve days, and 12-29 lies in the turn of the year
        (BUSINESS, date(2026, 12, 7), date(2026, 12, 21)),  # Friday and Monday: two open days
        (BUSINESS, date(2026, 12, 6), date(2026, 12, 18)),  # Friday only
        (BUSINESS, date(2026, 12, 2), date(2026, 12, 17)),  # a clock that went backwards takes nothing away
    ],
)
def test_a_period_rests_in_its_own_unit_and_ends_on_an_open_day(clock, answered_on, expected):
    due = rules.due_after_pause(
        clock=clock,
        due=date(2026, 12, 17),
        returned_on=date(2026, 12, 3),
        answered_on=answered_on,
        closed_days=(),
    )

    assert due == expected


@pytest.mark.parametrize(
    ("clock", "expected"), [(STANDARD, date(2026, 12, 22)), (BUSINESS, date(2026, 12, 18))]
)
def test_the_citys_own_closed_days_count_in_a_rest_too(clock, expected):
    due = rules.due_after_pause(
        clock=clock,
        due=date(2026, 12, 17),
        returned_on=date(2026, 12, 3),
        answered_on=date(2026, 12, 7),
        closed_days={date(2026, 12, 4), date(2026, 12, 21)},
    )

    assert due == expected


@pytest.mark.parametrize(
    ("due", "status", "soon"),
    [
        (date(2026, 11, 23), "filed", True),
        (date(2026, 11, 30), "filed", True),
        (date(2026, 12, 1), "filed", False),
        (date(2026, 11, 22), "filed", False),
        (date(2026, 11, 25), "closed", False),
        (None, "filed", False),
    ],
)
def test_a_case_is_due_soon_within_a_week(due, status, soon):
    assert rules.is_due_soon(due=due, status=status, today=date(2026, 11, 23)) == soon


def kind(outcome, *, reason_required=False):
    return DecisionKind(outcome, Text(outcome), outcome, "", reason_required, "")


def test_a_notification_is_received_or_returned_and_never_refused():
    kinds = tuple(kind(o) for o in ("accepted", "returned", "refused", "dismissed"))
    workflow = SimpleNamespace(decisions=kinds)

    def kinds_of(act: str) -> tuple[DecisionKind, ...]:
        return rules.decision_kinds(cast(Definition, SimpleNamespace(kind_of_act=act, workflow=workflow)))

    of_notification, of_application = kinds_of("notification"), kinds_of("application")

    assert [k.outcome for k in of_notification] == ["accepted", "returned"]
    assert of_application == kinds


@pytest.mark.parametrize(
    ("outcome", "required", "needs"),
    [
        ("granted", False, False),
        ("granted", True, True),
        ("refused", False, True),
        ("dismissed", False, True),
        ("returned", False, True),
    ],
)
def test_a_decision_against_the_person_states_its_reason_whatever_the_definition_says(
    outcome, required, needs
):
    assert rules.needs_reason(kind(outcome, reason_required=required)) == needs


def test_nobody_decides_their_own_proposal():
    assert rules.may_decide(proposer=1, decider=2)
    assert not rules.may_decide(proposer=1, decider=1)


def test_a_document_number_reads_as_a_city_writes_it():
    assert rules.fiscal_document_number(prefix="盛子ど", era_year=8, number=12) == "盛子ど第8-12号"


# --- extending, and how long it takes -------------------------------------------------------------------------

LIMITED = replace(STATUTORY, extension=ClockExtension(30, "見本法 第2条", "seen"))
UNLIMITED = replace(STATUTORY, extension=ClockExtension(None, "介護保険法 第27条第11項", "verified"))
DUE = date(2026, 12, 23)


def days_of(clock, *, due=DUE, extended_days=0, today=date(2026, 12, 1)):
    return rules.extension_days(
        clock=clock, due=due, extended_days=extended_days, today=today, closed_days=()
    )


def test_a_statutory_period_is_extended_only_where_a_law_says_so():
    assert days_of(STATUTORY) is None
    assert days_of(UNLIMITED) == days_of(STANDARD) == (date(2026, 12, 24), date(2027, 12, 24))


def test_the_new_day_is_never_past_nor_before_the_present_one():
    assert days_of(STANDARD, today=date(2027, 1, 15)) == (date(2027, 1, 15), date(2028, 1, 15))


@pytest.mark.parametrize(
    ("extended_days", "today", "expected"),
    [
        (0, date(2026, 12, 1), (date(2026, 12, 24), date(2027, 1, 22))),
        (20, date(2026, 12, 1), (date(2026, 12, 24), date(2027, 1, 4))),  # 01-02 is closed
        (30, date(2026, 12, 1), None),
        (31, date(2026, 12, 1), None),
        (0, date(2027, 1, 22), (date(2027, 1, 22), date(2027, 1, 22))),
        (0, date(2027, 1, 23), None),
    ],
)
def test_all_extensions_together_keep_to_the_most(extended_days, today, expected):
    assert days_of(LIMITED, extended_days=extended_days, today=today) == expected


def test_days_are_counted_in_the_unit_of_the_clock():
    span: dict[str, Any] = {
        "after": date(2026, 12, 25),
        "until": date(2027, 1, 5),
        "closed_days": {date(2027, 1, 5)},
    }

    assert rules.days_counted(unit="calendar_days", **span) == 11
    assert rules.days_counted(unit="business_days", **span) == 2  # 12-28 and 01-04


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 24), date(2026, 11, 30)),
        (date(2026, 11, 30), date(2026, 12, 7)),
        (date(2026, 12, 7), None),
    ],
)
def test_a_forecast_is_the_next_day_by_which_others_were_decided(today, expected):
    forecast = rules.forecast_on(received_on=date(2026, 11, 23), half_days=5, most_days=14, today=today)

    assert forecast == expected  # five days on is a Saturday


@pytest.mark.parametrize(
    ("days", "half", "most"), [({3: 1}, 3, 3), ({0: 9, 40: 1}, 0, 0), ({1: 5, 2: 3, 9: 2}, 1, 9)]
)
def test_the_days_within_which_so_many_of_a_hundred_ended(days, half, most):
    assert (rules.reached_by(days, 50), rules.reached_by(days, 90)) == (half, most)


def test_of_no_cases_nothing_is_known():
    with pytest.raises(ValueError, match="no cases"):
        rules.reached_by({}, 50)


def test_a_day_is_past_on_the_day_after_it():
    assert not rules.is_past(due=DUE, today=DUE)
    assert rules.is_past(due=DUE, today=date(2026, 12, 24))
    assert not rules.is_past(due=None, today=DUE)
