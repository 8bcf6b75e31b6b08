"""The office's side of the scoreboard: the rows behind a figure, and what waits to be done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access, desk_lists
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import csv_response
from madoguchi.organization import queries as organization
from madoguchi.plan import texts
from madoguchi.plan.definition import Indicator
from madoguchi.plan.desk_states import AchievementState
from madoguchi.plan.models import Achievement, Fact, TypedValue
from madoguchi.plan.queries import figures, scoreboard
from madoguchi.plan.views.asking import Asked, asked

ROLES = ("officer", "head", "office")


@access.staff("office")
@require_GET
def office(request: HttpRequest) -> HttpResponse:
    """What the office looks at each morning: the measures, and what keeps a figure from being right."""
    ask = asked(request)
    lines = scoreboard.scoreboard(ask.plan, ask.day)
    states = dict(Achievement.objects.values_list("state").annotate(n=Count("id")).order_by())
    waiting = [
        (AchievementState(state).label, states[state], reverse("plan:achievements") + f"?state={state}")
        for state in (AchievementState.NO_PROOF, AchievementState.DOUBTFUL)
        if states.get(state)
    ]
    context = {
        "here": "plan",
        "ask": ask,
        "rows": [_row(line, standing, ask) for line in lines for standing in line.standings],
        "waiting": waiting,
        "typed": TypedValue.objects.filter(plan_id=ask.plan.id, withdrawn_at=None).count(),
    }
    return render(request, "plan/desk/office.html", context)


def _row(line: scoreboard.Line, standing: scoreboard.Standing, ask: Asked) -> list[Any]:
    one, figure = standing.indicator, standing.figure
    note = _("手入力") if figure.typed else ""
    return [
        {
            "text": f"{line.measure.id} {one.title}",
            "href": reverse("plan:indicator", args=[one.id]) + ask.query,
        },
        texts.span_word(one),
        texts.with_unit(one, one.baseline.value if one.baseline else None, "ja"),
        {"text": texts.with_unit(one, figure.value, "ja"), "note": note, "numeric": True},
        texts.with_unit(one, one.target.value if one.target else None, "ja"),
        texts.with_unit(one, standing.forecast.value if standing.forecast else None, "ja"),
        {"text": texts.light_word(standing.light), "tag": texts.TAGS[standing.light]},
        standing.changed_on.isoformat() if standing.changed_on else "—",
        {"text": f"{figure.rows:,}", "href": reverse("plan:indicator-rows", args=[one.id]) + ask.query},
    ]


@access.staff(*ROLES)
@require_GET
def rows(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """The rows behind a figure: counting them gives it."""
    ask, one = _asked(request, indicator_id)
    of_denominator = "denominator" in request.GET and bool(one.denominator)
    found = figures.rows(ask.plan, one, ask.day, denominator=of_denominator)
    page, pagination = desk_lists.paged(request, found)
    names = {code: d.name for code, d in organization.departments({f.department_code for f in page}).items()}
    context = {
        "here": "plan",
        "ask": ask,
        "one": one,
        "figure": figures.figure(ask.plan, one, ask.day),
        "of_denominator": of_denominator,
        "rows": [_fact(fact, names) for fact in page],
        "pagination": pagination,
        "csv": reverse("plan:indicator-rows-csv", args=[one.id]) + desk_lists.address_with(request),
        "switch": desk_lists.address_with(request, denominator="" if of_denominator else "1"),
    }
    return render(request, "plan/desk/rows.html", context)


def _fact(fact: Fact, names: dict[str, str]) -> list[Any]:
    title: Any = {"text": fact.label, "href": fact.address} if fact.address else fact.label or fact.key
    return [
        title,
        fact.on.isoformat(),
        fact.until.isoformat() if fact.until else "",
        f"{fact.quantity:,}",
        names.get(fact.department_code, fact.department_code),
    ]


@access.staff(*ROLES)
@require_GET
def rows_csv(request: HttpRequest, indicator_id: str) -> HttpResponseBase:
    """The rows behind a figure as a file."""
    ask, one = _asked(request, indicator_id)
    of_denominator = "denominator" in request.GET and bool(one.denominator)
    found = figures.rows(ask.plan, one, ask.day, denominator=of_denominator)
    header = ["source", "key", "on", "until", "quantity", "subject", "department", "label"]
    return csv_response(f"{one.id}-rows.csv", header, _lines(found.iterator(chunk_size=2000)))


def _lines(facts: Iterator[Fact]) -> Iterator[list[object]]:
    for fact in facts:
        until = fact.until.isoformat() if fact.until else ""
        yield [
            fact.source,
            fact.key,
            fact.on.isoformat(),
            until,
            fact.quantity,
            fact.subject,
            fact.department_code,
            fact.label,
        ]


def _asked(request: HttpRequest, indicator_id: str) -> tuple[Asked, Indicator]:
    ask = asked(request)
    try:
        return ask, ask.plan.indicator(indicator_id)
    except KeyError:
        raise Http404 from None
