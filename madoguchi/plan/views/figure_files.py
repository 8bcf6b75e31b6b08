"""The public figures as files: the same numbers as the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.spreadsheets import FileKind, csv_response, list_response
from madoguchi.plan.queries import figures, scoreboard
from madoguchi.plan.queries.scoreboard import Standing
from madoguchi.plan.views.asking import asked, asked_indicator


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
        "no_forecast_because": standing.silence,
        "changed_on": standing.changed_on.isoformat() if standing.changed_on else None,
    }


@access.public
@require_GET
def board_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The scoreboard as a file for a spreadsheet."""
    ask = asked(request)
    rows = [_as_data(s) for line in scoreboard.scoreboard(ask.plan, ask.day) for s in line.standings]
    header = list(rows[0]) if rows else []
    lines = [list(row.values()) for row in rows]
    return list_response(request, kind, f"plan-{ask.as_of.isoformat()}", header, lines)


@access.public
@require_GET
def indicator_csv(request: HttpRequest, indicator_id: str) -> HttpResponseBase:
    """The values of an indicator at the ends of months."""
    ask, one = asked_indicator(request, indicator_id)
    points = figures.series(ask.plan, one, ask.day)
    return csv_response(f"{one.id}.csv", ["on", "value"], [(d.isoformat(), v) for d, v in points])


@access.public
@require_GET
def indicator_json(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """An indicator for machines: definition, value, and its values at the ends of months."""
    ask, one = asked_indicator(request, indicator_id)
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
