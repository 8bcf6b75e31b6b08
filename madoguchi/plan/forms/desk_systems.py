"""What is typed about a system, cleaned; problems are told as (link, sentence)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madoguchi.japan.kana import narrow_ascii
from madoguchi.plan.forms.desk_values import read_day

Problems = list[tuple[str, str]]
NEEDED = (("name", gettext_lazy("名称")), ("purpose", gettext_lazy("使いみち")))
DAYS = ("introduced_on", "renewal_on", "planned_on", "national_deadline_on", "deadline_met_on", "ended_on")
YEN = ("yearly_cost_yen", "renewal_cost_yen")
CHECKS = ("uses_national_trial", "cloud")
NAMES = (
    "name",
    "purpose",
    "department_code",
    "measure_id",
    "indicator_id",
    "national_support",
    *DAYS,
    *YEN,
    *CHECKS,
)


def read(
    data: Mapping[str, str],
    *,
    departments: Collection[str],
    measures: Collection[str],
    indicators: Collection[str],
) -> tuple[dict[str, Any], Problems]:
    """The values of a system, and what is wrong with them."""
    problems: Problems = []
    values: dict[str, Any] = {
        name: data.get(name, "").strip()[:120] for name in ("name", "purpose", "national_support")
    }
    values["purpose"] = values["purpose"][:60]
    for name, label in NEEDED:
        if not values[name]:
            problems.append((f"#{name}", _("%(label)sを入力してください。") % {"label": label}))
    for name in DAYS:
        values[name] = _day(data.get(name, ""), name, problems)
    if values["introduced_on"] is None and not data.get("introduced_on", "").strip():
        problems.append(("#introduced_on", _("入れた日を選んでください。")))
    if values["introduced_on"] and values["ended_on"] and values["ended_on"] < values["introduced_on"]:
        problems.append(("#ended_on", _("やめた日が、入れた日より前になっています。")))
    for name in YEN:
        values[name] = _yen(data.get(name, ""), name, problems)
    values["yearly_cost_yen"] = values["yearly_cost_yen"] or 0
    for name in CHECKS:
        values[name] = bool(data.get(name))
    for name, known, needed in (
        ("department_code", departments, True),
        ("measure_id", measures, False),
        ("indicator_id", indicators, False),
    ):
        values[name] = data.get(name, "")
        if values[name] not in known and (needed or values[name]):
            problems.append((f"#{name}", _("選び直してください。")))
    return values, problems


def as_typed(source: Mapping[str, Any]) -> dict[str, str]:
    """Values as the fields of the page show them."""
    shown = {name: source.get(name) for name in NAMES}
    return {name: "" if value in (None, False) else str(value) for name, value in shown.items()}


def _day(text: str, name: str, problems: Problems) -> date | None:
    text = narrow_ascii(text).strip()
    if not text:
        return None
    day = read_day(text)
    if day is None:
        problems.append((f"#{name}", _("日付を2025-04-01の形で入力してください。")))
    return day


def _yen(text: str, name: str, problems: Problems) -> int | None:
    plain = narrow_ascii(text).replace(",", "").strip()
    if not plain:
        return None
    if plain.isascii() and plain.isdigit() and len(plain) <= 13:
        return int(plain)
    problems.append((f"#{name}", _("金額は、円の単位の整数で入力してください。")))
    return None
