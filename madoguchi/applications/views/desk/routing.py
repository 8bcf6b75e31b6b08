"""The rules by which a department gives new cases to its people, kept by its head."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.applications.actions import routing as actions
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import RoutingRule
from madoguchi.applications.views.desk.distribution import Chosen, chosen_department, ids_of, tabs, whole
from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity.asking import by_field
from madoguchi.identity.models import Staff
from madoguchi.japan.kana import search_key
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures

MOST_TOWNS = 300
LONGEST_TOWN = 40
Problems = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Typed:
    """A rule as it stands in the form."""

    procedure: str = ""
    towns: str = ""
    people: tuple[str, ...] = ()

    @classmethod
    def sent(cls, data: QueryDict) -> Typed:
        return cls(
            data.get("procedure", "")[:80], data.get("towns", "")[:20_000], tuple(data.getlist("people"))
        )

    @classmethod
    def of(cls, rule: RoutingRule) -> Typed:
        return cls(rule.procedure_id, "\n".join(rule.towns), tuple(rule.people))

    @property
    def town_names(self) -> list[str]:
        """The towns, each once: a line each, or with commas between."""
        names = (" ".join(part.split()) for part in re.split(r"[\r\n、,，]+", self.towns))
        return list(dict.fromkeys(name for name in names if name))

    def problems(self, choices: Mapping[str, Any]) -> Problems:
        """What is wrong, each at its place."""
        found: Problems = []
        if self.procedure and self.procedure not in dict(choices["procedures"]):
            found.append(("#procedure", _("手続を選んでください。")))
        wrong = next((n for n in self.town_names if len(n) > LONGEST_TOWN or not search_key(n)), None)
        if wrong is not None:
            sentence = _("町名は%(most)s文字以内で、1行に1つずつ入力してください。直すところ：%(town)s")
            found.append(("#towns", sentence % {"most": LONGEST_TOWN, "town": wrong[:LONGEST_TOWN]}))
        elif len(self.town_names) > MOST_TOWNS:
            sentence = _("町名は%(most)s個までにしてください。多いときは、決まりを分けてください。")
            found.append(("#towns", sentence % {"most": MOST_TOWNS}))
        return found


@access.staff("head")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """All rules of a department in the order in which they are looked at; sending adds one."""
    chosen = chosen_department(request, heads_only=True)
    if request.method != "POST":
        return _page(request, chosen, Typed())
    typed = Typed.sent(request.POST)
    problems = typed.problems(_choices(chosen))
    if not problems:
        try:
            actions.add_rule(
                department_code=chosen.code,
                procedure_id=typed.procedure,
                towns=typed.town_names,
                people=ids_of(typed.people),
                by=chosen.staff,
                now=clock.now(),
            )
        except actions.UnknownPerson:
            problems = [("#people", _unknown_person())]
        except actions.TooMany:
            sentence = _("決まりは%(most)s個までです。使わないものを削除してください。")
            problems = [("#procedure", sentence % {"most": actions.MOST})]
        else:
            return _back(chosen, "added")
    return _page(request, chosen, typed, problems)


@access.staff("head")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Change one rule; who was slower sees what stands there now beside what they typed."""
    rule, chosen = _rule(request, rule_id)
    if request.method != "POST":
        return _rule_page(request, rule, chosen, Typed.of(rule))
    typed = Typed.sent(request.POST)
    problems, status = typed.problems(_choices(chosen, Typed.of(rule))), 422
    if not problems:
        try:
            actions.change_rule(
                rule=rule,
                version=whole(request.POST.get("version", "")),
                procedure_id=typed.procedure,
                towns=typed.town_names,
                people=ids_of(typed.people),
                by=chosen.staff,
                now=clock.now(),
            )
        except actions.UnknownPerson:
            problems = [("#people", _unknown_person())]
        except ChangedMeanwhile:
            problems, status = [("#procedure", _changed_meanwhile())], 409
        else:
            return _back(chosen, "changed")
    return _rule_page(request, rule, chosen, typed, problems, status=status)


@access.staff("head")
@require_POST
def remove(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Take a rule away; pressed twice, it is gone."""
    if not RoutingRule.objects.filter(id=rule_id).exists():
        return redirect(reverse("desk:routing"))
    rule, chosen = _rule(request, rule_id)
    try:
        version = whole(request.POST.get("version", ""))
        actions.remove_rule(rule=rule, version=version, by=chosen.staff, now=clock.now())
    except ChangedMeanwhile:
        problems = [("#procedure", _changed_meanwhile())]
        return _rule_page(request, rule, chosen, Typed.of(rule), problems, status=409)
    return _back(chosen, "removed")


@access.staff("head")
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Give what nobody holds by the rules, as a job."""
    chosen = chosen_department(request, heads_only=True)
    actions.route_waiting(department_code=chosen.code, by=chosen.staff, now=clock.now())
    return redirect(f"{reverse('desk:holders')}?department={chosen.code}&routed=1")


def _rule(request: HttpRequest, rule_id: UUID) -> tuple[RoutingRule, Chosen]:
    """A rule of a department this person heads. Raises `Http404`."""
    rule = RoutingRule.objects.filter(id=rule_id).first()
    chosen = chosen_department(request, heads_only=True)
    if rule is None:
        raise Http404
    code = rule.department_code
    near = [own for own in sorted(chosen.names) if code == own or code in actions.formers_of({own})]
    if not near:
        raise Http404
    return rule, chosen if chosen.code in near else replace(chosen, code=near[0])


def _choices(chosen: Chosen, kept: Typed | None = None) -> dict[str, Any]:
    """Procedures and people to choose from; what a rule names already stays to be seen."""
    offered = [
        (offer.procedure_id, str(offer.definition.current_name))
        for offer in procedures.offers_of({chosen.code})
    ]
    if kept and kept.procedure and kept.procedure not in dict(offered):
        offered.append((kept.procedure, kept.procedure))
    people = organization.staff_handling([chosen.code], chosen.today)
    return {"procedures": offered, "people": [(str(one.id), one.display_name) for one in people]}


def _page(
    request: HttpRequest, chosen: Chosen, typed: Typed, problems: Problems | None = None
) -> HttpResponse:
    choices = _choices(chosen)
    codes = {chosen.code} | actions.formers_of({chosen.code})
    rows = list(RoutingRule.objects.filter(department_code__in=sorted(codes)).order_by("id"))
    words = {
        "added": _("決まりを追加しました。"),
        "changed": _("決まりを変更しました。"),
        "removed": _("決まりを削除しました。"),
    }
    context = chosen.context | {
        "tabs": tabs("routing", chosen),
        "rows": _rows(rows, choices, chosen),
        "choices": choices,
        "typed": typed,
        "done": words.get(request.GET.get("done", ""), ""),
        "problems": problems or [],
        "errors": by_field(problems or []),
    }
    return render(request, "applications/desk/routing.html", context, status=422 if problems else 200)


def _rule_page(
    request: HttpRequest,
    rule: RoutingRule,
    chosen: Chosen,
    typed: Typed,
    problems: Problems | None = None,
    *,
    status: int = 422,
) -> HttpResponse:
    rule.refresh_from_db()
    choices = _choices(chosen, Typed.of(rule))
    context = chosen.context | {
        "rule": rule,
        "now": _cells(rule, choices) if status == 409 else [],
        "choices": choices,
        "typed": typed,
        "problems": problems or [],
        "errors": by_field(problems or []),
    }
    return render(request, "applications/desk/routing_rule.html", context, status=status if problems else 200)


def _rows(rows: list[RoutingRule], choices: Mapping[str, Any], chosen: Chosen) -> list[dict[str, Any]]:
    """The closest first, as the choice looks at them: with a procedure, then with towns, then for everything."""
    names = _names(rows, choices)
    former = organization.departments({row.department_code for row in rows} - {chosen.code})
    ranked = sorted(rows, key=lambda row: (not row.procedure_id, not row.towns))
    found = []
    for row in ranked:
        href = reverse("desk:routing_rule", args=[row.id])
        procedure, *others = _cells(row, choices, names)
        made_by = former.get(row.department_code)
        note = _("旧 %(name)sの決まり") % {"name": made_by.name} if made_by else ""
        found.append({"href": href, "cells": [{"text": procedure, "href": href, "note": note}, *others]})
    return found


def _names(rows: list[RoutingRule], choices: Mapping[str, Any]) -> dict[str, str]:
    """Names of whom rules name; of those who left too."""
    known = dict(choices["people"])
    gone = {person for row in rows for person in row.people} - known.keys()
    for person in Staff.objects.filter(id__in=gone) if gone else ():
        known[str(person.id)] = _("%(name)s（担当できません）") % {"name": person.display_name}
    return known


def _cells(
    rule: RoutingRule, choices: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> list[str]:
    known = names or _names([rule], choices)
    towns = "、".join(rule.towns[:5])
    if len(rule.towns) > 5:
        towns = _("%(towns)s ほか%(more)s") % {"towns": towns, "more": len(rule.towns) - 5}
    return [
        dict(choices["procedures"]).get(rule.procedure_id, rule.procedure_id) or _("すべての手続"),
        towns or _("すべての町"),
        "、".join(known.get(person, person) for person in rule.people) or _("審査担当の全員"),
    ]


def _unknown_person() -> str:
    return _("この部署の担当でない人がいます。選び直してください。")


def _changed_meanwhile() -> str:
    return _("ほかの人が先に変更しました。いまの内容を確かめて、必要ならもう一度変更してください。")


def _back(chosen: Chosen, done: str) -> HttpResponse:
    return redirect(f"{reverse('desk:routing')}?department={chosen.code}&done={done}")
