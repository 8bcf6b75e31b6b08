"""Finding a procedure by the words people really use, however they spell them."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.common.ids import new_id
from madoguchi.procedures import queries
from madoguchi.procedures.compiling import compile_data, compile_source
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.queries import Offer
from madoguchi.procedures.tests.building import asked, section, source
from madoguchi.procedures.tests.factories import source_of

CLAIM = "child-allowance-claim"
RECORD = "residence-certificate"


@pytest.fixture(scope="module")
def definitions() -> list[Definition]:
    """What the city of these tests offers."""
    moving = compile_data(
        source(
            section("main", asked("name")),
            id="moving-in",
            title="転入届",
            kana="てんにゅうとどけ",
            summary="市外から引っ越してきた方の届出です。児童手当の手続もあわせて案内します。",
            words=["引っ越し", "引越し", "住所変更", "転居してきた"],
            life_events=["moving"],
            department="counter",
            texts={"en": {"title": "Moving-in notification", "summary": "For people who moved to the city."}},
        )
    )
    return [
        compile_source(source_of("child_allowance_claim")),
        compile_source(source_of("residence_certificate")),
        moving,
    ]


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch, definitions: list[Definition]) -> None:
    """These procedures are offered today."""
    offers = [Offer(d.id, new_id(), 1, True, d) for d in sorted(definitions, key=lambda d: d.kana)]
    monkeypatch.setattr(queries, "offers", lambda: offers)


def found(text: str, **filters: Any) -> list[str]:
    """The ids that are found, best first."""
    return [offer.procedure_id for offer in queries.search(text, **filters)]


@pytest.mark.parametrize(
    "typed",
    [
        "児童手当",
        "こども手当",
        "子ども手当",
        "子供手当",
        "じどうてあて",
        "ジドウテアテ",
        "ｼﾞﾄﾞｳﾃｱﾃ",
        "しどうてあて",
        "児童手當",
        "赤ちゃんが生まれた",
        "赤ちゃんが生まれたのでお金をもらいたい",
        "Child Allowance",
        "ｃｈｉｌｄ　ａｌｌｏｗａｎｃｅ",
        "15日特例",
    ],
)
def test_the_child_allowance_is_found_first_by_every_name_it_has(typed):
    assert found(typed)[:1] == [CLAIM]


@pytest.mark.parametrize(
    "typed", ["じどうてて", "児童手あて", "じゅうみんひょ", "じゆうみんひよう", "住民票の移し"]
)
def test_a_slip_of_the_pen_is_forgiven(typed):
    assert found(typed)


def test_a_name_comes_before_a_word_and_a_word_before_the_summary():
    assert found("児童手当") == [CLAIM, "moving-in"]
    assert found("引っ越し") == ["moving-in", CLAIM]


def test_every_word_must_fit():
    assert found("児童手当 公務員") == [CLAIM]
    assert found("住民票 児童手当") == []
    assert found("住民票　写し") == [RECORD]


def test_what_nobody_offers_is_not_found():
    for typed in ("パスポート", "zzzz", "😀", "𠮷"):
        assert found(typed) == []


@pytest.mark.parametrize("typed", ["", "  ", "　"])
def test_without_a_word_everything_is_listed_by_reading(typed):
    assert found(typed) == [CLAIM, RECORD, "moving-in"]


@pytest.mark.django_db  # what became of a department is asked there
def test_life_event_and_department_narrow_the_list():
    assert found("", life_event="moving") == [CLAIM, "moving-in"]
    assert found("", life_event="moving", department="counter") == ["moving-in"]
    assert found("児童手当", department="resident-records") == []
    assert found("", life_event="no-such-event") == []


def test_a_very_long_question_is_answered():
    assert found("児童手当" * 500) == [CLAIM]
    assert found("ん" * 5000) == []
