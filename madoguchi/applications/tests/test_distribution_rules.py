"""Which rule fits a case, and who of several gets it."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.applications.distribution_rules import Facts, Rule, least_loaded, rules_that_fit, spread

ALL, PROCEDURE, TOWN, BOTH, LONGER = (UUID(int=n) for n in range(1, 6))
RULES = [
    Rule(ALL, "", (), ()),
    Rule(PROCEDURE, "claim", (), ()),
    Rule(TOWN, "", ("本町",), ()),
    Rule(BOTH, "claim", ("本町",), ()),
    Rule(LONGER, "", ("本町通", "菜園"), ()),
]
people = st.lists(st.integers(0, 20).map(lambda n: UUID(int=n)), min_size=1, max_size=8, unique=True)


def fitting(procedure_id: str, address_key: str) -> list[UUID]:
    return [rule.id for rule in rules_that_fit(RULES, Facts(procedure_id, address_key))]


def test_the_closest_rule_comes_first() -> None:
    assert fitting("claim", "本町通一丁目") == [BOTH, PROCEDURE, LONGER, TOWN, ALL]
    assert fitting("other", "本町一丁目") == [TOWN, ALL]
    assert fitting("other", "菜園") == [LONGER, ALL]


def test_a_case_without_address_is_given_by_no_town() -> None:
    assert fitting("claim", "") == [PROCEDURE, ALL]


def test_a_rule_whose_town_holds_no_letter_fits_nothing() -> None:
    assert rules_that_fit([Rule(TOWN, "", ("",), ())], Facts("claim", "本町")) == []


def test_of_rules_as_close_the_earlier_one_counts() -> None:
    twice = [Rule(PROCEDURE, "claim", (), ()), Rule(BOTH, "claim", (), ())]

    assert [rule.id for rule in rules_that_fit(twice, Facts("claim", ""))] == [PROCEDURE, BOTH]


@given(people, st.dictionaries(st.integers(0, 20).map(lambda n: UUID(int=n)), st.integers(0, 50)))
def test_a_case_goes_to_somebody_who_has_no_more_than_any_other(
    among: list[UUID], loads: dict[UUID, int]
) -> None:
    chosen = least_loaded(loads, among)

    assert chosen in among
    assert loads.get(chosen, 0) == min(loads.get(person, 0) for person in among)


@given(
    people,
    st.dictionaries(st.integers(0, 20).map(lambda n: UUID(int=n)), st.integers(0, 50)),
    st.integers(0, 60),
)
def test_every_case_is_spread_and_nobody_who_has_more_gets_one_before_who_has_less(
    among: list[UUID], loads: dict[UUID, int], count: int
) -> None:
    given_to = spread(count, loads, among)

    after = {person: loads.get(person, 0) + given_to[person] for person in among}
    assert sum(given_to.values()) == count
    assert set(given_to) == set(among)
    receivers = [after[person] for person in among if given_to[person]]
    assert not receivers or max(receivers) <= min(after.values()) + 1
