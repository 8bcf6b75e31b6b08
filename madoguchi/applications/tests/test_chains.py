"""Who is consulted and who decides: plain rules."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.applications import chains
from madoguchi.applications.chains import Capacity, Chain, Opinion, WhyPassOver
from madoguchi.procedures.conditions import Answered
from madoguchi.procedures.definition import Approval, Delegation, Substitute, Workflow

TODAY = date(2026, 11, 27)
ROLES = ("officer", "approver", "head", "administrator")


def approval(**fields: object) -> Approval:
    values: dict[str, object] = {"decisions": (), "drafter": "officer", "approver": "approver"}
    return Approval(**(values | fields))  # type: ignore[arg-type]


def workflow(*approvals: Approval) -> Workflow:
    return Workflow((), (), (), approvals)


LOW, MIDDLE, HIGH = (
    approval(approver="approver", below=10_000),
    approval(approver="approver", post="課長", at_least=10_000, below=50_000),
    approval(approver="head"),
)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(0, LOW), (9_999, LOW), (10_000, MIDDLE), (49_999, MIDDLE), (50_000, HIGH), (None, HIGH)],
)
def test_the_amount_names_the_approver_and_an_unknown_one_counts_as_high(
    amount: int | None, expected: Approval
) -> None:
    found = chains.approval_for(workflow(LOW, MIDDLE, HIGH), "granted", amount=amount, answers={}, on=TODAY)

    assert found is expected


@given(amount=st.integers(min_value=0, max_value=10**9) | st.none())
def test_every_amount_has_exactly_the_first_chain_that_fits(amount: int | None) -> None:
    found = chains.approval_for(workflow(LOW, MIDDLE, HIGH), "granted", amount=amount, answers={}, on=TODAY)

    assert found is not None
    if amount is not None:
        assert found.at_least is None or amount >= found.at_least
        assert found.below is None or amount < found.below


def test_a_chain_that_names_the_decision_comes_before_one_for_all_and_answers_choose_among_them() -> None:
    general, named = approval(), approval(decisions=("refused",), approver="head")
    asked = approval(decisions=("refused",), post="部長", provided=Answered("spouse", True))
    flow = workflow(general, asked, named)

    def found(kind: str, answers: dict[str, str]) -> Approval | None:
        return chains.approval_for(flow, kind, amount=None, answers=answers, on=TODAY)

    assert found("granted", {"spouse": "yes"}) is general
    assert found("refused", {"spouse": "yes"}) is asked
    assert found("refused", {}) is named
    assert chains.approval_for(workflow(asked), "refused", amount=0, answers={}, on=TODAY) is None


@given(
    approver=st.sampled_from(("approver", "head")),
    substitute=st.sampled_from(("", "officer", "approver", "head")),
    delegation=st.sampled_from(("", "決裁規程")),
    roles=st.sets(st.sampled_from(ROLES)),
)
def test_somebody_decides_only_with_the_post_or_as_its_substitute(
    approver: str, substitute: str, delegation: str, roles: set[str]
) -> None:
    chain = Chain(approver=approver, substitute=substitute, delegation=delegation)

    found = chains.capacity_of(chain, roles)

    has_post = "head" in roles or (approver == "approver" and "approver" in roles)
    if has_post:
        assert found == (Capacity.DELEGATE if delegation else Capacity.APPROVER)
    elif found is not None:
        assert found == Capacity.SUBSTITUTE
        assert substitute
        assert roles & {"officer", "approver", "head"}
    if roles <= {"administrator"}:
        assert found is None


def test_a_chain_is_read_back_as_it_was_kept() -> None:
    rule = approval(
        approver="head",
        department="welfare",
        post="部長",
        delegation=Delegation("規程", "seen"),
        substitute=Substitute("approver", "次長"),
        in_turn=True,
        sample=20,
    )

    chain = chains.chain_of(rule)

    assert chains.restored(chain.stored()) == chain
    assert chain == Chain("head", "welfare", "部長", "規程", "approver", "次長", True, 20)
    assert chains.restored({}) == Chain() == chains.chain_of(None)


@dataclass
class Asked:
    """A consultation, as far as the rules look at it."""

    is_asked: bool = False
    is_settled: bool = False
    opinions: list[str] = field(default_factory=list)


STATES = st.sampled_from(((False, False), (True, False), (True, True)))


@given(states=st.lists(STATES, max_size=6), in_turn=st.booleans())
def test_nobody_is_asked_twice_and_in_turn_one_after_the_other(
    states: list[tuple[bool, bool]], in_turn: bool
) -> None:
    rows = [Asked(*state) for state in states]

    places = chains.next_asked(rows, in_turn=in_turn)

    assert all(not rows[place].is_asked for place in places)
    if in_turn:
        assert len(places) <= 1
        assert all(row.is_settled for place in places for row in rows[:place])
    else:
        assert len(places) == sum(not row.is_asked for row in rows)


@given(count=st.integers(min_value=0, max_value=8), in_turn=st.booleans())
def test_a_chain_whose_departments_consent_comes_to_its_end(count: int, in_turn: bool) -> None:
    rows = [Asked() for _ in range(count)]
    rounds = 0
    while places := chains.next_asked(rows, in_turn=in_turn):
        for place in places:
            rows[place].is_asked = rows[place].is_settled = True
        rounds += 1

    assert chains.is_settled(rows)
    assert rounds == (count if in_turn else min(count, 1))


DUE = TODAY + timedelta(days=1)
WAITING = {
    "opinion": "",
    "is_asked": True,
    "answer_by": DUE,
    "today": TODAY,
    "can_answer": True,
    "is_hidden": False,
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"today": DUE}, None),  # the last day counts
        ({"today": DUE + timedelta(days=1)}, WhyPassOver.LATE),
        ({"can_answer": False}, WhyPassOver.NOBODY),
        ({"is_hidden": True}, WhyPassOver.HIDDEN),
        ({"opinion": Opinion.DISAGREED}, WhyPassOver.DISAGREED),
        ({"opinion": Opinion.AGREED, "can_answer": False}, None),
        ({"is_asked": False, "answer_by": None, "can_answer": False}, None),
    ],
)
def test_an_approver_goes_on_without_a_consent_only_for_a_reason(
    changes: dict[str, object], expected: WhyPassOver | None
) -> None:
    assert chains.why_pass_over(**(WAITING | changes)) == expected  # type: ignore[arg-type]


@given(decision_id=st.uuids(), sample=st.integers(min_value=1, max_value=100))
def test_what_is_opened_is_the_same_for_everybody_and_grows_with_the_share(
    decision_id: uuid.UUID, sample: int
) -> None:
    found = chains.must_be_opened(decision_id, sample=sample, is_protected=False)

    assert found == chains.must_be_opened(decision_id, sample=sample, is_protected=False)
    assert chains.must_be_opened(decision_id, sample=100, is_protected=False)
    assert chains.must_be_opened(decision_id, sample=sample, is_protected=True)
    if found:
        assert chains.must_be_opened(decision_id, sample=min(sample + 1, 100), is_protected=False)


def test_about_as_many_are_opened_as_the_rule_says() -> None:
    drawn = sum(chains.must_be_opened(uuid.UUID(int=n), sample=20, is_protected=False) for n in range(2000))

    assert 340 < drawn < 460


def test_another_proposal_has_another_digest() -> None:
    content = {"kind": "refused", "reason": "理由", "answers": {"a": 1, "b": [1, 2]}}

    assert chains.content_digest(content) == chains.content_digest(dict(reversed(content.items())))
    assert chains.content_digest(content) != chains.content_digest(content | {"reason": "別"})
