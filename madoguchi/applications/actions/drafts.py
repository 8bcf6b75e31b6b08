"""Making a filing: every step is stored at once, so that nothing typed is lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from secrets import token_bytes
from typing import Any

from django.conf import settings

from madoguchi.applications import mails
from madoguchi.applications.actions.review import answer_at
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.models import Attachment, Channel, Draft
from madoguchi.applications.queries import UPLOADS, file_place
from madoguchi.common import kernel
from madoguchi.common.files.intake import Accepted
from madoguchi.common.ids import new_id, new_secret, secret_digest
from madoguchi.identity.models import Staff
from madoguchi.japan.check_digits import new_receipt_number
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.carrying import carry_over
from madoguchi.procedures.definition import Question
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
    """Begin a filing of the procedure's current version. Raises `NotAllowed` when it is not offered.

    Staff enter for a closed procedure too: what is on paper may have reached the office before.
    """
    offer = procedures.current(procedure_id)
    if offer is None or not (offer.is_open or by is not None):
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
        expires_at=_expiry(now),
    )
    unit = kernel.Unit()
    unit.insert(draft)
    kernel.commit(unit)
    return draft


def _expiry(now: datetime) -> datetime:
    return now + timedelta(days=settings.DRAFT_DAYS)


def save_section(
    *,
    draft: Draft,
    section_id: str,
    values: Mapping[str, Any],
    typed: Mapping[str, Any] | None = None,
    now: datetime,
) -> Draft:
    """Keep the answers of one page; `typed` is what is on a page with errors, kept to be shown again.

    Files among the answers are attached and detached with them. Raises `ChangedMeanwhile` when another tab saved
    in between.
    """
    definition = procedures.definition_of(draft.procedure_version_id)
    merged = accept_answers(definition, draft.answers, section_id, values)
    unit = kernel.Unit()
    _tie_files(unit, draft, definition.section(section_id).questions, draft.answers, merged, "", now)
    still = _still_asked(draft, values, typed, "{}")
    changes = {"answers": merged, "asked_again": still, "typed": _typed(draft, section_id, typed)}
    return store(draft, now=now, unit=unit, **changes)


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
    unit = kernel.Unit()
    group = definition.section(section_id).group
    if group is None:
        raise NotAllowed
    before, after = _member(draft.answers, group.id, member_id), _member(merged, group.id, member_id)
    _tie_files(unit, draft, group.questions, before, after, member_id, now)
    still = _still_asked(draft, values, typed, f"{group.id}[{member_id}].{{}}")
    changes = {"answers": merged, "asked_again": still, "typed": _typed(draft, page, typed)}
    return store(draft, now=now, unit=unit, **changes)


def _still_asked(
    draft: Draft, values: Mapping[str, Any], typed: Mapping[str, Any] | None, path: str
) -> list[str]:
    """What a new version still asks again: a question is settled when its page was sent and nothing is wrong."""
    settled = {path.format(key) for key, value in values.items() if value is not None or not typed}
    return [asked for asked in draft.asked_again if asked not in settled]


def _member(answers: Mapping[str, Any], group_id: str, member_id: str) -> Mapping[str, Any]:
    members: list[Mapping[str, Any]] = answers.get(group_id) or []
    return next((member for member in members if member.get("_id") == member_id), {})


def _typed(draft: Draft, page: str, typed: Mapping[str, Any] | None) -> dict[str, Any]:
    others = {key: value for key, value in draft.typed.items() if key != page}
    return {**others, page: dict(typed)} if typed else others


def remove_member(*, draft: Draft, group_id: str, member_id: str, now: datetime) -> Draft:
    """Take one member out of a group, with the files that belong to it."""
    definition = procedures.definition_of(draft.procedure_version_id)
    group = definition.question(group_id)
    members = [m for m in draft.answers.get(group_id, []) if m.get("_id") != member_id]
    page = f"{group.section_id}/{member_id}"
    unit = kernel.Unit()
    before = _member(draft.answers, group_id, member_id)
    _tie_files(unit, draft, group.questions, before, {}, member_id, now)
    path = f"{group_id}[{member_id}]."
    changes = {
        "answers": {**draft.answers, group_id: members},
        "asked_again": [asked for asked in draft.asked_again if not asked.startswith(path)],
        "typed": _typed(draft, page, None),
    }
    return store(draft, now=now, unit=unit, **changes)


def _tie_files(
    unit: kernel.Unit,
    draft: Draft,
    questions: Iterable[Question],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    member_id: str,
    now: datetime,
) -> None:
    """Let the attachments of file questions follow their answers, in the same unit."""
    for question in questions:
        if question.kind not in UPLOADS:
            continue
        place = file_place(question, member_id)
        old = {file["digest"] for file in before.get(question.id) or ()}
        new = {file["digest"]: file for file in after.get(question.id) or ()}
        if gone := sorted(old - new.keys()):
            unit.delete(Attachment, where={"owner_id": draft.id, "document_id": place, "digest__in": gone})
        for digest, file in new.items():
            if digest not in old:
                unit.insert(attachment_of_answer(draft.id, place, file, now=now, by=_author(draft)))


def attachment_of_answer(
    owner_id: uuid.UUID, document_id: str, file: Mapping[str, Any], *, now: datetime, by: str = ""
) -> Attachment:
    """The row of a file that is the answer to a question: the answer names what intake stored."""
    return Attachment(
        id=new_id(),
        owner_id=owner_id,
        document_id=document_id,
        digest=file["digest"],
        name=file["name"],
        media_type=file["media_type"],
        size=file["size"],
        added_at=now,
        added_by=by,
    )


def _author(draft: Draft) -> str:
    return f"staff:{draft.entered_by_id}" if draft.entered_by_id else ""


def store(draft: Draft, *, now: datetime, unit: kernel.Unit | None = None, **changes: Any) -> Draft:
    """Write the changes guarded by the version that was read; every change keeps the draft for longer.

    An answer that becomes another is from now on the resident's own.
    """
    if "answers" in changes and "origins" not in changes:
        changes["origins"] = {
            target: note
            for target, note in draft.origins.items()
            if answer_at(changes["answers"], target) == answer_at(draft.answers, target)
        }
    changes |= {
        "version": draft.version + 1,
        "changed_at": now,
        "expires_at": _expiry(now),
        "reminded_at": None,
    }
    unit = unit or kernel.Unit()
    guard = {"id": draft.id, "version": draft.version}
    unit.update(Draft, where=guard, set=changes, otherwise=ChangedMeanwhile())
    kernel.commit(unit)
    for name, value in changes.items():
        setattr(draft, name, value)
    return draft


def add_file(
    *, draft: Draft, document_id: str, accepted: Accepted, now: datetime, by: str = ""
) -> Attachment:
    """Attach a file that was taken in (checked, re-encoded and stored durably) to a document of the draft.

    Raises `NotAllowed` beyond the number of files a filing may have, `ChangedMeanwhile` when the draft was filed,
    discarded or changed in between.
    """
    if Attachment.objects.filter(owner_id=draft.id, replaced_at=None).count() >= MAX_FILES:
        raise NotAllowed
    attachment = attachment_of(draft.id, document_id, accepted, now=now, by=by)
    unit = kernel.Unit()
    unit.insert(attachment)
    store(draft, now=now, unit=unit)
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
    """Take a file out of the draft; the stored bytes go when nothing points at them any more.

    Raises `ChangedMeanwhile` when the draft was filed, discarded or changed in between: the files of an
    application are never taken away.
    """
    unit = kernel.Unit()
    unit.delete(Attachment, where={"id": attachment_id, "owner_id": draft.id})
    unit.update(
        Draft,
        where={"id": draft.id, "version": draft.version},
        set={"version": draft.version + 1},
        otherwise=ChangedMeanwhile(),
    )
    kernel.commit(unit)
    draft.version += 1


def keep_for_later(*, draft: Draft, email: str, now: datetime) -> str:
    """Make a secret that opens the draft again from any device, and mail it when there is an address for reminders.

    Returns the secret (shown and mailed once; only its digest is stored). The mail is of the same unit: there is no
    moment in which the draft has a secret that nobody was told.
    """
    secret = new_secret(8)
    unit = kernel.Unit()
    mails.kept(unit, draft, to=email, secret=secret, expires_at=_expiry(now), now=now)
    store(draft, now=now, unit=unit, secret_digest=secret_digest(secret), email=email)
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
    # What an earlier version asked again and nobody has answered since stays asked again.
    waiting = {path for path in draft.asked_again if offer.definition.has_question(_question_of(path))}
    return store(
        draft,
        now=now,
        answers=dict(carried.answers),
        asked_again=sorted(waiting.union(carried.asked_again, carried.members_asked_again)),
        procedure_version_id=offer.version_id,
    )


def _question_of(path: str) -> str:
    """The id at the end of `question` or `group[member].question`."""
    return path.rpartition(".")[2]


def discard(*, draft: Draft) -> None:
    """Forget a draft and its files: the resident asks for it, or its time has run out.

    Raises `ChangedMeanwhile` when it was filed or changed in between: nothing of that is lost.
    """
    unit = kernel.Unit()
    guard = {"id": draft.id, "version": draft.version}
    unit.delete(Draft, where=guard, expect=1, otherwise=ChangedMeanwhile())
    unit.delete(Attachment, where={"owner_id": draft.id})
    kernel.commit(unit)
