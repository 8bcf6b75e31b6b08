"""How long the records of a case are kept, and what keeps them longer: plain values in, an answer out."""

from __future__ import annotations

from datetime import date

from madoguchi.japan.fiscal import fiscal_year, fiscal_year_end, fiscal_year_start

YEARS = (1, 100)

# Why a case of a disposal was not erased, in the order in which it is looked for.
ERASED = "erased"  # before
REASSIGNED = "reassigned"  # its procedure has another class now, or none
NOT_DUE = "not_due"
HELD = "held"
PROTECTED = "protected"  # 支援措置 in force: whose protection goes on is known by this case
HANDOVER = "handover"  # on its way to a core system, or in a file that is still kept to be sent again
FAULT = "fault"
REJECTED = "rejected"


def ends_on(*, closed_on: date, years: int) -> date:
    """The last day of the period: it begins on the 1 April after the case was closed (翌年度の4月1日から起算)."""
    return fiscal_year_end(fiscal_year(closed_on) + years)


def is_over(*, closed_on: date, years: int, today: date) -> bool:
    """Whether the period has ended: it runs to the end of its last day."""
    return today > ends_on(closed_on=closed_on, years=years)


def closed_before(*, years: int, today: date) -> date:
    """The day before which a case was closed whose period is over today."""
    return fiscal_year_start(fiscal_year(today) - years)


def why_kept(
    *,
    is_erased: bool,
    same_class: bool,
    is_over: bool,
    is_held: bool,
    is_protected: bool,
    is_handed_over: bool,
) -> str:
    """Why a case must not be erased now; "" when it may be."""
    if is_erased:
        return ERASED
    if not same_class:
        return REASSIGNED
    if not is_over:
        return NOT_DUE
    if is_held:
        return HELD
    if is_protected:
        return PROTECTED
    return "" if is_handed_over else HANDOVER


def is_class_id(text: str) -> bool:
    """Whether this can be the id of a class: small letters, digits and hyphens."""
    return 0 < len(text) <= 40 and text.isascii() and text.replace("-", "").isalnum() and text == text.lower()
