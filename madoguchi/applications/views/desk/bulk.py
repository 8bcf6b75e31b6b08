"""One thing done to many cases: chosen from the list, looked at, done, undone; each with its result per case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import desk_bulk
from madoguchi.applications import desk_queries as desk
from madoguchi.applications.actions import bulk
from madoguchi.applications.desk_filters import read_filters
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.models import BulkItem, BulkRun
from madoguchi.applications.permissions import HANDLES, departments_seen
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, desk_lists
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import jst
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures

ROLES = ("officer", "head")
LONGEST_REASON = 2000
Problems = list[tuple[str, str]]


@access.staff(*ROLES)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The bulk runs of this person, newest first."""
    rows = BulkRun.objects.filter(by=identity.staff_of(request)).order_by("-created_at", "-id")
    page, pagination = desk_lists.paged(request, rows)
    acts, states = desk_bulk.act_words(), desk_bulk.state_words()
    context = {
        "here": "desk",
        "rows": [
            [
                {"text": jst(run.created_at, year=True), "href": reverse("desk:bulk_run", args=[run.id])},
                acts[run.act],
                states[run.state],
            ]
            for run in page
        ],
        "pagination": pagination,
    }
    return render(request, "applications/desk/bulk_list.html", context)


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What to do with the cases of a list; sending only has them looked at."""
    staff, now = identity.staff_of(request), clock.now()
    today = clock.tokyo_date(now)
    filters = read_filters(request.GET)
    seen = departments_seen(staff, today=today)
    cases = desk.in_tab(desk.seen_cases(seen, filters, staff=staff, today=today), filters.tab, staff=staff)
    problems: Problems = []
    if request.method == "POST":
        wanted, problems = _wanted(request, seen)
        if wanted is not None:
            found = desk.ordered(cases, filters.sort, filters.tab, found=bool(filters.find))
            chosen = list(found.values_list("id", "version")[: bulk.MOST + 1])
            try:
                run = bulk.prepare(cases=chosen, wanted=wanted, by=staff, now=now)
                return redirect("desk:bulk_run", run.id)
            except bulk.TooManyCases:
                problems = [("#act", _too_many(len(chosen)))]
            except NotAllowed:
                problems = [("#act", _("一括処理は、審査担当か所属長が行います。"))]
    handled = organization.departments_of(staff, today, HANDLES)
    context = {
        "here": "desk",
        "count": cases.values("id")[: bulk.MOST + 1].count(),
        "most": bulk.MOST,
        "query": filters.address(),
        "acts": list(desk_bulk.act_words().items()),
        "colleagues": [(str(p.id), p.display_name) for p in organization.staff_handling(handled, today)],
        "decisions": desk_bulk.decision_choices(handled),
        "typed": request.POST,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "applications/desk/bulk_new.html", context, status=422 if problems else 200)


def _too_many(count: int) -> str:
    if count == 0:
        return _("対象の申請がありません。受付一覧で条件を選び直してください。")
    return _("一度に処理できるのは%(most)s件までです。受付一覧で条件を絞ってください。") % {
        "most": f"{bulk.MOST:,}"
    }


def _wanted(request: HttpRequest, departments: set[str]) -> tuple[bulk.Wanted | None, Problems]:
    act = request.POST.get("act", "")
    if act not in desk_bulk.act_words():
        return None, [("#act", _("行うことを選んでください。"))]
    if act == bulk.Act.HAND_OVER:
        chosen = request.POST.get("to", "")
        to = next((p for p in _colleagues(departments) if str(p.id) == chosen), None)
        if chosen != "nobody" and to is None:
            return None, [("#to", _("渡す相手を選んでください。"))]
        return bulk.Wanted(act, to=to), []
    if act == bulk.Act.PROPOSE:
        kind, reason = request.POST.get("kind", ""), request.POST.get("reason", "").strip()
        if kind not in dict(desk_bulk.decision_choices(departments)):
            return None, [("#kind", _("決定の内容を選んでください。"))]
        if len(reason) > LONGEST_REASON:
            return None, [
                ("#reason", _("理由は%(most)s文字以内で書いてください。") % {"most": LONGEST_REASON})
            ]
        return bulk.Wanted(act, kind=kind, reason=reason), []
    return bulk.Wanted(act), []


def _colleagues(departments: set[str]) -> list[Staff]:
    return organization.staff_handling(departments, clock.today())


@access.staff(*ROLES)
@require_GET
def page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Where a run stands, and what became or would become of each case."""
    return _show(request, _run(request, run_id))


@access.staff(*ROLES)
@require_POST
def step(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Do it, leave it, or undo it."""
    run = _run(request, run_id)
    who: dict[str, Any] = {"run": run, "by": identity.staff_of(request), "now": clock.now()}
    steps = {"start": bulk.start, "drop": bulk.drop, "undo": bulk.undo}
    chosen = steps.get(request.POST.get("step", ""))
    if chosen is None:
        raise Http404
    try:
        chosen(**who)
    except bulk.TooLate:
        sentence = _("取り消せる時間を過ぎています。申請を1件ずつ開いて直してください。")
        return _show(request, run, [("#steps", sentence)], status=422)
    except (NotAllowed, ChangedMeanwhile):
        sentence = _("状態が変わっています。いまの状態を確かめてください。")
        return _show(request, _run(request, run_id), [("#steps", sentence)], status=409)
    return redirect("desk:bulk_run", run.id)


@access.staff(*ROLES)
@require_GET
def page_file(request: HttpRequest, run_id: UUID, kind: FileKind) -> HttpResponseBase:
    """Each case with its result, as a file."""
    run = _run(request, run_id)
    _record(request, run, BulkItem.objects.filter(run=run).count())
    header = [_("受付番号"), _("手続"), _("結果"), _("わけ")]
    return list_response(request, kind, "bulk", header, _lines(run))


def _lines(run: BulkRun) -> Iterator[list[object]]:
    states, why = desk_bulk.item_words(), desk_bulk.why_words()
    items = BulkItem.objects.filter(run=run).select_related("application").order_by("position")
    for item in items.iterator(chunk_size=500):
        case = item.application
        name = str(procedures.definition_of(case.procedure_version_id).current_name)
        yield [grouped(case.receipt_number), name, states[item.state][0], why[item.why]]


def _run(request: HttpRequest, run_id: UUID) -> BulkRun:
    """A run of this person. Raises `Http404`."""
    found = (
        BulkRun.objects.filter(id=run_id, by=identity.staff_of(request)).select_related("by", "to").first()
    )
    if found is None:
        raise Http404
    return found


def _record(request: HttpRequest, run: BulkRun, shown: int) -> None:
    audit.record_read(
        actor=identity.staff_of(request).actor,
        subject=f"bulk:{run.id}",
        now=clock.now(),
        purpose="bulk",
        detail={"count": shown},
    )


def _show(
    request: HttpRequest, run: BulkRun, problems: Problems | None = None, status: int = 200
) -> HttpResponse:
    states, why = desk_bulk.item_words(), desk_bulk.why_words()
    counts = desk_bulk.counts_of(run)
    wanted = desk_lists.choice(request, "state", ("", *states))
    rows = BulkItem.objects.filter(run=run).select_related("application").order_by("position")
    items, pagination = desk_lists.paged(request, rows.filter(state=wanted) if wanted else rows)
    _record(request, run, len(items))
    total = sum(one.cases for one in counts)
    open_states = {"checking": "waiting", "running": "allowed", "undoing": "done"}
    left = sum(one.cases for one in counts if one.state == open_states.get(run.state))
    context = {
        "here": "desk",
        "run": run,
        "act": desk_bulk.act_words()[run.act],
        "state": desk_bulk.state_words()[run.state],
        "is_working": run.state in open_states,
        "done_so_far": total - left,
        "total": total,
        "allowed": sum(one.cases for one in counts if one.state == "allowed"),
        "counts": [
            [
                {"text": states[one.state][0], "tag": states[one.state][1]},
                f"{one.cases:,}",
                why[one.why] or "—",
            ]
            for one in counts
        ],
        "choices": [(key, label) for key, (label, _tag) in states.items()],
        "wanted": wanted,
        "rows": [_row(item, states, why) for item in items],
        "pagination": pagination,
        "may_undo": bulk.may_be_undone(run, clock.now()),
        "undo_until": run.ended_at + bulk.UNDO_TIME if run.ended_at else None,
        "problems": problems or [],
    }
    return render(request, "applications/desk/bulk_run.html", context, status=status)


def _row(item: BulkItem, states: dict[str, tuple[str, str]], why: dict[str, str]) -> list[Any]:
    case = item.application
    label, tag = states[item.state]
    return [
        {"text": grouped(case.receipt_number), "href": reverse("desk:case", args=[case.id])},
        str(procedures.definition_of(case.procedure_version_id).current_name),
        {"text": label, "tag": tag},
        why[item.why] or "—",
    ]
