"""Bad input to achievements: what was withdrawn, words too long, days of no calendar, files not to be read."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from madoguchi.common.files.tests.making import pdf
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client
from madoguchi.plan.actions import achievements as actions
from madoguchi.plan.models import Achievement, Fact
from madoguchi.plan.tests.factories import NOW
from madoguchi.plan.tests.recording import content, record

HEADER = "取込番号,講座の名称,開催日,部署コード,場所,参加者の数,対象,文書番号、または書類のある場所"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan")]


# --- what was withdrawn or decided --------------------------------------------------------------------------


def test_what_was_withdrawn_does_not_come_back_by_editing(officer):
    row = record(officer)
    actions.withdraw_achievement(achievement=row, version=1, reason="中止", by=officer, now=NOW)

    client = signed_in_client(officer)
    form = {"version": "2", "title": "甲", "happened_on": "2024-05-10", "department_code": "digital"}
    page = client.post(
        f"/plan/achievements/{row.id}/edit/", form | {"attendees": "1", "proof_reference": "x"}
    )

    assert page.status_code == 409
    assert Achievement.objects.get().state == "withdrawn"
    assert not Fact.objects.exists()


@pytest.mark.parametrize("proof", ["盛情企第1号", ""])
def test_only_a_doubt_can_be_settled(office, proof):
    row = record(office, proof_reference=proof)
    client = signed_in_client(office)

    page = client.post(
        f"/plan/achievements/{row.id}/settle/", {"version": "1", "reason": "わけ", "counts": "1"}
    )

    assert page.status_code == 409
    assert Achievement.objects.get().version == 1


# --- words and addresses ------------------------------------------------------------------------------------


def test_a_reason_that_is_too_long_is_told_at_the_field_and_kept(officer):
    row = record(officer)

    page = signed_in_client(officer).post(
        f"/plan/achievements/{row.id}/withdraw/", {"version": "1", "reason": "長" * 401}
    )

    text = page.content.decode()
    assert page.status_code == 422
    assert "理由は400文字以内で入力してください。" in text
    assert "長" * 401 in text


@pytest.mark.parametrize("year", ["9999", "0001", "0000", "２０２４", "20245"])
def test_a_year_that_is_none_narrows_nothing(office, year):
    record(office)

    page = signed_in_client(office).get(f"/plan/achievements/?year={year}")

    assert page.status_code == 200


def test_an_ended_department_is_named_with_its_last_day(office):
    DepartmentFactory(code="old", name="情報企画課", valid_until=date(2024, 3, 31))

    page = signed_in_client(office).post(
        "/plan/achievements/new/workshop/", {"title": "甲", "department_code": "old"}
    )

    text = page.content.decode()
    assert "情報企画課は2024年3月31日（令和6年）で終わりました。いまの部署を選んでください。" in text


def test_a_file_sent_with_a_faulty_form_need_not_be_sent_again(officer):
    client = signed_in_client(officer)
    form = {"happened_on": "2024-05-10", "department_code": "digital", "attendees": "3"}
    upload = SimpleUploadedFile("名簿.pdf", pdf(), "application/pdf")
    page = client.post("/plan/achievements/new/workshop/", form | {"proof": upload})
    assert page.status_code == 422
    assert "名簿.pdf" in page.content.decode()
    kept = page.content.decode().split('name="proof_kept" value="')[1].split('"')[0]

    client.post("/plan/achievements/new/workshop/", form | {"title": "甲", "proof_kept": kept})

    row = Achievement.objects.get()
    assert (row.state, row.proof_name) == ("counted", "名簿.pdf")


def test_nobody_names_a_file_that_was_not_sent(officer):
    form = {"title": "甲", "happened_on": "2024-05-10", "department_code": "digital", "attendees": "3"}

    signed_in_client(officer).post("/plan/achievements/new/workshop/", form | {"proof_kept": "x:y:z"})

    assert Achievement.objects.get().proof_digest == ""


# --- files not to be read -----------------------------------------------------------------------------------


def sent(office, text: str):
    upload = SimpleUploadedFile("実績.csv", text.encode(), "text/csv")
    return signed_in_client(office).post("/plan/achievements/import/workshop/", {"file": upload})


def test_a_quotation_mark_that_never_closes_is_told_with_its_line(office):
    page = sent(office, f'{HEADER}\r\n1,"甲' + "あ" * 140_000)

    assert page.status_code == 422
    assert "引用符" in page.content.decode()


def test_a_row_over_many_lines_is_named_by_its_first(office):
    page = sent(office, f'{HEADER}\r\n1,甲,2999-01-01,digital,"中央\r\n公民館",3,,x\r\n')

    assert 'data-label="行">2</th>' in page.content.decode()


def test_a_first_line_with_a_column_twice_is_refused(office):
    page = sent(office, f"{HEADER},場所\r\n1,甲,2024-05-10,digital,中央公民館,3,,x,西部公民館\r\n")

    assert page.status_code == 422
    assert "列「場所」が二度あります。" in page.content.decode()


@pytest.mark.slow
def test_the_largest_training_is_recorded_and_put_right_in_one_unit(officer):
    people = [f"{number:064d}" for number in range(1000)]
    large = {"kind": "training", "title": "AIの使い方", "place": "本館"}
    row = record(officer, **large, detail={"people": people})

    fewer = content(**large, detail={"people": people[:-1]})
    actions.change_achievement(achievement=row, version=1, content=fewer, by=officer, now=NOW)

    assert Fact.objects.filter(source="training").count() == 999


def test_an_end_that_no_page_could_show_is_told_at_the_field(officer):
    form = {"title": "避難所の一覧", "happened_on": "2024-05-01", "department_code": "digital"}

    page = signed_in_client(officer).post(
        "/plan/achievements/new/dataset/", form | {"ended_on": "9999-12-31", "proof_reference": "盛情企第1号"}
    )

    assert page.status_code == 422
    assert 'href="#ended_on"' in page.text
    assert "終わりの日は、2999-12-31までの日にしてください。" in page.text
    assert not Achievement.objects.exists()
