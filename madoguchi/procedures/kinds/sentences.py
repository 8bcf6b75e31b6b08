"""Sentences that several kinds say: which field it is and what to do there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _

from madoguchi.japan.eras import Era, format_both, format_wareki, format_western, to_wareki
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds.base import KEPT, CleanContext, FieldError


def whole(question: Question, context: CleanContext) -> str:
    """「氏名」: the question by its label."""
    return _("「%(label)s」") % {"label": question.label.of(context.lang)}


def part(question: Question, context: CleanContext, name: str) -> str:
    """「氏名」の「氏」: one field of the question."""
    return _("「%(label)s」の「%(part)s」") % {"label": question.label.of(context.lang), "part": name}


def enter(what: str, subfield: str = "") -> FieldError:
    """Something is to be typed here."""
    return FieldError(subfield, _("%(what)sを入力してください。") % {"what": what}, "missing")


def choose(what: str, subfield: str = "") -> FieldError:
    """Something is to be chosen here."""
    return FieldError(subfield, _("%(what)sを選んでください。") % {"what": what}, "missing")


def too_long(what: str, limit: int, length: int, subfield: str = "", *, kept: int = KEPT) -> FieldError:
    """How many characters are allowed, and how many there are."""
    message = _("%(what)sは%(limit)s文字以内で入力してください。いま%(length)s文字あります。") % {
        "what": what,
        "limit": f"{limit:,}",
        "length": f"{length:,}",
    }
    if length > kept:
        message += _("画面には、はじめの%(kept)s文字を表示しています。") % {"kept": f"{kept:,}"}
    return FieldError(subfield, message, "too_long")


def no_emoji(what: str, subfield: str = "") -> FieldError:
    """Emoji cannot be stored in the systems behind."""
    return FieldError(
        subfield, _("%(what)sに絵文字は使えません。絵文字を消してください。") % {"what": what}, "emoji"
    )


def not_printable(what: str, subfield: str = "") -> FieldError:
    """Characters that no paper can show."""
    message = _("%(what)sに表示できない文字があります。その文字を消して、入力し直してください。") % {
        "what": what
    }
    return FieldError(subfield, message, "not_printable")


def not_an_option(what: str, subfield: str = "") -> FieldError:
    """The choice is not among those offered."""
    return FieldError(
        subfield, _("%(what)sを、表示されている中から選んでください。") % {"what": what}, "not_an_option"
    )


def wrong_shape(what: str, subfield: str = "") -> FieldError:
    """A value (from an interface or an import) that is not of this kind at all."""
    return FieldError(
        subfield, _("%(what)sの形式が違います。もう一度入力してください。") % {"what": what}, "wrong_shape"
    )


def day(value: date, lang: str) -> str:
    """A day in a sentence: 2026年11月23日（令和8年）, in English 23 November 2026."""
    return western_day(value, lang) if lang == "en" else format_both(value)


def western_day(value: date, lang: str) -> str:
    """A day without its era: 2026年11月23日, in English 23 November 2026."""
    return f"{value.day} {value:%B} {value.year}" if lang == "en" else format_western(value)


def era(value: Era) -> str:
    """The name of an era as the field to choose it from shows it: 昭和, in English Shōwa."""
    return _(value.name)


def era_day(value: date, lang: str) -> str:
    """A day by its era: 平成元年2月1日, in English 1 February, Heisei 1; in やさしい日本語 with its reading."""
    if lang == "ja":
        return format_wareki(value)
    found = to_wareki(value)
    if lang == "en":
        return f"{value.day} {value:%B}, {era(found.era)} {found.year}"
    return f"{era(found.era)}{found.year}年{value.month}月{value.day}日"


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Sentences inside are in this language, whatever language the page is in."""
    if get_language() == lang:
        yield
        return
    with override(lang):
        yield


def joined(labels: list[str]) -> str:
    """A list in a line."""
    return pgettext("list separator", "、").join(labels)
