"""A slot: what a page sends for one, what is no slot, how its week is shown."""

from types import SimpleNamespace
from typing import Any

import pytest

from madoguchi.procedures.findings import BrokenDefinition
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.slot import is_code, is_name, key_of
from madoguchi.procedures.tests.building import CONTEXT, Posted, answer, codes, question
from madoguchi.procedures.tests.test_widgets import Page, html_of

ASKED = question("slot", stock="rooms")
KIND = registry.of(ASKED)
VALUE: dict[str, Any] = {
    "resource": "room-a",
    "name": "中央公民館 会議室A",
    "day": "2026-06-03",
    "start": "09:00",
    "end": "12:30",
    "minutes": 210,
    "price_yen": 900,
}
KEY = "room-a|中央公民館 会議室A|2026-06-03|09:00|12:30|900"


def table(**keys: Any) -> SimpleNamespace:
    """A week as the room with the stock makes it."""
    line = SimpleNamespace(
        id="0603-0900", key=KEY, hours="9:00〜12:30", state="○", price="900円", is_free=True, is_chosen=False
    )
    full = SimpleNamespace(
        id="0603-1300",
        key="",
        hours="13:00〜17:00",
        state="× 空きなし",
        price="",
        is_free=False,
        is_chosen=False,
    )
    days = (SimpleNamespace(text="6月3日", lines=(line, full)), SimpleNamespace(text="6月4日", lines=()))
    made = {
        "places": (("room-a", "会議室A"), ("room-b", "会議室B")),
        "place": "room-a",
        "note": "",
        "week": "2026-06-01",
        "first": "6月1日",
        "last": "6月7日",
        "days": days,
        "previous": "",
        "next": "2026-06-08",
        "chosen": None,
    }
    return SimpleNamespace(**(made | keys))


def test_a_chosen_line_becomes_the_slot_with_its_minutes() -> None:
    assert answer(ASKED, KEY, resource="room-a").value == VALUE
    assert key_of(VALUE) == KEY


def test_a_table_that_was_only_looked_at_is_no_answer() -> None:
    raw = KIND.read(ASKED, Posted(resource="room-a", week="2026-06-01"))

    assert KIND.is_empty(ASKED, raw)
    assert answer(ASKED, resource="room-a").value is None


def test_a_button_turns_to_another_week() -> None:
    sent = Posted(KEY, week="2026-06-01")
    sent.fields["lookup.q"] = ["2026-06-08"]

    assert KIND.read(ASKED, sent)["week"] == "2026-06-08"


def test_the_button_beside_the_place_leaves_the_week_as_it_is() -> None:
    sent = Posted(KEY, week="2026-06-01")
    sent.fields["lookup.q"] = [""]

    assert KIND.read(ASKED, sent)["week"] == "2026-06-01"


def test_looking_at_another_place_lets_the_choice_go_and_at_the_same_place_keeps_it() -> None:
    raw = KIND.read(ASKED, Posted(KEY, resource="room-b"))
    same = KIND.read(ASKED, Posted(KEY, resource="room-a"))

    assert KIND.lookup(ASKED, raw)[""] == ""
    assert KIND.lookup(ASKED, same)[""] == KEY
    assert KIND.lookup(ASKED, {"": "nothing"})[""] == "nothing"


def test_a_place_changed_without_looking_at_its_times_is_asked_about() -> None:
    cleaned = answer(ASKED, KEY, resource="room-b")

    assert codes(cleaned.errors) == [("resource", "other_place")]
    assert "空きを見る" in cleaned.errors[0].message


@pytest.mark.parametrize(
    "typed",
    [
        "x",
        KEY.replace("09:00", "9:00"),
        KEY.replace("12:30", "08:00"),
        KEY.replace("2026-06-03", "2026-02-30"),
        KEY.replace("900", "-1"),
        KEY.replace("room-a", "Room A"),
        KEY + "|more",
    ],
)
def test_what_no_page_offers_is_refused(typed: str) -> None:
    assert codes(answer(ASKED, typed).errors) == [("", "not_an_option")]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "2026-06-03",
        {**VALUE, "more": 1},
        {**VALUE, "name": 1},
        {**VALUE, "name": "a|b"},
        {**VALUE, "end": "09:00"},
        {**VALUE, "minutes": True},
        {**VALUE, "minutes": 5},
        {**VALUE, "price_yen": -1},
        {**VALUE, "price_yen": "900"},
        {**VALUE, "day": "20260603"},
        {**VALUE, "day": "2026-13-01"},
    ],
)
def test_a_value_that_no_stock_writes_is_wrong_and_never_breaks_a_page(value: Any) -> None:
    assert codes(KIND.check(ASKED, value, CONTEXT)) == [("", "wrong_shape")]
    assert KIND.display(ASKED, value, "ja") == ""
    assert KIND.raw_of(ASKED, value) == {"": "", "resource": "", "week": ""}


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("ja", "中央公民館 会議室A　2026年6月3日（令和8年） 水曜日 9:00〜12:30"),
        ("en", "中央公民館 会議室A, 3 June 2026, Wednesday, 9:00–12:30"),
        ("ja-easy", "中央公民館 会議室A　2026年6月3日 水曜日（すいようび） 9:00〜12:30"),
    ],
)
def test_a_slot_is_read_in_the_language_of_the_page(language: str, shown: str) -> None:
    assert KIND.display(ASKED, VALUE, language) == shown


def test_codes_and_names_of_places_are_such_as_a_page_can_hold() -> None:
    assert is_code("room-a")
    assert not is_code("-room")
    assert is_name("会議室")
    assert not any(map(is_name, ("", " 会議室", "会議室|A", "会\n議", "会" * 121)))


def test_a_slot_without_a_stock_is_no_definition() -> None:
    with pytest.raises(BrokenDefinition):
        question("slot")


def test_on_paper_two_wishes_are_written() -> None:
    assert [box.label for box in KIND.paper(ASKED)] == ["質問（第1希望）", "質問（第2希望）"]


def test_what_is_free_can_be_chosen_and_what_is_taken_is_said_in_words() -> None:
    html = html_of(ASKED, {}, table=table())
    page = Page(html)
    radios = [one for one in page.controls if one.get("type") == "radio"]

    assert [one["value"] for one in radios] == [KEY]
    assert "13:00〜17:00　× 空きなし" in html
    assert "枠はありません" in html
    assert 'name="lookup.q" value="2026-06-08"' in html
    assert "前の週" not in html
    assert all(control["id"] in page.labels for control in page.controls)
    assert len(page.ids) == len(set(page.ids))


def test_what_was_chosen_in_another_week_stays_chosen() -> None:
    chosen = SimpleNamespace(key="other", label="会議室A 6月20日")
    page = Page(html_of(ASKED, {}, table=table(chosen=chosen, previous="2026-05-25", note="鍵は事務室")))

    assert [one["value"] for one in page.controls if "checked" in one] == ["other"]


@pytest.mark.parametrize("nothing", [None, SimpleNamespace(places=())])
def test_without_a_stock_the_page_says_whom_to_ask(nothing: Any) -> None:
    assert "担当の部署に電話してください" in html_of(ASKED, {}, table=nothing)


def test_an_error_of_the_slot_stands_at_its_group_and_one_of_the_place_at_the_place() -> None:
    html = html_of(ASKED, {}, table=table(), errors=answer(ASKED, KEY, resource="room-b").errors)

    assert 'id="q-q-resource-error"' in html
