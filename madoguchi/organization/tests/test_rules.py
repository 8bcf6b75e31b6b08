from datetime import date

import pytest

from madoguchi.organization import rules
from madoguchi.organization.rules import Capability, Role

# Every cell of the table of roles: a change here is a change of who may do what.
TABLE = {
    Capability.SEE_CASES: {Role.OFFICER, Role.APPROVER, Role.HEAD},
    Capability.HANDLE_CASES: {Role.OFFICER, Role.HEAD},
    Capability.ENTER_FILINGS: {Role.OFFICER, Role.HEAD},
    Capability.DECIDE_CASES: {Role.APPROVER, Role.HEAD},
    Capability.PROTECT_PEOPLE: {Role.HEAD},
    Capability.MANAGE_STAFF: {Role.ADMINISTRATOR},
    Capability.MANAGE_DEPARTMENTS: {Role.ADMINISTRATOR},
    Capability.SEE_JOBS: {Role.ADMINISTRATOR},
    Capability.RECORD_ACHIEVEMENTS: {Role.OFFICER, Role.HEAD, Role.OFFICE},
    Capability.MANAGE_PLAN: {Role.OFFICE},
}


@pytest.mark.parametrize("capability", list(Capability))
@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_table_says(role, capability):
    assert rules.may([role], capability) is (role in TABLE[capability])


@pytest.mark.parametrize("capability", list(Capability))
def test_the_roles_of_a_capability_are_found(capability):
    assert rules.roles_with(capability) == TABLE[capability]


def test_several_roles_add_up_and_no_role_may_nothing():
    assert rules.may([Role.OFFICER, Role.ADMINISTRATOR], Capability.SEE_JOBS)
    assert not rules.may([], Capability.SEE_CASES)


@pytest.mark.parametrize(
    ("on", "holds"),
    [
        (date(2026, 3, 31), False),
        (date(2026, 4, 1), True),
        (date(2027, 3, 31), True),
        (date(2027, 4, 1), False),
    ],
)
def test_first_and_last_day_of_a_span_count(on, holds):
    span = {"valid_from": date(2026, 4, 1), "valid_until": date(2027, 3, 31)}

    assert rules.is_in_force(**span, on=on) is holds


def test_a_span_without_end_goes_on():
    assert rules.is_in_force(valid_from=date(2020, 4, 1), valid_until=None, on=date(2100, 1, 1))


@pytest.mark.parametrize("code", ["a", "child-welfare", "tax2", "a-1"])
def test_codes_are_words_with_hyphens(code):
    assert rules.is_department_code(code)


@pytest.mark.parametrize("code", ["", "-a", "a-", "a--b", "A", "1a", "子ども", "a b", "a" * 41, "a\n"])
def test_other_texts_are_no_code(code):
    assert not rules.is_department_code(code)
