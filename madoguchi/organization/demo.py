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
# Every procedure can be tried from filing to decision with the demo log-ins alone.
HANDLING = (
    "child-welfare",
    "care-insurance",
    "disaster",
    "childcare",
    "maternal-health",
    "residents",
    "health-insurance",
    "resident-tax",
    "school-affairs",
    "living-hygiene",
    "waste",
    "water",
    "roads",
    "lifelong-learning",
)
DEMO_POSTS = {
    "officer": tuple((code, Role.OFFICER) for code in HANDLING),
    "officer2": tuple((code, Role.OFFICER) for code in HANDLING),
    "approver": tuple((code, Role.APPROVER) for code in HANDLING),
    # The department of property tax is consulted (合議) about what homes are worth.
    "head": tuple((code, Role.HEAD) for code in (*HANDLING, "property-tax")),
    "admin": (("digital", Role.ADMINISTRATOR),),
    "office": (("digital", Role.OFFICE),),
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
    for login, posts in _posts():
        staff = people.one(login)
        unit.insert(staff)
        for department, role in posts:
            unit.insert(Posting(staff=staff, department_id=department, role=role, valid_from=SINCE))
    audit.record(unit, actor="system:demo", act="demo.loaded", subject="organization", now=now)
    kernel.commit(unit)


def log_ins() -> list[str]:
    """How a stranger signs in, for the console."""
    words = demo_accounts.roles()
    lines = [f"  {login:<9} {words[login]}" for login in DEMO_POSTS]
    return [f"Staff sign in at /desk/ with the password {demo_accounts.PASSWORD}", *lines]


def _posts() -> Iterator[tuple[str, tuple[tuple[str, Role], ...]]]:
    """Log-in, departments and roles of everybody: a head everywhere, more where cases are handled."""
    yield from DEMO_POSTS.items()
    number = 1001
    for room in DEPARTMENTS:
        roles = [Role.HEAD] if room.code != "child-welfare" else [Role.OFFICER]
        if room.staffed:
            roles += [Role.OFFICER, Role.APPROVER]
        for role in roles:
            yield f"s{number}", ((room.code, role),)
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
