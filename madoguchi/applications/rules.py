"""Where an application may go, when it is due, who may decide: plain values in, an answer out."""

from __future__ import annotations

from collections.abc import Collection
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
    Status.CLOSED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}

OPEN = (Status.FILED, Status.IN_REVIEW, Status.RETURNED, Status.PROPOSED)

# Days a resident has to answer a correction, and what an officer may set instead.
CORRECTION_DAYS = 14
CORRECTION_DAYS_RANGE = (3, 60)


def may_move(*, status: str, to: str) -> bool:
    """Whether an application may go from `status` to `to`."""
    return to in NEXT[status]


def may_withdraw(status: str) -> bool:
    """Whether the resident may take the application back (取下げ): until somebody has proposed a decision."""
    return may_move(status=status, to=Status.WITHDRAWN)


def may_send_documents(status: str) -> bool:
    """Whether documents that may follow are still taken: until somebody has proposed a decision."""
    return status in (Status.FILED, Status.IN_REVIEW, Status.RETURNED)


def due_on(*, clock: Clock, received_on: date, closed_days: Collection[date]) -> date:
    """The last day of the period of the definition's clock; the first day is not counted (民法 第140条)."""
    return deadline(received_on, clock.days, unit=clock.unit, extra_closed=closed_days)


def due_after_pause(
    *, clock: Clock, due: date, returned_on: date, answered_on: date, closed_days: Collection[date]
) -> date:
    """The due day after a correction: a standard period may rest, a statutory one never does.

    It rests in the unit it is counted in, without the day of asking (民法 第140条), and ends on an open day.
    """
    if clock.kind == "statutory" or not clock.pauses_when_returned:
        return due
    rested = [returned_on + timedelta(days=n + 1) for n in range((answered_on - returned_on).days)]
    if clock.unit == "business_days":
        open_days = sum(not is_closed(day, closed_days) for day in rested)
        return add_business_days(due, open_days, closed_days)
    return next_open_day(due + timedelta(days=len(rested)), closed_days)


def is_overdue(*, due: date | None, status: str, today: date) -> bool:
    """Whether an open application is past its due day; one that waits for the resident is not."""
    return due is not None and status in OPEN and status != Status.RETURNED and today > due


def is_due_soon(*, due: date | None, status: str, today: date, days: int = 7) -> bool:
    """Whether an open application is due within `days`."""
    return due is not None and status in OPEN and today <= due <= today + timedelta(days=days)


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
