"""Importing the inventory on a page: a file is looked at, told cell by cell, and written as it was looked at."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.common import access, clock
from madoguchi.common.files import messages
from madoguchi.common.files.store import StorageError
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import XLSX, FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.procedures.inventory import desk_blank, desk_choices, desk_looking, importing
from madoguchi.procedures.inventory import desk_entries as shared

MOST_BYTES = 10 * 1024 * 1024
SHOWN = 100  # rows of a table on the page; its file has them all


@access.staff(*shared.ROLES)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Choose a file; it is told what an import would do, and nothing is written yet."""
    if request.method == "GET":
        return _show(request)
    upload = request.FILES.get("file")
    if upload is None:
        return _show(request, problem=_("取り込むファイルを選んでください。"))
    if (upload.size or 0) > MOST_BYTES:
        return _show(request, problem=_("ファイルが大きすぎます（10MBまで）。分けてください。"))
    return _look(request, upload.read(), upload.name or "")


@access.staff(*shared.ROLES)
@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Import what was looked at, exactly that; while a cell is wrong only where the other rows are asked for."""
    staff, name = identity.staff_of(request), request.POST.get("name", "")
    try:
        kept = desk_looking.kept(request.POST.get("kept", ""), by=staff)
        data = desk_looking.content(kept)
    except (signing.BadSignature, StorageError):
        problem = _("確かめてから時間がたちました。ファイルをもう一度選んでください。")
        return _show(request, problem=problem)
    look = desk_looking.look(data, by=staff, today=clock.today())
    if look.read.findings and not request.POST.get("without_faulty"):
        return _look(request, data, name)
    try:
        found = importing.import_rows(rows=look.read.rows, by=staff, now=clock.now(), mark=kept.mark)
    except (importing.ChangedMeanwhile, NotAllowed):
        problem = _(
            "確かめたあとで台帳が変わりました。いまの台帳とくらべ直したので、もう一度確かめてください。"
        )
        return _look(request, data, name, problem=problem, status=409)
    counts = f"?new={len(found.new)}&changed={len(found.changed)}&same={found.same}"
    return redirect(reverse("procedures:inventory-import") + counts)


@access.staff(*shared.ROLES)
@require_GET
def findings_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """Every fault of a file that was looked at."""
    look = _kept_look(request)
    rows = desk_looking.finding_rows(look.read)
    return list_response(request, kind, "inventory-findings", desk_looking.finding_header(), rows)


@access.staff(*shared.ROLES)
@require_GET
def changes_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """Everything that importing a file that was looked at would do."""
    look = _kept_look(request)
    rows = desk_looking.change_rows(look.found, desk_choices.words(clock.today()))
    return list_response(request, kind, "inventory-changes", desk_looking.change_header(), rows)


@access.staff(*shared.ROLES)
@require_GET
def blank(request: HttpRequest) -> HttpResponse:
    """The blank workbook, with the departments that somebody writes for."""
    today = clock.today()
    own = {code for code, _name in shared.department_options(shared.scope(request))}
    data = desk_blank.blank(desk_choices.words(today).of(own), desk_choices.known(today).procedures)
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="inventory-form.xlsx"'
    return response


@access.staff(*shared.ROLES)
@require_GET
def sample(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """A file that shows how one is filled in."""
    options = shared.department_options(shared.scope(request))
    words = desk_choices.words(clock.today())
    department = words.cell("department_code", options[0][0]) if options else ""
    return list_response(
        request, kind, "inventory-sample", desk_blank.header(), desk_blank.sample(department)
    )


def _kept_look(request: HttpRequest) -> desk_looking.Look:
    staff = identity.staff_of(request)
    try:
        data = desk_looking.content(desk_looking.kept(request.GET.get("kept", ""), by=staff))
    except (signing.BadSignature, StorageError):
        raise Http404 from None
    return desk_looking.look(data, by=staff, today=clock.today())


def _look(
    request: HttpRequest, data: bytes, name: str, *, problem: str = "", status: int = 422
) -> HttpResponse:
    staff = identity.staff_of(request)
    look = desk_looking.look(data, by=staff, today=clock.today())
    if not look.read.findings and not look.read.rows:
        return _show(request, problem=_("2行目から先に手続がありません。"))
    try:
        sealed = desk_looking.keep(data, look.found.mark, by=staff)
    except StorageError as error:
        return _show(request, problem=messages.sentence(error))
    if look.read.findings and not problem:
        count = {"count": len(look.read.findings)}
        problem = _("直すところが%(count)s件あります。まだ1行も取り込んでいません。") % count
    return _show(request, problem=problem, status=status, **_told(look, name, sealed))


def _told(look: desk_looking.Look, name: str, sealed: str) -> dict[str, Any]:
    """A look as the page tells it: the first rows of each table, and the files that have them all."""
    words = desk_choices.words(clock.today())
    changes = [
        [{"text": change.entry.name, "note": change.entry.survey_id}, *cells]
        for change in look.found.changed[:SHOWN]
        for cells in desk_looking.fields_of(change, words)
    ]
    kept = f"?kept={sealed}"
    return {
        "look": look,
        "name": name,
        "kept": sealed,
        "findings": list(desk_looking.finding_rows(look.read))[:SHOWN],
        "finding_header": desk_looking.finding_header(),
        "findings_csv": reverse("procedures:inventory-findings-csv") + kept,
        "changes": changes,
        "changes_csv": reverse("procedures:inventory-changes-csv") + kept,
        "new": [
            [row["name"], row.get("survey_id", ""), words.shown("department_code", row["department_code"])]
            for row in look.found.new[:SHOWN]
        ],
        "missing": [[one.name, one.survey_id] for one in look.found.missing[:SHOWN]],
    }


def _show(request: HttpRequest, *, problem: str = "", status: int = 422, **more: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "here": "inventory",
        "problems": [("#file", problem)] if problem else [],
        "max_bytes": MOST_BYTES,
        "most": SHOWN,
        "look": None,
        "counts": _counts(request) if request.method == "GET" else (),
    }
    context |= more
    return render(
        request, "procedures/desk/inventory_import.html", context, status=status if problem else 200
    )


def _counts(request: HttpRequest) -> tuple[str, ...]:
    """What an import did, as the address says after it."""
    found = tuple(request.GET.get(name, "") for name in ("new", "changed", "same"))
    return found if all(text.isascii() and text.isdigit() for text in found) else ()
