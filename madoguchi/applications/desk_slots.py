"""The stock of slots as the desk reads it: the calendar of a day or a week, who is affected by a closure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from madoguchi.applications import slot_queries as stock
from madoguchi.applications.models import Application, Slot, SlotBooking, SlotPlace
from madoguchi.common.ids import grouped
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.slot import hours_text

DAY, WEEK = "day", "week"
MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """Which part of the calendar is shown: a day of all places or of one, or a week of one place."""

    span: str
    day: date
    place: SlotPlace | None

    @property
    def first(self) -> date:
        """The first day shown."""
        return self.day if self.span == DAY else self.day - timedelta(days=self.day.weekday())

    @property
    def last(self) -> date:
        """The last day shown."""
        return self.day if self.span == DAY else self.first + timedelta(days=6)

    @property
    def step(self) -> timedelta:
        """How far 前 and 次 lead."""
        return timedelta(days=1 if self.span == DAY else 7)


def places_of(departments: Collection[str]) -> list[SlotPlace]:
    """The places of these departments, those in use first."""
    found = SlotPlace.objects.filter(department_code__in=departments)
    return list(found.order_by("ended", "stock", "name", "code"))


def stocks_of(departments: Collection[str]) -> list[tuple[str, str]]:
    """The stocks that procedures of these departments offer, with the names of the procedures."""
    names: dict[str, list[str]] = {}
    for offer in procedures.offers_of(departments):
        for question in offer.definition.all_questions():
            if question.kind == "slot":
                names.setdefault(question.stock, []).append(str(offer.definition.current_name))
    return [
        (stock, _("%(names)s（%(stock)s）") % {"names": "、".join(found), "stock": stock})
        for stock, found in sorted(names.items())
    ]


def slots_shown(shown: Shown, places: Sequence[SlotPlace]) -> list[Slot]:
    """The slots of this part of the calendar with their bookings: two questions."""
    chosen = [shown.place] if shown.place is not None else list(places)
    found = Slot.objects.filter(place__in=chosen, day__range=(shown.first, shown.last))
    return list(_with_bookings(found).order_by("day", "starts_at", "place__name", "place__code")[:MOST_ROWS])


def affected(places: Sequence[SlotPlace], *, today: date) -> list[Slot]:
    """Closed slots from today on that somebody holds: another time is to be found for each."""
    found = Slot.objects.filter(place__in=places, day__gte=today, bookings__isnull=False)
    found = found.exclude(closed_at=None).distinct()
    return list(_with_bookings(found).order_by("day", "starts_at", "place__name")[:MOST_ROWS])


def _with_bookings(found: QuerySet[Slot]) -> QuerySet[Slot]:
    bookings = SlotBooking.objects.select_related("application").order_by("taken_at", "id")
    return found.select_related("place").prefetch_related(Prefetch("bookings", queryset=bookings))


def hours(slot: Slot) -> str:
    """9:00〜12:00."""
    return hours_text(f"{slot.starts_at:%H:%M}", f"{slot.ends_at:%H:%M}")


def state(slot: Slot) -> tuple[str, str]:
    """Whether a slot can be booked, in words and as the kind of a tag."""
    if slot.closed_at is not None:
        return _("閉鎖：%(reason)s") % {"reason": slot.closed_reason}, "warning"
    if slot.free <= 0:
        return _("空きなし"), "neutral"
    return _("空きあり"), "success"


def numbers(slot: Slot) -> list[tuple[str, str]]:
    """Receipt number and id of each case that holds the slot; whose it is, the page of the case tells."""
    return [(grouped(one.application.receipt_number), str(one.application_id)) for one in slot.bookings.all()]


@dataclass(frozen=True, slots=True)
class SlotLine:
    """The slot of a case on its page: what was wished, and whether it is held."""

    text: str
    state: str
    kind: str


def needs_slot() -> str:
    """What to do before a decision in favour of a case that does not hold the slot it wishes."""
    return _("予約が取れていません。先に「予約」のページで、この日時の予約を取るか、日時を変えてください。")


def slot_line(application: Application, definition: Definition) -> SlotLine | None:
    """The line for a case of a procedure that books slots; None for others. One question."""
    question = stock.slot_question(definition)
    if question is None:
        return None
    held = stock.booking_of(application)
    text = registry.of(question).display(question, application.answers.get(question.id), "ja")
    if held is None:
        return SlotLine(text, _("予約なし"), "neutral" if application.closed_at else "warning")
    if held.slot.closed_at is not None:
        return SlotLine(text, _("閉鎖された枠"), "warning")
    return SlotLine(text, _("予約済み"), "success")
