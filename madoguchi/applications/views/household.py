"""Offering what was told in an earlier filing: first in numbers, then by name, taken person by person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import actions, capabilities, household
from madoguchi.applications.errors import NotTaken
from madoguchi.applications.household import Household, Origin
from madoguchi.applications.household_filling import Choice, Offered, offers
from madoguchi.applications.models import Draft
from madoguchi.applications.views.access import with_draft
from madoguchi.applications.views.looking import Look
from madoguchi.common import clock
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.procedures.definition import Section
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext
from madoguchi.procedures.meanings import places_of

UNUSED = "no"


@with_draft
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Whether to use what was typed for an earlier filing; names are shown only to who asks for them."""
    look = Look(draft)
    then = _then(request, look)
    sent = request.POST
    if "decline" in sent:
        capabilities.settle_household(request, draft.id)
        return redirect(then)
    if "forget" in sent:
        capabilities.let_go_of_others(request, draft.id)
        return redirect(then)
    told = known_here(request, draft.id, now=clock.now())
    found = offers(look.definition, draft.answers, told, _context(look))
    if not found:
        return redirect(then)
    if request.method == "GET":
        return render(request, "applications/household.html", _offer(look, found) | _way(request))
    if "take" not in sent:
        return _choose(request, look, found)
    choices = {one.member.key: sent.get(f"who.{one.member.key}", UNUSED) for one in found}
    try:
        actions.take_household(
            draft=draft, household=told, choices=choices, language=look.language, now=clock.now()
        )
    except NotTaken as refused:
        return _choose(request, look, found, refused)
    shown = {choice.place.id for one in found for choice in one.choices}
    capabilities.settle_household(request, draft.id, shown)
    return redirect(then)


def known_here(request: HttpRequest, draft_id: UUID, *, now: datetime) -> Household:
    """The people of the other filings that were typed in this browser; nothing is looked up where there are none."""
    filed = capabilities.filed_here(request, now=now)
    begun = capabilities.drafts_besides(request, draft_id)
    if not filed and not begun:
        return household.NOBODY
    since = now - capabilities.OFFER_TIME
    return household.known(filed=filed, begun=begun, begun_since=since, today=clock.tokyo_date(now))


def offer_address(request: HttpRequest, look: Look, section: Section) -> str:
    """Where the offer stands, when there is something to take over on this page that nobody has settled."""
    settled = capabilities.settled_places(request, look.draft.id)
    places = [
        place
        for place in places_of(look.definition)
        if place.questions["name"].section_id == section.id and not settled & {place.id, "*"}
    ]
    if not places:
        return ""
    told = known_here(request, look.draft.id, now=clock.now())
    if not offers(look.definition, look.draft.answers, told, _context(look), places):
        return ""
    return f"{reverse('applications:household', args=[look.draft.id])}?section={section.id}"


def offer_at_start(request: HttpRequest, draft: Draft) -> str:
    """Where the offer stands for a filing that has just begun, when there is something to take over at once."""
    told = known_here(request, draft.id, now=clock.now())
    if not told.members:
        return ""
    look = Look(draft)
    found = offers(look.definition, draft.answers, told, _context(look))
    return reverse("applications:household", args=[draft.id]) if found else ""


def _context(look: Look) -> CleanContext:
    return CleanContext(clock.today(), look.language)


def _then(request: HttpRequest, look: Look) -> str:
    """Where to go on: the page that led here, else the first one."""
    wanted = request.POST.get("section", "") or request.GET.get("section", "")
    sections = look.definition.sections
    found = next((one for one in sections if one.id == wanted), sections[0])
    address = reverse("applications:section", args=[look.draft.id, found.id])
    return f"{address}?list=1" if found.group is not None else address


def _way(request: HttpRequest) -> dict[str, str]:
    return {"wanted": request.POST.get("section", "") or request.GET.get("section", "")}


@dataclass(frozen=True, slots=True)
class Told:
    """One earlier filing: what it was, and in words what can be used of it."""

    title: str
    day: str
    sent: bool
    lines: tuple[str, ...]


def _offer(look: Look, found: list[Offered]) -> dict[str, object]:
    origins: dict[Origin, dict[str, list[Offered]]] = {}
    for one in found:
        origins.setdefault(one.member.origin, {}).setdefault(one.member.role, []).append(one)
    told = [
        Told(
            origin.title(look.language),
            both_eras(origin.on),
            bool(origin.receipt_number),
            tuple(_line(role, people) for role, people in roles.items()),
        )
        for origin, roles in origins.items()
    ]
    return look.context | {"told": told, "hours": capabilities.OFFER_TIME.seconds // 3600}


def _line(role: str, people: list[Offered]) -> str:
    choices = [choice for one in people for choice in one.choices]
    values = {"who": _roles()[role], "count": len(people), "facts": _facts(choices)}
    return _("%(who)s %(count)s人（%(facts)s）") % values


def _roles() -> dict[str, str]:
    return {
        "applicant": _("申請した方"),
        "spouse": _("配偶者"),
        "child": _("お子さん"),
        "family": _("家族など"),
    }


def _facts(choices: Iterable[Choice]) -> str:
    """What can be put in, in words and in a fixed order."""
    words = {
        "name": _("氏名"),
        "birth_date": _("生年月日"),
        "relationship": _("続柄"),
        "address": _("住所"),
        "phone": _("電話番号"),
        "email": _("メールアドレス"),
    }
    used = {fact for choice in choices for fact in choice.filled.targets}
    return _("、").join(word for fact, word in words.items() if fact in used)


@dataclass(frozen=True, slots=True)
class Person:
    """One person to choose a place for."""

    name: str  # of the field
    called: str
    hint: str
    options: tuple[tuple[str, str], ...]
    value: str
    error: str


def _choose(
    request: HttpRequest, look: Look, found: list[Offered], refused: NotTaken | None = None
) -> HttpResponse:
    people = [_person(request, look, one, refused) for one in found]
    context = (
        look.context
        | _way(request)
        | {
            "people": people,
            "relationships": any(
                "relationship" in one.member.facts and "relationship" in choice.place.questions
                for one in found
                for choice in one.choices
            ),
            "problems": [
                (f"#who-{one.member.key}", person.error)
                for one, person in zip(found, people, strict=True)
                if person.error
            ],
        }
    )
    return render(request, "applications/household_choose.html", context, status=422 if refused else 200)


def _person(request: HttpRequest, look: Look, one: Offered, refused: NotTaken | None) -> Person:
    member, language = one.member, look.language
    name = one.choices[0].place.questions["name"]
    unfit = dict.fromkeys(pair for choice in one.choices for pair in choice.filled.refused)
    hints = [
        _("「%(title)s」から：%(facts)s")
        % {"title": member.origin.title(language), "facts": _facts(one.choices)},
        *(_("「%(label)s」には使えません。%(why)s") % {"label": label, "why": why} for label, why in unfit),
    ]
    field = f"who.{member.key}"
    return Person(
        field,
        registry.of(name).display(name, member.facts["name"].value, language),
        "\n".join(hints),
        ((UNUSED, _("使わない")), *((choice.place.id, _label(choice, language)) for choice in one.choices)),
        request.POST.get(field, one.usual or UNUSED),
        refused.sentences.get(member.key, "") if refused is not None else "",
    )


def _label(choice: Choice, language: str) -> str:
    group = choice.place.group
    if group is None:
        return choice.place.questions["name"].label.of(language)
    return group.label.of(language)
