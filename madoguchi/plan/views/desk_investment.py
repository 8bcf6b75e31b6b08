"""The investment view: systems, when they fall due, what speaks against the plan's rules of finance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.japan.fiscal import format_fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.plan import texts
from madoguchi.plan.actions import systems as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.definition import Plan
from madoguchi.plan.forms import desk_systems as forms
from madoguchi.plan.models import SystemAsset
from madoguchi.plan.queries import figures
from madoguchi.plan.rules import finance
from madoguchi.plan.views.asking import asked, posted_version

Values = Mapping[tuple[str, date], float | None]  # by indicator and day


@access.staff("office")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Findings first, then the calendar of renewals and every system."""
    ask = asked(request)
    rows = list(SystemAsset.objects.order_by("renewal_on", "name"))
    plain = [_plain(row) for row in rows]
    names = {row.id: row.name for row in rows}
    found = finance.findings(plain, day=ask.day)
    context = {
        "here": "plan",
        "plan": ask.plan,
        "ask": ask,
        "findings": [
            [
                {"text": names[f.system_id], "href": reverse("plan:system", args=[f.system_id])},
                _rule_words()[f.rule],
                _code_words()[f.code] % {"other": f.other},
            ]
            for f in found
        ],
        "calendar": [
            [format_fiscal_year(year), f"{count}", f"{cost:,}円"]
            for year, count, cost in finance.calendar(plain, day=ask.day)
        ],
        "rows": _rows(rows, ask.plan, ask.day),
    }
    return render(request, "plan/desk/investment.html", context)


@access.staff("office")
@require_GET
def page_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """All systems as a file."""
    rows = SystemAsset.objects.order_by("renewal_on", "name").values_list("id", *actions.EDITABLE)
    return list_response(request, kind, "systems", ["id", *actions.EDITABLE], rows)


@access.staff("office")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, system_id: UUID | None = None) -> HttpResponse:
    """Add a system, or change one."""
    ask = asked(request)
    row = _system(system_id) if system_id else None
    departments = {d.code: d.name for d in organization.all_departments(clock.today())}
    if row is not None:
        departments.setdefault(row.department_code, row.department_code)
    problems: forms.Problems = []
    status = 0
    typed = forms.as_typed(request.POST if request.method == "POST" else vars(row) if row else {})
    if request.method == "POST":
        values, problems = forms.read(
            request.POST,
            departments=departments,
            measures={m.id for m in ask.plan.measures},
            indicators={i.id for i in ask.plan.indicators},
        )
        if not problems:
            who: dict[str, Any] = {"by": identity.staff_of(request), "now": clock.now()}
            try:
                if row is None:
                    actions.add_system(values=values, **who)
                else:
                    actions.change_system(system=row, version=posted_version(request), values=values, **who)
                return redirect("plan:investment")
            except ChangedMeanwhile:
                assert row is not None
                row, status = _system(row.id), 409
                sentence = _(
                    "ほかの人が先に変更しました。内容を見くらべて、もう一度「保存する」を押してください。"
                )
                problems = [("#name", sentence)]
    context = {
        "here": "plan",
        "row": row,
        "typed": typed,
        "departments": list(departments.items()),
        "measures": [(m.id, f"{m.id} {m.title}") for m in ask.plan.measures],
        "indicators": [(i.id, i.title.ja) for i in ask.plan.indicators],
        "problems": problems,
        "errors": by_field(problems),
    }
    template = "plan/desk/system_form.html"
    return render(request, template, context, status=status or (422 if problems else 200))


def _system(system_id: UUID) -> SystemAsset:
    found = SystemAsset.objects.filter(pk=system_id).first()
    if found is None:
        raise Http404
    return found


def _plain(row: SystemAsset) -> finance.System:
    return finance.System(
        id=row.id,
        name=row.name,
        purpose=row.purpose,
        renewal_on=row.renewal_on,
        planned_on=row.planned_on,
        renewal_cost_yen=row.renewal_cost_yen,
        yearly_cost_yen=row.yearly_cost_yen,
        national_deadline_on=row.national_deadline_on,
        national_support=row.national_support,
        uses_national_trial=row.uses_national_trial,
        ended_on=row.ended_on,
        introduced_on=row.introduced_on,
        deadline_met_on=row.deadline_met_on,
    )


def _rows(rows: Sequence[SystemAsset], plan: Plan, day: date) -> list[list[Any]]:
    """The systems; the values their effects need are asked for once."""
    spans = {row.id: _span(row, plan, day) for row in rows}
    days = [(plan.indicator(r.indicator_id), on) for r in rows if (span := spans[r.id]) for on in span]
    values = figures.values(plan, days)
    return [_row(row, plan, values, spans[row.id]) for row in rows]


def _row(row: SystemAsset, plan: Plan, values: Values, span: tuple[date, date] | None) -> list[Any]:
    return [
        {"text": row.name, "href": reverse("plan:system", args=[row.id]), "note": row.purpose},
        row.renewal_on.isoformat() if row.renewal_on else "—",
        row.planned_on.isoformat() if row.planned_on else "—",
        f"{row.yearly_cost_yen:,}円",
        f"{row.renewal_cost_yen:,}円" if row.renewal_cost_yen is not None else "—",
        _deadline(row),
        {"text": row.national_support or "—", "note": _("使っている") if row.uses_national_trial else ""},
        _effect(row, plan, values, span),
    ]


def _deadline(row: SystemAsset) -> Any:
    if row.national_deadline_on is None:
        return "—"
    met = _("%(day)s対応済み") % {"day": row.deadline_met_on.isoformat()} if row.deadline_met_on else ""
    return {"text": row.national_deadline_on.isoformat(), "note": met}


def _span(row: SystemAsset, plan: Plan, day: date) -> tuple[date, date] | None:
    """From its introduction to its end or `day`, within the plan; None where there is nothing to compare."""
    if row.indicator_id not in {i.id for i in plan.indicators}:
        return None
    if plan.indicator(row.indicator_id).is_yearly:  # begins at 0 each April: two days do not compare
        return None
    end = plan.day_within(min(day, row.ended_on or date.max))
    return (row.introduced_on, end) if plan.starts_on <= row.introduced_on < end else None


def _effect(row: SystemAsset, plan: Plan, values: Values, span: tuple[date, date] | None) -> Any:
    """How far the indicator moved while it was in use, for a million yen of yearly cost paid meanwhile."""
    if not row.indicator_id:
        return _("算出できません（指標が決まっていません）")
    if row.indicator_id not in {i.id for i in plan.indicators}:
        return _("算出できません（この計画にない指標です）")
    indicator = plan.indicator(row.indicator_id)
    if indicator.is_yearly:
        return _("算出できません（年度ごとに数え直す指標は、前後の差を取れません）")
    if span is None:
        return _("算出できません（計画の期間の外に入れたもの）")
    then, now = (values[indicator.id, on] for on in span)
    years = (span[1] - span[0]).days / 365.25
    change = now - then if now is not None and then is not None else None
    cost_yen = round(row.yearly_cost_yen * years)
    effect = finance.effect_per_million_yen(change=change, cost_yen=cost_yen)
    if effect is None or change is None:
        return _("算出できません（費用か値がありません）")
    unit = indicator.unit.ja
    words = {"title": indicator.title.ja, "value": f"{texts.roughly(effect)}{unit}"}
    how = {
        "from": span[0].isoformat(),
        "until": span[1].isoformat(),
        "change": f"{texts.roughly(change)}{unit}",
        "cost": f"{cost_yen:,}円",
    }
    return {
        "text": _("%(title)s %(value)s／100万円") % words,
        "note": _("%(from)sから%(until)sまでに%(change)s変わり、%(cost)sかかりました") % how,
    }


def _rule_words() -> dict[str, str]:
    return {
        "renewal": _("1 更新の時期"),
        "deadline": _("2 国の期限"),
        "trial": _("3 国の支援・実証"),
        "duplicate": _("重複"),
    }


def _code_words() -> dict[str, str]:
    return {
        "renewed_too_early": _(
            "更新の時期より1年以上早く更新する予定です。二重の投資にならないか確かめてください。"
        ),
        "renewed_too_late": _("更新の時期を過ぎてから更新する予定です。"),
        "renewal_not_planned": _(
            "更新の時期が近づいていますが、予定がありません。予算に間に合うように決めてください。"
        ),
        "plan_overdue": _(
            "予定の日を過ぎています。更新したときは次の更新の時期を入れて予定を消し、まだのときは新しい予定を入れてください。"
        ),
        "deadline_missed": _(
            "国の期限を過ぎています。対応を終えたときはその日を、まだのときは予定を入力してください。"
        ),
        "deadline_not_planned": _(
            "国の期限が近づいていますが、予定がありません。期限に間に合うように決めてください。"
        ),
        "deadline_ahead_of_plan": _("国の期限のあとに更新する予定です。"),
        "trial_not_used": _("使える国の支援・実証がありますが、使っていません。"),
        "same_purpose": _("「%(other)s」と同じ使いみちです。1つにできないか確かめてください。"),
    }
