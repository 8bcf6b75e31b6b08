"""Banks, branches and the two ways a ゆうちょ account is written; offline, from the data package zengin_code.

Only the list of banks and the branches of the bank at hand are read: importing zengin_code would load 23,000
branches (30 MB) into every process.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from madoguchi.japan.errors import JapanError
from madoguchi.japan.kana import search_key
from madoguchi.japan.packaged import installed_file

YUCHO = "9900"
MOST_RESULTS = 20


class AccountError(JapanError):
    """An account number that cannot be.

    Codes: missing, wrong_character, wrong_length, symbol_length, symbol_shape, number_length, number_ending.
    """


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank by the short name of the 全銀 list (岩手, 盛岡信金)."""

    code: str
    name: str
    kana: str

    @property
    def full_name(self) -> str:
        """The name as people write it (岩手銀行, 盛岡信用金庫); general knowledge, the list has only the short form."""
        for short, long in _LONG_ENDINGS:
            if self.name.endswith(short):
                return self.name.removesuffix(short) + long
        is_bank = self.code < "0200" or "0288" <= self.code < "0400" or "0500" <= self.code < "1000"
        return self.name + "銀行" if is_bank or self.code == YUCHO else self.name


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of a bank."""

    bank_code: str
    code: str
    name: str
    kana: str


@dataclass(frozen=True, slots=True)
class YuchoAccount:
    """A ゆうちょ account as other banks see it; `check_digit_fits` is a hint, never a reason to refuse."""

    branch_code: str
    branch_name: str
    account_type: Literal["ordinary", "current"]
    number: str
    check_digit_fits: bool


_LONG_ENDINGS = (
    ("信漁連", "信用漁業協同組合連合会"),
    ("信連", "信用農業協同組合連合会"),
    ("信託", "信託銀行"),
    ("信金", "信用金庫"),
    ("信組", "信用組合"),
    ("労金", "労働金庫"),
    ("農協", "農業協同組合"),
    ("漁協", "漁業協同組合"),
    ("農林中金", "農林中央金庫"),
)


def banks() -> tuple[Bank, ...]:
    """Every financial institution of the 全銀 list, by code."""
    return tuple(_banks().values())


def bank(code: str) -> Bank | None:
    """The bank of a four-digit code."""
    return _banks().get(code)


def search_banks(text: str, limit: int = MOST_RESULTS) -> tuple[Bank, ...]:
    """Banks whose code, name or reading begins with what was typed, then those that contain it."""
    wanted = unicodedata.normalize("NFKC", text).strip()
    for short, long in _LONG_ENDINGS:
        wanted = re.sub(f"{long}$", short, wanted)
    if wanted.endswith("銀行") and wanted != "銀行":
        wanted = wanted.removesuffix("銀行")
    return tuple(_banks()[code] for code in _found(_bank_keys(), wanted, limit))


@lru_cache(maxsize=64)
def branches(bank_code: str) -> tuple[Branch, ...]:
    """The branches of a bank by code; empty when the bank is unknown."""
    if bank_code not in _banks():
        return ()
    records = _read_json(_source("branches", f"{bank_code}.json"))
    return tuple(
        Branch(bank_code, code, record["name"], _reading(record["kana"]))
        for code, record in sorted(records.items())
    )


def branch(bank_code: str, code: str) -> Branch | None:
    """The branch of a bank and a three-digit code."""
    return next((found for found in branches(bank_code) if found.code == code), None)


def search_branches(bank_code: str, text: str, limit: int = MOST_RESULTS) -> tuple[Branch, ...]:
    """Branches of a bank whose code, name or reading begins with what was typed, then those that contain it."""
    wanted = re.sub(r"(?<=.)支店$", "", unicodedata.normalize("NFKC", text).strip())
    by_code = {found.code: found for found in branches(bank_code)}
    keys = {code: (search_key(found.name), search_key(found.kana)) for code, found in by_code.items()}
    return tuple(by_code[code] for code in _found(keys, wanted, limit))


def normalise_account_number(text: str) -> str:
    """The seven digits of an ordinary account number; shorter ones are filled with zeros on the left."""
    plain = _account_digits(text)
    if len(plain) > 7:
        raise AccountError("wrong_length")
    return plain.zfill(7)


def yucho_account(symbol: str, number: str) -> YuchoAccount:
    """The branch and account number by which other banks reach a ゆうちょ 記号 and 番号.

    General knowledge, agreeing with published converters: 記号 1xxx0 is 総合口座 (the 番号 ends in 1, which is
    dropped; 店番 ends in 8), 0xxx0 is 振替口座 (店番 ends in 9).
    """
    symbol, number = _account_digits(symbol), _account_digits(number)
    if len(symbol) != 5:
        raise AccountError("symbol_length")
    if not re.fullmatch(r"[01]\d{3}0", symbol):
        raise AccountError("symbol_shape")
    ordinary = symbol.startswith("1")
    if not (2 <= len(number) <= 8 if ordinary else 1 <= len(number) <= 6):
        raise AccountError("number_length")
    if ordinary and not number.endswith("1"):
        raise AccountError("number_ending")
    branch_code = symbol[1:3] + ("8" if ordinary else "9")
    return YuchoAccount(
        branch_code=branch_code,
        branch_name=branch_code.translate(str.maketrans("0123456789", "〇一二三四五六七八九")),
        account_type="ordinary" if ordinary else "current",
        number=(number[:-1] if ordinary else number).zfill(7),
        check_digit_fits=_yucho_check_digit(symbol, number) == symbol[3],
    )


def _yucho_check_digit(symbol: str, number: str) -> str:
    """The fourth digit of a 記号, as third parties found it out (Luhn-like, weights 1, 3, 2 over 記号 and 番号)."""
    digits = [int(digit) for digit in symbol[:3] + "0" + symbol[4] + number.zfill(8)]
    weighted = (
        (digit, digit * 3, digit * 2 - (9 if digit >= 5 else 0))[place % 3]
        for place, digit in enumerate(digits)
    )
    return str(sum(weighted) % 10)


def _account_digits(text: str) -> str:
    plain = re.sub(r"[\s‐‑‒–—―−ー-]", "", unicodedata.normalize("NFKC", text))
    if not plain:
        raise AccountError("missing")
    if not (plain.isascii() and plain.isdigit()):
        raise AccountError("wrong_character")
    return plain


def _found(keys: dict[str, tuple[str, str]], wanted: str, limit: int) -> list[str]:
    if re.fullmatch(r"[0-9]{1,4}", wanted):
        return [code for code in keys if code.startswith(wanted)][:limit]
    key = search_key(wanted)
    if not key:
        return []
    hits = [(min(_rank(key, one) for one in pair), code) for code, pair in keys.items()]
    return [code for rank, code in sorted(hits) if rank < _NO_HIT][:limit]


_NO_HIT = 3


def _rank(key: str, text: str) -> int:
    """0 for the same, 1 for a beginning, 2 for a part."""
    if text == key:
        return 0
    if text.startswith(key):
        return 1
    return 2 if key in text else _NO_HIT


@cache
def _banks() -> dict[str, Bank]:
    records = _read_json(_source("banks.json"))
    return {
        code: Bank(code, record["name"], _reading(record["kana"])) for code, record in sorted(records.items())
    }


@cache
def _bank_keys() -> dict[str, tuple[str, str]]:
    return {code: (search_key(found.name), search_key(found.kana)) for code, found in _banks().items()}


def _source(*parts: str) -> Path:
    return installed_file("zengin_code", "source-data", "data", *parts)


def _read_json(path: Path) -> dict[str, dict[str, Any]]:
    records: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return records


def _reading(kana: str) -> str:
    """The list writes ー as a full-width minus."""
    return kana.replace("－", "ー").replace("．", "・")
