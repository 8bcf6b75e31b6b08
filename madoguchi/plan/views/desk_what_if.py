"""What if a bar of the roadmap slips: nothing is stored."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.identity.asking import by_field
from madoguchi.japan.kana import narrow_ascii
from madoguchi.plan.definition import Plan
from madoguchi.plan.queries import roadmap as queries
from madoguchi.plan.rules import roadmap
from madoguchi.plan.rules.roadmap import Expected
from madoguchi.plan.views.asking import asked

MOST_DAYS = 1500


@access.staff("office")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Choose a bar and a number of days; see which bars move and by how much."""
    ask = asked(request)
    bar, typed = request.GET.get("bar", ""), request.GET.get("days", "")
    problems: list[tuple[str, str]] = []
    if ask.is_misread:
        problems.append(("#as_of", _("日付を読みとれませんでした。2025-03-31の形で入力してください。")))
    moved, overrun = None, 0
    if bar or typed:
        days = narrow_ascii(typed).strip()
        if bar not in {one.id for one in ask.plan.roadmap}:
            problems.append(("#bar", _("工程を選んでください。")))
        if not (days.isascii() and days.isdigit() and len(days) < 9 and 0 < int(days) <= MOST_DAYS):
            sentence = _("遅れる日数を1から%(most)sまでの整数で入力してください。") % {"most": MOST_DAYS}
            problems.append(("#days", sentence))
        if not problems:
            before = queries.standing(ask.plan, ask.day)
            after = queries.standing(ask.plan, ask.day, delays={bar: int(days)})
            moved = _moved(before, after, ask.plan)
            overrun = roadmap.overrun_days(after, ask.plan.ends_on)
    context = {
        "here": "plan",
        "ask": ask,
        "bars": [(one.id, f"{one.measure_id} {one.title}") for one in ask.plan.roadmap],
        "bar": bar,
        "days": typed,
        "moved": moved,
        "overrun": overrun,
        "ends_on": ask.plan.ends_on,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/what_if.html", context, status=422 if problems else 200)


def _moved(before: list[Expected], after: list[Expected], plan: Plan) -> list[list[Any]]:
    """The bars that move: from which day to which, by how much."""
    ends = {one.bar.id: one.ends_on for one in before}
    return [
        [
            {"text": one.bar.title.ja, "note": one.bar.measure_id},
            {"text": _("%(days)s日") % {"days": f"{late:,}"}, "numeric": True},
            both_eras(ends[one.bar.id]),
            both_eras(one.ends_on),
            _("計画の終わりを越えます") if one.ends_on > plan.ends_on else "",
        ]
        for one, late in roadmap.consequences(before, after)
    ]
