"""Yearly review sheets: page, PDF and JSON, all from the same sheet."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.pages import render
from madoguchi.japan.fiscal import format_fiscal_year
from madoguchi.plan import desk_review, texts
from madoguchi.plan.queries import review
from madoguchi.plan.queries.review import Sheet
from madoguchi.plan.views.asking import asked

ROLES = ("officer", "head", "office")


@access.staff(*ROLES)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The fiscal years of a plan and their nine sheets."""
    ask = asked(request)
    years = [
        {
            "title": format_fiscal_year(year),
            "json": reverse("plan:report-json", args=[year]) + ask.query,
            "sheets": [
                (f"{m.id} {m.title}", reverse("plan:report", args=[year, m.id]) + ask.query)
                for m in ask.plan.measures
            ],
        }
        for year in review.years_of(ask.plan, ask.day)
    ]
    return render(request, "plan/desk/reports.html", {"here": "plan", "plan": ask.plan, "years": years})


@access.staff(*ROLES)
@require_GET
def page(request: HttpRequest, year: int, measure_id: str) -> HttpResponse:
    """One sheet on the screen: the same sections as the paper."""
    sheet = _sheet(request, year, measure_id)
    context = {
        "here": "plan",
        "sheet": sheet,
        "year": format_fiscal_year(year),
        "sections": desk_review.sections(sheet),
        "pdf": reverse("plan:report-pdf", args=[year, measure_id]) + asked(request).query,
        "rows": [
            (
                i.indicator.title.ja,
                reverse("plan:indicator-rows", args=[i.indicator.id]) + f"?as_of={i.as_of}",
            )
            for i in sheet.indicators
        ],
    }
    return render(request, "plan/desk/report.html", context)


@access.staff(*ROLES)
@require_GET
def pdf(request: HttpRequest, year: int, measure_id: str) -> HttpResponse:
    """One sheet as PDF."""
    content = desk_review.paper(_sheet(request, year, measure_id)).render_apart()
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="review-{year}-{measure_id}.pdf"'
    return response


@access.staff(*ROLES)
@require_GET
def data(request: HttpRequest, year: int) -> HttpResponse:
    """The nine sheets of a year for machines."""
    ask = asked(request)
    if year not in review.years_of(ask.plan, ask.day):
        raise Http404
    found = [_as_data(sheet) for sheet in review.sheets(ask.plan, year, ask.day)]
    return JsonResponse({"fiscal_year": year, "measures": found}, json_dumps_params={"ensure_ascii": False})


def _as_data(sheet: Sheet) -> dict[str, Any]:
    return {
        "plan": sheet.plan.id,
        "plan_version": sheet.plan_version,
        "measure": sheet.measure.id,
        "as_of": sheet.as_of.isoformat(),
        "indicators": [
            {
                "id": i.indicator.id,
                "definition_version": i.indicator.version,
                "baseline": i.baseline,
                "last_year": i.last_year,
                "this_year": i.this_year,
                "is_typed": i.is_typed,
                "target": i.target,
                "light": i.light,
                "light_word": texts.light_word(i.light),
                "rows": i.rows,
            }
            for i in sheet.indicators
        ],
        "achievements": dict(sheet.achievements),
        "resolutions": [{"text": r.text, "state": r.state, "result": r.result} for r in sheet.resolutions],
    }


def _sheet(request: HttpRequest, year: int, measure_id: str) -> Sheet:
    ask = asked(request)
    if year not in review.years_of(ask.plan, ask.day):
        raise Http404
    try:
        measure = ask.plan.measure(measure_id)
    except KeyError:
        raise Http404 from None
    return review.sheet(ask.plan, measure, year, ask.day)
