"""A day in 西暦 or 和暦, and where a law allows it a day that is not fully known (不詳)."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.japan import eras, unknown_dates
from madoguchi.japan.eras import DateError
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

EARLIEST, LATEST = "1873-01-01", "9999-12-31"
PARTS = ("year", "month", "day")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ERA_YEAR = re.compile(r"(西暦|明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr])\.?(元|[0-9]{1,4})年?")


class Day(Kind):
    """date: "YYYY-MM-DD", or {"text", "from", "to"} for a day of which a part is unknown."""

    name: ClassVar[str] = "date"
    composite: ClassVar[bool] = True

    def subfields(self, question: Question) -> tuple[str, ...]:
        """Era and three numbers; where 不詳 is allowed, a free field for what is known."""
        return ("era", *PARTS, "about") if question.unknown_allowed else ("era", *PARTS)

    def first_part(self, question: Question) -> str:
        """The year: the era always stands on something."""
        return "year"

    def is_empty(self, question: Question, raw: Raw) -> bool:
        """An era alone is nothing."""
        return not any(typed(raw, part) for part in (*PARTS, "about"))

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """昭和64年1月7日 in four fields or all in one; what is known of an unknown day in the standard's spellings."""
        if self.is_empty(question, raw):
            return Cleaned(None)
        try:
            if question.unknown_allowed and typed(raw, "about"):
                value: Value = _about(typed(raw, "about"))
            else:
                if errors := self._gaps(question, raw, context):
                    return Cleaned(None, errors)
                value = _day(raw).isoformat()
        except DateError as error:
            return Cleaned(None, (self._explain(question, raw, context, error),))
        return Cleaned(value, self.check(question, value, context))

    def _gaps(self, question: Question, raw: Raw, context: CleanContext) -> tuple[FieldError, ...]:
        """One error for each empty or unreadable number, unless the year holds the whole date."""
        if (
            typed(raw, "year")
            and not typed(raw, "month")
            and not typed(raw, "day")
            and _whole_date(raw) is not None
        ):
            return ()
        errors = []
        for name in PARTS:
            text = typed(raw, name)
            if not text:
                errors.append(sentences.enter(sentences.part(question, context, _label(name)), name))
            elif name != "year" and not unicodedata.normalize("NFKC", text).rstrip("月日").isdecimal():
                errors.append(_numeric(sentences.part(question, context, _label(name)), name))
        return tuple(errors)

    def _explain(self, question: Question, raw: Raw, context: CleanContext, error: DateError) -> FieldError:
        about = question.unknown_allowed and typed(raw, "about")
        part = "about" if about else error.part or "year"
        what = sentences.part(question, context, _label(part))
        era = sentences.era(error.era) if error.era else ""
        match error.code:
            case "no_such_month" | "not_a_number" if part in ("month", "day"):
                return _numeric(what, part)
            case "no_such_day" if not about:
                return FieldError("day", self._last_day(question, raw, context), "no_such_day")
            case "year_ambiguous":
                message = _(
                    "%(what)sは、西暦のときは4桁で入力してください。和暦のときは、年号を選んでください。"
                ) % {"what": what}
            case "era_ended" | "era_not_begun" if error.meant:
                message = _(
                    "%(era)sは%(limit)s%(until)sです。%(meant)sは「%(right)s」です。年号と年を確かめてください。"
                ) % {
                    "era": era,
                    "limit": sentences.western_day(error.limit or error.meant, context.lang),
                    "until": _("まで") if error.code == "era_ended" else _("から"),
                    "meant": sentences.western_day(error.meant, context.lang),
                    "right": sentences.era_day(error.meant, context.lang),
                }
            case "era_ended" | "era_not_begun":
                message = _("%(era)sにその年はありません。年号と年を確かめてください。") % {"era": era}
            case "before_gregorian":
                message = _("%(what)sは、1873年（明治6年）より後の年を入力してください。") % {"what": what}
            case _ if about:
                message = _(
                    "%(what)sは「昭和35年5月 日不詳」「昭和35年頃」「年月日不詳」のように入力してください。"
                ) % {"what": what}
            case _:
                message = _("%(what)sを数字で入力してください。例：1989、昭和のときは64") % {"what": what}
        return FieldError(part, message, error.code)

    def _last_day(self, question: Question, raw: Raw, context: CleanContext) -> str:
        day = unicodedata.normalize("NFKC", typed(raw, "day")).rstrip("日")
        if day.isdecimal() and 1 <= int(day) <= 31:
            try:
                first = _day({**raw, "day": "1"})
            except DateError:
                first = None
            if first is not None:
                last = monthrange(first.year, first.month)[1]
                return _("%(year)s年%(month)s月は%(last)s日までです。「日」を確かめてください。") % {
                    "year": first.year,
                    "month": first.month,
                    "last": last,
                }
        return _numeric(sentences.part(question, context, _label("day")), "day").message

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """A calendar day (or an allowed unknown one) within min and max."""
        span = self._span(question, value)
        if span is None:
            return (sentences.wrong_shape(sentences.whole(question, context), "year"),)
        if question.min is None and question.max is None:
            return ()
        low, high = _limit(question.min, context.today), _limit(question.max, context.today)
        if low and span[1] < low:
            return (self._outside(question, context, question.min, low, after=True),)
        if high and span[0] > high:
            return (self._outside(question, context, question.max, high, after=False),)
        return ()

    def _span(self, question: Question, value: Value) -> tuple[str, str] | None:
        if isinstance(value, str):
            return (value, value) if _is_day(value) else None
        if question.unknown_allowed and isinstance(value, dict) and isinstance(value.get("text"), str):
            try:
                known = _about(value["text"])
            except DateError:
                return None
            return (value["from"], value["to"]) if known == value else None
        return None

    def _outside(
        self, question: Question, context: CleanContext, bound: int | str | None, limit: str, *, after: bool
    ) -> FieldError:
        values = {
            "what": sentences.whole(question, context),
            "day": sentences.day(date.fromisoformat(limit), context.lang),
        }
        if bound == "today" and after:
            message = _("%(what)sは今日（%(day)s）か、それより後の日付を入力してください。")
        elif bound == "today":
            message = _("%(what)sは今日（%(day)s）か、それより前の日付を入力してください。")
        elif after:
            message = _("%(what)sは%(day)sか、それより後の日付を入力してください。")
        else:
            message = _("%(what)sは%(day)sか、それより前の日付を入力してください。")
        return FieldError("year", message % values, "out_of_bounds")

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The western year; what is known of an unknown day as text."""
        raw: Raw = dict.fromkeys(self.subfields(question), "")
        raw["era"] = eras.WESTERN
        if isinstance(value, str) and _is_day(value):
            day = date.fromisoformat(value)
            raw |= {"year": str(day.year), "month": str(day.month), "day": str(day.day)}
        elif isinstance(value, dict) and "about" in raw:
            raw["about"] = str(value.get("text", ""))
        return raw

    def display(self, question: Question, value: Value, lang: str) -> str:
        """2026年11月23日（令和8年）; in English and やさしい日本語 without the era."""
        if isinstance(value, dict):
            return str(value.get("text", ""))
        if not isinstance(value, str) or not _is_day(value):
            return ""
        day = date.fromisoformat(value)
        return eras.format_western(day) if lang == "ja-easy" else sentences.day(day, lang)

    def json_schema(self, question: Question) -> dict[str, Any]:
        """A date, or an object where a part may be unknown."""
        day = {"type": "string", "format": "date"}
        if not question.unknown_allowed:
            return day
        unknown = {
            "type": "object",
            "properties": {
                "text": {"type": "string", "minLength": 1, "maxLength": 60},
                "from": day,
                "to": day,
            },
            "required": ["text", "from", "to"],
            "additionalProperties": False,
        }
        return {"anyOf": [day, unknown]}

    def sample(self, question: Question, number: int = 0) -> Value:
        """A day within min and max, as far as they are fixed days; in a group (children, mostly) a later one."""
        first = date(2018, 5, 15) if question.group_id else date(1990, 5, 15)
        if question.min == "today":
            first = date(2099, 1, 1)
        elif isinstance(question.min, str):
            first = date.fromisoformat(question.min)
        if isinstance(question.max, str) and question.max != "today":
            first = min(first, date.fromisoformat(question.max))
        moved = first + timedelta(days=number % 14)
        return first.isoformat() if self._after(question, moved) else moved.isoformat()

    def _after(self, question: Question, day: date) -> bool:
        return isinstance(question.max, str) and question.max != "today" and day.isoformat() > question.max

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """Eras to tick, boxes for year, month and day."""
        choices = tuple((era.code, era.name) for era in reversed(eras.ERAS))
        label = str(question.label)
        return (
            PaperBox("era", label, "ticks", 1, choices=((eras.WESTERN, "西暦"), *choices)),
            PaperBox("year", "年", "boxes", 4, "digits"),
            PaperBox("month", "月", "boxes", 2, "digits"),
            PaperBox("day", "日", "boxes", 2, "digits"),
        )

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """Bounds are days or "today", in order."""
        for key, bound in (("min", question.min), ("max", question.max)):
            if bound is not None and bound != "today" and not (isinstance(bound, str) and _is_day(bound)):
                return (
                    Fault(
                        key, "wrong_type", f"「{key}」は日付で書いてください。", '例: "2026-04-01" か today'
                    ),
                )
        fixed = question.min and question.max and "today" not in (question.min, question.max)
        if fixed and str(question.min) > str(question.max):
            return (Fault("max", "no_value_possible", "「max」が「min」より前です。", "逆にしてください。"),)
        return ()

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """Bounds, and whether a part may be unknown."""
        return (question.kind, question.min, question.max, question.unknown_allowed)


def _label(part: str) -> str:
    labels = {
        "era": _("年号"),
        "year": _("年"),
        "month": _("月"),
        "day": _("日"),
        "about": _("わかる範囲の日付"),
    }
    return labels[part]


def _numeric(what: str, part: str) -> FieldError:
    if part == "month":
        return FieldError(
            part, _("%(what)sを1から12の数字で入力してください。") % {"what": what}, "not_a_number"
        )
    return FieldError(part, _("%(what)sを1から31の数字で入力してください。") % {"what": what}, "not_a_number")


def _day(raw: Raw) -> date:
    """The day that the fields name; DateError says which is wrong."""
    whole = _whole_date(raw)
    if whole is not None:
        return whole
    era, year = typed(raw, "era") or eras.WESTERN, unicodedata.normalize("NFKC", typed(raw, "year"))
    if found := _ERA_YEAR.fullmatch(year):
        era, year = found[1], found[2]
    month = unicodedata.normalize("NFKC", typed(raw, "month")).rstrip("月")
    day = unicodedata.normalize("NFKC", typed(raw, "day")).rstrip("日")
    return eras.from_parts(era, year.rstrip("年"), month, day)


def _whole_date(raw: Raw) -> date | None:
    """The day when all of it was typed into the year."""
    if typed(raw, "month") or typed(raw, "day"):
        return None
    try:
        return eras.parse_date(typed(raw, "year"))
    except DateError as error:
        if error.code in ("not_understood", "missing"):
            return None
        raise


def _about(text: str) -> Value:
    """The canonical value of a day that may not be fully known; a known day stays a plain day."""
    try:
        known = unknown_dates.parse_unknown_date(text)
    except DateError as error:
        if error.code != "not_understood":
            raise
        return eras.parse_date(text).isoformat()
    earliest = known.earliest.isoformat() if known.earliest else EARLIEST
    return {"text": known.text, "from": earliest, "to": known.latest.isoformat() if known.latest else LATEST}


def _is_day(text: str) -> bool:
    if not _ISO.fullmatch(text) or text < EARLIEST:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _limit(bound: int | str | None, today: date) -> str:
    if bound is None:
        return ""
    return today.isoformat() if bound == "today" else str(bound)
