"""PDFs of an application: made once by a worker and kept; made on the spot when somebody is faster."""

from __future__ import annotations

from datetime import datetime

from madoguchi.applications import letters
from madoguchi.applications.models import Application, Decision, Extension, ProducedFile
from madoguchi.common import kernel
from madoguchi.common.files.configured import configured
from madoguchi.common.files.store import StorageError

COPY = "copy"
NOTICE = "notice"
EXTENSION = "extension"


def copy_pdf(application: Application) -> bytes:
    """The copy of what was filed, with the secret: for who filed, never for the desk."""
    return _kept(application, COPY, "") or letters.filing_copy(application).render_apart()


def desk_copy_pdf(application: Application) -> bytes:
    """The copy of what was filed as the desk reads it, without the secret that opens the case to who filed."""
    return letters.filing_copy(application, with_secret=False).render_apart()


def decision_pdf(decision: Decision) -> bytes:
    """The letter of a decision, exactly as it was decided."""
    kept = _kept(decision.application, NOTICE, str(decision.id))
    return kept or letters.restored(decision.notice).render_apart()


def extension_pdf(extension: Extension) -> bytes:
    """The letter of an extension (延長通知), exactly as it was written."""
    kept = _kept(extension.application, EXTENSION, str(extension.id))
    return kept or letters.restored(extension.notice).render_apart()


def _kept(application: Application, kind: str, subject_id: str) -> bytes | None:
    row = ProducedFile.objects.filter(application=application, kind=kind, subject_id=subject_id).first()
    if row is None:
        return None
    store, _scanner = configured()
    try:
        with store.open(row.digest) as stream:
            return stream.read()
    except StorageError:
        return None


def keep(
    unit: kernel.Unit, application: Application, kind: str, subject_id: str, content: bytes, *, now: datetime
) -> str:
    """Store a PDF durably and add its row to the unit, which is refused when it was made already. Returns its digest."""
    store, _scanner = configured()
    kept = store.put(content)
    row = ProducedFile(
        application=application,
        kind=kind,
        subject_id=subject_id,
        digest=kept.digest,
        size=kept.size,
        made_at=now,
    )
    unit.insert(row)
    return kept.digest
