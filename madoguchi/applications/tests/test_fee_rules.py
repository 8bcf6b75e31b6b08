"""What is owed of a fee, and what may be recorded about it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.applications import fee_rules as rules
from madoguchi.applications.fee_rules import FeeKind, FeeState, Standing

DAY = date(2026, 11, 23)
YEN = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("standing", "state", "owed", "excess"),
    [
        (Standing(600), FeeState.OPEN, 600, 0),
        (Standing(600, paid=200), FeeState.OPEN, 400, 0),
        (Standing(600, paid=600), FeeState.PAID, 0, 0),
        (Standing(600, paid=300, waived=300), FeeState.PAID, 0, 0),
        (Standing(600, waived=600), FeeState.WAIVED, 0, 0),
        (Standing(300, waived=600), FeeState.WAIVED, 0, 0),
        (Standing(0), FeeState.FREE, 0, 0),
        (Standing(300, paid=600), FeeState.EXCESS, 0, 300),
        (Standing(600, paid=600, waived=600), FeeState.EXCESS, 0, 600),
        (Standing(300, paid=600, kept=300), FeeState.PAID, 0, 0),
        (Standing(600, is_asked=False), FeeState.ENDED, 0, 0),
        (Standing(600, paid=600, is_asked=False), FeeState.EXCESS, 0, 600),
        (Standing(600, paid=600, kept=600, is_asked=False), FeeState.PAID, 0, 0),
    ],
)
def test_a_fee_stands_where_its_sums_say(standing: Standing, state: str, owed: int, excess: int) -> None:
    assert (standing.state, standing.owed, standing.excess) == (state, owed, excess)


def test_no_more_is_paid_than_is_owed_nor_waived_than_is_due_nor_given_back_than_is_too_much() -> None:
    standing = Standing(600, paid=200)
    too_much = Standing(300, paid=500, kept=50)

    assert rules.most_of(standing, FeeKind.PAID) == 400
    assert rules.most_of(standing, FeeKind.WAIVED) == 600
    assert rules.most_of(too_much, FeeKind.REFUNDED) == 150
    assert rules.most_of(too_much, FeeKind.KEPT) == 150


@given(
    st.builds(Standing, YEN, paid=YEN, waived=YEN, is_asked=st.booleans()),
    st.sampled_from([FeeKind.PAID, FeeKind.WAIVED, FeeKind.REFUNDED, FeeKind.KEPT]),
)
def test_what_may_be_recorded_leaves_sound_sums_and_can_be_taken_back(standing: Standing, kind: str) -> None:
    most = rules.most_of(standing, kind)

    recorded = rules.after(standing, kind, most)

    assert recorded.is_sound
    assert rules.after(recorded, kind, -most) == standing
    if kind != FeeKind.WAIVED:
        assert rules.most_of(recorded, kind) == 0


@pytest.mark.parametrize(
    ("standing", "is_sound"),
    [
        (Standing(600, paid=600, kept=600), True),
        (Standing(600, paid=-1), False),
        (Standing(600, paid=0, kept=1), False),
        (Standing(600, waived=-1), False),
    ],
)
def test_sums_are_sound_when_nothing_is_kept_or_given_back_that_was_never_paid(
    standing: Standing, is_sound: bool
) -> None:
    assert standing.is_sound is is_sound


@pytest.mark.parametrize(("days", "allowed"), [(-6, False), (-5, True), (0, True), (1, False)])
def test_money_comes_between_the_filing_and_today(days: int, allowed: bool) -> None:
    received_on = DAY - timedelta(days=5)

    assert rules.may_be_paid_on(day=DAY + timedelta(days=days), received_on=received_on, today=DAY) is allowed


@pytest.mark.parametrize(
    ("due", "outcome", "owed", "held"),
    [
        ("before_decision", "granted", 300, True),
        ("before_decision", "accepted", 300, True),
        ("before_decision", "granted", 0, False),
        ("before_decision", "refused", 300, False),
        ("at_handing_over", "granted", 300, False),
    ],
)
def test_only_a_decision_in_favour_waits_for_a_fee_that_is_due_before_it(
    due: str, outcome: str, owed: int, held: bool
) -> None:
    assert rules.holds_back(due=due, outcome=outcome, owed=owed) is held


def test_a_refusal_ends_the_fee_for_what_would_have_been_handed_out() -> None:
    assert rules.is_no_longer_asked(due="at_handing_over", outcome="refused")
    assert not rules.is_no_longer_asked(due="before_decision", outcome="refused")
    assert not rules.is_no_longer_asked(due="at_handing_over", outcome="granted")
