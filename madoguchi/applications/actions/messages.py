"""Writing to each other about a case, and writing down what was said another way (応対記録)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from madoguchi.applications import rules
from madoguchi.applications.actions.drafts import attachment_of
from madoguchi.applications.errors import DayOutOfRange, NotAllowed, TooLate
from madoguchi.applications.models import Application, Contact, Message
from madoguchi.applications.permissions import departments_headed, may_handle, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.files.intake import Accepted
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff

# What makes two of them the same; when they were sent does not.
WORDS_OF_MESSAGE = ("application_id", "text", "author_id")
WORDS_OF_CONTACT = ("application_id", "happened_on", "way", "who", "gist", "recorded_by_id")


class AlreadySent(Exception):
    """The same message was sent at the same moment: it is there once."""


def write_message(
    *, application: Application, message_id: UUID, text: str, asks: bool, by: Staff, now: datetime
) -> Message:
    """Write to who filed. `asks`: an answer is awaited, and the list of cases says so.

    Sent twice (the same id and words), it is there once. Raises `NotAllowed`, `TooLate`.
    """
    require(may_handle(by, application, today=clock.tokyo_date(now)))
    _in_time(application, now)
    message = Message(id=message_id, application=application, at=now, author=by, text=text, asks=asks)
    if not _is_new(message, WORDS_OF_MESSAGE):
        return message
    unit = kernel.Unit()
    unit.insert(message, otherwise=AlreadySent())
    _note(unit, application, "message", by.actor, now)
    unit.job("applications.tell_message", {"message": str(message.id)})
    _commit(unit)
    return message


def send_message(
    *, application: Application, message_id: UUID, text: str, files: Sequence[Accepted], now: datetime
) -> Message:
    """Write to the office, which may have been waiting for it. Sent twice, it is there once. Raises `TooLate`."""
    _in_time(application, now)
    message = Message(id=message_id, application=application, at=now, text=text)
    if not _is_new(message, WORDS_OF_MESSAGE):
        return message
    unit = kernel.Unit()
    unit.insert(message, otherwise=AlreadySent())
    for file in {file.digest: file for file in files}.values():
        unit.insert(attachment_of(application.id, f"message/{message.id}", file, now=now))
    _end_waiting(unit, application, now)
    _note(unit, application, "message", "resident", now)
    _commit(unit)
    return message


def record_contact(
    *,
    application: Application,
    contact_id: UUID,
    happened_on: date,
    way: str,
    who: str,
    gist: str,
    ends_waiting: bool,
    by: Staff,
    now: datetime,
) -> Contact:
    """Write down what was said by telephone or face to face; `ends_waiting`: it answered what was asked.

    Sent twice (the same id and words), it is there once. Raises `NotAllowed`, `DayOutOfRange` for a day to come.
    """
    require(may_handle(by, application, today=clock.tokyo_date(now)))
    if happened_on > clock.tokyo_date(now):
        raise DayOutOfRange
    contact = Contact(
        id=contact_id,
        application=application,
        happened_on=happened_on,
        way=way,
        who=who,
        gist=gist,
        recorded_at=now,
        recorded_by=by,
    )
    if not _is_new(contact, WORDS_OF_CONTACT):
        return contact
    unit = kernel.Unit()
    unit.insert(contact, otherwise=AlreadySent())
    if ends_waiting:
        _end_waiting(unit, application, now)
    _note(unit, application, "contact", by.actor, now)
    _commit(unit)
    return contact


def strike_contact(*, contact: Contact, by: Staff, now: datetime) -> None:
    """Strike a record made in error: it stays to be read. Who wrote it, or a head. Raises `NotAllowed`."""
    application = contact.application
    today = clock.tokyo_date(now)
    require(may_handle(by, application, today=today))
    headed = departments_headed(by, today=today)
    require(contact.recorded_by_id == by.id or application.department_code in headed)
    unit = kernel.Unit()
    unit.update(
        Contact,
        where={"id": contact.id, "struck_at": None},
        set={"struck_at": now, "struck_by": by.id},
        otherwise=NotAllowed(),
    )
    _note(unit, application, "contact.struck", by.actor, now)
    kernel.commit(unit)


def seen(unit: kernel.Unit, messages: Sequence[Message], *, by_office: bool, now: datetime) -> None:
    """Add to `unit` that the other side has these messages before it."""
    ids = [m.id for m in messages if m.seen_at is None and (m.author_id is None) == by_office]
    if ids:
        where = {"id__in": ids, "seen_at": None}
        unit.update(Message, where=where, set={"seen_at": now}, expect=None)


def _in_time(application: Application, now: datetime) -> None:
    closed_on = clock.tokyo_date(application.closed_at) if application.closed_at else None
    if not rules.may_write(closed_on=closed_on, today=clock.tokyo_date(now)):
        raise TooLate


def _is_new(said: Message | Contact, words: Sequence[str]) -> bool:
    """Whether it was not sent before. Other words under an id that is taken get an id of their own."""
    taken = type(said)._default_manager.filter(id=said.id).first()
    if taken is None:
        return True
    if all(getattr(taken, name) == getattr(said, name) for name in words):
        return False
    said.id = new_id()
    return True


def _end_waiting(unit: kernel.Unit, application: Application, now: datetime) -> None:
    where = {"application": application.id, "asks": True, "answered_at": None}
    unit.update(Message, where=where, set={"answered_at": now}, expect=None)


def _note(unit: kernel.Unit, application: Application, act: str, actor: str, now: datetime) -> None:
    audit.record(unit, actor=actor, act=act, subject=f"application:{application.id}", now=now)


def _commit(unit: kernel.Unit) -> None:
    try:
        kernel.commit(unit)
    except AlreadySent:
        return
