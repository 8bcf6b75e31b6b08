"""A repeating group: the same questions for each child, each person of a household."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
)

DEFAULT_MOST = 20
MOST = 50
MEMBER_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)


class Group(Kind):
    """group: a list of members, each a map of answers with its own `_id`; from `min` to `max` of them."""

    name: ClassVar[str] = "group"
    set_by_form: ClassVar[bool] = False

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds

    def bounds(self, question: Question) -> tuple[int, int]:
        """How many members there must and may be."""
        low = question.min if isinstance(question.min, int) else (1 if question.required is True else 0)
        high = question.max if isinstance(question.max, int) else DEFAULT_MOST
        return low, min(high, MOST)

    def is_empty(self, question: Question, raw: Raw) -> bool:
        """Whether there is no member."""
        return not raw.get("")

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """Members are added and changed on their own pages."""
        value = raw.get("")
        if not value:
            return Cleaned(None)
        return Cleaned(value, self.check(question, value, context))

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """A list of members with ids of their own, as many as allowed; the answers inside are judged one by one."""
        what = sentences.whole(question, context)
        if not isinstance(value, list) or not all(_is_member(member) for member in value):
            return (sentences.wrong_shape(what),)
        if len({member["_id"] for member in value}) < len(value):
            return (sentences.wrong_shape(what),)
        low, high = self.bounds(question)
        if len(value) < low:
            return (FieldError("", self._count_sentence(question, context, low, few=True), "too_few"),)
        if len(value) > high:
            return (FieldError("", self._count_sentence(question, context, high, few=False), "too_many"),)
        return ()

    def _count_sentence(self, question: Question, context: CleanContext, count: int, *, few: bool) -> str:
        values = {"what": sentences.whole(question, context), "n": count}
        if few:
            return (
                ngettext(
                    "%(what)sを%(n)s件以上追加してください。",
                    "%(what)sを%(n)s件以上追加してください。",
                    count,
                )
                % values
            )
        message = ngettext(
            "%(what)sは%(n)s件までです。それより多いときは、窓口にご相談ください。",
            "%(what)sは%(n)s件までです。それより多いときは、窓口にご相談ください。",
            count,
        )
        return message % values

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The members."""
        return {"": value if isinstance(value, list) else []}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """How many members."""
        count = len(value) if isinstance(value, list) else 0
        with sentences.speaking(lang):
            return ngettext("%(n)s件", "%(n)s件", count) % {"n": count}

    def member_name(self, question: Question, member: Mapping[str, Any], lang: str) -> str:
        """What to call a member on a list: the first name or text it has, else nothing."""
        for inner in question.questions:
            if inner.kind in ("person_name", "text") and member.get(inner.id):
                return self._kinds[inner.kind].display(inner, member[inner.id], lang)
        return ""

    def json_schema(self, question: Question) -> dict[str, Any]:
        """A list of objects; what is required depends on conditions and is judged by the server."""
        low, high = self.bounds(question)
        properties: dict[str, Any] = {"_id": {"type": "string", "pattern": f"^{MEMBER_ID.pattern}$"}}
        for inner in question.questions:
            kind = self._kinds.get(inner.kind)
            if kind is not None and kind.has_value:
                properties[inner.id] = {"title": str(inner.label), **kind.json_schema(inner)}
        item = {
            "type": "object",
            "properties": properties,
            "required": ["_id"],
            "additionalProperties": False,
        }
        return {"type": "array", "items": item, "minItems": low, "maxItems": high}

    def sample(self, question: Question, number: int = 0) -> Value:
        """As many members as needed, at least one; conditions between their answers are not looked at."""
        members = []
        for place in range(max(self.bounds(question)[0], 1)):
            member: dict[str, Any] = {"_id": f"m{place + 1}"}
            for inner in question.questions:
                if self._kinds[inner.kind].has_value:
                    member[inner.id] = self._kinds[inner.kind].sample(inner, number + place)
            members.append(member)
        return members

    def missing_sentence(self, label: str) -> str:
        """A member is added, not typed."""
        return _("「%(label)s」を追加してください。") % {"label": label}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """The boxes of one member; the form repeats them."""
        return tuple(box for inner in question.questions for box in self._kinds[inner.kind].paper(inner))

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """Questions inside, bounds in order."""
        if not question.questions:
            return (
                Fault(
                    "questions",
                    "empty_group",
                    "繰り返しの中に質問がありません。",
                    "「questions」に質問を並べてください。",
                ),
            )
        low, high = self.bounds(question)
        if low > high or (isinstance(question.max, int) and question.max > MOST):
            return (
                Fault(
                    "max", "out_of_bounds", f"「max」は「min」以上、{MOST}以下です。", "数を直してください。"
                ),
            )
        return ()

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """The kind only: the members' questions are compared one by one, the number by the logic."""
        return (question.kind,)


def _is_member(member: object) -> bool:
    if not isinstance(member, dict):
        return False
    member_id = member.get("_id")
    return isinstance(member_id, str) and MEMBER_ID.fullmatch(member_id) is not None
