"""While somebody is away their substitute may act on their cases, and it is written down for whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from madoguchi.applications import actions, holders
from madoguchi.applications.actions import absence as absences
from madoguchi.applications.desk_case import event_rows, events_of
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.models import Absence, Application, CaseEvent
from madoguchi.applications.permissions import may_act_on
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import AbsenceFactory, ApplicationFactory, somebody
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.identity.models import Staff
from madoguchi.organization.models import Posting
from madoguchi.procedures import queries as procedures

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def day(offset: int) -> date:
    return clock.today() + timedelta(days=offset)


def recorded(desk: Desk, *, by: str = "officer", substitute: str | None = "second", **fields) -> Absence:
    values: dict[str, Any] = {"from_on": day(0), "until_on": day(5)} | fields
    return absences.record_absence(
        staff=desk["officer"],
        substitute=desk[substitute] if substitute else None,
        by=desk[by],
        now=clock.now(),
        **values,
    )


@pytest.mark.parametrize(("today", "may"), [(-1, False), (0, True), (5, True), (6, False)])
def test_a_substitute_may_act_from_the_first_day_to_the_last(desk: Desk, today: int, may: bool) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    recorded(desk)

    assert may_act_on(desk["second"], case, today=day(today)) is may


def test_a_substitute_from_elsewhere_gets_no_right_to_the_cases(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    AbsenceFactory(staff=desk["officer"], substitute=desk["stranger"])

    assert not may_act_on(desk["stranger"], case, today=day(0))


def test_what_a_substitute_does_is_written_down_for_whom(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    recorded(desk)

    actions.propose(application=case, kind="certified", reason="", by=desk["second"], now=clock.now())

    event = CaseEvent.objects.get(application=case, kind="propose")
    assert event.detail["for"] == str(desk["officer"].id)
    assert AuditEntry.objects.get(act="propose").detail["for"] == str(desk["officer"].id)
    row = event_rows(events_of(case, last=1), procedures.definition_of(case.procedure_version_id))[0]
    assert (row.who, row.text) == ("山本 実", "（不在の立花 和也さんの代理）")


def test_a_substitute_begins_the_review_of_a_fresh_case_for_its_holder(desk: Desk) -> None:
    case = ApplicationFactory(holder=desk["officer"])
    recorded(desk)
    browser = desk.browser("second")
    assert "代理で審査を始める" in text_of(browser.get(f"/desk/case/{case.id}/"))

    told = browser.post(f"/desk/case/{case.id}/take/", {"version": "1"}, follow=True)

    case.refresh_from_db()
    assert "担当者の代理として、審査を始めました。" in text_of(told)
    assert (case.status, case.holder) == ("in_review", desk["officer"])
    assert CaseEvent.objects.get(application=case, kind="take").detail["for"] == str(desk["officer"].id)
    with pytest.raises(NotAllowed):
        actions.take(application=case, by=desk["second"], now=clock.now())


def test_what_the_holder_does_names_nobody_else(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    recorded(desk)

    actions.propose(application=case, kind="certified", reason="", by=desk["officer"], now=clock.now())

    assert "for" not in CaseEvent.objects.get(application=case, kind="propose").detail


def test_after_the_absence_the_cases_are_as_before(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    absence = recorded(desk)

    absences.remove_absence(absence=absence, version=1, by=desk["head"], now=clock.now())

    case.refresh_from_db()
    assert case.holder == desk["officer"]
    assert not may_act_on(desk["second"], case, today=day(0))
    assert may_act_on(desk["officer"], case, today=day(0))


def test_days_on_which_somebody_is_away_already_are_refused(desk: Desk) -> None:
    first = recorded(desk)

    with pytest.raises(absences.Overlaps):
        recorded(desk, from_on=day(5), until_on=day(9))
    recorded(desk, from_on=day(6), until_on=day(9))
    with pytest.raises(absences.Overlaps):
        absences.change_absence(
            absence=first,
            version=1,
            substitute=None,
            from_on=day(0),
            until_on=day(6),
            by=desk["head"],
            now=clock.now(),
        )


def test_an_absence_is_changed_once_by_the_page_it_was_shown_on(desk: Desk) -> None:
    absence = recorded(desk)
    given: dict[str, Any] = {
        "substitute": None,
        "from_on": day(0),
        "until_on": day(1),
        "by": desk["head"],
        "now": clock.now(),
    }

    absences.change_absence(absence=absence, version=1, **given)
    with pytest.raises(ChangedMeanwhile):
        absences.change_absence(absence=absence, version=1, **given)
    with pytest.raises(ChangedMeanwhile):
        absences.remove_absence(absence=absence, version=1, by=desk["head"], now=clock.now())

    absence.refresh_from_db()
    assert (absence.substitute, absence.until_on, absence.version) == (None, day(1), 2)


@pytest.mark.parametrize(
    ("by", "allowed"),
    [
        ("officer", True),
        ("head", True),
        ("second", False),
        ("approver", False),
        ("stranger", False),
        ("administrator", False),
    ],
)
def test_an_absence_is_recorded_by_oneself_or_ones_head(desk: Desk, by: str, allowed: bool) -> None:
    if allowed:
        assert recorded(desk, by=by).recorded_by == desk[by]
    else:
        with pytest.raises(NotAllowed):
            recorded(desk, by=by)


@pytest.mark.parametrize("substitute", ["officer", "approver", "stranger"])
def test_who_stands_in_is_another_officer_of_the_department(desk: Desk, substitute: str) -> None:
    with pytest.raises(absences.NoSubstitute):
        recorded(desk, substitute=substitute)


def test_the_database_keeps_days_in_order_and_nobody_as_their_own_substitute(desk: Desk) -> None:
    absence = recorded(desk)

    with pytest.raises(IntegrityError):
        Absence.objects.filter(id=absence.id).update(until_on=day(-1))


def needing(desk: Desk) -> int:
    return holders.count_needing_a_holder({desk.department.code}, today=clock.today())


def test_open_cases_need_a_holder_when_nobody_has_them_or_who_has_them_cannot(desk: Desk) -> None:
    ApplicationFactory()
    ApplicationFactory(in_review=True, officer=desk["second"])
    ApplicationFactory(closed=True, officer=desk["officer"])
    assert needing(desk) == 1

    Posting.objects.filter(staff=desk["second"]).update(valid_until=day(-1))
    assert needing(desk) == 2
    Posting.objects.filter(staff=desk["second"]).update(valid_until=None)
    Staff.objects.filter(id=desk["second"].id).update(active=False)
    assert needing(desk) == 2


def test_cases_of_somebody_away_need_a_holder_unless_a_substitute_is_there(desk: Desk) -> None:
    third = somebody("officer", desk.department, display_name="渡辺 光")
    ApplicationFactory(in_review=True, officer=desk["officer"])
    absence = AbsenceFactory(staff=desk["officer"])
    assert needing(desk) == 1

    Absence.objects.filter(id=absence.id).update(substitute=third)
    assert needing(desk) == 0
    AbsenceFactory(staff=third)
    assert needing(desk) == 1


def test_nothing_is_asked_for_nobodys_departments(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert holders.count_needing_a_holder(set(), today=clock.today()) == 0


def test_an_officer_who_is_transferred_in_the_middle_can_no_longer_propose(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    Posting.objects.filter(staff=desk["officer"]).update(valid_until=day(-1))

    with pytest.raises(NotAllowed):
        actions.propose(
            application=case,
            kind="certified",
            reason="",
            by=Staff.objects.get(id=desk["officer"].id),
            now=clock.now(),
        )

    assert Application.objects.get(id=case.id).status == "in_review"
