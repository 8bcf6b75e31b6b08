"""The public scoreboard: nine measures, a measure, an indicator, the rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access, registers
from madoguchi.common.pages import render
from madoguchi.japan.fiscal import format_fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.plan import charts, reading, texts
from madoguchi.plan.definition import Indicator
from madoguchi.plan.queries import counts, figures, plans, scoreboard
from madoguchi.plan.queries.counts import Part
from madoguchi.plan.queries.plans import Published
from madoguchi.plan.queries.scoreboard import Standing
from madoguchi.plan.rules import forecast, light
from madoguchi.plan.views.asking import Asked, asked, asked_indicator, language


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
    headlines = [s for line in lines for s in line.standings if s.indicator.is_headline]
    late = [s for s in headlines if s.light in ("late", "missed")]
    untold = [] if ask.is_before else [s for s in headlines if s.light == "no_data"]
    context = shared(ask, lang) | {
        "goals": goals,
        "late": [texts.sentence(standing, lang) for standing in late],
        "untold": [texts.sentence(standing, lang) for standing in untold],
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
        "baseline": texts.point(one, one.baseline, lang),
        "value": texts.value_so_far(standing, lang),
        "typed": figure.typed is not None,
        "target": texts.point(one, one.target, lang),
        "target_on": one.target.on if one.target else None,
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
    indicators = ask.plan.indicators_of(measure_id)
    standings = scoreboard.standings(ask.plan, indicators, ask.day)
    items = {n.id: n.title.of(lang) for n in ask.plan.national_items}
    department = organization.departments([found.department_code]).get(found.department_code)
    context = shared(ask, lang) | {
        "measure": found,
        "standings": [_standing(standings[i.id], ask, lang) for i in indicators],
        "national": [items[one] for one in found.national_items],
        "department": department.name if department else "",
        "bars": [bar for bar in ask.plan.roadmap if bar.measure_id == measure_id],
        "budget": [line for line in ask.plan.budget if line.measure_id == measure_id],
        "budget_lines": [
            f"{format_fiscal_year(line.fiscal_year)} {line.title} {line.amount_yen:,}円"
            for line in ask.plan.budget
            if line.measure_id == measure_id
        ],
    }
    return render(request, "plan/measure.html", context)


@access.public
@require_GET
def indicator(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """One indicator: how it is counted, its value over time, whose part is how large."""
    ask, one = asked_indicator(request, indicator_id)
    lang = language()
    points = figures.series(ask.plan, one, ask.day)
    found = scoreboard.standing(ask.plan, one, ask.day)
    behind = counts.counts(ask.plan, one, ask.day)
    parts, months = counts.by_department(behind), counts.by_month(behind)
    names = {code: d.name for code, d in organization.departments({p.name for p in parts}).items()}
    change = scoreboard.change_of_a_year(ask.plan, one, ask.day)
    context = shared(ask, lang) | {
        "one": one,
        "standing": _standing(found, ask, lang),
        "figure": found.figure,
        "forecast": texts.forecast_sentence(found, lang),
        "chart": _chart(ask, found, points),
        "table": [(day, texts.with_unit(one, value, lang)) for day, value in _year_ends(points)],
        "parts": [_part(one, p, names) for p in parts],
        "amount_label": texts.amount_label(one, lang),
        "why": "" if found.figure.typed else texts.why(one, change, parts, months, names, lang),
        "way": texts.way_of_counting(one),
        "definitions": definitions_of(ask, one, lang),
        "source": source_title(one.source),
        "denominator": source_title(one.denominator) if one.denominator else "",
        "measure": ask.plan.measure(one.measure_id),
    }
    return render(request, "plan/indicator.html", context)


def _chart(ask: Asked, found: Standing, points: figures.Course) -> charts.Chart:
    return charts.line_chart(
        points,
        since=ask.plan.starts_on,
        until=ask.plan.ends_on,
        target=found.indicator.target.value if found.indicator.target else None,
        forecast=found.forecast,
    )


def _part(one: Indicator, part: Part, names: Mapping[str, str]) -> tuple[str, str, str]:
    name = names.get(part.name, part.name) or _("（部署なし）")
    return name, f"{part.rows:,}", texts.plain(texts.amount(one, part))


def definitions_of(ask: Asked, one: Indicator, lang: str) -> list[tuple[Published, Indicator, str]]:
    """Every way in which an indicator was counted, the newest first, with the value it computes on the same day."""
    return [
        (published, old, _value_then(ask, published, old, one, lang))
        for published, old in plans.definitions_of(ask.plan.id, one.id)
    ]


def _value_then(ask: Asked, published: Published, old: Indicator, one: Indicator, lang: str) -> str:
    """What an older definition computes; by another list of core systems nothing can be counted any more."""
    if set(published.plan.systems_of(old)) != set(ask.plan.systems_of(one)):
        return _("数え直せません（数える業務の一覧が変わりました）")
    return texts.with_unit(old, figures.figure(published.plan, old, ask.day).computed, lang)


def _year_ends(points: figures.Course) -> figures.Course:
    """The ends of fiscal years and the last point: the table beside the chart."""
    return [p for n, p in enumerate(points) if p[0].month == 3 or n == len(points) - 1]


def source_title(name: str) -> str:
    """What a source counts, in the language of the page."""
    return _(registers.indicators.get(name).title)


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


def shared(ask: Asked, lang: str) -> dict[str, Any]:
    """What every page about a plan and a day needs."""
    return {"here": "plan", "ask": ask, "plan": ask.plan, "lang": lang, "today": ask.day}
