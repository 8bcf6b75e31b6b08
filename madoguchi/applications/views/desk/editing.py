"""Putting an answer right: choose which, type what it should be, say why; what follows from it is shown first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import actions
from madoguchi.applications import desk_case as desk
from madoguchi.applications.actions.editing import Edited, asked_for, editable, edited
from madoguchi.applications.actions.review import answer_at
from madoguchi.applications.correcting import offered_now
from madoguchi.applications.desk_edits import shown
from madoguchi.applications.desk_options import options
from madoguchi.applications.errors import NotComplete, NothingChanged, SlotNotFree
from madoguchi.applications.page_reading import (
    PageInput,
    clean_context,
    looked_up,
    raw_for,
    read_page,
    summary_of,
)
from madoguchi.applications.slot_tables import table_for, wrong_slot
from madoguchi.applications.targets import target_title
from madoguchi.applications.views.desk.case import HANDLES, done, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.applications.views.desk.returning import channel_choices
from madoguchi.common.pages import render
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds.base import FieldError
from madoguchi.procedures.one_pass import Problem

LONGEST_REASON = 500


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """One answer of the case, or the list to choose it from."""
    target = (request.POST if request.method == "POST" else request.GET).get("item", "")
    application, definition = case.application, case.definition
    option = options(application, case.staff, today=case.today, proposal=None)["edit"]
    asked = asked_for(application)
    if not editable(application, definition, target) or target in asked:
        context = head_of(case) | {"option": option, "blocks": _choices(case, asked)}
        return render(request, "applications/desk/edit_choose.html", context)
    question = definition.question(target.rpartition("/")[2])
    reason, channel = request.POST.get("reason", "").strip(), request.POST.get("channel", "")
    page, errors, outcome = PageInput(), dict[str, str](), None
    if request.method == "POST":
        context_of = clean_context(
            definition, application.answers, today=application.received_on, language=desk.LANGUAGE
        )
        page = read_page([question], request.POST, context_of, stored={}, for_staff=True)
        if not looked_up([question], request.POST, page) and AGAIN not in request.POST:
            errors = _form_errors(reason, channel)
            if not errors and not page.errors:
                case.expect_unchanged(request.POST)
                outcome = edited(application, target, page.values[question.id])
                if request.POST.get("agreed", "") == _mark(outcome):
                    _save(case, target, question, page, reason, channel)
                    if not page.errors:
                        return done(case, "edit")
    problems = summary_of(page.errors) + [(f"#{name}", sentence) for name, sentence in errors.items()]
    before = answer_at(application.answers, target)
    raw = page.raws.get(question.id) or raw_for(question, {question.id: before}, {})
    context = head_of(case) | {
        "option": option,
        "target": target,
        "label": target_title(definition, application, target, desk.LANGUAGE),
        "before": shown(definition, target, before),
        "filed": shown(definition, target, answer_at(application.filed_answers, target)),
        "question": question,
        "raw": raw,
        "field_errors": page.errors.get(question.id, ()),
        "notes": page.notes.get(question.id, ()),
        "offered": offered_now(application, question, target),
        "table": table_for(question, raw, language=desk.LANGUAGE, now=case.now, for_staff=True),
        "lang": desk.LANGUAGE,
        "reason": reason,
        "longest_reason": LONGEST_REASON,
        "channel_choices": channel_choices(),
        "channel_chosen": channel,
        "follows": outcome.follows if outcome else (),
        "missing": outcome.missing if outcome else (),
        "agreed": _mark(outcome) if outcome else "",
        "errors": errors,
        "problems": problems,
    }
    return render(request, "applications/desk/edit.html", context, status=422 if problems else 200)


def _choices(case: OpenCase, asked: set[str]) -> list[dict[str, Any]]:
    """Every answer by topic, with whether it may be put right here."""
    application, definition = case.application, case.definition
    evaluation = desk.evaluation_of(application, definition)
    blocks = desk.answer_blocks(application, definition, evaluation, case.staff)
    return [
        {
            "title": block.title,
            "lines": [
                {
                    "target": line.target,
                    "label": line.label,
                    "text": line.text,
                    "may": line.target not in asked and editable(application, definition, line.target),
                    "asked": line.target in asked,
                }
                for line in block.lines
            ],
        }
        for block in blocks
    ]


def _form_errors(reason: str, channel: str) -> dict[str, str]:
    errors = {}
    if channel not in dict(channel_choices()):
        errors["channel"] = _("どのように確かめたかを選んでください。")
    if not reason:
        errors["reason"] = _("訂正する理由を書いてください。申請者にも見えます。")
    elif len(reason) > LONGEST_REASON:
        errors["reason"] = _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}
    return errors


def _mark(outcome: Edited) -> str:
    """What stands in the page for having read what follows: another outcome is shown anew."""
    dropped = [one.target for one in outcome.follows]
    return ",".join([*dropped, *(f"{one.member_id or ''}:{one.question_id}" for one in outcome.missing)])


def _save(
    case: OpenCase, target: str, question: Question, page: PageInput, reason: str, channel: str
) -> None:
    """Write the edit; what is wrong with the answer goes into `page`."""
    try:
        actions.edit_answer(
            application=case.application,
            target=target,
            value=page.values[question.id],
            reason=reason,
            channel=channel,
            by=case.staff,
            now=case.now,
        )
    except NothingChanged:
        text = _("いまの回答と同じです。訂正する内容を入力してください。")
        page.errors[question.id] = (FieldError("", text, "unchanged"),)
    except SlotNotFree:
        value = page.values[question.id]
        page.errors[question.id] = wrong_slot(
            question, value, language=desk.LANGUAGE, now=case.now, for_staff=True
        )
    except NotComplete as error:
        page.errors[question.id] = tuple(
            FieldError(p.subfield, p.message, p.code) for p in error.problems if isinstance(p, Problem)
        )
