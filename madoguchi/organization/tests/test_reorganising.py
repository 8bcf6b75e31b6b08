"""Reorganisations: planned, decided, carried out on their day, undone; people go along and nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, jobs
from madoguchi.common.models import Job
from madoguchi.identity.actions.accounts import Outdated
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import NOW, TODAY
from madoguchi.organization import handlers, queries
from madoguchi.organization.actions import reorganising
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.models import Department, Posting, Reorganisation, Stage
from madoguchi.organization.rules import Fault
from madoguchi.organization.tests.factories import (
    DepartmentFactory,
    PostingFactory,
    ReorganisationFactory,
    SuccessionFactory,
    staff_with,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]

DAY = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def admin(db: None) -> Staff:
    return staff_with("administrator")


def planned(
    *lines: tuple[Department, str, Department], on_day: date = TODAY, **fields: Any
) -> Reorganisation:
    row = ReorganisationFactory(on_day=on_day)
    for old, procedure_id, new in lines:
        SuccessionFactory(reorganisation=row, old=old, new=new, procedure_id=procedure_id, **fields)
    return row


def decided(row: Reorganisation, admin: Staff) -> Reorganisation:
    reorganising.decide(reorganisation=row, version=row.version, by=admin, now=clock.now())
    row.refresh_from_db()
    return row


def carried_out(row: Reorganisation, admin: Staff) -> Reorganisation:
    handlers.reorganise({"reorganisation": str(row.id), "version": decided(row, admin).version})
    row.refresh_from_db()
    return row


def roles(staff: Staff, day: date) -> set[tuple[str, str]]:
    fresh = Staff.objects.get(id=staff.id)
    return {(duty.department, duty.role) for duty in queries.duties_of(fresh, day)}


def test_the_job_waits_for_the_first_moment_of_the_day_in_japan(admin: Staff) -> None:
    decided(planned((DepartmentFactory(), "", DepartmentFactory()), on_day=date(2027, 4, 1)), admin)

    run_at = Job.objects.get(kind="organization.reorganise").run_at
    assert run_at.astimezone(clock.TOKYO).isoformat() == "2027-04-01T00:00:00+09:00"


def test_people_go_along_on_the_day_and_the_old_department_ends(admin: Staff) -> None:
    old, new = DepartmentFactory(), DepartmentFactory()
    officer = staff_with("officer", "approver", department=old)
    leaving = PostingFactory(department=old, role="head", valid_until=TODAY + timedelta(days=30)).staff

    carried_out(planned((old, "", new)), admin)

    old.refresh_from_db()
    assert old.valid_until == YESTERDAY
    assert roles(officer, YESTERDAY) == {(old.code, "officer"), (old.code, "approver")}
    assert roles(officer, TODAY) == {(new.code, "officer"), (new.code, "approver")}
    assert roles(leaving, TODAY + timedelta(days=30)) == {(new.code, "head")}
    assert roles(leaving, TODAY + timedelta(days=31)) == set()
    assert queries.in_charge(old.code, "any") == new.code


def test_a_department_that_ends_the_day_before_anyway_keeps_its_last_day(admin: Staff) -> None:
    old, new = DepartmentFactory(valid_until=YESTERDAY), DepartmentFactory()

    row = carried_out(planned((old, "", new)), admin)

    old.refresh_from_db()
    assert (old.valid_until, old.version) == (YESTERDAY, 1)
    assert row.changed_rows["departments"] == {}


def test_whose_role_is_there_already_or_still_to_come_is_not_doubled(admin: Staff) -> None:
    old, other, new = DepartmentFactory(), DepartmentFactory(), DepartmentFactory()
    officer = staff_with("officer", department=old)
    for department in (other, new):
        PostingFactory(staff=officer, department=department)
    later = PostingFactory(department=old, valid_from=TODAY + timedelta(days=9)).staff

    carried_out(planned((old, "", new), (other, "", new)), admin)

    assert Posting.objects.filter(staff=officer, department=new).count() == 1
    assert roles(later, TODAY + timedelta(days=8)) == set()
    assert roles(later, TODAY + timedelta(days=9)) == {(new.code, "officer")}


def test_where_a_part_goes_the_department_stays_and_so_do_those_who_do_not_go_along(admin: Staff) -> None:
    old, new = DepartmentFactory(), DepartmentFactory()
    officer = staff_with("officer", department=old)

    carried_out(planned((old, "p", new), with_staff=False), admin)

    old.refresh_from_db()
    assert old.valid_until is None
    assert roles(officer, TODAY) == {(old.code, "officer")}
    assert (queries.in_charge(old.code, "p"), queries.in_charge(old.code, "q")) == (new.code, old.code)


def test_the_administrators_own_department_can_be_renamed_and_somebody_administers_at_every_moment(
    admin: Staff,
) -> None:
    old, new = Posting.objects.get(staff=admin).department, DepartmentFactory()

    row = carried_out(planned((old, "", new), with_staff=False), admin)

    assert roles(admin, TODAY) == {(new.code, "administrator")}
    assert queries.lasting_administrators(TODAY).count() == 1
    fresh = Staff.objects.get(id=admin.id)
    reorganising.undo(reorganisation=row, version=row.version, by=fresh, now=clock.now())
    assert roles(admin, TODAY) == {(old.code, "administrator")}


def test_it_is_carried_out_once_and_not_when_it_was_taken_back(admin: Staff) -> None:
    old, new = DepartmentFactory(), DepartmentFactory()
    row = decided(planned((old, "", new)), admin)
    version = row.version

    reorganising.take_back(reorganisation=row, version=version, by=admin, now=clock.now())
    handlers.reorganise({"reorganisation": str(row.id), "version": version})
    row.refresh_from_db()
    assert row.stage == Stage.PLANNED
    carried_out(row, admin)
    for job in Job.objects.filter(kind="organization.reorganise"):
        handlers.reorganise(job.payload)

    assert AuditEntry.objects.filter(act="reorganisation.carried_out").count() == 1
    assert Job.objects.filter(kind="organization.reorganised").count() == 1
    handlers.reorganise({"reorganisation": "00000000-0000-7000-8000-000000000000", "version": 1})


def test_what_was_carried_out_can_no_longer_be_taken_back(admin: Staff) -> None:
    row = carried_out(planned((DepartmentFactory(), "", DepartmentFactory())), admin)

    with pytest.raises(Outdated):
        reorganising.take_back(reorganisation=row, version=row.version, by=admin, now=clock.now())


def test_undone_the_people_are_back_from_today_on_and_history_says_where_they_were(
    admin: Staff, time: Any
) -> None:
    old, new = DepartmentFactory(), DepartmentFactory()
    officer = staff_with("officer", department=old)
    gone = staff_with("officer", department=old)
    row = carried_out(planned((old, "", new)), admin)
    time.forward(days=10)
    today = clock.today()
    Posting.objects.filter(staff=gone, department=new).update(valid_until=today - timedelta(days=2))
    Staff.objects.filter(id=gone.id).update(active=False)

    reorganising.undo(reorganisation=row, version=row.version, by=admin, now=clock.now())

    old.refresh_from_db()
    row.refresh_from_db()
    assert (row.stage, old.valid_until) == (Stage.UNDONE, None)
    assert roles(officer, today - timedelta(days=1)) == {(new.code, "officer")}
    assert roles(officer, today) == {(old.code, "officer")}
    assert roles(gone, today) == set()
    assert queries.in_charge(old.code, "p") == old.code
    with pytest.raises(NotAllowed):
        reorganising.undo(reorganisation=row, version=row.version, by=admin, now=clock.now())


def test_who_was_posted_again_meanwhile_is_not_doubled(admin: Staff) -> None:
    old, new = DepartmentFactory(), DepartmentFactory()
    officer = staff_with("officer", department=old)
    row = carried_out(planned((old, "", new)), admin)
    PostingFactory(staff=officer, department=old, valid_from=TODAY)

    reorganising.undo(reorganisation=row, version=row.version, by=admin, now=clock.now())

    assert Posting.objects.filter(staff=officer, department=old, valid_until=None).count() == 1


def test_what_a_later_reorganisation_builds_on_is_not_undone(admin: Staff, time: Any) -> None:
    first, second, third = (DepartmentFactory() for _ in range(3))
    row = carried_out(planned((first, "", second)), admin)
    time.forward(days=400)
    later = carried_out(planned((second, "", third), on_day=clock.today()), admin)
    assert queries.in_charge(first.code, "p") == third.code

    with pytest.raises(NotAllowed):
        reorganising.undo(reorganisation=row, version=row.version, by=admin, now=clock.now())
    reorganising.undo(reorganisation=later, version=later.version, by=admin, now=clock.now())
    reorganising.undo(reorganisation=row, version=row.version, by=admin, now=clock.now())

    assert queries.in_charge(first.code, "p") == first.code


def test_a_plan_with_faults_is_not_decided(admin: Staff) -> None:
    row = planned()

    with pytest.raises(reorganising.Faulty) as refused:
        reorganising.decide(reorganisation=row, version=1, by=admin, now=clock.now())

    assert refused.value.faults == [(Fault.NO_LINES, "")]
    assert not Job.objects.exists()


def test_two_administrators_at_once_change_a_plan_once(admin: Staff) -> None:
    row = planned((DepartmentFactory(), "", DepartmentFactory()))
    line = row.lines.get()
    given: dict[str, Any] = {"by": admin, "now": clock.now()}
    reorganising.change_plan(reorganisation=row, version=1, name="組織改正", on_day=DAY, **given)

    with pytest.raises(Outdated):
        reorganising.change_plan(reorganisation=row, version=1, name="別", on_day=DAY, **given)
    with pytest.raises(Outdated):
        reorganising.remove_line(line=line, version=1, **given)
    with pytest.raises(Outdated):
        reorganising.remove_plan(reorganisation=row, version=1, **given)
    with pytest.raises(Outdated):
        reorganising.decide(reorganisation=row, version=1, **given)

    assert row.lines.count() == 1


@pytest.mark.parametrize("role", ["officer", "approver", "head", "office"])
def test_only_an_administrator_reorganises(role: str) -> None:
    by, row = staff_with(role), planned((DepartmentFactory(), "", DepartmentFactory()))
    given: dict[str, Any] = {"by": by, "now": NOW}

    for act in (reorganising.decide, reorganising.take_back, reorganising.undo, reorganising.remove_plan):
        with pytest.raises(NotAllowed):
            act(reorganisation=row, version=1, **given)
    with pytest.raises(NotAllowed):
        reorganising.plan(name="甲", on_day=DAY, **given)
    with pytest.raises(NotAllowed):
        reorganising.remove_line(line=row.lines.get(), version=1, **given)


def test_a_job_that_meets_another_change_is_tried_again(
    admin: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = DepartmentFactory(), DepartmentFactory()
    row = decided(planned((old, "", new)), admin)
    stale = Reorganisation.objects.get(id=row.id)
    lines = queries.lines_of(stale)
    Department.objects.filter(code=old.code).update(version=7)
    with monkeypatch.context() as held:
        held.setattr(queries, "lines_of", lambda _row: lines)
        with pytest.raises(Outdated):
            reorganising.carry_out(reorganisation=stale, version=stale.version, now=clock.now())

    reorganising.carry_out(reorganisation=stale, version=stale.version, now=clock.now())

    row.refresh_from_db()
    assert row.stage == Stage.DONE
    assert "organization.reorganise" in jobs.kinds()
