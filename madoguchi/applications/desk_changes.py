"""What is new in a case since a person last looked: what others did, and which answers are not what they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from madoguchi.applications.desk_case import CorrectionRow, event_rows
from madoguchi.applications.desk_edits import EditRow
from madoguchi.applications.desk_news import not_by
from madoguchi.applications.models import (
    Application,
    Attachment,
    CaseEvent,
    Contact,
    InternalNote,
    Message,
)
from madoguchi.identity.models import Staff
from madoguchi.procedures.definition import Definition

MOST = 30
NAMED = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One new thing: when, who, what; `before` and `after` of an answer."""

    at: datetime
    who: str
    title: str
    text: str = ""
    before: str = ""
    after: str = ""
    is_answer: bool = False


def changes(
    application: Application,
    definition: Definition,
    *,
    since: datetime | None,
    staff: Staff,
    events: Sequence[CaseEvent],
    corrections: Iterable[CorrectionRow],
    edits: Iterable[EditRow],
    notes: Iterable[InternalNote],
) -> list[Change]:
    """What others did since then, newest first; nothing at a first look. Three questions besides what is in hand."""
    if since is None:
        return []
    new = [event for event in events if event.at > since and event.actor_id != staff.id]
    found = [Change(row.at, row.who, row.title, row.text) for row in event_rows(new, definition)]
    for correction in corrections:
        if correction.answered_at is not None and correction.answered_at > since:
            found += [
                Change(
                    correction.answered_at,
                    "",
                    item.title,
                    before=item.before,
                    after=item.after,
                    is_answer=True,
                )
                for item in correction.items
                if item.before != item.after
            ]
    for edit in edits:
        if edit.at > since and edit.staff_id != staff.id:
            found += [
                Change(edit.at, edit.who, line.label, before=line.before, after=line.after, is_answer=True)
                for line in edit.lines
            ]
    found += [
        Change(note.at, note.author.display_name, _("内部メモ"), note.text)
        for note in notes
        if note.at > since and note.author_id != staff.id
    ]
    found += _messages(application, since, staff)
    found += _calls(application, since, staff)
    found += _files(application, since, staff)
    return sorted(found, key=lambda change: change.at, reverse=True)[:MOST]


def _messages(application: Application, since: datetime, staff: Staff) -> list[Change]:
    rows = Message.objects.filter(not_by("author", staff), application=application, at__gt=since)
    return [
        Change(
            row.at,
            row.author.display_name if row.author else _("申請者"),
            _("申請者へのメッセージ") if row.author else _("申請者からのメッセージ"),
            row.text,
        )
        for row in rows.select_related("author").order_by("-at")[:MOST]
    ]


def _calls(application: Application, since: datetime, staff: Staff) -> list[Change]:
    rows = Contact.objects.filter(application=application, recorded_at__gt=since, struck_at=None)
    rows = rows.exclude(recorded_by=staff).select_related("recorded_by").order_by("-recorded_at")[:MOST]
    return [
        Change(row.recorded_at, row.recorded_by.display_name, _("応対の記録"), f"{row.who}　{row.gist}")
        for row in rows
    ]


def _files(application: Application, since: datetime, staff: Staff) -> list[Change]:
    rows = Attachment.objects.filter(owner_id=application.id, added_at__gt=since)
    new = list(rows.exclude(added_by=staff.actor).order_by("-added_at", "-id")[: NAMED + 1])
    if not new:
        return []
    names = "、".join(row.name for row in new[:NAMED])
    return [
        Change(new[0].added_at, "", _("新しいファイル"), names + (_(" ほか") if len(new) > NAMED else ""))
    ]
