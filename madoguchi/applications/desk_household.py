"""What the household of a case filed: shown of one's own departments, told as a number of others.

The household is who lives at the same address under the same family name, and whom the answers name with their birth
date. Protected people (支援措置) are never told, to nobody: the other side may be of the household.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from madoguchi.applications.desk_queries import protections
from madoguchi.applications.desk_related import Related, as_related
from madoguchi.applications.models import Application
from madoguchi.applications.permissions import departments_seen
from madoguchi.identity.models import Staff
from madoguchi.japan.kana import search_key
from madoguchi.organization import queries as organization
from madoguchi.procedures.definition import Definition, Question

SHOWN = 20
LOOKED_AT = 300  # of one address: a large house without numbers of rooms


@dataclass(frozen=True, slots=True)
class Household:
    """Cases that may be opened, and how many other departments have."""

    shown: tuple[Related, ...] = ()
    elsewhere: tuple[tuple[str, int], ...] = ()  # name of the department, number


def household(
    application: Application, definition: Definition, staff: Staff, *, is_protected: bool, today: date
) -> Household:
    """Four questions at most. Of a protected case nothing is looked up: nobody is led from it to others or back."""
    if is_protected:
        return Household()
    named = list(named_people(application, definition))
    found = Application.objects.filter(id__in=_candidates(application, named)).exclude(id=application.id)
    near = [
        one
        for one in found.defer("answers", "filed_answers").order_by("-filed_at", "-id")
        if not _is_same_person(one, application)
        and (_is_family(one, application) or any(person.is_(one) for person in named))
    ]
    protected = protections(near, today=today)
    known = [one for one in near if one.id not in protected]
    own = departments_seen(staff, today=today)
    counts = Counter(one.department_code for one in known if one.department_code not in own)
    names = organization.departments(counts) if counts else {}
    return Household(
        shown=tuple(as_related(one, application) for one in known if one.department_code in own)[:SHOWN],
        elsewhere=tuple(
            sorted((names[code].name if code in names else code, n) for code, n in counts.items())
        ),
    )


def _candidates(application: Application, named: list[Named]) -> list[uuid.UUID]:
    """Cases of the same address or of a name that the answers name, each found by its own index: one question."""
    keys = sorted({key for person in named for key in person.keys})
    same_address = Q(address_key=application.address_key) & ~Q(address_key="")
    days = sorted({day for person in named for day in person.days})
    born = Q(birth_on__in=days)
    known = [born & Q(name_key__in=keys), born & Q(kana_key__in=keys)] if keys and days else []
    parts = [Application.objects.filter(one).values_list("id", flat=True) for one in (same_address, *known)]
    return list(parts[0].union(*parts[1:])[:LOOKED_AT])


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom the answers name: by the keys of the name, and the days that stand beside it."""

    keys: frozenset[str]
    days: frozenset[str]

    def is_(self, one: Application) -> bool:
        """Whether this person filed it; a name alone is not a person."""
        return bool(one.birth_on and one.birth_on.isoformat() in self.days and self.keys & one.own_keys)


def named_people(application: Application, definition: Definition) -> Iterator[Named]:
    """Everybody whom the answers name besides the applicant."""
    applicant = definition.fact_question("applicant.name")
    for section in definition.sections:
        if section.group is None:
            questions = [q for q in section.questions if applicant is None or q.id != applicant.id]
            yield from _named(questions, application.answers)
        else:
            for member in application.answers.get(section.group.id) or ():
                yield from _named(section.group.questions, member)


def _named(questions: list[Question] | tuple[Question, ...], answers: Mapping[str, Any]) -> Iterator[Named]:
    days = frozenset(day for q in questions if q.kind == "date" and isinstance(day := answers.get(q.id), str))
    for question in questions:
        name = answers.get(question.id)
        if question.kind == "person_name" and isinstance(name, dict):
            texts = (
                f"{name.get('family', '')}{name.get('given', '')}",
                f"{name.get('family_kana', '')}{name.get('given_kana', '')}",
            )
            keys = frozenset(search_key(text) for text in texts if text)
            yield Named(keys, days)


def _is_same_person(one: Application, other: Application) -> bool:
    return one.birth_on == other.birth_on and bool(one.own_keys & other.own_keys)


def _is_family(one: Application, other: Application) -> bool:
    family = _family_key(one)
    return bool(family) and family == _family_key(other) and one.address_key == other.address_key != ""


def _family_key(one: Application) -> str:
    """The key of the family name: what is left of the whole name without the given one."""
    return one.name_key.removesuffix(one.given_key) if one.given_key else ""
