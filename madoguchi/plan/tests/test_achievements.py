"""Achievement records: counted with proof, once, by who may; figures equal a recount of the records."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from madoguchi.audit.models import AuditEntry
from madoguchi.common.files.tests.making import pdf
from madoguchi.common.tests.lists import both_files
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.plan.actions import achievements as actions
from madoguchi.plan.desk_kinds import BY_ID, KINDS
from madoguchi.plan.models import Achievement, Fact, MonthTotal
from madoguchi.plan.queries import figures
from madoguchi.plan.rules import achievements as rules
from madoguchi.plan.tests.factories import NOW, AchievementFactory
from madoguchi.plan.tests.recording import content, record

pytestmark = pytest.mark.django_db


def value(plan, indicator_id: str, on: date = date(2026, 3, 31)) -> float | None:
    return figures.figure(plan, plan.indicator(indicator_id), on).value


def test_a_record_with_proof_is_counted_at_once(plan, officer):
    record(officer)

    assert value(plan, "workshops") == 1
    assert AuditEntry.objects.filter(act="achievement.recorded").count() == 1


def test_a_record_without_proof_waits_for_it(plan, officer):
    row = record(officer, proof_reference="")
    assert (row.state, value(plan, "workshops")) == ("no_proof", 0)

    actions.change_achievement(achievement=row, version=1, content=content(), by=officer, now=NOW)

    assert value(plan, "workshops") == 1


def test_the_same_event_twice_is_doubtful_until_the_office_decides(plan, officer, office):
    record(officer)
    twin = record(officer, proof_reference="盛情企第2号")
    assert (twin.state, value(plan, "workshops")) == ("doubtful", 1)

    actions.settle_doubt(achievement=twin, version=1, counts=True, reason="午後の部", by=office, now=NOW)

    assert value(plan, "workshops") == 2


def test_only_the_office_settles_a_doubt_and_with_a_reason(officer, office):
    record(officer)
    twin = record(officer)

    with pytest.raises(NotAllowed):
        actions.settle_doubt(achievement=twin, version=1, counts=True, reason="x", by=officer, now=NOW)
    with pytest.raises(actions.ReasonMissing):
        actions.settle_doubt(achievement=twin, version=1, counts=True, reason=" ", by=office, now=NOW)


def test_what_lies_ahead_is_no_achievement(officer):
    with pytest.raises(actions.NotYet):
        record(officer, happened_on=date(2026, 11, 24))


def test_another_departments_record_is_refused_but_not_to_the_office(officer, office):
    DepartmentFactory(code="residents")

    with pytest.raises(NotAllowed):
        record(officer, department_code="residents")
    assert record(office, department_code="residents").state == "counted"


def test_a_withdrawn_record_leaves_the_figures_and_stays_readable(plan, officer):
    row = record(officer)

    actions.withdraw_achievement(achievement=row, version=1, reason="中止になったため", by=officer, now=NOW)

    assert value(plan, "workshops") == 0
    assert Achievement.objects.get().state_reason == "中止になったため"
    assert not Fact.objects.exists()


def test_moving_a_record_to_another_month_moves_what_it_counts(plan, officer):
    row = record(officer)

    moved = content(happened_on=date(2024, 6, 1))
    actions.change_achievement(achievement=row, version=1, content=moved, by=officer, now=NOW)

    totals = dict(MonthTotal.objects.filter(source="workshops").values_list("month", "rows"))
    assert totals == {date(2024, 5, 1): 0, date(2024, 6, 1): 1}


def test_putting_a_record_right_within_its_month_counts_it_once(plan, officer):
    row = record(officer, kind="hours", detail={"minutes_before": 30, "minutes_after": 10, "cases": 60})
    assert value(plan, "hours-saved") == 20

    better = content(kind="hours", detail={"minutes_before": 30, "minutes_after": 20, "cases": 60})
    actions.change_achievement(achievement=row, version=1, content=better, by=officer, now=NOW)

    assert value(plan, "hours-saved") == 10


def test_two_officers_at_once_do_not_overwrite_each_other(officer):
    row = record(officer)
    other = Achievement.objects.get(id=row.id)
    actions.change_achievement(achievement=row, version=1, content=content(title="甲"), by=officer, now=NOW)

    with pytest.raises(actions.ChangedMeanwhile):
        actions.change_achievement(
            achievement=other, version=1, content=content(title="乙"), by=officer, now=NOW
        )

    assert Achievement.objects.get().title == "甲"
    assert Fact.objects.count() == 1


def test_automation_that_cost_time_is_counted_as_such(plan, officer):
    record(officer, kind="hours", detail={"minutes_before": 10, "minutes_after": 25, "cases": 8})

    assert value(plan, "hours-saved") == -2
    assert value(plan, "hours-saved-year", date(2024, 12, 31)) == -2


def test_attendances_and_people_are_counted_apart(plan, officer):
    record(officer, kind="training", title="AI", detail={"people": ["a", "b"]})
    record(officer, kind="training", title="GIS", detail={"people": ["b", "c"]})

    assert (value(plan, "training"), value(plan, "training-people")) == (4, 3)


def test_the_seventeen_and_the_twenty_systems_are_never_mixed(plan, officer):
    record(officer, kind="system", title="住民記録", detail={"system": "resident-register", "cloud": True})
    record(officer, kind="system", title="戸籍", detail={"system": "family-register", "cloud": True})

    assert (value(plan, "core-systems-17"), value(plan, "core-systems-20")) == (1, 2)


def test_a_system_that_is_not_in_the_cloud_is_not_done(plan, officer):
    record(officer, kind="system", title="住民記録", detail={"system": "resident-register"})

    assert value(plan, "core-systems-17") is None


def test_a_procedure_recorded_twice_is_online_once(plan, officer):
    record(officer, kind="procedure", title="転居届", detail={"barred": False})
    record(officer, kind="online_procedure", title="転居届", happened_on=date(2024, 5, 1))
    record(officer, kind="online_procedure", title="転居届", happened_on=date(2024, 6, 1))

    assert value(plan, "online-share") == 100


def test_what_the_law_keeps_offline_is_not_in_the_denominator(plan, officer):
    for title, barred in (("甲", False), ("乙", False), ("丙", True)):
        record(officer, kind="procedure", title=title, detail={"barred": barred})
    record(officer, kind="online_procedure", title="甲")

    assert value(plan, "online-share") == 50


def test_a_year_without_training_has_no_comprehension_rather_than_zero(plan):
    assert value(plan, "security-comprehension") is None


def test_every_kind_that_is_offered_can_be_counted():
    assert set(BY_ID) == set(rules.KINDS)


# --- pages ---------------------------------------------------------------------------------------------------

PAGES = ("/plan/achievements/", "/plan/achievements/new/", "/plan/achievements/new/workshop/")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("role", "status"),
    [("officer", 200), ("head", 200), ("office", 200), ("approver", 403), ("administrator", 403)],
)
def test_who_sees_which_page(path, role, status):
    client = signed_in_client(staff_with(role))

    assert client.get(path).status_code == status


def test_nobody_else_sees_records():
    assert Client().get("/plan/achievements/").status_code == 302


@pytest.mark.parametrize("kind", [kind.id for kind in KINDS])
def test_each_kind_has_a_form_that_says_what_is_missing(kind, officer, plan):
    client = signed_in_client(officer)

    page = client.post(f"/plan/achievements/new/{kind}/", {"title": ""})

    assert page.status_code == 422
    assert f"{BY_ID[kind].title}を入力してください。" in page.content.decode()


def test_a_record_with_a_file_is_made_on_the_page_and_its_proof_comes_back(officer, plan):
    client = signed_in_client(officer)
    form = {
        "title": "はじめての講座",
        "happened_on": "2024-05-10",
        "department_code": "digital",
        "place": "中央公民館",
        "attendees": "１２",
        "proof": SimpleUploadedFile("名簿.pdf", pdf(), "application/pdf"),
    }

    page = client.post("/plan/achievements/new/workshop/", form, follow=True)

    row = Achievement.objects.get()
    assert "登録しました。" in page.content.decode()
    assert (row.state, row.detail) == ("counted", {"attendees": 12})
    saved = client.get(f"/plan/achievements/{row.id}/proof/")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.content.startswith(b"%PDF")


def test_a_faulty_form_keeps_what_was_typed(officer):
    client = signed_in_client(officer)

    page = client.post(
        "/plan/achievements/new/workshop/", {"title": "はじめての講座", "happened_on": "2999-01-01"}
    )

    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="はじめての講座"' in text
    assert "先の日付の実績は登録できません。" in text


def test_staff_numbers_are_stored_as_digests_only(officer, plan):
    client = signed_in_client(officer)
    form = {
        "title": "研修",
        "happened_on": "2024-05-10",
        "department_code": "digital",
        "people": "１２３４５\n67890",
        "proof_reference": "盛情企第3号",
    }

    client.post("/plan/achievements/new/training/", form)

    stored = str(Achievement.objects.get().detail) + str(list(Fact.objects.values_list("subject", flat=True)))
    assert "12345" not in stored
    assert Fact.objects.count() == 2


def test_a_person_named_twice_is_told_with_the_line(officer):
    client = signed_in_client(officer)

    page = client.post("/plan/achievements/new/training/", {"people": "1\n2\n1"})

    assert "3行目の職員番号が二度書かれています。" in page.content.decode()


def test_the_list_asks_as_often_for_many_rows_as_for_one(office, plan, django_assert_num_queries):
    client = signed_in_client(office)
    AchievementFactory()
    AchievementFactory(kind="telework", detail={"days": 1})
    client.get("/plan/achievements/")  # the plan is read once
    with django_assert_num_queries(6):
        client.get("/plan/achievements/")
    for _row in range(12):
        AchievementFactory(recorded_by=office)

    with django_assert_num_queries(6):
        page = client.get("/plan/achievements/?state=counted&measure=3-3&year=2024")

    assert "13件中" in page.content.decode()


def test_the_csv_holds_the_filtered_rows(office):
    AchievementFactory(title="講座甲")
    AchievementFactory(title="講座乙", happened_on=date(2022, 5, 1))
    client = signed_in_client(office)

    text = str(both_files(client, "/plan/achievements/list.csv?year=2024"))

    assert "講座甲" in text
    assert "講座乙" not in text


def test_the_page_of_a_doubtful_record_lets_the_office_decide(office, officer):
    record(officer)
    twin = record(officer)
    client = signed_in_client(office)
    page = client.get(f"/plan/achievements/{twin.id}/").content.decode()
    assert "同じ内容または同じ証拠です" in page

    client.post(
        f"/plan/achievements/{twin.id}/settle/", {"version": "1", "reason": "午前と午後", "counts": "1"}
    )

    assert Achievement.objects.get(id=twin.id).state == "counted"


def test_a_page_that_was_overtaken_says_so_and_keeps_what_was_typed(office, officer):
    row = record(officer)
    client = signed_in_client(office)
    actions.change_achievement(achievement=row, version=1, content=content(title="甲"), by=officer, now=NOW)

    page = client.post(
        f"/plan/achievements/{row.id}/edit/",
        {
            "version": "1",
            "title": "乙",
            "happened_on": "2024-05-10",
            "department_code": "digital",
            "attendees": "3",
        },
    )

    assert page.status_code == 409
    assert 'value="乙"' in page.content.decode()


def test_a_proof_is_opened_by_its_own_department_and_the_office_and_logged(officer, plan):
    row = record(officer)
    Achievement.objects.filter(id=row.id).update(proof_digest="0" * 64, proof_name="a.pdf")
    address = f"/plan/achievements/{row.id}/proof/"

    stranger = signed_in_client(staff_with("officer", department=DepartmentFactory(code="elsewhere")))
    assert stranger.get(address).status_code == 403
    assert not AuditEntry.objects.filter(act="achievement.proof_read").exists()

    assert signed_in_client(officer).get(address).status_code == 404  # the file itself is not in the store
    assert AuditEntry.objects.get(act="achievement.proof_read").subject == f"achievement:{row.id}"


def test_the_measures_of_a_record_are_those_of_the_plan_not_of_one_city(officer, plan):
    client = signed_in_client(officer)

    kinds = client.get("/plan/achievements/new/").content.decode()
    other = plan.measures[0]
    theirs = dataclasses.replace(
        plan, indicators=(), measures=(dataclasses.replace(other, records=("helper",)),)
    )

    assert kinds.index("オープンデータの公開") < kinds.index("施策 1-3")
    assert rules.kinds_of(theirs, theirs.measures[0]) == {"helper"}
    assert rules.kinds_of(plan, plan.measure("1-1")) == {
        "priority_procedure",
        "online_procedure",
        "card_procedure",
        "procedure",
    }
    assert rules.kinds_of(plan, plan.measure("2-2")) == {"operation", "hours", "telework"}
