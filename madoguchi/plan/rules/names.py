"""Names as what they name, however people write them: width, case and blanks do not count."""

from __future__ import annotations

import hashlib
import unicodedata

LONGEST = 80
DIGITS = 16


def name_of(text: str) -> str:
    """What is counted once under this name."""
    return shortened(plain(text), LONGEST)


def plain(text: str) -> str:
    """The text without width, case and blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def shortened(text: str, most: int) -> str:
    """The text where it has room, else its beginning with a digest: different texts stay different."""
    if len(text) <= most:
        return text
    return f"{text[: most - DIGITS - 1]}#{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"
