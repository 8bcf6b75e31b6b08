"""Departments and staff of the demo city, with log-ins whose password and one-time code are shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from random import Random

from django.conf import settings

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.registers import DemoSize
from madoguchi.identity import demo_accounts, demo_names, passwords, sealing
from madoguchi.identity.models import Staff
from madoguchi.japan.characters import normalise_name
from madoguchi.organization.demo_departments import DEPARTMENTS, HOURS, phone
from madoguchi.organization.models import Department, Posting
from madoguchi.organization.rules import Role

SINCE = date(2020, 4, 1)
DEMO_POSTS = {
    "officer": ("child-welfare", Role.OFFICER),
    "officer2": ("child-welfare", Role.OFFICER),
    "approver": ("child-welfare", Role.APPROVER),
    "head": ("child-welfare", Role.HEAD),
    "admin": ("digital", Role.ADMINISTRATOR),
    "office": ("digital", Role.OFFICE),
}


def load(size: DemoSize) -> None:
    """Add departments, staff and postings."""
    if not settings.DEMO:
        raise demo_accounts.NoDemo
    now = clock.now()
    unit = kernel.Unit()
    for number, room in enumerate(DEPARTMENTS):
        unit.insert(
            Department(
                code=room.code,
                name=room.name,
                name_kana=room.kana,
                phone=phone(number),
                extension=f"{2000 + number * 10}",
                hours=HOURS,
                place=room.place,
                valid_from=SINCE,
            )
        )
    rng = Random(f"staff {size.seed}")  # noqa: S311  # nothing secret: the same seed gives the same people
    people = _Staff(rng, now)
    for login, department, role in _posts():
        staff = people.one(login)
        unit.insert(staff)
        unit.insert(Posting(staff=staff, department_id=department, role=role, valid_from=SINCE))
    audit.record(unit, actor="system:demo", act="demo.loaded", subject="organization", now=now)
    kernel.commit(unit)


def log_ins() -> list[str]:
    """How a stranger signs in, for the console."""
    words = demo_accounts.roles()
    lines = [f"  {login:<9} {words[login]}" for login in DEMO_POSTS]
    return [f"Staff sign in at /desk/ with the password {demo_accounts.PASSWORD}", *lines]


def _posts() -> Iterator[tuple[str, str, Role]]:
    """Log-in, department and role of everybody: a head everywhere, more where cases are handled."""
    for login, (department, role) in DEMO_POSTS.items():
        yield login, department, role
    number = 1001
    for room in DEPARTMENTS:
        roles = [Role.HEAD] if room.code != "child-welfare" else [Role.OFFICER]
        if room.staffed:
            roles += [Role.OFFICER, Role.APPROVER]
        for role in roles:
            yield f"s{number}", room.code, role
            number += 1


class _Staff:
    """Makes demo accounts; all have the one known password, so its digest is made once."""

    def __init__(self, rng: Random, now: datetime) -> None:
        self.rng = rng
        self.now = now
        self.password = passwords.digest(demo_accounts.PASSWORD)
        self.seed = sealing.seal(demo_accounts.SEED)

    def one(self, login: str) -> Staff:
        """An account that can sign in at once."""
        family, family_kana = demo_names.surname(self.rng)
        sex = self.rng.choice(["male", "female"])
        given, given_kana = demo_names.given_name(self.rng, sex=sex, age=self.rng.randint(23, 60))
        return Staff(
            login=login,
            display_name=normalise_name(f"{family} {given}"),
            name_kana=f"{family_kana} {given_kana}",
            password=self.password,
            must_change_password=False,
            totp_secret=self.seed,
            totp_confirmed_at=self.now,
            is_demo=True,
            created_at=self.now,
        )
