"""Who may change staff and departments, and that somebody always can."""

from __future__ import annotations

from datetime import date
from typing import Any

from madoguchi.common import kernel
from madoguchi.identity.models import Staff
from madoguchi.organization import queries
from madoguchi.organization.models import Posting
from madoguchi.organization.rules import Capability


class NotAllowed(Exception):
    """The person's roles of today do not allow it."""


class OwnAccount(Exception):
    """Nobody takes away their own right to administer, or resets their own account, by these pages."""


class LastAdministrator(Exception):
    """Afterwards nobody could administer this installation without an end date."""


def require(by: Staff, capability: Capability, today: date) -> None:
    """Raises `NotAllowed` unless `by` may do it today."""
    if not queries.has_capability(by, capability, today):
        raise NotAllowed


def keep_an_administrator(unit: kernel.Unit, today: date, **without: Any) -> None:
    """Tie the unit to one administrator who remains; two people at once cannot remove each other.

    `without` names the postings that are about to end, as for `QuerySet.exclude`. Raises `LastAdministrator`.
    """
    remaining = queries.lasting_administrators(today).exclude(**without).first()
    if remaining is None:
        raise LastAdministrator
    unit.update(
        Posting,
        where={"id": remaining.pk, "valid_until": None},
        set={"valid_until": None},
        otherwise=LastAdministrator(),
    )
    unit.update(
        Staff,
        where={"id": remaining.staff_id, "active": True},
        set={"active": True},
        otherwise=LastAdministrator(),
    )
