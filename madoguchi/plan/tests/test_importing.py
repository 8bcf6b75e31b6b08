"""Importing achievements: a file twice gives the same figures; faults are named by line and column."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, jobs, registers
from madoguchi.common.models import Job
from madoguchi.identity.models import Staff
from madoguchi.organization.models import Posting
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.plan import reading
from madoguchi.plan.actions import achievements, facts, importing, publishing
from madoguchi.plan.actions.achievements import Content
from madoguchi.plan.desk_kinds import BY_ID
from madoguchi.plan.forms import desk_import as forms
from madoguchi.plan.models import Achievement, Fact
from madoguchi.plan.queries import figures, plans

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PLAN = "morioka-2021-2025"
HEADER = "取込番号,講座の名称,開催日,部署コード,場所,参加者の数,対象,文書番号、または書類のある場所"
ROWS = [
    "1,スマートフォン講座,2024-05-10,digital,中央公民館,12,,盛情企第1号",
    "2,スマートフォン講座,2024-06-10,digital,中央公民館,１５,60歳以上,盛情企第2号",
    "3,地図の見方,2024-07-10,digital,西部公民館,9,,",
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    path = Path(reading.__file__).parent / "catalog" / f"{PLAN}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)
    return staff_with("office", department=DepartmentFactory(code="digital"))


def sent(office, *rows: str, coding: str = "utf-8", kind: str = "workshop", header: str = HEADER):
    """Send a file, and import it when nothing is wrong with it. Returns the last page."""
    content = "\r\n".join((header, *rows)).encode(coding)
    upload = SimpleUploadedFile("実績.csv", content, "text/csv")
    client = signed_in_client(office)
    page = client.post(f"/plan/achievements/import/{kind}/", {"file": upload})
    return page if page.status_code != 200 else confirmed(client, page, kind)


def confirmed(client: Client, page, kind: str = "workshop"):
    """Press 取り込む on the page of a look, let the worker work, and look how far it is."""
    kept = page.content.decode().split('name="kept" value="')[1].split('"')[0]
    answer = client.post(f"/plan/achievements/import/{kind}/begin/", {"kept": kept})
    jobs.work_once(now=clock.now())
    return client.get(answer.headers["Location"])


def workshops() -> float | None:
    plan = plans.plan(PLAN)
    return figures.figure(plan, plan.indicator("workshops"), date(2026, 3, 31)).value


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_twice_gives_the_same_figures(office, coding):
    first = sent(office, *ROWS, coding=coding).content.decode()
    second = sent(office, *ROWS, coding=coding).content.decode()

    assert "新しく登録 3件、変更 0件、前と同じ 0件" in first
    assert "新しく登録 0件、変更 0件、前と同じ 3件" in second
    assert workshops() == 2  # the third waits for its proof
    assert Achievement.objects.count() == 3


def test_a_changed_row_is_put_right_and_counted_once(office):
    sent(office, *ROWS)

    page = sent(office, ROWS[0].replace("2024-05-10", "2024-08-01"), *ROWS[1:]).content.decode()

    assert "変更 1件、前と同じ 2件" in page
    assert workshops() == 2
    assert set(Fact.objects.values_list("on", flat=True)) == {date(2024, 8, 1), date(2024, 6, 10)}
    assert facts.recount("workshops") == 0


def test_a_file_with_faults_imports_nothing_and_names_line_and_column(office):
    bad = "2,,2999-01-01,nowhere,中央公民館,たくさん,,"

    page = sent(office, ROWS[0], bad, ROWS[0])

    text = page.content.decode()
    assert page.status_code == 422
    assert "1行も取り込んでいません。" in text
    for sentence in (
        "講座の名称を入力してください。",
        "先の日付の実績は登録できません。",
        "部署を選んでください。",
        "参加者の数は、0から100000までの整数で入力してください。",
        "2行目と同じ番号です。",
    ):
        assert sentence in text
    assert not Achievement.objects.exists()


def test_what_was_withdrawn_does_not_come_back_by_a_file(office):
    sent(office, *ROWS)
    row = Achievement.objects.get(import_key="workshop:1")
    achievements.withdraw_achievement(achievement=row, version=1, reason="中止", by=office, now=NOW)

    sent(office, ROWS[0].replace("2024-05-10", "2024-08-01"), *ROWS[1:])

    assert workshops() == 1
    assert Achievement.objects.get(import_key="workshop:1").state == "withdrawn"


def test_a_missing_column_is_named(office):
    page = sent(office, *ROWS, header=HEADER.replace("参加者の数", "人数"))

    assert "1行目に列「参加者の数」がありません。" in page.content.decode()


def test_bytes_that_are_no_text_are_told(office):
    upload = SimpleUploadedFile("a.csv", b"\xff\xfe\x81\x00\x80", "text/csv")

    page = signed_in_client(office).post("/plan/achievements/import/workshop/", {"file": upload})

    assert "文字コードを読みとれません。" in page.content.decode()


def test_another_departments_rows_are_refused(office):
    DepartmentFactory(code="residents")
    officer = staff_with("officer", department=DepartmentFactory(code="school"))

    page = sent(officer, ROWS[0])

    assert page.status_code == 422
    assert not Achievement.objects.exists()


@pytest.mark.parametrize("kind", list(BY_ID))
def test_each_kind_has_a_template_that_its_own_reader_takes(office, kind):
    response = signed_in_client(office).get(f"/plan/achievements/import/{kind}/template.csv")

    header = b"".join(response).decode("utf-8-sig").strip()
    assert header.split(",")[0] == forms.KEY
    assert len(header.split(",")) == len(forms.columns(BY_ID[kind]))


def looked_at(office, *rows: str):
    upload = SimpleUploadedFile("実績.csv", "\r\n".join((HEADER, *rows)).encode(), "text/csv")
    client = signed_in_client(office)
    return client, client.post("/plan/achievements/import/workshop/", {"file": upload})


def test_a_look_tells_what_would_happen_and_writes_nothing(office):
    sent(office, *ROWS)

    _client, page = looked_at(office, ROWS[0].replace("講座,", "教室,"), *ROWS[1:])

    text = page.content.decode()
    assert "まだ取り込んでいません" in text
    assert "スマートフォン講座（2024-05-10）" in text
    assert "スマートフォン教室（2024-05-10）" in text
    assert not Achievement.objects.filter(title="スマートフォン教室").exists()


def test_an_import_that_is_begun_twice_is_done_once(office):
    client, page = looked_at(office, *ROWS)
    kept = page.content.decode().split('name="kept" value="')[1].split('"')[0]

    answers = [client.post("/plan/achievements/import/workshop/begin/", {"kept": kept}) for _n in range(2)]

    assert Job.objects.filter(kind="plan.import_achievements").count() == 1
    assert "3行のうち0行" in client.get(answers[1].headers["Location"]).content.decode()


def test_what_an_import_waits_for_is_not_swept_until_it_is_done(office):
    client, page = looked_at(office, *ROWS)
    kept = page.content.decode().split('name="kept" value="')[1].split('"')[0]
    client.post("/plan/achievements/import/workshop/begin/", {"kept": kept})
    digest = Job.objects.get(kind="plan.import_achievements").payload["digest"]
    owner = registers.file_owners.get("plan")
    assert owner([digest]) == {digest}

    jobs.work_once(now=clock.now())

    assert owner([digest]) == set()


def test_a_look_of_another_person_imports_nothing(office):
    _client, page = looked_at(office, *ROWS)
    kept = page.content.decode().split('name="kept" value="')[1].split('"')[0]
    other = signed_in_client(staff_with("office"))

    answer = other.post("/plan/achievements/import/workshop/begin/", {"kept": kept})

    assert answer.status_code == 422
    assert not Job.objects.filter(kind="plan.import_achievements").exists()


@pytest.mark.parametrize("how", ["moved", "left"])
def test_who_may_no_longer_record_imports_nothing_and_the_page_says_so(office, how):
    client, page = looked_at(office, *ROWS)
    kept = page.content.decode().split('name="kept" value="')[1].split('"')[0]
    answer = client.post("/plan/achievements/import/workshop/begin/", {"kept": kept})
    if how == "moved":
        Posting.objects.filter(staff=office).delete()
    else:
        Staff.objects.filter(id=office.id).update(active=False)

    jobs.work_once(now=clock.now())

    assert not Achievement.objects.exists()
    looker = signed_in_client(staff_with("office"))
    assert "取り込みを続けられません" in looker.get(answer.headers["Location"]).content.decode()


def test_each_imported_record_tells_who_imported_it(office):
    sent(office, *ROWS)
    sent(office, ROWS[0].replace("2024-05-10", "2024-08-01"))

    row = Achievement.objects.get(import_key="workshop:1")
    acts = AuditEntry.objects.filter(subject=f"achievement:{row.id}").order_by("at", "id")

    assert [(e.act, e.actor) for e in acts] == [
        ("achievement.recorded", office.actor),
        ("achievement.changed", office.actor),
    ]


def test_another_departments_number_is_named_with_its_line(office):
    sent(office, *ROWS)
    officer = staff_with("officer", department=DepartmentFactory(code="school"))

    page = sent(officer, ROWS[0].replace("digital", "school"))

    assert "ほかの部署の実績が使っている番号です。" in page.content.decode()
    assert Achievement.objects.get(import_key="workshop:1").department_code == "digital"


def test_a_spreadsheets_days_and_the_words_of_the_page_are_understood(office):
    header = "取込番号,件名,開始または完了の日,部署コード,工程,開始か完了か,文書番号、または書類のある場所"
    bar = plans.plan(PLAN).roadmap[0]

    sent(office, f"1,着手,2021/5/9,digital,{bar.id},開始,x", kind="milestone", header=header)

    row = Achievement.objects.get()
    assert (row.happened_on, row.detail) == (date(2021, 5, 9), {"bar": bar.id, "event": "started"})


def test_a_file_of_nothing_but_its_first_line_is_told(office):
    assert "2行目から先に実績がありません。" in sent(office).content.decode()


@pytest.mark.slow
def test_ten_thousand_events_twice(office):
    contents = [
        Content(
            kind="hours",
            happened_on=date(2021 + n % 5, 5, 1 + n % 28),
            department_code="digital",
            title=f"業務{n}",
            detail={"minutes_before": 10, "minutes_after": 4 + n % 9, "cases": 1 + n % 7},
            proof_reference="台帳",
            import_key=f"hours:{n}",
        )
        for n in range(10_000)
    ]

    first = importing.import_achievements(contents=contents, by=office, now=NOW)
    second = importing.import_achievements(contents=contents, by=office, now=NOW)

    assert (first.new, second.same) == (10_000, 10_000)
    plan = plans.plan(PLAN)
    minutes = sum((10 - (4 + n % 9)) * (1 + n % 7) for n in range(10_000))
    assert figures.figure(plan, plan.indicator("hours-saved"), date(2026, 3, 31)).numerator == minutes
    assert facts.recount("hours-saved") == 0
