"""Conditions as sentences that a clerk reads: 「出生」のとき, お子さんのうち一人以上が…."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from madoguchi.procedures.conditions import (
    AgeOf,
    AllMembers,
    AllOf,
    Answered,
    AnyMember,
    AnyOf,
    Bounds,
    Compare,
    Condition,
    Count,
    In,
    Includes,
    Is,
    IsNot,
    Not,
)
from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.kinds import registry, sentences


def sentence(condition: Condition, definition: Definition, lang: str = "ja") -> str:
    """The condition in words, with the labels of questions and options in this language."""
    with sentences.speaking(lang):
        return _Reader(definition, lang).say(condition)


class _Reader:
    """Puts one condition after the other into words."""

    def __init__(self, definition: Definition, lang: str) -> None:
        self.definition = definition
        self.lang = lang

    def say(self, condition: Condition) -> str:
        match condition:
            case AllOf():
                return _("、かつ、").join(self._inner(part) for part in condition.parts)
            case AnyOf():
                return _("、または、").join(self._inner(part) for part in condition.parts)
            case Not():
                return _("「%(condition)s」ではない") % {"condition": self.say(condition.part)}
            case AnyMember():
                return _("%(group)sのうち1件以上が（%(condition)s）") % self._members(
                    condition.group, condition.where
                )
            case AllMembers():
                return _("%(group)sのすべてが（%(condition)s）") % self._members(
                    condition.group, condition.where
                )
            case Count():
                return self._count(condition)
        return self._about_question(condition)

    def _inner(self, condition: Condition) -> str:
        said = self.say(condition)
        return f"（{said}）" if isinstance(condition, AllOf | AnyOf) else said

    def _about_question(self, condition: Condition) -> str:
        match condition:
            case Is():
                return _("%(question)sが%(value)sである") % self._pair(condition.question, condition.value)
            case IsNot():
                return _("%(question)sが%(value)sではない") % self._pair(condition.question, condition.value)
            case In():
                values = _("か").join(self._value(condition.question, value) for value in condition.values)
                return _("%(question)sが%(values)sである") % {
                    "question": self._label(condition.question),
                    "values": values,
                }
            case Includes():
                return _("%(question)sに%(value)sが含まれる") % self._pair(
                    condition.question, condition.value
                )
            case Answered():
                said = (
                    _("%(question)sに答えている") if condition.answered else _("%(question)sに答えていない")
                )
                return said % {"question": self._label(condition.question)}
            case Compare():
                bounds = self._bounds(condition.bounds, dated=condition.dated)
                return _("%(question)sが%(bounds)sである") % {
                    "question": self._label(condition.question),
                    "bounds": bounds,
                }
            case AgeOf():
                return self._age(condition)
        raise TypeError(type(condition).__name__)

    def _age(self, condition: AgeOf) -> str:
        values = {
            "question": self._label(condition.question),
            "on": self._day(condition.on),
            "bounds": self._bounds(condition.bounds, unit=_("歳")),
        }
        if condition.school_year:
            return (
                _("%(question)sから数えて、%(on)sの年度の末（3月31日）までになる年齢が%(bounds)sである")
                % values
            )
        return _("%(question)sから数えた%(on)sの年齢が%(bounds)sである") % values

    def _count(self, condition: Count) -> str:
        values = {
            "group": self._label(condition.group),
            "bounds": self._bounds(condition.bounds, unit=_("件")),
        }
        if condition.where is None:
            return _("%(group)sが%(bounds)sである") % values
        return _("%(group)sのうち（%(condition)s）ものが%(bounds)sである") % {
            **values,
            "condition": self.say(condition.where),
        }

    def _members(self, group: str, where: Condition) -> dict[str, str]:
        return {"group": self._label(group), "condition": self.say(where)}

    def _pair(self, question_id: str, value: Any) -> dict[str, str]:
        return {"question": self._label(question_id), "value": self._value(question_id, value)}

    def _question(self, question_id: str) -> Question | None:
        return self.definition.question(question_id) if self.definition.has_question(question_id) else None

    def _label(self, question_id: str) -> str:
        question = self._question(question_id)
        return _("「%(label)s」") % {"label": question.label.of(self.lang) if question else question_id}

    def _value(self, question_id: str, value: Any) -> str:
        question = self._question(question_id)
        if question is None:
            return _("「%(label)s」") % {"label": value}
        kind = registry.of(question)
        shown = [value] if question.kind == "choices" else value
        return _("「%(label)s」") % {"label": kind.display(question, shown, self.lang) or value}

    def _day(self, on: str) -> str:
        if on == "today":
            return _("今日")
        if on == "end_of_today":
            return _("今日の終わり")
        if on == "fiscal_year_end":
            return _("年度末（3月31日）")
        return self._label(on) if self._question(on) else on

    def _bounds(self, bounds: Bounds, *, unit: str = "", dated: bool = False) -> str:
        said = {
            "at_least": _("%(bound)sか、それより後") if dated else _("%(bound)s以上"),
            "at_most": _("%(bound)sか、それより前") if dated else _("%(bound)s以下"),
            "less_than": _("%(bound)sより前") if dated else _("%(bound)s未満"),
            "more_than": _("%(bound)sより後") if dated else _("%(bound)sを超える値"),
            "is": _("%(bound)sちょうど"),
        }
        return _("、").join(
            said[operator] % {"bound": self._day(str(bound)) if dated else f"{bound}{unit}"}
            for operator, bound in bounds.pairs
        )
