"""One-time codes (TOTP, RFC 6238): six digits, thirty seconds, one step of clock drift either way."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from madoguchi.common.ids import new_secret

STEP_SECONDS = 30
DRIFT_STEPS = 1
RECOVERY_CODES = 10
RECOVERY_CHARACTERS = 12


def new_seed() -> str:
    """A seed for an authenticator app (160 bits, base32)."""
    return pyotp.random_base32()


def step_at(moment: datetime) -> int:
    """The number of the time step that `moment` lies in."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_of(seed: str, step: int) -> str:
    """The code of one time step."""
    return pyotp.TOTP(seed).generate_otp(step)


def step_of(seed: str, code: str, *, after: int, now: datetime) -> int | None:
    """The time step `code` belongs to, if it is near `now` and later than `after`, the last one used."""
    middle = step_at(now)
    found = None
    for step in range(middle - DRIFT_STEPS, middle + DRIFT_STEPS + 1):
        if hmac.compare_digest(code_of(seed, step).encode(), code.encode()) and step > after:
            found = step
    return found


def address_for_app(seed: str, *, login: str, issuer: str) -> str:
    """The otpauth address that a QR code carries into an authenticator app."""
    return pyotp.TOTP(seed).provisioning_uri(name=login, issuer_name=issuer)


def new_recovery_codes() -> list[str]:
    """Codes for the day the telephone is lost; each works once."""
    return [new_secret(RECOVERY_CHARACTERS) for _ in range(RECOVERY_CODES)]
