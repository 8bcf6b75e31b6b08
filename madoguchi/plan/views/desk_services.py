"""The registry of digital services: the list, and the form of an entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.common import access, clock, desk_lists
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.identity.models import Staff
from madoguchi.japan.fiscal import fiscal_year, format_fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan import desk_service_entries as shared
from madoguchi.plan.actions import services as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.forms import desk_services as forms
from madoguchi.plan.models import DigitalService, Survey, UseEvidence
from madoguchi.plan.rules import services as rules
from madoguchi.plan.views.asking import posted_version

STATES = ("present", "evidence", "no_evidence", "ended", "all")


@access.staff(*shared.ROLES)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Entries by word, department, category and whether this year's evidence is there."""
    today = clock.today()
    text, state = desk_lists.searched(request), desk_lists.choice(request, "state", STATES)
    category = desk_lists.choice(request, "category", ("", *dict(forms.CATEGORIES)))
    page, pagination = desk_lists.paged(request, _found(text, state, category, request, today))
    departments = organization.all_departments(today)
    names = {d.code: d.name for d in departments}
    context = {
        "here": "achievements",
        "text": text,
        "state": state,
        "states": _state_words(),
        "category": category,
        "categories": forms.CATEGORIES,
        "department": request.GET.get("department", ""),
        "departments": list(names.items()),
        "rows": [_row(service, names, today) for service in page],
        "pagination": pagination,
        "csv": reverse("plan:services-csv") + desk_lists.address_with(request),
        "surveys": _open_surveys(identity.staff_of(request), today),
        "year": format_fiscal_year(fiscal_year(today)),
        "done": _done(request),
    }
    return render(request, "plan/desk/services.html", context)


@access.staff(*shared.ROLES)
@require_GET
def listing_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list as a file."""
    today = clock.today()
    found = _found(
        desk_lists.searched(request),
        desk_lists.choice(request, "state", STATES),
        desk_lists.choice(request, "category", ("", *dict(forms.CATEGORIES))),
        request,
        today,
    )
    header = [*actions.EDITABLE, "ended_on", "evidence_years", "id"]
    return list_response(request, kind, "digital-services", header, _lines(found))


def _lines(found: QuerySet[DigitalService]) -> Iterator[list[object]]:
    for service in found.iterator(chunk_size=500):
        values: list[object] = [getattr(service, name) for name in actions.EDITABLE]
        values[actions.EDITABLE.index("data_classes")] = ";".join(service.data_classes)
        years = ";".join(str(e.fiscal_year) for e in service.evidence.all())
        yield [*values, service.ended_on, years, service.id]


def _found(
    text: str, state: str, category: str, request: HttpRequest, today: date
) -> QuerySet[DigitalService]:
    evidence = UseEvidence.objects.filter(service=OuterRef("pk"), fiscal_year=fiscal_year(today))
    rows = DigitalService.objects.annotate(seen=Exists(evidence)).prefetch_related(
        Prefetch("evidence", UseEvidence.objects.order_by("fiscal_year"))
    )
    if text:
        rows = rows.filter(
            Q(city_service__contains=text) | Q(private_service__contains=text) | Q(provider__contains=text)
        )
    if category:
        rows = rows.filter(category=category)
    if department := request.GET.get("department", "")[:40]:
        rows = rows.filter(department_code=department)
    present = rows.not_ended(today)
    narrowed = {
        "present": present,
        "evidence": present.filter(seen=True),
        "no_evidence": present.filter(seen=False),
        "ended": rows.filter(ended_on__lt=today),
        "all": rows,
    }
    return narrowed[state].order_by("city_service", "private_service", "id")


@access.staff(*shared.ROLES)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add an entry."""
    staff = identity.staff_of(request)
    departments = shared.departments_for(staff)
    if request.method == "GET":
        return _show_form(request, {}, [], departments, [])
    values, problems = _read(request, departments)
    if not problems:
        try:
            service = actions.add_service(values=values, by=staff, now=clock.now())
        except actions.KnownAlready:
            problems = [("#city_service", _("同じ組み合わせが、もう登録されています。"))]
        else:
            return redirect(f"{reverse('plan:service', args=[service.id])}?done=added")
    chosen = request.POST.getlist("data_classes")
    return _show_form(request, request.POST, chosen, departments, problems)


@access.staff(*shared.ROLES)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Change an entry."""
    service = shared.service_or_404(service_id)
    staff = identity.staff_of(request)
    departments = shared.departments_for(staff, kept=service.department_code)
    if request.method == "GET":
        return _show_form(request, vars(service), service.data_classes, departments, [], service)
    values, problems = _read(request, departments)
    status = 0
    if not problems:
        try:
            actions.change_service(
                service=service, version=posted_version(request), values=values, by=staff, now=clock.now()
            )
        except NotAllowed:
            problems = [("#department_code", _("この部署のサービスは変更できません。"))]
        except actions.KnownAlready:
            problems = [("#city_service", _("同じ組み合わせが、もう登録されています。"))]
        except actions.EndsBeforeStart:
            problems = [("#started_on", _("使うのをやめた日より前の日を選んでください。"))]
        except actions.NotInUse:
            sentence = _(
                "この日より前に使った証拠があります。証拠を取り消すか、それより前の日を選んでください。"
            )
            problems = [("#started_on", sentence)]
        except ChangedMeanwhile:
            service, status = shared.service_or_404(service_id), 409
            sentence = _(
                "ほかの人が先に変更しました。内容を見くらべて、もう一度「保存する」を押してください。"
            )
            problems = [("#city_service", sentence)]
        else:
            return redirect(f"{reverse('plan:service', args=[service.id])}?done=changed")
    chosen = request.POST.getlist("data_classes")
    return _show_form(request, request.POST, chosen, departments, problems, service, status=status)


def _read(request: HttpRequest, departments: dict[str, str]) -> tuple[dict[str, Any], forms.Problems]:
    chosen = request.POST.getlist("data_classes")
    return forms.read(request.POST, chosen, departments, today=clock.today())


def _state_words() -> list[tuple[str, str]]:
    return [
        ("present", _("使っているもの")),
        ("evidence", _("今年度の証拠あり")),
        ("no_evidence", _("今年度の証拠なし")),
        ("ended", _("やめたもの")),
        ("all", _("すべて")),
    ]


def _row(service: DigitalService, names: dict[str, str], today: date) -> dict[str, Any]:
    address = reverse("plan:service", args=[service.id])
    missing = rules.findings(shared.plain(service), day=today, fiscal_year=fiscal_year(today))
    state = (_("要対応 %(n)s件") % {"n": len(missing)}, "warning") if missing else (_("問題なし"), "success")
    return {
        "href": address,
        "cells": [
            {"text": service.city_service, "href": address},
            {"text": service.private_service, "note": service.provider},
            names.get(service.department_code, service.department_code),
            service.started_on.isoformat(),
            {"text": state[0], "tag": state[1]},
        ],
    }


def _open_surveys(staff: Staff, today: date) -> list[tuple[str, str]]:
    own = organization.departments_of(staff, today)
    rows = Survey.objects.filter(answered_at=None, department_code__in=own)
    return [(reverse("plan:survey", args=[s.id]), format_fiscal_year(s.fiscal_year)) for s in rows]


def _show_form(
    request: HttpRequest,
    typed: Any,
    chosen: list[str],
    departments: dict[str, str],
    problems: forms.Problems,
    service: DigitalService | None = None,
    *,
    status: int = 0,
) -> HttpResponse:
    context = {
        "here": "achievements",
        "typed": forms.as_typed(typed),
        "chosen": chosen,
        "service": service,
        "departments": list(departments.items()),
        "categories": forms.CATEGORIES,
        "data_classes": forms.DATA_CLASSES,
        "problems": problems,
        "errors": by_field(problems),
    }
    template = "plan/desk/service_form.html"
    return render(request, template, context, status=status or (422 if problems else 200))


def _done(request: HttpRequest) -> str:
    words = {"answered": _("調査に回答しました。")}
    return words.get(request.GET.get("done", ""), "")
