"""Importing achievements from a file: a template, a look at what would happen, and the import."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import csv_response
from madoguchi.identity import queries as identity
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan.actions import importing
from madoguchi.plan.desk_kinds import BY_ID, Kind
from madoguchi.plan.forms import desk_import as forms
from madoguchi.plan.views.desk_achievements import ROLES, choices_of

MOST_BYTES = 10 * 1024 * 1024


@access.staff(*ROLES)
@require_GET
def template(request: HttpRequest, kind_id: str) -> HttpResponseBase:
    """The first line of a kind's file."""
    return csv_response(f"{kind_id}.csv", list(forms.columns(_kind(kind_id))), [])


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, kind_id: str) -> HttpResponse:
    """Choose a file; without faults it is imported at once, with faults nothing of it is."""
    kind = _kind(kind_id)
    staff = identity.staff_of(request)
    context = {"here": "achievements", "kind": kind, "problems": [], "findings": [], "done": None}
    if request.method == "GET":
        return render(request, "plan/desk/import.html", context)
    upload = request.FILES.get("file")
    if upload is None:
        problem = _("取り込むCSVファイルを選んでください。")
    elif (upload.size or 0) > MOST_BYTES:
        problem = _("ファイルが大きすぎます（10MBまで）。分けてください。")
    else:
        found = forms.read(kind, upload.read(), choices=choices_of(staff), today=clock.today())
        if not found.findings:
            try:
                done = importing.import_achievements(contents=found.contents, by=staff, now=clock.now())
            except NotAllowed:
                problem = _("ほかの部署の実績が入っています。自分の部署の行だけにしてください。")
                return render(
                    request, "plan/desk/import.html", context | {"problems": [("#file", problem)]}, status=422
                )
            context |= {"done": done, "coding": found.coding}
            return render(request, "plan/desk/import.html", context)
        count = len(found.findings)
        problem = _("直すところが%(count)s件あるため、1行も取り込んでいません。") % {"count": count}
        context["findings"] = [[str(f.line), f.column or "—", f.sentence] for f in found.findings]
    return render(request, "plan/desk/import.html", context | {"problems": [("#file", problem)]}, status=422)


def _kind(kind_id: str) -> Kind:
    if kind_id not in BY_ID:
        raise Http404
    return BY_ID[kind_id]
