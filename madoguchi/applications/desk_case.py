"""One case as its officer reads it: answers and what changed, files, what happened, what was asked and decided."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.applications import desk_chain, queries
from madoguchi.applications.desk_origins import origins_told
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.models import (
    Application,
    CaseEvent,
    Channel,
    Correction,
    CorrectionItem,
    Decision,
)
from madoguchi.applications.targets import target_title
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.jinja2env import both_eras
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.logic import Evaluation, evaluate

PURPOSE_TIME = timedelta(minutes=60)
SENDING_TIME = timedelta(hours=10)  # what is sent comes from a page that was opened with a purpose
GIVEN = ("hand_over", "route")  # events that name who has the case from then on
MOVED = ("reorganise", "reorganisation_undone")  # events that give a case to another department
STATED = "state_purpose"
STEP_EVENTS = ("ask_step", "remind_step", "receive_step", "correct_step", "cancel_step")
LANGUAGE = "ja"  # the desk works in Japanese, whatever language a filing came in


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A question with its answer now; `before` is what was filed where that was something else."""

    target: str
    label: str
    text: str
    changed: bool
    before: str
    by_staff: bool = False  # staff typed it
    origin: str = ""  # the earlier filing it was taken over from


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """A topic with its answers."""

    title: str
    lines: tuple[AnswerLine, ...]


def evaluation_of(application: Application, definition: Definition) -> Evaluation:
    """The case as the rules see it, on the day it was received."""
    return evaluate(definition, application.answers, today=application.received_on, lang=LANGUAGE)


def answer_blocks(
    application: Application,
    definition: Definition,
    evaluation: Evaluation,
    reader: Staff,
    by_staff: Mapping[str, str] = MappingProxyType({}),
) -> list[AnswerBlock]:
    """All answers by topic, each compared with what was filed; `by_staff`: what staff typed, by target."""
    then = evaluate(definition, application.filed_answers, today=application.received_on, lang=LANGUAGE)
    filed = {
        line.target: line.text
        for block in queries.blocks(definition, then.answers, set(then.visible), LANGUAGE)
        for line in block.lines
    }
    origins = origins_told(application, reader, today=clock.today())
    corrected = application.filed_answers != application.answers
    found = []
    for block in queries.blocks(definition, evaluation.answers, set(evaluation.visible), LANGUAGE):
        lines = []
        for line in block.lines:
            before = filed.pop(line.target, "")
            changed = corrected and before != line.text
            typed = changed and by_staff.get(line.target) == line.text
            origin, before = ("", before) if changed else (origins.get(line.target, ""), "")
            lines.append(AnswerLine(line.target, line.label, line.text, changed, before, typed, origin))
        found.append(AnswerBlock(block.title, tuple(lines)))
    gone = [
        AnswerLine(target, target_title(definition, application, target, LANGUAGE), "", True, text)
        for target, text in filed.items()
        if text
    ]
    if gone:
        found.append(AnswerBlock(_("聞かれなくなった項目"), tuple(gone)))
    return found


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened, with who did it."""

    at: datetime
    title: str
    text: str
    who: str
    by_staff: bool


def event_rows(events: Sequence[CaseEvent], definition: Definition) -> list[EventRow]:
    """What happened in words, in the order given; the staff whom events name are asked for at once."""
    names = identity.staff_names(
        f"staff:{person}"
        for event in events
        for person in (event.detail.get("to") if event.kind in GIVEN else "", event.detail.get("for"))
        if person
    )
    return [_event_row(event, definition, names) for event in events]


def events_of(application: Application, *, last: int | None = None) -> list[CaseEvent]:
    """The events of a case, newest first; `last`: only so many."""
    rows = CaseEvent.objects.filter(application=application).select_related("actor").order_by("-at", "-id")
    return list(rows if last is None else rows[:last])


def _event_row(event: CaseEvent, definition: Definition, names: Mapping[str, str]) -> EventRow:
    detail = event.detail
    text = str(detail.get("reason", ""))
    if event.kind == "hand_over":
        to = names.get(f"staff:{detail.get('to')}", "")
        title = event_title(event.kind)
        text = _("%(name)sさんへ") % {"name": to} if to else _("担当者なしに")
    elif event.kind == "route":
        title = event_title(event.kind)
        text = _("%(name)sさんへ。%(why)s") % {
            "name": names.get(f"staff:{detail.get('to')}", ""),
            "why": _why_routed(detail),
        }
    elif event.kind in MOVED:
        title = event_title(event.kind)
        text = _("%(old)sから%(new)sへ") % {"old": detail.get("from_name"), "new": detail.get("to_name")}
    elif event.kind == "extend":
        title = event_title(event.kind)
        days = [both_eras(date.fromisoformat(str(detail[name]))) for name in ("from", "to")]
        text = _("%(from)sから%(to)sへ。理由：%(reason)s") % {"from": days[0], "to": days[1], "reason": text}
    elif event.kind in STEP_EVENTS:
        title, step = event_title(event.kind), definition.workflow.external_step(str(detail.get("step", "")))
        parts = (step.title if step else "", str(detail.get("to", "")), text)
        text = "　".join(part for part in parts if part)
    elif "yen" in detail:  # what was recorded of a fee
        title, text = event_title(event.kind), f"{detail['yen']:,}円　{text}".rstrip("　")
    elif event.kind == "decide":
        kind = definition.workflow.decision(str(detail.get("kind", "")))
        title, text = desk_chain.capacity_words(str(detail.get("as", ""))), str(kind.label) if kind else ""
    elif event.kind == "consult":
        title, text = event_title(event.kind), desk_chain.opinion_words(str(detail.get("opinion", "")))
    else:
        title = event_title(event.kind)
        if event.kind == "send_document":
            text = queries.document_label(definition, event, LANGUAGE)
    channel = str(detail.get("channel", ""))
    if channel in Channel.values:
        text = " ".join(filter(None, (str(Channel(channel).label), text)))
    if stood_in_for := names.get(f"staff:{detail.get('for')}"):
        text = " ".join(filter(None, (text, _("（不在の%(name)sさんの代理）") % {"name": stood_in_for})))
    return EventRow(
        event.at,
        title,
        text,
        event.actor.display_name if event.actor else _nobody(event.kind),
        event.actor is not None,
    )


def _nobody(kind: str) -> str:
    """Who did what no member of staff did."""
    if kind in MOVED:
        return _("組織改正")
    return _("自動の割り振り") if kind == "route" else _("申請者")


def _why_routed(detail: Mapping[str, Any]) -> str:
    """Why the rules of a department gave a case to somebody; the town itself is not told."""
    by = {
        (True, True): _("手続と町名の決まりによる割り振りです。"),
        (True, False): _("手続の決まりによる割り振りです。"),
        (False, True): _("町名の決まりによる割り振りです。"),
        (False, False): _("部署の決まりによる割り振りです。"),
    }[bool(detail.get("procedure")), bool(detail.get("town"))]
    return by + (
        _("担当できる人のうち、手続中の申請が少ない人を選びました。") if detail.get("by_load") else ""
    )


def event_title(kind: str) -> str:
    """What an event is called at the desk."""
    titles = {
        "filed": _("受付"),
        "take": _("担当の引受け"),
        "hand_over": _("担当の変更"),
        "route": _("担当の割り振り"),
        "reorganise": _("組織改正による移動"),
        "reorganisation_undone": _("組織改正の取消しによる移動"),
        "return_for_correction": _("補正の依頼"),
        "answer_correction": _("補正の回答"),
        "send_document": _("書類の提出"),
        "extend": _("期限の延長"),
        "edit_answer": _("回答の訂正"),
        "change_slot": _("予約の日時の変更"),
        "book_slot": _("予約の確保"),
        "cancel_slot": _("予約の取消し"),
        "pay_fee": _("手数料の納付"),
        "waive_fee": _("手数料の減免"),
        "refund_fee": _("手数料の還付"),
        "keep_fee": _("手数料を還付しない判断"),
        "undo_fee": _("手数料の記録の取消し"),
        "ask_opinion": _("他課への意見照会"),
        "give_opinion": _("意見の回答"),
        "withdraw_opinion": _("意見照会の取りやめ"),
        "propose": _("起案"),
        "send_back": _("差戻し"),
        "take_back": _("起案の引き戻し"),
        "consult": _("合議の回答"),
        "consult_pass_over": _("合議の省略"),
        "consult_again": _("合議の求め直し"),
        "decide": _("決裁"),
        "read_later": _("後閲"),
        "withdraw": _("取下げ"),
        "bulk_undone": _("一括処理の取消し"),
        "hold": _("廃棄の保留"),
        "hold_reviewed": _("保留の見直し"),
        "hold_ended": _("保留の終わり"),
        "ask_step": _("調査などの依頼"),
        "remind_step": _("催促"),
        "receive_step": _("結果の受領"),
        "correct_step": _("結果の訂正"),
        "cancel_step": _("依頼の取消し"),
        "bind_disaster": _("災害との結び付け"),
        "look_again": _("再調査の依頼"),
    }
    return titles.get(kind, kind)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One thing that was asked to be put right: what it was and what it became."""

    title: str
    reason: str
    text: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A request for correction and its answer."""

    asked_at: datetime
    asked_by: str
    answer_by_on: date
    answered_at: datetime | None
    message: str
    items: tuple[ItemRow, ...]


def correction_rows(application: Application, definition: Definition) -> list[CorrectionRow]:
    """All requests for correction, newest first."""
    found = (
        Correction.objects.filter(application=application)
        .select_related("asked_by")
        .prefetch_related("items")
        .order_by("-asked_at")
    )
    reasons = {reason.id: str(reason.label) for reason in definition.workflow.correction_reasons}
    return [
        CorrectionRow(
            correction.asked_at,
            correction.asked_by.display_name,
            correction.answer_by_on,
            correction.answered_at,
            correction.message,
            tuple(
                _item_row(application, definition, item, reasons)
                for item in sorted(correction.items.all(), key=lambda item: (item.position, item.id))
            ),
        )
        for correction in found
    ]


def _item_row(
    application: Application, definition: Definition, item: CorrectionItem, reasons: Mapping[str, str]
) -> ItemRow:
    title = title_of(application, definition, item.target, item.target_id)
    return ItemRow(
        title,
        reasons.get(item.reason_code, item.reason_code),
        item.text,
        _displayed(definition, item, item.before),
        _displayed(definition, item, item.after),
    )


def title_of(application: Application, definition: Definition, target: str, target_id: str) -> str:
    """The name of a question (of a member with its number) or a document."""
    if target == "document":
        return str(definition.document(target_id).label)
    return target_title(definition, application, target_id, LANGUAGE)


def _displayed(definition: Definition, item: CorrectionItem, value: Any) -> str:
    if value is None or item.target == "document":
        return ""
    question = definition.question(item.target_id.rpartition("/")[2])
    return registry.of(question).display(question, value, LANGUAGE)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A proposal with what became of it."""

    decision: Decision
    label: str
    steps: list[list[object]]
    is_replaced: bool = False  # by a later decision, after a second look

    @property
    def state(self) -> str:
        """Whether it waits, was decided or was sent back."""
        if self.is_replaced:
            return _("差替え済み")
        if self.decision.decided_at is not None:
            return _("決裁済み")
        if desk_chain.was_taken_back(self.decision):
            return _("引き戻し")
        return _("差戻し") if self.decision.sent_back_at is not None else _("決裁待ち")


def decision_rows(application: Application, definition: Definition) -> list[DecisionRow]:
    """All proposals of the case, newest first."""
    found = Decision.objects.filter(application=application).prefetch_related("consultations")
    rows: list[DecisionRow] = []
    for decision in found.order_by("-proposed_at"):
        kind = definition.workflow.decision(decision.kind)
        asked = sorted(decision.consultations.all(), key=lambda one: (one.position, one.round))
        steps = desk_chain.step_cells(desk_chain.steps(application, decision, asked))
        replaced = decision.decided_at is not None and any(row.decision.decided_at for row in rows)
        rows.append(DecisionRow(decision, str(kind.label) if kind else decision.kind, steps, replaced))
    return rows


def colleagues(application: Application, *, today: date) -> list[Staff]:
    """Who may take the case over: officers and heads of its department, by name."""
    people: dict[uuid.UUID, Staff] = {}
    for role in (Role.OFFICER, Role.HEAD):
        for person in organization.staff_with_role(application.department_code, role, today):
            people[person.id] = person
    return sorted(people.values(), key=lambda person: (person.name_kana, person.login))


# --- protected cases (支援措置) ---------------------------------------------------------------------------


def stated_purpose(
    staff: Staff, application_id: uuid.UUID, *, now: datetime, within: timedelta = PURPOSE_TIME
) -> str:
    """Why this person opens a protected case, as stated within the last hour; empty when nothing was."""
    entries = AuditEntry.objects.filter(
        actor=staff.actor, act=STATED, subject=subject_of(application_id), at__gt=now - within
    )
    return entries.order_by("-at").values_list("purpose", flat=True).first() or ""


@dataclass(frozen=True, slots=True)
class LookRow:
    """One time somebody opened a protected case."""

    at: datetime
    who: str
    purpose: str


def looks(application_id: uuid.UUID, *, most: int = 20) -> list[LookRow]:
    """Who opened a protected case and why, newest first."""
    entries = AuditEntry.objects.filter(act=STATED, subject=subject_of(application_id)).order_by("-at")[:most]
    found = list(entries)
    names = identity.staff_names(entry.actor for entry in found)
    return [LookRow(entry.at, names.get(entry.actor, entry.actor), entry.purpose) for entry in found]
