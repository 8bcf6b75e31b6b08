"""The priority procedures (優先手続) for everybody: which of the national list can be filed online here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.procedures.priority import Priority, priorities


@access.public
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All of the list, in its order."""
    found = priorities()
    citys = [one for one in found if one.listed.is_citys]
    context = {
        "here": "procedures",
        "lang": get_language() or "ja",
        "found": found,
        "state": _state,
        "fields": _fields(),
        "count": len(citys),
        "online": sum(one.is_open for one in citys),
        "csv": reverse("procedures:priority-csv"),
    }
    return render(request, "procedures/priority.html", context)


@access.public
@require_GET
def file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same as a file."""
    language, fields = get_language() or "ja", _fields()
    header = [_("手続"), _("番号"), _("2021年の一覧の名前"), _("分野"), _("オンラインでの申請"), _("ページ")]
    rows = [
        [
            one.name_now.of(language),
            one.listed.number,
            one.listed.name,
            fields[one.listed.field],
            _state(one),
            request.build_absolute_uri(address) if (address := _address(one)) else "",
        ]
        for one in priorities()
    ]
    return list_response(request, kind, "priority-procedures", header, rows)


def _state(one: Priority) -> str:
    """Whether it can be filed online here today, or why not."""
    if one.is_open:
        return _("できます")
    if not one.listed.is_citys:
        body = one.listed.body.of(get_language() or "ja")
        return _("市の手続ではありません。%(body)sの手続です。") % {"body": body}
    if one.offer is not None:
        return _("いまは受け付けていません。担当の窓口にお問い合わせください。")
    return _("まだできません。市役所にお問い合わせください。")


def _address(one: Priority) -> str:
    if one.offer is not None:
        return reverse("procedures:page", args=[one.offer.procedure_id])
    return one.listed.page


def _fields() -> dict[str, str]:
    """What the list calls its fields, in the language of the page."""
    return {
        "子育て": _("子育て"),
        "介護": _("介護"),
        "被災者支援": _("被災者支援"),
        "自動車": _("自動車"),
    }
