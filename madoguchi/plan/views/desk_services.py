"""The registry of digital services: list, entry, evidence of a year, year-end survey."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.common import access, clock, desk_lists
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import csv_response
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.identity.models import Staff
from madoguchi.japan.fiscal import fiscal_year, format_fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.rules import Capability
from madoguchi.plan import desk_exchange as exchange
from madoguchi.plan.actions import services as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile, ReasonMissing, may_record
from madoguchi.plan.forms import desk_services as forms
from madoguchi.plan.forms.desk_values import read_day
from madoguchi.plan.models import DigitalService, Survey, UseEvidence
from madoguchi.plan.rules import services as rules
from madoguchi.plan.views.asking import posted_version

ROLES = ("officer", "head", "office")
STATES = ("present", "evidence", "no_evidence", "ended", "all")


@access.staff(*ROLES)
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


@access.staff(*ROLES)
@require_GET
def listing_csv(request: HttpRequest) -> HttpResponseBase:
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
    return csv_response("digital-services.csv", header, _lines(found))


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
    present = Q(ended_on=None) | Q(ended_on__gte=today)
    narrowed = {
        "present": present,
        "evidence": present & Q(seen=True),
        "no_evidence": present & Q(seen=False),
        "ended": Q(ended_on__lt=today),
        "all": Q(),
    }
    return rows.filter(narrowed[state]).order_by("city_service", "private_service", "id")


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add an entry."""
    staff = identity.staff_of(request)
    departments = _departments(staff)
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


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Change an entry."""
    service = _service(service_id)
    staff = identity.staff_of(request)
    departments = _departments(staff, kept=service.department_code)
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
        except ChangedMeanwhile:
            service, status = _service(service_id), 409
            sentence = _(
                "ほかの人が先に変更しました。内容を見くらべて、もう一度「保存する」を押してください。"
            )
            problems = [("#city_service", sentence)]
        else:
            return redirect(f"{reverse('plan:service', args=[service.id])}?done=changed")
    chosen = request.POST.getlist("data_classes")
    return _show_form(request, request.POST, chosen, departments, problems, service, status=status)


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """One entry with its findings and the evidence of each year; sending adds this year's."""
    service = _service(service_id)
    problems: forms.Problems = []
    if request.method == "POST":
        evidence, problems = forms.read_evidence(request.POST, clock.today())
        if evidence is not None:
            try:
                actions.add_evidence(
                    service=service, evidence=evidence, by=identity.staff_of(request), now=clock.now()
                )
            except actions.KnownAlready:
                problems = [("#seen_on", _("この年度の証拠は、もう登録されています。"))]
            except actions.NotInUse:
                problems = [("#seen_on", _("使い始めた日から、使うのをやめた日までの日を選んでください。"))]
            except ChangedMeanwhile:
                sentence = _("ほかの人が先に変更しました。内容を確かめて、もう一度登録してください。")
                return _show(request, _service(service_id), [("#seen_on", sentence)], status=409)
            except NotAllowed:
                problems = [("#seen_on", _("この部署のサービスは変更できません。"))]
            else:
                return redirect(f"{reverse('plan:service', args=[service.id])}?done=evidence")
    return _show(request, service, problems)


@access.staff(*ROLES)
@require_POST
def end(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Say that a service is used no longer."""
    service = _service(service_id)
    text = request.POST.get("last_day", "")
    try:
        last_day = read_day(text)
        if last_day is None:
            return _show(request, service, [("#last_day", _("使うのをやめた日を選んでください。"))])
        actions.end_service(
            service=service,
            version=posted_version(request),
            last_day=last_day,
            by=identity.staff_of(request),
            now=clock.now(),
        )
    except actions.EndsBeforeStart:
        sentence = _("使い始めた日よりあとの日を選んでください。")
        return _show(request, _service(service_id), [("#last_day", sentence)])
    except NotAllowed:
        return _show(request, service, [("#last_day", _("この部署のサービスは変更できません。"))])
    except ChangedMeanwhile:
        sentence = _("ほかの人が先に変更しました。内容を確かめて、もう一度押してください。")
        return _show(request, _service(service_id), [("#last_day", sentence)], status=409)
    return redirect(f"{reverse('plan:service', args=[service.id])}?done=ended")


@access.staff(*ROLES)
@require_POST
def withdraw_evidence(request: HttpRequest, service_id: UUID, year: int) -> HttpResponse:
    """Take the evidence of a fiscal year back."""
    service = _service(service_id)
    found = service.evidence.filter(fiscal_year=year).first()
    reason = request.POST.get("reason", "")
    try:
        if found is not None:  # pressed twice: it is gone
            actions.withdraw_evidence(
                evidence=found, reason=reason, by=identity.staff_of(request), now=clock.now()
            )
    except ReasonMissing:
        return _show(request, service, [(f"#reason-{year}", _("取り消す理由を入力してください。"))])
    except NotAllowed:
        return _show(request, service, [(f"#reason-{year}", _("この部署のサービスは変更できません。"))])
    except ChangedMeanwhile:
        pass
    return redirect(f"{reverse('plan:service', args=[service.id])}?done=withdrawn")


@access.staff(*ROLES)
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
    evidence = UseEvidence.objects.filter(service=OuterRef("pk"), fiscal_year=found.fiscal_year)
    rows = DigitalService.objects.filter(department_code=found.department_code, ended_on=None)
    context = {
        "here": "achievements",
        "survey": found,
        "year": format_fiscal_year(found.fiscal_year),
        "department": organization.departments([found.department_code]).get(found.department_code),
        "rows": [
            [
                {
                    "text": f"{s.city_service} × {s.private_service}",
                    "href": reverse("plan:service", args=[s.id]),
                },
                {"text": _("証拠あり"), "tag": "success"}
                if s.seen
                else {"text": _("まだありません"), "tag": "warning"},
            ]
            for s in rows.annotate(seen=Exists(evidence)).order_by("city_service")
        ],
        "is_late": found.answered_at is None and found.answer_by_on < today,
        "remark": request.POST.get("remark", found.remark),
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/survey.html", context, status=422 if problems else 200)


@access.staff(*ROLES)
@require_GET
def listing_yaml(request: HttpRequest) -> HttpResponse:
    """All services in use, as YAML in the manner of publiccode.yml."""
    rows = DigitalService.objects.filter(ended_on=None).order_by("city_service", "private_service")
    response = HttpResponse(exchange.as_yaml(rows), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="digital-services.yml"'
    return response


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Import a CSV or YAML file: with faults nothing of it is taken."""
    staff = identity.staff_of(request)
    context: dict[str, Any] = {"here": "achievements", "problems": [], "findings": [], "counts": None}
    if request.method == "GET":
        return render(request, "plan/desk/services_import.html", context)
    entries, findings = _read_file(request, _departments(staff))
    if findings:
        sentence = _("直すところが%(count)s件あるため、1件も取り込んでいません。") % {"count": len(findings)}
        context |= {
            "problems": [("#file", sentence)],
            "findings": [[str(f.line), f.column or "—", f.sentence] for f in findings[:200]],
        }
        return render(request, "plan/desk/services_import.html", context, status=422)
    try:
        context["counts"] = actions.import_services(entries=entries, by=staff, now=clock.now())
    except (NotAllowed, actions.KnownAlready, ChangedMeanwhile):
        sentence = _("取り込みの途中でほかの変更と重なりました。一覧を確かめて、もう一度取り込んでください。")
        context["problems"] = [("#file", sentence)]
        return render(request, "plan/desk/services_import.html", context, status=409)
    return render(request, "plan/desk/services_import.html", context)


def _read_file(
    request: HttpRequest, departments: dict[str, str]
) -> tuple[list[dict[str, Any]], list[exchange.Finding]]:
    upload = request.FILES.get("file")
    if upload is None:
        return [], [exchange.Finding(1, "", _("取り込むファイルを選んでください。"))]
    data = upload.read()
    is_yaml = (upload.name or "").lower().endswith((".yml", ".yaml"))
    return (exchange.read_yaml if is_yaml else exchange.read_rows)(data, departments)


def _read(request: HttpRequest, departments: dict[str, str]) -> tuple[dict[str, Any], forms.Problems]:
    return forms.read(request.POST, request.POST.getlist("data_classes"), departments)


def _service(service_id: UUID) -> DigitalService:
    found = DigitalService.objects.filter(id=service_id).first()
    if found is None:
        raise Http404
    return found


def _departments(staff: Staff, *, kept: str = "") -> dict[str, str]:
    today = clock.today()
    everything = organization.has_capability(staff, Capability.MANAGE_PLAN, today)
    own = organization.departments_of(staff, today)
    found = {d.code: d.name for d in organization.all_departments(today) if everything or d.code in own}
    if kept and kept not in found and kept in own:
        found[kept] = kept
    return found


def _plain(service: DigitalService) -> rules.Service:
    return rules.Service(
        data_classes=service.data_classes,
        privacy_checked_on=service.privacy_checked_on,
        security_checked_on=service.security_checked_on,
        review_on=service.review_on,
        exit_plan=service.exit_plan,
        evidence_years={e.fiscal_year for e in service.evidence.all()},
        started_on=service.started_on,
        ended_on=service.ended_on,
    )


def _finding_words() -> dict[str, str]:
    return {
        "no_privacy_check": _("個人情報を渡していますが、プライバシーの確認がまだです。"),
        "no_security_check": _("セキュリティの確認がまだです。"),
        "review_due": _("見直しの日を過ぎています。"),
        "no_exit_plan": _("やめるときの手順が書かれていません。"),
        "no_evidence": _("今年度に使った証拠がまだないため、数に入っていません。"),
    }


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
    missing = rules.findings(_plain(service), day=today, fiscal_year=fiscal_year(today))
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


def _show(
    request: HttpRequest, service: DigitalService, problems: forms.Problems, *, status: int = 0
) -> HttpResponse:
    today = clock.today()
    year = fiscal_year(today)
    try:
        may_record(identity.staff_of(request), service.department_code, today)
        may_change = service.ended_on is None
    except NotAllowed:
        may_change = False
    words = _finding_words()
    recorded = list(service.evidence.order_by("-fiscal_year"))
    department = organization.departments([service.department_code]).get(service.department_code)
    context = {
        "here": "achievements",
        "service": service,
        "department": department.name if department else service.department_code,
        "category": dict(forms.CATEGORIES).get(service.category, ""),
        "data": [str(dict(forms.DATA_CLASSES)[one]) for one in service.data_classes],
        "findings": [words[code] for code in rules.findings(_plain(service), day=today, fiscal_year=year)],
        "evidence": [
            [format_fiscal_year(e.fiscal_year), e.seen_on.isoformat(), f"{e.users:,}", e.reference]
            for e in recorded
        ],
        "recorded": [(e.fiscal_year, format_fiscal_year(e.fiscal_year)) for e in recorded],
        "typed": request.POST,
        "year": format_fiscal_year(year),
        "may_change": may_change,
        "done": _done(request),
        "problems": problems,
        "errors": by_field(problems),
    }
    template = "plan/desk/service.html"
    return render(request, template, context, status=status or (422 if problems else 200))


def _done(request: HttpRequest) -> str:
    words = {
        "added": _("登録しました。"),
        "changed": _("保存しました。"),
        "ended": _("使うのをやめた日を記録しました。"),
        "evidence": _("証拠を登録しました。この年度の数に入りました。"),
        "withdrawn": _("証拠を取り消しました。この年度の数から除きました。"),
        "answered": _("調査に回答しました。"),
    }
    return words.get(request.GET.get("done", ""), "")
