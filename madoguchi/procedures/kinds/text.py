"""One line of text, freely or in one set of characters."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.japan import characters, kana
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import sentences
from madoguchi.procedures.kinds.base import (
    KEPT,
    CleanContext,
    Cleaned,
    FieldError,
    Kind,
    PaperBox,
    Raw,
    Value,
    raw_text,
    typed,
)
from madoguchi.procedures.kinds.pattern_sample import fitting

EMOJI = re.compile("[\U0001f000-\U0001faff\U000e0020-\U000e007f\u20e3\ufe0f]")
UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ue000-\uf8ff\ufeff\ufff0-\uffff"
    "\U000f0000-\U0010ffff]"
)
_BLANKS = re.compile(r"[\s\u3000]+")
_HYPHENS = re.compile(r"[\s\u3000\-‐‑‒–—―−ー－]")
_SETS = {
    "katakana": re.compile("[ァ-ヺー・ヽヾ \u3000]+"),
    "digits": re.compile("[0-9]+"),
    "ascii": re.compile("[ -~]+"),
}


def _one_blank(found: re.Match[str]) -> str:
    return "\u3000" if found[0][0] == "\u3000" else " "


class Text(Kind):
    """text: one line, at most `max_length` characters, perhaps in one set of characters or after a pattern."""

    name: ClassVar[str] = "text"
    default_length: ClassVar[int] = 200
    lines: ClassVar[bool] = False

    def limit(self, question: Question) -> int:
        """How many characters a reader may count."""
        return question.max_length or self.default_length

    def kept(self, question: Question) -> int:
        """Ten times what is allowed: a text that took an hour to write is not cut."""
        return max(KEPT, 10 * self.limit(question))

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """Widths are put right for the set of characters; blanks around are dropped."""
        text = typed(raw)
        if not text:
            return Cleaned(None)
        if length := raw.get("#length"):
            what = sentences.whole(question, context)
            return Cleaned(
                None, (sentences.too_long(what, self.limit(question), length, kept=self.kept(question)),)
            )
        value = self.put_right(question, text)
        return Cleaned(value or None, self.check(question, value, context) if value else ())

    def put_right(self, question: Question, text: str) -> str:
        """The text in the form it is stored."""
        if question.characters == "digits":
            return _HYPHENS.sub("", unicodedata.normalize("NFKC", text))
        if question.characters == "ascii":
            return kana.narrow_ascii(text).strip()
        text = kana.widen_kana(text)
        if question.characters == "katakana":
            text = kana.to_katakana(text)
        return text.replace("\t", " ") if self.lines else _BLANKS.sub(_one_blank, text)

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Length, printable characters, the set of characters, the pattern."""
        code = self._code(question, value)
        if not code:
            return ()
        what = sentences.whole(question, context)
        match code:
            case "too_long":
                length = characters.grapheme_length(value)
                return (sentences.too_long(what, self.limit(question), length, kept=self.kept(question)),)
            case "emoji":
                return (sentences.no_emoji(what),)
            case "not_printable":
                return (sentences.not_printable(what),)
            case "pattern":
                return (FieldError("", self._unfit_sentence(question, what, context), "pattern"),)
        return (sentences.wrong_shape(what),)

    def _code(self, question: Question, value: Value) -> str:
        """What is wrong, or "" for nothing."""
        if not isinstance(value, str) or not value.strip():
            return "wrong_shape"
        limit = self.limit(question)
        if len(value) > limit and characters.grapheme_length(value) > limit:
            return "too_long"
        if EMOJI.search(value):
            return "emoji"
        if UNPRINTABLE.search(value) or ("\n" in value and not self.lines):
            return "not_printable"
        return "" if self._fits(question, value) else "pattern"

    def _fits(self, question: Question, value: str) -> bool:
        allowed = _SETS.get(question.characters)
        if allowed is not None and allowed.fullmatch(value) is None:
            return False
        return question.pattern is None or question.pattern.fullmatch(value) is not None

    def _unfit_sentence(self, question: Question, what: str, context: CleanContext) -> str:
        if question.pattern_message:
            return question.pattern_message.of(context.lang)
        by_set = {
            "katakana": _("%(what)sをカタカナで入力してください。"),
            "digits": _("%(what)sを数字だけで入力してください。"),
            "ascii": _("%(what)sを半角の英数字で入力してください。"),
        }
        return by_set.get(question.characters, _("%(what)sの書き方を確かめてください。")) % {"what": what}

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The text itself."""
        return {"": raw_text(value)}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """The text itself."""
        return raw_text(value)

    def json_schema(self, question: Question) -> dict[str, Any]:
        """A string with its limits."""
        schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": self.limit(question)}
        if question.pattern is not None:
            schema["pattern"] = f"^(?:{question.pattern.pattern})$"
        elif question.characters == "digits":
            schema["pattern"] = "^[0-9]+$"
        return schema

    def sample(self, question: Question, number: int = 0) -> Value:
        """A short text that fits the set of characters and the pattern."""
        by_set = {"katakana": "サンプル", "digits": str(1000 + number), "ascii": f"sample {number}"}
        usual = [
            by_set.get(question.characters, f"見本{number}"),
            "サンプル",
            f"090{10_000_000 + number:08d}",
        ]
        if question.pattern is not None:
            usual.append(fitting(question.pattern))
        candidates = [text[: self.limit(question)] for text in usual]
        return next((text for text in candidates if not self._code(question, text)), candidates[0])

    def control(self, question: Question) -> dict[str, Any]:
        """The limit, how wide the box is, which keyboard helps."""
        limit = self.limit(question)
        width = next((str(width) for width in (4, 8, 12, 20) if limit <= width), "full")
        return {
            "limit": limit,
            "width": width,
            "inputmode": "numeric" if question.characters == "digits" else None,
        }

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """Boxes where the characters are counted, else a line."""
        if question.characters != "any":
            characters_of_boxes = "any" if question.characters == "ascii" else question.characters
            return (PaperBox("", str(question.label), "boxes", self.limit(question), characters_of_boxes),)
        return (PaperBox("", str(question.label), "line"),)

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """Limits and pattern."""
        pattern = question.pattern.pattern if question.pattern else ""
        return (question.kind, self.limit(question), question.characters, pattern)


class LongText(Text):
    """long_text: several lines."""

    name: ClassVar[str] = "long_text"
    default_length: ClassVar[int] = 2000
    lines: ClassVar[bool] = True

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """As many lines as the text may need, at forty characters a line."""
        return (PaperBox("", str(question.label), "lines", min(12, max(3, self.limit(question) // 40))),)
