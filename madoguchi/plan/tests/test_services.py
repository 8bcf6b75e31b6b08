"""The registry of digital services: only what was used this year counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.registers import Happening
from madoguchi.common.tests.lists import both_files
from madoguchi.japan.fiscal import fiscal_year
from madoguchi.notices.models import Message
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.models import Department
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.plan import handlers, reading, texts
from madoguchi.plan.actions import facts, publishing, service_import
from madoguchi.plan.actions import services as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile, NotYet
from madoguchi.plan.models import DigitalService, Fact, Survey
from madoguchi.plan.queries import figures, plans, scoreboard
from madoguchi.plan.rules import services as rules
from madoguchi.plan.tests.factories import DigitalServiceFactory, SurveyFactory

NOW = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
PLAN = "morioka-2021-2025"

pytestmark = pytest.mark.django_db


@pytest.fixture
def digital():
    return DepartmentFactory(code="digital")


@pytest.fixture
def officer(digital):
    return staff_with("officer", department=digital)


@pytest.fixture
def plan():
    path = Path(reading.__file__).parent / "catalog" / f"{PLAN}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)
    return plans.plan(PLAN)


def values(**fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "city_service": "施設の予約",
        "private_service": "予約サービスA",
        "provider": "事業者",
        "department_code": "digital",
        "category": "booking",
        "started_on": date(2022, 4, 1),
        "contract": "契約",
        "data_classes": ["none"],
        "privacy_checked_on": None,
        "security_checked_on": date(2022, 3, 1),
        "cost_yen": 100_000,
        "exit_plan": "電話の受付にもどす",
        "review_on": None,
        "address": "",
    }
    return made | fields


def add(by, **fields: Any) -> DigitalService:
    return actions.add_service(values=values(**fields), by=by, now=NOW)


def seen(service: DigitalService, by, on: date = date(2026, 3, 5), year: int = 0) -> None:
    evidence = actions.Evidence(
        fiscal_year=year or fiscal_year(on), seen_on=on, users=120, reference="報告書"
    )
    actions.add_evidence(service=service, evidence=evidence, by=by, now=NOW)


def count(plan, on: date) -> float | None:
    return figures.figure(plan, plan.indicator("digital-services"), on).value


def test_a_service_counts_only_in_the_years_of_its_evidence(plan, officer):
    service = add(officer)
    assert count(plan, date(2026, 3, 31)) is None  # nobody told of any

    seen(service, officer)
    seen(service, officer, date(2024, 6, 1))

    days = (date(2024, 5, 31), date(2024, 6, 1), date(2025, 3, 31), date(2025, 4, 1), date(2026, 3, 31))
    assert [count(plan, day) for day in days] == [1, 1, 1, 1, 1]
    assert [count(plan, date(year, 3, 31)) for year in (2024, 2025, 2026)] == [None, 1, 1]


def test_the_fiscal_year_without_evidence_is_empty_between_two_that_have_it(plan, officer):
    service = add(officer)
    seen(service, officer, date(2023, 6, 1))
    seen(service, officer)

    days = (date(2024, 3, 31), date(2024, 4, 1), date(2025, 3, 31), date(2025, 4, 1))
    assert [count(plan, day) for day in days] == [1, 0, 0, 1]


def test_a_report_that_comes_after_the_year_counts_in_the_year_it_speaks_of(plan, officer):
    service = add(officer, ended_on=date(2024, 9, 30))

    seen(service, officer, date(2025, 4, 10), year=2024)

    days = (date(2024, 3, 31), date(2024, 4, 1), date(2024, 9, 30), date(2024, 10, 1))
    assert [count(plan, day) for day in days] == [None, 1, 1, 0]
    with pytest.raises(actions.NotInUse):
        seen(service, officer, date(2025, 4, 10), year=2025)


def test_facts_from_before_a_rule_changed_are_told_again(plan, officer):
    service = add(officer)
    seen(service, officer)
    facts.bring_up("digital-services", [Happening("old", date(2026, 3, 5), subject=str(service.id))])

    handlers.retell_services({})

    assert [count(plan, day) for day in (date(2025, 4, 1), date(2026, 3, 31))] == [1, 1]
    assert facts.recount("digital-services") == 0


def test_a_late_survey_leads_to_the_evidence_of_its_year(officer, plan):
    service = add(officer)
    survey = SurveyFactory(department_code="digital", fiscal_year=2025)
    client = signed_in_client(officer)

    link = f"/plan/services/{service.id}/?year=2025"
    assert link in client.get(f"/plan/services/survey/{survey.id}/").content.decode()
    assert '<option value="2025" selected>' in client.get(link).content.decode()
    evidence = {"fiscal_year": "2025", "seen_on": "2026-04-10", "users": "5", "reference": "年報"}
    client.post(f"/plan/services/{service.id}/", evidence)

    assert "証拠あり" in client.get(f"/plan/services/survey/{survey.id}/").content.decode()
    assert count(plan, date(2026, 3, 31)) == 1


def test_what_is_told_anew_each_year_goes_by_last_year_until_it_is_told(officer, plan):
    for number in range(48):
        service = add(officer, city_service=f"施設{number}")
        seen(service, officer, date(2024, 3, 5))
    indicator = plan.indicator("digital-services")

    march, april = (scoreboard.standing(plan, indicator, d) for d in (date(2024, 3, 31), date(2024, 4, 1)))

    assert (march.light, march.figure.value, march.last_year) == ("on_course", 48, None)
    assert (april.light, april.figure.value, april.last_year) == ("on_course", 0, 48)
    assert april.forecast is None
    assert april.silence == "year"
    assert "0件（前の年度末は48件）" in texts.sentence(april, "ja")


def test_a_second_evidence_of_a_year_is_refused(officer):
    service = add(officer)
    seen(service, officer)

    with pytest.raises(actions.KnownAlready):
        seen(service, officer)


def test_a_day_ahead_is_no_evidence(officer):
    with pytest.raises(NotYet):
        seen(add(officer), officer, date(2026, 3, 11))


def test_a_service_that_ended_is_counted_until_its_last_day(plan, officer):
    service = add(officer)
    seen(service, officer, date(2025, 5, 1))

    actions.end_service(
        service=service, version=service.version, last_day=date(2025, 9, 30), by=officer, now=NOW
    )

    assert (count(plan, date(2025, 9, 30)), count(plan, date(2025, 10, 1))) == (1, 0)


def test_the_same_pair_is_registered_once(officer):
    add(officer)

    with pytest.raises(actions.KnownAlready):
        add(officer)


def test_two_people_at_once_do_not_overwrite_each_other(officer):
    service = add(officer)
    actions.change_service(service=service, version=1, values=values(provider="甲"), by=officer, now=NOW)

    other = DigitalService.objects.get()
    with pytest.raises(ChangedMeanwhile):
        actions.change_service(service=other, version=1, values=values(provider="乙"), by=officer, now=NOW)


def test_another_departments_service_is_refused(officer):
    DepartmentFactory(code="residents")

    with pytest.raises(NotAllowed):
        add(officer, department_code="residents")


def plain(**fields: Any) -> rules.Service:
    made: dict[str, Any] = {
        "data_classes": ["none"],
        "privacy_checked_on": None,
        "security_checked_on": date(2022, 3, 1),
        "review_on": None,
        "exit_plan": "手順",
        "evidence_years": {2025},
        "started_on": date(2022, 4, 1),
        "ended_on": None,
    }
    return rules.Service(**made | fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"data_classes": ["personal"]}, ["no_privacy_check"]),
        ({"security_checked_on": None}, ["no_security_check"]),
        ({"review_on": date(2026, 3, 9)}, ["review_due"]),
        ({"exit_plan": "  "}, ["no_exit_plan"]),
        ({"evidence_years": {2024}}, ["no_evidence"]),
        ({"evidence_years": (), "ended_on": date(2026, 3, 9)}, []),
    ],
)
def test_each_thing_that_is_missing_is_found(fields, expected):
    assert rules.findings(plain(**fields), day=date(2026, 3, 10), fiscal_year=2025) == expected


def test_the_survey_issues_itself_in_march_once_to_each_department_with_services(officer):
    add(officer)
    DigitalServiceFactory(department_code="ended", ended_on=date(2025, 3, 31))

    assert actions.issue_surveys(now=datetime(2026, 2, 28, 1, tzinfo=UTC)) == 0
    assert actions.issue_surveys(now=NOW) == 1
    assert actions.issue_surveys(now=NOW) == 0

    survey = Survey.objects.get()
    assert (survey.department_code, survey.fiscal_year, survey.answer_by_on) == (
        "digital",
        2025,
        date(2026, 3, 31),
    )


def test_the_daily_job_issues_surveys(officer, monkeypatch):
    add(officer)
    monkeypatch.setattr("madoguchi.common.clock.now", lambda: NOW)

    handlers.issue_surveys({})

    assert Survey.objects.count() == 1


def test_a_survey_is_mailed_when_it_is_issued_and_once_more_when_it_is_late(officer, plan, monkeypatch):
    Department.objects.filter(code="digital").update(email="digital@city.example")
    add(officer)
    for day in (NOW, NOW, NOW + timedelta(days=40)):
        monkeypatch.setattr("madoguchi.common.clock.now", lambda at=day: at)
        handlers.issue_surveys({})

    bodies = list(
        Message.objects.filter(purpose="plan.survey").order_by("created_at").values_list("body", flat=True)
    )
    assert len(bodies) == 2
    assert f"/plan/services/survey/{Survey.objects.get().id}/" in bodies[0]
    assert all("令和7年度に使った証拠" in body for body in bodies)
    assert "期限を過ぎています。" in bodies[1]


def test_a_survey_is_answered_once(officer):
    survey = SurveyFactory(department_code="digital")
    actions.answer_survey(survey=survey, remark="", by=officer, now=NOW)

    with pytest.raises(ChangedMeanwhile):
        actions.answer_survey(survey=survey, remark="", by=officer, now=NOW)


# --- pages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/plan/services/", "/plan/services/new/"])
@pytest.mark.parametrize(
    ("role", "status"),
    [("officer", 200), ("head", 200), ("office", 200), ("approver", 403), ("administrator", 403)],
)
def test_who_sees_the_registry(path, role, status):
    assert signed_in_client(staff_with(role)).get(path).status_code == status


def test_nobody_else_sees_the_registry():
    assert Client().get("/plan/services/").status_code == 302


def test_a_service_is_registered_with_its_evidence_on_the_pages(officer, plan):
    client = signed_in_client(officer)
    form = {
        "city_service": "施設の予約",
        "private_service": "予約サービスA",
        "department_code": "digital",
        "category": "booking",
        "started_on": "2022-04-01",
        "data_classes": ["personal", "contact"],
        "cost_yen": "１２０，０００",
    }
    page = client.post("/plan/services/new/", form, follow=True).content.decode()
    assert "プライバシーの確認がまだです" in page
    service = DigitalService.objects.get()
    assert (service.cost_yen, service.data_classes) == (120_000, ["personal", "contact"])

    evidence = {"fiscal_year": "2025", "seen_on": "2025-06-01", "users": "1,200", "reference": "報告書"}
    page = client.post(f"/plan/services/{service.id}/", evidence, follow=True).content.decode()

    assert "証拠を登録しました。" in page
    assert count(plan, date(2025, 7, 1)) == 1


def test_a_faulty_form_says_what_to_do_and_keeps_what_was_typed(officer):
    page = signed_in_client(officer).post(
        "/plan/services/new/", {"city_service": "施設の予約", "started_on": "昨日", "cost_yen": "十万"}
    )

    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="施設の予約"' in text
    for sentence in (
        "民間のデジタルサービスの名称を入力してください。",
        "日付を2025-04-01の形で入力してください。",
        "費用は、円の単位の整数で入力してください。",
        "渡す情報を1つ以上選んでください。",
    ):
        assert sentence in text


def test_the_list_asks_as_often_for_many_as_for_one(officer, django_assert_num_queries):
    client = signed_in_client(officer)
    DigitalServiceFactory()
    with django_assert_num_queries(6):
        client.get("/plan/services/")
    for _n in range(12):
        DigitalServiceFactory(changed_by=officer)

    with django_assert_num_queries(6):
        page = client.get("/plan/services/")

    assert "13件中" in page.content.decode()


def test_the_survey_page_shows_what_is_missing_and_takes_the_answer(officer):
    add(officer)
    survey = SurveyFactory(department_code="digital", fiscal_year=2025)
    client = signed_in_client(officer)

    asked = client.get(f"/plan/services/survey/{survey.id}/").content.decode()
    assert "まだありません" in asked
    assert "令和7年度に使った証拠を登録するか" in asked
    page = client.post(f"/plan/services/survey/{survey.id}/", {"remark": "なし"}, follow=True)

    assert "調査に回答しました。" in page.content.decode()
    assert Survey.objects.get().answered_by_id == officer.id


def test_the_csv_holds_every_field(officer):
    service = add(officer)
    seen(service, officer)

    _header, line = both_files(signed_in_client(officer), "/plan/services/list.csv")

    assert "施設の予約" in line
    assert "2025" in line


# --- files ---------------------------------------------------------------------------------------------------


def taken_in(officer, name: str, content: bytes):
    upload = SimpleUploadedFile(name, content, "application/octet-stream")
    return signed_in_client(officer).post("/plan/services/import/", {"file": upload})


@pytest.mark.parametrize(("address", "name"), [("list.csv", "a.csv"), ("list.yml", "a.yml")])
def test_what_is_taken_out_can_be_taken_in_again(officer, address, name):
    add(officer, exit_plan="=手順\n2行目", data_classes=["contact", "personal"], review_on=date(2027, 3, 31))
    before = list(DigitalService.objects.values(*actions.EDITABLE))
    answer = signed_in_client(officer).get(f"/plan/services/{address}")
    content = b"".join(answer)

    again = taken_in(officer, name, content).content.decode()
    assert "新しく登録 0件、変更 0件、前と同じ 1件" in again
    DigitalService.objects.all().delete()
    page = taken_in(officer, name, content).content.decode()

    assert "新しく登録 1件、変更 0件、前と同じ 0件" in page
    assert list(DigitalService.objects.values(*actions.EDITABLE)) == before


def test_a_changed_row_changes_its_entry(officer):
    add(officer)
    content = b"".join(signed_in_client(officer).get("/plan/services/list.csv"))

    page = taken_in(
        officer, "a.csv", content.replace("事業者".encode(), "別の会社".encode())
    ).content.decode()

    assert "変更 1件" in page
    assert DigitalService.objects.get().provider == "別の会社"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", "a,b\n1,2\n", "がありません。"),
        ("a.yml", "services: [", "YAMLとして読めません"),
        ("a.yml", "services: []", "publiccodeLike: 1"),
        ("a.yml", "publiccodeLike: 1\nservices:\n  - name: 予約", "行政サービスの名称を入力してください。"),
    ],
)
def test_a_file_with_faults_takes_in_nothing(officer, name, content, sentence):
    page = taken_in(officer, name, content.encode())

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not DigitalService.objects.exists()


@pytest.mark.parametrize(
    ("city", "private"),
    [("施設の予約", "予約サービスＡ"), ("施設 の予約", "予約サービスa"), ("施設の予約　", "予約　サービスA")],
)
def test_one_service_written_in_another_way_is_the_same_entry(officer, city, private):
    add(officer)

    with pytest.raises(actions.KnownAlready):
        add(officer, city_service=city, private_service=private)


@pytest.mark.parametrize("day", [date(2022, 3, 31), date(2025, 6, 2)])
def test_evidence_of_a_day_on_which_the_service_was_not_in_use_is_refused(officer, day):
    service = add(officer)
    actions.end_service(service=service, version=1, last_day=date(2025, 6, 1), by=officer, now=NOW)

    with pytest.raises(actions.NotInUse):
        seen(service, officer, day)


def test_evidence_for_a_service_that_somebody_ended_meanwhile_is_refused(officer):
    service = add(officer)
    shown = DigitalService.objects.get(id=service.id)
    actions.end_service(service=service, version=1, last_day=date(2026, 2, 1), by=officer, now=NOW)

    with pytest.raises(ChangedMeanwhile):
        seen(shown, officer, date(2026, 1, 10))

    assert not Fact.objects.exists()


def test_evidence_recorded_by_mistake_is_taken_back_with_its_reason(officer, plan):
    client = signed_in_client(officer)
    service = add(officer)
    seen(service, officer)
    address = f"/plan/services/{service.id}/evidence/2025/withdraw/"
    assert count(plan, date(2026, 3, 31)) == 1

    page = client.post(address, {"reason": ""})
    assert page.status_code == 422
    assert "取り消す理由を入力してください。" in page.content.decode()
    for _click in range(2):
        client.post(address, {"reason": "別のサービスの報告だった"})

    assert not Fact.objects.exists()
    entry = AuditEntry.objects.get(act="digital_service.evidence_withdrawn")
    assert (entry.detail["users"], entry.detail["reason"]) == (120, "別のサービスの報告だった")


def test_evidence_and_an_end_at_once_do_not_both_stand(officer):
    service = add(officer)
    shown = DigitalService.objects.get(id=service.id)
    seen(service, officer)

    with pytest.raises(ChangedMeanwhile):
        actions.end_service(
            service=shown, version=shown.version, last_day=date(2026, 3, 10), by=officer, now=NOW
        )


def test_a_service_that_will_end_is_still_asked_for_changed_and_shown(officer):
    service = add(officer)
    actions.end_service(
        service=service, version=service.version, last_day=date(2026, 9, 30), by=officer, now=NOW
    )

    counts = service_import.import_services(entries=[values(provider="別の会社")], by=officer, now=NOW)

    assert counts == (0, 1, 0)
    assert actions.issue_surveys(now=NOW) == 1
    client = signed_in_client(officer)
    assert "施設の予約" in client.get(f"/plan/services/survey/{Survey.objects.get().id}/").text
    clock_today = clock.today()
    listed = client.get("/plan/services/list.yml").text
    assert ("施設の予約" in listed) == (clock_today <= date(2026, 9, 30))


@pytest.mark.parametrize(("start", "is_added"), [(date(2026, 9, 30), False), (date(2026, 10, 1), True)])
def test_an_entry_follows_another_only_from_the_day_after_its_last(officer, start, is_added):
    service = add(officer)
    actions.end_service(
        service=service, version=service.version, last_day=date(2026, 9, 30), by=officer, now=NOW
    )

    if is_added:
        add(officer, started_on=start)
    else:
        with pytest.raises(actions.KnownAlready):
            add(officer, started_on=start)

    assert DigitalService.objects.count() == 1 + is_added


def test_the_first_day_does_not_move_past_evidence_nor_past_the_last_day(officer):
    service = add(officer)
    seen(service, officer)
    late = values(started_on=date(2026, 3, 6))

    with pytest.raises(actions.NotInUse):
        actions.change_service(service=service, version=service.version, values=late, by=officer, now=NOW)
    with pytest.raises(actions.NotInUse):
        service_import.import_services(entries=[values(city_service="別"), late], by=officer, now=NOW)

    assert DigitalService.objects.count() == 1
    actions.end_service(
        service=service, version=service.version, last_day=date(2026, 3, 5), by=officer, now=NOW
    )
    with pytest.raises(actions.EndsBeforeStart):
        actions.change_service(service=service, version=service.version, values=late, by=officer, now=NOW)


def test_a_moved_first_day_is_refused_at_its_place_on_the_form(officer):
    service = add(officer)
    seen(service, officer)
    form = values(started_on="2026-03-06", security_checked_on="2022-03-01", version=service.version)
    form = {name: value for name, value in form.items() if value is not None}

    answer = signed_in_client(officer).post(f"/plan/services/{service.id}/edit/", form)

    assert answer.status_code == 422
    assert "この日より前に使った証拠があります" in answer.text


def test_a_look_alike_from_before_the_registry_looked_can_be_edited(officer):
    add(officer)
    marked = f"{rules.sameness('施設の予約', '予約サービスA')}#2"
    other = DigitalServiceFactory(
        city_service="施設 の予約",
        private_service="予約サービスA",
        department_code="digital",
        sameness=marked,
    )
    same = values(city_service=other.city_service, provider="別の会社")

    actions.change_service(service=other, version=other.version, values=same, by=officer, now=NOW)

    other.refresh_from_db()
    assert (other.provider, other.sameness) == ("別の会社", marked)
