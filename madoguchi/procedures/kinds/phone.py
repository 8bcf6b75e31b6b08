"""Telephone numbers: digits are stored."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.japan.phone import PhoneError, format_phone, normalise_phone
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import sentences
from madoguchi.procedures.kinds.base import (
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


class Phone(Kind):
    """phone: ten or eleven digits with the leading zero."""

    name: ClassVar[str] = "phone"

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """Any usual way of writing, +81 and full width too."""
        text = typed(raw)
        if not text:
            return Cleaned(None)
        try:
            return Cleaned(normalise_phone(text))
        except PhoneError as error:
            return Cleaned(None, (self._explain(sentences.whole(question, context), error),))

    def _explain(self, what: str, error: PhoneError) -> FieldError:
        messages = {
            "wrong_character": _("%(what)sを数字で入力してください。例：019-651-4111、090-1234-5678"),
            "no_leading_zero": _("%(what)sを市外局番から入力してください。例：019-651-4111"),
            "wrong_length": _("%(what)sは10桁か11桁の数字です。桁数を確かめてください。例：090-1234-5678"),
        }
        message = messages.get(error.code, _("%(what)sを入力してください。"))
        return FieldError("", message % {"what": what}, error.code)

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Digits of a possible number."""
        what = sentences.whole(question, context)
        if not isinstance(value, str) or len(value) > 20:
            return (sentences.wrong_shape(what),)
        try:
            plain = normalise_phone(value)
        except PhoneError as error:
            return (self._explain(what, error),)
        return () if plain == value else (sentences.wrong_shape(what),)

    def raw_of(self, question: Question, value: Value) -> Raw:
        """In groups, as it is read."""
        return {"": format_phone(raw_text(value))}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """In groups."""
        return format_phone(raw_text(value))

    def json_schema(self, question: Question) -> dict[str, Any]:
        """Ten or eleven digits."""
        return {"type": "string", "pattern": "^0[1-9][0-9]{8,9}$"}

    def sample(self, question: Question, number: int = 0) -> Value:
        """A mobile number."""
        return f"090{10000000 + number:08d}"

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """Eleven boxes."""
        return (PaperBox("", str(question.label), "boxes", 11, "digits"),)
