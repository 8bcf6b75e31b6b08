"""Records that look like the same event as another one, while a record or a whole file is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from madoguchi.plan.desk_states import AchievementState
from madoguchi.plan.models import Achievement
from madoguchi.plan.rules import achievements as rules
from madoguchi.plan.rules.names import name_of


def look_of(row: Achievement) -> rules.Look:
    """What the record has in common with another one of its event."""
    return rules.look(
        kind=row.kind,
        on=row.happened_on,
        title=row.title,
        place=row.place,
        department_code=row.department_code,
    )


class Twins:
    """What is in the figures, or may come into them, and looks like one of `rows`: two questions for all of them."""

    def __init__(self, rows: Sequence[Achievement]) -> None:
        self._seen: dict[rules.Look, dict[UUID, Achievement]] = defaultdict(dict)
        days, names = {row.happened_on for row in rows}, {name_of(row.title) for row in rows}
        alike = Q(happened_on__in=days, sameness__in=names)
        for found in self._among(rows, alike):
            self.keep(found)
        if digests := {row.proof_digest for row in rows if row.proof_digest}:
            for found in self._among(rows, Q(proof_digest__in=digests)):
                self.keep(found)

    def _among(self, rows: Sequence[Achievement], alike: Q) -> Sequence[Achievement]:
        found = Achievement.objects.filter(alike, kind__in={row.kind for row in rows})
        return list(found.exclude(state=AchievementState.WITHDRAWN).order_by("id"))

    def of(self, row: Achievement) -> Achievement | None:
        """Another record with the same proof, or with the same kind, day, place and title."""
        for one in _looks(row):
            for found in self._seen[one].values():
                if found.id != row.id:
                    return found
        return None

    def keep(self, row: Achievement) -> None:
        """Hold the next rows against this one too."""
        for one in _looks(row):
            self._seen[one][row.id] = row

    def forget(self, row: Achievement) -> None:
        """Hold no row against what this one was."""
        for one in _looks(row):
            self._seen[one].pop(row.id, None)


def _looks(row: Achievement) -> list[rules.Look]:
    proof = [("proof", row.kind, row.proof_digest)] if row.proof_digest else []
    return [*proof, look_of(row)]
