"""The scoreboard: every number on a page is the number of the files and of the rows behind it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from madoguchi.common.registers import Happening
from madoguchi.common.tests.lists import both_files
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.plan import reading
from madoguchi.plan.actions import facts, publishing
from madoguchi.plan.definition import Plan
from madoguchi.plan.queries import plans
from madoguchi.plan.tests.factories import NOW, TypedValueFactory

PLAN = "morioka-2021-2025"
CATALOG = Path(reading.__file__).parent / "catalog"

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    for path in sorted(CATALOG.glob("*.yaml")):
        publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)
    return plans.plan(PLAN)


def hold_workshops(count: int) -> None:
    told = [
        Happening(
            key=str(n),
            on=date(2021, 4 + n % 9, 1 + n % 28),
            department_code="digital" if n % 3 else "elderly",
            label=f"講座{n}",
        )
        for n in range(count)
    ]
    facts.bring_up("workshops", told)


def text_of(path: str, client: Client | None = None) -> str:
    response = (client or Client(headers={"accept-language": "ja"})).get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def data_of(path: str) -> Any:
    return json.loads(text_of(path))


def test_the_board_shows_nine_measures_and_what_is_late(plan):
    hold_workshops(131)

    page = text_of("/plan/")

    assert all(f"{m.id} {m.title}" in page for m in plan.measures)
    assert "131回" in page
    assert "◎ 達成" in page
    assert "× 未達成" in page
    assert "に終わりました。最終の値を表示しています。" in page


def group_of(page: str, heading: str) -> str:
    """What stands below a heading, up to the next one."""
    return page.partition(heading)[2].partition("<h")[0]


@pytest.mark.parametrize(
    ("language", "heading", "word"),
    [
        ("ja", "計画が始まっても、まだ記録がないもの", "「オープンデータの数」は、まだデータがありません。"),
        ("en", "No record yet, though the plan has begun", "Open data sets"),
        ("ja-easy", "計画が 始まっても、まだ 記録が ないもの", "だれでも 使える 市の データ"),
    ],
)
def test_what_nobody_recorded_is_listed_apart_from_what_is_late(plan, language, heading, word):
    client = Client()
    client.cookies["madoguchi_language"] = language
    before = text_of("/plan/?as_of=2021-03-31", client)

    untold = group_of(text_of("/plan/?as_of=2022-03-31", client), heading)
    facts.bring_up("datasets", [Happening(key="a", on=date(2021, 5, 1), subject="a")])
    told = group_of(text_of("/plan/?as_of=2022-03-31", client), heading)

    assert heading not in before
    assert word in untold
    assert untold.count("<li>") == told.count("<li>") + 1


def test_a_day_within_the_plan_shows_the_value_of_that_day(plan):
    hold_workshops(131)

    early = data_of("/plan/scoreboard.json?as_of=2021-06-30")

    found = {one["id"]: one for one in early["indicators"]}["workshops"]
    assert (early["as_of"], early["is_final"]) == ("2021-06-30", False)
    assert found["value"] == len([n for n in range(131) if n % 9 in (0, 1, 2)])


@pytest.mark.parametrize("day", ["2021-13-45", "あした", "2021"])
def test_a_day_that_is_none_is_told_and_today_is_shown(plan, day):
    assert "日付を読みとれませんでした" in text_of(f"/plan/?as_of={day}")


@pytest.mark.parametrize("path", ["/plan/", "/plan/measures/3-3/", "/plan/indicators/workshops/"])
def test_a_day_still_to_come_is_told_and_nothing_is_called_final(plan, path):
    page = text_of(f"{path}?plan=morioka-2026-2030&as_of=9999-12-31")

    assert "まだ来ていない日です" in page
    assert "最終の値" not in page
    assert "9999年" not in page


@pytest.mark.parametrize("day", ["0001-01-01", "2019-12-31"])
@pytest.mark.parametrize(
    "path", ["/plan/", "/plan/measures/3-1/", "/plan/indicators/security-comprehension/"]
)
def test_a_day_before_the_plan_is_told(plan, path, day):
    assert "計画が始まる前の日です" in text_of(f"{path}?as_of={day}")


@pytest.mark.parametrize(
    "address",
    ["scoreboard.json", "scoreboard.csv", "indicators/training-people.json", "feed.atom", "roadmap/"],
)
@pytest.mark.parametrize("day", ["0001-01-01", "2019-12-31", "9999-12-31", "x"])
def test_files_answer_whatever_day_is_asked_for(plan, address, day):
    assert Client().get(f"/plan/{address}?as_of={day}").status_code == 200


def test_a_draft_plan_says_that_its_targets_are_not_decided(plan):
    page = text_of("/plan/?plan=morioka-2026-2030")

    assert "この計画は下書きです。" in page
    assert "－ 目標未定" in page


def test_an_unknown_plan_measure_or_indicator_is_not_found(plan):
    for path in ("/plan/?plan=nowhere", "/plan/measures/9-9/", "/plan/indicators/nothing/"):
        assert Client().get(path).status_code == 404


def test_page_files_and_rows_of_an_indicator_agree(plan):
    hold_workshops(40)
    DepartmentFactory(code="digital", name="情報企画課")
    client = signed_in_client(staff_with("office"))

    page = text_of("/plan/indicators/workshops/")
    data = data_of("/plan/indicators/workshops.json")
    both_files(client, "/plan/scoreboard.csv")
    rows = [",".join(line) for line in both_files(client, "/plan/indicators/workshops/rows.csv")]

    assert "40回" in page
    assert data["value"] == data["series"][-1]["value"] == data["rows"] == len(rows) - 1 == 40
    assert "いちばん多い部署は情報企画課（26回）です。" in page


def test_the_chart_has_a_name_a_sentence_and_a_table(plan):
    hold_workshops(40)

    page = text_of("/plan/indicators/workshops/")

    assert '<svg viewBox="0 0 640 260" role="img" aria-labelledby="chart-title chart-text">' in page
    assert "年度の終わりの値" in page
    assert "style=" not in page


def test_a_typed_value_is_marked_with_its_reason_wherever_it_stands(plan):
    TypedValueFactory(indicator_id="policies", on=date(2025, 3, 31), value=3.0, reason="庁内照会の結果")

    assert "手入力" in text_of("/plan/")
    assert "庁内照会の結果" in text_of("/plan/indicators/policies/")
    found = {i["id"]: i for i in data_of("/plan/scoreboard.json")["indicators"]}["policies"]
    assert (found["value"], found["is_typed"]) == (3.0, True)


def test_a_changed_definition_shows_old_and_new_with_both_values(plan):
    hold_workshops(131)
    source = (CATALOG / f"{PLAN}.yaml").read_text(encoding="utf-8")
    head, tail = source.split("  - id: workshops\n", 1)
    changed = tail.replace("span: plan", "span: year\n    version: 2", 1)
    publishing.publish(source=f"{head}  - id: workshops\n{changed}", by="test", now=NOW)

    page = text_of("/plan/indicators/workshops/?as_of=2021-12-31")

    assert "前の数え方" in page
    assert all(word in page for word in ("第1版", "第2版"))
    assert page.count("131回") >= 2


def test_the_rule_is_published_with_the_numbers_of_the_code(plan):
    page = text_of("/plan/rule/")

    assert "進むはずの量の90％以上なら「順調」です。" in page
    assert "60％以上90％未満なら「やや遅れ」、60％未満なら「遅れ」です。" in page


@pytest.mark.parametrize("language", ["en", "ja-easy"])
@pytest.mark.parametrize(
    "path",
    [
        "/plan/",
        "/plan/rule/",
        "/plan/measures/3-3/",
        "/plan/indicators/workshops/",
        "/plan/indicators/workshops/counts/",
        "/plan/indicators/workshops/definitions/",
    ],
)
def test_the_public_pages_speak_other_languages(plan, path, language):
    hold_workshops(3)
    client = Client()
    client.cookies["madoguchi_language"] = language

    page = text_of(path, client)

    assert {"en": "Progress of the plan", "ja-easy": "計画が どこまで 進んだか"}[language] in page


def test_in_english_the_months_are_named_and_sentences_stand_apart(plan):
    hold_workshops(30)
    client = Client()
    client.cookies["madoguchi_language"] = "en"

    page = text_of("/plan/indicators/workshops/?as_of=2022-03-31", client)
    counts = text_of("/plan/indicators/workshops/counts/", client)
    definitions = text_of("/plan/indicators/workshops/definitions/", client)

    assert "December 2021" in counts
    assert "2021-12" not in counts
    assert "Number (workshops)" in page
    assert re.search(r"[.][A-Z]", re.sub(r"<[^>]*>", " ", page)) is None
    assert "What is compared" in definitions


@pytest.mark.parametrize(
    ("language", "indicator", "words"),
    [
        ("en", "online-share", "Procedures that the law keeps offline are not part of the denominator."),
        ("en", "hours-saved-year", "Work done from 1 April to 31 March is counted in that fiscal year."),
        ("ja-easy", "online-share", "その 手続は、市の 手続の 数に 入れません。"),
        ("ja-easy", "hours-saved-year", "その年度の 仕事として 数えます。"),
    ],
)
def test_pages_say_what_is_not_counted_and_the_rule_of_the_year(plan, language, indicator, words):
    client = Client()
    client.cookies["madoguchi_language"] = language

    assert words in text_of(f"/plan/indicators/{indicator}/", client)
    assert words in text_of(f"/plan/indicators/{indicator}/definitions/", client)


@pytest.mark.parametrize(
    ("role", "status"), [("office", 200), ("officer", 403), ("head", 403), ("administrator", 403)]
)
def test_only_the_office_sees_its_own_board(plan, role, status):
    assert signed_in_client(staff_with(role)).get("/plan/office/").status_code == status


def test_staff_pages_are_japanese_whatever_the_browser_speaks(plan):
    client = signed_in_client(staff_with("office"), headers={"accept-language": "en"})

    assert '<html lang="ja"' in text_of("/plan/office/", client)


def test_rows_behind_a_figure_are_for_staff(plan):
    hold_workshops(3)
    rows = "/plan/indicators/workshops/rows/"

    assert Client().get(rows).status_code == 302
    assert "講座1" in text_of(rows, signed_in_client(staff_with("officer")))


@pytest.mark.parametrize("address", ["/plan/", "/plan/?as_of=2024-05-07", "/plan/scoreboard.json"])
def test_the_board_asks_as_often_for_many_facts_as_for_few(plan, django_assert_max_num_queries, address):
    client = Client()
    hold_workshops(3)
    client.get(address)
    with django_assert_max_num_queries(13):
        client.get(address)
    hold_workshops(300)

    with django_assert_max_num_queries(13):
        client.get(address)


def test_without_any_plan_there_is_no_page():
    assert Client().get("/plan/").status_code == 404
