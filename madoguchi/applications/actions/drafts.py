"""Making a filing: every step is stored at once, so that nothing typed is lost."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from secrets import token_bytes
from typing import Any

from django.conf import settings

from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.models import Attachment, Channel, Draft
from madoguchi.common import kernel
from madoguchi.common.files.intake import Accepted
from madoguchi.common.ids import new_id, new_secret, secret_digest
from madoguchi.identity.models import Staff
from madoguchi.japan.check_digits import new_receipt_number
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.carrying import carry_over
from madoguchi.procedures.logic import accept_answers

MAX_FILES = 30


def new_number() -> str:
    """A fresh number in the manner of receipts, also used as the code of a draft."""
    return new_receipt_number(token_bytes(16))


def start(
    *,
    procedure_id: str,
    now: datetime,
    language: str = "ja",
    channel: str = Channel.WEB,
    by: Staff | None = None,
    received_on: date | None = None,
) -> Draft:
    """Begin a filing of the procedure's current version. Raises `NotAllowed` when it is not offered."""
    offer = procedures.current(procedure_id)
    if offer is None or not offer.is_open:
        raise NotAllowed
    draft = Draft(
        procedure_id=procedure_id,
        procedure_version_id=offer.version_id,
        channel=channel,
        entered_by=by,
        received_on=received_on,
        language=language,
        resume_code=new_number(),
        created_at=now,
        changed_at=now,
        expires_at=now + timedelta(days=settings.DRAFT_DAYS),
    )
    unit = kernel.Unit()
    unit.insert(draft)
    kernel.commit(unit)
    return draft


def save_section(
    *,
    draft: Draft,
    section_id: str,
    values: Mapping[str, Any],
    typed: Mapping[str, Any] | None = None,
    now: datetime,
) -> Draft:
    """Keep the answers of one page; `typed` is what is on a page with errors, kept to be shown again.

    Raises `ChangedMeanwhile` when another tab saved in between.
    """
    definition = procedures.definition_of(draft.procedure_version_id)
    merged = accept_answers(definition, draft.answers, section_id, values)
    answered = {question_id for question_id in values if question_id in merged}
    still = [question_id for question_id in draft.asked_again if question_id not in answered]
    return _store(
        draft, now=now, answers=merged, asked_again=still, typed=_typed(draft, section_id, typed)
    )


def save_member(
    *,
    draft: Draft,
    section_id: str,
    member_id: str,
    values: Mapping[str, Any],
    typed: Mapping[str, Any] | None = None,
    now: datetime,
) -> Draft:
    """Keep the answers about one member of a group (a child, someone of the household)."""
    definition = procedures.definition_of(draft.procedure_version_id)
    merged = accept_answers(definition, draft.answers, section_id, values, member_id=member_id)
    page = f"{section_id}/{member_id}"
    return _store(draft, now=now, answers=merged, typed=_typed(draft, page, typed))


def _typed(draft: Draft, page: str, typed: Mapping[str, Any] | None) -> dict[str, Any]:
    others = {key: value for key, value in draft.typed.items() if key != page}
    return {**others, page: dict(typed)} if typed else others


def remove_member(*, draft: Draft, group_id: str, member_id: str, now: datetime) -> Draft:
    """Take one member out of a group, with the files that belong to it."""
    members = [m for m in draft.answers.get(group_id, []) if m.get("_id") != member_id]
    typed = {key: value for key, value in draft.typed.items() if not key.endswith(f"/{member_id}")}
    return _store(draft, now=now, answers={**draft.answers, group_id: members}, typed=typed)


def _store(draft: Draft, *, now: datetime, **changes: Any) -> Draft:
    """Write the changes guarded by the version that was read; every change keeps the draft for longer."""
    changes |= {
        "version": draft.version + 1,
        "changed_at": now,
        "expires_at": now + timedelta(days=settings.DRAFT_DAYS),
        "reminded_at": None,
    }
    unit = kernel.Unit()
    guard = {"id": draft.id, "version": draft.version}
    unit.update(Draft, where=guard, set=changes, otherwise=ChangedMeanwhile())
    kernel.commit(unit)
    for name, value in changes.items():
        setattr(draft, name, value)
    return draft


def add_file(*, draft: Draft, document_id: str, accepted: Accepted, now: datetime, by: str = "") -> Attachment:
    """Attach a file that was taken in (checked, re-encoded and stored durably) to a document of the draft.

    Raises `NotAllowed` beyond the number of files a filing may have.
    """
    if Attachment.objects.filter(owner_id=draft.id, replaced_at=None).count() >= MAX_FILES:
        raise NotAllowed
    attachment = attachment_of(draft.id, document_id, accepted, now=now, by=by)
    unit = kernel.Unit()
    unit.insert(attachment)
    kernel.commit(unit)
    return attachment


def attachment_of(
    owner_id: uuid.UUID, document_id: str, accepted: Accepted, *, now: datetime, by: str = ""
) -> Attachment:
    """The row that ties a stored file to a document of a draft or application."""
    return Attachment(
        id=new_id(),
        owner_id=owner_id,
        document_id=document_id,
        digest=accepted.digest,
        name=accepted.name,
        media_type=accepted.media_type,
        size=accepted.size,
        pages=accepted.pages,
        added_at=now,
        added_by=by,
    )


def remove_file(*, draft: Draft, attachment_id: uuid.UUID) -> None:
    """Take a file out of the draft; the stored bytes go when nothing points at them any more."""
    unit = kernel.Unit()
    unit.delete(Attachment, where={"id": attachment_id, "owner_id": draft.id})
    kernel.commit(unit)


def keep_for_later(*, draft: Draft, email: str, now: datetime) -> str:
    """Make a secret that opens the draft again from any device, and note where to send a reminder.

    Returns the secret (shown and mailed once; only its digest is stored).
    """
    secret = new_secret(8)
    _store(draft, now=now, secret_digest=secret_digest(secret), email=email)
    return secret


def carry_to_current(*, draft: Draft, now: datetime) -> Draft:
    """Bring a draft to the version residents file today, by the stable ids of its questions.

    Kept answers stay; questions that changed are asked again and named in `asked_again`.
    """
    offer = procedures.current(draft.procedure_id)
    if offer is None or offer.version_id == draft.procedure_version_id:
        return draft
    old = procedures.definition_of(draft.procedure_version_id)
    carried = carry_over(old, offer.definition, draft.answers)
    return _store(
        draft,
        now=now,
        answers=dict(carried.answers),
        asked_again=sorted(set(carried.asked_again)),
        procedure_version_id=offer.version_id,
    )


def discard(*, draft: Draft) -> None:
    """Forget a draft and its files: the resident asks for it, or its time has run out."""
    unit = kernel.Unit()
    unit.delete(Attachment, where={"owner_id": draft.id})
    unit.delete(Draft, where={"id": draft.id})
    kernel.commit(unit)
