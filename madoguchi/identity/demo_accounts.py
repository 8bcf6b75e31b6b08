"""Accounts of the demo whose password everybody may know. Outside the demo nobody signs in with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from madoguchi.identity import queries
from madoguchi.identity.models import Staff

PASSWORD = "asagiri-kaede-2026"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGINS = ("officer", "officer2", "approver", "head", "admin")


class NoDemo(Exception):
    """This installation is not the demo."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """How a stranger signs in: `code` is a one-time code that works now, None for the next half minute."""

    login: str
    role: str
    name: str
    password: str
    code: str | None


def roles() -> dict[str, str]:
    """What each demo log-in is for."""
    return {
        "officer": _("審査担当"),
        "officer2": _("審査担当（2人目）"),
        "approver": _("決裁者"),
        "head": _("所属長"),
        "admin": _("システム管理者"),
        "office": _("推進事務局"),
    }


def demo_codes(*, now: datetime) -> list[DemoAccount]:
    """The demo log-ins with their present one-time codes. Raises `NoDemo` in a real city."""
    if not settings.DEMO:
        raise NoDemo
    words = roles()
    found = {s.login: s for s in Staff.objects.filter(login__in=LOGINS, is_demo=True, active=True)}
    return [
        DemoAccount(
            login=login,
            role=words[login],
            name=found[login].display_name,
            password=PASSWORD,
            code=queries.one_time_code_now(found[login], now=now),
        )
        for login in LOGINS
        if login in found
    ]
