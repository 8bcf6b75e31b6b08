"""Telephone numbers of Japan: digits are stored, grouping is for reading only."""

import re
import unicodedata

from madoguchi.japan.errors import JapanError


class PhoneError(JapanError):
    """A telephone number that cannot be (codes: missing, wrong_character, no_leading_zero, wrong_length)."""


_SEPARATORS = dict.fromkeys(map(ord, "-‐‑‒–—―−ー()[]./・"))
_ELEVEN_DIGITS = re.compile(r"0[25-9]0\d{8}")  # mobile, internet, machines, 0800
_TEN_DIGITS = re.compile(r"0[1-9][1-9]\d{7}")  # area codes, 0120, 0570
_MOBILE = re.compile(r"0[6-9]0[1-9]\d{7}")

# Lengths of the groups by beginning, longest first. Area codes have 2 to 5 digits and only their full list could
# tell all of them apart; Iwate's and the big cities' are here, the rest is grouped 3-3-4 (general knowledge).
_GROUPS = {
    "0120": (4, 3, 3),
    "0570": (4, 3, 3),
    "0800": (4, 3, 4),
    **dict.fromkeys(("0191", "0192", "0193", "0194", "0195", "0197", "0198"), (4, 2, 4)),
    **dict.fromkeys(("050", "060", "070", "080", "090", "020"), (3, 4, 4)),
    "03": (2, 4, 4),
    "06": (2, 4, 4),
}


def normalise_phone(text: str) -> str:
    """The digits of a telephone number typed in any usual way: hyphens, full width, +81."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    abroad = plain.startswith("+81")
    digits = (plain[3:] if abroad else plain).translate(_SEPARATORS)
    if not plain:
        raise PhoneError("missing")
    if not (digits.isascii() and digits.isdigit()):
        raise PhoneError("wrong_character")
    if abroad and not digits.startswith("0"):
        digits = "0" + digits
    if not re.match("0[1-9]", digits):
        raise PhoneError("no_leading_zero")
    if not (_ELEVEN_DIGITS.fullmatch(digits) if len(digits) == 11 else _TEN_DIGITS.fullmatch(digits)):
        raise PhoneError("wrong_length")
    return digits


def format_phone(digits: str) -> str:
    """A stored number in groups: 090-1234-5678, 019-651-4111, 0192-27-3111."""
    if len(digits) not in (10, 11):
        return digits
    default = (3, 3, 4) if len(digits) == 10 else (3, 4, 4)
    known = (digits[:length] for length in (4, 3, 2))
    first, middle, _ = next((_GROUPS[start] for start in known if start in _GROUPS), default)
    return "-".join((digits[:first], digits[first : first + middle], digits[first + middle :]))


def is_mobile_phone(digits: str) -> bool:
    """Whether a stored number belongs to a mobile telephone, which can receive short messages."""
    return _MOBILE.fullmatch(digits) is not None
