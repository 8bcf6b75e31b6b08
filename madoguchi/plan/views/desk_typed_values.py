"""Typed values: the list with what the facts say beside each, typing one, taking one back."""

from __future__ import annotations

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
from madoguchi.japan.kana import narrow_ascii
from madoguchi.plan import texts
from madoguchi.plan.actions import typed_values as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.forms.desk_meetings import read_day
from madoguchi.plan.models import TypedValue
from madoguchi.plan.queries import figures, plans
from madoguchi.plan.views.asking import asked

Problems = list[tuple[str, str]]


@access.staff("office")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """All typed values of a plan; sending the form adds one."""
    ask = asked(request)
    problems: Problems = []
    if request.method == "POST":
        problems = _type(request, ask.plan.id, {i.id for i in ask.plan.indicators})
        if not problems:
            return redirect(f"{reverse('plan:typed-values')}?done=typed&plan={ask.plan.id}")
    rows = TypedValue.objects.filter(plan_id=ask.plan.id).order_by("-on", "indicator_id")
    words = {"typed": _("登録しました。"), "withdrawn": _("取り消しました。計算した値にもどりました。")}
    context = {
        "here": "plan",
        "plan": ask.plan,
        "rows": [_row(row) for row in rows],
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


def _type(request: HttpRequest, plan_id: str, indicators: set[str]) -> Problems:
    problems: Problems = []
    indicator = request.POST.get("indicator_id", "")
    if indicator not in indicators:
        problems.append(("#indicator_id", _("指標を選んでください。")))
    on = read_day(request.POST.get("on", ""))
    if on is None:
        problems.append(("#on", _("いつの値かを選んでください。")))
    elif on > clock.today():
        problems.append(("#on", _("先の日付の値は登録できません。")))
    value = _number(request.POST.get("value", ""))
    if value is None:
        problems.append(("#value", _("値を数で入力してください。")))
    reason = request.POST.get("reason", "").strip()
    if not reason:
        sentence = _("計算した値を使わない理由を入力してください。公開の画面にも表示されます。")
        problems.append(("#reason", sentence))
    if problems or on is None or value is None:
        return problems
    try:
        actions.type_value(
            plan_id=plan_id,
            indicator_id=indicator,
            on=on,
            value=value,
            reason=reason[:1000],
            by=identity.staff_of(request),
            now=clock.now(),
        )
    except ChangedMeanwhile:
        return [("#on", _("この日の値は、もう登録されています。先に取り消してください。"))]
    return []


def _row(row: TypedValue) -> dict[str, Any]:
    plan = plans.plan(row.plan_id)
    indicator = plan.indicator(row.indicator_id)
    computed = figures.figure(plan, indicator, row.on).computed
    return {
        "id": row.id,
        "title": indicator.title.ja,
        "on": row.on,
        "value": texts.with_unit(indicator, row.value, "ja"),
        "computed": texts.with_unit(indicator, computed, "ja"),
        "reason": row.reason,
        "withdrawn": row.withdrawn_at is not None,
    }


def _number(text: str) -> float | None:
    try:
        value = float(narrow_ascii(text).replace(",", "").replace("−", "-").strip())
    except ValueError:
        return None
    return value if abs(value) < 1e12 else None
