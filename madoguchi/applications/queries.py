"""Answers for the pages of residents and staff about drafts and applications."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from madoguchi.applications import rules
from madoguchi.applications.models import (
    Application,
    Attachment,
    CaseEvent,
    Decision,
    Draft,
    EditedAnswer,
    Extension,
    Message,
    ProducedFile,
    SecondLookRequest,
)
from madoguchi.common import clock, registers
from madoguchi.common.jinja2env import both_eras
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition, Document, Question, Section
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.logic import Evaluation, evaluate

UPLOADS = ("file", "photo")


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its answer as it is read; `target` is `question` or `group/member/question`."""

    target: str
    label: str
    text: str
    question: Question
    personal: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """A topic with its answers; a group gives one block per member."""

    section: Section
    title: str
    lines: tuple[Line, ...]
    member_id: str = ""


def attached_documents(draft: Draft) -> set[str]:
    """The ids of the documents of which something was sent."""
    rows = Attachment.objects.filter(owner_id=draft.id, replaced_at=None)
    return set(rows.values_list("document_id", flat=True))


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A page on which something waits for the person: typed wrongly, or asked again by a new version."""

    section_id: str
    member_id: str
    question_id: str = ""  # "" for what was typed wrongly


def unfinished_pages(definition: Definition, draft: Draft, evaluation: Evaluation) -> list[Unfinished]:
    """Where something typed is not kept as an answer yet, or a question is asked again, among what is asked now."""
    if not draft.typed and not draft.asked_again:
        return []
    asked = {state.section.id: state.section for state in evaluation.sections if state.visible}
    found = []
    for page in draft.typed:
        section_id, _slash, member_id = page.partition("/")
        section = asked.get(section_id)
        if section is not None and (not member_id or member_id in _member_ids(section, draft.answers)):
            found.append(Unfinished(section_id, member_id))
    for path in draft.asked_again:
        if path not in evaluation.visible:
            continue
        group, _bracket, rest = path.partition("[")
        member_id, _close, question_id = rest.partition("].")
        question = definition.question(question_id or group)
        found.append(Unfinished(question.section_id, member_id, question.id))
    return found


def unfinished_text(definition: Definition, page: Unfinished, language: str) -> str:
    """What to do about an unfinished page."""
    if page.question_id:
        label = definition.question(page.question_id).label.of(language)
        return _("「%(label)s」に、もう一度お答えください。") % {"label": label}
    title = definition.section(page.section_id).title.of(language)
    return _("「%(title)s」に、直すところがあります。") % {"title": title}


def _member_ids(section: Section, answers: Mapping[str, Any]) -> set[str]:
    group = section.group
    return {str(m.get("_id", "")) for m in answers.get(group.id) or ()} if group is not None else set()


def attachments_of(owner_id: uuid.UUID, document_id: str) -> list[Attachment]:
    """The files sent for one document, oldest first."""
    rows = Attachment.objects.filter(owner_id=owner_id, document_id=document_id, replaced_at=None)
    return list(rows.order_by("added_at", "id"))


def referenced(digests: Sequence[str]) -> set[str]:
    """Those of these contents that something refers to: a file of a draft or case, a paper, another room's."""
    found: set[str] = set(Attachment.objects.filter(digest__in=digests).values_list("digest", flat=True))
    found.update(ProducedFile.objects.filter(digest__in=digests).values_list("digest", flat=True))
    for owner in registers.file_owners:
        found |= owner.value(digests)
    return found


def file_place(question: Question, member_id: str = "") -> str:
    """Under which document id the files of a file question are attached: `question` or `group/member/question`."""
    return f"{question.group_id}/{member_id}/{question.id}" if member_id else question.id


def next_member_id(members: Sequence[Mapping[str, Any]]) -> str:
    """An id for one more member of a group, never one that was used before it."""
    numbers = [
        int(str(m.get("_id", "m0"))[1:] or 0) for m in members if str(m.get("_id", ""))[1:].isdecimal()
    ]
    return f"m{max(numbers, default=0) + 1}"


def blocks(
    definition: Definition, answers: Mapping[str, Any], visible: set[str], language: str
) -> list[Block]:
    """All answers by topic, in the order of asking; questions that are not asked are left out."""
    found: list[Block] = []
    for section in definition.sections:
        group = section.group
        if group is None:
            lines = _lines(section.questions, answers, visible, "", "", language)
            if lines:
                found.append(Block(section, section.title.of(language), lines))
            continue
        if group.id not in visible:
            continue
        for number, member in enumerate(answers.get(group.id) or [], start=1):
            member_id = str(member.get("_id", ""))
            lines = _lines(group.questions, member, visible, group.id, member_id, language)
            title = f"{group.item_label.of(language) or group.label.of(language)} {number}"
            found.append(Block(section, title, lines, member_id))
    return found


def _lines(
    questions: Sequence[Question],
    answers: Mapping[str, Any],
    visible: set[str],
    group_id: str,
    member_id: str,
    language: str,
) -> tuple[Line, ...]:
    prefix = f"{group_id}[{member_id}]." if group_id else ""
    lines = []
    for question in questions:
        if question.kind in ("statement", "group") or f"{prefix}{question.id}" not in visible:
            continue
        value = answers.get(question.id)
        text = registry.of(question).display(question, value, language) if value is not None else ""
        target = f"{group_id}/{member_id}/{question.id}" if group_id else question.id
        lines.append(Line(target, question.label.of(language), text, question, question.personal))
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class CheckBlock:
    """A topic on the check page, with the address that changes it."""

    title: str
    lines: tuple[Line, ...]
    change_url: str
    is_group: bool


def check_blocks(
    definition: Definition, draft: Draft, evaluation: Evaluation, language: str
) -> list[CheckBlock]:
    """What the check page shows."""
    rows = []
    for block in blocks(definition, evaluation.answers, set(evaluation.visible), language):
        if block.member_id:
            url = reverse("applications:member", args=[draft.id, block.section.id, block.member_id])
        else:
            url = reverse("applications:section", args=[draft.id, block.section.id])
        rows.append(CheckBlock(block.title, block.lines, f"{url}?return=check", bool(block.member_id)))
    return rows


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member in the list of a group."""

    member_id: str
    title: str
    text: str
    url: str
    complete: bool


def member_rows(
    definition: Definition, draft: Draft, section: Section, group: Question, language: str
) -> list[MemberRow]:
    """The members of a group as a list: the first two answers name each."""
    rows = []
    for number, member in enumerate(draft.answers.get(group.id) or [], start=1):
        member_id = str(member.get("_id", ""))
        shown = [
            registry.of(q).display(q, member[q.id], language)
            for q in group.questions
            if member.get(q.id) is not None and q.kind not in UPLOADS
        ][:2]
        label = group.item_label.of(language) or group.label.of(language)
        url = reverse("applications:member", args=[draft.id, section.id, member_id])
        complete = f"{section.id}/{member_id}" not in draft.typed
        rows.append(MemberRow(member_id, f"{label} {number}", "、".join(shown), url, complete))
    return rows


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document that goes with a filing, and what was sent for it."""

    document_id: str
    label: str
    files: tuple[str, ...]
    change_url: str
    may_follow: bool
    required: bool


def document_rows(
    definition: Definition, draft: Draft, evaluation: Evaluation, language: str
) -> list[DocumentRow]:
    """The documents on the check page."""
    if not evaluation.documents:
        return []
    sent: dict[str, list[str]] = {}
    rows = Attachment.objects.filter(owner_id=draft.id, replaced_at=None).order_by("added_at")
    for document_id, name in rows.values_list("document_id", "name"):
        sent.setdefault(document_id, []).append(name)
    return [
        DocumentRow(
            state.document.id,
            state.document.label.of(language),
            tuple(sent.get(state.document.id, ())),
            reverse("applications:document", args=[draft.id, state.document.id]) + "?return=check",
            state.document.may_follow,
            state.required,
        )
        for state in evaluation.documents
    ]


def check_problems(
    definition: Definition, draft: Draft, problems: Sequence[Any], language: str
) -> list[tuple[str, str]]:
    """The problems that keep a filing from being sent, each with the address of its page."""
    found = []
    for problem in problems:
        if hasattr(problem, "document_id"):
            url = reverse("applications:document", args=[draft.id, problem.document_id])
            message = _("「%(label)s」を付けてください。") % {"label": problem.label}
        elif isinstance(problem, Unfinished):
            name, args = "applications:section", [draft.id, problem.section_id]
            if problem.member_id:
                name, args = "applications:member", [*args, problem.member_id]
            url, message = reverse(name, args=args), unfinished_text(definition, problem, language)
        elif getattr(problem, "member_id", None):
            url = reverse("applications:member", args=[draft.id, problem.section_id, problem.member_id])
            message = problem.message
        else:
            url = reverse("applications:section", args=[draft.id, problem.section_id])
            message = problem.message
        found.append((f"{url}?return=check", message))
    return found


@dataclass(frozen=True, slots=True)
class LateDocument:
    """A document that may follow the filing, with the files that have come for it."""

    document: Document
    required: bool
    files: tuple[Attachment, ...]

    @property
    def room(self) -> int:
        """How many more files it takes."""
        return self.document.max_files - len(self.files)


def late_documents(application: Application, definition: Definition) -> list[LateDocument]:
    """The documents this filing calls for that may follow it, in the order of the definition."""
    if not any(document.may_follow for document in definition.documents):
        return []
    evaluation = evaluate(definition, application.answers, today=application.received_on)
    following = [document.id for document in definition.documents if document.may_follow]
    rows = Attachment.objects.filter(
        owner_id=application.id, replaced_at=None, document_id__in=following
    ).order_by("added_at", "id")
    by_document: dict[str, list[Attachment]] = {}
    for row in rows:
        by_document.setdefault(row.document_id, []).append(row)
    return [
        LateDocument(state.document, state.required, tuple(by_document.get(state.document.id, ())))
        for state in evaluation.documents
        if state.document.may_follow
    ]


def documents_to_follow(application: Application, definition: Definition, language: str) -> list[str]:
    """The names of documents that may follow and have not come yet."""
    return [
        late.document.label.of(language)
        for late in late_documents(application, definition)
        if late.required and not late.files
    ]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened, as the resident is told."""

    at: datetime
    title: str
    text: str = ""


def resident_timeline(application: Application, definition: Definition, language: str) -> list[TimelineEntry]:
    """What happened to an application, without names of staff and without internal notes, newest first."""
    titles = {
        "filed": _("受け付けました"),
        "take": _("担当者が確認を始めました"),
        "return_for_correction": _("内容の直しをお願いしました"),
        "answer_correction": _("直した内容を受け取りました"),
        "send_document": _("書類を受け取りました"),
        "propose": _("決定の手続に入りました"),
        "extend": _("予定の日を延ばしました"),
        "edit_answer": _("担当の部署が、内容の一部を直しました"),
        "decide": _("決定しました"),
        "change_slot": _("予約の日時を変えました"),
        "book_slot": _("担当の部署が、予約を取りました"),
        "cancel_slot": _("予約を取り消しました"),
        "pay_fee": _("手数料の支払いを確認しました"),
        "waive_fee": _("手数料を減らしました"),
        "refund_fee": _("手数料を返しました"),
        "undo_fee": _("手数料の記録を取り消しました"),
        "look_again": _("もう一度調べてほしいという申出を受け付けました"),
        "withdraw": _("取り下げました"),
    }
    entries: list[TimelineEntry] = []
    seen: set[str] = set()
    for event in CaseEvent.objects.filter(application=application).order_by("at", "id"):
        if event.kind not in titles or (event.kind in ("take", "propose") and event.kind in seen):
            continue
        seen.add(event.kind)
        text = ""
        if event.kind == "decide":
            kind = definition.workflow.decision(str(event.detail.get("kind", "")))
            text = kind.label.of(language) if kind else ""
        elif event.kind == "send_document":
            text = document_label(definition, event, language)
        elif event.kind == "cancel_slot":
            text = str(event.detail.get("reason", ""))
        elif event.kind == "extend":
            day = both_eras(date.fromisoformat(event.detail["to"]))
            text = _("%(day)sまでに終わる見込みです。") % {"day": day}
        entries.append(TimelineEntry(event.at, titles[event.kind], text))
    return entries[::-1]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The messages of a case in figures, as who filed is told."""

    total: int
    unread: int
    asks: int  # questions of the office that wait for an answer


def mailbox(application: Application) -> Mailbox:
    """How many messages there are: one question."""
    from_office = Q(author__isnull=False)
    found = Message.objects.filter(application=application).aggregate(
        total=Count("id"),
        unread=Count("id", filter=from_office & Q(seen_at=None)),
        asks=Count("id", filter=Q(asks=True, answered_at=None)),
    )
    return Mailbox(**found)


def last_day_to_write(application: Application) -> date | None:
    """Until when messages about a closed case are taken; None while it is open."""
    closed_on = clock.tokyo_date(application.closed_at) if application.closed_at else None
    return rules.may_write_until(closed_on=closed_on)


@dataclass(frozen=True, slots=True)
class OfficeEdit:
    """An answer that the office put right, as who filed is told: which, why, what it says now."""

    at: datetime
    label: str
    reason: str
    after: str  # empty where the answer is gone


def office_edits(application: Application, definition: Definition, language: str) -> list[OfficeEdit]:
    """The answers that staff put right, newest first: one question."""
    found = []
    rows = EditedAnswer.objects.filter(edit__application=application).exclude(
        origin=EditedAnswer.Origin.COMPUTED
    )
    for row in rows.select_related("edit").order_by("-edit__at", "position"):
        question = definition.question(row.target_id.rpartition("/")[2])
        after = registry.of(question).display(question, row.after, language) if row.after is not None else ""
        label = question.label.of(language) if language != "ja" else row.label
        found.append(OfficeEdit(row.edit.at, label, row.edit.reason, after))
    return found


def document_label(definition: Definition, event: CaseEvent, language: str) -> str:
    """The name of the document whose arrival an event records."""
    wanted = event.detail.get("document")
    found = (d.label.of(language) for d in definition.documents if d.id == wanted)
    return next(found, "")


def as_filed(application: Application, definition: Definition) -> Evaluation:
    """What the definition makes of the answers as they stand, on the day the case was received: its fee too."""
    return evaluate(definition, application.answers, today=application.received_on)


def extension_days(application: Application, *, today: date) -> tuple[date, date] | None:
    """The first and last day to which the due day of a case may be extended now, or None."""
    timer = procedures.definition_of(application.procedure_version_id).clock
    if application.due_on is None or not rules.may_be_extended(timer):
        return None
    extended_days, closed_days = 0, frozenset[date]()
    if timer.extension is not None and timer.extension.max_days is not None:
        extended_days = sum(one.days for one in extensions_now(application))
        closed_days = organization.closed_days()
    return rules.extension_days(
        clock=timer,
        due=application.due_on,
        extended_days=extended_days,
        today=today,
        closed_days=closed_days,
    )


def extensions_of(application: Application) -> list[Extension]:
    """The extensions of a case, the last one first."""
    return list(Extension.objects.filter(application=application).order_by("-extended_at", "-id"))


def extensions_now(application: Application) -> list[Extension]:
    """Those of the period that runs: a second look (再調査) has a period of its own."""
    found = extensions_of(application)
    if not found:
        return found
    looks = SecondLookRequest.objects.filter(application=application)
    since = looks.aggregate(at=Max("entered_at"))["at"]
    return [one for one in found if since is None or one.extended_at >= since]


def made_decision(application: Application) -> Decision | None:
    """The decision that counts: the last one made (a second look may lead to another)."""
    made = Decision.objects.filter(application=application, decided_at__isnull=False)
    return made.order_by("-decided_at", "-id").first()


def decision_of(application: Application, decision_id: str) -> Decision | None:
    """A decision that was made in this case, also one that another has replaced."""
    try:
        wanted = uuid.UUID(decision_id)
    except ValueError:
        return None
    return Decision.objects.filter(application=application, id=wanted, decided_at__isnull=False).first()
