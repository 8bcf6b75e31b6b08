"""Numbers that prove themselves: public codes with check digits, and this platform's receipt numbers."""

import unicodedata
from itertools import cycle

from madoguchi.japan.errors import JapanError


class NumberError(JapanError):
    """A number that cannot be (codes: wrong_length, wrong_character, wrong_check)."""


# --- 全国地方公共団体コード, 法人番号, 個人番号, 宛名番号 --------------------------------------------------------


def local_government_check_digit(code5: str) -> str:
    """The sixth digit of a 全国地方公共団体コード (weights 6 to 2, modulus 11)."""
    total = sum(int(digit) * weight for digit, weight in zip(_digits(code5, 5), range(6, 1, -1), strict=True))
    return str((11 - total % 11) % 10) if total >= 11 else str((11 - total) % 10)


def is_local_government_code(code6: str) -> bool:
    """Whether six digits are a formally valid 全国地方公共団体コード (盛岡市 032018)."""
    return _is_digits(code6, 6) and local_government_check_digit(code6[:5]) == code6[5]


def corporate_number_check_digit(base12: str) -> str:
    """The first digit of a 法人番号, from the twelve that follow it."""
    weighted = zip(reversed(_digits(base12, 12)), cycle((1, 2)), strict=False)
    return str(9 - sum(int(digit) * weight for digit, weight in weighted) % 9)


def is_corporate_number(number13: str) -> bool:
    """Whether thirteen digits are a formally valid 法人番号."""
    return _is_digits(number13, 13) and corporate_number_check_digit(number13[1:]) == number13[0]


def individual_number_check_digit(base11: str) -> str:
    """The twelfth digit of a 個人番号 (平成26年総務省令第85号 第5条: general knowledge)."""
    weights = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)
    weighted = zip(reversed(_digits(base11, 11)), weights, strict=True)
    remainder = sum(int(digit) * weight for digit, weight in weighted) % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def is_individual_number(number12: str) -> bool:
    """Whether twelve digits are a formally valid 個人番号; says nothing about whose, and keeps nothing."""
    return _is_digits(number12, 12) and individual_number_check_digit(number12[:11]) == number12[11]


def addressee_check_digit(serial: str) -> str:
    """The last digit of a 宛名番号 or 世帯番号: modulus 11, weights 2 to 7 from the right (住民記録標準仕様書 1.1.13).

    The standard sets 0 for remainder 0; remainder 1 would need the digit 10, and takes 0 as other numbers do.
    """
    weighted = zip(reversed(_digits(serial, len(serial))), cycle(range(2, 8)), strict=False)
    remainder = sum(int(digit) * weight for digit, weight in weighted) % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def is_addressee_number(number: str) -> bool:
    """Whether a 宛名番号 or 世帯番号 of any length ends in its check digit."""
    return (
        _is_digits(number, len(number))
        and len(number) > 1
        and addressee_check_digit(number[:-1]) == number[-1]
    )


def _is_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _digits(text: str, length: int) -> str:
    if len(text) != length:
        raise NumberError("wrong_length")
    if not text or not _is_digits(text, length):
        raise NumberError("wrong_character")
    return text


# --- receipt numbers --------------------------------------------------------------------------------------------

# 29 characters, a prime: with weights 1 to 12 every wrong character and every swap of two characters, neighbours
# or not, changes the sum modulo 29 (ISO 7064's hybrid MOD 37,36 misses some swaps). Of each group of look-alikes
# only one is used, so what people write instead can be read back.
RECEIPT_ALPHABET = "0123456789ACDEFGHJKMNPQRTVWXY"
RECEIPT_LENGTH = 12
_LOOK_ALIKES = str.maketrans("OILZSBU", "011258V")
_VALUES = {character: value for value, character in enumerate(RECEIPT_ALPHABET)}
_BASE = len(RECEIPT_ALPHABET)
_BLANKS_AND_HYPHENS = dict.fromkeys(map(ord, " \t\r\n\u3000-‐‑‒–—―−ー_.・"))


def new_receipt_number(random_bytes: bytes) -> str:
    """A receipt number from at least 12 random bytes; no order or date can be read from it."""
    if len(random_bytes) < RECEIPT_LENGTH:
        raise NumberError("wrong_length")
    rest = int.from_bytes(random_bytes)
    values = []
    for _ in range(RECEIPT_LENGTH - 1):
        rest, value = divmod(rest, _BASE)
        values.append(value)
    body = "".join(RECEIPT_ALPHABET[value] for value in values)
    return body + _receipt_check(body)


def format_receipt_number(number: str) -> str:
    """A receipt number as shown and read aloud: three groups of four."""
    return "-".join(number[start : start + 4] for start in range(0, len(number), 4))


def normalise_receipt_number(text: str) -> str:
    """The receipt number that someone typed: any width or case, with blanks, hyphens or look-alikes (O for 0)."""
    number = (
        unicodedata.normalize("NFKC", text).upper().translate(_BLANKS_AND_HYPHENS).translate(_LOOK_ALIKES)
    )
    if len(number) != RECEIPT_LENGTH:
        raise NumberError("wrong_length")
    if not set(number) <= _VALUES.keys():
        raise NumberError("wrong_character")
    if not is_receipt_number(number):
        raise NumberError("wrong_check")
    return number


def is_receipt_number(number: str) -> bool:
    """Whether a text is a receipt number in its stored form (12 capitals and digits, check character right)."""
    known = len(number) == RECEIPT_LENGTH and set(number) <= _VALUES.keys()
    return known and _receipt_check(number[:-1]) == number[-1]


def _receipt_check(body: str) -> str:
    total = sum(weight * _VALUES[character] for weight, character in enumerate(body, start=1))
    inverse = pow(RECEIPT_LENGTH, -1, _BASE)
    return RECEIPT_ALPHABET[-total * inverse % _BASE]
