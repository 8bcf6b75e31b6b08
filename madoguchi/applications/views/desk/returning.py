"""Asking the resident to put things right, entering the answer for them, and taking back a filing for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import actions, queries, rules
from madoguchi.applications import desk_case as desk
from madoguchi.applications.actions.resident import open_correction
from madoguchi.applications.actions.review import Item
from madoguchi.applications.correcting import read_answers, shown_items
from madoguchi.applications.desk_files import CaseFiles, names_there
from madoguchi.applications.desk_options import options
from madoguchi.applications.errors import NotAllowed, NotComplete, ReasonMissing
from madoguchi.applications.models import Channel
from madoguchi.applications.page_reading import askable
from madoguchi.applications.views.desk.case import HANDLES, done, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.japan.eras import DateError, parse_date

LONGEST_MESSAGE = 2000
LONGEST_SAYING = 500
NAMED_FILES = 100


@dataclass(slots=True)
class AskRow:
    """A question or document that may be asked to be put right, with what the officer chose for it."""

    kind: str  # "question" or "document"
    target: str  # "children/m1/child_name", "identity"
    title: str
    answer: str
    chosen: bool = False
    reason: str = ""
    say: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        """What its fields are called in the form."""
        return f"{self.kind}:{self.target}"

    @property
    def id(self) -> str:
        """The id of its fields in the page."""
        return self.name.replace(":", "-").replace("/", "-")


@dataclass(frozen=True, slots=True)
class AskBlock:
    """A topic with what may be asked of it."""

    title: str
    rows: tuple[AskRow, ...]


def _answer_by(case: OpenCase, data: QueryDict | None) -> tuple[str, date | None, str]:
    """What stands in the field, the day, and what is wrong with it."""
    low, high = rules.CORRECTION_DAYS_RANGE
    if data is None:
        day = case.today + timedelta(days=rules.CORRECTION_DAYS)
        return day.isoformat(), day, ""
    typed = data.get("answer_by", "").strip()
    first, last = case.today + timedelta(days=low), case.today + timedelta(days=high)
    try:
        chosen = parse_date(typed)
    except DateError:
        return typed, None, _("回答の期限を「2026年11月23日」のように入力してください。")
    if not first <= chosen <= last:
        sentence = _("回答の期限は、%(first)sから%(last)sまでの日にしてください。")
        return typed, None, sentence % {"first": both_eras(first), "last": both_eras(last)}
    return typed, chosen, ""


def ask_blocks(case: OpenCase, data: QueryDict | None) -> list[AskBlock]:
    """Everything the resident could put right, with what was ticked and written."""
    definition, application = case.definition, case.application
    evaluation = desk.evaluation_of(application, definition)
    chosen = set(data.getlist("item")) if data is not None else set()
    reasons = {reason.id for reason in definition.workflow.correction_reasons}

    def row(kind: str, target: str, title: str, answer: str) -> AskRow:
        found = AskRow(kind, target, title, answer)
        if data is None:
            return found
        name = found.name
        found.reason = data.get(f"code.{name}", "")
        found.say = data.get(f"say.{name}", "").strip()
        # Whoever picks a reason or writes something means the item, ticked or not.
        found.chosen = name in chosen or bool(found.reason or found.say)
        if found.chosen and found.reason not in reasons:
            found.error = _("「%(title)s」を直してもらう理由を選んでください。") % {"title": title}
        elif len(found.say) > LONGEST_SAYING:
            found.error = _("説明は%(most)s文字までにしてください。") % {"most": LONGEST_SAYING}
        return found

    blocks = []
    for block in queries.blocks(definition, evaluation.answers, set(evaluation.visible), desk.LANGUAGE):
        answerable = {q.id for q in askable(line.question for line in block.lines) if q.kind != "slot"}
        rows = [
            row("question", x.target, x.label, x.text) for x in block.lines if x.question.id in answerable
        ]
        if rows:
            blocks.append(AskBlock(block.title, tuple(rows)))
    there = names_there(CaseFiles(application, definition).current(most=NAMED_FILES))
    papers = [
        row("document", s.document.id, str(s.document.label), "、".join(there.get(str(s.document.label), ())))
        for s in evaluation.documents
    ]
    if papers:
        blocks.append(AskBlock(_("添付書類"), tuple(papers)))
    return blocks


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Choose what is to be put right, why, and until when."""
    data = request.POST if request.method == "POST" else None
    blocks = ask_blocks(case, data)
    typed_day, day, day_error = _answer_by(case, data)
    message = data.get("message", "").strip() if data is not None else ""
    problems: list[tuple[str, str]] = []
    if data is not None and AGAIN not in data:
        rows = [row for block in blocks for row in block.rows if row.chosen]
        if not rows:
            first = next((row.id for block in blocks for row in block.rows), "main")
            problems.append((f"#{first}", _("直してもらう項目を1つ以上選んでください。")))
        problems += [(f"#{row.id}-code", row.error) for row in rows if row.error]
        if day_error:
            problems.append(("#answer_by", day_error))
        if len(message) > LONGEST_MESSAGE:
            sentence = _("申請者への案内は%(most)s文字までにしてください。")
            problems.append(("#message", sentence % {"most": LONGEST_MESSAGE}))
        if not problems and day is not None:
            case.expect_unchanged(data)
            items = [Item(row.kind, row.target, row.reason, row.say) for row in rows]
            actions.return_for_correction(
                application=case.application,
                items=items,
                answer_by_on=day,
                message=message,
                by=case.staff,
                now=case.now,
            )
            return done(case, "return")
    context = head_of(case) | {
        "option": options(case.application, case.staff, today=case.today, proposal=None)["return"],
        "blocks": blocks,
        "reasons": [(r.id, str(r.label)) for r in case.definition.workflow.correction_reasons],
        "answer_by": typed_day,
        "message": message,
        "errors": {href.removeprefix("#"): sentence for href, sentence in problems},
        "problems": problems,
    }
    return render(request, "applications/desk/return.html", context, status=422 if problems else 200)


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Enter the answer to a correction that came by telephone, on paper or at the counter."""
    asked = open_correction(case.application)
    if asked is None:
        raise NotAllowed
    read = read_answers(request, case.application, asked, language=desk.LANGUAGE)
    channel = request.POST.get("channel", "")
    channel_error = ""
    if request.method == "POST" and AGAIN not in request.POST:
        channel_error = (
            "" if channel in _other_channels() else _("どのように回答があったかを選んでください。")
        )
        if read.is_complete and not channel_error:
            case.expect_unchanged(request.POST)
            try:
                actions.answer_correction(
                    application=case.application,
                    values=read.values,
                    files=read.files,
                    now=case.now,
                    by=case.staff,
                    channel=channel,
                )
                return done(case, "answer")
            except NotComplete as error:
                read.add_problems(error.problems)
    problems = ([("#channel", channel_error)] if channel_error else []) + read.summary
    context = head_of(case) | {
        "correction": asked,
        "items": shown_items(case.application, asked, read, language=desk.LANGUAGE),
        "lang": desk.LANGUAGE,
        "channel_choices": channel_choices(),
        "channel_chosen": channel,
        "channel_error": channel_error,
        "problems": problems,
    }
    return render(request, "applications/desk/answer.html", context, status=422 if problems else 200)


def _other_channels() -> tuple[str, ...]:
    return (Channel.TELEPHONE, Channel.COUNTER, Channel.PAPER)


def channel_choices() -> list[tuple[str, str]]:
    """The ways in besides the web."""
    return [(str(value), str(Channel(value).label)) for value in _other_channels()]


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Take the filing back for the person, who said so by telephone, on paper or at the counter."""
    reason = request.POST.get("reason", "").strip()[:1000]
    channel = request.POST.get("channel", "")
    errors: dict[str, str] = {}
    if request.method == "POST" and AGAIN not in request.POST:
        if channel not in _other_channels():
            errors["channel"] = _("どのように申出があったかを選んでください。")
        if not reason:
            errors["reason"] = _("取り下げる理由を入力してください。")
        if not errors:
            case.expect_unchanged(request.POST)
            try:
                actions.withdraw(
                    application=case.application, reason=reason, now=case.now, by=case.staff, channel=channel
                )
                return done(case, "withdraw")
            except ReasonMissing:
                errors["reason"] = _("取り下げる理由を入力してください。")
    context: dict[str, Any] = head_of(case) | {
        "option": options(case.application, case.staff, today=case.today, proposal=None)["withdraw"],
        "reason": reason,
        "channel_choices": channel_choices(),
        "channel_chosen": channel,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/withdraw.html", context, status=422 if errors else 200)
