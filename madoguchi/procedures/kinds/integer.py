"""Whole numbers and yen."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import sentences
from madoguchi.procedures.kinds.base import (
    CleanContext,
    Cleaned,
    Fault,
    FieldError,
    Kind,
    PaperBox,
    Raw,
    Value,
    typed,
)

LARGEST = 10**12
_MINUS = str.maketrans(dict.fromkeys("−‐‑‒–—―ー－▲△", "-"))
_NUMBER = re.compile(r"-?[0-9]{1,15}")


class Integer(Kind):
    """integer: a whole number from `min` (0 unless said otherwise) to `max`."""

    name: ClassVar[str] = "integer"
    personal_by_default: ClassVar[bool] = False

    def bounds(self, question: Question) -> tuple[int, int]:
        """The smallest and largest number allowed."""
        low = question.min if isinstance(question.min, int) else 0
        return low, question.max if isinstance(question.max, int) else LARGEST

    def units(self, question: Question) -> tuple[str, ...]:
        """What people write behind the number, to be taken off."""
        return (str(question.unit),) if question.unit else ()

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """１，０００ is 1000; the unit may stand behind."""
        text = typed(raw)
        if not text:
            return Cleaned(None)
        plain = self._plain(question, text)
        if not _NUMBER.fullmatch(plain):
            message = _("%(what)sを数字だけで入力してください。例：%(example)s") % {
                "what": sentences.whole(question, context),
                "example": self.sample(question),
            }
            return Cleaned(None, (FieldError("", message, "not_a_number"),))
        value = int(plain)
        return Cleaned(value, self.check(question, value, context))

    def _plain(self, question: Question, text: str) -> str:
        plain = unicodedata.normalize("NFKC", text).translate(_MINUS)
        plain = re.sub(r"[\s,、，]", "", plain).lstrip("¥\\￥+")
        for unit in self.units(question):
            plain = plain.removesuffix(unicodedata.normalize("NFKC", unit))
        return plain

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """A whole number within its bounds."""
        low, high = self.bounds(question)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return ()
        what = sentences.whole(question, context)
        if isinstance(value, bool) or not isinstance(value, int):
            return (sentences.wrong_shape(what),)
        return (FieldError("", self._bounds_sentence(question, what), "out_of_bounds"),)

    def _bounds_sentence(self, question: Question, what: str) -> str:
        low, high = self.bounds(question)
        values = {"what": what, "low": f"{low:,}", "high": f"{high:,}", "unit": str(question.unit)}
        if high == LARGEST:
            return _("%(what)sは%(low)s%(unit)s以上の数字で入力してください。") % values
        return _("%(what)sは%(low)sから%(high)s%(unit)sまでの数字で入力してください。") % values

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The digits."""
        return {"": str(value) if isinstance(value, int) and not isinstance(value, bool) else ""}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """1,000 and the unit."""
        if isinstance(value, bool) or not isinstance(value, int):
            return ""
        unit = question.unit.of(lang)
        return f"{value:,}{' ' if unit and unit.isascii() else ''}{unit}"

    def json_schema(self, question: Question) -> dict[str, Any]:
        """An integer with its bounds."""
        low, high = self.bounds(question)
        return {"type": "integer", "minimum": low, "maximum": high}

    def sample(self, question: Question, number: int = 0) -> Value:
        """A number near the lower bound."""
        low, high = self.bounds(question)
        return min(high, max(low, 1) + number)

    def control(self, question: Question) -> dict[str, Any]:
        """Which keyboard helps, what stands behind the box."""
        return {"inputmode": "numeric"}

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """Bounds are whole numbers in order."""
        faults = [
            Fault(key, "wrong_type", f"「{key}」は整数で書いてください。", "引用符のない整数にしてください。")
            for key, bound in (("min", question.min), ("max", question.max))
            if isinstance(bound, str)
        ]
        low, high = self.bounds(question)
        if low > high:
            faults.append(
                Fault(
                    "max",
                    "no_value_possible",
                    "「max」が「min」より小さくなっています。",
                    "逆にしてください。",
                )
            )
        return tuple(faults)

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """A box for each digit."""
        digits = len(str(self.bounds(question)[1])) if isinstance(question.max, int) else 8
        return (PaperBox("", str(question.label), "boxes", digits, "digits"),)

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """The bounds and the unit."""
        return (question.kind, *self.bounds(question), str(question.unit))


class Yen(Integer):
    """yen: a whole amount of money."""

    name: ClassVar[str] = "yen"
    personal_by_default: ClassVar[bool] = True

    def units(self, question: Question) -> tuple[str, ...]:
        """円 or 円也."""
        return ("也", "円")

    def _bounds_sentence(self, question: Question, what: str) -> str:
        low, high = self.bounds(question)
        values = {"what": what, "low": f"{low:,}", "high": f"{high:,}"}
        if high == LARGEST:
            return _("%(what)sは%(low)s円以上の金額を入力してください。") % values
        return _("%(what)sは%(low)s円から%(high)s円までの金額を入力してください。") % values

    def display(self, question: Question, value: Value, lang: str) -> str:
        """12,000円, in English ¥12,000."""
        if isinstance(value, bool) or not isinstance(value, int):
            return ""
        return f"¥{value:,}" if lang == "en" else f"{value:,}円"
