"""What was said to whom, for screens and for other rooms."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from madoguchi.notices.models import Message

PAGE = 30


@dataclass(frozen=True, slots=True)
class Page:
    """Messages of one page of a list, newest first, and whether there are older and newer ones."""

    messages: list[Message]
    number: int
    has_next: bool


def about(subject: str) -> QuerySet[Message]:
    """All messages about one thing, for example `application:<id>`, oldest first."""
    return Message.objects.filter(about=subject).order_by("created_at", "id")


def mailbox(*, words: str = "", number: int = 1) -> Page:
    """One page of all messages whose address or subject holds `words`; for the demo's mailbox only."""
    found = Message.objects.filter(erased_at=None).order_by("-created_at", "-id")
    if words:
        found = found.filter(Q(to_address__icontains=words) | Q(subject__icontains=words))
    start = (number - 1) * PAGE
    messages = list(found[start : start + PAGE + 1])
    return Page(messages[:PAGE], number, len(messages) > PAGE)
