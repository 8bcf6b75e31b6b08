"""What waits for me: decide (one by one or together), consent, read afterwards what a substitute decided."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import actions, letters, rules
from madoguchi.applications import desk_approvals as approvals
from madoguchi.applications.actions.decision import NumberTaken
from madoguchi.applications.chain_permissions import decides_as
from madoguchi.applications.chains import Capacity
from madoguchi.applications.desk_fees import needs_payment
from madoguchi.applications.desk_slots import needs_slot
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    ConsultationOpen,
    DecidedAlone,
    FeeNotPaid,
    NotAllowed,
    NotOpened,
    SlotNotHeld,
)
from madoguchi.applications.models import Decision
from madoguchi.applications.permissions import departments_seen
from madoguchi.applications.views.desk.case import SEES, done_sentence
from madoguchi.applications.views.desk.deciding import proposal_context
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, kernel
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras, jst
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.procedures import queries as procedures

CHUNK = 500
MOST = approvals.PAGE  # decided at once: one page of the list


@dataclass(slots=True)
class Look:
    """Who looks at the lists, and when."""

    staff: Staff
    now: datetime
    today: date


def _look(request: HttpRequest) -> Look:
    now = clock.now()
    return Look(identity.staff_of(request), now, clock.tokyo_date(now))


def _record(look: Look, page: str, count: int) -> None:
    audit.record_read(
        actor=look.staff.actor,
        subject=approvals.SUBJECT,
        now=look.now,
        purpose="approvals",
        detail={"page": page, "count": count},
    )


def _tabs(look: Look, current: str) -> list[dict[str, object]]:
    counts = approvals.counts(look.staff, today=look.today)
    labels = (
        ("waiting", "approvals", _("決裁待ち")),
        ("consulted", "approvals_consulted", _("合議の依頼")),
        ("later", "approvals_later", _("後閲")),
    )
    return [
        {
            "label": label,
            "href": reverse(f"desk:{name}"),
            "current": key == current,
            "count": counts[key],
        }
        for key, name, label in labels
    ]


@access.staff(*SEES)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The proposals that wait for this person, due first."""
    look = _look(request)
    procedure = request.GET.get("procedure", "")[:80]
    found = approvals.waiting(look.staff, today=look.today, procedure=procedure)
    total = found.count()
    pages = max(-(-total // approvals.PAGE), 1)
    page = min(_page(request), pages)
    first = (page - 1) * approvals.PAGE
    page_rows = approvals.page_of(found, first, first + approvals.PAGE)
    rows = approvals.rows(page_rows, look.staff, today=look.today)
    _record(look, "waiting", len(rows))
    context = {
        "here": "approvals",
        "tabs": _tabs(look, "waiting"),
        "rows": [(row, grouped(row.receipt_number)) for row in rows],
        "total": total,
        "first": first + 1,
        "last": first + len(rows),
        "procedure": procedure,
        "procedure_choices": approvals.procedure_choices(look.staff, today=look.today),
        "done": done_sentence(request.GET.get("done", "")),
        "nothing_chosen": "nothing" in request.GET,
        "pagination": _pagination(procedure, page, pages),
    }
    return render(request, "applications/desk/approvals.html", context)


def _page(request: HttpRequest) -> int:
    typed = request.GET.get("page", "1")
    return max(int(typed), 1) if typed.isdecimal() and len(typed) < 7 else 1


def _pagination(procedure: str, page: int, pages: int) -> dict[str, str]:
    def address(number: int) -> str:
        wanted = f"&procedure={procedure}" if procedure else ""
        return f"?page={number}{wanted}"

    return {
        "previous": address(page - 1) if page > 1 else "",
        "next": address(page + 1) if page < pages else "",
        "summary": _("%(page)s / %(pages)sページ") % {"page": page, "pages": pages} if pages > 1 else "",
    }


@access.staff(*SEES)
@require_GET
def waiting_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The whole list for a spreadsheet, a page of it in memory at a time; no name stands in it."""
    look = _look(request)
    procedure = request.GET.get("procedure", "")[:80]
    found = approvals.waiting(look.staff, today=look.today, procedure=procedure)
    _record(look, f"waiting_{kind}", found.count())
    header = [_("受付番号"), _("手続"), _("決定"), _("起案者"), _("起案日時"), _("期限"), _("状態")]
    return list_response(request, kind, "approvals", header, _file_rows(found, look))


def _file_rows(found: QuerySet[Decision], look: Look) -> Iterator[list[object]]:
    first = 0
    while some := approvals.page_of(found, first, first + CHUNK):
        for row in approvals.rows(some, look.staff, today=look.today):
            yield [
                grouped(row.receipt_number),
                row.procedure,
                row.kind,
                row.proposed_by,
                jst(row.proposed_at, year=True),
                row.due.on,
                "　".join(filter(None, (row.state, row.note))),
            ]
        first += CHUNK


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item of a batch."""

    number: str
    href: str
    kind: str
    is_decided: bool
    text: str


@access.staff(*SEES)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Decide the chosen proposals, each by itself: one that may not be decided keeps no other from it."""
    look = _look(request)
    items = _items(request)
    if not items:
        return redirect(f"{reverse('desk:approvals')}?nothing")
    found = Decision.objects.select_related("application").in_bulk([one for one, _version in items])
    seen = departments_seen(look.staff, today=look.today)
    results = [
        _decided(found[one], version, look)
        for one, version in items
        if one in found and _may_know(found[one], look, seen)
    ]
    context = {
        "here": "approvals",
        "columns": [_("受付番号"), _("決定"), _("結果"), _("説明")],
        "rows": [
            [
                {"text": one.number, "href": one.href},
                one.kind,
                {
                    "text": _("決裁しました") if one.is_decided else _("決裁していません"),
                    "tag": "success" if one.is_decided else "warning",
                },
                one.text,
            ]
            for one in results
        ],
        "decided": sum(one.is_decided for one in results),
        "refused": sum(not one.is_decided for one in results),
    }
    return render(request, "applications/desk/approvals_result.html", context)


def _may_know(proposal: Decision, look: Look, departments: set[str]) -> bool:
    """Whether this person may be told anything of a case: it is their department's, or theirs to decide."""
    if proposal.application.department_code in departments:
        return True
    return decides_as(look.staff, proposal.application, proposal, today=look.today) is not None


def _items(request: HttpRequest) -> list[tuple[uuid.UUID, int]]:
    """What was chosen, each once: the proposal and the version of the case that the list showed."""
    found: dict[uuid.UUID, int] = {}
    for text in request.POST.getlist("item")[:MOST]:
        decision, _colon, version = text.partition(":")
        try:
            found.setdefault(uuid.UUID(decision), int(version[:9]))
        except ValueError:
            continue
    return list(found.items())


def _decided(proposal: Decision, version: int, look: Look) -> Result:
    case = proposal.application
    kind = procedures.definition_of(case.procedure_version_id).workflow.decision(proposal.kind)
    text = ""
    try:
        made = actions.decide_opened(decision_id=proposal.id, version=version, by=look.staff, now=look.now)
        text = _("文書番号：%(number)s") % {"number": made.document_number}
    except (
        ChangedMeanwhile,
        FeeNotPaid,
        NotAllowed,
        NumberTaken,
        kernel.NotWritten,
        kernel.OutcomeUnknown,
    ) as error:
        return Result(
            grouped(case.receipt_number),
            reverse("desk:case_decide", args=[case.id]),
            str(kind.label) if kind else proposal.kind,
            False,
            _why(error),
        )
    return Result(
        grouped(case.receipt_number),
        reverse("desk:case_decide", args=[case.id]),
        str(kind.label) if kind else proposal.kind,
        True,
        text,
    )


def _why(error: Exception) -> str:
    """Why one item was not decided, and what to do."""
    if isinstance(error, FeeNotPaid):
        return needs_payment(error.owed)
    sentences: tuple[tuple[type[Exception], str], ...] = (
        (
            ChangedMeanwhile,
            _("一覧を開いたあとに、決裁や変更がありました。開いて、内容を確認してください。"),
        ),
        (NotOpened, _("確認の対象です。開いて、内容を確認してから決裁してください。")),
        (SlotNotHeld, needs_slot()),
        (ConsultationOpen, _("合議の回答を待っています。")),
        (DecidedAlone, _("一括では決裁できません。開いて、1件ずつ決裁してください。")),
        (NotAllowed, _("あなたは決裁できません。自分の起案や、担当でない部署の申請です。")),
        (NumberTaken, _("文書番号を付けられませんでした。もう一度決裁してください。")),
    )
    return next(
        (sentence for kind, sentence in sentences if isinstance(error, kind)),
        _("保存できたかを確かめられませんでした。開いて、状態を確認してください。"),
    )


@access.staff(*SEES)
@require_GET
def consulted(request: HttpRequest) -> HttpResponse:
    """What this person's departments are asked for an opinion about."""
    look = _look(request)
    found = approvals.to_answer(look.staff, today=look.today)
    shown = list(found[: approvals.PAGE])
    _record(look, "consulted", len(shown))
    context = {
        "here": "approvals",
        "tabs": _tabs(look, "consulted"),
        "columns": [_("受付番号"), _("手続"), _("決定"), _("回答する職"), _("起案者"), _("回答の期限")],
        "rows": [
            [
                {
                    "text": grouped(one.decision.application.receipt_number),
                    "href": reverse("desk:case_consult", args=[one.decision.application_id]),
                },
                procedure,
                kind,
                post,
                one.decision.proposed_by_name,
                {
                    "text": both_eras(one.answer_by_on),
                    "note": _("期限を過ぎています")
                    if rules.is_past(due=one.answer_by_on, today=look.today)
                    else "",
                },
            ]
            for one, procedure, kind, post in approvals.opinion_cells(shown)
        ],
        "most": approvals.PAGE,
        "is_more": len(shown) == approvals.PAGE,
        "done": _("合議の回答を登録しました。") if request.GET.get("done") == "consult" else "",
    }
    return render(request, "applications/desk/approvals_consulted.html", context)


@access.staff(*SEES)
@require_GET
def later(request: HttpRequest) -> HttpResponse:
    """What substitutes decided while the approver was absent (後閲)."""
    look = _look(request)
    found = approvals.to_read_later(look.staff, today=look.today).select_related("application")
    shown = list(found.order_by("decided_at", "id")[: approvals.PAGE])
    _record(look, "later", len(shown))
    context = {
        "here": "approvals",
        "tabs": _tabs(look, "later"),
        "columns": [_("受付番号"), _("決裁"), _("決裁日時"), _("代決の理由")],
        "rows": [
            [
                {
                    "text": grouped(one.application.receipt_number),
                    "href": reverse("desk:approvals_read_later", args=[one.application_id]),
                },
                approvals.capacity_of_row(one),
                jst(one.decided_at, year=True) if one.decided_at else "",
                one.absence,
            ]
            for one in shown
        ],
        "is_more": len(shown) == approvals.PAGE,
        "most": approvals.PAGE,
        "done": done_sentence(request.GET.get("done", "")),
    }
    return render(request, "applications/desk/approvals_later.html", context)


@with_case(*SEES, chain="ever")
@require_http_methods(["GET", "POST"])
def read_later(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """The decision a substitute made, for the approver to read afterwards."""
    # A case that was looked at again (再調査) may have more than one: the first that is still to be read, else the last.
    made = case.application.decisions.filter(decided_as=Capacity.SUBSTITUTE).order_by("decided_at", "id")
    decision = made.filter(read_later_at=None).first() or made.last()
    reads = decides_as(case.staff, case.application, decision, today=case.today) if decision else None
    if decision is None or (case.by_chain and reads is None):  # who was only consulted sees no more of it
        raise Http404
    if request.method == "POST" and AGAIN not in request.POST:
        case.expect_unchanged(request.POST)
        actions.read_later(application=case.application, decision=decision, by=case.staff, now=case.now)
        return redirect(f"{reverse('desk:approvals_later')}?done=read_later")
    context = proposal_context(case, decision) | {
        "here": "approvals",
        "letter": letters.restored(decision.notice),
        "may_read": decision.read_later_at is None
        and decision.decided_by_id != case.staff.id
        and reads in (Capacity.APPROVER, Capacity.DELEGATE),
    }
    return render(request, "applications/desk/read_later.html", context)
