"""What stands behind a figure, for everybody: how many rows in which month and department, and how it was counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import csv_response
from madoguchi.organization import queries as organization
from madoguchi.plan import texts
from madoguchi.plan.definition import Indicator, Point
from madoguchi.plan.queries import counts as queries
from madoguchi.plan.queries import figures
from madoguchi.plan.queries.counts import MonthCount, Part
from madoguchi.plan.views.asking import Asked, asked_indicator, language
from madoguchi.plan.views.scoreboard import definitions_of, shared, source_title


@access.public
@require_GET
def page(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """Rows by fiscal year; those of one year by month and department."""
    ask, one = asked_indicator(request, indicator_id)
    lang = language()
    of_denominator = _of_denominator(request, one)
    found = queries.counts(ask.plan, one, ask.day, denominator=of_denominator)
    years = sorted({c.fiscal_year for c in found}, reverse=True)
    year = _year(request.GET.get("year", ""), years)
    names = _names(found)
    context = shared(ask, lang) | {
        "one": one,
        "figure": figures.figure(ask.plan, one, ask.day),
        "measure": ask.plan.measure(one.measure_id),
        "of_denominator": of_denominator,
        "source": source_title(one.denominator if of_denominator else one.source),
        "label": texts.amount_label(one, lang),
        "years": [_year_row(one, y, [c for c in found if c.fiscal_year == y], ask, request) for y in years],
        "year": texts.fiscal_year_word(year, lang) if year is not None else "",
        "months": [_month_row(one, c, names, lang) for c in found if c.fiscal_year == year],
        "switch": _address(ask, denominator="" if of_denominator else "1"),
        "other": _address(ask, denominator="1" if of_denominator else ""),
    }
    return render(request, "plan/counts.html", context)


def _year_row(
    one: Indicator, year: int, found: list[MonthCount], ask: Asked, request: HttpRequest
) -> list[Any]:
    total = Part("", sum(c.rows for c in found), sum(c.quantity for c in found))
    href = _address(ask, year=str(year), denominator="1" if _of_denominator(request, one) else "")
    word = texts.fiscal_year_word(year, language())
    return [{"text": word, "href": href or "?"}, f"{total.rows:,}", texts.plain(texts.amount(one, total))]


def _month_row(one: Indicator, count: MonthCount, names: Mapping[str, str], lang: str) -> list[str]:
    part = Part("", count.rows, count.quantity)
    return [
        texts.month_word(f"{count.month:%Y-%m}", lang),
        names.get(count.department_code, count.department_code) or _("（部署なし）"),
        f"{count.rows:,}",
        texts.plain(texts.amount(one, part)),
    ]


def _year(text: str, years: list[int]) -> int | None:
    """The year asked for; the newest where the address names none that has rows."""
    known = {str(year): year for year in years}
    return known.get(text, years[0] if years else None)


def _address(ask: Asked, **words: str) -> str:
    more = "&".join(f"{name}={value}" for name, value in words.items() if value)
    return f"{ask.query}&{more}" if ask.query and more else ask.query or (f"?{more}" if more else "")


def _of_denominator(request: HttpRequest, one: Indicator) -> bool:
    return bool(request.GET.get("denominator")) and bool(one.denominator)


def _names(found: list[MonthCount]) -> dict[str, str]:
    codes = {c.department_code for c in found}
    return {code: one.name for code, one in organization.departments(codes).items()}


@access.public
@require_GET
def page_csv(request: HttpRequest, indicator_id: str) -> HttpResponseBase:
    """Rows by month and department as a file for a spreadsheet."""
    ask, one = asked_indicator(request, indicator_id)
    found = queries.counts(ask.plan, one, ask.day, denominator=_of_denominator(request, one))
    names = _names(found)
    rows = [
        (f"{c.month:%Y-%m}", c.department_code, names.get(c.department_code, ""), c.rows, c.quantity)
        for c in found
    ]
    header = ["month", "department_code", "department", "rows", "quantity"]
    return csv_response(f"{one.id}-counts.csv", header, rows)


@access.public
@require_GET
def page_json(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """Rows by month and department for machines, with what they add up to."""
    ask, one = asked_indicator(request, indicator_id)
    of_denominator = _of_denominator(request, one)
    found = queries.counts(ask.plan, one, ask.day, denominator=of_denominator)
    names = _names(found)
    data = {
        "plan": ask.plan.id,
        "indicator": one.id,
        "as_of": ask.as_of.isoformat(),
        "source": one.denominator if of_denominator else one.source,
        "rows": sum(c.rows for c in found),
        "quantity": sum(c.quantity for c in found),
        "counts": [
            {
                "month": f"{c.month:%Y-%m}",
                "department_code": c.department_code,
                "department": names.get(c.department_code, ""),
                "rows": c.rows,
                "quantity": c.quantity,
            }
            for c in found
        ],
    }
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})


@access.public
@require_GET
def definitions(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """Every way in which an indicator was counted, side by side, with the value each gives on the same day."""
    ask, one = asked_indicator(request, indicator_id)
    lang = language()
    found = definitions_of(ask, one, lang)
    columns = [_definition(old, lang) for _published, old, _value in found]
    rows: list[dict[str, Any]] = [
        {
            "name": _("この数え方での値"),
            "changed": False,
            "cells": [value for _published, _old, value in found],
        }
    ]
    rows += [
        {"name": name, "cells": [column[name] for column in columns], "changed": _differ(columns, name)}
        for name in columns[0]
    ]
    days = [both_eras(published.published_at.date()) for published, _old, _value in found]
    rows.append({"name": _("公開した日"), "cells": days, "changed": False})
    context = shared(ask, lang) | {
        "one": one,
        "measure": ask.plan.measure(one.measure_id),
        "versions": [old.version for _published, old, _value in found],
        "rows": rows,
        "back": reverse("plan:indicator", args=[one.id]) + ask.query,
    }
    return render(request, "plan/definitions.html", context)


def _definition(one: Indicator, lang: str) -> dict[str, str]:
    return {
        _("説明"): one.definition.of(lang),
        _("数え方"): texts.way_of_counting(one),
        _("期間"): texts.span_word(one),
        _("単位"): one.unit.of(lang),
        _("数えているもの"): source_title(one.source),
        _("分母"): source_title(one.denominator) if one.denominator else "—",
        _("数えないもの"): one.exclusions.of(lang) or "—",
        _("年度の決まり"): one.fiscal_year_rule.of(lang) or "—",
        _("割る数"): f"{one.divisor:,}",
        _("計画のはじめ"): _point(one, one.baseline, lang),
        _("目標"): _point(one, one.target, lang),
    }


def _point(one: Indicator, point: Point | None, lang: str) -> str:
    return f"{texts.point(one, point, lang)}（{both_eras(point.on)}）" if point else "—"


def _differ(columns: list[dict[str, str]], name: str) -> bool:
    return len({column[name] for column in columns}) > 1
