"""Resolutions as staff read them: rows of lists and tables, and what came of one in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from madoguchi.common import clock
from madoguchi.plan import texts
from madoguchi.plan.definition import Indicator, Plan
from madoguchi.plan.desk_states import ResolutionState
from madoguchi.plan.models import Resolution
from madoguchi.plan.rules import meetings as rules

TAGS = {"open": "progress", "done": "success", "dropped": "neutral"}


def row(one: Resolution, plan: Plan, names: dict[str, str], today: date) -> dict[str, Any]:
    """A resolution as lists show it; `plan` is the one of its meeting."""
    late = rules.days_overdue(due_on=one.due_on, state=one.state, today=today)
    indicator = plan.indicator(one.indicator_id) if one.indicator_id else None
    return {
        "href": reverse("plan:resolution", args=[one.id]),
        "text": one.text,
        "owner": names.get(one.owner_department_code, one.owner_department_code),
        "due_on": one.due_on.isoformat(),
        "state": _("%(days)s日超過") % {"days": late} if late else str(ResolutionState(one.state).label),
        "tag": "danger" if late else TAGS[one.state],
        "indicator": indicator.title.ja if indicator else "",
        "before": texts.with_unit(indicator, one.value_before, "ja") if indicator else "",
        "expected": expected(one, indicator),
        "after": texts.with_unit(indicator, one.value_after, "ja") if indicator and one.finished_at else "",
        "result": one.result,
    }


def expected(one: Resolution, indicator: Indicator | None) -> str:
    """The change that is expected, with its sign and unit; "" where none is."""
    if indicator is None or one.expected_change is None:
        return ""
    return _signed(indicator, one.expected_change)


def effect(one: Resolution, plan: Plan) -> str:
    """What a finished resolution did to its indicator, held against what was expected; "" for any other."""
    if one.state != ResolutionState.DONE:
        return ""
    words = {
        "as_expected": _("見込んだとおりの効果がありました。"),
        "less": _("効果はありましたが、見込みより小さいものでした。"),
        "none": _("指標は、見込んだ向きに動きませんでした。"),
        "unknown": _("見込みと比べることはできません。"),
    }
    verdict = words[
        rules.effect(before=one.value_before, after=one.value_after, expected=one.expected_change)
    ]
    moved = rules.change(before=one.value_before, after=one.value_after)
    if not one.indicator_id or moved is None:
        return _("効果は、指標では測れません。")
    if one.item.meeting.held_on >= plan.ends_on:  # a closed plan keeps its last day's figures
        return _("計画の期間が終わった後の決定なので、効果は指標では測れません。")
    indicator = plan.indicator(one.indicator_id)
    if indicator.is_yearly:
        return _("年度ごとに数え直す指標なので、会議の日からの変化は測れません。")
    numbers = _("「%(title)s」の会議の日からの変化は%(moved)s（見込み%(expected)s）です。") % {
        "title": indicator.title.ja,
        "moved": _signed(indicator, moved),
        "expected": expected(one, indicator) or "—",
    }
    is_after = one.finished_at is not None and clock.tokyo_date(one.finished_at) > plan.ends_on
    return numbers + (_("計画の最終日までの変化です。") if is_after else "") + verdict


def _signed(indicator: Indicator, change: float) -> str:
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    unit = _("ポイント") if indicator.unit.ja == "%" else indicator.unit.ja
    return f"{sign}{texts.plain(abs(change))}{unit}"
