"""The public scoreboard: nine measures, a measure, an indicator, the rule, files, and the feed of changes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access, registers
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import csv_response
from madoguchi.organization import queries as organization
from madoguchi.plan import charts, reading, texts
from madoguchi.plan.definition import Indicator
from madoguchi.plan.queries import figures, plans, scoreboard
from madoguchi.plan.queries.scoreboard import Standing
from madoguchi.plan.rules import forecast, light
from madoguchi.plan.views.asking import Asked, asked, language


@access.public
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Nine measures at a glance."""
    ask = asked(request)
    lang = language()
    lines = scoreboard.scoreboard(ask.plan, ask.day)
    goals = [
        (goal.title.of(lang), [_line(line, ask, lang) for line in lines if line.measure.goal_id == goal.id])
        for goal in ask.plan.goals
    ]
    late = [
        s
        for line in lines
        for s in line.standings
        if s.indicator.is_headline and s.light in ("late", "missed")
    ]
    context = _shared(ask, lang) | {
        "goals": goals,
        "late": [texts.sentence(standing, lang) for standing in late],
        "plans": [(p.id, p.title.of(lang), p.id == ask.plan.id) for p in plans.all_plans()],
    }
    return render(request, "plan/board.html", context)


def _line(line: scoreboard.Line, ask: Asked, lang: str) -> dict[str, Any]:
    return {
        "id": line.measure.id,
        "title": line.measure.title.of(lang),
        "href": reverse("plan:measure", args=[line.measure.id]) + ask.query,
        "standings": [_standing(s, ask, lang) for s in line.standings if s.indicator.is_headline],
    }


def _standing(standing: Standing, ask: Asked, lang: str) -> dict[str, Any]:
    one, figure = standing.indicator, standing.figure

    def words(value: float | None) -> str:
        return texts.with_unit(one, value, lang)

    return {
        "id": one.id,
        "title": one.title.of(lang),
        "href": reverse("plan:indicator", args=[one.id]) + ask.query,
        "span": texts.span_word(one),
        "baseline": words(one.baseline.value if one.baseline else None),
        "value": words(figure.value),
        "typed": figure.typed is not None,
        "target": words(one.target.value if one.target else None),
        "forecast": words(standing.forecast.value) if standing.forecast else "—",
        "interval": f"{texts.plain(standing.forecast.low)}〜{words(standing.forecast.high)}"
        if standing.forecast
        else "",
        "light": texts.light_word(standing.light),
        "tag": texts.TAGS[standing.light],
        "changed_on": standing.changed_on,
        "sentence": texts.sentence(standing, lang),
    }


@access.public
@require_GET
def measure(request: HttpRequest, measure_id: str) -> HttpResponse:
    """One measure: what it is about, what is done, its indicators and its part of the roadmap."""
    ask = asked(request)
    lang = language()
    try:
        found = ask.plan.measure(measure_id)
    except KeyError:
        raise Http404 from None
    standings = [scoreboard.standing(ask.plan, i, ask.day) for i in ask.plan.indicators_of(measure_id)]
    items = {n.id: n.title.of(lang) for n in ask.plan.national_items}
    department = organization.departments([found.department_code]).get(found.department_code)
    context = _shared(ask, lang) | {
        "measure": found,
        "standings": [_standing(s, ask, lang) for s in standings],
        "national": [items[one] for one in found.national_items],
        "department": department.name if department else "",
        "bars": [bar for bar in ask.plan.roadmap if bar.measure_id == measure_id],
        "budget": [line for line in ask.plan.budget if line.measure_id == measure_id],
    }
    return render(request, "plan/measure.html", context)


@access.public
@require_GET
def indicator(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """One indicator: how it is counted, its value over time, whose part is how large."""
    ask, one = _asked_indicator(request, indicator_id)
    lang = language()
    standing = scoreboard.standing(ask.plan, one, ask.day)
    points = figures.series(ask.plan, one, ask.day)
    parts = scoreboard.by_department(ask.plan, one, ask.day)
    names = {code: d.name for code, d in organization.departments({p.name for p in parts}).items()}
    change, _before = scoreboard.change_of_a_year(ask.plan, one, ask.day)
    context = _shared(ask, lang) | {
        "one": one,
        "standing": _standing(standing, ask, lang),
        "figure": standing.figure,
        "chart": charts.line_chart(
            points,
            since=ask.plan.starts_on,
            until=ask.plan.ends_on,
            target=one.target.value if one.target else None,
        ),
        "table": [(day, texts.with_unit(one, value, lang)) for day, value in _year_ends(points)],
        "parts": [
            (
                names.get(p.name, p.name) or _("（部署なし）"),
                f"{p.rows:,}",
                texts.plain(p.quantity / one.divisor),
            )
            for p in parts
        ],
        "why": texts.why(one, change, parts, names, lang),
        "definitions": [
            (published, old, texts.with_unit(old, figures.figure(published.plan, old, ask.day).value, lang))
            for published, old in plans.definitions_of(ask.plan.id, one.id)
        ],
        "files": {
            "csv": reverse("plan:indicator-csv", args=[one.id]) + ask.query,
            "json": reverse("plan:indicator-json", args=[one.id]) + ask.query,
        },
        "source": _source_title(one.source),
        "denominator": _source_title(one.denominator) if one.denominator else "",
        "measure": ask.plan.measure(one.measure_id),
        "rows_href": reverse("plan:indicator-rows", args=[one.id]) + ask.query,
    }
    return render(request, "plan/indicator.html", context)


def _year_ends(points: list[tuple[Any, float | None]]) -> list[tuple[Any, float | None]]:
    """The ends of fiscal years and the last point: the table beside the chart."""
    return [p for n, p in enumerate(points) if p[0].month == 3 or n == len(points) - 1]


def _source_title(name: str) -> str:
    return registers.indicators.get(name).title


def _asked_indicator(request: HttpRequest, indicator_id: str) -> tuple[Asked, Indicator]:
    ask = asked(request)
    try:
        return ask, ask.plan.indicator(indicator_id)
    except KeyError:
        raise Http404 from None


@access.public
@require_GET
def rule(request: HttpRequest) -> HttpResponse:
    """How lights and forecasts are made, with the numbers the code uses."""
    context = {
        "here": "plan",
        "on_course": round(light.ON_COURSE * 100),
        "behind": round(light.BEHIND * 100),
        "months": forecast.MONTHS,
        "least": forecast.LEAST,
        "lights": [(texts.light_word(name), tag) for name, tag in texts.TAGS.items()],
    }
    return render(request, "plan/rule.html", context)


@access.public
@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """The published JSON Schema of a plan."""
    return HttpResponse(reading.schema_text(), content_type="application/schema+json")


# --- files ---------------------------------------------------------------------------------------------------


@access.public
@require_GET
def board_json(request: HttpRequest) -> HttpResponse:
    """The scoreboard for machines: the same numbers as the page."""
    ask = asked(request)
    standings = [s for line in scoreboard.scoreboard(ask.plan, ask.day) for s in line.standings]
    return JsonResponse(
        {
            "plan": ask.plan.id,
            "as_of": ask.as_of.isoformat(),
            "is_final": ask.is_closed,
            "indicators": [_as_data(s) for s in standings],
        },
        json_dumps_params={"ensure_ascii": False},
    )


def _as_data(standing: Standing) -> dict[str, Any]:
    one, figure = standing.indicator, standing.figure
    return {
        "id": one.id,
        "measure": one.measure_id,
        "title": one.title.ja,
        "unit": one.unit.ja,
        "kind": one.kind,
        "span": one.span,
        "definition_version": one.version,
        "is_headline": one.is_headline,
        "baseline": one.baseline.value if one.baseline else None,
        "value": figure.value,
        "is_typed": figure.typed is not None,
        "rows": figure.rows,
        "target": one.target.value if one.target else None,
        "light": standing.light,
        "forecast": standing.forecast.value if standing.forecast else None,
        "forecast_low": standing.forecast.low if standing.forecast else None,
        "forecast_high": standing.forecast.high if standing.forecast else None,
        "changed_on": standing.changed_on.isoformat() if standing.changed_on else None,
    }


@access.public
@require_GET
def board_csv(request: HttpRequest) -> HttpResponseBase:
    """The scoreboard as a file for a spreadsheet."""
    ask = asked(request)
    rows = [_as_data(s) for line in scoreboard.scoreboard(ask.plan, ask.day) for s in line.standings]
    header = list(rows[0]) if rows else []
    return csv_response(f"plan-{ask.as_of.isoformat()}.csv", header, [list(row.values()) for row in rows])


@access.public
@require_GET
def indicator_csv(request: HttpRequest, indicator_id: str) -> HttpResponseBase:
    """The values of an indicator at the ends of months."""
    ask, one = _asked_indicator(request, indicator_id)
    points = figures.series(ask.plan, one, ask.day)
    return csv_response(f"{one.id}.csv", ["on", "value"], [(d.isoformat(), v) for d, v in points])


@access.public
@require_GET
def indicator_json(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """An indicator for machines: definition, value, and its values at the ends of months."""
    ask, one = _asked_indicator(request, indicator_id)
    points = figures.series(ask.plan, one, ask.day)
    data = _as_data(scoreboard.standing(ask.plan, one, ask.day)) | {
        "plan": ask.plan.id,
        "as_of": ask.as_of.isoformat(),
        "source": one.source,
        "denominator": one.denominator,
        "divisor": one.divisor,
        "definition": one.definition.ja,
        "exclusions": one.exclusions.ja,
        "series": [{"on": day.isoformat(), "value": value} for day, value in points],
    }
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})


def _shared(ask: Asked, lang: str) -> dict[str, Any]:
    return {"here": "plan", "ask": ask, "plan": ask.plan, "lang": lang, "today": ask.day}
