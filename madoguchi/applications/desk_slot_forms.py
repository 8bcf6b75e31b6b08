"""The forms for places and closures as they were typed, what is wrong in them, what they mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from madoguchi.applications import slot_rules as rules
from madoguchi.applications.actions.slot_stock import PlaceFacts, Span
from madoguchi.applications.models import SlotPlace
from madoguchi.applications.slot_rules import Hours
from madoguchi.common.jinja2env import both_eras
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.procedures.kinds.slot import is_code, is_name

LINES = 8
LONGEST_NOTE = 1000
LONGEST_REASON = 200
LONGEST_CLOSURE = 366
HOURS_PARTS = ("start", "end", "capacity", "price_yen")


@dataclass(slots=True)
class HoursLine:
    """One line of the timetable as it was typed."""

    number: int
    weekdays: tuple[str, ...] = ()
    typed: dict[str, str] = field(default_factory=lambda: dict.fromkeys(HOURS_PARTS, ""))
    error: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether the line is not used."""
        return not self.weekdays and not any(self.typed.values())


@dataclass(slots=True)
class PlaceForm:
    """A place as it stands in the form."""

    stock: str = ""
    code: str = ""
    department: str = ""
    name: str = ""
    note: str = ""
    window_days: str = "92"
    ended: bool = False
    lines: list[HoursLine] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    facts: PlaceFacts | None = None

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, for the top of the page."""
        found = [(f"#{name}", sentence) for name, sentence in self.errors.items()]
        return found + [(f"#hours-{one.number}", one.error) for one in self.lines if one.error]


def blank_place(stocks: Collection[str], departments: Collection[str]) -> PlaceForm:
    """The form for another place; what there is but one of is chosen already, a guess among many is not."""
    return PlaceForm(stock=_only(stocks), department=_only(departments), lines=_padded([]))


def _only(found: Collection[str]) -> str:
    return next(iter(found)) if len(found) == 1 else ""


def form_of(place: SlotPlace) -> PlaceForm:
    """The form of a place that is there."""
    lines = [
        HoursLine(
            number,
            tuple(map(str, one.weekdays)),
            {
                "start": f"{one.start:%H:%M}",
                "end": f"{one.end:%H:%M}",
                "capacity": str(one.capacity),
                "price_yen": str(one.price_yen),
            },
        )
        for number, one in enumerate(rules.hours_of(place.hours), start=1)
    ]
    return PlaceForm(
        place.stock,
        place.code,
        place.department_code,
        place.name,
        place.note,
        str(place.window_days),
        place.ended,
        _padded(lines),
    )


def _padded(lines: list[HoursLine]) -> list[HoursLine]:
    most = min(max(LINES, len(lines) + 2), rules.MOST_HOURS)
    return lines + [HoursLine(number) for number in range(len(lines) + 1, most + 1)]


def read_place(data: QueryDict, stocks: Collection[str], departments: Collection[str]) -> PlaceForm:
    """The form as it was sent; `facts` when nothing is wrong."""
    form = PlaceForm(
        data.get("stock", ""),
        data.get("code", "").strip(),
        data.get("department", ""),
        " ".join(data.get("name", "").split()),
        data.get("note", "").strip(),
        data.get("window_days", "").strip(),
        "ended" in data,
        [_typed_line(data, number) for number in range(1, _count(data) + 1)],
    )
    if form.stock not in stocks:
        form.errors["stock"] = _("どの手続で使うかを選んでください。")
    if form.department not in departments:
        form.errors["department"] = _("部署を選んでください。")
    if not is_code(form.code):
        form.errors["code"] = _(
            "コードは、英小文字・数字・ハイフンで40文字までにしてください。例：hall-room-1"
        )
    if not is_name(form.name):
        form.errors["name"] = _("名前を120文字まで、「|」を使わずに入力してください。")
    if len(form.note) > LONGEST_NOTE:
        form.errors["note"] = _("案内は%(most)s文字までにしてください。") % {"most": LONGEST_NOTE}
    window = _whole(form.window_days, *rules.WINDOW_DAYS)
    if window is None:
        words = dict(zip(("low", "high"), rules.WINDOW_DAYS, strict=True))
        form.errors["window_days"] = _("日数は%(low)sから%(high)sまでの数字で入力してください。") % words
    hours = [found for line in form.lines if not line.is_empty and (found := _hours(line)) is not None]
    if not any(line.error for line in form.lines) and (clash := rules.overlapping(hours)):
        form.errors["hours"] = _("%(one)sからの枠と%(other)sからの枠が重なっています。") % {
            "one": f"{clash[0].start:%H:%M}",
            "other": f"{clash[1].start:%H:%M}",
        }
    if not form.problems and window is not None:
        form.facts = PlaceFacts(form.name, form.note, hours, window, form.ended)
    return form


def _count(data: QueryDict) -> int:
    numbers = [key.split(".")[1] for key in data if key.startswith("hours.")]
    return min(max((int(n) for n in numbers if n.isascii() and n.isdigit()), default=0), rules.MOST_HOURS)


def _typed_line(data: QueryDict, number: int) -> HoursLine:
    days = tuple(day for day in data.getlist(f"hours.{number}.weekdays") if day in set("0123456"))
    typed = {part: data.get(f"hours.{number}.{part}", "").strip()[:20] for part in HOURS_PARTS}
    return HoursLine(number, days, typed)


def _hours(line: HoursLine) -> Hours | None:
    """What a line means; what is wrong is noted at it."""
    start, end = _clock(line.typed["start"]), _clock(line.typed["end"])
    capacity = _whole(line.typed["capacity"] or "1", 1, rules.MOST_CAPACITY)
    price = _whole(line.typed["price_yen"] or "0", 0, rules.MOST_YEN)
    if not line.weekdays:
        line.error = _("曜日を選んでください。使わない行は、すべて空けてください。")
    elif start is None or end is None or not start < end:
        line.error = _("始まりと終わりを「9:00」のように、早い順に入力してください。")
    elif capacity is None:
        line.error = _("定員は1から%(most)sまでの数字で入力してください。") % {"most": rules.MOST_CAPACITY}
    elif price is None:
        line.error = _("料金は0から%(most)sまでの数字で入力してください。") % {"most": f"{rules.MOST_YEN:,}"}
    else:
        return Hours(tuple(sorted(map(int, line.weekdays))), start, end, capacity, price)
    return None


def _clock(text: str) -> time | None:
    hour, _colon, minute = text.replace("：", ":").partition(":")
    try:
        return time(int(hour), int(minute))
    except ValueError:
        return None


def _whole(text: str, low: int, high: int) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        return None
    return int(text) if low <= int(text) <= high else None


@dataclass(slots=True)
class ClosureForm:
    """Which slots are to be closed or opened, as it stands in the form."""

    place: str = ""
    first: str = ""
    last: str = ""
    start: str = ""
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    span: Span | None = None

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, for the top of the page."""
        return [(f"#{name}", sentence) for name, sentence in self.errors.items()]


def read_closure(
    data: QueryDict, places: Mapping[str, SlotPlace], *, closing: bool, today: date
) -> ClosureForm:
    """The form as it was sent; `span` when nothing is wrong."""
    typed = {key: data.get(key, "").strip() for key in ("place", "first", "last", "start", "reason")}
    form = ClosureForm(typed["place"], typed["first"], typed["last"], typed["start"], typed["reason"])
    if form.place not in places:
        form.errors["place"] = _("場所を選んでください。")
    first, last = _day(form, "first", form.first), _day(form, "last", form.last or form.first)
    if first and last and not first <= last:
        form.errors["last"] = _("終わりの日は、始まりの日より後にしてください。")
    elif first and last and (last - first).days > LONGEST_CLOSURE:
        form.errors["last"] = _("一度に閉じられるのは1年までです。")
    elif last and closing and form.place in places and (wrong := _not_made(places[form.place], last, today)):
        form.errors["last" if form.last else "first"] = wrong
    start = _clock(form.start) if form.start else None
    if form.start and start is None:
        form.errors["start"] = _("時間を「9:00」のように入力してください。1日すべてのときは空けてください。")
    if closing and not form.reason:
        form.errors["reason"] = _("閉じる理由を入力してください。例：空調の修繕のため")
    elif len(form.reason) > LONGEST_REASON:
        form.errors["reason"] = _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}
    if not form.errors and first is not None and last is not None:
        form.span = Span(first, last, start)
    return form


def _not_made(place: SlotPlace, last: date, today: date) -> str:
    """What to do where slots of the span are still to be made: they would be offered; "" where all are there."""
    made_until = today + timedelta(days=place.window_days)
    if last <= made_until:
        return ""
    sentence = _("この場所の枠は、%(day)sまで作られています。後の日は、枠ができてから閉じてください。")
    return sentence % {"day": both_eras(made_until)}


def _day(form: ClosureForm, name: str, text: str) -> date | None:
    try:
        return parse_date(text)
    except DateError:
        form.errors.setdefault(name, _("日付を「2026年11月23日」のように入力してください。"))
        return None


def weekday_choices() -> list[tuple[str, str]]:
    """The weekdays of a line of the timetable."""
    names: list[Any] = [_("月"), _("火"), _("水"), _("木"), _("金"), _("土"), _("日")]
    return [(str(number), name) for number, name in enumerate(names)]
