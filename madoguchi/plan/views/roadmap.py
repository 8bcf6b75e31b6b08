"""The roadmap (工程表): as text, as table, as picture."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import csv_response
from madoguchi.japan.fiscal import fiscal_year, fiscal_year_start
from madoguchi.plan.definition import Plan
from madoguchi.plan.queries import roadmap as queries
from madoguchi.plan.rules.roadmap import Expected, State
from madoguchi.plan.views.asking import asked, language

WIDTH, LEFT, ROW, TOP = 960, 300, 44, 36
TAGS: dict[State, str] = {
    "planned": "neutral",
    "late_to_begin": "danger",
    "running": "progress",
    "late_to_finish": "danger",
    "done": "success",
    "done_late": "warning",
}


def state_word(state: State) -> str:
    """A state as a word with its mark."""
    return {
        "planned": _("－ これから"),
        "late_to_begin": _("▲ 始まりが遅れ"),
        "running": _("○ 実施中"),
        "late_to_finish": _("▲ 終わりが遅れ"),
        "done": _("◎ 完了"),
        "done_late": _("△ 遅れて完了"),
    }[state]


@access.public
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What was planned, what happened, what follows."""
    ask = asked(request)
    lang = language()
    found = queries.standing(ask.plan, ask.day)
    names = {one.bar.id: one.bar.title.of(lang) for one in found}
    context = {
        "here": "plan",
        "ask": ask,
        "plan": ask.plan,
        "lang": lang,
        "rows": [_row(one, names, lang) for one in found],
        "picture": picture(ask.plan, found, ask.as_of, lang),
    }
    return render(request, "plan/roadmap.html", context)


@access.public
@require_GET
def page_csv(request: HttpRequest) -> HttpResponseBase:
    """The roadmap as a file."""
    ask = asked(request)
    header = ["measure", "id", "title", "planned_start", "planned_end", "started", "finished", "state", "expected_end", "days_late", "after"]  # fmt: skip
    rows = [
        [
            one.bar.measure_id,
            one.bar.id,
            one.bar.title.ja,
            one.bar.starts_on,
            one.bar.ends_on,
            one.actual.started_on,
            one.actual.finished_on,
            one.state,
            one.ends_on,
            one.days_late,
            ";".join(one.bar.after),
        ]
        for one in queries.standing(ask.plan, ask.day)
    ]
    return csv_response("roadmap.csv", header, rows)


def _row(one: Expected, names: dict[str, str], lang: str) -> dict[str, Any]:
    return {
        "id": one.bar.id,
        "measure": one.bar.measure_id,
        "title": one.bar.title.of(lang),
        "planned": f"{both_eras(one.bar.starts_on)}〜{both_eras(one.bar.ends_on)}",
        "actual": _actual(one),
        "state": state_word(one.state),
        "tag": TAGS[one.state],
        "sentence": sentence(one, names),
    }


def _actual(one: Expected) -> str:
    if one.actual.started_on is None and one.actual.finished_on is None:
        return "—"
    started, finished = both_eras(one.actual.started_on), both_eras(one.actual.finished_on)
    return f"{started or '—'}〜{finished}"


def sentence(one: Expected, names: dict[str, str]) -> str:
    """A bar in a sentence: where it stands, what follows from what it waits for."""
    words = {"title": names[one.bar.id], "day": both_eras(one.ends_on), "days": one.days_late}
    text = {
        "planned": _("「%(title)s」は、まだ始まっていません。%(day)sに終わる見込みです。"),
        "late_to_begin": _("「%(title)s」は、始まりが遅れています。%(day)sに終わる見込みです。"),
        "running": _("「%(title)s」は実施中です。%(day)sに終わる見込みです。"),
        "late_to_finish": _("「%(title)s」は、予定の日を%(days)s日過ぎても終わっていません。"),
        "done": _("「%(title)s」は%(day)sに終わりました。"),
        "done_late": _("「%(title)s」は予定より%(days)s日遅れて、%(day)sに終わりました。"),
    }[one.state] % words
    if one.moved_by:
        waits = "、".join(names[name] for name in one.moved_by)
        text += _("「%(names)s」が遅れた影響を受けています。") % {"names": waits}
    return text


def picture(plan: Plan, found: list[Expected], day: date, lang: str) -> dict[str, Any]:
    """The bars as rectangles: planned above, real or expected below; coordinates only, no styles."""
    last = max([plan.ends_on, *(one.ends_on for one in found)])
    days = max((last - plan.starts_on).days, 1)

    def x(on: date) -> float:
        return round(LEFT + (WIDTH - LEFT - 8) * (on - plan.starts_on).days / days, 1)

    rows = []
    for number, one in enumerate(found):
        y = TOP + number * ROW
        begins, ends = x(one.bar.starts_on), x(one.bar.ends_on)
        real = x(max(one.starts_on, plan.starts_on))
        rows.append(
            {
                "href": f"#bar-{one.bar.id}",
                "title": one.bar.title.of(lang),
                "measure": one.bar.measure_id,
                "y": y,
                "x": begins,
                "width": max(ends - begins, 2),
                "real_x": real,
                "real_width": max(x(one.ends_on) - real, 2),
                "tag": TAGS[one.state],
                "state": state_word(one.state),
            }
        )
    years = [
        {"x": x(fiscal_year_start(year)), "label": f"{year}/4"}
        for year in range(fiscal_year(plan.starts_on), fiscal_year(last) + 1)
    ]
    height = TOP + len(rows) * ROW + 8
    return {
        "rows": rows,
        "years": years,
        "width": WIDTH,
        "height": height,
        "top": TOP,
        "today": x(min(day, last)),
    }
