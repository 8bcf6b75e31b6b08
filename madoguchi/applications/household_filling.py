"""Putting people of a household into a filing: which places take whom, and what can be said there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from madoguchi.applications import queries
from madoguchi.applications.household import Household, Member
from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext, FieldError
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.meanings import APPLICANT, FITS, Place, places_of


@dataclass(frozen=True, slots=True)
class Filled:
    """The answers with one person more: which answer holds which fact, and what the procedure does not take."""

    answers: dict[str, Any]
    targets: Mapping[str, str]  # by fact; empty: nothing was put in
    refused: tuple[tuple[str, str], ...] = ()  # label and sentence


@dataclass(frozen=True, slots=True)
class Choice:
    """A place that can take a person now, and what would be put in."""

    place: Place
    filled: Filled


@dataclass(frozen=True, slots=True)
class Offered:
    """A person, and the places of the filing where the person may be put.

    `usual` is the place that is proposed: it asks for the same sort of person, and nobody else is proposed for it.
    """

    member: Member
    choices: tuple[Choice, ...]
    usual: str = ""


def offers(
    definition: Definition,
    answers: Mapping[str, Any],
    household: Household,
    context: CleanContext,
    among: Sequence[Place] | None = None,
) -> list[Offered]:
    """Whom the filing can take where, as it stands now; `among`: only in these places."""
    found = []
    known = places_of(definition) if among is None else among
    for member in household.members:
        places = [place for place in known if member.role in FITS[place.role]]
        tried = [Choice(place, fill(definition, answers, place, member, context)) for place in places]
        if choices := tuple(choice for choice in tried if choice.filled.targets):
            found.append(Offered(member, choices))
    fitting = [_alike(one) for one in found]
    wishes = Counter(place.id for place in fitting if place is not None)
    return [
        replace(one, usual=place.id) if place and (place.group or wishes[place.id] == 1) else one
        for one, place in zip(found, fitting, strict=True)
    ]


def _alike(one: Offered) -> Place | None:
    """Where the same sort of person is asked about: rather among others than alone."""
    places = [choice.place for choice in one.choices if choice.place.role == one.member.role]
    return min(places, key=lambda place: place.group is None, default=None)


def fill(
    definition: Definition, answers: Mapping[str, Any], place: Place, member: Member, context: CleanContext
) -> Filled:
    """The answers with this person in this place: only declared facts, only what is asked now and not answered yet.

    A relationship goes along only to a filing of the same applicant.
    """
    facts = {fact: known.value for fact, known in member.facts.items() if fact in place.questions}
    if "relationship" in facts and not _same_applicant(definition, answers, member):
        del facts["relationship"]
    if place.group is not None:
        return _as_member(definition, answers, place, place.group, facts, context)
    name = answers.get(place.questions["name"].id)
    if name not in (None, facts["name"]):
        return Filled(dict(answers), {})
    wanted = {fact: value for fact, value in facts.items() if answers.get(place.questions[fact].id) is None}
    fitting, refused = _checked(place, wanted, context)
    values = {place.questions[fact].id: value for fact, value in fitting.items()}
    visible = evaluate(definition, {**answers, **values}, today=context.today, lang=context.lang).visible
    targets = {fact: place.questions[fact].id for fact in fitting if place.questions[fact].id in visible}
    if name is None and "name" not in targets:
        return Filled(dict(answers), {}, refused)
    return Filled(
        {**answers, **{place.questions[fact].id: fitting[fact] for fact in targets}}, targets, refused
    )


def _as_member(
    definition: Definition,
    answers: Mapping[str, Any],
    place: Place,
    group: Question,
    facts: Mapping[str, Any],
    context: CleanContext,
) -> Filled:
    members = list(answers.get(group.id) or [])
    if any(one.get(place.questions["name"].id) == facts["name"] for one in members):
        return Filled(dict(answers), {})
    member_id = queries.next_member_id(members)
    full = too_many(group, [*members, {"_id": member_id}], context)
    if full:
        return Filled(dict(answers), {}, tuple((str(group.label), error.message) for error in full))
    fitting, refused = _checked(place, facts, context)
    added = {"_id": member_id, **{place.questions[fact].id: value for fact, value in fitting.items()}}
    tried = {**answers, group.id: [*members, added]}
    visible = evaluate(definition, tried, today=context.today, lang=context.lang).visible
    path = f"{group.id}[{member_id}]."
    asked = {fact for fact in fitting if path + place.questions[fact].id in visible}
    if "name" not in asked:
        return Filled(dict(answers), {})
    kept = {
        "_id": member_id,
        **{place.questions[fact].id: fitting[fact] for fact in fitting if fact in asked},
    }
    targets = {
        fact: f"{group.id}/{member_id}/{place.questions[fact].id}" for fact in fitting if fact in asked
    }
    return Filled({**answers, group.id: [*members, kept]}, targets, refused)


def too_many(group: Question, members: list[Any], context: CleanContext) -> list[FieldError]:
    """What a group says to more members than it takes."""
    return [one for one in registry.of(group).check(group, members, context) if one.code == "too_many"]


def _checked(
    place: Place, facts: Mapping[str, Any], context: CleanContext
) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """The facts that the questions of the place take, and what is wrong with the others."""
    fitting, refused = {}, []
    for fact, value in facts.items():
        question = place.questions[fact]
        if question.read_only or question.computed is not None:
            continue
        errors = registry.of(question).check(question, value, context)
        if errors:
            refused += [(question.label.of(context.lang), error.message) for error in errors]
        else:
            fitting[fact] = value
    return fitting, tuple(refused)


def _same_applicant(definition: Definition, answers: Mapping[str, Any], member: Member) -> bool:
    """Whether the filing is of the applicant to whom the known relationship is."""
    applicant = next((place for place in places_of(definition) if place.role == APPLICANT), None)
    name = answers.get(applicant.questions["name"].id) if applicant is not None else None
    return name is not None and name == member.facts["relationship"].applicant
