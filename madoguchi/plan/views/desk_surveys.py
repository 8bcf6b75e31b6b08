"""The year-end survey (年度末調査) of digital services."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.japan.fiscal import format_fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan import desk_service_entries as shared
from madoguchi.plan.actions import services as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.forms import desk_services as forms
from madoguchi.plan.models import DigitalService, Survey, UseEvidence


@access.staff(*shared.ROLES)
@require_http_methods(["GET", "POST"])
def survey(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """The year-end survey of a department: its services and what is still missing."""
    found = Survey.objects.filter(id=survey_id).first()
    if found is None:
        raise Http404
    problems: forms.Problems = []
    if request.method == "POST":
        try:
            actions.answer_survey(
                survey=found,
                remark=request.POST.get("remark", ""),
                by=identity.staff_of(request),
                now=clock.now(),
            )
        except NotAllowed:
            problems = [("#remark", _("この部署の調査には答えられません。"))]
        except ChangedMeanwhile:
            problems = [("#remark", _("この調査は、もう回答済みです。"))]
        else:
            return redirect(f"{reverse('plan:services')}?done=answered")
    today = clock.today()
    seen = set(UseEvidence.objects.filter(fiscal_year=found.fiscal_year).values_list("service_id", flat=True))
    in_use = DigitalService.objects.in_use(clock.tokyo_date(found.issued_at))
    rows = in_use.filter(department_code=found.department_code).order_by("city_service")
    context = {
        "here": "achievements",
        "survey": found,
        "year": format_fiscal_year(found.fiscal_year),
        "department": organization.departments([found.department_code]).get(found.department_code),
        "rows": [
            [
                {
                    "text": f"{s.city_service} × {s.private_service}",
                    "href": f"{reverse('plan:service', args=[s.id])}?year={found.fiscal_year}",
                },
                {"text": _("証拠あり"), "tag": "success"}
                if s.id in seen
                else {"text": _("まだありません"), "tag": "warning"},
            ]
            for s in rows
        ],
        "is_late": found.answered_at is None and found.answer_by_on < today,
        "remark": request.POST.get("remark", found.remark),
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/survey.html", context, status=422 if problems else 200)
