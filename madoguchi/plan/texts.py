"""Figures in words, for residents: values with their unit, lights, and why a figure is what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from madoguchi.plan.definition import Indicator
from madoguchi.plan.queries.scoreboard import Part, Standing
from madoguchi.plan.rules.light import Light

TAGS: dict[Light, str] = {
    "reached": "success",
    "on_course": "progress",
    "behind": "warning",
    "late": "danger",
    "missed": "danger",
    "no_data": "neutral",
    "no_target": "neutral",
}


def light_word(light: Light) -> str:
    """The light as a word with its mark: colour alone says nothing."""
    return {
        "reached": _("◎ 達成"),
        "on_course": _("○ 順調"),
        "behind": _("△ やや遅れ"),
        "late": _("▲ 遅れ"),
        "missed": _("× 未達成"),
        "no_data": _("－ データなし"),
        "no_target": _("－ 目標未定"),
    }[light]


def plain(value: float | None) -> str:
    """A number as people write it: whole where it is whole, else one decimal."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if round(value, 1) == round(value) else f"{value:,.1f}"


def with_unit(indicator: Indicator, value: float | None, language: str) -> str:
    """A value with its unit."""
    if value is None:
        return "—"
    unit = indicator.unit.of(language)
    gap = " " if language == "en" and unit != "%" else ""
    return f"{plain(value)}{gap}{unit}"


def span_word(indicator: Indicator) -> str:
    """What the value is a value of, always said: in all, of the year, of the day; every one or each once."""
    if indicator.kind == "distinct":
        return _("実人数（計画期間の累計）") if indicator.span == "plan" else _("実人数（年度）")
    return {"plan": _("計画期間の累計"), "year": _("年度"), "day": _("その日の数")}[indicator.span]


def sentence(standing: Standing, language: str) -> str:
    """Where an indicator stands, in a sentence."""
    indicator, figure = standing.indicator, standing.figure
    words = {
        "title": indicator.title.of(language),
        "value": with_unit(indicator, figure.value, language),
        "target": with_unit(indicator, indicator.target.value, language) if indicator.target else "",
    }
    if figure.value is None:
        return _("「%(title)s」は、まだデータがありません。") % words
    if indicator.target is None:
        return _("「%(title)s」は%(value)sです。目標は決まっていません。") % words
    return {
        "reached": _("「%(title)s」は%(value)sで、目標の%(target)sに達しています。"),
        "on_course": _("「%(title)s」は%(value)sで、目標の%(target)sに向けて順調です。"),
        "behind": _("「%(title)s」は%(value)sで、目標の%(target)sに向けてやや遅れています。"),
        "late": _("「%(title)s」は%(value)sで、目標の%(target)sに向けて遅れています。"),
        "missed": _("「%(title)s」は%(value)sで、目標の%(target)sに届きませんでした。"),
    }[standing.light] % words


def why(
    indicator: Indicator,
    change: float | None,
    parts: Sequence[Part],
    names: Mapping[str, str],
    language: str,
) -> str:
    """Why a figure is what it is: how it changed within a year, and whose part is the largest."""
    sentences: list[str] = []
    if change is not None and indicator.span != "year":
        amount = with_unit(indicator, abs(change), language)
        if change > 0:
            sentences.append(_("1年前より%(amount)s増えました。") % {"amount": amount})
        elif change < 0:
            sentences.append(_("1年前より%(amount)s減りました。") % {"amount": amount})
        else:
            sentences.append(_("1年前から変わっていません。"))
    largest = next((p for p in parts if p.name and p.quantity > 0), None)
    if largest is not None and len(parts) > 1:
        counted = largest.rows if indicator.kind in ("count", "stock", "distinct") else largest.quantity
        amount = with_unit(indicator, counted / indicator.divisor, language)
        if indicator.kind != "share":
            words = {"name": names.get(largest.name, largest.name), "amount": amount}
            sentences.append(_("いちばん多い部署は%(name)s（%(amount)s）です。") % words)
    return "".join(sentences)
