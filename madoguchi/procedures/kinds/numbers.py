"""Numbers of fixed length that somebody gave out: insured persons, corporations, and the sealed 個人番号."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.japan.check_digits import corporate_number_check_digit, is_corporate_number
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
    raw_text,
    typed,
)

_SEPARATORS = re.compile(r"[\s\-‐‑‒–—―−ー－]")


class DigitsOfLength(Kind):
    """So many digits, neither more nor fewer."""

    length: ClassVar[int]
    prefix: ClassVar[str] = ""  # what may stand before the digits

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """Full width, blanks and hyphens are put right."""
        text = typed(raw)
        if not text:
            return Cleaned(None)
        value = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).removeprefix(self.prefix)
        errors = self.check(question, value, context)
        return Cleaned(None if errors else value, errors)

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """The length, and what the number itself proves."""
        what = sentences.whole(question, context)
        if not isinstance(value, str):
            return (sentences.wrong_shape(what),)
        if len(value) != self.length or not (value.isascii() and value.isdigit()):
            message = _("%(what)sを%(length)s桁の数字で入力してください。")
            return (FieldError("", message % {"what": what, "length": self.length}, "wrong_length"),)
        return self.prove(what, value)

    def prove(self, what: str, digits: str) -> tuple[FieldError, ...]:
        """What the check digit says."""
        return ()

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The digits."""
        return {"": raw_text(value)}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """The digits."""
        return raw_text(value)

    def json_schema(self, question: Question) -> dict[str, Any]:
        """Digits of this length."""
        return {"type": "string", "pattern": f"^[0-9]{{{self.length}}}$"}

    def sample(self, question: Question, number: int = 0) -> Value:
        """A number of the right length."""
        return f"{number:0{self.length}d}"

    def control(self, question: Question) -> dict[str, Any]:
        """A box as wide as the number."""
        return {"inputmode": "numeric", "width": "20" if self.length > 12 else "12"}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """A box for each digit."""
        return (PaperBox("", str(question.label), "boxes", self.length, "digits"),)


class InsuredNumber(DigitsOfLength):
    """insured_number: ten digits of the long-term care insurance (介護保険被保険者番号)."""

    name: ClassVar[str] = "insured_number"
    length: ClassVar[int] = 10


class CorporateNumber(DigitsOfLength):
    """corporate_number: the thirteen digits of a 法人番号, whose first proves the others."""

    name: ClassVar[str] = "corporate_number"
    personal_by_default: ClassVar[bool] = False
    length: ClassVar[int] = 13
    prefix: ClassVar[str] = "T"  # as on invoices

    def prove(self, what: str, digits: str) -> tuple[FieldError, ...]:
        """One wrong digit is found out."""
        if is_corporate_number(digits):
            return ()
        message = _("%(what)sの数字に間違いがあるようです。13桁をもう一度確かめてください。") % {"what": what}
        return (FieldError("", message, "wrong_check_digit"),)

    def sample(self, question: Question, number: int = 0) -> Value:
        """A formally valid number."""
        base = f"{700001205000 + number:012d}"
        return corporate_number_check_digit(base) + base


class IndividualNumber(Kind):
    """individual_number (個人番号): sealed at entry to the internal side; refused until that vault exists."""

    name: ClassVar[str] = "individual_number"

    def read(self, question: Question, data: object, prefix: str = "q.") -> Raw:
        """Nothing is read: what is not kept cannot leak."""
        return {}

    def is_empty(self, question: Question, raw: Raw) -> bool:
        """There is never anything."""
        return True

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """No value."""
        return Cleaned(None)

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Every value is refused."""
        message = _("%(what)sは、ここでは受け付けていません。入力しないでください。")
        return (FieldError("", message % {"what": sentences.whole(question, context)}, "not_accepted"),)

    def raw_of(self, question: Question, value: Value) -> Raw:
        """Nothing."""
        return {}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """Nothing."""
        return ""

    def json_schema(self, question: Question) -> dict[str, Any]:
        """No value."""
        return {"not": {}}

    def sample(self, question: Question, number: int = 0) -> Value:
        """No value."""
        return None

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """No definition may ask for it yet."""
        return (
            Fault(
                "kind",
                "sealed_kind",
                "個人番号（individual_number）は、封印して保管する仕組みができるまで使えません。",
                "この質問を消し、窓口での確認などに変えてください。",
            ),
        )
