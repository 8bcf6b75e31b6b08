from datetime import date, timedelta
from typing import Any

import pytest

from madoguchi.audit.models import AuditEntry
from madoguchi.common import kernel
from madoguchi.identity.actions.accounts import Outdated
from madoguchi.identity.models import Staff, StaffSession
from madoguchi.identity.tests.factories import NOW, TODAY, StaffFactory, StaffSessionFactory
from madoguchi.organization import queries
from madoguchi.organization.actions import departments
from madoguchi.organization.actions import staff as actions
from madoguchi.organization.actions.permission import LastAdministrator, NotAllowed, OwnAccount
from madoguchi.organization.models import ClosedDay, Department, Posting
from madoguchi.organization.rules import Role
from madoguchi.organization.tests.factories import (
    ClosedDayFactory,
    DepartmentFactory,
    PostingFactory,
    staff_with,
)

pytestmark = pytest.mark.django_db

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def admin():
    return staff_with(Role.ADMINISTRATOR, login="admin")


def admin_posting(staff):
    return Posting.objects.select_related("staff").get(staff=staff, role=Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER, Role.HEAD, None])
def test_only_administrators_change_staff_and_departments(role):
    by = staff_with(role) if role else StaffFactory()
    person, department, posting = StaffFactory(), DepartmentFactory(), PostingFactory()
    known: dict[str, Any] = {"by": by, "now": NOW}
    values = dict.fromkeys(departments.EDITABLE, "")
    acts = [
        lambda: actions.open_staff(
            login="x1", display_name="", name_kana="", department=department, role=Role.HEAD, **known
        ),
        lambda: actions.rename(staff=person, version=1, display_name="", name_kana="", **known),
        lambda: actions.reset_password(staff=person, version=1, **known),
        lambda: actions.reset_authenticator(staff=person, version=1, **known),
        lambda: actions.deactivate(staff=person, version=1, **known),
        lambda: actions.reactivate(staff=person, version=1, **known),
        lambda: actions.unlock(staff=person, **known),
        lambda: actions.post(staff=person, department=department, role=Role.HEAD, valid_from=TODAY, **known),
        lambda: actions.end_posting(posting=posting, last_day=TODAY, **known),
        lambda: departments.open_department(department=Department(code="x", valid_from=TODAY), **known),
        lambda: departments.change_department(department=department, version=1, values=values, **known),
        lambda: departments.end_department(department=department, version=1, last_day=TODAY, **known),
        lambda: departments.add_closed_day(day=TODAY, name="", **known),
        lambda: departments.remove_closed_day(closed=ClosedDay(day=TODAY), **known),
    ]

    for act in acts:
        with pytest.raises(NotAllowed):
            act()

    assert not AuditEntry.objects.exists()


@pytest.mark.slow
def test_a_new_account_has_its_first_posting_from_today(admin):
    department = DepartmentFactory()

    opened, password = actions.open_staff(
        login="hanako",
        display_name="岩手 花子",
        name_kana="イワテ ハナコ",
        department=department,
        role=Role.OFFICER,
        by=admin,
        now=NOW,
    )

    assert queries.departments_of(Staff.objects.get(login="hanako"), TODAY) == {department.code}
    assert len(password) == 19
    assert set(AuditEntry.objects.values_list("act", "actor", "subject")) == {
        ("staff.opened", admin.actor, opened.actor),
        ("posting.begun", admin.actor, opened.actor),
    }


@pytest.mark.slow
@pytest.mark.parametrize("login", ["hanako", "HANAKO"])
def test_a_log_in_is_given_once_whatever_the_case(admin, login):
    StaffFactory(login="hanako")

    with pytest.raises(actions.LoginTaken):
        actions.open_staff(
            login=login,
            display_name="",
            name_kana="",
            department=DepartmentFactory(),
            role=Role.HEAD,
            by=admin,
            now=NOW,
        )


@pytest.mark.slow
def test_the_console_opens_the_first_administrator_and_no_second():
    department = DepartmentFactory()
    opened, _ = actions.open_first_administrator(
        login="root", display_name="管理者", department=department, now=NOW
    )
    Staff.objects.filter(pk=opened.pk).update(must_change_password=False)

    with pytest.raises(actions.NoAdministratorNeeded):
        actions.open_first_administrator(login="two", display_name="", department=department, now=NOW)


def test_a_rename_is_recorded_without_the_names(admin):
    person = StaffFactory()

    actions.rename(
        staff=person, version=1, display_name="盛岡 花子", name_kana="モリオカ ハナコ", by=admin, now=NOW
    )

    person.refresh_from_db()
    assert (person.display_name, person.version) == ("盛岡 花子", 2)
    assert "盛岡" not in str(AuditEntry.objects.values_list())
    with pytest.raises(Outdated):
        actions.rename(staff=person, version=1, display_name="", name_kana="", by=admin, now=NOW)


@pytest.mark.parametrize("act", ["reset_password", "reset_authenticator", "deactivate", "reactivate"])
def test_nobody_does_it_to_their_own_account(admin, act):
    with pytest.raises(OwnAccount):
        getattr(actions, act)(staff=admin, version=1, by=admin, now=NOW)
    with pytest.raises(OwnAccount):
        actions.unlock(staff=admin, by=admin, now=NOW)


@pytest.mark.slow
def test_what_an_administrator_does_to_an_account_is_done_and_recorded(admin):
    person = StaffFactory()

    actions.reset_password(staff=person, version=1, by=admin, now=NOW)
    actions.reset_authenticator(staff=person, version=2, by=admin, now=NOW)
    actions.deactivate(staff=person, version=3, by=admin, now=NOW)
    actions.reactivate(staff=person, version=4, by=admin, now=NOW)
    actions.unlock(staff=person, by=admin, now=NOW)

    assert set(AuditEntry.objects.values_list("act", "actor", "subject")) == {
        (f"staff.{act}", admin.actor, person.actor)
        for act in ("password_reset", "authenticator_reset", "deactivated", "reactivated", "unlocked")
    }


def test_deactivating_another_administrator_is_possible_while_one_remains(admin):
    other = staff_with(Role.ADMINISTRATOR)
    StaffSessionFactory(staff=other)

    actions.deactivate(staff=other, version=1, by=admin, now=NOW)

    assert not Staff.objects.get(pk=other.pk).active
    assert StaffSession.objects.get().ended_at == NOW


def test_the_last_administrator_without_end_stays():
    leaving = staff_with()
    PostingFactory(staff=leaving, role=Role.ADMINISTRATOR, valid_until=TODAY)
    last = staff_with(Role.ADMINISTRATOR)

    with pytest.raises(LastAdministrator):
        actions.deactivate(staff=last, version=1, by=leaving, now=NOW)
    with pytest.raises(LastAdministrator):
        actions.end_posting(posting=admin_posting(last), last_day=TODAY, by=leaving, now=NOW)


def test_two_administrators_cannot_remove_each_other_at_once(admin, monkeypatch):
    other = staff_with(Role.ADMINISTRATOR)
    commit = kernel.commit

    def overtaken(unit):
        monkeypatch.setattr(kernel, "commit", commit)
        actions.end_posting(posting=admin_posting(admin), last_day=YESTERDAY, by=other, now=NOW)
        commit(unit)

    monkeypatch.setattr(kernel, "commit", overtaken)

    with pytest.raises(LastAdministrator):
        actions.end_posting(posting=admin_posting(other), last_day=YESTERDAY, by=admin, now=NOW)

    assert [posting.staff for posting in queries.lasting_administrators(TODAY)] == [other]


def test_nobody_ends_their_own_administration(admin):
    staff_with(Role.ADMINISTRATOR)

    with pytest.raises(OwnAccount):
        actions.end_posting(posting=admin_posting(admin), last_day=YESTERDAY, by=admin, now=NOW)


def test_a_posting_is_given_once_without_end(admin):
    posting = PostingFactory()
    again: dict[str, Any] = {"staff": posting.staff, "department": posting.department, "role": posting.role}

    with pytest.raises(actions.AlreadyPosted):
        actions.post(**again, valid_from=TODAY, by=admin, now=NOW)

    actions.end_posting(posting=posting, last_day=YESTERDAY, by=admin, now=NOW)
    assert queries.departments_of(posting.staff, TODAY) == set()
    actions.post(**again, valid_from=TODAY, by=admin, now=NOW)
    assert queries.departments_of(posting.staff, TODAY) == {posting.department.code}


def test_a_posting_that_somebody_else_ended_is_not_ended_again(admin):
    posting = PostingFactory()
    actions.end_posting(posting=posting, last_day=TODAY, by=admin, now=NOW)

    with pytest.raises(actions.NotOpen):
        actions.end_posting(posting=posting, last_day=YESTERDAY, by=admin, now=NOW)


# --- departments -----------------------------------------------------------------------------------------


def test_a_department_is_opened_once(admin):
    for _ in range(2):
        department = Department(code="new", name="新課", name_kana="シンカ", valid_from=TODAY)
        try:
            departments.open_department(department=department, by=admin, now=NOW)
        except departments.CodeTaken:
            break
    else:
        pytest.fail("the code was taken twice")

    assert AuditEntry.objects.get().subject == "department:new"


def test_a_change_of_a_department_is_recorded_by_the_names_of_its_fields(admin):
    department = DepartmentFactory()
    values = {name: getattr(department, name) for name in departments.EDITABLE}
    values |= {"phone": "019-000-9999", "hours": "平日 9時〜17時"}

    departments.change_department(department=department, version=1, values=values, by=admin, now=NOW)

    department.refresh_from_db()
    assert (department.phone, department.version) == ("019-000-9999", 2)
    assert AuditEntry.objects.get().detail == {"changed": ["hours", "phone"]}
    with pytest.raises(Outdated):
        departments.change_department(department=department, version=1, values=values, by=admin, now=NOW)


def test_a_department_ends_with_its_postings(admin):
    department = DepartmentFactory()
    without_end = PostingFactory(department=department)
    later = PostingFactory(department=department, valid_until=date(2030, 3, 31))
    over = PostingFactory(department=department, valid_until=date(2021, 3, 31))

    departments.end_department(
        department=department, version=1, last_day=date(2027, 3, 31), by=admin, now=NOW
    )

    assert queries.department(department.code).valid_until == date(2027, 3, 31)
    for posting, until in ((without_end, 2027), (later, 2027), (over, 2021)):
        posting.refresh_from_db()
        assert posting.valid_until == date(until, 3, 31)
    with pytest.raises(Outdated):
        departments.end_department(department=department, version=1, last_day=TODAY, by=admin, now=NOW)


def test_a_department_with_the_last_administrator_or_oneself_does_not_end(admin):
    own = admin_posting(admin).department
    with pytest.raises(OwnAccount):
        departments.end_department(department=own, version=1, last_day=TODAY, by=admin, now=NOW)

    leaving = StaffFactory()
    PostingFactory(staff=leaving, role=Role.ADMINISTRATOR, valid_until=TODAY)
    with pytest.raises(LastAdministrator):
        departments.end_department(department=own, version=1, last_day=TODAY, by=leaving, now=NOW)

    staff_with(Role.ADMINISTRATOR)
    departments.end_department(department=own, version=1, last_day=TODAY, by=leaving, now=NOW)
    assert queries.department(own.code).valid_until == TODAY


def test_a_closed_day_is_added_once_and_can_be_removed(admin):
    departments.add_closed_day(day=date(2027, 5, 6), name="臨時休業", by=admin, now=NOW)
    with pytest.raises(departments.AlreadyClosed):
        departments.add_closed_day(day=date(2027, 5, 6), name="", by=admin, now=NOW)

    departments.remove_closed_day(closed=ClosedDay.objects.get(), by=admin, now=NOW)

    assert queries.closed_days() == frozenset()
    assert set(AuditEntry.objects.values_list("act", flat=True)) == {"closed_day.added", "closed_day.removed"}


def test_other_closed_days_stay(admin):
    kept = ClosedDayFactory()

    departments.remove_closed_day(closed=ClosedDayFactory(), by=admin, now=NOW)

    assert list(ClosedDay.objects.all()) == [kept]


def test_an_administration_that_ends_anyway_may_end_earlier(admin):
    posting = PostingFactory(role=Role.ADMINISTRATOR, valid_until=date(2030, 3, 31))

    actions.end_posting(posting=posting, last_day=TODAY, by=admin, now=NOW)

    posting.refresh_from_db()
    assert posting.valid_until == TODAY
