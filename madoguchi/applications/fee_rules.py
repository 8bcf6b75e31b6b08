"""What is owed of a fee (手数料), and what may be recorded about it: plain values in, an answer out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import TextChoices


class FeeState(TextChoices):
    """Where the fee of a case stands."""

    OPEN = "open"  # 未納
    PAID = "paid"  # 納付済み
    WAIVED = "waived"  # 減免
    FREE = "free"  # the rule of the definition exempts the whole of it
    EXCESS = "excess"  # more was paid than is owed: 還付の要否を確認
    ENDED = "ended"  # withdrawn or refused, and nothing was paid


class FeeKind(TextChoices):
    """What was recorded."""

    PAID = "paid"  # 納付
    WAIVED = "waived"  # 減免
    REFUNDED = "refunded"  # 還付
    KEPT = "kept"  # 還付しない
    CANCELLED = "cancelled"  # 取消し: undoes one record


class FeeMethod(TextChoices):
    """How it was paid or given back."""

    CASH = "cash"  # 現金
    CASHLESS = "cashless"  # キャッシュレス決済の端末
    SLIP = "slip"  # 納付書
    MONEY_ORDER = "money_order"  # 定額小為替
    STAMP = "stamp"  # 証紙


BY_METHOD = (FeeKind.PAID, FeeKind.REFUNDED)
UNFAVOURABLE = ("refused", "dismissed", "returned")


@dataclass(frozen=True, slots=True)
class Standing:
    """The sums of the fee of one case, in yen; `paid` less what was given back."""

    amount: int
    paid: int = 0
    waived: int = 0
    kept: int = 0
    is_asked: bool = True  # False: withdrawn or refused

    @property
    def due(self) -> int:
        """What the case costs by now, whether paid or not."""
        return max(self.amount - self.waived, 0) if self.is_asked else 0

    @property
    def owed(self) -> int:
        """What is still to be paid."""
        return max(self.due - self.paid, 0)

    @property
    def excess(self) -> int:
        """What was paid beyond that, and nobody has decided to keep."""
        return max(self.paid - self.kept - self.due, 0)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is given back or kept that was never paid."""
        return min(self.paid - self.kept, self.kept, self.waived) >= 0

    @property
    def state(self) -> FeeState:
        """All of it in a word."""
        if self.excess:
            return FeeState.EXCESS
        if self.owed:
            return FeeState.OPEN
        if self.paid:
            return FeeState.PAID
        if not self.is_asked:
            return FeeState.ENDED
        return FeeState.WAIVED if self.waived else FeeState.FREE


def most_of(standing: Standing, kind: str) -> int:
    """The most that may be recorded of this kind now."""
    if kind == FeeKind.PAID:
        return standing.owed
    if kind == FeeKind.WAIVED:
        return standing.due
    return standing.excess


def after(standing: Standing, kind: str, yen: int) -> Standing:
    """The sums with one more record; a negative amount takes one back."""
    if kind == FeeKind.WAIVED:
        return replace(standing, waived=standing.waived + yen)
    if kind == FeeKind.KEPT:
        return replace(standing, kept=standing.kept + yen)
    return replace(standing, paid=standing.paid + (yen if kind == FeeKind.PAID else -yen))


def may_be_paid_on(*, day: date, received_on: date, today: date) -> bool:
    """Whether money can have come or gone on this day: not before the filing, not tomorrow."""
    return received_on <= day <= today


def holds_back(*, due: str, outcome: str, owed: int) -> bool:
    """Whether a decision must not be proposed yet: it is in favour, and what is to be paid before it is not."""
    return due == "before_decision" and outcome not in UNFAVOURABLE and owed > 0


def is_no_longer_asked(*, due: str, outcome: str) -> bool:
    """Whether a decision ends the fee: nothing is handed out. What pays for the examination itself stays owed."""
    return due != "before_decision" and outcome in UNFAVOURABLE
