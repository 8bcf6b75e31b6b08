"""What is typed about meetings and resolutions, cleaned; problems are told as (link, sentence)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.plan.actions.resolutions import Order
from madoguchi.plan.forms.desk_values import read_day, read_number
from madoguchi.plan.rules import meetings as rules

Problems = list[tuple[str, str]]
Data = Mapping[str, str]


def read_meeting(data: Data) -> tuple[dict[str, Any], Problems]:
    """Day, place, chair and who was present."""
    problems: Problems = []
    held_on = read_day(data.get("held_on", ""))
    if held_on is None:
        problems.append(("#held_on", _("会議の日を選んでください。")))
    values = {
        "held_on": held_on,
        "place": data.get("place", "").strip()[:120],
        "chair": data.get("chair", "").strip()[:80],
        "present": data.get("present", "").strip()[:4000],
    }
    if not values["chair"]:
        problems.append(("#chair", _("議長の職名を入力してください。")))
    return values, problems


def read_item(data: Data, measures: Collection[str]) -> tuple[dict[str, Any], Problems]:
    """A point of the agenda."""
    title = data.get("title", "").strip()
    measure = data.get("measure_id", "")
    problems: Problems = []
    if not title:
        problems.append(("#title", _("議題を入力してください。")))
    elif len(title) > 200:
        problems.append(("#title", _("議題は200文字以内で入力してください。")))
    if measure and measure not in measures:
        problems.append(("#measure_id", _("施策を選び直してください。")))
    return {"title": title, "measure_id": measure, "indicator_id": ""}, problems


def read_order(
    data: Data, *, departments: Collection[str], indicators: Collection[str], held_on: date, place: str = ""
) -> tuple[Order | None, Problems]:
    """What is decided on a point on a day; `place` ends the ids of its fields."""
    problems: Problems = []
    text = data.get("text", "").strip()
    if not text:
        problems.append((f"#text{place}", _("決定事項を入力してください。")))
    department = data.get("owner", "")
    if department not in departments:
        problems.append((f"#owner{place}", _("担当の部署を選んでください。")))
    due_on = read_day(data.get("due_on", ""))
    if due_on is None:
        problems.append((f"#due_on{place}", _("期限の日を選んでください。")))
    elif not rules.may_be_due(due_on, after=held_on):
        problems.append((f"#due_on{place}", _("期限は、会議の日より後の日にしてください。")))
    indicator = data.get("indicator_id", "")
    if indicator and indicator not in indicators:
        problems.append((f"#indicator_id{place}", _("指標を選び直してください。")))
    change = read_number(data.get("expected_change", ""))
    if data.get("expected_change", "").strip() and change is None:
        problems.append(
            (f"#expected_change{place}", _("見込む変化は、数で入力してください（例: 12、-3.5）。"))
        )
    elif change is not None and not indicator:
        problems.append((f"#indicator_id{place}", _("変化を見込む指標を選んでください。")))
    if problems or due_on is None:
        return None, problems
    return Order(text[:2000], department, due_on, indicator, change), []
