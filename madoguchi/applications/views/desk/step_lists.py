"""What a department asked others for, what is late first; and lists of results or proposals on their way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from madoguchi.applications import desk_batches, desk_steps
from madoguchi.applications.actions import batches as actions
from madoguchi.applications.batches import Verdict
from madoguchi.applications.desk_queries import protections
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.external_rules import NEAR, TAKES_RESULTS
from madoguchi.applications.models import StepBatch, StepBatchItem, StepRequest
from madoguchi.applications.permissions import departments_seen
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, desk_lists
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras, jst
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.procedures import queries as procedures

ROLES = ("officer", "approver", "head")
HANDLES = ("officer", "head")
DUE = ("", "late", "near")
AT_ONCE = 500


def seen(request: HttpRequest) -> tuple[Staff, set[str]]:
    """Who looks, and the departments whose work they see."""
    staff = identity.staff_of(request)
    return staff, departments_seen(staff, today=clock.today())


def _found(request: HttpRequest, departments: set[str]) -> QuerySet[StepRequest]:
    today, due = clock.today(), desk_lists.choice(request, "due", DUE)
    found = StepRequest.objects.filter(
        state=StepRequest.State.ASKED,
        application__department_code__in=departments,
        application__status__in=TAKES_RESULTS,
    )
    if due == "late":
        found = found.filter(due_on__lt=today)
    elif due == "near":
        found = found.filter(due_on__gte=today, due_on__lte=today + NEAR)
    if step := request.GET.get("step", "")[:60]:
        found = found.filter(step_id=step)
    return found.select_related("application__holder").order_by("due_on", "id")


def _titles(departments: set[str]) -> dict[str, str]:
    """The steps of the procedures of these departments, by id."""
    return {
        step.id: step.title
        for offer in procedures.offers_of(departments)
        for step in offer.definition.workflow.external_steps
    }


def _lines(found: Sequence[StepRequest]) -> list[list[Any]]:
    """Lines of the list; of a protected case (支援措置) not whom was asked, which may tell where somebody lives."""
    today = clock.today()
    hidden = protections({one.application_id: one.application for one in found}.values(), today=today)
    return [_cells(one, hidden=one.application_id in hidden) for one in found]


def _cells(one: StepRequest, *, hidden: bool) -> list[Any]:
    definition = procedures.definition_of(one.application.procedure_version_id)
    step = definition.workflow.external_step(one.step_id)
    state, kind = desk_steps.state_of_request(one, today=clock.today())
    holder = one.application.holder
    return [
        {
            "text": grouped(one.application.receipt_number),
            "href": reverse("desk:case_step", args=[one.application_id, one.id]),
        },
        step.title if step else one.step_id,
        _("（支援措置）") if hidden else one.addressee,
        jst(one.asked_at, year=True),
        both_eras(one.due_on),
        {"text": state, "tag": kind},
        holder.display_name if holder else "―",
    ]


def _columns() -> list[str]:
    return [_("受付番号"), _("頼んだこと"), _("相手"), _("頼んだ日時"), _("期限"), _("状態"), _("担当者")]


@access.staff(*ROLES)
@require_GET
def steps(request: HttpRequest) -> HttpResponse:
    """What was asked for and has not come back."""
    staff, departments = seen(request)
    page, pagination = desk_lists.paged(request, _found(request, departments))
    _record(staff, "list:steps", len(page))
    context = {
        "here": "steps",
        "columns": _columns(),
        "rows": [{"cells": cells} for cells in _lines(list(page))],
        "pagination": pagination,
        "step": request.GET.get("step", ""),
        "step_choices": sorted(_titles(departments).items(), key=lambda one: one[1]),
        "due": desk_lists.choice(request, "due", DUE),
        "due_choices": [("late", _("期限を過ぎたもの")), ("near", _("3日以内に期限が来るもの"))],
        "csv": reverse("desk:steps_csv") + desk_lists.address_with(request),
        "batches": [
            (batch, batch_title(batch))
            for batch in _batches(departments).select_related("meeting", "disaster")[:10]
        ],
    }
    return render(request, "applications/desk/steps.html", context)


@access.staff(*ROLES)
@require_GET
def steps_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list, all pages, as a file."""
    staff, departments = seen(request)
    found = _found(request, departments)
    _record(staff, "list:steps", found.count(), purpose=kind)

    def rows() -> Iterator[list[object]]:
        rest = found.iterator(chunk_size=AT_ONCE)
        while part := list(islice(rest, AT_ONCE)):
            for cells in _lines(part):
                yield [cell["text"] if isinstance(cell, dict) else cell for cell in cells]

    return list_response(request, kind, f"steps-{clock.today():%Y%m%d}", _columns(), rows())


def _record(staff: Staff, subject: str, count: int, purpose: str = "list") -> None:
    audit.record_read(
        actor=staff.actor, subject=subject, now=clock.now(), purpose=purpose, detail={"count": count}
    )


# --- lists of results and proposals -----------------------------------------------------------------------


def _batches(departments: set[str]) -> QuerySet[StepBatch]:
    return StepBatch.objects.filter(department_code__in=departments).order_by("-at", "-id")


def batch_title(batch: StepBatch) -> str:
    """What a list is about."""
    about = batch.meeting.name if batch.meeting else batch.disaster.name if batch.disaster else ""
    kind = _("結果の取込み") if batch.kind == StepBatch.Kind.RESULTS else _("証明書などの一括起案")
    return f"{kind}　{about}"


def _batch(request: HttpRequest, batch_id: UUID) -> tuple[StepBatch, Staff]:
    """A list of a department this person sees. Raises `Http404`."""
    staff, departments = seen(request)
    batch = _batches(departments).select_related("meeting", "disaster", "by").filter(id=batch_id).first()
    if batch is None:
        raise Http404
    return batch, staff


def back_of(batch: StepBatch) -> str:
    """Where a list came from."""
    if batch.meeting_id:
        return reverse("desk:sitting", args=[batch.meeting_id])
    return reverse("desk:disaster", args=[batch.disaster_id])


@access.staff(*ROLES)
@require_GET
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """A list: what each line comes to; once begun, how far it is."""
    found, staff = _batch(request, batch_id)
    return _show_batch(request, found, staff)


def _show_batch(request: HttpRequest, found: StepBatch, staff: Staff, problem: str = "") -> HttpResponse:
    verdict = desk_lists.choice(request, "verdict", ("", *Verdict))
    items = StepBatchItem.objects.filter(batch=found).select_related("application").order_by("position")
    shown = items.filter(verdict=verdict) if verdict else items
    if request.GET.get("state") == StepBatchItem.State.REFUSED:
        shown = items.filter(state=StepBatchItem.State.REFUSED)
    page, pagination = desk_lists.paged(request, shown)
    _record(staff, f"batch:{found.id}", len(page))
    progress = desk_batches.progress(found)
    step = _step(found)
    context = {
        "here": "steps",
        "batch": found,
        "title": batch_title(found),
        "progress": progress,
        "total": sum(count for _verdict, count in progress.verdicts),
        "groups": [(name, desk_batches.short_words(name), count) for name, count in progress.verdicts],
        "verdict": verdict,
        "columns": [{"label": _("行"), "numeric": True}, *(_("番号"), _("内容"), _("どうなるか"), _("状態"))],
        "rows": [{"cells": _item_cells(item, step)} for item in page],
        "pagination": pagination,
        "back": back_of(found),
        "is_mine": found.by_id == staff.id,
        "problems": [("#main", problem)] if problem else [],
    }
    return render(request, "applications/desk/batch.html", context, status=409 if problem else 200)


def _step(found: StepBatch) -> Any:
    offer = procedures.current(found.procedure_id)
    return offer.definition.workflow.external_step(found.step_id) if offer else None


def _item_cells(item: StepBatchItem, step: Any) -> list[Any]:
    words, kind = desk_batches.state_words(item)
    number: Any = item.given
    if item.application is not None:
        shown = grouped(item.application.receipt_number)
        number = {"text": shown, "href": reverse("desk:case", args=[item.application_id])}
        if item.given not in (shown, item.application.receipt_number):
            number["note"] = _("（%(n)s番）") % {"n": item.given}
    sentence = desk_batches.verdict_words(item.verdict, item.detail)
    content = desk_batches.said_result(step, item.values)
    if item.batch.kind == StepBatch.Kind.PROPOSALS and item.verdict == Verdict.READY:
        content, sentence = item.detail, _("起案できます")
    if item.state == StepBatchItem.State.DONE:
        sentence = _("起案しました") if item.batch.kind == StepBatch.Kind.PROPOSALS else _("登録しました")
    if item.state == StepBatchItem.State.REFUSED:
        sentence = _("取り込む前に申請が変わったので、行いませんでした。申請を開いて確かめてください。")
    return [item.position, number, content or "―", sentence, {"text": words, "tag": kind}]


@access.staff(*ROLES)
@require_GET
def batch_file(request: HttpRequest, batch_id: UUID, kind: FileKind) -> HttpResponseBase:
    """All lines of a list with what became of them, as a file."""
    found, staff = _batch(request, batch_id)
    items = StepBatchItem.objects.filter(batch=found).select_related("application").order_by("position")
    _record(staff, f"batch:{found.id}", items.count(), purpose=kind)
    step = _step(found)

    def rows() -> Iterator[list[object]]:
        for item in items.iterator(chunk_size=500):
            item.batch = found
            cells = [cell["text"] if isinstance(cell, dict) else cell for cell in _item_cells(item, step)]
            yield [cells[0], item.given, cells[1], *cells[2:]]

    header = [_("行"), _("書かれた番号"), _("受付番号"), _("内容"), _("どうなるか"), _("状態")]
    return list_response(request, kind, f"list-{clock.today():%Y%m%d}", header, rows())


@access.staff(*HANDLES)
@require_POST
def batch_start(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Begin a list that was looked at."""
    return _close(request, batch_id, actions.start)


@access.staff(*HANDLES)
@require_POST
def batch_discard(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Leave a list aside."""
    return _close(request, batch_id, actions.discard)


def _close(request: HttpRequest, batch_id: UUID, act: Any) -> HttpResponse:
    found, staff = _batch(request, batch_id)
    try:
        act(batch=found, by=staff, now=clock.now())
    except ChangedMeanwhile:
        found.refresh_from_db()
        return _show_batch(request, found, staff, _("この一覧は、もう始めたか、やめてあります。"))
    except NotAllowed:
        return _show_batch(request, found, staff, _("この一覧を作った人だけが、始めたりやめたりできます。"))
    return redirect(reverse("desk:batch", args=[found.id]))
