"""What was said with who filed, as the desk reads it: messages and what was written down, in one list."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from madoguchi.applications.models import Application, Attachment, Contact, Message
from madoguchi.common import clock

PAGE = 50
LATEST = 2


def way_choices() -> list[tuple[str, str]]:
    """The ways besides messages."""
    labels = {
        Contact.Way.TELEPHONE: _("電話"),
        Contact.Way.COUNTER: _("窓口"),
        Contact.Way.LETTER: _("書面"),
        Contact.Way.VISIT: _("訪問"),
    }
    return [(str(way.value), label) for way, label in labels.items()]


@dataclass(frozen=True, slots=True)
class Counts:
    """The conversation of a case in figures."""

    messages: int
    unread: int  # by the office
    waiting: int  # questions without an answer
    contacts: int

    @property
    def total(self) -> int:
        """Messages and what was written down."""
        return self.messages + self.contacts


def counts(application: Application) -> Counts:
    """Two questions."""
    found = Message.objects.filter(application=application).aggregate(
        messages=Count("id"),
        unread=Count("id", filter=Q(author=None, seen_at=None)),
        waiting=Count("id", filter=Q(asks=True, answered_at=None)),
    )
    return Counts(**found, contacts=Contact.objects.filter(application=application).count())


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One message or contact."""

    at: datetime
    way: str
    who: str  # who spoke or wrote
    text: str
    by_resident: bool
    day: date | None = None  # of a contact
    with_whom: str = ""
    is_unread: bool = False
    waits: bool = False
    seen_at: datetime | None = None
    files: tuple[tuple[str, str], ...] = ()  # name, address
    contact_id: uuid.UUID | None = None
    recorded_by: uuid.UUID | None = None
    struck: str = ""  # by whom

    @property
    def is_message(self) -> bool:
        """Whether it stands on the status page."""
        return self.contact_id is None


def rows(application: Application, *, first: int = 0, most: int = PAGE) -> list[ContactRow]:
    """The newest first: three questions, however many there are."""
    until = first + most
    messages = list(
        Message.objects.filter(application=application)
        .select_related("author")
        .order_by("-at", "-id")[:until]
    )
    contacts = Contact.objects.filter(application=application).select_related("recorded_by", "struck_by")
    found = [(row.at, row) for row in messages] + [
        (row.recorded_at, row) for row in contacts.order_by("-recorded_at", "-id")[:until]
    ]
    page = [row for _at, row in sorted(found, key=lambda pair: pair[0], reverse=True)[first:until]]
    files = _files(application, [row for row in page if isinstance(row, Message)])
    return [_message_row(row, files) if isinstance(row, Message) else _contact_row(row) for row in page]


def _files(application: Application, messages: list[Message]) -> dict[str, list[tuple[str, str]]]:
    places = [f"message/{message.id}" for message in messages if message.author_id is None]
    attached = Attachment.objects.filter(owner_id=application.id, document_id__in=places)
    found: dict[str, list[tuple[str, str]]] = {}
    for row in attached.order_by("added_at", "id"):
        address = reverse("desk:file", args=[application.id, row.id])
        found.setdefault(row.document_id, []).append((row.name, address))
    return found


def _message_row(row: Message, files: dict[str, list[tuple[str, str]]]) -> ContactRow:
    return ContactRow(
        at=row.at,
        way=_("メッセージ"),
        who=row.author.display_name if row.author else _("申請者"),
        text=row.text,
        by_resident=row.author is None,
        is_unread=row.author is None and row.seen_at is None,
        waits=row.asks and row.answered_at is None,
        seen_at=row.seen_at,
        files=tuple(files.get(f"message/{row.id}", ())),
    )


def _contact_row(row: Contact) -> ContactRow:
    return ContactRow(
        at=row.recorded_at,
        way=dict(way_choices())[row.way],
        who=row.recorded_by.display_name,
        text=row.gist,
        by_resident=False,
        day=row.happened_on,
        with_whom=row.who,
        contact_id=row.id,
        recorded_by=row.recorded_by_id,
        struck=row.struck_by.display_name if row.struck_by else "",
    )


def file_lines(application: Application) -> Iterator[list[object]]:
    """Everything that was said, for a file."""
    for row in rows(application, most=100_000):
        yield [
            row.day or clock.tokyo_date(row.at),
            row.way,
            row.who,
            row.with_whom or (_("申請者") if not row.by_resident else _("担当課")),
            row.text,
            _("取消し（%(name)s）") % {"name": row.struck} if row.struck else "",
        ]
