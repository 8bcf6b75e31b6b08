"""Which cases have something new for a person: the filters and marks of the list."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from madoguchi.applications.models import Application, CaseEvent, CaseLook, Contact, InternalNote, Message
from madoguchi.identity.models import Staff


def news_choices() -> list[tuple[str, str]]:
    """What the list can be narrowed to."""
    return [
        ("changed", _("前回から動きあり")),
        ("unread", _("未読メッセージあり")),
        ("waiting", _("申請者の返事待ち")),
    ]


def news_condition(news: str, staff: Staff) -> Q:
    """The cases of one of these choices; a case one holds and has never opened is new as a whole."""
    if news == "changed":
        seen = CaseLook.objects.filter(staff=staff).values("application")
        return Q(id__in=changed_for(staff)) | (Q(holder=staff) & ~Q(id__in=seen))
    if news == "unread":
        return Q(id__in=_unread().values("application"))
    if news == "waiting":
        return Q(id__in=_waiting().values("application"))
    return Q()


def marks_for(ids: Collection[UUID], staff: Staff) -> dict[UUID, tuple[str, ...]]:
    """The words for what is new in these cases, by case: one question.

    It is asked of the rows of a page and not with the list, which is sorted as a whole.
    """
    own = {"application": OuterRef("pk")}
    cases = Application.objects.filter(id__in=ids).annotate(
        unread=Exists(_unread().filter(**own)),
        waiting=Exists(_waiting().filter(**own)),
        changed=Exists(changed_for(staff).filter(**own)),
        unopened=Q(holder=staff) & ~Exists(CaseLook.objects.filter(staff=staff, **own)),
    )
    words = (_("未読メッセージ"), _("返事待ち"), _("動きあり"), _("未開封"))
    rows = cases.values_list("id", "unread", "waiting", "changed", "unopened")
    return {row[0]: tuple(word for word, holds in zip(words, row[1:], strict=True) if holds) for row in rows}


def changed_for(staff: Staff) -> QuerySet[CaseLook, Any]:
    """The cases (their ids) in which others did something since this person looked at them."""
    own, since = {"application": OuterRef("application")}, OuterRef("seen_at")
    at = {**own, "at__gt": since}
    news = (
        Exists(CaseEvent.objects.filter(not_by("actor", staff), **at))
        | Exists(Message.objects.filter(not_by("author", staff), **at))
        | Exists(InternalNote.objects.filter(**at).exclude(author=staff))
        | Exists(Contact.objects.filter(**own, recorded_at__gt=since).exclude(recorded_by=staff))
    )
    return CaseLook.objects.filter(news, staff=staff).values("application")


def not_by(column: str, staff: Staff) -> Q:
    """By somebody else, or by who filed."""
    return ~Q(**{column: staff}) | Q(**{column: None})


def _unread() -> QuerySet[Message]:
    return Message.objects.filter(author=None, seen_at=None)


def _waiting() -> QuerySet[Message]:
    return Message.objects.filter(asks=True, answered_at=None)
