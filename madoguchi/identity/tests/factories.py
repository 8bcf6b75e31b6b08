"""Rows for tests: plain functions with traits as keywords."""

from __future__ import annotations

import functools
import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from madoguchi.common.ids import new_id, secret_digest, token_digest
from madoguchi.identity import one_time_codes, rules, sealing
from madoguchi.identity.models import (
    RecoveryCode,
    Resident,
    Restriction,
    SignInGuard,
    Staff,
    StaffSession,
)

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PASSWORD = "midori no ookina kaeru"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

_numbers = itertools.count(1)


@functools.cache
def cheap_digest(password: str) -> str:
    """A digest that is quick to make and to check; only its parameters differ from a real one."""
    return "argon2" + PasswordHasher.from_parameters(CHEAPEST).hash(password)


@functools.cache
def sealed_seed() -> str:
    return sealing.seal(SEED)


def StaffFactory(*, enrolled: bool = True, initial_password: bool = False, **fields: Any) -> Staff:
    """Somebody who can sign in with PASSWORD and a code of SEED."""
    number = next(_numbers)
    values = {
        "login": f"staff{number}",
        "display_name": "岩手 花子",
        "name_kana": "イワテ ハナコ",
        "password": cheap_digest(PASSWORD),
        "must_change_password": initial_password,
        "totp_secret": sealed_seed() if enrolled else "",
        "totp_next_secret": "" if enrolled else sealed_seed(),
        "totp_confirmed_at": NOW if enrolled else None,
        "created_at": NOW,
    }
    return Staff.objects.create(**values | fields)


def StaffSessionFactory(
    *, token: str = "", now: datetime = NOW, pending: bool = False, **fields: Any
) -> StaffSession:
    """A live session at `now`; `pending` ones still need the code."""
    values: dict[str, Any] = {
        "token_digest": token_digest(token or f"token{next(_numbers)}"),
        "second_factor": rules.SecondFactor.NONE if pending else rules.SecondFactor.ONE_TIME_CODE,
        "address_digest": sealing.keyed_digest("address:127.0.0.1"),
        "device": "Chrome / Linux",
        "created_at": now,
        "last_seen_at": now,
        "expires_at": now + (rules.SECOND_FACTOR_WITHIN if pending else rules.LONGEST),
    }
    fields.setdefault("staff", None)
    fields["staff"] = fields["staff"] or StaffFactory()
    return StaffSession.objects.create(**values | fields)


def RecoveryCodeFactory(*, code: str = "ACDEFGHJKMNP", **fields: Any) -> RecoveryCode:
    fields["staff"] = fields.get("staff") or StaffFactory()
    return RecoveryCode.objects.create(digest=secret_digest(code), **fields)


def SignInGuardFactory(**fields: Any) -> SignInGuard:
    values = {"login_digest": f"{next(_numbers):064d}", "attempts": 1, "last_at": NOW}
    return SignInGuard.objects.create(**values | fields)


def ResidentFactory(**fields: Any) -> Resident:
    values = {
        "public_id": f"{next(_numbers):06d}TEST",
        "family_name": "髙橋",
        "given_name": "次郎",
        "family_kana": "タカハシ",
        "given_kana": "ジロウ",
        "birth_on": date(1990, 2, 28),
        "sex": rules.Sex.MALE,
        "household_id": new_id(),
        "postal_code": "0208530",
        "prefecture": "岩手県",
        "city": "盛岡市",
        "city_code": "032018",
        "town": "内丸",
        "rest": "12番2号",
        "building": "メゾン内丸 101号",
    }
    return Resident.objects.create(**values | fields)


def RestrictionFactory(*, today: date = TODAY, **fields: Any) -> Restriction:
    """A protection that began today."""
    values = {
        "subject": f"resident:{new_id()}",
        "reason": rules.RestrictionReason.PARTNER_VIOLENCE,
        "responsible_department": "residents",
        "valid_from": today,
        "valid_until": rules.protected_until(today),
        "created_at": NOW,
    }
    return Restriction.objects.create(**values | fields)


def code_at(moment: datetime, *, steps: int = 0) -> str:
    """The one-time code of SEED at a moment, or some steps of thirty seconds later."""
    return one_time_codes.code_of(SEED, one_time_codes.step_at(moment + timedelta(seconds=30 * steps)))
