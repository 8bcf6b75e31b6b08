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
from madoguchi.applications.receiving import LIMITS, sealed, take_all, unsealed
from madoguchi.applications.targets import is_about, target_title
from madoguchi.common import clock
from madoguchi.common.files import messages
from madoguchi.common.files.intake import Accepted
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition, Document, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import FieldError, Raw
from madoguchi.procedures.kinds.files import Files
from madoguchi.procedures.logic import options_offered


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
    sent: tuple[dict[str, Any], ...] = ()  # files taken in already, while something else is wrong
    words: tuple[str, ...] = ()  # what stands for them in the page
    offered: frozenset[str] | None = None


@dataclass(slots=True)
class ReadAnswers:
    """What was sent: canonical values and files by target, what was typed, errors by target."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[Accepted]] = field(default_factory=dict)
    raws: dict[str, Raw] = field(default_factory=dict)
    errors: dict[str, tuple[FieldError, ...]] = field(default_factory=dict)
    summary: list[tuple[str, str]] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)  # target -> prefix of its fields
    taken: dict[str, list[Accepted]] = field(default_factory=dict)  # every file that was taken in, by target
    removed: str = ""  # a 削除 button was pressed: the page comes back without errors

    @property
    def is_complete(self) -> bool:
        """Whether everything was sent as it should be."""
        return not self.errors and not self.removed

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
            for target in self.targets:
                if is_about(problem, target):
                    self.fail(
                        target,
                        problem.question_id,
                        [FieldError(problem.subfield, problem.message, problem.code)],
                    )


def field_prefix(number: int) -> str:
    """The prefix of the fields of the n-th item, so that two members' same question do not collide."""
    return f"q.{number}."


def read_answers(
    request: HttpRequest, application: Application, correction: Correction, *, language: str
) -> ReadAnswers:
    """Read what was sent for each item; on GET nothing is read."""
    read = ReadAnswers(removed=request.POST.get("remove", ""))
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
        kind = registry.of(question)
        if isinstance(kind, Files):
            _read_file_question(request, question, kind, item, prefix, read, language)
            continue
        _read_question(request.POST, question, item, prefix, read, context, language)
    if read.removed:
        read.errors.clear()
        read.summary.clear()
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
    files, refused = _take(
        request, item, f"{prefix}{document.id}", read, accept=document.accept, most=document.max_files
    )
    if files and not refused:
        read.files[item.target_id] = files
        return
    label = document.label.of(language)
    sentences = refused or [_("「%(label)s」のファイルを選んでください。") % {"label": label}]
    read.fail(item.target_id, document.id, [FieldError("", text, "file") for text in sentences])


def _read_file_question(
    request: HttpRequest,
    question: Question,
    kind: Files,
    item: CorrectionItem,
    prefix: str,
    read: ReadAnswers,
    language: str,
) -> None:
    files, refused = _take(
        request,
        item,
        f"{prefix}{question.id}",
        read,
        accept=kind.accept(question),
        most=kind.most(question),
    )
    if files and not refused:
        read.values[item.target_id] = [
            {"digest": f.digest, "name": f.name, "media_type": f.media_type, "size": f.size} for f in files
        ]
        return
    sentences = [FieldError("", text, "file") for text in refused]
    read.fail(item.target_id, question.id, sentences or [kind.missing(question, language)])


def _take(
    request: HttpRequest,
    item: CorrectionItem,
    name: str,
    read: ReadAnswers,
    *,
    accept: Sequence[str],
    most: int,
) -> tuple[list[Accepted], list[str]]:
    """The files for one item: those a page that came back still holds, and those sent now."""
    before = unsealed(request.POST.getlist(f"kept.{item.id}"), place=str(item.id))
    files = {f.digest: f for f in before if f"{item.id}:{f.digest}" != read.removed}
    taken, refused = take_all(request.FILES.getlist(name), accept=accept, room=most - len(files))
    files |= {f.digest: f for f in taken}
    read.taken[item.target_id] = list(files.values())
    return read.taken[item.target_id], refused


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
        shared: dict[str, Any] = {
            "item": item,
            "reason": said,
            "prefix": field_prefix(number),
            "errors": read.errors.get(item.target_id, ()),
            "sent": tuple(
                {"value": f"{item.id}:{f.digest}", "name": f.name, "size": f.size}
                for f in read.taken.get(item.target_id, ())
            ),
            "words": tuple(sealed(f, place=str(item.id)) for f in read.taken.get(item.target_id, ())),
        }
        if item.target == "document":
            document = definition.document(item.target_id)
            promise = messages.promise(accept=document.accept, limits=LIMITS, max_files=document.max_files)
            title = document.label.of(language)
            shown.append(ItemShown(title=title, document=document, promise=promise, **shared))
        else:
            shown.append(_shown_question(definition, application, read, shared, language))
    return shown


def _shown_question(
    definition: Definition, application: Application, read: ReadAnswers, shared: dict[str, Any], language: str
) -> ItemShown:
    target_id = shared["item"].target_id
    question = definition.question(target_id.split("/")[-1])
    kind = registry.of(question)
    value = answer_at(application.answers, target_id)
    raw = read.raws.get(target_id) or (kind.raw_of(question, value) if value is not None else {})
    promise = ""
    if isinstance(kind, Files):
        promise = messages.promise(accept=kind.accept(question), limits=LIMITS, max_files=kind.most(question))
    return ItemShown(
        title=target_title(definition, application, target_id, language),
        question=question,
        raw=raw,
        before=kind.display(question, value, language) if value is not None else "",
        promise=promise,
        offered=offered_now(application, question, target_id),
        **shared,
    )


def offered_now(application: Application, question: Question, target_id: str) -> frozenset[str] | None:
    """The options to choose from, where they depend on other answers."""
    if all(option.when is None for option in question.options):
        return None
    group_id, _slash, rest = target_id.partition("/")
    members = application.answers.get(group_id) or [] if rest else []
    member = next((m for m in members if m.get("_id") == rest.partition("/")[0]), None)
    return options_offered(question, application.answers, today=application.received_on, member=member)
