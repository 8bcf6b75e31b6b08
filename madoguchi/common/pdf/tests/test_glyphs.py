from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.common.pdf.documents import Row, Section
from madoguchi.common.pdf.glyphs import Note, prepare
from madoguchi.common.pdf.tests.papers import FILING_COPY, LETTER
from madoguchi.common.pdf.tests.reading import claims_of, text_of

UNASSIGNED = "\U0002fffd"
PRIVATE_USE = "\ue000"


def printed(text: str) -> tuple[str, list[Note]]:
    shown, notes = prepare({"name": text})
    return shown["name"], notes


@pytest.mark.parametrize(
    "name", ["山田太郎", "𠮷田", "髙橋", "山﨑", "辻󠄀本", "葛󠄀城", "ＡＢＣ", "ｶﾞｷﾞ", "がぎ", "神社", "①㈱〒"]
)
def test_names_of_the_family_register_are_shown_as_they_are(name):
    assert printed(name) == (name, [])


@pytest.mark.parametrize(
    ("typed", "shown", "codes"),
    [
        (f"山{UNASSIGNED}田", "山〓田", "U+2FFFD"),
        (f"外{PRIVATE_USE}字", "外〓字", "U+E000"),
        ("山😀田", "山〓田", "U+1F600"),
        ("山👨‍👩‍👧田", "山〓田", "U+1F468 U+200D U+1F469 U+200D U+1F467"),
        ("山👍🏽田", "山〓田", "U+1F44D U+1F3FD"),
        ("山\x01田", "山〓田", "U+0001"),
        ("山\ud83d田", "山〓田", "U+D83D"),
        (f"山{UNASSIGNED}\U000e0100田", "山〓田", "U+2FFFD U+E0100"),
    ],
)
def test_what_the_font_lacks_is_marked_and_named_by_its_number(typed, shown, codes):
    assert printed(typed) == (shown, [Note("〓", codes, shown, is_variant=False)])


def test_a_variant_the_font_lacks_keeps_its_characters_and_is_noted():
    typed = "辻\U000e01ef本"

    assert printed(typed) == (typed, [Note("辻\U000e01ef", "U+8FBB U+E01EF", typed, is_variant=True)])


def test_a_mark_that_a_person_typed_needs_no_note():
    assert printed("〓") == ("〓", [])


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\tb", "a b"),
        ("a\u202eb\u200b\ufeffc", "abc"),
        ("a\u3000b\u00a0c", "a\u3000b\u00a0c"),
    ],
)
def test_line_ends_are_kept_and_invisible_turns_of_direction_are_not(typed, shown):
    assert printed(typed) == (shown, [])


def test_notes_show_where_the_character_stands_and_come_once():
    _shown, notes = prepare(
        [f"0123456789{UNASSIGNED}0123456789", f"0123456789{UNASSIGNED}0123456789", UNASSIGNED]
    )

    assert [note.near for note in notes] == ["456789〓012345", "〓"]


def test_everything_inside_the_data_is_prepared_and_other_values_stay():
    shown, notes = prepare({"a": [{"b": UNASSIGNED}, 1, None, True], "seal": b"\x00"})

    assert shown == {"a": [{"b": "〓"}, 1, None, True], "seal": b"\x00"}
    assert len(notes) == 1


def test_a_paper_with_such_characters_keeps_its_standards_and_lists_them():
    rows = (Row("氏名", f"山{UNASSIGNED} 花子"), Row("旧氏", "辻\U000e01ef"), Row("備考", "😀"))

    content = replace(FILING_COPY, sections=(Section("お子さん", rows),)).render()
    text = text_of(content)

    assert "氏名山〓花子" in text
    assert "「山〓花子」の「〓」は、この書類の書体にない文字です（U+2FFFD）。" in text
    assert "辻\U000e01ef" in text
    assert "標準の字形で表示しています（U+8FBBU+E01EF）。" in text
    assert "（U+1F600）" in text
    assert "<pdfaid:part>2</pdfaid:part>" in claims_of(content)


def test_a_paper_without_such_characters_has_no_note():
    assert "文字についての注" not in text_of(FILING_COPY.render())


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_no_text_of_any_kind_stops_a_paper(text):
    content = replace(LETTER, addressee=text, paragraphs=(text,)).render()

    assert "<pdfuaid:part>1</pdfuaid:part>" in claims_of(content)
