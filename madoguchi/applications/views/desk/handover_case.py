"""One case on its way to its core system: what goes out, what keeps it back, what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.applications import desk_handover as desk
from madoguchi.applications import handover_reading as reading
from madoguchi.applications.actions import handover as actions
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed, ReasonMissing, UnknownChoice
from madoguchi.applications.handover_lines import FOR_PEOPLE, Line, suggestion
from madoguchi.applications.models import Handover, HandoverBatch, HandoverFile
from madoguchi.applications.permissions import may_act_on, may_handle
from madoguchi.applications.views.desk.case import HANDLES, SEES, head_of
from madoguchi.applications.views.desk.handover import file_response
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.common.pages import render
from madoguchi.identity.asking import by_field

Problems = list[tuple[str, str]]


@with_case(*SEES)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """The columns as they go out, and the acts that are open now."""
    case.shown = "handover"
    handover = _handover(case)
    problems: Problems = []
    status = 200
    if request.method == "POST":
        problems, status = _act(request, case, handover)
        if not problems:
            address = reverse("desk:handover_case", args=[case.application.id])
            return redirect(f"{address}?done={request.POST.get('act', '')[:10]}")
    return _show(request, case, handover, problems, status)


def _handover(case: OpenCase) -> Handover:
    found = Handover.objects.select_related("application", "batch").filter(application=case.application)
    handover = found.first()
    if handover is None:
        raise Http404
    return handover


def _act(request: HttpRequest, case: OpenCase, handover: Handover) -> tuple[Problems, int]:
    """Do what was pressed; what is wrong with it, and the status that says so."""
    act, typed = request.POST.get("act", ""), request.POST.get("version", "")
    number = request.POST.get("column", "")
    place = f"#replacement-{number}" if number.isdecimal() else "#main"
    common: dict[str, Any] = {
        "handover": handover,
        "version": int(typed) if typed.isdecimal() and len(typed) < 9 else 0,
        "by": case.staff,
        "now": case.now,
    }
    reason = request.POST.get("reason", "").strip()
    if len(reason) > actions.LONGEST_REASON:
        return [(f"#{act}-reason", _("理由は%(most)s文字までにしてください。") % {"most": 500})], 422
    acts: dict[str, Callable[[], object]] = {
        "replace": lambda: actions.replace_value(
            column=_column(handover, number), replacement=request.POST.get("replacement", ""), **common
        ),
        "utf8": lambda: actions.send_as_utf8(**common),
        "hand": lambda: actions.settle_by_hand(reason=reason, **common),
        "accept": lambda: actions.answer_by_hand(accepted=True, reason="", **common),
        "refuse": lambda: actions.answer_by_hand(accepted=False, reason=reason, **common),
        "again": lambda: actions.send_again(**common),
        "release": lambda: actions.release_protected(purpose=case.purpose, **common),
    }
    if act not in acts:
        return [("#main", _("もう一度、ボタンを押してください。"))], 422
    try:
        acts[act]()
    except actions.DoesNotFit as error:
        words = {"what": error.characters}
        sentence = _("この文字も渡せません（%(what)s）。ほかの文字にしてください。") % words
        return [(place, sentence)], 422
    except UnknownChoice:
        return [(place, _("置き換える文字を確かめてください。"))], 422
    except ReasonMissing:
        return [(f"#{act}-reason", _("理由を書いてください。"))], 422
    except (ChangedMeanwhile, NotAllowed):
        handover.refresh_from_db()
        sentence = _("いまの状態ではできないか、この間にほかの職員が変更しました。状態を確かめてください。")
        return [("#main", sentence)], 409
    return [], 200


def _column(handover: Handover, number: str) -> str:
    """The column of the problem at this place of the page. Raises `UnknownChoice`."""
    problems = reading.read_one(handover).problems
    if not number.isdecimal() or len(number) > 4 or int(number) >= len(problems):
        raise UnknownChoice
    return problems[int(number)].column


def _show(
    request: HttpRequest, case: OpenCase, handover: Handover, problems: Problems, status: int
) -> HttpResponse:
    line = reading.read_one(handover)
    files = HandoverFile.objects.filter(application=case.application, erased_at=None).select_related("batch")
    words = {
        "replace": _("置き換える文字を記録しました。申請の内容は元のままです。"),
        "utf8": _("この申請はUTF-8で渡します。"),
        "hand": _("手作業で入力したことを記録しました。"),
        "accept": _("取込済みにしました。"),
        "refuse": _("取込エラーを記録しました。"),
        "again": _("もう一度、受け渡し待ちにしました。"),
        "release": _("受け渡しファイルの作成を始めました。"),
    }
    context = head_of(case) | {
        "here": "handover",
        "handover": handover,
        "state_label": desk.state_labels()[handover.state],
        "state_kind": desk.STATE_KINDS[Handover.State(handover.state)],
        "encoding": reading.encoding_of(handover, case.definition),
        "export": case.definition.export,
        "faults": _faults(line, request, problems),
        "values": desk.shown_values(case.definition, line),
        "replacements": handover.replacements.select_related("by").order_by("-at", "-id"),
        "files": [file for file in files if file.batch.state == HandoverBatch.State.READY],
        "may": _open_acts(case, handover, line),
        "typed": request.POST.get("reason", ""),
        "typed_act": request.POST.get("act", ""),
        "done": words.get(request.GET.get("done", ""), ""),
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "applications/desk/handover_case.html", context, status=status)


def _faults(line: Line, request: HttpRequest, problems: Problems) -> list[dict[str, Any]]:
    typed_at = request.POST.get("column", "") if problems else ""
    return [
        {
            "number": number,
            "column": one.column,
            "text": desk.problem_text(one),
            "original": one.original,
            "value": request.POST.get("replacement", "") if typed_at == str(number) else suggestion(one),
            "can_be_replaced": one.code not in FOR_PEOPLE,
        }
        for number, one in enumerate(line.problems)
    ]


def _open_acts(case: OpenCase, handover: Handover, line: Line) -> dict[str, bool]:
    """Which acts are open to this person in this state."""
    handles = may_handle(case.staff, case.application, today=case.today)
    answers = may_act_on(case.staff, case.application, today=case.today)
    state = handover.state
    misfits = any(one.code == "characters" for one in line.problems)
    return {
        "mend": handles and state in actions.MENDED_FROM,
        "utf8": handles and state in actions.MENDED_FROM and misfits,
        "hand": handles and state in actions.SETTLED_FROM,
        "answer": handles and state in actions.ANSWERED_FROM,
        "again": handles and state in actions.SENT_AGAIN_FROM,
        "release": answers and state in actions.RELEASED_FROM and not line.problems,
    }


@with_case(*HANDLES)
@require_GET
def file(request: HttpRequest, case: OpenCase, file_id: UUID) -> HttpResponseBase:
    """The file that holds only this case: the only way to that of a protected one."""
    case.shown = "handover_file"
    found = HandoverFile.objects.filter(
        id=file_id,
        application=case.application,
        erased_at=None,
        batch__state=HandoverBatch.State.READY,
    ).first()
    if found is None:
        raise Http404
    case.looked_at["file"] = str(found.id)
    return file_response(request, found, subject=subject_of(case.application.id))
