"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from madoguchi.common import clock
from madoguchi.identity.tests.factories import NOW


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
