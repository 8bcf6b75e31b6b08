"""What every question kind promises: read what was typed, clean it, check a value, show it, describe it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol

from django.utils.translation import gettext as _

from madoguchi.procedures.definition import Question

Raw = dict[str, Any]  # what was typed, by subfield; "" is the only subfield of a simple kind
Value = Any  # a canonical JSON value; None is "not answered"

KEPT = 500  # characters of an overlong entry that are kept to show it again


class Data(Protocol):
    """A QueryDict, or anything that answers like one."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class FieldError:
    """What to do, said at one subfield ("" is the whole question)."""

    subfield: str
    message: str
    code: str = "invalid"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The canonical value (None: nothing usable), what stands in the way, and hints that do not."""

    value: Value
    errors: tuple[FieldError, ...] = ()
    notes: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class CleanContext:
    """The day, the language of the sentences, and who applies (only for comparisons)."""

    today: date
    lang: str = "ja"
    applicant_kana: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something a question of this kind may not say in its definition."""

    key: str
    code: str
    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class PaperBox:
    """One thing to fill in on paper: boxes for characters, a line, tick marks, or a free area."""

    subfield: str
    label: str
    shape: str  # boxes | line | lines | ticks | none
    length: int = 0  # boxes: how many; lines: how many
    characters: str = "any"  # any | digits | katakana
    choices: tuple[tuple[str, str], ...] = ()  # ticks: (id, label)


class Kind(ABC):
    """One question kind. Instances hold no state; the question carries its limits."""

    name: ClassVar[str]
    personal_by_default: ClassVar[bool] = True
    composite: ClassVar[bool] = False  # several controls: fieldset and legend instead of label
    has_value: ClassVar[bool] = True
    set_by_form: ClassVar[bool] = True  # False: files and members have pages of their own

    @property
    def widget(self) -> str:
        """The macro in `procedures/widgets.html` that shows the control."""
        return self.name

    def subfields(self, question: Question) -> tuple[str, ...]:
        """The parts of the control, in order of the keyboard; the first takes an error of the whole."""
        return ("",)

    def read(self, question: Question, data: Data, prefix: str = "q.") -> Raw:
        """What was typed under `q.<id>` and `q.<id>.<subfield>`, kept for showing it again.

        Keys with "#" are not typed but added: a length, candidates to choose from.
        """
        raw: Raw = {}
        for part in self.subfields(question):
            values = data.getlist(prefix + question.id + (f".{part}" if part else ""))
            keep(raw, part, values[-1] if values else "", self.kept(question))
        return raw

    def kept(self, question: Question) -> int:
        """How many characters of an entry are kept to be shown again, however wrong it is."""
        return KEPT

    def is_empty(self, question: Question, raw: Raw) -> bool:
        """Whether nothing was typed at all."""
        return not any(str(raw.get(part, "")).strip() for part in self.subfields(question))

    @abstractmethod
    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """The canonical value of what was typed; generous in what it takes. Nothing typed gives None, no error."""

    @abstractmethod
    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """What is wrong with a canonical value, wherever it came from; never raises."""

    def notes(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Hints about a valid value that do not stand in the way."""
        return ()

    @abstractmethod
    def raw_of(self, question: Question, value: Value) -> Raw:
        """What would have to be typed for this value; `clean(raw_of(value))` gives the value back."""

    @abstractmethod
    def display(self, question: Question, value: Value, lang: str) -> str:
        """The value for reading; never raises, whatever is stored."""

    @abstractmethod
    def json_schema(self, question: Question) -> dict[str, Any]:
        """The JSON Schema of the canonical value."""

    @abstractmethod
    def sample(self, question: Question, number: int = 0) -> Value:
        """A valid made-up value; another number may give another value."""

    def control(self, question: Question) -> dict[str, Any]:
        """What the widget must know that does not stand in the definition."""
        return {}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """What stands on the paper form."""
        return (PaperBox("", str(question.label), "line"),)

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """What the definition of this question lacks for its kind."""
        return ()

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """What an answer depends on: when it changes, the question is asked again. Wording does not count."""
        return (question.kind,)

    def lookup(self, question: Question, raw: Raw) -> Raw:
        """What was typed with what the look-up button `lookup.<id>` adds (address of a postal code)."""
        return raw

    def missing(self, question: Question, lang: str) -> FieldError:
        """The sentence for a required question without an answer, at the first control."""
        own = question.error.of(lang)
        return FieldError(
            self.first_part(question), own or self.missing_sentence(question.label.of(lang)), "missing"
        )

    def first_part(self, question: Question) -> str:
        """Where an error of the whole question leads."""
        return next(iter(self.subfields(question)), "")

    def missing_sentence(self, label: str) -> str:
        """The general sentence for "missing"."""
        return _("「%(label)s」を入力してください。") % {"label": label}


def keep(raw: Raw, part: str, text: str, most: int = KEPT) -> None:
    """Keep what was typed; of something absurdly long the beginning and its length."""
    text = text.replace("\r\n", "\n").replace("\x00", "")
    raw[part] = text[:most]
    if len(text) > most:
        raw[f"{part}#length"] = len(text)


def squeeze(text: str) -> str:
    """Without the invisible characters that copying brings along."""
    return text.translate(_INVISIBLE)


_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\xad\u200e\u200f"))


def typed(raw: Mapping[str, Any], part: str = "") -> str:
    """What was typed in this part, without blanks around it."""
    value = raw.get(part, "")
    return squeeze(value).strip() if isinstance(value, str) else ""


def raw_text(value: Value) -> str:
    """A stored text for a field, whatever is stored: never an error, never somebody's repr."""
    return value if isinstance(value, str) else ""
