"""Typed values: the list with what the facts say beside each, typing one, taking one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.plan import texts
from madoguchi.plan.actions import typed_values as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.definition import Indicator, Plan
from madoguchi.plan.forms.desk_values import read_day, read_number
from madoguchi.plan.models import TypedValue
from madoguchi.plan.queries import figures, plans
from madoguchi.plan.views.asking import asked

Problems = list[tuple[str, str]]
LONGEST_REASON = 1000


@access.staff("office")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """All typed values of a plan; sending the form adds one."""
    ask = asked(request)
    problems: Problems = []
    if request.method == "POST":
        problems = _type(request, ask.plan)
        if not problems:
            return redirect(f"{reverse('plan:typed-values')}?done=typed&plan={ask.plan.id}")
    rows = TypedValue.objects.filter(plan_id=ask.plan.id).order_by("-on", "indicator_id")
    words = {"typed": _("登録しました。"), "withdrawn": _("取り消しました。計算した値にもどりました。")}
    context = {
        "here": "plan",
        "plan": ask.plan,
        "rows": _rows(list(rows)),
        "indicators": [(i.id, f"{i.measure_id} {i.title}") for i in ask.plan.indicators],
        "typed": request.POST,
        "done": words.get(request.GET.get("done", ""), ""),
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "plan/desk/typed_values.html", context, status=422 if problems else 200)


@access.staff("office")
@require_POST
def withdraw(request: HttpRequest, value_id: UUID) -> HttpResponse:
    """Let the computed value stand again."""
    row = TypedValue.objects.filter(id=value_id).first()
    if row is None:
        raise Http404
    try:
        actions.withdraw_value(typed=row, by=identity.staff_of(request), now=clock.now())
    except ChangedMeanwhile:
        pass  # pressed twice: it is withdrawn
    return redirect(f"{reverse('plan:typed-values')}?done=withdrawn&plan={row.plan_id}")


def _type(request: HttpRequest, plan: Plan) -> Problems:
    problems: Problems = []
    indicators = {i.id for i in plan.indicators}
    indicator = request.POST.get("indicator_id", "")
    if indicator not in indicators:
        problems.append(("#indicator_id", _("指標を選んでください。")))
    on = read_day(request.POST.get("on", ""))
    if on is None:
        problems.append(("#on", _("いつの値かを選んでください。")))
    elif on > clock.today():
        problems.append(("#on", _("先の日付の値は登録できません。")))
    elif not plan.starts_on <= on <= plan.ends_on:
        days = {"first": plan.starts_on.isoformat(), "last": plan.ends_on.isoformat()}
        problems.append(("#on", _("計画の期間（%(first)sから%(last)sまで）の日を選んでください。") % days))
    value = read_number(request.POST.get("value", ""))
    if value is None:
        problems.append(("#value", _("値を数で入力してください。")))
    reason = request.POST.get("reason", "").strip()
    if not reason:
        sentence = _("計算した値を使わない理由を入力してください。公開の画面にも表示されます。")
        problems.append(("#reason", sentence))
    elif len(reason) > LONGEST_REASON:
        problems.append(("#reason", _("%(most)s文字以内で入力してください。") % {"most": LONGEST_REASON}))
    if value is not None and indicator in indicators and not _is_possible(plan.indicator(indicator), value):
        problems.append(("#value", _("この指標ではとれない値です。単位を確かめてください。")))
    if problems or on is None or value is None:
        return problems
    try:
        actions.type_value(
            plan=plan,
            indicator_id=indicator,
            on=on,
            value=value,
            reason=reason,
            by=identity.staff_of(request),
            now=clock.now(),
        )
    except ChangedMeanwhile:
        return [("#on", _("この日の値は、もう登録されています。先に取り消してください。"))]
    return []


def _rows(rows: Sequence[TypedValue]) -> list[dict[str, Any]]:
    """Each with what was computed for its day, asked for once a plan."""
    computed: dict[tuple[str, str, date], float | None] = {}
    known = {plan_id: plans.plan(plan_id) for plan_id in {row.plan_id for row in rows}}
    for plan_id, plan in known.items():
        wanted = [
            (plan.indicator(r.indicator_id), plan.day_within(r.on)) for r in rows if r.plan_id == plan_id
        ]
        computed |= {(plan_id, *place): value for place, value in figures.values(plan, wanted).items()}
    return [_row(row, known[row.plan_id], computed) for row in rows]


def _row(row: TypedValue, plan: Plan, known: Mapping[tuple[str, str, date], float | None]) -> dict[str, Any]:
    indicator = plan.indicator(row.indicator_id)
    computed = known[row.plan_id, row.indicator_id, plan.day_within(row.on)]
    return {
        "id": row.id,
        "title": indicator.title.ja,
        "on": row.on,
        "value": texts.with_unit(indicator, row.value, "ja"),
        "computed": texts.with_unit(indicator, computed, "ja"),
        "reason": row.reason,
        "withdrawn": row.withdrawn_at is not None,
    }


def _is_possible(indicator: Indicator, value: float) -> bool:
    """Only sums can be below nought (work that became longer); nothing is above what there is at most."""
    return (value >= 0 or indicator.kind == "sum") and (indicator.most is None or value <= indicator.most)
