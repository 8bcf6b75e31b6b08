"""Evidence twice is counted once, by hand or by file; a file takes no record of another department over."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from madoguchi.audit.models import AuditEntry
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan.actions import achievements as actions
from madoguchi.plan.actions import importing
from madoguchi.plan.models import Achievement, Fact
from madoguchi.plan.tests.factories import NOW
from madoguchi.plan.tests.recording import content, imported, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan")]


# --- rights ------------------------------------------------------------------------------------------------


def test_a_file_takes_no_record_of_another_department_over(office, elsewhere):
    imported(office, content(import_key="workshop:1"))

    with pytest.raises(NotAllowed):
        imported(elsewhere, content(import_key="workshop:1", department_code="school"))

    assert Achievement.objects.get().department_code == "digital"


def test_a_file_with_one_row_that_is_not_allowed_writes_none_of_its_rows(elsewhere, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 1)
    rows = [
        content(import_key="workshop:1", department_code="school"),
        content(import_key="workshop:2", department_code="digital"),
    ]

    with pytest.raises(NotAllowed):
        imported(elsewhere, *rows)

    assert not Achievement.objects.exists()


# --- evidence twice ----------------------------------------------------------------------------------------


def test_the_same_event_under_two_numbers_of_a_file_is_counted_once(office):
    imported(office, content(import_key="workshop:1"), content(import_key="workshop:2"))

    assert sorted(Achievement.objects.values_list("state", flat=True)) == ["counted", "doubtful"]
    assert Fact.objects.filter(source="workshops").count() == 1


def test_a_file_does_not_count_again_what_was_recorded_by_hand(office):
    record(office)

    imported(office, content(import_key="workshop:1"))

    assert Achievement.objects.get(import_key="workshop:1").state == "doubtful"
    assert Fact.objects.filter(source="workshops").count() == 1


def test_a_file_does_not_settle_a_doubt(office):
    record(office)
    imported(office, content(import_key="workshop:1"))

    imported(office, content(import_key="workshop:1", detail={"attendees": 13}))

    assert Achievement.objects.get(import_key="workshop:1").state == "doubtful"


def test_what_the_office_let_count_still_counts_when_the_file_comes_again(office):
    record(office)
    imported(office, content(import_key="workshop:1"))
    row = Achievement.objects.get(import_key="workshop:1")
    actions.settle_doubt(achievement=row, version=1, counts=True, reason="午後の部", by=office, now=NOW)

    imported(office, content(import_key="workshop:1", detail={"attendees": 13}))

    row.refresh_from_db()
    assert (row.state, row.detail) == ("counted", {"attendees": 13})


def test_two_departments_with_the_same_event_at_one_place_are_doubtful(officer, elsewhere):
    record(officer)

    twin = record(elsewhere, department_code="school", proof_reference="教委第1号")

    assert twin.state == "doubtful"


def test_two_departments_may_do_the_same_without_a_place(officer, elsewhere):
    figures = {"kind": "telework", "title": "テレワーク", "place": "", "detail": {"days": 3}}
    record(officer, **figures)

    assert record(elsewhere, department_code="school", **figures).state == "counted"


# --- what was decided ----------------------------------------------------------------------------------------


def test_the_reason_is_logged_with_the_decision(officer, office):
    record(officer)
    twin = record(officer)
    actions.settle_doubt(achievement=twin, version=1, counts=True, reason="午後の部", by=office, now=NOW)

    entry = AuditEntry.objects.get(act="achievement.counted")

    assert entry.detail["reason"] == "午後の部"


def test_putting_a_settled_record_right_asks_nobody_again_unless_it_is_another_event(officer, office):
    record(officer)
    twin = record(officer)
    actions.settle_doubt(achievement=twin, version=1, counts=True, reason="午後の部", by=office, now=NOW)

    better = content(detail={"attendees": 9})
    actions.change_achievement(achievement=twin, version=2, content=better, by=officer, now=NOW)

    assert Achievement.objects.get(id=twin.id).state == "counted"


def test_a_counted_record_that_becomes_the_event_of_another_is_doubtful(officer):
    record(officer)
    other = record(officer, title="地図の見方")

    actions.change_achievement(achievement=other, version=1, content=content(), by=officer, now=NOW)

    assert Achievement.objects.get(id=other.id).state == "doubtful"
    assert Fact.objects.filter(source="workshops").count() == 1


# --- at once -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_record_one_event_at_once_do_not_count_it_twice(officer, monkeypatch):
    ready = threading.Barrier(2)
    judge = actions.judge

    def judge_together(*args, **kwargs):
        judge(*args, **kwargs)
        ready.wait(timeout=10)  # both have looked, and neither is written yet

    monkeypatch.setattr(actions, "judge", judge_together)

    def act() -> None:
        record(officer)
        connection.close()

    both = [threading.Thread(target=act) for _n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    counted = Achievement.objects.filter(state="counted").count()
    assert Achievement.objects.count() == 2
    assert counted <= 1
    assert Fact.objects.filter(source="workshops").count() == counted
