"""What if a bar of the roadmap slips: nothing is stored."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.pages import render
from madoguchi.identity.asking import by_field
from madoguchi.japan.kana import narrow_ascii
from madoguchi.plan.queries import roadmap as queries
from madoguchi.plan.rules import roadmap
from madoguchi.plan.views.asking import asked

MOST_DAYS = 1500


@access.staff("office")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Choose a bar and a number of days; see which bars move and by how much."""
    ask = asked(request)
    bar, typed = request.GET.get("bar", ""), request.GET.get("days", "")
    problems: list[tuple[str, str]] = []
    moved = None
    if bar or typed:
        days = narrow_ascii(typed).strip()
        if bar not in {one.id for one in ask.plan.roadmap}:
            problems.append(("#bar", _("工程を選んでください。")))
        if not (days.isascii() and days.isdigit() and 0 < int(days) <= MOST_DAYS):
            sentence = _("遅れる日数を1から%(most)sまでの整数で入力してください。") % {"most": MOST_DAYS}
            problems.append(("#days", sentence))
        if not problems:
            before = queries.standing(ask.plan, ask.day)
            after = queries.standing(ask.plan, ask.day, delays={bar: int(days)})
            moved = [
                [
                    one.bar.title.ja,
                    {"text": _("%(days)s日") % {"days": late}, "numeric": True},
                    one.ends_on.isoformat(),
                    _("計画の終わりを越えます") if one.ends_on > ask.plan.ends_on else "",
                ]
                for one, late in roadmap.consequences(before, after)
            ]
    context = {
        "here": "plan",
        "ask": ask,
        "bars": [(one.id, f"{one.measure_id} {one.title}") for one in ask.plan.roadmap],
        "bar": bar,
        "days": typed,
        "moved": moved,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/what_if.html", context, status=422 if problems else 200)
