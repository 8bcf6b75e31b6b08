"""Who holds a draft or a receipt: noted in the signed session, given by starting, by a code with its secret,
or by filing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from cryptography.fernet import InvalidToken
from django.http import HttpRequest

from madoguchi.identity import sealing

MOST_DRAFTS = 12
MOST_RECEIPTS = 12
RECEIPT_TIME = timedelta(hours=2)
SECRET_TIME = timedelta(minutes=10)
# What was typed for one filing is offered to the next for as long as its receipt is shown, and no longer.
OFFER_TIME = RECEIPT_TIME


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


def carry_secret(request: HttpRequest, draft_id: uuid.UUID, secret: str, *, now: datetime) -> None:
    """For ten minutes this browser shows the new secret of the draft, also when the page is loaded again."""
    request.session["kept"] = [draft_id.hex, sealing.seal(secret), int(now.timestamp())]


def carried_secret(request: HttpRequest, draft_id: uuid.UUID, *, now: datetime) -> str:
    """The new secret of the draft while it is shown, otherwise empty."""
    forget_old_secret(request, now=now)
    whose, sealed, _since = request.session.get("kept", ("", "", 0))
    if whose != draft_id.hex:
        return ""
    try:
        return sealing.unseal(sealed)
    except InvalidToken:
        return ""


def forget_old_secret(request: HttpRequest, *, now: datetime) -> None:
    """Drop a secret whose ten minutes are over."""
    _whose, _sealed, since = request.session.get("kept", ("", "", 0))
    if since and now.timestamp() - since >= SECRET_TIME.total_seconds():
        del request.session["kept"]


def let_go_of_draft(request: HttpRequest, draft_id: uuid.UUID) -> None:
    """This browser may no longer open the draft (filed, discarded, or a shared machine)."""
    request.session["drafts"] = [d for d in request.session.get("drafts", []) if d != draft_id.hex]


def hold_receipt(
    request: HttpRequest, application_id: uuid.UUID, *, now: datetime, filed: bool = False
) -> None:
    """For two hours this browser may see the application; `filed`: because it has just filed it, not looked it up."""
    held = dict(request.session.get("receipts", {}))
    held[application_id.hex] = int(now.timestamp())
    newest = sorted(held.items(), key=lambda item: item[1])[-MOST_RECEIPTS:]
    request.session["receipts"] = dict(newest)
    if filed:
        # A list of its own: looking a receipt up later neither makes it one typed here nor takes that away.
        mine = dict(request.session.get("filed", {})) | {application_id.hex: int(now.timestamp())}
        request.session["filed"] = dict(list(mine.items())[-MOST_RECEIPTS:])


def holds_receipt(request: HttpRequest, application_id: uuid.UUID, *, now: datetime) -> bool:
    """Whether this browser may see the application now."""
    since = request.session.get("receipts", {}).get(application_id.hex)
    return since is not None and now.timestamp() - since < RECEIPT_TIME.total_seconds()


def drafts_besides(request: HttpRequest, draft_id: uuid.UUID) -> list[uuid.UUID]:
    """The other drafts this browser may open."""
    return [uuid.UUID(d) for d in request.session.get("drafts", []) if d != draft_id.hex]


def filed_here(request: HttpRequest, *, now: datetime) -> list[uuid.UUID]:
    """The applications this browser filed within the time of an offer and may see now; not those it looked up."""
    filed = request.session.get("filed", {})
    recent = [
        uuid.UUID(a) for a, since in filed.items() if now.timestamp() - since < OFFER_TIME.total_seconds()
    ]
    return [application_id for application_id in recent if holds_receipt(request, application_id, now=now)]


def settle_household(request: HttpRequest, draft_id: uuid.UUID, places: Iterable[str] = ("*",)) -> None:
    """For these places of the draft (all: "*") it was said who of earlier filings is wanted: nobody asks again."""
    settled = dict(request.session.get("settled", {}))
    settled[draft_id.hex] = sorted({*settled.pop(draft_id.hex, ()), *places})
    request.session["settled"] = dict(list(settled.items())[-MOST_DRAFTS:])


def settled_places(request: HttpRequest, draft_id: uuid.UUID) -> frozenset[str]:
    """The places of the draft for which nobody asks any more."""
    return frozenset(request.session.get("settled", {}).get(draft_id.hex, ()))


def let_go_of_others(request: HttpRequest, draft_id: uuid.UUID) -> None:
    """Somebody else was at this machine before: forget all but this draft; the drafts themselves stay."""
    request.session.flush()
    hold_draft(request, draft_id)


def let_go_of_everything(request: HttpRequest) -> None:
    """Forget all drafts and receipts on this machine; the drafts themselves stay."""
    request.session.flush()
