"""National figures: tables imported, peers by size, renewals of cards, telework."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.japan.fiscal import fiscal_year, format_fiscal_year
from madoguchi.plan import texts
from madoguchi.plan.actions import national as actions
from madoguchi.plan.forms import desk_national as forms
from madoguchi.plan.forms.desk_values import read_whole
from madoguchi.plan.models import Achievement, MonthTotal, NationalTable, NationalValue
from madoguchi.plan.rules import national as rules

MOST_BYTES = 5 * 1024 * 1024
MONTHS = 36


@access.staff("office")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The tables that were imported, and telework by fiscal year with the reasons against it."""
    rows = [
        [
            {"text": t.title, "href": reverse("plan:national-table", args=[t.id])},
            str(dict(forms.FIGURES)[t.figure]),
            t.as_on.isoformat(),
            t.denominator,
            t.published_by,
        ]
        for t in NationalTable.objects.order_by("-as_on", "title")
    ]
    context = {"here": "plan", "rows": rows, "telework": _telework(), "against": _against()}
    return render(request, "plan/desk/national.html", context)


def _telework() -> list[list[str]]:
    years: dict[int, int] = {}
    for month, days in (
        MonthTotal.objects.filter(source="telework-days").values_list("month").annotate(n=Sum("quantity"))
    ):
        years[fiscal_year(month)] = years.get(fiscal_year(month), 0) + days
    return [[format_fiscal_year(year), f"{years[year]:,}"] for year in sorted(years, reverse=True)]


def _against() -> list[str]:
    rows = Achievement.objects.filter(kind="telework", state="counted").order_by("-happened_on")[:50]
    return [
        f"{row.happened_on.isoformat()}　{row.detail['against']}" for row in rows if row.detail.get("against")
    ]


@access.staff("office")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Import a published table."""
    found = forms.ReadTable()
    if request.method == "POST":
        upload = request.FILES.get("file")
        content = upload.read() if upload is not None and (upload.size or 0) <= MOST_BYTES else None
        found = forms.read(request.POST, content, today=clock.today())
        if not found.problems:
            try:
                table = actions.import_table(
                    head=found.head, rows=found.rows, by=identity.staff_of(request), now=clock.now()
                )
                return redirect("plan:national-table", table.id)
            except actions.ImportedAlready:
                found.problems.append(
                    ("#file", _("この表、または同じ日の同じ数の表は、もう取り込んであります。"))
                )
    context = {
        "here": "plan",
        "typed": request.POST,
        "figures": forms.FIGURES,
        "findings": [[str(line), column or "—", text] for line, column, text in found.findings[:200]],
        "problems": found.problems,
        "errors": by_field(found.problems),
    }
    return render(request, "plan/desk/national_new.html", context, status=422 if found.problems else 200)


@access.staff("office")
@require_GET
def table(request: HttpRequest, table_id: UUID) -> HttpResponse:
    """Our city among those of its size."""
    found = NationalTable.objects.filter(id=table_id).first()
    if found is None:
        raise Http404
    columns = ("city_code", "city_name", "population", "value", "numerator", "denominator")
    values = NationalValue.objects.filter(table=found).values_list(*columns)
    cities = [rules.City(*row) for row in values]
    code = settings.CITY_CODE
    place = rules.rank(cities, code)
    near = rules.peers(cities, code)
    context = {
        "here": "plan",
        "table": found,
        "count": len(cities),
        "place": place,
        "rows": [
            [
                {"text": c.name, "tag": "info"} if c.code == code else c.name,
                _counted(c.population),
                _counted(c.numerator),
                _counted(c.denominator),
                f"{texts.exactly(c.value)}{found.unit}",
            ]
            for c in near
        ],
    }
    return render(request, "plan/desk/national_table.html", context)


def _counted(number: float | None) -> str:
    return f"{number:,.10g}" if number is not None else "—"


@access.staff("office")
@require_http_methods(["GET", "POST"])
def cards(request: HttpRequest) -> HttpResponse:
    """Renewals of My Number cards by month from what was issued; nothing is stored."""
    problems: list[tuple[str, str]] = []
    findings: list[tuple[int, str, str]] = []
    loads: list[rules.Load] = []
    assumed = rules.Assumptions()
    if request.method == "POST":
        assumed, problems = _assumptions(request)
        upload = request.FILES.get("file")
        if upload is None or (upload.size or 0) > MOST_BYTES:
            problems.append(("#file", _("交付枚数のファイル（5MBまで）を選んでください。")))
        else:
            issued, findings = forms.read_issued(upload.read())
            if findings:
                words = {"count": len(findings)}
                problems.append(("#file", _("直すところが%(count)s件あります。") % words))
            elif not problems:
                since = clock.today().replace(day=1)
                loads = rules.renewals(issued, since=since, months=MONTHS, assumed=assumed)
    context: dict[str, Any] = {
        "here": "plan",
        "assumed": assumed,
        "loads": [
            [f"{n.month:%Y-%m}", *(f"{v:,}" for v in (n.certificates, n.cards, n.visits, n.counters))]
            for n in loads
        ],
        "most": max(loads, key=lambda n: n.visits, default=None),
        "findings": [[str(line), column, text] for line, column, text in findings[:200]],
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/cards.html", context, status=422 if problems else 200)


def _assumptions(request: HttpRequest) -> tuple[rules.Assumptions, list[tuple[str, str]]]:
    plain = rules.Assumptions()
    problems: list[tuple[str, str]] = []

    def number(name: str, default: int, low: int, high: int) -> int:
        found = read_whole(request.POST.get(name, ""), low, high)
        if found is not None:
            return found
        words = {"low": low, "high": high}
        problems.append((f"#{name}", _("%(low)sから%(high)sまでの整数で入力してください。") % words))
        return default

    share = number("share_at_counter", round(plain.share_at_counter * 100), 1, 100)
    found = rules.Assumptions(
        share_at_counter=share / 100,
        minutes_a_visit=number("minutes_a_visit", plain.minutes_a_visit, 1, 240),
        open_days=number("open_days", plain.open_days, 1, 31),
        minutes_a_day=number("minutes_a_day", plain.minutes_a_day, 30, 1440),
    )
    return found, problems
