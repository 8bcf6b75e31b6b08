"""One digital service: what is to be seen to, the evidence of each year, its last day."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.japan.fiscal import fiscal_year, format_fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan import desk_service_entries as shared
from madoguchi.plan.actions import services as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile, ReasonMissing, may_record
from madoguchi.plan.forms import desk_services as forms
from madoguchi.plan.forms.desk_values import read_day
from madoguchi.plan.models import DigitalService
from madoguchi.plan.rules import services as rules
from madoguchi.plan.views.asking import posted_version


@access.staff(*shared.ROLES)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """One entry with its findings and the evidence of each year; sending adds this year's."""
    service = shared.service_or_404(service_id)
    problems: forms.Problems = []
    if request.method == "POST":
        evidence, problems = forms.read_evidence(request.POST, clock.today())
        if evidence is not None:
            try:
                actions.add_evidence(
                    service=service, evidence=evidence, by=identity.staff_of(request), now=clock.now()
                )
            except actions.KnownAlready:
                problems = [("#fiscal_year", _("この年度の証拠は、もう登録されています。"))]
            except actions.NotInUse:
                sentence = _(
                    "その年度に使った証拠になりません。年度のうちに確かめたときは使っていた日を、"
                    "年度が終わってから確かめたときはその日を入力してください。"
                )
                problems = [("#seen_on", sentence)]
            except ChangedMeanwhile:
                sentence = _("ほかの人が先に変更しました。内容を確かめて、もう一度登録してください。")
                return _show(request, shared.service_or_404(service_id), [("#seen_on", sentence)], status=409)
            except NotAllowed:
                problems = [("#seen_on", _("この部署のサービスは変更できません。"))]
            else:
                return redirect(f"{reverse('plan:service', args=[service.id])}?done=evidence")
    return _show(request, service, problems)


@access.staff(*shared.ROLES)
@require_POST
def end(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Say that a service is used no longer."""
    service = shared.service_or_404(service_id)
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
        return _show(request, service, [("#last_day", sentence)])
    except actions.NotInUse:
        sentence = _(
            "この日よりあとに使った証拠があります。証拠を取り消すか、証拠の日からあとの日を選んでください。"
        )
        return _show(request, service, [("#last_day", sentence)])
    except actions.KnownAlready:
        sentence = _("同じ組み合わせの別の登録と、使った期間が重なります。重ならない日を選んでください。")
        return _show(request, service, [("#last_day", sentence)])
    except NotAllowed:
        return _show(request, service, [("#last_day", _("この部署のサービスは変更できません。"))])
    except ChangedMeanwhile:
        sentence = _("ほかの人が先に変更しました。内容を確かめて、もう一度押してください。")
        return _show(request, shared.service_or_404(service_id), [("#last_day", sentence)], status=409)
    return redirect(f"{reverse('plan:service', args=[service.id])}?done=ended")


@access.staff(*shared.ROLES)
@require_POST
def withdraw_evidence(request: HttpRequest, service_id: UUID, year: int) -> HttpResponse:
    """Take the evidence of a fiscal year back."""
    service = shared.service_or_404(service_id)
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


def _show(
    request: HttpRequest, service: DigitalService, problems: forms.Problems, *, status: int = 0
) -> HttpResponse:
    today = clock.today()
    year = fiscal_year(today)
    try:
        may_record(identity.staff_of(request), service.department_code, today)
        may_record_use, may_change = True, not rules.is_after(today, service.ended_on)
    except NotAllowed:
        may_record_use = may_change = False
    words = shared.finding_words()
    told = {e.fiscal_year for e in service.evidence.all()}
    years = [(y, format_fiscal_year(y)) for y in _years_of_use(service, year) if y not in told]
    recorded = list(service.evidence.order_by("-fiscal_year"))
    department = organization.departments([service.department_code]).get(service.department_code)
    context = {
        "here": "achievements",
        "service": service,
        "department": department.name if department else service.department_code,
        "category": dict(forms.CATEGORIES).get(service.category, ""),
        "data": [str(dict(forms.DATA_CLASSES)[one]) for one in service.data_classes],
        "findings": [
            words[code] for code in rules.findings(shared.plain(service), day=today, fiscal_year=year)
        ],
        "evidence": [
            [format_fiscal_year(e.fiscal_year), e.seen_on.isoformat(), f"{e.users:,}", e.reference]
            for e in recorded
        ],
        "recorded": [(e.fiscal_year, format_fiscal_year(e.fiscal_year)) for e in recorded],
        "typed": request.POST,
        "years": years,
        "chosen_year": _chosen_year(request, [year for year, _name in years]),
        "may_record_use": may_record_use,
        "may_change": may_change,
        "done": _done(request),
        "problems": problems,
        "errors": by_field(problems),
    }
    template = "plan/desk/service.html"
    return render(request, template, context, status=status or (422 if problems else 200))


def _years_of_use(service: DigitalService, year: int) -> list[int]:
    """The fiscal years in which the service was used so far, the newest first."""
    last = min(year, fiscal_year(service.ended_on)) if service.ended_on else year
    return list(range(last, fiscal_year(service.started_on) - 1, -1))


def _chosen_year(request: HttpRequest, years: list[int]) -> int | str:
    """The year that was typed, that a survey asks for, or the newest."""
    asked = request.POST.get("fiscal_year") or request.GET.get("year", "")
    return next((year for year in years if str(year) == asked), years[0] if years else "")


def _done(request: HttpRequest) -> str:
    words = {
        "added": _("登録しました。"),
        "changed": _("保存しました。"),
        "ended": _("使うのをやめた日を記録しました。"),
        "evidence": _("証拠を登録しました。この年度の数に入りました。"),
        "withdrawn": _("証拠を取り消しました。この年度の数から除きました。"),
    }
    return words.get(request.GET.get("done", ""), "")
