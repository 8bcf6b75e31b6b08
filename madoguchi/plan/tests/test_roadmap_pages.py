"""The pages of the roadmap: text, table, picture, what if."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madoguchi.common.registers import Happening
from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.plan import reading
from madoguchi.plan.actions import facts, publishing
from madoguchi.plan.tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    for path in sorted((Path(reading.__file__).parent / "catalog").glob("*.yaml")):
        publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)


def page(path: str) -> str:
    response = Client(headers={"accept-language": "ja"}).get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_says_what_happened_as_text_table_and_picture(plan):
    told = [
        Happening(key="1", on=date(2021, 4, 1), subject="priority-procedures", quantity=1),
        Happening(key="2", on=date(2023, 5, 10), subject="priority-procedures", quantity=2),
    ]
    facts.bring_up("milestones", told)

    text = page("/plan/roadmap/?as_of=2023-06-01")

    assert "「優先27手続のオンライン化」は予定より40日遅れて" in text
    assert "「優先27手続のオンライン化」が遅れた影響を受けています。" in text
    assert text.count('class="bar-planned"') == 11
    assert "style=" not in text


def test_a_sentence_says_what_was_planned_what_happened_and_what_follows(plan):
    facts.bring_up("milestones", [Happening("1", date(2021, 4, 1), subject="services-survey")])

    text = page("/plan/roadmap/?as_of=2022-05-10")

    assert (
        "「調査・意見聴取」は、予定の日を40日過ぎても終わっていません。"
        "予定は2021年4月1日（令和3年）から2022年3月31日（令和4年）まで（仮の予定）です。"
        "次の「仕様の作成・調達（導入と移行の試験を含む）」は、2022年5月11日（令和4年）に始まる見込みです。"
    ) in text
    assert "始まりが39日遅れています" in text


def test_the_table_has_a_row_for_each_measure_and_a_column_for_each_fiscal_year(plan):
    facts.bring_up("milestones", [Happening("1", date(2021, 6, 1), subject="ebpm-model")])

    text = page("/plan/roadmap/?as_of=2021-07-01").split("施策と年度ごとの工程")[1].split("</table>")[0]

    assert text.count("<tr") == 1 + 9
    assert all(f">{year}</th>" in text for year in ("令和3年度", "令和7年度"))
    assert "分野横断の整理とモデルづくり（予定・実施）" in text
    assert "分野横断の整理とモデルづくり（見込み）" in text  # two months late: it runs into the next year


def test_bars_without_a_record_of_their_end_are_said_to_have_none_once_the_plan_is_over(plan):
    text = page("/plan/roadmap/?as_of=2026-11-23")

    assert text.count("計画の終わりまでに完了の記録がありません。") == 11
    assert "に終わる見込みです。" not in text


def test_every_bar_of_the_picture_is_a_link_to_its_sentence_and_names_its_state(plan):
    text = page("/plan/roadmap/?as_of=2021-04-01")

    picture = text.split("<svg")[1].split("</svg>")[0]
    assert picture.count("<a ") == 11
    assert (
        '<a href="#bar-training" aria-label="研修の実施（外部研修・外部人材の検討）：－ これから">' in picture
    )
    assert 'id="bar-training"' in text


def test_the_page_asks_as_often_for_many_records_as_for_one(plan, django_assert_num_queries):
    def told(numbers):
        facts.bring_up(
            "milestones", [Happening(f"{n}", date(2021, 4, 1 + n), subject="training") for n in numbers]
        )

    client = Client(headers={"accept-language": "ja"})
    client.get("/plan/roadmap/")
    told(range(1))
    with CaptureQueriesContext(connection) as one:
        client.get("/plan/roadmap/")
    told(range(10))
    with django_assert_num_queries(len(one)):
        client.get("/plan/roadmap/")


def test_a_plan_without_a_roadmap_says_so(plan):
    assert "この計画の工程は、まだ決まっていません。" in page("/plan/roadmap/?plan=morioka-2026-2030")


@pytest.mark.parametrize(("role", "status"), [("office", 200), ("officer", 403), ("head", 403)])
def test_only_the_office_asks_what_if(plan, role, status):
    assert signed_in_client(staff_with(role)).get("/plan/roadmap/what-if/").status_code == status


def test_what_if_shows_the_bars_that_move(plan):
    client = signed_in_client(staff_with("office"))
    asked = "/plan/roadmap/what-if/?as_of=2021-04-01&bar=services-survey&days=３０"

    text = client.get(asked).content.decode()

    moved = text.split('<tbody role="rowgroup">')[1].split("</tbody>")[0]
    assert moved.count("<tr") == 3
    assert moved.count(">30日<") == 3
    assert "2023年4月30日（令和5年）" in moved  # procurement, planned until 31 March
    assert "最後の工程は、計画の終わり（2026年3月31日（令和8年））を30日越えます。" in text


def test_what_if_stores_nothing(plan):
    client = signed_in_client(staff_with("office"))
    address = "/plan/roadmap.csv?as_of=2021-04-01"
    before = b"".join(Client().get(address))

    client.get("/plan/roadmap/what-if/?as_of=2021-04-01&bar=services-survey&days=30")

    assert b"".join(Client().get(address)) == before
    assert client.post("/plan/roadmap/what-if/", {"bar": "services-survey", "days": "30"}).status_code == 405


def test_what_if_within_the_plan_says_that_all_ends_in_time(plan):
    client = signed_in_client(staff_with("office"))
    facts.bring_up("milestones", [Happening("1", date(2021, 4, 1), subject="services-procurement")])

    asked = "/plan/roadmap/what-if/?as_of=2021-04-01&bar=services-survey&days=30"

    assert "までに終わる見込みです。" in client.get(asked).content.decode()


def test_a_day_that_is_none_is_said_at_the_field(plan):
    client = signed_in_client(staff_with("office"))

    response = client.get("/plan/roadmap/what-if/?as_of=2021-02-30&bar=training&days=3")

    assert response.status_code == 422
    assert "日付を読みとれませんでした。" in response.content.decode()


@pytest.mark.parametrize("days", ["0", "-3", "十", "99999"])
def test_what_if_says_which_days_it_takes(plan, days):
    client = signed_in_client(staff_with("office"))

    response = client.get(f"/plan/roadmap/what-if/?bar=training&days={days}")

    assert response.status_code == 422
    assert "1から1500までの整数" in response.content.decode()


def test_the_csv_has_a_row_for_each_bar(plan):
    text = b"".join(Client().get("/plan/roadmap.csv")).decode()

    assert len(text.strip().splitlines()) == 12
