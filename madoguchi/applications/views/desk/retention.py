"""Keeping and erasing (保存と廃棄): what is due, proposals and their approval, holds, the city's classes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import desk_retention as desk
from madoguchi.applications.actions import disposal as actions
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed, ReasonMissing
from madoguchi.applications.models import Disposal, DisposalItem
from madoguchi.applications.permissions import departments_handled, departments_headed, departments_seen
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock
from madoguchi.common.desk_lists import paged
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras, jst
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.organization import queries as organization

SEES = ("officer", "approver", "head")
HANDLES = ("officer", "head")
LONGEST_REASON = 1000
Problems = list[tuple[str, str]]


def _departments(request: HttpRequest) -> set[str]:
    return departments_seen(identity.staff_of(request), today=clock.today())


def _looked(request: HttpRequest, subject: str, **detail: Any) -> None:
    staff = identity.staff_of(request)
    audit.record_read(actor=staff.actor, subject=subject, now=clock.now(), purpose="retention", detail=detail)


# --- what is due -----------------------------------------------------------------------------------------


@access.staff(*SEES, "office")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What is over its period, what was proposed, what is held."""
    return _overview(request)


def _overview(request: HttpRequest, problem: str = "") -> HttpResponse:
    staff, today, seen = identity.staff_of(request), clock.today(), _departments(request)
    handled = departments_handled(staff, today=today)
    names = {code: one.name for code, one in organization.departments(seen).items()}
    called, labels = desk.titles(), desk.disposal_labels()
    due = desk.due_rows(seen, today=today)
    page, pagination = paged(request, desk.disposals(seen))
    held = desk.holds(seen)
    context = {
        "here": "retention",
        "sees_cases": bool(seen),
        "due": [
            {
                "code": code,
                "name": names.get(code, code),
                "cases": sum(row.cases for row in due if row.department_code == code),
                "may_propose": code in handled,
                "rows": [
                    [
                        called.get(row.procedure_id, row.procedure_id),
                        row.kept_as.title,
                        _("%(day)sより前に完了") % {"day": both_eras(row.closed_before)},
                        row.cases,
                    ]
                    for row in due
                    if row.department_code == code
                ],
            }
            for code in sorted({row.department_code for row in due})
        ],
        "due_columns": [_("手続"), _("区分"), _("対象"), {"label": _("件数"), "numeric": True}],
        "most": actions.MOST,
        "columns": [
            _("起案日時"),
            {"label": _("件数"), "numeric": True},
            _("状態"),
            _("起案者"),
            _("承認者"),
        ],
        "rows": [
            {
                "cells": [
                    {
                        "text": jst(row.proposed_at, year=True),
                        "href": reverse("desk:disposal", args=[row.id]),
                    },
                    row.cases,
                    {"text": labels[row.state], "tag": KINDS[row.state]},
                    row.proposed_by.display_name,
                    row.decided_by.display_name if row.decided_by else "―",
                ]
            }
            for row in page
        ],
        "pagination": pagination,
        "held": held.count(),
        "to_review": held.filter(review_on__lte=today).count(),
        "problems": [("#main", problem)] if problem else [],
    }
    return render(request, "applications/desk/retention.html", context, status=409 if problem else 200)


KINDS = {"proposed": "warning", "running": "info", "done": "success", "rejected": "neutral"}


@access.staff(*HANDLES)
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Propose to erase what is due in a department."""
    try:
        disposal = actions.propose_disposal(
            department_code=request.POST.get("department", "")[:40],
            by=identity.staff_of(request),
            now=clock.now(),
        )
    except actions.NothingDue:
        return _overview(request, _("保存期間が終わった申請は、いまありません。"))
    except NotAllowed:
        raise Http404 from None
    return redirect("desk:disposal", disposal_id=disposal.id)


# --- one proposal ----------------------------------------------------------------------------------------


@access.staff(*SEES)
@require_http_methods(["GET", "POST"])
def disposal(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """A proposal: what is in it, approve, reject, take back, and what became of it."""
    found = _found(request, disposal_id)
    if request.method == "GET":
        return _show(request, found)
    typed = request.POST.get("version", "")
    common: dict[str, Any] = {
        "disposal": found,
        "version": int(typed) if typed.isdecimal() and len(typed) < 9 else 0,
        "by": identity.staff_of(request),
        "now": clock.now(),
    }
    reason, act = request.POST.get("reason", "").strip(), request.POST.get("act", "")
    if act == "approve" and request.POST.get("sure") != "1":
        return _show(request, found, [("#sure", _("元にもどせないことを確かめて、しるしを付けてください。"))])
    if len(reason) > LONGEST_REASON:
        sentence = _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}
        return _show(request, found, [("#reason", sentence)])
    try:
        if act == "approve":
            actions.approve_disposal(**common)
        elif act == "reject":
            actions.reject_disposal(reason=reason, **common)
        elif act == "withdraw":
            actions.withdraw_disposal(**common)
        else:
            return _show(request, found, [("#main", _("もう一度、ボタンを押してください。"))])
    except ReasonMissing:
        return _show(request, found, [("#reason", _("取りやめる理由を書いてください。"))])
    except (ChangedMeanwhile, NotAllowed):
        found = _found(request, disposal_id)
        sentence = _("この間に状態が変わったか、この操作はできません。いまの状態を確かめてください。")
        return _show(request, found, [("#main", sentence)], status=409)
    return redirect("desk:disposal", disposal_id=found.id)


def _found(request: HttpRequest, disposal_id: UUID) -> Disposal:
    found = desk.disposals(_departments(request)).filter(id=disposal_id).first()
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest, found: Disposal, problems: Problems | None = None, status: int = 422
) -> HttpResponse:
    staff, today = identity.staff_of(request), clock.today()
    page, pagination = paged(request, desk.items(found))
    rows = list(page)
    _looked(request, f"disposal:{found.id}", count=len(rows))
    states, kept, called, tally = (
        desk.item_labels(),
        desk.kept_labels(),
        desk.titles(),
        desk.states_of(found),
    )
    heads = found.department_code in departments_headed(staff, today=today)
    is_open = found.state == Disposal.State.PROPOSED
    is_own = found.proposed_by_id == staff.id
    context = {
        "here": "retention",
        "disposal": found,
        "label": desk.disposal_labels()[found.state],
        "kind": KINDS[found.state],
        "classes": [
            [class_id, _("%(years)s年") % {"years": years}, f"{first:%Y/%m/%d} ～ {last:%Y/%m/%d}", cases]
            for class_id, years, first, last, cases in desk.by_class(found)
        ],
        "class_columns": [_("区分"), _("年数"), _("保存期間の満了日"), {"label": _("件数"), "numeric": True}],
        "tally": [(label, tally[state]) for state, label in states.items() if state in tally],
        "columns": [_("受付番号"), _("手続"), _("区分"), _("満了日"), _("結果")],
        "rows": [
            {
                "cells": [
                    _number_cell(item),
                    called.get(item.application.procedure_id, item.application.procedure_id),
                    item.class_id,
                    f"{item.ends_on:%Y/%m/%d}",
                    {
                        "text": states[item.state],
                        "tag": {"erased": "success", "kept": "warning"}.get(item.state, "neutral"),
                        "note": kept.get(item.reason, ""),
                    },
                ]
            }
            for item in rows
        ],
        "pagination": pagination,
        "may_decide": is_open and heads and not is_own,
        "needs_other": is_open and heads and is_own,
        "may_withdraw": is_open and is_own,
        "typed": request.POST.get("reason", ""),
        "problems": problems or [],
        "errors": by_field(problems or []),
    }
    return render(request, "applications/desk/disposal.html", context, status=status if problems else 200)


def _number_cell(item: DisposalItem) -> Any:
    if item.application.erased_at is not None:
        return "―"
    return {
        "text": desk.number_of(item),
        "href": reverse("desk:retention_case", args=[item.application_id]),
    }


@access.staff(*SEES)
@require_GET
def disposal_file(request: HttpRequest, disposal_id: UUID, kind: FileKind) -> HttpResponseBase:
    """The cases of a proposal as a file for a spreadsheet (廃棄目録)."""
    found = _found(request, disposal_id)
    _looked(request, f"disposal:{found.id}", act=kind, count=found.cases)
    header = [
        _("受付番号"),
        "ID",
        _("手続"),
        _("区分"),
        _("年数"),
        _("満了日"),
        _("結果"),
        _("残した理由"),
    ]
    name = f"disposal-{found.proposed_at:%Y%m%d}"
    return list_response(request, kind, name, header, desk.item_lines(found))


@access.staff(*SEES)
@require_GET
def proof_file(request: HttpRequest, disposal_id: UUID, kind: FileKind) -> HttpResponseBase:
    """The proof of what was erased (廃棄の記録), without any person in it."""
    found = _found(request, disposal_id)
    _looked(request, f"disposal:{found.id}", act="proof")
    header = [
        "ID",
        _("手続"),
        _("区分"),
        _("年数"),
        _("完了日"),
        _("満了日"),
        _("廃棄日時"),
        _("起案者"),
        _("承認者"),
        *desk.count_labels().values(),
        _("ファイルのハッシュ値"),
    ]
    name = f"erasure-{found.proposed_at:%Y%m%d}"
    return list_response(request, kind, name, header, desk.proof_lines(found))


# --- holds -----------------------------------------------------------------------------------------------


@access.staff(*SEES)
@require_GET
def holds(request: HttpRequest) -> HttpResponse:
    """The cases that are held, those to look at again first; without names, and without reasons of protected ones."""
    today = clock.today()
    page, pagination = paged(request, desk.holds(_departments(request)))
    rows = list(page)
    _looked(request, "list:holds", count=len(rows))
    kinds, called = desk.hold_kinds(), desk.titles()
    protected = identity.restricted_subjects((subject_of(row.application_id) for row in rows), today)
    context = {
        "here": "retention",
        "columns": [_("受付番号"), _("手続"), _("種類"), _("理由"), _("設定した人"), _("見直す日")],
        "rows": [
            {
                "cells": [
                    {
                        "text": grouped(row.application.receipt_number),
                        "href": reverse("desk:retention_case", args=[row.application_id]),
                    },
                    called.get(row.application.procedure_id, row.application.procedure_id),
                    kinds[row.kind],
                    _("支援措置（担当者に確認してください）")
                    if subject_of(row.application_id) in protected
                    else row.reason,
                    row.set_by.display_name,
                    {
                        "text": f"{row.review_on:%Y/%m/%d}",
                        "tag": "danger" if row.review_on <= today else "neutral",
                    },
                ]
            }
            for row in rows
        ],
        "pagination": pagination,
    }
    return render(request, "applications/desk/holds.html", context)
