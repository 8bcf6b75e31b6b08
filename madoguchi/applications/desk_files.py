"""The files of a case, a page at a time: however many were sent, a page asks the same few questions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from madoguchi.applications.actions.review import answer_at
from madoguchi.applications.models import Application, Attachment
from madoguchi.applications.queries import UPLOADS
from madoguchi.applications.targets import target_title
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import Evaluation

LANGUAGE = "ja"
SHOWN = 20  # on the page of the case; the rest stands on pages of its own
PAGE = 100
FROM_MESSAGE = "message"
FROM_OPINION = "opinion"
FROM_STEP = "step"
OF_TALKS = Q(document_id__startswith=f"{FROM_MESSAGE}/") | Q(document_id__startswith=f"{FROM_OPINION}/")


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that belongs to the case."""

    id: uuid.UUID
    label: str
    name: str
    size: int
    added_at: datetime
    replaced_at: datetime | None


class CaseFiles:
    """What was sent for a case: how much, for what, and the rows of one page."""

    def __init__(self, application: Application, definition: Definition) -> None:
        self.application = application
        self.definition = definition
        self._all = Attachment.objects.filter(owner_id=application.id)
        counts = self._all.order_by().values("document_id").annotate(n=Count("id"), old=Count("replaced_at"))
        rows = list(counts.values_list("document_id", "n", "old"))
        uploads = [place for place, _n, _old in rows if self._is_answer(place)]
        self._current = Q(replaced_at=None)
        for place in uploads:
            self._current &= ~Q(document_id=place) | Q(digest__in=self._kept(place))
        self.total: int = sum(n for _place, n, _old in rows)
        there = {place: n - old for place, n, old in rows}
        if uploads:
            found = self._all.filter(self._current, document_id__in=uploads).order_by()
            there |= dict.fromkeys(uploads, 0)
            there |= dict(found.values("document_id").annotate(n=Count("id")).values_list("document_id", "n"))
        self.there = {place: n for place, n in there.items() if n}
        self.current_total: int = sum(self.there.values())

    @property
    def replaced_total(self) -> int:
        """How many were replaced, or taken out of an answer before filing."""
        return self.total - self.current_total

    def current(self, first: int = 0, most: int = SHOWN) -> list[FileRow]:
        """Files as they stand, the earliest first."""
        return self._rows(self._current, first, most)

    def replaced(self, first: int = 0, most: int = SHOWN) -> list[FileRow]:
        """Files that others took the place of."""
        return self._rows(~self._current, first, most)

    def papers(self, most: int = PAGE) -> list[FileRow]:
        """Files as they stand without those of talks: all that who is only asked about the case gets to see."""
        return self._rows(self._current & ~OF_TALKS, 0, most)

    def has_paper(self, attachment_id: uuid.UUID) -> bool:
        """Whether a file is one of `papers`."""
        return self._all.filter(self._current & ~OF_TALKS, id=attachment_id).exists()

    def missing(self, evaluation: Evaluation) -> list[MissingRow]:
        """The documents the filing calls for of which no file is there."""
        return [
            MissingRow(str(state.document.label), state.required)
            for state in evaluation.documents
            if state.document.id not in self.there
        ]

    def _rows(self, wanted: Q, first: int, most: int) -> list[FileRow]:
        rows = self._all.filter(wanted).order_by("added_at", "id")[first : first + most]
        return [
            FileRow(
                row.id,
                file_label(self.application, self.definition, row.document_id),
                row.name,
                row.size,
                row.added_at,
                row.replaced_at or (self.application.filed_at if self._is_taken_out(row) else None),
            )
            for row in rows
        ]

    def _is_answer(self, place: str) -> bool:
        question_id = place.rpartition("/")[2]
        return (
            self.definition.has_question(question_id)
            and self.definition.question(question_id).kind in UPLOADS
        )

    def _kept(self, place: str) -> list[str]:
        value = answer_at(self.application.answers, place)
        return [str(one.get("digest")) for one in value] if isinstance(value, list) else []

    def _is_taken_out(self, row: Attachment) -> bool:
        """A file sent for a question and taken out of the answer before filing: it was replaced by then."""
        return self._is_answer(row.document_id) and row.digest not in self._kept(row.document_id)


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A document the filing calls for that has not come."""

    label: str
    required: bool


def file_label(application: Application, definition: Definition, document_id: str) -> str:
    """The name of the document or question a file was sent for."""
    labels = {document.id: str(document.label) for document in definition.documents}
    if document_id in labels:
        return labels[document_id]
    origin = document_id.partition("/")[0]
    if origin == FROM_MESSAGE:
        return _("申請者からのメッセージ")
    if origin == FROM_OPINION:
        return _("他課の意見")
    if origin == FROM_STEP:
        step = definition.workflow.external_step(document_id.split("/")[1])
        return step.title if step else _("その他の書類")
    if definition.has_question(document_id.rpartition("/")[2]):
        return target_title(definition, application, document_id, LANGUAGE)
    return _("その他の書類")


def names_there(rows: Iterable[FileRow]) -> dict[str, list[str]]:
    """The names of files by what they were sent for."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.label, []).append(row.name)
    return found
