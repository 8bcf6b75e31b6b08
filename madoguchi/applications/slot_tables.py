"""The week of free times that the page of a slot shows, and the sentences about one that cannot be had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from madoguchi.applications import slot_queries as stock
from madoguchi.applications import slot_rules as rules
from madoguchi.applications.models import Application, Slot, SlotPlace
from madoguchi.common import clock
from madoguchi.common.jinja2env import yen
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext, FieldError, Raw
from madoguchi.procedures.kinds.slot import day_text, hours_text, key_of

WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One slot of the table: what stands for it in the page, and whether it can be chosen, in words."""

    id: str
    key: str
    hours: str
    state: str
    price: str
    is_free: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the week."""

    text: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is chosen but not in the week that is shown."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class SlotTable:
    """The places of a stock, and one week of one of them."""

    places: tuple[tuple[str, str], ...]
    place: str = ""
    note: str = ""
    week: str = ""
    first: str = ""
    last: str = ""
    days: tuple[DayRow, ...] = ()
    previous: str = ""  # a day of the week before, "" where there is none to choose from
    next: str = ""
    chosen: Chosen | None = None


def table_for(
    question: Question, raw: Raw, *, language: str, now: datetime, for_staff: bool = False
) -> SlotTable | None:
    """The table of a slot question as the page shows it; None for another question. Three questions to the database."""
    if question.kind != "slot":
        return None
    places = list(SlotPlace.objects.filter(stock=question.stock, ended=False).order_by("name", "code"))
    if not places:
        return SlotTable(())
    wanted = str(raw.get("resource", ""))
    place = next((one for one in places if one.code == wanted), places[0])
    there = stock.wall(now)
    first, last = _window(question, there.date(), place, for_staff=for_staff)
    monday = _monday(str(raw.get("week", "")), first, last, place)
    slots = stock.offered(question.stock).filter(place=place, day__range=(monday, monday + 6 * _DAY))
    rows = _rows(question, slots.select_related("place").order_by("starts_at"), raw, there, for_staff)
    shown = [
        DayRow(day_text(day, language), tuple(rows.get(day, ())))
        for day in (monday + n * _DAY for n in range(7))
    ]
    return SlotTable(
        places=tuple((one.code, one.name) for one in places),
        place=place.code,
        note=place.note,
        week=monday.isoformat(),
        first=day_text(monday, language),
        last=day_text(monday + 6 * _DAY, language),
        days=tuple(shown),
        previous=(monday - WEEK).isoformat() if monday > first else "",
        next=(monday + WEEK).isoformat() if monday + WEEK <= last else "",
        chosen=_chosen(question, raw, rows, language=language, now=now, for_staff=for_staff),
    )


def _window(question: Question, today: date, place: SlotPlace, *, for_staff: bool) -> tuple[date, date]:
    first = today if for_staff else rules.first_day(question, today)
    last = today + timedelta(days=place.window_days)
    limit = None if for_staff else rules.last_day(question, today)
    return first, last if limit is None else min(last, limit)


def _monday(typed: str, first: date, last: date, place: SlotPlace) -> date:
    """The week that is asked for, within the days that may be chosen; at first the one of the next free slot."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        free = place.slots.filter(closed_at=None, free__gt=0, day__range=(first, last))
        day = free.order_by("day").values_list("day", flat=True).first() or first
    day = max(min(day, last), first)
    return day - timedelta(days=day.weekday())


def _rows(
    question: Question, slots: Iterable[Slot], raw: Raw, there: datetime, for_staff: bool
) -> dict[date, list[Line]]:
    found: dict[date, list[Line]] = {}
    for slot in slots:
        key = key_of(stock.canonical(slot))
        in_time = for_staff or rules.is_within(question, day=slot.day, start=slot.starts_at, now=there)
        chosen = raw.get("") == key
        found.setdefault(slot.day, []).append(
            Line(
                id=f"{slot.day:%m%d}-{slot.starts_at:%H%M}",
                key=key,
                hours=hours_text(f"{slot.starts_at:%H:%M}", f"{slot.ends_at:%H:%M}"),
                state=_state(slot, in_time=in_time),
                price=yen(slot.price_yen) if slot.price_yen else "",
                is_free=in_time and slot.free > 0,
                is_chosen=chosen and in_time and slot.free > 0,
            )
        )
    return found


def _state(slot: Slot, *, in_time: bool) -> str:
    if not in_time:
        return _("× いまは選べません")
    if slot.free <= 0:
        return _("× 空きなし")
    if slot.capacity == 1:
        return _("○ 空きあり")
    return ngettext("○ あと%(n)s件", "○ あと%(n)s件", slot.free) % {"n": slot.free}


def _chosen(
    question: Question,
    raw: Raw,
    rows: Mapping[date, list[Line]],
    *,
    language: str,
    now: datetime,
    for_staff: bool,
) -> Chosen | None:
    """The slot chosen in another week: it stays chosen while its reader looks further, as long as it can be had."""
    key = str(raw.get("", ""))
    if not key or any(line.key == key for lines in rows.values() for line in lines):
        return None
    kind = registry.of(question)
    value = kind.clean(question, {"": key}, CleanContext(clock.tokyo_date(now), language)).value
    if value is None or stock.why_not(question, value, now=now, for_staff=for_staff):
        return None
    return Chosen(key, kind.display(question, value, language))


def wrong_slot(
    question: Question, value: Mapping[str, Any], *, language: str, now: datetime, for_staff: bool = False
) -> tuple[FieldError, ...]:
    """What to do about a slot that cannot be had, with free ones near to it; nothing when it can."""
    code = stock.why_not(question, value, now=now, for_staff=for_staff)
    if not code:
        return ()
    words = {"slot": registry.of(question).display(question, value, language)}
    if code == stock.TAKEN:
        sentence = _("「%(slot)s」は、ほかの方が先に予約しました。別の日時を選んでください。") % words
    elif code == stock.GONE:
        sentence = _("「%(slot)s」は、選べなくなりました。別の日時を選んでください。") % words
    else:
        sentence = _("「%(slot)s」は、申し込める期間の外です。別の日時を選んでください。") % words
    near = [
        registry.of(question).display(question, stock.canonical(slot), language)
        for slot in stock.alternatives(question, value, now=now)
    ]
    if near:
        sentence += _("いま空いている近い日時：%(slots)s") % {"slots": " / ".join(near)}
    return (FieldError("", sentence, f"slot_{code}"),)


def booked_text(application: Application, language: str) -> str:
    """What a case holds, in words; nothing where it holds nothing."""
    question = stock.slot_question(procedures.definition_of(application.procedure_version_id))
    held = stock.booking_of(application) if question is not None else None
    if question is None or held is None:
        return ""
    return registry.of(question).display(question, stock.canonical(held.slot), language)
