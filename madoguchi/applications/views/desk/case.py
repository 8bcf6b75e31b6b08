"""The case on one screen, and the small things done from there: take, hand over, note, receipt, protection."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import actions, desk_chain, desk_contacts, desk_opinions, durations, queries
from madoguchi.applications import desk_case as desk
from madoguchi.applications.actions.decision import open_proposal
from madoguchi.applications.actions.resident import open_correction
from madoguchi.applications.desk_case import stated_purpose
from madoguchi.applications.desk_changes import changes
from madoguchi.applications.desk_earlier import earlier
from madoguchi.applications.desk_edits import edit_rows, edited_texts
from madoguchi.applications.desk_fees import fee_line
from madoguchi.applications.desk_files import CaseFiles
from madoguchi.applications.desk_household import household
from madoguchi.applications.desk_looks import note_look
from madoguchi.applications.desk_options import options
from madoguchi.applications.desk_queries import STATUS_KINDS, due_of
from madoguchi.applications.desk_related import related
from madoguchi.applications.desk_slots import slot_line
from madoguchi.applications.desk_steps import blocked_words, step_rows
from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.models import Channel, DisasterFiling, InternalNote, Status
from madoguchi.applications.produced import desk_copy_pdf
from madoguchi.applications.secrets import secret_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.papers import inline_pdf
from madoguchi.applications.views.desk.refusals import AGAIN, state_purpose_page
from madoguchi.common import kernel
from madoguchi.common.ids import grouped
from madoguchi.common.pages import render
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization

SEES = ("officer", "approver", "head")
HANDLES = ("officer", "head")
LONGEST_NOTE = 4000


@with_case(*SEES)
@require_GET
def page(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """The case on one screen."""
    return show(request, case)


def show(
    request: HttpRequest,
    case: OpenCase,
    *,
    problems: tuple[tuple[str, str], ...] = (),
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The case, with what was typed into one of its small forms and what is wrong with it."""
    application, definition = case.application, case.definition
    evaluation = desk.evaluation_of(application, definition)
    files = CaseFiles(application, definition)
    offered = options(application, case.staff, today=case.today, proposal=open_proposal(application))
    edits = edit_rows(application, definition)
    corrections = desk.correction_rows(application, definition)
    events = desk.events_of(application)
    notes = list(
        InternalNote.objects.filter(application=application).select_related("author").order_by("-at")
    )
    case.sees_news = True
    others = related(application, case.staff, today=case.today)
    if others:
        case.looked_at["related"] = [one.number.replace("-", "") for one in others]
    kin = household(
        application, definition, case.staff, is_protected=case.restriction is not None, today=case.today
    )
    if kin.shown or kin.elsewhere:
        case.looked_at["household"] = [one.number.replace("-", "") for one in kin.shown]
        case.looked_at["household_elsewhere"] = sum(n for _name, n in kin.elsewhere)
    before = earlier(application, definition, case.staff, today=case.today)
    if before is not None:
        case.looked_at["earlier"] = before.number.replace("-", "")
    errors = {href.removeprefix("#"): message for href, message in problems}
    context = head_of(case) | {
        "done": done_sentence(request.GET.get("done", "")),
        "options": offered,
        "evaluation": evaluation,
        "changes": changes(
            application,
            definition,
            since=case.look_around().since(case.now),
            staff=case.staff,
            events=events,
            corrections=corrections,
            edits=edits,
            notes=notes,
        ),
        "blocks": desk.answer_blocks(application, definition, evaluation, case.staff, edited_texts(edits)),
        "files": files.current(),
        "files_total": files.current_total,
        "replaced_files": files.replaced(),
        "replaced_total": files.replaced_total,
        "missing": files.missing(evaluation),
        "events": desk.event_rows(events, definition),
        "notes": notes,
        "contacts": desk_contacts.rows(application, most=desk_contacts.LATEST),
        "contact_counts": desk_contacts.counts(application),
        "corrections": corrections,
        "opinions": desk_opinions.rows_of(application, definition, today=case.today),
        "edits": edits,
        "decisions": desk.decision_rows(application, definition),
        "step_columns": desk_chain.step_columns(),
        "extensions": queries.extensions_of(application),
        "bound": DisasterFiling.objects.filter(application=application).select_related("disaster").first()
        if definition.workflow.disaster
        else None,
        "earlier": before,
        "blocked": blocked_words(application, definition),
        "fee": fee_line(application, definition, evaluation),
        "slot": slot_line(application, definition),
        "steps": step_rows(application, definition, case.staff, today=case.today),
        "related": others,
        "household": kin,
        "colleagues": colleague_choices(case) if offered["hand_over"].allowed else [],
        "looks": desk.looks(application.id) if case.restriction and offered["protect"].allowed else [],
        "typed": typed or {},
        "errors": errors,
        "problems": list(problems),
    }
    return render(request, "applications/desk/case.html", context, status=status)


def head_of(case: OpenCase) -> dict[str, Any]:
    """What the head of every page of a case says."""
    application = case.application
    correction = open_correction(application) if application.status == Status.RETURNED else None
    return {
        "here": "desk",
        "application": application,
        "definition": case.definition,
        "number": grouped(application.receipt_number),
        "department": organization.department(application.department_code),
        "status_label": str(Status(application.status).label),
        "status_kind": STATUS_KINDS[application.status],
        "due": due_of(
            application, today=case.today, answer_by_on=correction.answer_by_on if correction else None
        ),
        "forecast_on": durations.forecast_of(application, today=case.today),
        "channel": str(Channel(application.channel).label),
        "restriction": case.restriction,
        "case_url": case.url,
        "opinions_awaited": desk_opinions.waiting_words(application, today=case.today),
        "others_here": case.look_around().others,
        "is_editing": case.is_editing,
    }


def colleague_choices(case: OpenCase) -> list[tuple[str, str]]:
    """To whom the case may be handed over, and back to the department when somebody holds it."""
    application = case.application
    people = [
        (str(person.id), person.display_name)
        for person in desk.colleagues(application, today=case.today)
        if person.id != application.holder_id
    ]
    return [*people, ("nobody", _("所属に戻す（担当者なし）"))] if application.holder_id else people


def done_sentence(done: str) -> str:
    """What was just done, said once on the case."""
    sentences = {
        "take": _("あなたが担当者になりました。"),
        "take_for": _("担当者の代理として、審査を始めました。"),
        "hand_over": _("担当を変えました。"),
        "note": _("メモを保存しました。"),
        "return": _("補正を依頼しました。申請者に知らせます。"),
        "answer": _("補正の回答を登録しました。"),
        "edit": _("回答を訂正しました。申請者に知らせます。"),
        "slot": _("予約を変えました。"),
        "extend": _("期限を延ばしました。通知書を作成し、メールの宛先があれば申請者に知らせます。"),
        "opinion": _("意見を照会しました。相手の課に知らせます。"),
        "opinion_withdrawn": _("意見照会を取りやめました。"),
        "propose": _("起案しました。合議と決裁を待ちます。"),
        "take_back": _("起案を引き戻しました。直して、もう一度起案できます。"),
        "pass_over": _("合議を待たずに進めます。理由を記録しました。"),
        "ask_again": _("もう一度、合議を求めました。"),
        "read_later": _("後閲を記録しました。"),
        "ask_step": _("頼んだことを記録しました。依頼状があるときは、印刷して送ってください。"),
        "bind_disaster": _("災害との結び付けを変えました。"),
        "look_again": _("再調査の依頼を受け付けました。もう一度、調査から進めてください。"),
        "send_back": _("差し戻しました。"),
        "decide": _("決裁しました。通知書を作成し、申請者に知らせます。"),
        "withdraw": _("取下げを登録しました。"),
        "restrict": _("支援措置を設定しました。"),
        "release": _("支援措置を解除しました。"),
    }
    return sentences.get(done, "")


def done(case: OpenCase, what: str, *, page: str = "") -> HttpResponse:
    """Back to the case (or another page of it), which says what was done."""
    address = reverse(f"desk:{page}", args=[case.application.id]) if page else case.url
    return redirect(f"{address}?done={what}")


@with_case(*HANDLES)
@require_POST
def take(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Become the holder."""
    case.expect_unchanged(request.POST)
    actions.take(application=case.application, by=case.staff, now=case.now)
    return done(case, "take" if case.application.holder_id == case.staff.id else "take_for")


@with_case(*HANDLES)
@require_POST
def hand_over(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Give the case to a colleague or back to the department."""
    chosen = request.POST.get("to", "")
    typed = {"to": chosen}
    if chosen not in dict(colleague_choices(case)):
        problem = ("#to", _("だれに渡すかを選んでください。"))
        return show(request, case, problems=(problem,), typed=typed, status=422)
    if AGAIN in request.POST:
        return show(request, case, typed=typed)
    case.expect_unchanged(request.POST)
    to = None if chosen == "nobody" else _colleague(case, chosen)
    actions.hand_over(application=case.application, to=to, by=case.staff, now=case.now)
    return done(case, "hand_over")


def _colleague(case: OpenCase, chosen: str) -> Staff:
    for person in desk.colleagues(case.application, today=case.today):
        if str(person.id) == chosen:
            return person
    raise NotAllowed


@with_case(*HANDLES)
@require_POST
def note(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Write a note that only staff see."""
    text = request.POST.get("text", "").strip()
    error = ""
    if not text:
        error = _("メモを入力してください。")
    elif len(text) > LONGEST_NOTE:
        error = _("メモは%(most)s文字までにしてください。") % {"most": LONGEST_NOTE}
    if error:
        return show(request, case, problems=(("#text", error),), typed={"text": text}, status=422)
    actions.add_note(application=case.application, text=text, by=case.staff, now=case.now)
    return done(case, "note")


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """The sheet for who filed: the secret stands on it only once the officer has said to whom it is handed.

    Whoever has number and secret may act as the person who filed, so showing it is an act with its own record.
    """
    handed = request.POST.get("handed", "")
    error = secret = ""
    if request.method == "POST":
        if case.restriction is not None and not stated_purpose(case.staff, case.application.id, now=case.now):
            case.shown = ""
            return state_purpose_page(request, case.application, then=request.path)
        if handed in dict(handed_choices()):
            secret = secret_of(case.application)
            case.shown, case.looked_at["handed"] = "secret", handed
        else:
            error = _("控えをだれに渡すかを選んでください。")
    context = head_of(case) | {
        "secret": secret,
        "handed": handed,
        "handed_choices": handed_choices(),
        "errors": {"handed": error} if error else {},
        "problems": [("#handed", error)] if error else [],
        "is_lost": case.shown == "secret" and not secret,
        "next_steps": case.definition.outputs.next_steps,
        "new": "new" in request.GET,
    }
    return render(request, "applications/desk/receipt.html", context, status=422 if error else 200)


def handed_choices() -> list[tuple[str, str]]:
    """To whom the secret may be handed."""
    return [
        ("applicant", _("窓口で本人に渡す")),
        ("agent", _("窓口で代理人に渡す")),
        ("post", _("本人の住所に郵送する")),
    ]


@with_case(*SEES, recorded=False)
@require_GET
def presence(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Who else has the case open, for the script that keeps the page up to date; shows nothing of the case."""
    looks, unit = case.look_around(), kernel.Unit()
    note_look(
        unit,
        case.application.id,
        looks,
        staff=case.staff,
        now=case.now,
        sees_news=False,
        is_editing="editing" in request.GET,
    )
    kernel.commit(unit)
    return render(request, "applications/desk/presence.html", {"others_here": looks.others})


@with_case(*SEES)
@require_GET
def copy(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """The copy of what was filed, as PDF, without the secret."""
    case.shown = "copy"
    return inline_pdf(desk_copy_pdf(case.application), f"{case.application.receipt_number}.pdf")
