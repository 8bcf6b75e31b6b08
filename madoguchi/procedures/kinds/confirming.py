"""A sentence to confirm, and a text only to read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _

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
    typed,
)


class Declaration(Kind):
    """declaration: the label is the sentence that is confirmed; the value is true or nothing."""

    name: ClassVar[str] = "declaration"
    personal_by_default: ClassVar[bool] = False

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """A ticked box is true."""
        return Cleaned(True if typed(raw) else None)

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Only true is a declaration."""
        return () if value is True else (sentences.wrong_shape(sentences.whole(question, context)),)

    def raw_of(self, question: Question, value: Value) -> Raw:
        """A ticked box."""
        return {"": "1" if value is True else ""}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """確認しました."""
        if value is not True:
            return ""
        with sentences.speaking(lang):
            return _("確認しました")

    def json_schema(self, question: Question) -> dict[str, Any]:
        """true."""
        return {"const": True}

    def sample(self, question: Question, number: int = 0) -> Value:
        """true."""
        return True

    def missing_sentence(self, label: str) -> str:
        """What is missing is a tick."""
        return _("「%(label)s」を読み、よろしければ印を付けてください。") % {"label": label}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """One tick mark."""
        return (PaperBox("", str(question.label), "ticks", 1, choices=(("true", str(question.label)),)),)

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """The wording itself: whoever confirmed another sentence confirms again."""
        return (question.kind, str(question.label), str(question.hint))


class Statement(Kind):
    """statement: text to read, without an answer."""

    name: ClassVar[str] = "statement"
    personal_by_default: ClassVar[bool] = False
    has_value: ClassVar[bool] = False

    def subfields(self, question: Question) -> tuple[str, ...]:
        """No control."""
        return ()

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """No value."""
        return Cleaned(None)

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """No value may be sent."""
        return () if value is None else (sentences.wrong_shape(sentences.whole(question, context)),)

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

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """Text only."""
        return (PaperBox("", str(question.label), "none"),)
