"""One of several, several of several, yes or no."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import sentences
from madoguchi.procedures.kinds.base import (
    CleanContext,
    Cleaned,
    Data,
    Fault,
    FieldError,
    Kind,
    PaperBox,
    Raw,
    Value,
    raw_text,
    typed,
)

FEW = 7  # up to so many options are radio buttons, more are a list to open


class Choice(Kind):
    """choice: one of the options."""

    name: ClassVar[str] = "choice"
    personal_by_default: ClassVar[bool] = False

    def ids(self, question: Question) -> tuple[str, ...]:
        """The options' ids in order."""
        return tuple(option.id for option in question.options)

    def labels(self, question: Question, lang: str) -> dict[str, str]:
        """Options by id, as people read them."""
        return {option.id: option.label.of(lang) for option in question.options}

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """The id of the option."""
        chosen = typed(raw)
        return Cleaned(chosen, self.check(question, chosen, context)) if chosen else Cleaned(None)

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """One of the options, whatever a page sent."""
        if isinstance(value, str) and value in self.ids(question):
            return ()
        return (sentences.not_an_option(sentences.whole(question, context)),)

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The option's id."""
        return {"": raw_text(value)}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """The option's label."""
        text = raw_text(value)
        return self.labels(question, lang).get(text, text)

    def json_schema(self, question: Question) -> dict[str, Any]:
        """The option ids, with their labels for people."""
        labels = self.labels(question, "ja")
        return {"type": "string", "oneOf": [{"const": key, "title": label} for key, label in labels.items()]}

    def sample(self, question: Question, number: int = 0) -> Value:
        """One option after the other."""
        options = self.ids(question)
        return options[number % len(options)]

    def missing_sentence(self, label: str) -> str:
        """A choice is chosen, not typed."""
        return _("「%(label)s」を選んでください。") % {"label": label}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """A tick mark before each option."""
        choices = tuple(self.labels(question, "ja").items())
        return (PaperBox("", str(question.label), "ticks", 1, choices=choices),)

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """Options exist and have ids of their own."""
        if not question.options:
            return (
                Fault(
                    "options", "no_options", "選択肢がありません。", "「options」に選択肢を並べてください。"
                ),
            )
        ids = self.ids(question)
        if len(set(ids)) < len(ids):
            return (
                Fault("options", "duplicate_id", "選択肢のidが重なっています。", "別のidにしてください。"),
            )
        return ()

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """The options by id: a new one may suit the person better than what was chosen."""
        return (question.kind, *sorted(option.id for option in question.options))


class Choices(Choice):
    """choices: any number of the options, from `min` to `max`; kept in the order of the definition."""

    name: ClassVar[str] = "choices"

    def bounds(self, question: Question) -> tuple[int, int]:
        """How many must and may be chosen."""
        low = question.min if isinstance(question.min, int) else 0
        high = question.max if isinstance(question.max, int) else len(question.options)
        return low, min(high, len(question.options))

    def read(self, question: Question, data: Data, prefix: str = "q.") -> Raw:
        """All ticked boxes."""
        return {"": [chosen[:100] for chosen in data.getlist(prefix + question.id)[:200]]}

    def is_empty(self, question: Question, raw: Raw) -> bool:
        """Whether no box is ticked."""
        return not raw.get("")

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """The ids of the ticked options in the order of the definition."""
        ticked = raw.get("")
        chosen = ticked if isinstance(ticked, list) else []
        if not chosen:
            return Cleaned(None)
        offered = self.ids(question)
        unknown = [one for one in chosen if one not in offered]
        value = [option_id for option_id in offered if option_id in chosen] + unknown
        return Cleaned(value, self.check(question, value, context))

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Only options, each once, within the bounds."""
        what = sentences.whole(question, context)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
            return (sentences.wrong_shape(what),)
        offered = self.ids(question)
        if len(set(value)) < len(value) or not all(one in offered for one in value):
            return (sentences.not_an_option(what),)
        low, high = self.bounds(question)
        if len(value) < low:
            message = ngettext(
                "%(what)sを%(n)sつ以上選んでください。", "%(what)sを%(n)sつ以上選んでください。", low
            )
            return (FieldError("", message % {"what": what, "n": low}, "too_few"),)
        if len(value) > high:
            message = ngettext("%(what)sは%(n)sつまで選べます。", "%(what)sは%(n)sつまで選べます。", high)
            return (FieldError("", message % {"what": what, "n": high}, "too_many"),)
        return ()

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The ticked ids."""
        return {"": [one for one in value if isinstance(one, str)] if isinstance(value, list) else []}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """The labels in a line."""
        labels = self.labels(question, lang)
        return sentences.joined([labels.get(one, one) for one in self.raw_of(question, value)[""]])

    def json_schema(self, question: Question) -> dict[str, Any]:
        """A list of option ids."""
        low, high = self.bounds(question)
        return {
            "type": "array",
            "items": super().json_schema(question),
            "uniqueItems": True,
            "minItems": max(low, 1),
            "maxItems": high,
        }

    def sample(self, question: Question, number: int = 0) -> Value:
        """As few as allowed, beginning at another option each time."""
        ids = list(self.ids(question))
        count = max(self.bounds(question)[0], 1)
        start = number % (len(ids) - count + 1)
        return ids[start : start + count]

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """A tick mark before each option."""
        choices = tuple(self.labels(question, "ja").items())
        return (PaperBox("", str(question.label), "ticks", len(choices), choices=choices),)

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """The options and the bounds."""
        return (*super().fingerprint(question), question.min, question.max)


class YesNo(Choice):
    """yes_no: "yes" or "no"."""

    name: ClassVar[str] = "yes_no"

    def ids(self, question: Question) -> tuple[str, ...]:
        """The two answers."""
        return ("yes", "no")

    def labels(self, question: Question, lang: str) -> dict[str, str]:
        """はい and いいえ, or the definition's own words."""
        own = {option.id: option.label.of(lang) for option in question.options}
        with sentences.speaking(lang):
            return {"yes": own.get("yes") or _("はい"), "no": own.get("no") or _("いいえ")}

    def json_schema(self, question: Question) -> dict[str, Any]:
        """Two words."""
        return {"type": "string", "enum": ["yes", "no"]}

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """Own words are for yes and no only."""
        if {option.id for option in question.options} - {"yes", "no"}:
            return (
                Fault(
                    "options",
                    "unknown_value",
                    "yes_noの選択肢はyesとnoだけです。",
                    "idをyesとnoにしてください。",
                ),
            )
        return ()
