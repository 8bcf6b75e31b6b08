"""The page on which a resident answers a request for correction: only the questions and documents it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from madoguchi.applications.actions.review import answer_at
from madoguchi.applications.models import Application, Correction, CorrectionItem
from madoguchi.applications.page_reading import clean_context
from madoguchi.applications.receiving import LIMITS, MAX_FILES, take_all
from madoguchi.common import clock
from madoguchi.common.files import messages
from madoguchi.common.files.intake import Accepted
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition, Document, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import FieldError, Raw


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One item of the correction as the page shows it; either `question` or `document` is set."""

    item: CorrectionItem
    title: str
    reason: str
    prefix: str
    question: Question | None = None
    document: Document | None = None
    raw: Raw | None = None
    before: str = ""
    errors: tuple[FieldError, ...] = ()
    promise: str = ""


@dataclass(slots=True)
class ReadAnswers:
    """What was sent: canonical values and files by target, what was typed, errors by target."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[Accepted]] = field(default_factory=dict)
    raws: dict[str, Raw] = field(default_factory=dict)
    errors: dict[str, tuple[FieldError, ...]] = field(default_factory=dict)
    summary: list[tuple[str, str]] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)  # target -> prefix of its fields

    @property
    def is_complete(self) -> bool:
        """Whether everything was sent as it should be."""
        return not self.errors

    def fail(self, target: str, question_id: str, errors: Sequence[FieldError]) -> None:
        """Note errors of one target, for the field and for the top of the page."""
        self.errors[target] = tuple(errors)
        prefix = self.targets[target].removeprefix("q.").replace(".", "-")
        for error in errors:
            tail = f"-{error.subfield}" if error.subfield else ""
            self.summary.append((f"#q-{prefix}{question_id}{tail}", error.message))

    def add_problems(self, problems: Sequence[Any]) -> None:
        """Errors the whole filing has with these answers."""
        for problem in problems:
            question_id = getattr(problem, "question_id", "") or ""
            for target in self.targets:
                if target.split("/")[-1] == question_id:
                    self.fail(target, question_id, [FieldError("", problem.message)])
                    break


def field_prefix(number: int) -> str:
    """The prefix of the fields of the n-th item, so that two members' same question do not collide."""
    return f"q.{number}."


def read_answers(
    request: HttpRequest, application: Application, correction: Correction, *, language: str
) -> ReadAnswers:
    """Read what was sent for each item; on GET nothing is read."""
    read = ReadAnswers()
    definition = procedures.definition_of(application.procedure_version_id)
    context = clean_context(definition, application.answers, today=clock.today(), language=language)
    for number, item in enumerate(correction.items.order_by("position", "id"), start=1):
        prefix = field_prefix(number)
        read.targets[item.target_id] = prefix
        if request.method != "POST":
            continue
        if item.target == "document":
            _read_document(request, definition.document(item.target_id), item, prefix, read, language)
            continue
        question = definition.question(item.target_id.split("/")[-1])
        if question.kind in ("file", "photo"):
            _read_file_question(request, question, item, prefix, read, language)
            continue
        _read_question(request.POST, question, item, prefix, read, context, language)
    return read


def _read_question(
    data: QueryDict,
    question: Question,
    item: CorrectionItem,
    prefix: str,
    read: ReadAnswers,
    context: Any,
    language: str,
) -> None:
    kind = registry.of(question)
    raw = kind.read(question, data, prefix=prefix)
    read.raws[item.target_id] = raw
    if kind.is_empty(question, raw):
        read.fail(item.target_id, question.id, [kind.missing(question, language)])
        return
    cleaned = kind.clean(question, raw, context)
    if cleaned.errors:
        read.fail(item.target_id, question.id, cleaned.errors)
    else:
        read.values[item.target_id] = cleaned.value


def _read_document(
    request: HttpRequest,
    document: Document,
    item: CorrectionItem,
    prefix: str,
    read: ReadAnswers,
    language: str,
) -> None:
    uploads = request.FILES.getlist(f"{prefix}{document.id}")
    kept, refused = take_all(uploads, accept=document.accept, room=document.max_files)
    if kept and not refused:
        read.files[item.target_id] = kept
        return
    label = document.label.of(language)
    sentences = refused or [_("「%(label)s」のファイルを選んでください。") % {"label": label}]
    read.fail(item.target_id, document.id, [FieldError("", text, "file") for text in sentences])


def _read_file_question(
    request: HttpRequest,
    question: Question,
    item: CorrectionItem,
    prefix: str,
    read: ReadAnswers,
    language: str,
) -> None:
    accept = question.accept or (("image",) if question.kind == "photo" else ("image", "pdf"))
    uploads = request.FILES.getlist(f"{prefix}{question.id}")
    kept, refused = take_all(uploads, accept=accept, room=question.max_files or MAX_FILES)
    if kept and not refused:
        read.values[item.target_id] = [
            {"digest": k.digest, "name": k.name, "media_type": k.media_type, "size": k.size} for k in kept
        ]
        return
    sentences = [FieldError("", text, "file") for text in refused]
    read.fail(item.target_id, question.id, sentences or [registry.of(question).missing(question, language)])


def shown_items(
    application: Application, correction: Correction, read: ReadAnswers, *, language: str
) -> list[ItemShown]:
    """The items in the order they were asked, with what stands in their fields now."""
    definition = procedures.definition_of(application.procedure_version_id)
    reasons = {reason.id: reason for reason in definition.workflow.correction_reasons}
    shown = []
    for number, item in enumerate(correction.items.order_by("position", "id"), start=1):
        reason = reasons.get(item.reason_code)
        said = " ".join(t for t in ((reason.text.of(language) if reason else ""), item.text) if t)
        prefix = field_prefix(number)
        errors = read.errors.get(item.target_id, ())
        if item.target == "document":
            document = definition.document(item.target_id)
            promise = messages.promise(accept=document.accept, limits=LIMITS, max_files=document.max_files)
            shown.append(
                ItemShown(
                    item,
                    document.label.of(language),
                    said,
                    prefix,
                    document=document,
                    errors=errors,
                    promise=promise,
                )
            )
            continue
        question = definition.question(item.target_id.split("/")[-1])
        kind = registry.of(question)
        value = answer_at(application.answers, item.target_id)
        raw = read.raws.get(item.target_id) or (kind.raw_of(question, value) if value is not None else {})
        shown.append(
            ItemShown(
                item,
                target_title(definition, application, item.target_id, language),
                said,
                prefix,
                question=question,
                raw=raw,
                before=kind.display(question, value, language) if value is not None else "",
                errors=errors,
            )
        )
    return shown


def target_title(definition: Definition, application: Application, target_id: str, language: str) -> str:
    """The name of what is to be put right; of a member with its number (お子さん 2：生年月日)."""
    parts = target_id.split("/")
    question = definition.question(parts[-1])
    label = question.label.of(language)
    if len(parts) == 1:
        return label
    group = definition.question(parts[0])
    ids = [m.get("_id") for m in application.answers.get(parts[0]) or []]
    number = ids.index(parts[1]) + 1 if parts[1] in ids else 0
    return f"{group.item_label.of(language) or group.label.of(language)} {number}：{label}"
