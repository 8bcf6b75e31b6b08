"""How much one address on the network may do, all in one place; wide enough for a school or a kiosk behind one address.

Counted in the database by `common.attempts`; `ATTEMPT_LIMITS=off` lifts all of them.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from madoguchi.common import attempts, views
from madoguchi.common.attempts import Limit

# Only pairs of number and secret that were wrong count: whoever has the right one is never in the way of others.
# So many of one number come only from several addresses: nobody alone shuts out whom a number belongs to.
WRONG_PAIRS = Limit("wrong pair", 10, timedelta(minutes=15))
WRONG_PAIRS_OF_NUMBER = Limit("wrong pair of number", 60, timedelta(hours=1))
STARTS = Limit("start", 60, timedelta(hours=1))
MAILS = Limit("keep-mail", 5, timedelta(hours=1))
MAILS_TO = Limit("keep-mail to", 5, timedelta(hours=1))
MESSAGES = Limit("message", 20, timedelta(hours=1))  # about one case: more is no conversation
UPLOADED_KIB = Limit("upload", 200 * 1024, timedelta(hours=1))


def no_more_pairs(request: HttpRequest, number: str, *, now: datetime) -> HttpResponse | None:
    """The page for whoever tried too many wrong pairs, or None."""
    until = attempts.full_until(WRONG_PAIRS, attempts.client_address(request), now=now)
    until = until or attempts.full_until(WRONG_PAIRS_OF_NUMBER, number, now=now)
    return views.too_many(request, until=until) if until else None


def count_wrong_pair(request: HttpRequest, number: str, *, now: datetime) -> None:
    """A number came with a secret that is not its own, or does not exist."""
    attempts.charge(WRONG_PAIRS, attempts.client_address(request), now=now)
    attempts.charge(WRONG_PAIRS_OF_NUMBER, number, now=now)


def no_more_starts(request: HttpRequest, *, now: datetime) -> HttpResponse | None:
    """Count the beginning of a filing; the page for whoever began too many, or None."""
    until = attempts.charge(STARTS, attempts.client_address(request), now=now)
    text = _("同じ場所から、短い時間にたくさんの申請が始められたため、安全のために一時的に止めています。")
    return views.too_many(request, until=until, text=text) if until else None


def no_more_mails(request: HttpRequest, email: str, *, now: datetime) -> HttpResponse | None:
    """Count a mail with a secret; the page for whoever asked for too many, or None."""
    until = attempts.charge(MAILS, attempts.client_address(request), now=now)
    until = until or attempts.charge(MAILS_TO, email.strip().lower(), now=now)
    text = _(
        "短い時間に何度もメールが求められたため、安全のために一時的に止めています。入力した内容は保存されています。"
    )
    return views.too_many(request, until=until, text=text) if until else None


def no_more_messages(application_id: uuid.UUID, *, now: datetime) -> str:
    """Count a message about a case; what to tell whoever wrote too many, or nothing. What was typed stays in the page."""
    if attempts.charge(MESSAGES, str(application_id), now=now) is None:
        return ""
    return _("短い時間にたくさんのメッセージが送られました。1時間ほどたってから、もう一度送ってください。")


def no_more_uploads(request: HttpRequest, *, now: datetime) -> HttpResponse | None:
    """Count the files of this request, if there are any; the page for whoever sent too much, or None."""
    if request.method != "POST" or not request.FILES:
        return None
    total = sum(file.size or 0 for _name, files in request.FILES.lists() for file in files)
    until = attempts.charge(
        UPLOADED_KIB, attempts.client_address(request), now=now, amount=max(1, total // 1024)
    )
    text = _(
        "同じ場所から、短い時間にたくさんのファイルが送られたため、安全のために一時的に止めています。"
        "今送ったファイルは保存されていません。"
    )
    return views.too_many(request, until=until, text=text) if until else None
