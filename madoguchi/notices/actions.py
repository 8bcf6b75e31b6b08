"""Sending and forgetting: a message rides in the unit of the act it tells of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import translation

from madoguchi.audit import actions as audit
from madoguchi.common import ids, kernel
from madoguchi.common.models import Job, JobState
from madoguchi.notices import hiding, rules
from madoguchi.notices.channels.mime import sender_of
from madoguchi.notices.models import Message, MessageState

SEND = "notices.send"


class AlreadyTold(Exception):
    """There is a message with this key; nothing of the unit was written."""


class CannotBeSentAgain(Exception):
    """Only a message that failed or still waits, and whose text is still kept, can be sent again."""


def send(
    unit: kernel.Unit,
    *,
    to: str,
    subject: str,
    body: str,
    purpose: str,
    about: str,
    now: datetime,
    language: str = "ja",
    secrets: Sequence[str] = (),
    key: str = "",
) -> Message:
    """Add a mail and the job that sends it to the caller's unit: it goes out if, and only if, that is written.

    With a `key` that a message has already, `kernel.commit` refuses the unit with `AlreadyTold`. Raises `UnusableAddress` and `UnusableText`; `rules.is_usable_address` tells beforehand.
    """
    address = to.strip(" ")
    rules.split_address(address)
    rules.check_subject(subject)
    new = ids.new_id()
    message = Message(
        id=new,
        to_address=address,
        subject=subject,
        body=hiding.hidden(rules.clean_body(body), secrets),
        language=language,
        purpose=purpose,
        about=about,
        message_id=f"<{new}@{sender_of(settings.EMAIL_FROM)[1].rpartition('@')[2]}>",
        key=key or None,
        created_at=now,
        queued_at=now,
    )
    unit.insert(message, otherwise=AlreadyTold() if key else None)
    unit.job(SEND, {"message": str(new)}, key=_job_key(message))
    return message


def retry(*, message: Message, by: str, now: datetime) -> None:
    """Send a failed or waiting message now. Raises `CannotBeSentAgain`."""
    unit = kernel.Unit()
    unit.update(
        Message,
        where={
            "id": message.id,
            "state__in": [MessageState.FAILED, MessageState.WAITING],
            "erased_at": None,
        },
        set={"state": MessageState.WAITING, "reason": "", "queued_at": now},
        otherwise=CannotBeSentAgain(),
    )
    _plan(unit, message, now)
    audit.record(
        unit, actor=by, act="send_again", subject=message.about, now=now, detail={"message": str(message.id)}
    )
    kernel.commit(unit)


def _plan(unit: kernel.Unit, message: Message, now: datetime) -> None:
    """One job a message: the one it had is woken, one that was forgotten is made again."""
    unit.update(
        Job,
        where={"key": _job_key(message), "state__in": [JobState.DEAD, JobState.WAITING, JobState.DONE]},
        set={"state": JobState.WAITING, "run_at": now, "attempts": 0, "finished_at": None},
        expect=None,
    )
    unit.job(SEND, {"message": str(message.id)}, run_at=now, key=_job_key(message))


def mark_sent(*, message: Message, now: datetime) -> None:
    """Record that the other side has taken the message; the demo's mailbox goes on showing its secrets."""
    unit = kernel.Unit()
    changes = {"state": MessageState.SENT, "sent_at": now, "reason": "", "attempts": kernel.Increment()}
    if not settings.DEMO:
        with translation.override(message.language):
            changes["body"] = hiding.blanked(message.body)
    unit.update(Message, where={"id": message.id, "state": MessageState.WAITING}, set=changes, expect=None)
    kernel.commit(unit)


def mark_refused(*, message: Message, reason: str) -> None:
    """Record that the other side will never take the message as it is."""
    unit = kernel.Unit()
    changes = {"state": MessageState.FAILED, "reason": reason, "attempts": kernel.Increment()}
    unit.update(Message, where={"id": message.id, "state": MessageState.WAITING}, set=changes, expect=None)
    kernel.commit(unit)


def mark_delayed(*, message: Message, reason: str) -> None:
    """Record why the message still waits."""
    unit = kernel.Unit()
    changes = {"reason": reason, "attempts": kernel.Increment()}
    unit.update(Message, where={"id": message.id, "state": MessageState.WAITING}, set=changes, expect=None)
    kernel.commit(unit)


def look_after_waiting(*, now: datetime) -> None:
    """Wake the jobs of waiting messages that ran out of attempts; give up on messages after five days."""
    unit = kernel.Unit()
    unit.update(
        Message,
        where={"state": MessageState.WAITING, "queued_at__lt": now - rules.TRY_FOR},
        set={"state": MessageState.FAILED, "reason": "gave-up"},
        expect=None,
    )
    kernel.commit(unit)
    waiting = Message.objects.filter(state=MessageState.WAITING, queued_at__lt=now - rules.LOOK_AFTER)
    live_jobs = Job.objects.filter(
        key__startswith=f"{SEND}:", state__in=[JobState.WAITING, JobState.RUNNING]
    ).values_list("key", flat=True)
    messages, live = list(waiting.order_by("queued_at")), set(live_jobs)
    for message in messages:
        if _job_key(message) not in live:
            unit = kernel.Unit()
            _plan(unit, message, now)
            kernel.commit(unit)


def erase_texts(*, now: datetime) -> None:
    """Empty address, subject and text of messages whose time is over; what, when and about what stay."""
    unit = kernel.Unit()
    unit.update(
        Message,
        where={
            "erased_at": None,
            "created_at__lt": now - rules.KEEP_TEXT,
            "state__in": [MessageState.SENT, MessageState.FAILED],
        },
        set={"to_address": "", "subject": "", "body": "", "erased_at": now},
        expect=None,
    )
    kernel.commit(unit)


def forget_about(unit: kernel.Unit, *, about: str) -> None:
    """Remove all messages about something that is itself being erased, in the unit that erases it."""
    unit.delete(Message, where={"about": about})


def _job_key(message: Message) -> str:
    return f"{SEND}:{message.id}"
