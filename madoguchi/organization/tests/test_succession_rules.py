"""What becomes of departments in reorganisations: who is in charge, who inherits what, which plans do not work."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.organization import rules
from madoguchi.organization.rules import Fault, Line, Part

TODAY = date(2026, 11, 23)
DAY = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)


def test_a_named_procedure_goes_its_own_way_and_the_rest_the_other() -> None:
    changes = [[Line("a", "", "b"), Line("a", "p", "c")]]

    assert [rules.in_charge(changes, "a", one) for one in ("p", "q", "")] == ["c", "b", "b"]
    assert rules.in_charge(changes, "z", "p") == "z"


def test_changes_are_followed_one_after_the_other_and_a_department_may_come_back() -> None:
    assert rules.in_charge([[Line("a", "", "b")], [Line("b", "", "c")]], "a", "p") == "c"
    assert rules.in_charge([[Line("a", "", "b")], [Line("b", "", "a")]], "a", "p") == "a"


def test_a_merger_is_inherited_whole_and_a_division_in_parts() -> None:
    merger = [[Line("a", "", "m"), Line("b", "", "m")]]
    division = [[Line("a", "", "x"), Line("a", "p", "y")]]

    assert rules.inherited(merger, {"m"}) == ({"a", "b"}, [])
    assert rules.inherited(division, {"x"}) == (set(), [Part("a", frozenset({"p"}), is_rest=True)])
    assert rules.inherited(division, {"y"}) == (set(), [Part("a", frozenset({"p"}), is_rest=False)])
    assert rules.inherited(division, {"x", "y"}) == ({"a"}, [])
    assert rules.inherited(division, {"z"}) == (set(), [])


lines = st.builds(Line, st.sampled_from("abcd"), st.sampled_from(["", "p", "q"]), st.sampled_from("abcd"))


@given(st.lists(st.lists(lines, max_size=4), max_size=4), st.sets(st.sampled_from("abcd")))
def test_people_inherit_just_what_their_departments_are_in_charge_of(
    changes: list[list[Line]], own: set[str]
) -> None:
    whole, parts = rules.inherited(changes, own)

    olds = {line.old for one in changes for line in one} - own
    for old in olds:
        for procedure in ("p", "q", "r"):
            part = next((one for one in parts if one.code == old), None)
            reached = old in whole or (part is not None and (procedure in part.procedures) != part.is_rest)
            assert reached == (rules.in_charge(changes, old, procedure) in own)


@pytest.mark.parametrize(
    ("lines", "on_day", "found"),
    [
        ([], DAY, [(Fault.NO_LINES, "")]),
        ([Line("a", "", "b")], YESTERDAY, [(Fault.PAST, "")]),
        ([Line("a", "", "b")], DAY, []),
        ([Line("gone", "", "b")], DAY, [(Fault.OLD_NOT_THERE, "gone")]),
        ([Line("a", "", "gone")], DAY, [(Fault.NEW_NOT_THERE, "gone")]),
        ([Line("a", "", "b"), Line("b", "", "c")], DAY, [(Fault.CHAIN, "b")]),
        ([Line("a", "", "b"), Line("b", "p", "c")], DAY, []),
    ],
)
def test_what_stands_against_a_plan_is_told(
    lines: list[Line], on_day: date, found: list[tuple[Fault, str]]
) -> None:
    since = date(2020, 4, 1)
    spans = dict.fromkeys("abc", (since, None)) | {"gone": (since, date(2021, 3, 31))}

    assert rules.faults(lines, spans, on_day=on_day, today=TODAY) == found
