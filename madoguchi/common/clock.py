"""The only place that asks the machine what time it is."""

import os
import time as _time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in Japan."""
    return tokyo_date(now())


def tokyo_date(moment: datetime) -> date:
    """The day in Japan at `moment`."""
    return moment.astimezone(TOKYO).date()


def monotonic() -> float:
    """Seconds on a clock that never goes back, for measuring and for leases within one process."""
    return _time.monotonic()


def epoch_milliseconds() -> int:
    """Milliseconds since 1970, the time part of an id."""
    return _time.time_ns() // 1_000_000


def process_name() -> str:
    """A name for this process, unique enough to say who holds a lease."""
    return f"{os.uname().nodename}:{os.getpid()}"
