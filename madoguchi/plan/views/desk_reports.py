"""Yearly review sheets: page, PDF and JSON, all from the same sheet."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.japan.fiscal import format_fiscal_year
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan import desk_review, texts
from madoguchi.plan.actions import reviews as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile, may_record
from madoguchi.plan.queries import review
from madoguchi.plan.queries.review import Sheet
from madoguchi.plan.views.asking import asked, posted_version

ROLES = ("officer", "head", "office")
LONGEST = 2000


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
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, year: int, measure_id: str) -> HttpResponse:
    """One sheet on the screen: the same sections as the paper; sending writes the department's evaluation."""
    sheet = _sheet(request, year, measure_id)
    problems: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        problems, status = _write(request, sheet)
        if not problems:
            return redirect(f"{request.path}{asked(request).query}")
        sheet = _sheet(request, year, measure_id)
    words = {"evaluation": sheet.note.evaluation, "direction": sheet.note.direction} if sheet.note else {}
    context = {
        "note": sheet.note,
        "typed": request.POST if problems else words,
        "may_write": _may_write(request, sheet),
        "problems": problems,
        "errors": by_field(problems),
        "here": "plan",
        "sheet": sheet,
        "year": format_fiscal_year(year),
        "sections": desk_review.sections(sheet),
        "pdf": reverse("plan:report-pdf", args=[year, measure_id]) + asked(request).query,
        "rows": [
            (
                i.indicator.title.ja,
                reverse("plan:indicator-rows", args=[i.indicator.id])
                + f"?plan={sheet.plan.id}&as_of={i.as_of}",
            )
            for i in sheet.indicators
        ],
    }
    return render(request, "plan/desk/report.html", context, status=status)


def _write(request: HttpRequest, sheet: Sheet) -> tuple[list[tuple[str, str]], int]:
    """Store what was written. Returns what is wrong with it, and the status of the page that says so."""
    texts_ = {n: request.POST.get(n, "").replace("\r\n", "\n").strip() for n in ("evaluation", "direction")}
    problems = [
        (f"#{name}", _("%(most)s文字以内で入力してください。") % {"most": LONGEST})
        for name, text in texts_.items()
        if len(text) > LONGEST
    ]
    if not texts_["evaluation"]:
        problems.append(("#evaluation", _("評価を入力してください。")))
    if problems:
        return problems, 422
    try:
        actions.write_review(
            plan=sheet.plan,
            measure=sheet.measure,
            fiscal_year=sheet.fiscal_year,
            version=posted_version(request),
            by=identity.staff_of(request),
            now=clock.now(),
            **texts_,
        )
    except NotAllowed:
        return [("#evaluation", _("この施策の担当の部署と、推進事務局だけが書けます。"))], 403
    except ChangedMeanwhile:
        sentence = _("ほかの人が先に書きました。上の評価と見くらべて、もう一度「保存する」を押してください。")
        return [("#evaluation", sentence)], 409
    return [], 200


def _may_write(request: HttpRequest, sheet: Sheet) -> bool:
    try:
        may_record(identity.staff_of(request), sheet.measure.department_code, clock.today())
    except NotAllowed:
        return False
    return True


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
                "numerator": i.numerator,
                "denominator": i.denominator,
            }
            for i in sheet.indicators
        ],
        "achievements": dict(sheet.achievements),
        "evaluation": sheet.note.evaluation if sheet.note else "",
        "direction": sheet.note.direction if sheet.note else "",
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
