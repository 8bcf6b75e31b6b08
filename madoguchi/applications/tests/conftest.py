"""Fixtures for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from madoguchi.common import clock

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 10 in the morning in Japan

SetClock = Callable[[datetime], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """`set_clock(moment)` stops the city's clock at a moment."""

    def stop_at(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    stop_at(NOW)
    return stop_at
