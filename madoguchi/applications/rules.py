"""Where an application may go, when it is due, who may decide: plain values in, an answer out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from madoguchi.japan.closed_days import add_business_days, is_closed, next_open_day
from madoguchi.japan.day_count import deadline
from madoguchi.procedures.definition import Clock, DecisionKind, Definition


class Channel(TextChoices):
    """The way a filing came in."""

    WEB = "web", _("オンライン")
    PAPER = "paper", _("書面")
    TELEPHONE = "telephone", _("電話")
    COUNTER = "counter", _("窓口")


class Status(TextChoices):
    """Where an application stands."""

    FILED = "filed", _("受付済み")
    IN_REVIEW = "in_review", _("審査中")
    RETURNED = "returned", _("補正待ち")
    PROPOSED = "proposed", _("決裁待ち")
    CLOSED = "closed", _("完了")
    WITHDRAWN = "withdrawn", _("取下げ")


NEXT: dict[str, frozenset[str]] = {
    Status.FILED: frozenset({Status.IN_REVIEW, Status.WITHDRAWN}),
    Status.IN_REVIEW: frozenset({Status.RETURNED, Status.PROPOSED, Status.WITHDRAWN}),
    Status.RETURNED: frozenset({Status.IN_REVIEW, Status.WITHDRAWN}),
    Status.PROPOSED: frozenset({Status.IN_REVIEW, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.IN_REVIEW}),  # only by a second look (再調査の依頼)
    Status.WITHDRAWN: frozenset(),
}

OPEN = (Status.FILED, Status.IN_REVIEW, Status.RETURNED, Status.PROPOSED)

# How far a period may be extended where its definition names no most.
LONGEST_EXTENSION = timedelta(days=365)

# So long after a case is over questions about it are answered; later ones are a new matter.
MESSAGES_AFTER_CLOSING = timedelta(days=30)

# Days a resident has to answer a correction, and what an officer may set instead.
CORRECTION_DAYS = 14
CORRECTION_DAYS_RANGE = (3, 60)


def may_move(*, status: str, to: str) -> bool:
    """Whether an application may go from `status` to `to`."""
    return to in NEXT[status]


# What undoing a bulk run (一括処理の取消し) may take back, while nothing else happened to the case since.
UNDOES: dict[str, frozenset[str]] = {
    Status.IN_REVIEW: frozenset({Status.FILED, Status.IN_REVIEW}),
    Status.RETURNED: frozenset({Status.RETURNED}),
    Status.PROPOSED: frozenset({Status.PROPOSED, Status.IN_REVIEW}),
    Status.FILED: frozenset({Status.FILED}),
}


def may_undo(*, status: str, to: str) -> bool:
    """Whether a case that a bulk run left at `status` may go back to `to`; what is decided stays decided."""
    return to in UNDOES.get(status, ())


def may_withdraw(status: str) -> bool:
    """Whether the resident may take the application back (取下げ): until somebody has proposed a decision."""
    return may_move(status=status, to=Status.WITHDRAWN)


def may_send_documents(status: str) -> bool:
    """Whether documents that may follow are still taken: until somebody has proposed a decision."""
    return status in (Status.FILED, Status.IN_REVIEW, Status.RETURNED)


def may_edit_answers(status: str) -> bool:
    """Whether staff may put an answer right: until somebody has proposed a decision."""
    return status in (Status.FILED, Status.IN_REVIEW, Status.RETURNED)


def may_ask_opinions(status: str) -> bool:
    """Whether other departments may be asked for their opinion: until somebody has proposed a decision."""
    return status in (Status.FILED, Status.IN_REVIEW, Status.RETURNED)


def may_write_until(*, closed_on: date | None) -> date | None:
    """The last day on which messages about a case are taken; None while it is open."""
    return closed_on + MESSAGES_AFTER_CLOSING if closed_on is not None else None


def may_write(*, closed_on: date | None, today: date) -> bool:
    """Whether office and resident may still write to each other about a case."""
    last = may_write_until(closed_on=closed_on)
    return last is None or today <= last


def due_on(*, clock: Clock, received_on: date, closed_days: Collection[date]) -> date:
    """The last day of the period of the definition's clock; the first day is not counted (民法 第140条)."""
    return deadline(received_on, clock.days, unit=clock.unit, extra_closed=closed_days)


def rests_when_returned(clock: Clock) -> bool:
    """Whether the period rests while the resident answers; a statutory one never does."""
    return clock.kind == "standard" and clock.pauses_when_returned


def due_after_pause(
    *, clock: Clock, due: date, returned_on: date, answered_on: date, closed_days: Collection[date]
) -> date:
    """The due day after a correction: a standard period may rest, a statutory one never does.

    It rests in the unit it is counted in, without the day of asking (民法 第140条), and ends on an open day.
    """
    if not rests_when_returned(clock):
        return due
    rested = [returned_on + timedelta(days=n + 1) for n in range((answered_on - returned_on).days)]
    if clock.unit == "business_days":
        open_days = sum(not is_closed(day, closed_days) for day in rested)
        return add_business_days(due, open_days, closed_days)
    return next_open_day(due + timedelta(days=len(rested)), closed_days)


def may_be_extended(clock: Clock) -> bool:
    """Whether a notice may extend the period: a statutory one only where its definition names the law for it."""
    return clock.kind == "standard" or clock.extension is not None


def days_counted(*, unit: str, after: date, until: date, closed_days: Collection[date]) -> int:
    """The days from `after` (not counted) to `until`, in the unit of a clock."""
    days = (after + timedelta(days=n + 1) for n in range((until - after).days))
    return sum(unit == "calendar_days" or not is_closed(day, closed_days) for day in days)


def extension_days(
    *, clock: Clock, due: date, extended_days: int, today: date, closed_days: Collection[date]
) -> tuple[date, date] | None:
    """The first and last day to which the period may be extended now; None where there is none (left).

    The new day lies behind the present one and is not past; all extensions together keep to the definition's most.
    """
    if not may_be_extended(clock):
        return None
    first = max(due + timedelta(days=1), today)
    if clock.extension is None or clock.extension.max_days is None:
        return first, first + LONGEST_EXTENSION
    left = clock.extension.max_days - extended_days
    if left <= 0:
        return None
    last = deadline(due, left, unit=clock.unit, extra_closed=closed_days)
    return (first, last) if first <= last else None


def reached_by(days: Mapping[int, int], percent: int) -> int:
    """The least number of days within which `percent` of a hundred cases ended; `days`: how many took how many."""
    wanted, reached = sum(days.values()) * percent, 0
    for taken in sorted(days):
        reached += days[taken] * 100
        if reached >= wanted:
            return taken
    raise ValueError("no cases")


def forecast_on(*, received_on: date, half_days: int, most_days: int, today: date) -> date | None:
    """The open day by which a case is likely decided, by how long others took; None when it took longer already."""
    for days in (half_days, most_days):
        day = next_open_day(received_on + timedelta(days=days))
        if day > today:
            return day
    return None


def is_past(*, due: date | None, today: date) -> bool:
    """Whether a due day is over, whatever became of the case."""
    return due is not None and today > due


def is_due_soon(*, due: date | None, status: str, today: date, days: int = 7) -> bool:
    """Whether an open application is due within `days`."""
    return due is not None and status in OPEN and today <= due <= today + timedelta(days=days)


def frees_slot(definition: Definition, kind_id: str) -> bool:
    """Whether a decision gives a booked slot back: one that is not in favour of the person."""
    kind = definition.workflow.decision(kind_id)
    return kind is not None and kind.outcome in ("refused", "dismissed", "returned")


def decision_kinds(definition: Definition) -> tuple[DecisionKind, ...]:
    """The decisions this procedure knows; a 届出 knows no refusal (行政手続法 第37条)."""
    if definition.kind_of_act == "notification":
        allowed = ("accepted", "returned")
        return tuple(kind for kind in definition.workflow.decisions if kind.outcome in allowed)
    return definition.workflow.decisions


def needs_reason(kind: DecisionKind) -> bool:
    """Whether the decision must state its reason (行政手続法 第8条)."""
    return kind.reason_required or kind.outcome in ("refused", "dismissed", "returned")


def may_decide(*, proposer: object, decider: object) -> bool:
    """Nobody approves their own work."""
    return proposer != decider


def fiscal_document_number(*, prefix: str, era_year: int, number: int) -> str:
    """A document number (文書番号) as a city writes it: 盛子青第8-12号."""
    return f"{prefix}第{era_year}-{number}号"
