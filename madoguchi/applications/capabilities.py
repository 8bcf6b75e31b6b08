"""Who holds a draft or a receipt: noted in the signed session, given by starting, by a code with its secret,
or by filing."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from django.http import HttpRequest

MOST_DRAFTS = 12
MOST_RECEIPTS = 12
RECEIPT_TIME = timedelta(hours=2)


def hold_draft(request: HttpRequest, draft_id: uuid.UUID) -> None:
    """From now on this browser may open the draft."""
    held = [d for d in request.session.get("drafts", []) if d != draft_id.hex]
    request.session["drafts"] = [*held, draft_id.hex][-MOST_DRAFTS:]


def holds_draft(request: HttpRequest, draft_id: uuid.UUID) -> bool:
    """Whether this browser may open the draft."""
    return draft_id.hex in request.session.get("drafts", [])


def go_on_holding(request: HttpRequest, *, today: date) -> None:
    """A save keeps its draft for longer, so the cookie that opens it must last as long.

    Once a day is enough; more often, the cookies of two windows would undo each other's news.
    """
    if request.session.get("saved_on") != today.isoformat():
        request.session["saved_on"] = today.isoformat()


def let_go_of_draft(request: HttpRequest, draft_id: uuid.UUID) -> None:
    """This browser may no longer open the draft (filed, discarded, or a shared machine)."""
    request.session["drafts"] = [d for d in request.session.get("drafts", []) if d != draft_id.hex]


def hold_receipt(request: HttpRequest, application_id: uuid.UUID, *, now: datetime) -> None:
    """For two hours this browser may see the application."""
    held = dict(request.session.get("receipts", {}))
    held[application_id.hex] = int(now.timestamp())
    newest = sorted(held.items(), key=lambda item: item[1])[-MOST_RECEIPTS:]
    request.session["receipts"] = dict(newest)


def holds_receipt(request: HttpRequest, application_id: uuid.UUID, *, now: datetime) -> bool:
    """Whether this browser may see the application now."""
    since = request.session.get("receipts", {}).get(application_id.hex)
    return since is not None and now.timestamp() - since < RECEIPT_TIME.total_seconds()


def let_go_of_everything(request: HttpRequest) -> None:
    """Forget all drafts and receipts on this machine; the drafts themselves stay."""
    request.session.flush()
