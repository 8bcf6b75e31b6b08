"""The household (世帯) that somebody has told already: people with what is known of each, and where it is from.

Known from what residents filed or began themselves, never from a protected case (支援措置) nor from what staff entered or
put right. Pages of a filing without an account ask `known` for what the browser holds; an account may ask for its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.applications.models import Application, Channel, Draft, EditedAnswer
from madoguchi.common import clock
from madoguchi.common.jinja2env import both_eras
from madoguchi.identity import queries as identity
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.meanings import APPLICANT, Person, people_in


@dataclass(frozen=True, slots=True)
class Origin:
    """The filing a fact is from; without a receipt number it was not sent yet."""

    source: uuid.UUID
    version_id: uuid.UUID  # of the procedure
    on: date
    receipt_number: str = ""

    def title(self, language: str) -> str:
        """The name of the procedure."""
        return procedures.definition_of(self.version_id).current_name.of(language)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a person; a relationship is the one to `applicant` (a name)."""

    value: Any
    origin: Origin
    applicant: Any = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the household; the key stays the same as long as the newest filing that names the person."""

    key: str
    role: str
    facts: Mapping[str, Fact]

    @property
    def origin(self) -> Origin:
        """The newest filing that names this person."""
        return self.facts["name"].origin

    def is_same(self, other: Member) -> bool:
        """Whether both are one person: the same name, and no other birth date."""
        if self.facts["name"].value != other.facts["name"].value:
            return False
        days = [one.facts["birth_date"].value for one in (self, other) if "birth_date" in one.facts]
        return len(days) < 2 or days[0] == days[1]


@dataclass(frozen=True, slots=True)
class Household:
    """Everybody who is known, the newest filing first."""

    members: tuple[Member, ...] = ()


NOBODY = Household()


def known(
    *, filed: Collection[uuid.UUID], begun: Collection[uuid.UUID], begun_since: datetime, today: date
) -> Household:
    """The people of these applications and drafts, each once: four questions at most, none where nothing is held."""
    found: list[tuple[datetime, list[Member]]] = []
    if filed:
        found += _of_applications(filed, today=today)
    if begun:
        drafts = Draft.objects.filter(id__in=begun, channel=Channel.WEB, changed_at__gte=begun_since)
        for draft in drafts:
            definition = procedures.definition_of(draft.procedure_version_id)
            answers = evaluate(definition, draft.answers, today=today).answers
            origin = Origin(draft.id, draft.procedure_version_id, clock.tokyo_date(draft.changed_at))
            found.append((draft.changed_at, _members(definition, answers, origin, frozenset())))
    newest = sorted(found, key=lambda one: one[0], reverse=True)
    return Household(tuple(_each_once(member for _at, members in newest for member in members)))


def _of_applications(filed: Collection[uuid.UUID], *, today: date) -> list[tuple[datetime, list[Member]]]:
    rows = list(Application.objects.filter(id__in=filed, channel=Channel.WEB, erased_at=None))
    protected = identity.restricted_subjects((f"application:{row.id}" for row in rows), today)
    typed_by_staff: dict[uuid.UUID, set[str]] = {}
    edits = EditedAnswer.objects.filter(
        edit__application__in=[row.id for row in rows], origin=EditedAnswer.Origin.STAFF
    )
    for application_id, target in edits.values_list("edit__application_id", "target_id"):
        typed_by_staff.setdefault(application_id, set()).add(target)
    found = []
    for row in rows:
        if f"application:{row.id}" in protected:
            continue
        origin = Origin(row.id, row.procedure_version_id, clock.tokyo_date(row.filed_at), row.receipt_number)
        definition = procedures.definition_of(row.procedure_version_id)
        without = typed_by_staff.get(row.id, set())
        found.append((row.filed_at, _members(definition, row.answers, origin, without)))
    return found


def _members(
    definition: Definition, answers: Mapping[str, Any], origin: Origin, without: Collection[str]
) -> list[Member]:
    """The people of one filing; `without`: answers that staff typed."""
    people = people_in(definition, answers)
    applicant = next((one.facts["name"] for one in people if one.role == APPLICANT), None)
    found = (_member(person, origin, applicant, without) for person in people)
    return [member for member in found if "name" in member.facts]


def _member(person: Person, origin: Origin, applicant: Any, without: Collection[str]) -> Member:
    facts = {
        fact: Fact(value, origin, applicant if fact == "relationship" else None)
        for fact, value in person.facts.items()
        if person.targets[fact] not in without
    }
    return Member(f"{origin.source.hex}-{person.key.replace('/', '-')}", person.role, facts)


def _each_once(members: Iterable[Member]) -> list[Member]:
    """Each person once, as the newest filing has them; what only an older one knows is added."""
    found: list[Member] = []
    for member in members:
        place = next((n for n, one in enumerate(found) if one.is_same(member)), None)
        if place is None:
            found.append(member)
        else:
            found[place] = replace(found[place], facts={**member.facts, **found[place].facts})
    return found


# --- the origin of an answer, as drafts and applications keep it --------------------------------------------------


def note_of(member: Member, fact: str) -> dict[str, str]:
    """What is kept beside an answer that was taken over."""
    origin = member.facts[fact].origin
    return {
        "source": origin.source.hex,
        "version": origin.version_id.hex,
        "on": origin.on.isoformat(),
        "number": origin.receipt_number,
    }


def origin_text(note: Mapping[str, str], language: str) -> str:
    """The filing an answer was taken over from, in words."""
    title = procedures.definition_of(uuid.UUID(note["version"])).current_name.of(language)
    day = both_eras(date.fromisoformat(note["on"]))
    return _("%(day)sの「%(title)s」") % {"day": day, "title": title}
