"""The registry of digital services as a file, and from one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan import desk_exchange as exchange
from madoguchi.plan import desk_service_entries as shared
from madoguchi.plan.actions import service_import
from madoguchi.plan.actions import services as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.models import DigitalService


@access.staff(*shared.ROLES)
@require_GET
def listing_yaml(request: HttpRequest) -> HttpResponse:
    """All services in use, as YAML in the manner of publiccode.yml."""
    rows = DigitalService.objects.in_use(clock.today()).order_by("city_service", "private_service")
    response = HttpResponse(exchange.as_yaml(rows), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="digital-services.yml"'
    return response


@access.staff(*shared.ROLES)
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Import a CSV or YAML file: with faults nothing of it is taken."""
    staff = identity.staff_of(request)
    context: dict[str, Any] = {"here": "achievements", "problems": [], "findings": [], "counts": None}
    if request.method == "GET":
        return render(request, "plan/desk/services_import.html", context)
    entries, findings = _read_file(request, shared.departments_for(staff))
    if findings:
        sentence = _("直すところが%(count)s件あるため、1件も取り込んでいません。") % {"count": len(findings)}
        context |= {
            "problems": [("#file", sentence)],
            "findings": [[str(f.line), f.column or "—", f.sentence] for f in findings[:200]],
        }
        return render(request, "plan/desk/services_import.html", context, status=422)
    try:
        context["counts"] = service_import.import_services(entries=entries, by=staff, now=clock.now())
    except (
        NotAllowed,
        actions.KnownAlready,
        actions.NotInUse,
        actions.EndsBeforeStart,
        ChangedMeanwhile,
    ) as error:
        context["problems"] = [("#file", _why_not(error))]
        return render(request, "plan/desk/services_import.html", context, status=422 if error.args else 409)
    return render(request, "plan/desk/services_import.html", context)


def _why_not(error: Exception) -> str:
    """Why a file was not taken; without the name of an entry something was written, and then somebody was faster."""
    if not error.args:
        return _("取り込みの途中でほかの変更と重なりました。一覧を確かめて、もう一度取り込んでください。")
    words = {"name": error.args[0]}
    if isinstance(error, NotAllowed):
        return _("「%(name)s」は、ほかの部署の登録です。1件も取り込んでいません。") % words
    if isinstance(error, actions.KnownAlready):
        return (
            _(
                "「%(name)s」は、同じ組み合わせで使った期間の重なる登録があるか、ファイルにちがう内容で2行あります。"
                "1件も取り込んでいません。"
            )
            % words
        )
    return (
        _(
            "「%(name)s」の使い始めた日と使うのをやめた日が逆か、使った証拠の日がその間にありません。1件も取り込んでいません。"
        )
        % words
    )


def _read_file(
    request: HttpRequest, departments: dict[str, str]
) -> tuple[list[dict[str, Any]], list[exchange.Finding]]:
    upload = request.FILES.get("file")
    if upload is None:
        return [], [exchange.Finding(1, "", _("取り込むファイルを選んでください。"))]
    data = upload.read()
    is_yaml = (upload.name or "").lower().endswith((".yml", ".yaml"))
    return (exchange.read_yaml if is_yaml else exchange.read_rows)(data, departments)
