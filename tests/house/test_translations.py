"""Translations: everything a resident may get to see, in every language, with nothing lost on the way."""

from __future__ import annotations

import re
from functools import cache

import pytest
from babel.messages import Catalog, Message
from django.conf import settings
from django.utils.translation import to_locale

from scripts import messages
from tests.house.sources import PACKAGE

JAPANESE = re.compile(r"[々〇〻ぁ-ゖァ-ヺー一-鿿]+")
READING = re.compile(r"（[^（）]*）")  # （うけつけばんごう）, and explanations
ERAS = re.compile("令和|平成|昭和|大正|明治")
# What the guideline of 2020 advises against: honorific verbs, doubled negatives, officials' words.
HARD = re.compile(
    "いただ|ございま|申し訳|ご覧|お待たせ|くださいませ|いたしま|なければならな|なくはな|ないわけ|により|に際し|速やか"
)
LONGEST_SENTENCE = 60  # characters without readings, placeholders and what a source names as a whole


@cache
def needed() -> list[messages.Found]:
    """Read once: it looks through every file."""
    return messages.needed()


def translations(folder: str) -> list[tuple[messages.Found, str]]:
    """Each message with each of its translated forms."""
    catalogue = messages.read_catalogue(folder)
    found = []
    for entry in needed():
        translated = catalogue.get(entry.message.id, entry.message.context)
        found += [(entry, text) for text in messages.texts(translated)] if translated else []
    return found


@pytest.mark.slow
def test_every_message_that_a_resident_may_see_is_translated() -> None:
    assert messages.faults() == []


@pytest.mark.slow
@pytest.mark.parametrize("folder", messages.LANGUAGES)
def test_a_catalogue_holds_nothing_that_only_staff_see(folder: str) -> None:
    for_staff = {entry.id for entry in messages.found() if all(map(messages.is_for_staff, entry.files))}
    held = {m.id if isinstance(m.id, str) else m.id[0] for m in messages.read_catalogue(folder)}

    assert held & for_staff == set()


def test_every_language_but_japanese_has_its_catalogue_where_django_looks_for_it() -> None:
    folders = {to_locale(code) for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE}

    assert folders == set(messages.LANGUAGES)
    assert all(messages.catalogue_path(folder).exists() for folder in folders)


@pytest.mark.parametrize(
    ("file", "for_staff"),
    [
        ("common/jinja2/common/page.html", False),
        ("common/jinja2/common/components.html", False),
        ("common/jinja2/common/desk.html", True),
        ("common/jinja2/common/jobs.html", True),
        ("common/files/messages.py", False),
        ("procedures/kinds/sentences.py", False),
        ("applications/mails.py", False),
        ("applications/alarms.py", True),
        ("applications/desk_case.py", True),
        ("applications/views/filing.py", False),
        ("applications/views/desk/inbox.py", True),
        ("applications/jinja2/applications/receipt.html", False),
        ("applications/jinja2/applications/desk/receipt.html", True),
        ("identity/jinja2/identity/sign_in.html", True),
        ("organization/views/staff.py", True),
        ("notices/compose.py", False),
    ],
)
def test_what_only_staff_see_is_told_by_where_it_stands(file: str, for_staff: bool) -> None:
    assert (PACKAGE / file).exists()
    assert messages.is_for_staff(file) == for_staff


def test_every_file_listed_as_being_for_staff_exists() -> None:
    assert [file for file in messages.STAFF_FILES if not (PACKAGE / file).exists()] == []


@pytest.mark.parametrize(
    ("source", "translated"),
    [
        ("%(day)sまで", "until"),
        ("%(day)sまで", "until %(date)s"),
        ("%(day)sまで", "%(day)s until %(day)s"),
        ("理由: %s", "Reason"),
        ("あと{n}文字", "{m} left"),
        ("月曜日から\n祝日は休み", "Monday to Friday, closed on holidays"),
    ],
)
def test_a_translation_with_other_placeholders_or_line_breaks_is_a_fault(
    source: str, translated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = Catalog(locale="en")
    catalogue.add(source, translated)
    entry = messages.Found(Message(source), frozenset({"common/jinja2/common/page.html"}))
    monkeypatch.setattr(messages, "needed", lambda: [entry])
    monkeypatch.setattr(messages, "LANGUAGES", {"en": "en"})
    monkeypatch.setattr(messages, "read_catalogue", lambda _folder: catalogue)

    (fault,) = messages.faults()

    assert "other placeholders" in fault


@pytest.mark.slow
def test_english_has_japanese_only_where_the_source_names_something_to_be_written_in_japanese() -> None:
    mixed = [
        text
        for entry, text in translations("en")
        if any(word not in " ".join(entry.forms) for word in JAPANESE.findall(text))
    ]

    assert mixed == []


@pytest.mark.slow
def test_no_english_translation_is_the_japanese_source() -> None:
    copied = [text for entry, text in translations("en") if text in entry.forms and JAPANESE.search(text)]

    assert copied == []


@pytest.mark.slow
def test_easy_japanese_uses_western_years_unless_an_era_is_to_be_chosen_or_written() -> None:
    eras = [
        text for entry, text in translations("ja_Easy") if ERAS.search(text) and not ERAS.search(entry.id)
    ]

    assert [text for text in eras if "年の書き方" not in text] == []


@pytest.mark.slow
def test_easy_japanese_has_no_honorific_verbs_and_no_officials_words() -> None:
    assert [text for _entry, text in translations("ja_Easy") if HARD.search(text)] == []


@pytest.mark.slow
def test_easy_japanese_is_said_in_short_sentences() -> None:
    long = [
        sentence
        for entry, text in translations("ja_Easy")
        for sentence in re.split(
            "[。\n]", messages.PLACEHOLDER.sub("", READING.sub("", READING.sub("", text)))
        )
        if len(sentence) > LONGEST_SENTENCE
    ]

    assert long == []
