"""The roadmap (工程表): as text, as table, as picture."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.jinja2env import nl2br
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import csv_response
from madoguchi.japan.fiscal import fiscal_year, fiscal_year_end, fiscal_year_start
from madoguchi.plan import roadmap_picture
from madoguchi.plan import roadmap_texts as texts
from madoguchi.plan.queries import roadmap as queries
from madoguchi.plan.rules import roadmap as rules
from madoguchi.plan.rules.roadmap import Expected
from madoguchi.plan.views.asking import Asked, asked, language

CSV_HEADER = (
    "measure",
    "id",
    "title",
    "planned_start",
    "planned_end",
    "started",
    "finished",
    "state",
    "days_behind",
    "expected_start",
    "expected_end",
    "days_late",
    "after",
    "moved_by",
)


@access.public
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What was planned, what happened, what follows."""
    ask, lang = asked(request), language()
    found = queries.standing(ask.plan, ask.day)
    names = {one.bar.id: one.bar.title.of(lang) for one in found}
    context = {
        "here": "plan",
        "ask": ask,
        "plan": ask.plan,
        "lang": lang,
        "rows": [_row(one, found, names, ask) for one in found],
        "years": [texts.year_word(year) for year in _years(ask, found)],
        "measures": _by_measure_and_year(ask, found, lang),
        "picture": roadmap_picture.picture(ask.plan, found, ask.as_of),
        "names": names,
        "state_word": texts.state_word,
        "tags": texts.TAGS,
    }
    return render(request, "plan/roadmap.html", context)


@access.public
@require_GET
def page_csv(request: HttpRequest) -> HttpResponseBase:
    """The roadmap as a file."""
    ask = asked(request)
    return csv_response("roadmap.csv", CSV_HEADER, map(_line, queries.standing(ask.plan, ask.day)))


def _line(one: Expected) -> list[object]:
    return [
        one.bar.measure_id,
        one.bar.id,
        one.bar.title.ja,
        one.bar.starts_on,
        one.bar.ends_on,
        one.actual.started_on,
        one.actual.finished_on,
        one.state,
        one.days_behind,
        one.starts_on,
        one.ends_on,
        one.days_late,
        ";".join(one.bar.after),
        ";".join(one.moved_by),
    ]


def _row(one: Expected, found: list[Expected], names: dict[str, str], ask: Asked) -> dict[str, Any]:
    return {
        "id": one.bar.id,
        "measure": one.bar.measure_id,
        "title": names[one.bar.id],
        "planned": texts.planned(one),
        "actual": texts.actual(one),
        "state": texts.state_word(one.state),
        "days": texts.days_word(one),
        "tag": texts.TAGS[one.state],
        "sentence": texts.sentence(one, found, names, is_closed=ask.is_closed),
    }


def _years(ask: Asked, found: list[Expected]) -> range:
    last = max([ask.plan.ends_on, *(one.ends_on for one in found)])
    return range(fiscal_year(ask.plan.starts_on), fiscal_year(last) + 1)


def _by_measure_and_year(ask: Asked, found: list[Expected], lang: str) -> list[list[Any]]:
    """A row for each measure, a cell for each fiscal year: which bars were planned and done in it."""
    rows = []
    for measure in ask.plan.measures:
        bars = [one for one in found if one.bar.measure_id == measure.id]
        cells = [_cell(bars, year, ask, lang) for year in _years(ask, found)]
        rows.append([f"{measure.id} {measure.title.of(lang)}", *cells])
    return rows


def _cell(bars: list[Expected], year: int, ask: Asked, lang: str) -> Any:
    lines = []
    for one in bars:
        span = rules.within(one, fiscal_year_start(year), fiscal_year_end(year), ask.as_of)
        if words := texts.span_words(span):
            lines.append(f"{one.bar.title.of(lang)}（{words}）")
    return nl2br("\n".join(lines) or "—")
