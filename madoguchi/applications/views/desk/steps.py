"""External steps of a case: ask, look, enter what came back, correct it, remind, cancel, print the papers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import desk_steps as desk
from madoguchi.applications import external_papers, external_queries, external_results
from madoguchi.applications.actions import external as actions
from madoguchi.applications.actions.decision import NumberTaken
from madoguchi.applications.external_rules import due_on
from madoguchi.applications.models import StepRequest
from madoguchi.applications.page_reading import PageInput, read_page
from madoguchi.applications.permissions import may_act_on
from madoguchi.applications.receiving import LIMITS, MAX_FILES, sealed, take_all, unsealed
from madoguchi.applications.views.desk.case import HANDLES, SEES, done, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.papers import inline_pdf
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.common.files import messages
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.procedures.definition import ExternalStep
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext

LONGEST_MESSAGE = 2000
LONGEST_ADDRESSEE = 200
LONGEST_WAIT = timedelta(days=365)
ACCEPT = ("image", "pdf")


def _step(case: OpenCase, step_id: str) -> ExternalStep:
    """The step as the definition of this case has it. Raises `Http404`."""
    step = case.definition.workflow.external_step(step_id)
    if step is None:
        raise Http404
    return step


def _request(case: OpenCase, request_id: uuid.UUID) -> tuple[StepRequest, ExternalStep]:
    """A request of this case with its step. Raises `Http404`."""
    found = StepRequest.objects.select_related("asked_by").filter(application=case.application, id=request_id)
    request = found.first()
    if request is None:
        raise Http404
    request.application = case.application
    case.looked_at["request"] = str(request.id)
    return request, _step(case, request.step_id)


def _standing(case: OpenCase, step: ExternalStep) -> Any:
    counting = external_queries.current(case.application, external_queries.requests_of(case.application))
    standings = external_queries.standings_of(case.application, case.definition, counting)
    return next(one for one in standings if one.step is step)


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, case: OpenCase, step_id: str) -> HttpResponse:
    """Say who is asked and until when; where the step has a letter it is read before it goes out."""
    step = _step(case, step_id)
    if step.kind == "board":
        raise Http404
    data = request.POST
    usual = due_on(step=step, asked_on=case.today)
    addressee = _addressee(data.get("by", ""), data.get("other", ""))
    typed_day = data.get("due_on", usual.isoformat()).strip()
    message = data.get("message", "").strip()
    act = data.get("act", "") if AGAIN not in data else AGAIN
    day, errors = _read_request(data.get("by", ""), addressee, typed_day, message, today=case.today)
    if request.method != "POST" or act == AGAIN:
        errors = {}
    why_not = desk.why_not_ask(
        case.application,
        _standing(case, step),
        acts=may_act_on(case.staff, case.application, today=case.today),
    )
    letter = None
    if request.method == "POST" and act != AGAIN and not errors and day is not None:
        if act == "ask":
            case.expect_unchanged(data)
            try:
                actions.ask(
                    application=case.application,
                    step_id=step.id,
                    addressee=addressee,
                    due_on=day,
                    message=message,
                    by=case.staff,
                    now=case.now,
                )
                return done(case, "ask_step")
            except NumberTaken:
                errors["main"] = _(
                    "文書番号を付けられませんでした。まだ頼んでいません。もう一度押してください。"
                )
        elif step.letter is not None:
            letter = _draft_letter(case, step, addressee, day, message)
    context = head_of(case) | {
        "step": step,
        "why_not": why_not,
        "by_choices": [*((one, one) for one in step.by), ("other", _("ほかの相手"))],
        "by": data.get("by", step.by[0] if len(step.by) == 1 else ""),
        "other": data.get("other", ""),
        "due_on": typed_day,
        "message": message,
        "longest_message": LONGEST_MESSAGE,
        "usual": usual,
        "letter": letter,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/step_ask.html", context, status=422 if errors else 200)


def _addressee(chosen: str, other: str) -> str:
    return " ".join(other.split()) if chosen == "other" else chosen.strip()


def _read_request(
    chosen: str, addressee: str, typed_day: str, message: str, *, today: date
) -> tuple[date | None, dict[str, str]]:
    errors: dict[str, str] = {}
    if not chosen:
        errors["by"] = _("頼む相手を選んでください。")
    elif not addressee:
        errors["other"] = _("頼む相手の名前を入力してください。")
    elif len(addressee) > LONGEST_ADDRESSEE:
        errors["other"] = _("相手の名前は%(most)s文字までにしてください。") % {"most": LONGEST_ADDRESSEE}
    day: date | None = None
    try:
        day = parse_date(typed_day)
    except DateError:
        errors["due_on"] = _("いつまでかを「2026年11月23日」のように入力してください。")
    if day is not None and not today <= day <= today + LONGEST_WAIT:
        words = {"first": both_eras(today), "last": both_eras(today + LONGEST_WAIT)}
        errors["due_on"] = _("いつまでかは、%(first)sから%(last)sまでの日にしてください。") % words
    if len(message) > LONGEST_MESSAGE:
        errors["message"] = _("伝えることは%(most)s文字までにしてください。") % {"most": LONGEST_MESSAGE}
    return day, errors


def _draft_letter(case: OpenCase, step: ExternalStep, addressee: str, day: date, message: str) -> Any:
    planned = actions.new_request(
        case.application, step, addressee=addressee, due_on=day, message=message, by=case.staff, now=case.now
    )
    number = _("（頼むときに付きます）")
    return external_papers.request_letter(case.application, step, planned, number=number)


@with_case(*SEES)
@require_GET
def page(request: HttpRequest, case: OpenCase, request_id: uuid.UUID) -> HttpResponse:
    """One request: whom, until when, what came back in all its versions, what may be done."""
    asked, step = _request(case, request_id)
    state, kind = desk.state_of_request(asked, today=case.today)
    context = head_of(case) | {
        "step": step,
        "asked": asked,
        "state": state,
        "kind": kind,
        "done": done_sentence(request.GET.get("done", "")),
        "options": desk.options(asked, case.staff, today=case.today),
        "results": desk.result_rows(asked, step),
        "files": desk.files_of(asked),
        "problems": [],
    }
    return render(request, "applications/desk/step.html", context)


def done_sentence(what: str) -> str:
    """What was just done with a request."""
    sentences = {
        "receive": _("結果を登録しました。"),
        "correct": _("結果を直しました。前の内容は残っています。"),
        "remind": _("催促したことを記録しました。"),
        "cancel": _("依頼を取り消しました。"),
    }
    return sentences.get(what, "")


def _back(case: OpenCase, asked: StepRequest, what: str) -> HttpResponse:
    return redirect(f"{reverse('desk:case_step', args=[case.application.id, asked.id])}?done={what}")


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def result(request: HttpRequest, case: OpenCase, request_id: uuid.UUID) -> HttpResponse:
    """Enter what came back, or correct what was entered with the reason."""
    asked, step = _request(case, request_id)
    corrects = asked.state == StepRequest.State.DONE
    option = desk.options(asked, case.staff, today=case.today)["correct" if corrects else "receive"]
    data, place = request.POST, actions.file_place(asked)
    typed = (
        read_page(step.result, data, CleanContext(case.today), stored={})
        if request.method == "POST"
        else None
    )
    reason = data.get("reason", "").strip()
    files = unsealed(data.getlist("kept"), place=f"{case.application.id}:{place}")
    problems: list[tuple[str, str]] = []
    if typed is not None and AGAIN not in data:
        room = MAX_FILES - len(files) - len(desk.files_of(asked))
        kept, refused = take_all(request.FILES.getlist("file"), accept=ACCEPT, room=room)
        files = list({file.digest: file for file in (*files, *kept)}.values())
        problems = _judge(step, typed, case.today) + [("#file", sentence) for sentence in refused]
        if corrects and not reason:
            problems.append(("#reason", _("直す理由を書いてください。")))
        elif len(reason) > LONGEST_MESSAGE:
            problems.append(
                ("#reason", _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_MESSAGE})
            )
        if not problems:
            case.expect_unchanged(data)
            if corrects:
                actions.correct(
                    request=asked,
                    values=typed.values,
                    files=files,
                    reason=reason,
                    by=case.staff,
                    now=case.now,
                )
            else:
                actions.receive(request=asked, values=typed.values, files=files, by=case.staff, now=case.now)
            return _back(case, asked, "correct" if corrects else "receive")
    context = head_of(case) | {
        "step": step,
        "asked": asked,
        "corrects": corrects,
        "option": option,
        "questions": _shown(step, asked, typed),
        "reason": reason,
        "longest_reason": LONGEST_MESSAGE,
        "kept": [(file, sealed(file, place=f"{case.application.id}:{place}")) for file in files],
        "promise": messages.promise(accept=ACCEPT, limits=LIMITS, max_files=MAX_FILES),
        "max_files": MAX_FILES,
        "errors": {href.removeprefix("#"): sentence for href, sentence in problems},
        "problems": problems,
    }
    return render(request, "applications/desk/step_result.html", context, status=422 if problems else 200)


def _judge(step: ExternalStep, typed: PageInput, today: date) -> list[tuple[str, str]]:
    """What is wrong with a result, in the order of its questions; the errors stay with what was typed."""
    found = external_results.checked(step, typed.values, today=today)
    for question_id, errors in found.errors.items():
        typed.errors.setdefault(question_id, errors)
    asked = {q.id: q for q in step.result}
    still = [q_id for q_id in typed.errors if q_id in found.errors]
    typed.errors = {q_id: typed.errors[q_id] for q_id in sorted(still, key=list(asked).index)}
    return [
        (_href(q_id, error.subfield or registry.of(asked[q_id]).first_part(asked[q_id])), error.message)
        for q_id, errors in typed.errors.items()
        for error in errors
    ]


def _href(question_id: str, subfield: str) -> str:
    return f"#q-{question_id}-{subfield}" if subfield else f"#q-{question_id}"


def _shown(step: ExternalStep, asked: StepRequest, typed: PageInput | None) -> Sequence[dict[str, Any]]:
    """Each question with what stands in its fields."""
    shown = []
    for question in step.result:
        kind = registry.of(question)
        value = asked.result.get(question.id)
        raw = kind.raw_of(question, value) if value is not None else {}
        errors: tuple[Any, ...] = ()
        if typed is not None:
            raw, errors = typed.raws.get(question.id, {}), typed.errors.get(question.id, ())
        shown.append(
            {"question": question, "raw": raw, "errors": errors, "required": question.required is True}
        )
    return shown


@with_case(*HANDLES)
@require_POST
def remind(request: HttpRequest, case: OpenCase, request_id: uuid.UUID) -> HttpResponse:
    """Note that who was asked was reminded."""
    asked, _ = _request(case, request_id)
    case.expect_unchanged(request.POST)
    actions.remind(request=asked, by=case.staff, now=case.now)
    return _back(case, asked, "remind")


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, case: OpenCase, request_id: uuid.UUID) -> HttpResponse:
    """Take a request back with its reason."""
    asked, step = _request(case, request_id)
    reason = request.POST.get("reason", "").strip()
    errors: dict[str, str] = {}
    if request.method == "POST" and AGAIN not in request.POST:
        if not reason:
            errors["reason"] = _("取り消す理由を書いてください。")
        elif len(reason) > LONGEST_MESSAGE:
            errors["reason"] = _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_MESSAGE}
        else:
            case.expect_unchanged(request.POST)
            actions.cancel(request=asked, reason=reason, by=case.staff, now=case.now)
            return _back(case, asked, "cancel")
    context = head_of(case) | {
        "step": step,
        "asked": asked,
        "option": desk.options(asked, case.staff, today=case.today)["cancel"],
        "reason": reason,
        "longest_reason": LONGEST_MESSAGE,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/step_cancel.html", context, status=422 if errors else 200)


@with_case(*SEES)
@require_GET
def sheet(request: HttpRequest, case: OpenCase, step_id: str) -> HttpResponse:
    """The sheet to take along, as PDF; it may be printed before anybody is asked."""
    step = _step(case, step_id)
    if step.sheet is None:
        raise Http404
    case.shown, case.looked_at["step"] = "sheet", step.id
    counting = external_queries.current(case.application, external_queries.requests_of(case.application))
    asked = counting.get(step.id)
    paper = external_papers.sheet(
        case.application,
        step,
        addressee=asked.addressee if asked else "",
        due=both_eras(asked.due_on) if asked else "",
        now=case.now,
    )
    return inline_pdf(paper.render_apart(), f"{case.application.receipt_number}-{step.id}-sheet.pdf")


@with_case(*SEES)
@require_GET
def letter(request: HttpRequest, case: OpenCase, request_id: uuid.UUID) -> HttpResponse:
    """The letter of a request, as PDF, word for word as it went out."""
    asked, step = _request(case, request_id)
    if not asked.letter:
        raise Http404
    case.shown = "letter"
    paper = external_papers.restored(asked.letter)
    return inline_pdf(paper.render_apart(), f"{case.application.receipt_number}-{step.id}-request.pdf")
