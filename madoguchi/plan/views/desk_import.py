"""Importing achievements from a file: a template, a look at what would happen, and the import as a job."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.common import access, clock
from madoguchi.common.files import messages
from madoguchi.common.files.store import StorageError
from madoguchi.common.ids import new_id
from madoguchi.common.models import JobState
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import csv_response
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.plan.actions import import_jobs, importing
from madoguchi.plan.desk_kinds import BY_ID, Kind
from madoguchi.plan.forms import desk_import as forms
from madoguchi.plan.forms.desk_choices import choices_of
from madoguchi.plan.queries import desk_imports as queries
from madoguchi.plan.views.desk_proof import ROLES

MOST_BYTES = 30 * 1024 * 1024
KEPT_FOR = timedelta(hours=12)  # how long a look may wait for its import; the store keeps the file for a day


@access.staff(*ROLES)
@require_GET
def template(request: HttpRequest, kind_id: str) -> HttpResponseBase:
    """The first line of a kind's file."""
    return csv_response(f"{kind_id}.csv", list(forms.columns(_kind(kind_id))), [])


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, kind_id: str) -> HttpResponse:
    """Choose a file; without faults it is told what an import would do, and nothing is written yet."""
    kind = _kind(kind_id)
    if request.method == "GET":
        return _show(request, kind)
    upload = request.FILES.get("file")
    if upload is None:
        return _show(request, kind, problem=_("取り込むファイルを選んでください。"))
    if (upload.size or 0) > MOST_BYTES:
        return _show(request, kind, problem=_("ファイルが大きすぎます（30MBまで）。分けてください。"))
    staff = identity.staff_of(request)
    found = forms.read(
        kind, upload.read(), choices=choices_of(staff, today=clock.today()), today=clock.today()
    )
    if not found.findings and not found.contents:
        return _show(request, kind, problem=_("2行目から先に実績がありません。"))
    look = importing.preview(contents=found.contents, by=staff, now=clock.now())
    for key in look.foreign:
        sentence = _("ほかの部署の実績が使っている番号です。頭に部署コードを付けるなどして、変えてください。")
        found.fault(found.lines[key], forms.KEY, sentence)
    if found.findings:
        return _show_findings(request, kind, found)
    return _show_look(request, kind, found, look, staff)


@access.staff(*ROLES)
@require_POST
def begin(request: HttpRequest, kind_id: str) -> HttpResponse:
    """Import what was looked at."""
    kind = _kind(kind_id)
    staff = identity.staff_of(request)
    try:
        import_id, digest, rows = signing.loads(
            request.POST.get("kept", ""), salt=_salt(staff, kind), max_age=KEPT_FOR
        )
    except signing.BadSignature:
        problem = _("確かめてから時間がたちました。ファイルをもう一度選んでください。")
        return _show(request, kind, problem=problem)
    import_jobs.begin_import(
        import_id=UUID(import_id), digest=digest, kind=kind.id, rows=rows, by=staff, now=clock.now()
    )
    return redirect("plan:achievement-import-progress", import_id=import_id)


@access.staff(*ROLES)
@require_GET
def progress(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """How far an import is."""
    found = queries.progress(import_id)
    if found is None:
        raise Http404
    context = {
        "here": "achievements",
        "kind": BY_ID[found.kind],
        "progress": found,
        "is_done": found.state == JobState.DONE,
        "is_dead": found.state == JobState.DEAD,
    }
    return render(request, "plan/desk/import_progress.html", context)


def _show_findings(request: HttpRequest, kind: Kind, found: forms.ReadFile) -> HttpResponse:
    count = len(found.findings)
    problem = _("直すところが%(count)s件あるため、1行も取り込んでいません。") % {"count": count}
    faults = sorted(found.findings, key=lambda f: f.line)
    rows = [[str(f.line), f.column or "—", f.sentence] for f in faults]
    return _show(request, kind, problem=problem, findings=rows)


def _show_look(
    request: HttpRequest, kind: Kind, found: forms.ReadFile, look: importing.Preview, staff: Staff
) -> HttpResponse:
    try:
        digest = import_jobs.keep(found.contents)
    except StorageError as error:
        return _show(request, kind, problem=messages.sentence(error))
    sealed = signing.dumps([str(new_id()), digest, len(found.contents)], salt=_salt(staff, kind))
    changes = [
        [
            str(found.lines[one.import_key or ""]),
            f"{row.title}（{row.happened_on.isoformat()}）",
            f"{one.title}（{one.happened_on.isoformat()}）",
        ]
        for row, one in look.changes
    ]
    return _show(request, kind, look=look, coding=found.coding, kept=sealed, changes=changes)


def _show(request: HttpRequest, kind: Kind, *, problem: str = "", **more: Any) -> HttpResponse:
    problems = [("#file", problem)] if problem else []
    context: dict[str, Any] = {
        "here": "achievements",
        "kind": kind,
        "problems": problems,
        "max_bytes": MOST_BYTES,
        "look": None,
        "findings": [],
    }
    context |= more
    return render(request, "plan/desk/import.html", context, status=422 if problem else 200)


def _salt(staff: Staff, kind: Kind) -> str:
    return f"plan.import:{kind.id}:{staff.id}"


def _kind(kind_id: str) -> Kind:
    if kind_id not in BY_ID:
        raise Http404
    return BY_ID[kind_id]
