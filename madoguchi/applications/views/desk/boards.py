"""Sittings of boards (審査会): set down, put cases on the agenda, print it, enter the results on a page or from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import batches, desk_batches
from madoguchi.applications import desk_boards as desk
from madoguchi.applications.actions import batches as batch_actions
from madoguchi.applications.actions import boards as actions
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.external_queries import departments_of
from madoguchi.applications.external_rules import TAKES_RESULTS
from madoguchi.applications.models import Application, BoardMeeting, Status, StepBatch
from madoguchi.applications.permissions import handles_department
from madoguchi.applications.views.desk.papers import inline_pdf
from madoguchi.applications.views.desk.step_lists import HANDLES, ROLES, batch_title, seen
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, desk_lists
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity.models import Staff
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.procedures.definition import ExternalStep
from madoguchi.procedures.kinds.base import CleanContext

LONGEST_NAME, LONGEST_PLACE, MOST_MEMBERS = 120, 200, 100
NUMBER = "番号"


@dataclass(frozen=True, slots=True)
class Typed:
    """A sitting as it was typed, and what is wrong with it."""

    board: str
    name: str
    held_on: str
    place: str
    members: str
    with_names: bool
    day: date | None = None
    count: int = 0
    errors: Mapping[str, str] | None = None


def _read(data: QueryDict, boards: Sequence[str]) -> Typed:
    name, place = " ".join(data.get("name", "").split()), " ".join(data.get("place", "").split())
    typed_day, members = data.get("held_on", "").strip(), data.get("members", "").strip()
    errors: dict[str, str] = {}
    if data.get("board", "") not in boards:
        errors["board"] = _("どの審査会かを選んでください。")
    if not name:
        errors["name"] = _("合議体などの名前を入力してください。")
    elif len(name) > LONGEST_NAME:
        errors["name"] = _("名前は%(most)s文字までにしてください。") % {"most": LONGEST_NAME}
    day: date | None = None
    try:
        day = parse_date(typed_day)
    except DateError:
        errors["held_on"] = _("開催日を「2026年11月23日」のように入力してください。")
    if len(place) > LONGEST_PLACE:
        errors["place"] = _("場所は%(most)s文字までにしてください。") % {"most": LONGEST_PLACE}
    count = int(members) if members.isdecimal() and len(members) < 4 else 0
    if not 1 <= count <= MOST_MEMBERS:
        errors["members"] = _("委員の人数を1から%(most)sまでの数字で入力してください。") % {
            "most": MOST_MEMBERS
        }
    return Typed(
        data.get("board", ""), name, typed_day, place, members, "with_names" in data, day, count, errors
    )


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def boards(request: HttpRequest) -> HttpResponse:
    """The sittings of this person's departments, newest first; and a form for another."""
    staff, departments = seen(request)
    known = {
        f"{procedure}/{step.id}": (procedure, code, step)
        for procedure, code, step in desk.board_steps(departments)
    }
    typed = Typed(next(iter(known), ""), "", "", "", "", False)
    if request.method == "POST":
        typed = _read(request.POST, list(known))
        errors = dict(typed.errors or {})
        if not errors and typed.day is not None:
            procedure, code, step = known[typed.board]
            if not handles_department(staff, code, today=clock.today(), procedure_id=procedure):
                errors["board"] = _("審査会は、その部署の審査担当か所属長が作ります。")
            else:
                try:
                    meeting = actions.hold_meeting(
                        procedure_id=procedure,
                        step_id=step.id,
                        department_code=code,
                        name=typed.name,
                        held_on=typed.day,
                        place=typed.place,
                        members=typed.count,
                        with_names=typed.with_names,
                        by=staff,
                        now=clock.now(),
                    )
                    return redirect(reverse("desk:sitting", args=[meeting.id]))
                except actions.MeetingThere:
                    errors["name"] = _("同じ日に、同じ名前の審査会があります。")
    else:
        errors = {}
    found = BoardMeeting.objects.filter(department_code__in=departments).order_by("-held_on", "-id")
    page, pagination = desk_lists.paged(request, found)
    context = {
        "here": "steps",
        "typed": typed,
        "board_choices": [(key, step.title) for key, (_procedure, _code, step) in known.items()],
        "rows": [_meeting_cells(meeting, known) for meeting in page],
        "columns": [_("開催日"), _("名前"), _("審査会"), _("場所"), {"label": _("委員"), "numeric": True}],
        "pagination": pagination,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/boards.html", context, status=422 if errors else 200)


def _meeting_cells(meeting: BoardMeeting, known: Mapping[str, Any]) -> list[Any]:
    board = known.get(f"{meeting.procedure_id}/{meeting.step_id}")
    return [
        {"text": both_eras(meeting.held_on), "href": reverse("desk:sitting", args=[meeting.id])},
        meeting.name,
        board[2].title if board else meeting.step_id,
        meeting.place or "―",
        meeting.members,
    ]


def _meeting(request: HttpRequest, meeting_id: UUID) -> tuple[BoardMeeting, ExternalStep, Staff]:
    """A sitting of a department this person sees. Raises `Http404`."""
    staff, departments = seen(request)
    meeting = BoardMeeting.objects.filter(id=meeting_id, department_code__in=departments).first()
    step = desk.step_of(meeting) if meeting is not None else None
    if meeting is None or step is None:
        raise Http404
    return meeting, step, staff


def _handles(staff: Staff, meeting: BoardMeeting) -> bool:
    """Whether this person handles the cases of the sitting, also as the successor of its department."""
    today, procedure_id = clock.today(), meeting.procedure_id
    return handles_department(staff, meeting.department_code, today=today, procedure_id=procedure_id)


def _record(staff: Staff, meeting: BoardMeeting, count: int, purpose: str) -> None:
    audit.record_read(
        actor=staff.actor,
        subject=f"meeting:{meeting.id}",
        now=clock.now(),
        purpose=purpose,
        detail={"count": count},
    )


@access.staff(*ROLES)
@require_GET
def board(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """A sitting: its agenda and results, and the cases that could be put on it."""
    meeting, step, staff = _meeting(request, meeting_id)
    return _show(request, meeting, step, staff)


def _show(
    request: HttpRequest, meeting: BoardMeeting, step: ExternalStep, staff: Staff, problem: str = ""
) -> HttpResponse:
    today = clock.today()
    rows = desk.agenda(meeting, step, today=today)
    handles = _handles(staff, meeting)
    candidates = desk.candidates(meeting) if handles else []
    _record(staff, meeting, len(rows) + len(candidates), "agenda")
    context = {
        "here": "steps",
        "meeting": meeting,
        "step": step,
        "handles": handles,
        "agenda_columns": [_("番号"), _("受付番号"), _("前の段階の結果など"), _("判定")],
        "agenda": [_agenda_cells(row) for row in rows],
        "open": sum(row.request.state == "asked" for row in rows),
        "candidates": [
            (str(case.id), grouped(case.receipt_number), both_eras(case.due_on) if case.due_on else "―")
            for case in candidates
        ],
        "batches": [
            (batch, batch_title(batch))
            for batch in meeting.batches.select_related("meeting", "disaster").order_by("-at")[:5]
        ],
        "done": _done(request.GET.get("done", ""), request.GET.get("left", "")),
        "problems": [("#cases", problem)] if problem else [],
    }
    return render(request, "applications/desk/board.html", context, status=422 if problem else 200)


def _agenda_cells(row: desk.AgendaRow) -> dict[str, Any]:
    case = row.application
    number = {
        "text": grouped(case.receipt_number),
        "href": reverse("desk:case_step", args=[case.id, row.request.id]),
    }
    facts = "　".join(f"{label}：{text}" for label, text in row.facts)
    words = _("まだ") if case.status in TAKES_RESULTS else str(Status(case.status).label)
    result: Any = row.result or {"text": words, "tag": "neutral"}
    return {"cells": [row.item.number, number, facts, result]}


def _done(what: str, left: str) -> str:
    sentences = {
        "added": _("次第に載せました。"),
        "changed": _("審査会の内容を変えました。"),
    }
    sentence = sentences.get(what, "")
    if sentence and left.isdecimal() and len(left) < 5 and int(left):
        sentence += _("%(n)s件は、ほかの職員が先に変更したので載せられませんでした。") % {"n": left}
    return sentence


@access.staff(*HANDLES)
@require_POST
def add(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Put the chosen cases on the agenda."""
    meeting, step, staff = _meeting(request, meeting_id)
    if not _handles(staff, meeting):
        raise Http404
    chosen = [one for one in map(_uuid, request.POST.getlist("cases")) if one is not None]
    if not chosen:
        return _show(request, meeting, step, staff, _("次第に載せる申請を選んでください。"))
    codes = departments_of(meeting.department_code, meeting.procedure_id)
    cases = Application.objects.filter(id__in=chosen, department_code__in=codes)
    put, left = actions.put_on_agenda(
        meeting=meeting, applications=cases.order_by("due_on", "filed_at"), by=staff, now=clock.now()
    )
    return redirect(
        f"{reverse('desk:sitting', args=[meeting.id])}?{'done=added&' if put else ''}left={len(left)}"
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@access.staff(*HANDLES)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Put a sitting right."""
    meeting, step, staff = _meeting(request, meeting_id)
    if not _handles(staff, meeting):
        raise Http404
    board_id = f"{meeting.procedure_id}/{meeting.step_id}"
    typed = Typed(
        board_id,
        meeting.name,
        meeting.held_on.isoformat(),
        meeting.place,
        str(meeting.members),
        meeting.with_names,
    )
    errors: dict[str, str] = {}
    status = 200
    version = str(meeting.version)
    if request.method == "POST":
        data = request.POST.copy()
        data["board"] = board_id
        typed = _read(data, [board_id])
        errors = dict(typed.errors or {})
        status = 422
        if not errors and typed.day is not None:
            try:
                if request.POST.get("version") != version:
                    raise ChangedMeanwhile
                actions.change_meeting(
                    meeting=meeting,
                    name=typed.name,
                    held_on=typed.day,
                    place=typed.place,
                    members=typed.count,
                    with_names=typed.with_names,
                    by=staff,
                    now=clock.now(),
                )
                return redirect(f"{reverse('desk:sitting', args=[meeting.id])}?done=changed")
            except actions.MeetingThere:
                errors["name"] = _("同じ日に、同じ名前の審査会があります。")
            except ChangedMeanwhile:
                meeting.refresh_from_db()
                version, status = str(meeting.version), 409
                errors["main"] = _(
                    "ほかの職員が先に変更しました（名前「%(name)s」、開催日%(day)s）。よければ、もう一度押してください。"
                ) % {"name": meeting.name, "day": both_eras(meeting.held_on)}
    context = {
        "here": "steps",
        "meeting": meeting,
        "step": step,
        "typed": typed,
        "version": version,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/board_edit.html", context, status=status if errors else 200)


@access.staff(*ROLES)
@require_GET
def agenda_pdf(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The agenda for the members, to print."""
    meeting, step, staff = _meeting(request, meeting_id)
    rows = desk.agenda(meeting, step, today=clock.today())
    _record(staff, meeting, len(rows), "agenda_pdf")
    paper = desk.agenda_paper(meeting, step, rows, now=clock.now())
    return inline_pdf(paper.render_apart(), f"agenda-{meeting.held_on:%Y%m%d}.pdf")


@access.staff(*ROLES)
@require_GET
def agenda_file(request: HttpRequest, meeting_id: UUID, kind: FileKind) -> HttpResponseBase:
    """The agenda as a file."""
    meeting, step, staff = _meeting(request, meeting_id)
    rows = desk.agenda(meeting, step, today=clock.today())
    _record(staff, meeting, len(rows), f"agenda_{kind}")
    header, lines = desk.agenda_lines(meeting, rows)
    return list_response(request, kind, f"agenda-{meeting.held_on:%Y%m%d}", header, lines)


@access.staff(*ROLES)
@require_GET
def results_file(request: HttpRequest, meeting_id: UUID, kind: FileKind) -> HttpResponseBase:
    """An empty list of results with the numbers of the agenda, to be filled in."""
    meeting, step, staff = _meeting(request, meeting_id)
    rows = desk.agenda(meeting, step, today=clock.today())
    _record(staff, meeting, len(rows), f"results_{kind}")
    lines = [[row.item.number, *("" for _question in step.result)] for row in rows]
    header = desk_batches.header(step, NUMBER)
    return list_response(request, kind, f"results-{meeting.held_on:%Y%m%d}", header, lines)


@access.staff(*HANDLES)
@require_http_methods(["GET", "POST"])
def results(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Type the results on one page, or bring them as a file; both are looked at before anything is entered."""
    meeting, step, staff = _meeting(request, meeting_id)
    today = clock.today()
    if not _handles(staff, meeting):
        raise Http404
    rows = [row for row in desk.agenda(meeting, step, today=today) if row.request.state == "asked"]
    _record(staff, meeting, len(rows), "results")
    context_of = CleanContext(today)
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is not None:
            lines, problems = read_upload(upload, step, NUMBER, context_of)
        else:
            lines, problems = _typed_lines(request.POST, rows, step, context_of)
        if not problems:
            batch = batch_actions.set_down(
                kind=StepBatch.Kind.RESULTS,
                procedure_id=meeting.procedure_id,
                department_code=meeting.department_code,
                step_id=step.id,
                meeting=meeting,
                judged=batches.judge_board(meeting, step, lines, today=today),
                by=staff,
                now=clock.now(),
            )
            return redirect(reverse("desk:batch", args=[batch.id]))
    context = {
        "here": "steps",
        "meeting": meeting,
        "step": step,
        "questions": [(q, desk_batches.choices_of(q)) for q in step.result],
        "rows": [(row, _texts(request.POST, row, step)) for row in rows],
        "header": "、".join(desk_batches.header(step, NUMBER)),
        "max_bytes": desk_batches.BIGGEST,
        "problems": problems,
        "errors": {href.removeprefix("#"): sentence for href, sentence in problems},
    }
    return render(request, "applications/desk/board_results.html", context, status=422 if problems else 200)


def read_upload(
    upload: Any, step: ExternalStep, number_label: str, context: CleanContext
) -> tuple[list[batches.Line], list[tuple[str, str]]]:
    """The lines of a file, or what is wrong with the whole of it."""
    if upload.size > desk_batches.BIGGEST:
        return [], [("#file", _("ファイルが大きすぎます。5MBまでに分けてください。"))]
    try:
        return desk_batches.read_list(upload.read(), step, number_label, context), []
    except desk_batches.UnusableList as fault:
        return [], [("#file", fault.sentence)]


def _texts(data: QueryDict, row: desk.AgendaRow, step: ExternalStep) -> dict[str, str]:
    return {q.id: data.get(f"i{row.item.number}.{q.id}", "").strip()[:2000] for q in step.result}


def _typed_lines(
    data: QueryDict, rows: Sequence[desk.AgendaRow], step: ExternalStep, context: CleanContext
) -> tuple[list[batches.Line], list[tuple[str, str]]]:
    """The rows in which something was typed; what cannot be taken is said at its row."""
    lines, problems = [], []
    for row in rows:
        texts = _texts(data, row, step)
        if not any(texts.values()):
            continue
        number = str(row.item.number)
        line = desk_batches.line_of(row.item.number, number, texts, step, context)
        judged = batches.judge_line(line, step, row.application, row.request, today=context.today)
        if judged.verdict == batches.Verdict.WRONG and not row.protected:
            sentence = _("%(n)s番：%(problem)s") % {"n": number, "problem": judged.detail}
            problems.append((f"#i{number}-{judged.at}", sentence))
        lines.append(line)
    if not lines:
        problems.append(("#file", _("結果を入力するか、ファイルを選んでください。")))
    return lines, problems
