"""Taking over people from an earlier filing: chosen one by one, each fact noted with where it is from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.applications.actions.drafts import store
from madoguchi.applications.errors import NotAllowed, NotTaken
from madoguchi.applications.household import Household, Member, note_of
from madoguchi.applications.household_filling import fill
from madoguchi.applications.models import Channel, Draft
from madoguchi.common import clock
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.kinds.base import CleanContext
from madoguchi.procedures.meanings import Place, places_of


def take_household(
    *, draft: Draft, household: Household, choices: Mapping[str, str], language: str, now: datetime
) -> Draft:
    """Put people of the household where they were chosen to go (place ids by the keys of the people), all or none.

    Raises `NotTaken` where somebody does not fit, `NotAllowed` for a filing that staff enter, `ChangedMeanwhile`.
    """
    if draft.channel != Channel.WEB:
        raise NotAllowed
    definition = procedures.definition_of(draft.procedure_version_id)
    context = CleanContext(clock.tokyo_date(now), language)
    answers, origins, sentences = dict(draft.answers), dict(draft.origins), dict[str, str]()
    taken: set[str] = set()
    for place, member in _in_order(definition, household, choices):
        filled = fill(definition, answers, place, member, context)
        if place.group is None and place.id in taken:
            label = place.questions["name"].label.of(language)
            sentences[member.key] = _("「%(label)s」には、1人だけ選んでください。") % {"label": label}
        elif not filled.targets:
            sentences[member.key] = _why_not(filled.refused)
        taken.add(place.id)
        answers = filled.answers
        origins |= {target: note_of(member, fact) for fact, target in filled.targets.items()}
    if sentences:
        raise NotTaken(sentences)
    typed = _without_typed(draft, origins)
    return store(draft, now=now, answers=answers, origins=origins, typed=typed)


def _in_order(
    definition: Definition, household: Household, choices: Mapping[str, str]
) -> list[tuple[Place, Member]]:
    """Who goes where, the applicant first: a relationship is the one to the applicant."""
    places = {place.id: (number, place) for number, place in enumerate(places_of(definition))}
    found = [
        (*places[choices[member.key]], member)
        for member in household.members
        if choices.get(member.key) in places
    ]
    return [(place, member) for _number, place, member in sorted(found, key=lambda one: one[0])]


def _why_not(refused: tuple[tuple[str, str], ...]) -> str:
    sentences = " ".join(sentence for _label, sentence in refused)
    return sentences or _(
        "この人は、いまはここに入れられません。「使わない」を選んで、手で入力してください。"
    )


def _without_typed(draft: Draft, origins: Mapping[str, Any]) -> dict[str, Any]:
    """What waits on pages with errors, without what was typed where an answer stands now."""
    filled = {target for target in origins if target not in draft.origins}
    kept = {
        page: {question_id: raw for question_id, raw in raws.items() if question_id not in filled}
        for page, raws in draft.typed.items()
    }
    return {page: raws for page, raws in kept.items() if raws}
