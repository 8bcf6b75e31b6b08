"""Days and numbers as staff type them: what no page could show later is refused where it is typed."""

from __future__ import annotations

import math
from datetime import date

from madoguchi.japan.kana import narrow_ascii

# What a plan, its systems and services can have to do with; anything else is a slip of the keyboard.
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2999, 12, 31)


def read_day(text: str) -> date | None:
    """A day of the calendar written 2025-04-01, or None."""
    try:
        day = date.fromisoformat(narrow_ascii(text).strip())
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def read_whole(text: str, low: int, high: int) -> int | None:
    """A whole number between two, or None; separators of thousands are allowed."""
    plain = narrow_ascii(text).replace(",", "").replace("−", "-").strip()
    digits = plain.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        return None
    return int(plain) if low <= int(plain) <= high else None


def read_number(text: str, most: float = 1e12) -> float | None:
    """A number nearer to nought than `most`, or None."""
    plain = narrow_ascii(text).replace(",", "").replace("−", "-").strip()
    try:
        value = float(plain) if "_" not in plain else math.nan
    except ValueError:
        return None
    return value if abs(value) < most else None  # not a number is never less
