"""Messages for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from madoguchi.common import ids
from madoguchi.notices.channels.contract import Letter
from madoguchi.notices.models import Message, MessageState

NOW = datetime(2026, 11, 23, 6, 4, tzinfo=UTC)


def MessageFactory(*, sent: bool = False, failed: bool = False, **fields: Any) -> Message:
    """A stored message: waiting, or with a trait `sent` or `failed`."""
    new = ids.new_id()
    values: dict[str, Any] = {
        "id": new,
        "to_address": "hanako@example.jp",
        "subject": "受け付けました",
        "body": "受け付けました。\n",
        "purpose": "receipt",
        "about": f"application:{ids.new_id()}",
        "message_id": f"<{new}@city.example.jp>",
        "created_at": NOW,
        "queued_at": NOW,
    }
    if sent:
        values |= {"state": MessageState.SENT, "sent_at": NOW, "attempts": 1}
    if failed:
        values |= {"state": MessageState.FAILED, "reason": "smtp-550-5.1.1", "attempts": 1}
    return Message.objects.create(**(values | fields))


def LetterFactory(**fields: Any) -> Letter:
    """A letter as a channel sees it."""
    new = ids.new_id()
    values: dict[str, Any] = {
        "id": str(new),
        "message_id": f"<{new}@city.example.jp>",
        "sender": "盛岡市 窓口 <noreply@city.example.jp>",
        "to": "hanako@example.jp",
        "subject": "受け付けました",
        "body": "受け付けました。\n",
        "language": "ja",
        "written_at": NOW,
    }
    return Letter(**(values | fields))
