from datetime import date, timedelta

import pytest

from madoguchi.identity.tests.factories import NOW, TODAY, StaffFactory, StaffSessionFactory
from madoguchi.organization import queries
from madoguchi.organization.rules import Capability, Role
from madoguchi.organization.tests.factories import (
    ClosedDayFactory,
    DepartmentFactory,
    PostingFactory,
    staff_with,
)

pytestmark = pytest.mark.django_db


def test_one_question_tells_session_staff_and_duties(django_assert_num_queries):
    first, second = DepartmentFactory(), DepartmentFactory()
    staff = StaffFactory()
    PostingFactory(staff=staff, department=first, role=Role.OFFICER)
    PostingFactory(staff=staff, department=second, role=Role.HEAD)
    PostingFactory(staff=staff, department=second, role=Role.APPROVER, valid_until=TODAY - timedelta(days=1))
    PostingFactory(department=second, role=Role.ADMINISTRATOR)
    StaffSessionFactory(staff=staff, token="mine")

    with django_assert_num_queries(1):
        found = queries.signed_in("mine", now=NOW, today=TODAY)
        assert found is not None
        assert found.session.staff == staff
        departments = queries.departments_of(found.session.staff, TODAY)

    assert departments == {first.code, second.code}
    assert found.duties == {
        queries.Duty(first.code, Role.OFFICER),
        queries.Duty(second.code, Role.HEAD),
    }


def test_staff_without_any_posting_are_signed_in_too():
    StaffSessionFactory(token="mine")

    found = queries.signed_in("mine", now=NOW, today=TODAY)

    assert found is not None
    assert found.duties == frozenset()


def test_an_unknown_token_is_nobody():
    assert queries.signed_in("nobody", now=NOW, today=TODAY) is None


def test_what_a_request_knows_holds_for_its_day_only(django_assert_num_queries):
    staff = staff_with(Role.OFFICER)
    queries.remember_duties(staff, TODAY, frozenset())

    assert queries.departments_of(staff, TODAY) == set()
    with django_assert_num_queries(1):
        assert len(queries.departments_of(staff, TODAY + timedelta(days=1))) == 1


def test_departments_are_told_for_the_roles_that_are_named():
    officer_in, head_in = DepartmentFactory(), DepartmentFactory()
    staff = staff_with(Role.OFFICER, department=officer_in)
    PostingFactory(staff=staff, department=head_in, role=Role.HEAD)

    assert queries.departments_of(staff, TODAY, (Role.HEAD, Role.APPROVER)) == {head_in.code}
    assert queries.has_capability(staff, Capability.DECIDE_CASES, TODAY)
    assert not queries.has_capability(staff, Capability.DECIDE_CASES, TODAY, department=officer_in.code)
    assert queries.has_capability(staff, Capability.SEE_CASES, TODAY, department=officer_in.code)


@pytest.mark.parametrize(
    ("span", "counts"),
    [
        ({"valid_from": TODAY}, True),
        ({"valid_from": TODAY + timedelta(days=1)}, False),
        ({"valid_until": TODAY}, True),
        ({"valid_until": TODAY - timedelta(days=1)}, False),
    ],
)
def test_a_posting_counts_from_its_first_to_its_last_day(span, counts):
    posting = PostingFactory(**span)

    assert bool(queries.departments_of(posting.staff, TODAY)) is counts
    found = queries.staff_with_role(posting.department.code, Role.OFFICER, TODAY)
    assert (found == [posting.staff]) is counts


def test_ended_accounts_hold_no_role():
    department = DepartmentFactory()
    staff_with(Role.OFFICER, department=department, active=False)

    assert queries.staff_with_role(department.code, Role.OFFICER, TODAY) == []


def test_departments_of_a_day_come_in_the_order_of_their_kana():
    later = DepartmentFactory(name_kana="ワ", valid_from=TODAY + timedelta(days=1))
    ended = DepartmentFactory(name_kana="ア", valid_until=TODAY - timedelta(days=1))
    second, first = DepartmentFactory(name_kana="ナ"), DepartmentFactory(name_kana="カ")

    assert queries.all_departments(TODAY) == [first, second]
    assert queries.department(ended.code) == ended
    assert set(queries.departments([later.code, first.code])) == {later.code, first.code}


def test_an_unknown_department_tells_its_code_only():
    unknown = queries.department("no-such")

    assert (unknown.name, unknown.phone) == ("no-such", "")


def test_closed_days_are_days():
    ClosedDayFactory(day=date(2027, 1, 4))

    assert queries.closed_days() == {date(2027, 1, 4)}


def test_names_of_departments_are_joined_for_the_head_of_a_page():
    staff = staff_with(Role.HEAD, department=DepartmentFactory(code="a", name="甲課"))
    PostingFactory(staff=staff, department=DepartmentFactory(code="b", name="乙課"))

    assert queries.department_names(staff, TODAY) == "甲課・乙課"
