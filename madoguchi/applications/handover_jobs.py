"""What the worker does for hand-over: line up approved cases, write files, drop them, forget them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from madoguchi.applications import handover_lines as lines
from madoguchi.applications import queries
from madoguchi.applications.actions import handover as actions
from madoguchi.applications.handlers import FILE_GRACE
from madoguchi.applications.handover_reading import Ready, newly_protected, read_many
from madoguchi.applications.models import (
    Application,
    Decision,
    Handover,
    HandoverAnswer,
    HandoverBatch,
    HandoverFile,
    Status,
)
from madoguchi.common import clock, jobs, kernel, registers
from madoguchi.common.files.configured import configured
from madoguchi.common.files.store import StoredObject, chunks_of
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition

KEEP_FILES = timedelta(
    days=90
)  # a file that went out holds many people: it is kept to be sent again, no longer
KEEP_ANSWERS = timedelta(days=90)
LOOK_BACK = timedelta(days=31)
AT_ONCE = 200
State = Handover.State


@jobs.handler("applications.queue_handover")
def queue_handover(payload: Mapping[str, Any]) -> None:
    """Line up an approved case. Done again it finds the case in the line."""
    application = Application.objects.get(id=payload["application"])
    actions.queue(application=application, now=clock.now())


@jobs.handler("applications.look_after_handovers", every=timedelta(hours=1))
def look_after_handovers(payload: Mapping[str, Any]) -> None:
    """Line up what was decided of late and stands in no line: decided before there was an export, or imported."""
    exports = {offer.procedure_id: offer.definition.export for offer in procedures.offers()}
    # Where the definition names decisions each case is looked at; elsewhere those in favour of the person are enough.
    named = [procedure_id for procedure_id, export in exports.items() if export and export.decisions]
    in_favour = Decision.objects.filter(
        application=OuterRef("id"), decided_at__isnull=False, outcome__in=("granted", "accepted")
    )
    missed = Application.objects.filter(
        Exists(in_favour) | Q(procedure_id__in=named),
        status=Status.CLOSED,
        closed_at__gte=clock.now() - LOOK_BACK,
        procedure_id__in=[procedure_id for procedure_id, export in exports.items() if export],
        handover=None,
        erased_at=None,
    )
    for application in missed.order_by("closed_at", "id").iterator(AT_ONCE):
        actions.queue(application=application, now=clock.now())


@jobs.handler(actions.MAKE)
def make_handover(payload: Mapping[str, Any]) -> None:
    """Write the files of a batch. Stopped in the middle it begins again and writes the same."""
    batch = HandoverBatch.objects.get(id=payload["batch"])
    if batch.state != HandoverBatch.State.MAKING:
        return
    definition = procedures.definition_of(batch.procedure_version_id)
    assert definition.export is not None
    making = _Making(batch, definition)
    if definition.export.per == "case":
        files = list(making.one_file_each())
    else:
        files = making.one_file()
    making.keep_back()
    _finish(batch, files)


class _Making:
    """The cases of a batch, read once from the first to the last; those that cannot go are remembered."""

    def __init__(self, batch: HandoverBatch, definition: Definition) -> None:
        self.batch, self.definition = batch, definition
        self.day = clock.tokyo_date(batch.asked_at)
        self.kept_back: dict[str, list[UUID]] = {State.PROTECTED: [], State.NEEDS_PERSON: []}
        self.written = 0

    def one_file(self) -> list[HandoverFile]:
        store, _scanner = configured()
        stored = store.put(lines.encoded(self._pieces(), self.batch.encoding))
        return [self._file(stored, "", None, self.written)] if self.written else []

    def one_file_each(self) -> Iterator[HandoverFile]:
        store, _scanner = configured()
        for ready in self._cases():
            pieces = (lines.head(self.definition), self._body(ready, first=True), lines.tail(self.definition))
            stored = store.put(lines.encoded(iter(pieces), self.batch.encoding))
            application = ready.application
            yield self._file(stored, application.receipt_number, application.id, 1)

    def keep_back(self) -> None:
        """Give back what cannot go, to wait for a person."""
        for state, ids in self.kept_back.items():
            for start in range(0, len(ids), AT_ONCE):
                unit = kernel.Unit()
                unit.update(
                    Handover,
                    where={"id__in": ids[start : start + AT_ONCE], "state": State.MAKING},
                    set={"state": state, "batch": None, "since": clock.now(), "version": kernel.Increment()},
                    expect=None,
                )
                kernel.commit(unit)

    def _pieces(self) -> Iterator[str]:
        yield lines.head(self.definition)
        for ready in self._cases():
            yield self._body(ready, first=self.written == 1)
        yield lines.tail(self.definition)

    def _body(self, ready: Ready, *, first: bool) -> str:
        return lines.body(self.definition, ready.line, first=first)

    def _cases(self) -> Iterator[Ready]:
        """Those that can go. Looked at again now: somebody may have been protected since."""
        mine = Handover.objects.filter(batch=self.batch, state=State.MAKING)
        for ready in read_many(mine, today=clock.today()):
            if ready.is_protected and self.batch.protected_case_id != ready.handover.application_id:
                self.kept_back[State.PROTECTED].append(ready.handover.id)
            elif ready.line.problems:
                self.kept_back[State.NEEDS_PERSON].append(ready.handover.id)
            else:
                self.written += 1
                yield ready

    def _file(
        self, stored: StoredObject, receipt_number: str, application_id: UUID | None, cases: int
    ) -> HandoverFile:
        assert self.definition.export is not None
        name = lines.file_name(
            self.definition,
            made_on=self.day,
            batch_number=self.batch.number,
            receipt_number=receipt_number,
            utf8=self.batch.encoding != self.definition.export.encoding,
        )
        return HandoverFile(
            batch=self.batch,
            application_id=application_id or self.batch.protected_case_id,
            name=name,
            digest=stored.digest,
            size=stored.size,
            cases=cases,
        )


def _finish(batch: HandoverBatch, files: list[HandoverFile]) -> None:
    """Note the files, then, as one, that the batch is ready and its cases are sent."""
    now = clock.now()
    for start in range(0, len(files), AT_ONCE):
        unit = kernel.Unit()
        for file in files[start : start + AT_ONCE]:
            unit.insert(file, unless_exists=True)
        kernel.commit(unit)
    state = HandoverBatch.State.READY if files else HandoverBatch.State.EMPTY
    unit = kernel.Unit()
    unit.update(
        HandoverBatch,
        where={"id": batch.id, "state": HandoverBatch.State.MAKING},
        set={
            "state": state,
            "made_at": now,
            "cases": sum(file.cases for file in files),
            "version": kernel.Increment(),
        },
        expect=None,
    )
    sent = {"state": State.SENT, "sent_at": now, "since": now, "version": kernel.Increment()}
    unit.update(Handover, where={"batch": batch.id, "state": State.MAKING}, set=sent, expect=None)
    if files and settings.HANDOVER_FOLDER:
        unit.job(actions.DROP, {"batch": str(batch.id)})
    kernel.commit(unit)


@jobs.handler(actions.DROP)
def drop_handover(payload: Mapping[str, Any]) -> None:
    """Put the files of a batch into the drop folder, each whole or not at all. Done again it puts the same."""
    batch = HandoverBatch.objects.get(id=payload["batch"])
    if not settings.HANDOVER_FOLDER or batch.state != HandoverBatch.State.READY:
        return
    if newly_protected(batch, clock.today()):
        raise jobs.Dead("somebody in it was protected since it was made")
    folder = Path(settings.HANDOVER_FOLDER) / batch.procedure_id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in HandoverFile.objects.filter(batch=batch, erased_at=None).order_by("name"):
        _drop(folder, file)
        unit = kernel.Unit()
        unit.update(HandoverFile, where={"id": file.id}, set={"dropped_at": clock.now()}, expect=None)
        kernel.commit(unit)


def _drop(folder: Path, file: HandoverFile) -> None:
    store, _scanner = configured()
    target = folder / file.name
    with (
        store.open(file.digest) as stream,
        tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as out,
    ):
        digest = hashlib.sha256()
        try:
            for piece in chunks_of(stream):
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
            if digest.hexdigest() != file.digest:
                raise jobs.Dead("the content in the store is damaged")
            Path(out.name).replace(target)
        finally:
            Path(out.name).unlink(missing_ok=True)


@jobs.handler("applications.forget_handover_files", every=timedelta(days=1))
def forget_handover_files(payload: Mapping[str, Any]) -> None:
    """Let go of files and answers after their time; that they went out stays, with their digests."""
    now = clock.now()
    old = HandoverBatch.objects.filter(files_erased_at=None, made_at__lt=now - KEEP_FILES)
    for batch in old.order_by("made_at", "id")[:AT_ONCE]:
        files = list(HandoverFile.objects.filter(batch=batch, erased_at=None))
        unit = kernel.Unit()
        still = {"batch": batch.id, "erased_at": None}
        unit.update(HandoverFile, where=still, set={"erased_at": now}, expect=None)
        changes = {"files_erased_at": now, "version": kernel.Increment()}
        unit.update(HandoverBatch, where={"id": batch.id}, set=changes, expect=None)
        kernel.commit(unit)
        _let_go(batch, files)
    unit = kernel.Unit()
    unit.delete(HandoverAnswer, where={"at__lt": now - KEEP_ANSWERS})
    kernel.commit(unit)


def _let_go(batch: HandoverBatch, files: list[HandoverFile]) -> None:
    """Remove the content, in the store and where the core system left it in the drop folder."""
    store, _scanner = configured()
    for file in files:
        if settings.HANDOVER_FOLDER and file.dropped_at is not None:
            (Path(settings.HANDOVER_FOLDER) / batch.procedure_id / file.name).unlink(missing_ok=True)
        if not queries.referenced([file.digest]):
            store.delete_unless_put_since(file.digest, clock.now() - FILE_GRACE)


def referred_to(digests: Sequence[str]) -> set[str]:
    """Which of these contents are files of a batch."""
    return set(
        HandoverFile.objects.filter(digest__in=digests, erased_at=None).values_list("digest", flat=True)
    )


registers.file_owners.add("applications.handover", referred_to)
