"""Whose entries somebody sees and writes: a department's own, with what it took over in reorganisations; the office all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.rules import Line, Role, in_charge


@dataclass(frozen=True, slots=True)
class Scope:
    """The departments somebody writes for (None: all there are), and what reorganisations changed until now."""

    own: frozenset[str] | None
    changes: Sequence[Collection[Line]]

    def charge(self, code: str, procedure_id: str) -> str:
        """The department in charge by now of an entry that was recorded for `code`."""
        return in_charge(self.changes, code, procedure_id)

    def holds(self, code: str, procedure_id: str) -> bool:
        """Whether an entry recorded for `code` is theirs."""
        return self.own is None or self.charge(code, procedure_id) in self.own


def scope_of(staff: Staff, today: date) -> Scope:
    """What a person sees and writes today."""
    changes = organization.changes_done()
    if organization.departments_of(staff, today, {Role.OFFICE}):
        return Scope(None, changes)
    own = organization.departments_of(staff, today, {Role.OFFICER, Role.HEAD})
    return Scope(frozenset(own), changes)
