"""What answers mean in any procedure: people and what is known of each, so that nobody types a family twice.

A definition says it by `means` (and by `prefill` for the applicant); where nothing is said, nothing travels. Who files
for whom, accounts, numbers and all other answers belong to one filing and are never taken along.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from madoguchi.procedures.definition import PREFILL_SOURCES, Definition, Question

APPLICANT = "applicant"
ROLES = (APPLICANT, "spouse", "child", "family")
# The kind of question that holds each fact; a relationship (続柄) is always the one to the applicant.
FACTS: Mapping[str, str] = MappingProxyType(
    {
        "name": "person_name",
        "birth_date": "date",
        "relationship": "text",
        "address": "address",
        "phone": "phone",
        "email": "email",
    }
)
# Who may be put where: another parent may file next, a child is not made the parent of anybody.
FITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        APPLICANT: (APPLICANT, "spouse", "family"),
        "spouse": ("spouse", APPLICANT, "family"),
        "child": ("child", "family"),
        "family": ROLES,
    }
)
# Whom a group may be about, and what may be said of each of its members.
GROUP_ROLES = ("child", "family")
MEMBER_FACTS = ("name", "birth_date", "relationship")


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a definition asks about a person: in its own questions, or about each member of a group."""

    id: str  # of the group, else of the question of the name
    role: str
    questions: Mapping[str, Question]  # by fact; the name is always among them
    group: Question | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the answers of one filing name; `targets` says which answer each fact is."""

    key: str  # within the filing: the place, with the member of a group
    role: str
    facts: Mapping[str, Any]
    targets: Mapping[str, str]


@functools.lru_cache(maxsize=2048)
def places_of(definition: Definition) -> tuple[Place, ...]:
    """Where this definition asks about people, the applicant first."""
    single: dict[str, dict[str, Question]] = {role: {} for role in ROLES}
    groups = []
    for source in PREFILL_SOURCES:
        if (question := definition.fact_question(source)) is not None:
            single[APPLICANT][source.removeprefix(f"{APPLICANT}.")] = question
    for question in definition.all_questions():
        if question.kind == "group":
            inner = {one.means: one for one in question.questions if one.means in MEMBER_FACTS}
            if question.means and "name" in inner:
                groups.append(Place(question.id, question.means, inner, question))
        elif question.group_id is None and "." in question.means:
            role, fact = question.means.split(".")
            single[role].setdefault(fact, question)
    own = [Place(known["name"].id, role, known) for role, known in single.items() if "name" in known]
    return (*own, *groups)


def people_in(definition: Definition, answers: Mapping[str, Any]) -> list[Person]:
    """Everybody whom these answers (as evaluated) name, in the order of asking, the applicant first."""
    found = []
    for place in places_of(definition):
        if place.group is None:
            found.append(_person(place, place.id, answers, ""))
            continue
        for member in answers.get(place.group.id) or ():
            path = f"{place.group.id}/{member.get('_id')}"
            found.append(_person(place, path, member, f"{path}/"))
    return [person for person in found if "name" in person.facts]


def _person(place: Place, key: str, answers: Mapping[str, Any], prefix: str) -> Person:
    known = {
        fact: question for fact, question in place.questions.items() if answers.get(question.id) is not None
    }
    return Person(
        key,
        place.role,
        {fact: answers[question.id] for fact, question in known.items()},
        {fact: f"{prefix}{question.id}" for fact, question in known.items()},
    )
