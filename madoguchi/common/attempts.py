"""Limits on guessing and flooding, counted in the database so that all processes agree."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest

from madoguchi.common import clock, jobs, kernel
from madoguchi.common.models import AttemptCount

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so much of one kind by one person or place within the span that begins with the first."""

    scope: str
    most: int
    span: timedelta


class _Missed(Exception):
    """No row could be counted up: there is none, it has run out, or it is full."""


def allow(scope: str, who: str, *, limit: int, span: timedelta, now: datetime) -> bool:
    """Count one attempt of `who` at `scope`; False when more than `limit` fall into `span` of the first."""
    return charge(Limit(scope, limit, span), who, now=now) is None


def charge(limit: Limit, who: str, *, now: datetime, amount: int = 1) -> datetime | None:
    """Count `amount` for `who`. None when it was still allowed, otherwise the moment from which it is again.

    What is counted last may go beyond the limit; then nothing more is allowed.
    """
    if not settings.ATTEMPT_LIMITS:
        return None
    key = _key(limit.scope, who)
    for _ in range(_TRIES):
        if _count_up(key, limit=limit.most, amount=amount, now=now):
            return None
        row = AttemptCount.objects.filter(key=key).first()
        if row is not None and row.expires_at > now:
            if row.count >= limit.most:
                return row.expires_at
        elif _begin(key, row, now + limit.span, amount):
            return None
    return now + limit.span  # others count under this key at the very same moment, again and again


def full_until(limit: Limit, who: str, *, now: datetime) -> datetime | None:
    """Until when nothing more is allowed to `who`, or None; counts nothing."""
    if not settings.ATTEMPT_LIMITS:
        return None
    full = AttemptCount.objects.filter(key=_key(limit.scope, who), expires_at__gt=now, count__gte=limit.most)
    return full.values_list("expires_at", flat=True).first()


def forget(scope: str, who: str) -> None:
    """Begin anew for `who`: the attempt was a good one."""
    unit = kernel.Unit()
    unit.delete(AttemptCount, where={"key": _key(scope, who)})
    kernel.commit(unit)


def client_address(request: HttpRequest) -> str:
    """Where a request comes from, as far as our own proxies vouch for it; an IPv6 network counts as one place."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.TRUSTED_PROXIES:
        told = [
            part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
        ]
        if told:
            address = told[-min(settings.TRUSTED_PROXIES, len(told))]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


@jobs.handler("common.forget_attempts", every=timedelta(hours=1))
def forget_expired(payload: Mapping[str, Any]) -> None:
    """Remove counts whose span is over."""
    unit = kernel.Unit()
    unit.delete(AttemptCount, where={"expires_at__lt": clock.now()})
    kernel.commit(unit)


def _count_up(key: str, *, limit: int, amount: int, now: datetime) -> bool:
    unit = kernel.Unit()
    unit.update(
        AttemptCount,
        where={"key": key, "expires_at__gt": now, "count__lt": limit},
        set={"count": kernel.Increment(amount)},
        otherwise=_Missed(),
    )
    try:
        kernel.commit(unit)
    except _Missed:
        return False
    return True


def _begin(key: str, old: AttemptCount | None, expires_at: datetime, amount: int = 1) -> bool:
    """The first attempt of a span; False when another process began it."""
    unit = kernel.Unit()
    if old is None:
        unit.insert(AttemptCount(key=key, count=amount, expires_at=expires_at))
    else:
        unit.update(
            AttemptCount,
            where={"key": key, "expires_at": old.expires_at},
            set={"count": amount, "expires_at": expires_at},
            otherwise=_Missed(),
        )
    try:
        kernel.commit(unit)
    except (_Missed, IntegrityError):
        return False
    return True


def _key(scope: str, who: str) -> str:
    return hashlib.sha256(f"{scope}\0{who}\0{settings.SECRET_KEY}".encode()).hexdigest()
