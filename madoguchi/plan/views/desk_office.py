"""The office's side of the scoreboard: the rows behind a figure, and what waits to be done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access, clock, desk_lists
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.japan.fiscal import fiscal_year, format_fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.plan import texts
from madoguchi.plan.desk_states import AchievementState
from madoguchi.plan.models import Achievement, Fact, Survey, TypedValue
from madoguchi.plan.queries import figures, meetings, scoreboard
from madoguchi.plan.views.asking import Asked, asked, asked_indicator

ROLES = ("officer", "head", "office")


@access.staff("office")
@require_GET
def office(request: HttpRequest) -> HttpResponse:
    """What the office looks at each morning: the measures, and what keeps a figure from being right."""
    ask = asked(request)
    lines = scoreboard.scoreboard(ask.plan, ask.day)
    surveys = _surveys(ask.plan.starts_on)
    context = {
        "here": "plan",
        "ask": ask,
        "rows": [_row(line, standing, ask) for line in lines for standing in line.standings],
        "waiting": [*_achievements(), *_typed(ask), *_resolutions()],
        "surveys": surveys,
    }
    return render(request, "plan/desk/office.html", context)


Waiting = tuple[str, int, str]  # what, how many, where it is done


def _achievements() -> list[Waiting]:
    """Records that do not count yet: without proof, or doubtful."""
    states = dict(Achievement.objects.values_list("state").annotate(n=Count("id")).order_by())
    return [
        (
            _("実績（%(state)s）") % {"state": AchievementState(state).label},
            states[state],
            reverse("plan:achievements") + f"?state={state}",
        )
        for state in (AchievementState.NO_PROOF, AchievementState.DOUBTFUL)
        if states.get(state)
    ]


def _typed(ask: Asked) -> list[Waiting]:
    count = TypedValue.objects.filter(plan_id=ask.plan.id, withdrawn_at=None).count()
    return [(_("手入力の値"), count, reverse("plan:typed-values"))] if count else []


def _resolutions() -> list[Waiting]:
    """Resolutions past their day, as many as the list shows."""
    late = meetings.found(meetings.Filters(state="overdue"), clock.today()).count()
    return [(_("期限を過ぎた決定事項"), late, reverse("plan:resolutions") + "?state=overdue")] if late else []


def _surveys(since: date) -> list[list[Any]]:
    """Departments that have not answered a year-end survey of the plan's years, the longest due first."""
    rows = Survey.objects.filter(answered_at=None, fiscal_year__gte=fiscal_year(since)).order_by(
        "answer_by_on", "department_code"
    )
    found = list(rows)
    names = {c: d.name for c, d in organization.departments({s.department_code for s in found}).items()}
    return [
        [
            names.get(one.department_code, one.department_code),
            format_fiscal_year(one.fiscal_year),
            {
                "text": one.answer_by_on.isoformat(),
                "note": _("期限を過ぎています") if one.answer_by_on < clock.today() else "",
            },
        ]
        for one in found
    ]


def _row(line: scoreboard.Line, standing: scoreboard.Standing, ask: Asked) -> list[Any]:
    one, figure = standing.indicator, standing.figure
    note = _("手入力") if figure.typed else ""
    return [
        {
            "text": f"{line.measure.id} {one.title}",
            "href": reverse("plan:indicator", args=[one.id]) + ask.query,
        },
        texts.span_word(one),
        texts.point(one, one.baseline, "ja"),
        {"text": texts.value_so_far(standing, "ja"), "note": note, "numeric": True},
        texts.point(one, one.target, "ja"),
        texts.with_unit(one, standing.forecast.value if standing.forecast else None, "ja"),
        {"text": texts.light_word(standing.light), "tag": texts.TAGS[standing.light]},
        standing.changed_on.isoformat() if standing.changed_on else "—",
        {"text": f"{figure.rows:,}", "href": reverse("plan:indicator-rows", args=[one.id]) + ask.query},
    ]


@access.staff(*ROLES)
@require_GET
def rows(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """The rows behind a figure: counting them gives it."""
    ask, one = asked_indicator(request, indicator_id)
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
def rows_file(request: HttpRequest, indicator_id: str, kind: FileKind) -> HttpResponseBase:
    """The rows behind a figure as a file."""
    ask, one = asked_indicator(request, indicator_id)
    of_denominator = "denominator" in request.GET and bool(one.denominator)
    found = figures.rows(ask.plan, one, ask.day, denominator=of_denominator)
    header = ["source", "key", "on", "until", "quantity", "subject", "department", "label"]
    return list_response(request, kind, f"{one.id}-rows", header, _lines(found.iterator(chunk_size=2000)))


def _lines(facts: Iterator[Fact]) -> Iterator[list[object]]:
    for fact in facts:
        yield [
            fact.source,
            fact.key,
            fact.on,
            fact.until,
            fact.quantity,
            fact.subject,
            fact.department_code,
            fact.label,
        ]
