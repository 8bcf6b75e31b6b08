"""Every attempt to sign in is paid for before it is judged: parallel guesses cannot outrun the lock."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from django.conf import settings

from madoguchi.common import kernel
from madoguchi.identity import rules, sealing
from madoguchi.identity.models import SignInGuard

_TRIES = 10


class Locked(Exception):
    """The log-in is closed after wrong attempts; `until` says when it opens."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class _Overtaken(Exception):
    """Another attempt was counted between reading and writing."""


def normal_login(typed: str) -> str:
    """A typed log-in as it is stored: half width, small letters, no spaces around."""
    return unicodedata.normalize("NFKC", typed).replace("\0", "").strip().lower()[:200]


def guard_key(login: str) -> str:
    """The key of the guard of a log-in."""
    return sealing.keyed_digest(f"login:{normal_login(login)}")


def charge(login: str, *, now: datetime) -> int:
    """Count one attempt under `login` and return how many that makes. Raises `Locked`."""
    if not settings.ATTEMPT_LIMITS:
        return 0
    key = guard_key(login)
    for _ in range(_TRIES):
        guard = SignInGuard.objects.filter(login_digest=key).first()
        if guard is None:
            _make(key, now)
            continue
        if guard.locked_until is not None and guard.locked_until > now:
            raise Locked(guard.locked_until)
        forgotten = guard.last_at < now - rules.FORGET_ATTEMPTS_AFTER
        attempts = 1 if forgotten else guard.attempts + 1
        wait = rules.wait_after(attempts)
        unit = kernel.Unit()
        unit.update(
            SignInGuard,
            where={"login_digest": key, "attempts": guard.attempts, "locked_until": guard.locked_until},
            set={"attempts": attempts, "last_at": now, "locked_until": now + wait if wait else None},
            otherwise=_Overtaken(),
        )
        try:
            kernel.commit(unit)
        except _Overtaken:
            continue
        return attempts
    raise Locked(now + timedelta(seconds=10))  # so many at the same instant are no person


def refund(unit: kernel.Unit, login: str, *, attempts: int) -> None:
    """Take back the attempt that `charge` counted as `attempts`: the password was right, the code is still to come."""
    unit.update(
        SignInGuard,
        where={"login_digest": guard_key(login), "attempts": attempts},
        set={"attempts": max(attempts - 1, 0), "locked_until": None},
        expect=None,
    )


def clear(unit: kernel.Unit, login: str) -> None:
    """Begin anew for `login`: somebody proved who they are, or an administrator opened it again."""
    unit.delete(SignInGuard, where={"login_digest": guard_key(login)})


def _make(key: str, now: datetime) -> None:
    unit = kernel.Unit()
    unit.insert(SignInGuard(login_digest=key, attempts=0, last_at=now), unless_exists=True)
    kernel.commit(unit)
