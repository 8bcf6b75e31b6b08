"""What is said about the demo city's cases: messages, calls, opinions asked of other departments."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Model

from madoguchi.applications import rules
from madoguchi.applications.models import Application, Contact, Message, OpinionRequest
from madoguchi.common import clock
from madoguchi.common.ids import id_at
from madoguchi.identity.models import Staff

ASKED = (
    "書類は、いつごろ届きますか。届く日が分かったら教えてください。",
    "日中に連絡がとれる時間を教えてください。",
)
WRITTEN = (
    "追加の書類は、来週の初めに送ります。",
    "申請した内容に変わりはありません。よろしくお願いします。",
    "結果はいつごろ分かりますか。",
)
CALLS = (
    ("本人", "手続の進み具合の問合せ。審査中であることを伝えた。"),
    ("申請者の母", "書類の書き方の問合せ。記入例を案内した。"),
)
QUESTION = "この申請について、貴課の所管で確かめておくことがあれば、意見をください。"


def talk_about(
    chance: random.Random,
    application: Application,
    officer: Staff,
    departments: Sequence[str],
    *,
    at: datetime,
    now: datetime,
) -> list[Model]:
    """Rows for an open case, as the actions would have written them; most cases have none."""
    if application.status not in rules.OPEN:
        return []
    at = max(at, min(at + timedelta(hours=chance.randint(1, 40)), now - timedelta(minutes=1)))
    drawn = chance.randrange(100)
    if drawn < 8:
        text = chance.choice(ASKED)
        return [
            Message(id=_id(chance, at), application=application, at=at, author=officer, text=text, asks=True)
        ]
    if drawn < 16:
        text = chance.choice(WRITTEN)
        return [Message(id=_id(chance, at), application=application, at=at, text=text)]
    if drawn < 26:
        who, gist = chance.choice(CALLS)
        return [
            Contact(
                id=_id(chance, at),
                application=application,
                happened_on=clock.tokyo_date(at),
                way=chance.choice((Contact.Way.TELEPHONE, Contact.Way.COUNTER)),
                who=who,
                gist=gist,
                recorded_at=at,
                recorded_by=officer,
            )
        ]
    others = [code for code in departments if code != application.department_code]
    if drawn < 29 and others and rules.may_ask_opinions(application.status):
        return [
            OpinionRequest(
                id=_id(chance, at),
                application=application,
                department_code=chance.choice(others),
                asked_at=at,
                asked_by=officer,
                asked_by_name=officer.display_name,
                question=QUESTION,
                due_on=clock.tokyo_date(at) + timedelta(days=14),
            )
        ]
    return []


def _id(chance: random.Random, at: datetime) -> uuid.UUID:
    return id_at(int(at.timestamp() * 1000), chance.getrandbits(80))
