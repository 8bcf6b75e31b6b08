"""The figures of a section, each held against a count by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import desk_figures as figures
from madoguchi.applications.models import Application, CaseEvent, Correction, CorrectionItem, Decision, Status
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    CaseEventFactory,
    DecisionFactory,
    SavedFilterFactory,
    SecondLookRequestFactory,
    answers_of,
    offered,
)
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.common.tests.lists import both_files

pytestmark = pytest.mark.django_db

PROCEDURE = "child-allowance-claim"


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def here(desk: Desk) -> set[str]:
    return {desk.department.code}


def days_ago(days: int):
    return clock.today() - timedelta(days=days)


def test_open_cases_stand_in_the_band_of_their_days_since_receipt(desk: Desk) -> None:
    for days in (0, 7, 8, 14, 15, 30, 31, 400):
        ApplicationFactory(received_on=days_ago(days), due_on=days_ago(days - 30))
    ApplicationFactory(closed=True, officer=desk["officer"])

    found = figures.ages(here(desk), today=clock.today())

    assert [(one.procedure_id, one.bands, one.overdue) for one in found] == [(PROCEDURE, (2, 2, 2, 2), 2)]


def test_a_case_that_waits_for_the_resident_is_not_late(desk: Desk) -> None:
    ApplicationFactory(returned=True, officer=desk["officer"], due_on=days_ago(3))
    ApplicationFactory(in_review=True, officer=desk["officer"], due_on=days_ago(3))
    ApplicationFactory()

    found = figures.loads(here(desk), today=clock.today())

    name = desk["officer"].display_name
    assert [(one.name, one.open, one.overdue) for one in found] == [(name, 2, 1), ("", 1, 0)]


def test_officers_stand_by_the_reading_of_their_names_however_much_they_have(desk: Desk) -> None:
    for who, many in (("officer", 1), ("second", 3)):
        for _ in range(many):
            ApplicationFactory(in_review=True, officer=desk[who])

    found = figures.loads(here(desk), today=clock.today())

    people = sorted((desk["officer"], desk["second"]), key=lambda one: (one.name_kana, one.display_name))
    assert [one.name for one in found] == [one.display_name for one in people]


def test_a_question_counts_once_a_case_whichever_member_and_however_often(desk: Desk) -> None:
    case = ApplicationFactory(returned=True, officer=desk["officer"])
    for _ in range(3):
        ApplicationFactory()
    correction = Correction.objects.get(application=case)
    CorrectionItem.objects.all().delete()
    for target_id in ("children/m1/child_name", "children/m2/child_name"):
        CorrectionItem.objects.create(
            correction=correction, target="question", target_id=target_id, reason_code="x"
        )

    (one,) = figures.corrections(here(desk), now=clock.now())

    assert (one.procedure_id, one.cases, one.of, one.percent) == (PROCEDURE, 1, 4, 25)


def test_corrections_of_cases_filed_more_than_a_year_ago_are_not_counted(desk: Desk) -> None:
    ApplicationFactory(returned=True, officer=desk["officer"])
    Application.objects.update(filed_at=clock.now() - timedelta(days=366))

    assert figures.corrections(here(desk), now=clock.now()) == []


def test_days_of_waiting_for_the_resident_are_told_apart(desk: Desk) -> None:
    for whole, waited in ((10, 4), (20, 0)):
        case = ApplicationFactory(closed=True, officer=desk["officer"])
        closed_at = clock.now() - timedelta(days=1)
        filed_at = closed_at - timedelta(days=whole)
        Application.objects.filter(id=case.id).update(
            filed_at=closed_at,  # a paper: typed in at the end, received before
            received_on=clock.tokyo_date(filed_at),
            closed_at=closed_at,
        )
        Decision.objects.filter(application=case).update(
            decided_at=closed_at, due_on=clock.tokyo_date(filed_at + timedelta(days=15))
        )
        if waited:
            Correction.objects.create(
                application=case,
                asked_at=filed_at,
                asked_by=desk["officer"],
                answer_by_on=clock.today(),
                answered_at=filed_at + timedelta(days=waited),
            )

    (one,) = figures.taken(here(desk), now=clock.now())

    assert (one.cases, one.days, one.waiting, one.working, one.late) == (2, 15, 2, 13, 1)


def test_a_second_look_is_counted_by_itself_from_the_day_it_was_asked_for(desk: Desk) -> None:
    case, now = ApplicationFactory(closed=True, officer=desk["officer"]), clock.now()
    Application.objects.filter(id=case.id).update(received_on=clock.tokyo_date(now - timedelta(days=100)))
    Decision.objects.filter(application=case).update(decided_at=now - timedelta(days=90), due_on=None)
    asked_at = now - timedelta(days=8)
    SecondLookRequestFactory(application=case, asked_on=clock.tokyo_date(asked_at), entered_at=asked_at)
    DecisionFactory(application=case, decided_at=now, proposed_at=now)
    for asked, answered in ((95, 92), (7, 6)):
        Correction.objects.create(
            application=case,
            asked_at=now - timedelta(days=asked),
            asked_by=desk["officer"],
            answer_by_on=clock.today(),
            answered_at=now - timedelta(days=answered),
        )

    (one,) = figures.taken(here(desk), now=now)
    (later,) = figures.taken(here(desk), now=now + timedelta(days=300))

    assert (one.cases, one.days, one.waiting) == (2, 9, 2)  # ten days and eight; three days waited and one
    assert (later.cases, later.days, later.waiting) == (1, 8, 1)  # the first lies too far back by then


def test_the_page_shows_only_the_departments_of_who_looks(desk: Desk) -> None:
    ApplicationFactory(in_review=True, officer=desk["officer"])

    own = text_of(desk.browser("head").get("/desk/figures/"))
    other = text_of(desk.browser("stranger").get(f"/desk/figures/?department={desk.department.code}"))

    assert "手続中は1件" in own
    assert "手続中は0件" in other


def test_days_are_summed_by_weeks_from_monday_of_which_the_first_and_the_last_may_be_parts() -> None:
    today = date(2026, 11, 25)  # a Wednesday; the first of its thirty days is Tuesday, 27 October
    days = [
        figures.Day(today, "b", 3, 1),
        figures.Day(date(2026, 11, 23), "b", 1, 0),
        figures.Day(date(2026, 11, 23), "a", 0, 2),
        figures.Day(date(2026, 11, 22), "b", 5, 0),
        figures.Day(date(2026, 10, 27), "b", 7, 4),
    ]

    assert figures.weeks(days, today=today) == [
        figures.Week(date(2026, 11, 23), today, "a", 0, 2),
        figures.Week(date(2026, 11, 23), today, "b", 4, 1),
        figures.Week(date(2026, 11, 16), date(2026, 11, 22), "b", 5, 0),
        figures.Week(date(2026, 10, 27), date(2026, 11, 1), "b", 7, 4),
    ]


def test_the_days_are_folded_below_their_weeks_and_whole_in_the_file(desk: Desk) -> None:
    for days in (0, 10, 20):
        ApplicationFactory(received_on=days_ago(days))
    browser = desk.browser("officer")

    page = text_of(browser.get("/desk/figures/"))
    folded = page.partition('class="details"')[2].partition("</details>")[0]
    lines = both_files(browser, "/desk/figures/days.csv")

    assert "日ごとの件数を開く（3行）" in folded
    assert all(days_ago(days).isoformat() in folded for days in (0, 10, 20))
    assert "週ごとの合計" in page.partition('class="details"')[0]
    assert [line[0] for line in lines[1:]] == [days_ago(days).isoformat() for days in (0, 10, 20)]


def test_each_table_leaves_as_a_file(desk: Desk) -> None:
    ApplicationFactory(in_review=True, officer=desk["officer"])
    browser = desk.browser("officer")

    for name in ("ages", "loads", "corrections", "taken"):
        lines = both_files(browser, f"/desk/figures/{name}.csv")
        assert len(lines) == (2 if name in ("ages", "loads") else 1)
    assert browser.get("/desk/figures/other.csv").status_code == 404


def test_the_page_asks_as_often_for_many_cases_as_for_one(desk: Desk) -> None:
    browser = desk.browser("officer")
    ApplicationFactory(returned=True, officer=desk["officer"])
    browser.get("/desk/figures/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/desk/figures/")
    for _ in range(5):
        ApplicationFactory(returned=True, officer=desk["second"])
        ApplicationFactory(closed=True, officer=desk["second"])

    with CaptureQueriesContext(connection) as many:
        browser.get("/desk/figures/")

    assert len(many) == len(few)


def test_a_statutory_period_is_late_in_list_filter_and_figures_while_the_resident_answers(desk: Desk) -> None:
    case = ApplicationFactory(procedure_version=offered("all_kinds"), answers=answers_of("all_kinds"))
    here = desk.department.code
    Application.objects.filter(id=case.id).update(
        status=Status.RETURNED, due_on=days_ago(3), department_code=here
    )
    ApplicationFactory(returned=True, officer=desk["officer"], due_on=days_ago(3))
    saved = SavedFilterFactory(owner=desk["officer"], name="期限超過", query="due=overdue")

    listed = text_of(desk.browser("officer").get("/desk/?due=overdue"))

    assert (grouped(case.receipt_number) in listed, "3日超過" in listed) == (True, True)
    assert f'{saved.name} <span class="count">1</span>' in listed
    assert sum(one.overdue for one in figures.ages({here}, today=clock.today())) == 1


def happened(case: Application, *events: tuple[str, int]) -> None:
    """What happened to a case, each so many days ago."""
    CaseEvent.objects.filter(application=case).delete()
    for kind, days in events:
        CaseEventFactory(application=case, kind=kind, at=clock.now() - timedelta(days=days))


def test_each_stage_is_counted_for_itself_and_a_case_that_comes_back_stands_there_longer(desk: Desk) -> None:
    straight = ApplicationFactory(closed=True, officer=desk["officer"])
    back = ApplicationFactory(closed=True, officer=desk["officer"])
    happened(straight, ("filed", 10), ("take", 8), ("note", 7), ("propose", 5), ("decide", 4))
    happened(
        back,
        ("filed", 30),
        ("take", 28),
        ("return_for_correction", 26),
        ("hand_over", 22),
        ("answer_correction", 20),
        ("propose", 18),
        ("send_back", 14),
        ("propose", 12),
        ("decide", 10),
    )
    ApplicationFactory(in_review=True, officer=desk["officer"])

    (found,) = figures.stages(here(desk), now=clock.now())

    assert (found.procedure_id, found.cases) == (PROCEDURE, 2)
    # filed 2 and 2; in review 3 and 2 + 2 + 2; returned 6; proposed 1 and 4 + 2
    assert [round(days, 3) for days in found.days] == [2.0, 4.5, 3.0, 3.5]


def test_what_lay_between_two_decisions_is_no_stage(desk: Desk) -> None:
    case = ApplicationFactory(closed=True, officer=desk["officer"])
    events = (("filed", 60), ("take", 59), ("propose", 58), ("decide", 57))
    happened(case, *events, ("look_again", 10), ("propose", 8), ("decide", 7))

    (found,) = figures.stages(here(desk), now=clock.now())

    assert [round(days, 3) for days in found.days] == [1.0, 3.0, 0.0, 2.0]


def test_days_count_what_came_in_and_what_ended_on_each(desk: Desk) -> None:
    ApplicationFactory(received_on=days_ago(2))
    ApplicationFactory(received_on=days_ago(2))
    ApplicationFactory(received_on=days_ago(figures.BY_DAY))
    closed = ApplicationFactory(closed=True, officer=desk["officer"], received_on=days_ago(40))
    Application.objects.filter(id=closed.id).update(closed_at=clock.now() - timedelta(days=1))

    found = figures.days(here(desk), today=clock.today())

    assert [(one.on, one.received, one.ended) for one in found] == [(days_ago(1), 0, 1), (days_ago(2), 2, 0)]
