"""A day and time at a place (予約の枠), chosen from the stock of free ones that the city keeps."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.japan.eras import format_western
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
    keep,
    typed,
)

KEYS = ("resource", "name", "day", "start", "end", "minutes", "price_yen")
BETWEEN = "|"  # between the parts of what stands for a slot in a page; no name of a place holds one
LONGEST_NAME = 120
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_YEN = re.compile(r"0|[1-9]\d{0,6}", re.ASCII)


class Slot(Kind):
    """slot: {"resource", "name", "day", "start", "end", "minutes", "price_yen"} as the stock had it when it was chosen.

    The kind looks at the form of a value only. That there is such a slot, and that it is free, the room with the
    stock says: when a page is kept, and again in the unit that files.
    """

    name: ClassVar[str] = "slot"
    personal_by_default: ClassVar[bool] = False
    composite: ClassVar[bool] = True

    def subfields(self, question: Question) -> tuple[str, ...]:
        """The slot itself, the place whose table is shown, and its week (a day of it)."""
        return ("", "resource", "week")

    def read(self, question: Question, data: Data, prefix: str = "q.") -> Raw:
        """What was chosen; a button that turns to another week says which."""
        raw = super().read(question, data, prefix)
        turned = data.getlist(f"lookup.{question.id}")
        if turned and turned[-1]:
            keep(raw, "week", turned[-1])
        return raw

    def is_empty(self, question: Question, raw: Raw) -> bool:
        """A table that was looked at is no choice."""
        return not typed(raw)

    def lookup(self, question: Question, raw: Raw) -> Raw:
        """Another place is shown: what was chosen at the one before is not kept beside it."""
        chosen = _parsed(typed(raw))
        if chosen is not None and typed(raw, "resource") not in ("", chosen["resource"]):
            return {**raw, "": ""}
        return raw

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """The slot of the chosen line."""
        if self.is_empty(question, raw):
            return Cleaned(None)
        value = _parsed(typed(raw))
        if value is None:
            return Cleaned(None, (sentences.not_an_option(sentences.whole(question, context)),))
        if typed(raw, "resource") not in ("", value["resource"]):
            message = _("%(what)sの場所を変えたときは、「空きを見る」を押して、日時を選んでください。") % {
                "what": sentences.whole(question, context)
            }
            return Cleaned(None, (FieldError("resource", message, "other_place"),))
        return Cleaned(value, self.check(question, value, context))

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """A value as the stock writes one."""
        if _is_sound(value):
            return ()
        return (sentences.wrong_shape(sentences.whole(question, context)),)

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The line of the slot, its place and its week."""
        if not _is_sound(value):
            return {"": "", "resource": "", "week": ""}
        return {"": key_of(value), "resource": value["resource"], "week": value["day"]}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """中央公民館 会議室　2026年6月3日（令和8年） 9:00〜12:00."""
        if not _is_sound(value):
            return ""
        with sentences.speaking(lang):
            return _("%(place)s　%(day)s %(hours)s") % {
                "place": value["name"],
                "day": day_text(date.fromisoformat(value["day"]), lang),
                "hours": hours_text(value["start"], value["end"]),
            }

    def json_schema(self, question: Question) -> dict[str, Any]:
        """What the stock writes."""
        clock = {"type": "string", "pattern": f"^{_CLOCK.pattern}$"}
        return {
            "type": "object",
            "properties": {
                "resource": {"type": "string", "pattern": f"^{_CODE.pattern}$"},
                "name": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
                "day": {"type": "string", "format": "date"},
                "start": clock,
                "end": clock,
                "minutes": {"type": "integer", "minimum": 1},
                "price_yen": {"type": "integer", "minimum": 0},
            },
            "required": list(KEYS),
            "additionalProperties": False,
        }

    def sample(self, question: Question, number: int = 0) -> Value:
        """A morning at a made-up place."""
        day = date(2026, 6, 3) + timedelta(days=number % 60)
        return value_of(
            resource="sample-room",
            name="見本の会議室",
            day=day,
            start=time(9),
            end=time(12),
            price_yen=number % 4 * 300,
        )

    def missing_sentence(self, label: str) -> str:
        """A slot is chosen, not typed."""
        return _("「%(label)s」を、空きの表から選んでください。") % {"label": label}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """On paper the person writes wishes: whether they are free is seen when it is entered."""
        label = str(question.label)
        return (PaperBox("", f"{label}（第1希望）", "line"), PaperBox("week", f"{label}（第2希望）", "line"))

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """A stock to choose from, and days in an order that leaves some."""
        if not question.stock:
            mend = "「stock: facilities」のように、職員が枠を作る在庫の名前を書いてください。"
            return (Fault("stock", "no_stock", "どの在庫（stock）から選ぶかが書かれていません。", mend),)
        if question.group_id is not None:
            mend = "くりかえしの外の節に移してください。"
            return (Fault("kind", "slot_in_group", "予約の枠は、くりかえしの中に置けません。", mend),)
        if question.last_days is not None and question.last_days < question.first_days:
            mend = "first_days と last_days を入れかえるか、直してください。"
            message = "last_days が first_days より小さく、選べる日がありません。"
            return (Fault("last_days", "no_value_possible", message, mend),)
        return ()

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """The stock: a slot of another one is no answer."""
        return (question.kind, question.stock)


def value_of(*, resource: str, name: str, day: date, start: time, end: time, price_yen: int) -> Value:
    """The canonical value of a slot of the stock."""
    return {
        "resource": resource,
        "name": name,
        "day": day.isoformat(),
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
        "minutes": (end.hour - start.hour) * 60 + end.minute - start.minute,
        "price_yen": price_yen,
    }


def key_of(value: Value) -> str:
    """What stands for a slot in a page."""
    return BETWEEN.join(str(value[key]) for key in KEYS if key != "minutes")


def hours_text(start: str, end: str) -> str:
    """9:00〜12:00."""
    return _("%(start)s〜%(end)s") % {"start": start.removeprefix("0"), "end": end.removeprefix("0")}


def day_text(day: date, lang: str) -> str:
    """A day with its weekday: 2026年6月3日（令和8年）水曜日."""
    plain = format_western(day) if lang == "ja-easy" else sentences.day(day, lang)
    return _("%(day)s %(weekday)s") % {"day": plain, "weekday": weekday_text(day)}


def weekday_text(day: date) -> str:
    """水曜日."""
    names = (_("月曜日"), _("火曜日"), _("水曜日"), _("木曜日"), _("金曜日"), _("土曜日"), _("日曜日"))
    return names[day.weekday()]


def _parsed(text: str) -> Value:
    """The value a line of the table stands for; None when it is no such line."""
    parts = text.split(BETWEEN)
    if len(parts) != len(KEYS) - 1:
        return None
    resource, name, day_of, start, end, price = parts
    if not (_CLOCK.fullmatch(start) and _CLOCK.fullmatch(end) and _YEN.fullmatch(price)):
        return None
    try:
        day = date.fromisoformat(day_of)
    except ValueError:
        return None
    value = value_of(
        resource=resource,
        name=name,
        day=day,
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
        price_yen=int(price),
    )
    return value if _is_sound(value) else None


def _is_sound(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() != set(KEYS):
        return False
    texts = [value[key] for key in ("resource", "name", "day", "start", "end")]
    if not all(isinstance(text, str) for text in texts):
        return False
    resource, name, day, start, end = texts
    if not _CODE.fullmatch(resource) or not is_name(name):
        return False
    if not (_CLOCK.fullmatch(start) and _CLOCK.fullmatch(end) and start < end):
        return False
    numbers = (value["minutes"], value["price_yen"])
    if any(isinstance(number, bool) or not isinstance(number, int) for number in numbers):
        return False
    try:
        known = date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False
    return (
        known
        and _YEN.fullmatch(str(value["price_yen"])) is not None
        and value["minutes"] == _minutes(start, end)
    )


def _minutes(start: str, end: str) -> int:
    begin, finish = time.fromisoformat(start), time.fromisoformat(end)
    return (finish.hour - begin.hour) * 60 + finish.minute - begin.minute


def is_code(text: str) -> bool:
    """Whether a place may bear this code."""
    return _CODE.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether a place may be called this: one line, printable, without the sign between parts."""
    return (
        0 < len(text) <= LONGEST_NAME and text == text.strip() and text.isprintable() and BETWEEN not in text
    )
