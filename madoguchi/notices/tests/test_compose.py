"""Texts of mails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.notices.compose import WIDTH, Sender, columns_of, compose, wrap

SENDER = Sender("盛岡市", "子ども青少年課", "019-626-0000", "平日 8時30分～17時30分")


def test_a_long_japanese_line_is_broken_at_35_characters() -> None:
    assert wrap(["あ" * 80]) == "あ" * 35 + "\n" + "あ" * 35 + "\n" + "あ" * 10


def test_no_line_begins_with_a_full_stop_or_ends_with_an_opening_bracket() -> None:
    assert wrap(["あ" * 35 + "。い"]) == "あ" * 34 + "\nあ。い"
    assert wrap(["あ" * 34 + "「い」"]) == "あ" * 34 + "\n「い」"


def test_an_address_in_the_web_is_never_broken_and_stands_free() -> None:
    address = "https://madoguchi.city.example.jp/status/?a=" + "b" * 100

    assert wrap([f"状況は次のページでご覧ください。{address} です"]).split("\n")[1] == address


def test_english_words_are_not_broken() -> None:
    assert wrap(["word " * 20]).split("\n") == [" ".join(["word"] * 14), " ".join(["word"] * 6)]


def test_empty_lines_stay() -> None:
    assert wrap(["一", "", "二\n三"]) == "一\n\n二\n三"


def test_a_variation_selector_stays_with_its_character() -> None:
    assert wrap(["あ" * 34 + "辻󠄀" + "い"]) == "あ" * 34 + "辻󠄀\nい"


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), max_size=300))
def test_wrapping_loses_no_letter_and_keeps_lines_short(text: str) -> None:
    wrapped = wrap([text])

    assert wrapped.replace("\n", "") == text
    for line in wrapped.split("\n"):
        assert columns_of(line) <= WIDTH * 2 or not any(ord(c) > 0x2E80 for c in line[:-10])


def test_a_mail_ends_with_who_wrote_it_and_how_to_reach_them() -> None:
    body = compose(["受け付けました。"], sender=SENDER)

    assert body.startswith("受け付けました。\n\n")
    assert "盛岡市 子ども青少年課\n電話 019-626-0000（平日 8時30分～17時30分）\n" in body
    assert body.endswith("\n")


@pytest.mark.parametrize("phone", ["", "019-626-0000"])
def test_what_a_department_has_not_is_left_out(phone: str) -> None:
    body = compose(["受け付けました。"], sender=Sender("盛岡市", "総務課", phone, ""))

    assert ("電話" in body) == bool(phone)
    assert "（）" not in body
