"""Figures in words, for residents: values with their unit, lights, and why a figure is what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from madoguchi.common.jinja2env import both_eras
from madoguchi.japan.fiscal import format_fiscal_year
from madoguchi.plan.definition import Indicator, Point
from madoguchi.plan.queries.counts import Part
from madoguchi.plan.queries.scoreboard import Change, Standing
from madoguchi.plan.rules import forecast
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
    """A number as people write it: whole where it is whole, else one decimal, cut off: 99.97 has not reached 100."""
    if value is None:
        return "—"
    tenths = math.trunc(round(value * 10, 6))
    return f"{tenths // 10:,}" if tenths % 10 == 0 else f"{tenths / 10:,.1f}"


def with_unit(indicator: Indicator, value: float | None, language: str) -> str:
    """A value with its unit."""
    if value is None:
        return "—"
    unit = indicator.unit.of(language)
    gap = " " if language == "en" and unit != "%" else ""
    return f"{plain(value)}{gap}{unit}"


def exactly(value: float) -> str:
    """A number as it was published: not cut, without the dust of binary fractions."""
    return f"{round(value, 6):,.6f}".rstrip("0").rstrip(".")


def roughly(value: float) -> str:
    """A ratio by its three digits that count: 0.02 stays 0.02."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def point(indicator: Indicator, point: Point | None, language: str) -> str:
    """A baseline or target with its unit; one that the plan does not name is marked as assumed."""
    words = with_unit(indicator, point.value if point else None, language)
    if point is None or point.certainty != "to_be_filled":
        return words
    return _("%(value)s（仮の値）") % {"value": words}


def span_word(indicator: Indicator) -> str:
    """What the value is a value of, always said: in all, of the year, of the day; every one or each once."""
    if indicator.kind == "distinct":
        return _("実人数（計画期間の累計）") if indicator.span == "plan" else _("実人数（年度）")
    return {"plan": _("計画期間の累計"), "year": _("年度"), "day": _("その日の数")}[indicator.span]


def value_so_far(standing: Standing, language: str) -> str:
    """The value; of what is told anew each year with what it was at the end of the last one, by which the light goes."""
    words = with_unit(standing.indicator, standing.figure.value, language)
    if standing.last_year is None or standing.last_year == standing.figure.value:
        return words
    last = with_unit(standing.indicator, standing.last_year, language)
    return _("%(value)s（前の年度末は%(last)s）") % {"value": words, "last": last}


def sentence(standing: Standing, language: str) -> str:
    """Where an indicator stands, in a sentence."""
    indicator, figure = standing.indicator, standing.figure
    words = {
        "title": indicator.title.of(language),
        "value": value_so_far(standing, language),
        "target": point(indicator, indicator.target, language),
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


def forecast_sentence(standing: Standing, language: str) -> str:
    """Where an indicator is heading and how sure that is, or why nothing is said of it."""
    found = standing.forecast
    if found is None:
        return {
            "no_target": _("目標が決まっていないので、見込みは出しません。"),
            "year": _("年度ごとに数え直す指標なので、見込みは出しません。"),
            "come": _("目標の日が来たので、見込みは出しません。"),
            "few": _("データがまだ少ないので、見込みは出しません（%(least)sか月分より多く必要です）。")
            % {"least": forecast.LEAST},
        }[standing.silence or "few"]
    words = {
        "day": both_eras(found.on),
        "value": with_unit(standing.indicator, found.value, language),
        "low": plain(found.low),
        "high": with_unit(standing.indicator, found.high, language),
        "months": found.months,
    }
    return (
        _(
            "このまま進むと、%(day)sに%(value)s（%(low)s〜%(high)s）になる見込みです。"
            "直近%(months)sか月の動きから計算しました。"
        )
        % words
    )


def way_of_counting(indicator: Indicator) -> str:
    """How a figure is made from its rows."""
    return {
        "count": _("1件ずつ数える"),
        "sum": _("量を合計する"),
        "distinct": _("同じ人は1回だけ数える"),
        "stock": _("その日にあるものを数える"),
        "share": _("分子を分母で割る（％）"),
        "share_of_sums": _("分子の量の合計を分母の量の合計で割る（％）"),
    }[indicator.kind]


def amount(indicator: Indicator, part: Part) -> float:
    """What a department or a month adds: rows where rows are counted, else their quantity."""
    return (part.rows if indicator.kind in ("count", "distinct") else part.quantity) / indicator.divisor


def amount_label(indicator: Indicator, language: str) -> str:
    """What `amount` is counted in; attendances are never called people."""
    if indicator.is_share:
        return _("分子の数")
    if indicator.kind == "distinct":
        return _("延べの数")
    return _("数（%(unit)s）") % {"unit": indicator.unit.of(language)}


def month_word(name: str, language: str) -> str:
    """A month (YYYY-MM) in words."""
    year, month = name.split("-")
    if language == "en":
        return f"{date(int(year), int(month), 1):%B %Y}"
    return _("%(year)s年%(month)s月") % {"year": year, "month": int(month)}


def fiscal_year_word(year: int, language: str) -> str:
    """令和8年度（2026年度）; without the era in English and in やさしい日本語."""
    plain_word = _("%(year)s年度") % {"year": year}
    return f"{format_fiscal_year(year)}（{plain_word}）" if language == "ja" else plain_word


def why(
    indicator: Indicator,
    change: Change,
    departments: Sequence[Part],
    months: Sequence[Part],
    names: Mapping[str, str],
    language: str,
) -> str:
    """Why a figure is what it is: how it changed within a year, whose part is the largest, which month's."""
    found = [
        _changed(indicator, change, language),
        _largest_department(indicator, departments, names, language),
        _largest_month(indicator, months, language),
    ]
    return joined(found, language)


def joined(sentences: Sequence[str], language: str) -> str:
    """Sentences one after another: in English with a blank between them."""
    return (" " if language == "en" else "").join(filter(None, sentences))


def _changed(indicator: Indicator, change: Change, language: str) -> str:
    if change.amount is None or indicator.is_yearly:
        return ""
    words = {"amount": with_unit(indicator, abs(change.amount), language)}
    if change.is_whole_plan:
        more, less = _("計画のはじめより%(amount)s増えました。"), _("計画のはじめより%(amount)s減りました。")
        same = _("計画のはじめから変わっていません。")
    else:
        more, less = _("1年前より%(amount)s増えました。"), _("1年前より%(amount)s減りました。")
        same = _("1年前から変わっていません。")
    if change.amount == 0:
        return same
    return (more if change.amount > 0 else less) % words


def _largest_department(
    indicator: Indicator, parts: Sequence[Part], names: Mapping[str, str], language: str
) -> str:
    """Nothing where parts do not add up to the figure: of shares, and of people who are counted once."""
    largest = next((p for p in parts if p.name and amount(indicator, p) > 0), None)
    if largest is None or len(parts) < 2 or indicator.is_share or indicator.kind == "distinct":
        return ""
    words = {
        "name": names.get(largest.name, largest.name),
        "amount": with_unit(indicator, amount(indicator, largest), language),
    }
    return _("いちばん多い部署は%(name)s（%(amount)s）です。") % words


def _largest_month(indicator: Indicator, parts: Sequence[Part], language: str) -> str:
    largest = parts[0] if parts else None
    if largest is None or len(parts) < 2 or indicator.kind not in ("count", "sum"):
        return ""
    if indicator.span == "day" or amount(indicator, largest) <= 0:
        return ""
    words = {
        "month": month_word(largest.name, language),
        "amount": with_unit(indicator, amount(indicator, largest), language),
    }
    return _("いちばん多い月は%(month)s（%(amount)s）です。") % words
