"""Handing approved cases over to core systems: what waits, batches, their files, answers."""

from __future__ import annotations

import tempfile
import zipfile
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import desk_handover as desk
from madoguchi.applications.actions import handover as actions
from madoguchi.applications.actions import handover_answer as answering
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.handover_reading import newly_protected
from madoguchi.applications.models import Handover, HandoverAnswer, HandoverBatch, HandoverFile
from madoguchi.applications.permissions import departments_handled, departments_seen
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock
from madoguchi.common.desk_lists import address_with, paged
from madoguchi.common.files.configured import configured
from madoguchi.common.files.store import CHUNK_BYTES, StorageError, chunks_of
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import jst
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.identity.models import Staff

SEES = ("officer", "approver", "head")
HANDLES = ("officer", "head")
LARGEST_ANSWER = 10_000_000
SUBJECT = "list:handover"
SHOWN_FILES = 100
Problems = list[tuple[str, str]]


def _departments(request: HttpRequest) -> set[str]:
    return departments_seen(identity.staff_of(request), today=clock.today())


def _handled(staff: Staff) -> set[str]:
    return departments_handled(staff, today=clock.today())


def _looked(request: HttpRequest, subject: str, **detail: Any) -> None:
    staff = identity.staff_of(request)
    audit.record_read(actor=staff.actor, subject=subject, now=clock.now(), purpose="handover", detail=detail)


# --- what waits ------------------------------------------------------------------------------------------


@access.staff(*SEES)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What each procedure hands over and how its cases stand, and the batches."""
    return _overview(request)


def _overview(request: HttpRequest, problems: Problems | None = None) -> HttpResponse:
    staff, seen = identity.staff_of(request), _departments(request)
    handled = _handled(staff)
    page, pagination = paged(request, desk.batches(seen))
    labels, called = desk.batch_labels(), desk.titles()
    words = {"made": _("受け渡しファイルの作成を始めました。できあがると下の一覧に出ます。")}
    context = {
        "here": "handover",
        "targets": [
            {
                "target": target,
                "waiting": target.counts.get(Handover.State.WAITING, 0),
                "counts": _counts(target),
                "may_make": target.department_code in handled,
            }
            for target in desk.targets(seen)
        ],
        "columns": [
            _("番号"),
            _("手続"),
            {"label": _("件数"), "numeric": True},
            _("状態"),
            _("作成した人"),
            _("日時"),
        ],
        "rows": [{"cells": _batch_cells(batch, labels, called)} for batch in page],
        "pagination": pagination,
        "done": words.get(request.GET.get("done", ""), ""),
        "problems": problems or [],
    }
    return render(request, "applications/desk/handover.html", context, status=409 if problems else 200)


def _counts(target: desk.Target) -> list[dict[str, Any]]:
    address = reverse("desk:handover_cases")
    return [
        {
            "label": label,
            "kind": desk.STATE_KINDS[Handover.State(state)],
            "count": target.counts[state],
            "href": f"{address}?procedure={target.procedure_id}&state={state}",
        }
        for state, label in desk.state_labels().items()
        if target.counts.get(state)
    ]


def _batch_cells(batch: HandoverBatch, labels: dict[str, str], called: dict[str, str]) -> list[Any]:
    kinds = {"making": "info", "ready": "success", "taken_back": "neutral", "empty": "warning"}
    return [
        {"text": batch.number, "href": reverse("desk:handover_batch", args=[batch.id])},
        called.get(batch.procedure_id, batch.procedure_id),
        batch.cases,
        {
            "text": labels[batch.state],
            "tag": kinds[batch.state],
            "note": _("支援措置") if batch.protected_case_id else "",
        },
        batch.asked_by.display_name,
        jst(batch.asked_at, year=True),
    ]


@access.staff(*HANDLES)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Take everything of a procedure that waits into a file; the worker writes it."""
    try:
        actions.make_batches(
            procedure_id=request.POST.get("procedure", "")[:80],
            department_code=request.POST.get("department", "")[:40],
            by=identity.staff_of(request),
            now=clock.now(),
        )
    except actions.NothingWaiting:
        return _overview(request, [("#main", _("受け渡しを待っている申請は、いまありません。"))])
    except NotAllowed:
        raise Http404 from None
    return redirect(f"{reverse('desk:handover')}?done=made")


@access.staff(*SEES)
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """The cases on their way, by state; by number, never by name."""
    filters = desk.read_filters(request)
    page, pagination = paged(request, desk.cases(_departments(request), filters))
    rows = list(page)
    _looked(request, SUBJECT, count=len(rows), state=filters.state)
    labels, called = desk.state_labels(), desk.titles()
    protected = desk.protected_among(rows, clock.today())
    context = {
        "here": "handover",
        "filters": filters,
        "states": [
            {"label": _("すべて"), "href": address_with(request, state=""), "current": not filters.state}
        ]
        + [
            {
                "label": label,
                "href": address_with(request, state=state),
                "current": state == filters.state,
            }
            for state, label in labels.items()
        ],
        "columns": [_("受付番号"), _("手続"), _("状態"), _("日時"), _("ファイル"), _("理由")],
        "rows": [{"cells": _case_cells(row, labels, called, protected)} for row in rows],
        "pagination": pagination,
        "csv": f"{reverse('desk:handover_cases_csv')}{address_with(request)}",
    }
    return render(request, "applications/desk/handover_cases.html", context)


def _case_cells(
    row: Handover, labels: dict[str, str], called: dict[str, str], protected: set[str]
) -> list[Any]:
    hidden = subject_of(row.application_id) in protected
    return [
        {
            "text": grouped(row.application.receipt_number),
            "href": reverse("desk:handover_case", args=[row.application_id]),
        },
        called.get(row.procedure_id, row.procedure_id),
        {"text": labels[row.state], "tag": desk.STATE_KINDS[Handover.State(row.state)]},
        jst(row.since, year=True),
        row.batch.number if row.batch else "―",
        _("支援措置（担当者に確認してください）") if hidden and row.reason else row.reason or "―",
    ]


@access.staff(*SEES)
@require_GET
def cases_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list as a file for a spreadsheet, all pages, streamed."""
    rows = desk.cases(_departments(request), desk.read_filters(request))
    _looked(request, SUBJECT, count=rows.count(), act=kind)
    header = [_("受付番号"), _("手続"), _("状態"), _("その状態になった日"), _("ファイル"), _("理由")]
    today = clock.today()
    return list_response(request, kind, f"handover-{today:%Y%m%d}", header, desk.file_lines(rows, today))


# --- batches ---------------------------------------------------------------------------------------------


@access.staff(*SEES)
@require_GET
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One batch: its files, how its cases stand, what one may do with it."""
    return _batch(request, _found(request, batch_id))


def _batch(request: HttpRequest, found: HandoverBatch, problem: str = "", status: int = 409) -> HttpResponse:
    staff = identity.staff_of(request)
    labels = desk.state_labels()
    tally = dict(Handover.objects.filter(batch=found).values_list("state").annotate(n=Count("id")).order_by())
    files = desk.files_of(found)
    words = {
        "back": _("取り消しました。取り込まれていない申請は、受け渡し待ちにもどりました。"),
        "again": _("同じファイルを、もう一度受け渡しフォルダーに置きます。"),
    }
    context = {
        "here": "handover",
        "batch": found,
        "title": desk.title_of(found.procedure_id),
        "label": desk.batch_labels()[found.state],
        "files": files[:SHOWN_FILES],
        "all_files": len(files),
        "counts": [(label, tally[state]) for state, label in labels.items() if state in tally],
        "is_newly_protected": newly_protected(found, clock.today()),
        "may_handle": found.department_code in _handled(staff),
        "has_folder": bool(settings.HANDOVER_FOLDER),
        "case_url": (
            reverse("desk:handover_case", args=[found.protected_case_id]) if found.protected_case_id else ""
        ),
        "done": words.get(request.GET.get("done", ""), ""),
        "problems": [("#main", problem)] if problem else [],
    }
    return render(
        request, "applications/desk/handover_batch.html", context, status=status if problem else 200
    )


@access.staff(*HANDLES)
@require_POST
def take_back(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Take a batch back; a second press, or somebody faster, changes nothing and is told."""
    found = _found(request, batch_id)
    typed = request.POST.get("version", "")
    try:
        actions.take_back(
            batch=found,
            version=int(typed) if typed.isdecimal() and len(typed) < 9 else 0,
            by=identity.staff_of(request),
            now=clock.now(),
        )
    except (ChangedMeanwhile, NotAllowed):
        found.refresh_from_db()
        return _batch(request, found, _("この間に状態が変わっています。いまの状態を確かめてください。"))
    return redirect(f"{reverse('desk:handover_batch', args=[batch_id])}?done=back")


@access.staff(*HANDLES)
@require_POST
def again(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Put the same files into the drop folder once more."""
    found = _found(request, batch_id)
    try:
        actions.drop_again(batch=found, by=identity.staff_of(request), now=clock.now())
    except actions.FilesErased:
        sentence = _("ファイルの保存期間が終わっています。申請ごとに、もう一度受け渡し待ちにしてください。")
        return _batch(request, found, sentence)
    except actions.SinceProtected:
        sentence = _("この中の方に、あとから支援措置が設定されました。取り消して、作り直してください。")
        return _batch(request, found, sentence)
    except NotAllowed:
        return _batch(request, found, _("作成済みのファイルだけを、もう一度渡せます。"))
    return redirect(f"{reverse('desk:handover_batch', args=[batch_id])}?done=again")


@access.staff(*HANDLES)
@require_GET
def download(request: HttpRequest, batch_id: UUID, file_id: UUID) -> HttpResponseBase:
    """One file, as it goes to the core system: who took it is on the record."""
    found = _takeable(request, batch_id)
    file = HandoverFile.objects.filter(id=file_id, batch=found, erased_at=None).first()
    if file is None:
        raise Http404
    return file_response(request, file, subject=f"handover:{found.id}")


def file_response(request: HttpRequest, file: HandoverFile, *, subject: str) -> HttpResponseBase:
    """A file to be saved, recorded before it leaves."""
    store, _scanner = configured()
    try:
        stream = store.open(file.digest)
    except StorageError:
        return render(request, "applications/desk/handover_away.html", {"here": "handover"}, status=503)
    _looked(request, subject, file=str(file.id), digest=file.digest, count=file.cases)
    kind = "application/json" if file.name.endswith(".json") else "text/csv"
    response = FileResponse(stream, as_attachment=True, filename=file.name, content_type=kind)
    response["Cache-Control"] = "no-store"
    return response


@access.staff(*HANDLES)
@require_GET
def download_all(request: HttpRequest, batch_id: UUID) -> HttpResponseBase:
    """All files of a batch in one archive, written to disk piece by piece."""
    found = _takeable(request, batch_id)
    files = [file for file in desk.files_of(found) if file.erased_at is None]
    if not files:
        raise Http404
    _looked(request, f"handover:{found.id}", files=len(files), count=sum(file.cases for file in files))
    store, _scanner = configured()
    target = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                with store.open(file.digest) as stream, archive.open(file.name, "w") as entry:
                    for piece in chunks_of(stream):
                        entry.write(piece)
    except StorageError:
        target.close()
        return render(request, "applications/desk/handover_away.html", {"here": "handover"}, status=503)
    target.seek(0)
    response = FileResponse(target, as_attachment=True, filename=f"{found.procedure_id}-{found.number}.zip")
    response["Cache-Control"] = "no-store"
    response.block_size = CHUNK_BYTES
    return response


def _found(request: HttpRequest, batch_id: UUID) -> HandoverBatch:
    """A batch of a department this person works for. Raises `Http404`."""
    found = desk.batches(_departments(request)).filter(id=batch_id).first()
    if found is None:
        raise Http404
    return found


def _takeable(request: HttpRequest, batch_id: UUID) -> HandoverBatch:
    """A batch whose files may be taken away here: nobody in it is protected, and it was not taken back."""
    found = _found(request, batch_id)
    may = found.department_code in _handled(identity.staff_of(request))
    ready = found.state == HandoverBatch.State.READY and found.protected_case_id is None
    if not may or not ready or newly_protected(found, clock.today()):
        raise Http404
    return found


# --- answers ---------------------------------------------------------------------------------------------


@access.staff(*HANDLES)
@require_http_methods(["GET", "POST"])
def answers(request: HttpRequest) -> HttpResponse:
    """Read the answer of a core system."""
    staff = identity.staff_of(request)
    choices = [
        (f"{target.department_code}/{target.procedure_id}", f"{target.title}（{target.export.target}）")
        for target in desk.targets(_handled(staff))
    ]
    chosen = request.POST.get("target", choices[0][0] if len(choices) == 1 else "")
    problems: Problems = []
    if request.method == "POST":
        answer, problems = _read_answer(request, staff, chosen, {key for key, _label in choices})
        if answer is not None:
            return redirect("desk:handover_answer", answer_id=answer.id)
    past = HandoverAnswer.objects.filter(department_code__in=_departments(request)).select_related("by")
    page, pagination = paged(request, past.order_by("-at", "-id"))
    called = desk.titles()
    context = {
        "here": "handover",
        "choices": choices,
        "chosen": chosen,
        "columns": [
            _("日時"),
            _("手続"),
            _("読み込んだ人"),
            {"label": _("取込済み"), "numeric": True},
            {"label": _("エラー"), "numeric": True},
            {"label": _("確認が必要な行"), "numeric": True},
        ],
        "rows": [
            {
                "cells": [
                    {
                        "text": jst(row.at, year=True),
                        "href": reverse("desk:handover_answer", args=[row.id]),
                    },
                    called.get(row.procedure_id, row.procedure_id),
                    row.by.display_name,
                    row.acknowledged,
                    row.refused,
                    len(row.findings),
                ]
            }
            for row in page
        ],
        "pagination": pagination,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(
        request, "applications/desk/handover_answers.html", context, status=422 if problems else 200
    )


def _read_answer(
    request: HttpRequest, staff: Staff, chosen: str, allowed: set[str]
) -> tuple[HandoverAnswer | None, Problems]:
    problems: Problems = []
    if chosen not in allowed:
        problems.append(("#target", _("どの手続の結果かを選んでください。")))
    file = request.FILES.get("answer")
    if file is None:
        problems.append(("#answer", _("結果のファイルを選んでください。")))
    elif (file.size or 0) > LARGEST_ANSWER:
        problems.append(("#answer", _("ファイルが大きすぎます。10MBまでに分けてください。")))
    if problems or file is None:
        return None, problems
    department_code, _slash, procedure_id = chosen.partition("/")
    try:
        answer = answering.take_answer(
            content=file.read(),
            procedure_id=procedure_id,
            department_code=department_code,
            by=staff,
            now=clock.now(),
        )
    except answering.UnreadableTable as error:
        sentence = _("%(line)s行目：%(sentence)s") % {"line": error.line, "sentence": error.sentence}
        return None, [("#answer", sentence)]
    except answering.TooManyRows:
        sentence = _("行が多すぎます。%(most)s行までに分けてください。") % {"most": answering.MOST_ROWS}
        return None, [("#answer", sentence)]
    except answering.NothingInIt:
        return None, [("#answer", _("ファイルが空です。結果の入ったファイルを選んでください。"))]
    return answer, []


@access.staff(*SEES)
@require_GET
def answer(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """What was taken over from an answer, and each line that was not."""
    found = (
        HandoverAnswer.objects.filter(id=answer_id, department_code__in=_departments(request))
        .select_related("by")
        .first()
    )
    if found is None:
        raise Http404
    _looked(request, f"handover-answer:{found.id}", count=len(found.findings))
    labels = desk.finding_labels()
    context = {
        "here": "handover",
        "answer": found,
        "unanswered": Handover.objects.filter(
            department_code=found.department_code,
            procedure_id=found.procedure_id,
            state=Handover.State.SENT,
        ).count(),
        "title": desk.title_of(found.procedure_id),
        "columns": [{"label": _("行"), "numeric": True}, _("番号"), _("確認すること")],
        "rows": [{"cells": [line, number or "―", labels[code]]} for line, number, code in found.findings],
    }
    return render(request, "applications/desk/handover_answer.html", context)
