"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from madoguchi.common import clock
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import NOW
from madoguchi.organization.rules import Role
from madoguchi.organization.tests.factories import signed_in_client, staff_with


class Clock:
    """What time it is for the product."""

    def __init__(self) -> None:
        self.now: datetime = NOW

    def forward(self, **span: float) -> datetime:
        """Let time go by."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The product's clock, at NOW."""
    standing = Clock()
    monkeypatch.setattr(clock, "now", lambda: standing.now)
    return standing


@pytest.fixture
def admin() -> Staff:
    """An administrator."""
    return staff_with(Role.ADMINISTRATOR, login="admin", display_name="県 管理", name_kana="アガタ カンリ")


@pytest.fixture
def client(admin: Staff) -> Client:
    """A browser in which the administrator is signed in."""
    return signed_in_client(admin)
