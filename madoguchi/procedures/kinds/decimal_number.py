"""Numbers with digits behind the point, kept as text so that nothing is rounded."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import sentences
from madoguchi.procedures.kinds.base import (
    CleanContext,
    Cleaned,
    Fault,
    FieldError,
    PaperBox,
    Raw,
    Value,
    raw_text,
    typed,
)
from madoguchi.procedures.kinds.integer import Integer

PLACES = 2
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")


class DecimalNumber(Integer):
    """decimal: from `min` to `max` with at most `places` digits behind the point."""

    name: ClassVar[str] = "decimal"

    def limits(self, question: Question) -> tuple[Decimal, Decimal | None]:
        """The smallest and largest number; the largest may be open."""
        low, high = _bound(question.min), _bound(question.max)
        return (Decimal(0) if low is None else low), high

    def places(self, question: Question) -> int:
        """How many digits may stand behind the point."""
        return PLACES if question.places is None else question.places

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """１．５０ is 1.5."""
        text = typed(raw)
        if not text:
            return Cleaned(None)
        plain = self._plain(question, text)
        if plain.startswith("."):
            plain = f"0{plain}"
        if not _DECIMAL.fullmatch(plain):
            message = _("%(what)sを数字で入力してください。小数点も使えます。例：1.5") % {
                "what": sentences.whole(question, context)
            }
            return Cleaned(None, (FieldError("", message, "not_a_number"),))
        value = _canonical(Decimal(plain))
        return Cleaned(value, self.check(question, value, context))

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """A decimal text within its bounds and places."""
        what = sentences.whole(question, context)
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            return (sentences.wrong_shape(what),)
        if len(value.partition(".")[2]) > self.places(question):
            message = _("%(what)sは小数点以下%(places)s桁までで入力してください。") % {
                "what": what,
                "places": self.places(question),
            }
            return (FieldError("", message, "too_many_places"),)
        low, high = self.limits(question)
        if low <= Decimal(value) and (high is None or Decimal(value) <= high):
            return ()
        return (FieldError("", self._bounds_sentence(question, what), "out_of_bounds"),)

    def _bounds_sentence(self, question: Question, what: str) -> str:
        low, high = self.limits(question)
        values = {"what": what, "low": low, "high": high, "unit": str(question.unit)}
        if high is None:
            return _("%(what)sは%(low)s%(unit)s以上の数字で入力してください。") % values
        return _("%(what)sは%(low)sから%(high)s%(unit)sまでの数字で入力してください。") % values

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The number as it is stored."""
        return {"": raw_text(value)}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """1,234.5 and the unit."""
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            return raw_text(value)
        unit = question.unit.of(lang)
        return f"{Decimal(value):,f}{' ' if unit and unit.isascii() else ''}{unit}"

    def json_schema(self, question: Question) -> dict[str, Any]:
        """A string, so that no reader rounds it."""
        places = self.places(question)
        fraction = rf"(\.[0-9]{{1,{places}}})?" if places else ""
        return {"type": "string", "pattern": f"^-?[0-9]{{1,15}}{fraction}$"}

    def sample(self, question: Question, number: int = 0) -> Value:
        """The lower bound, or some steps above it."""
        low, high = self.limits(question)
        value = low + number if high is None else min(high, low + number)
        return _canonical(value)

    def control(self, question: Question) -> dict[str, Any]:
        """A keyboard with a point."""
        return {"inputmode": "decimal"}

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """Bounds are numbers in order."""
        for key, bound in (("min", question.min), ("max", question.max)):
            if bound is not None and _bound(bound) is None:
                return (Fault(key, "wrong_type", f"「{key}」は数で書いてください。", "例: 0.5"),)
        low, high = self.limits(question)
        if high is not None and low > high:
            return (
                Fault(
                    "max",
                    "no_value_possible",
                    "「max」が「min」より小さくなっています。",
                    "逆にしてください。",
                ),
            )
        return ()

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """A line: the place of the point is not known beforehand."""
        return (PaperBox("", str(question.label), "line", 0, "digits"),)

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """Bounds, places, unit."""
        low, high = self.limits(question)
        return (question.kind, str(low), str(high), self.places(question), str(question.unit))


def _bound(bound: int | str | None) -> Decimal | None:
    if bound is None:
        return None
    try:
        number = Decimal(bound)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _canonical(number: Decimal) -> str:
    plain = f"{number:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "") else plain
