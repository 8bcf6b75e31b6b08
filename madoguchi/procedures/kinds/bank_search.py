"""Finding the bank and branch that somebody means by a name or a code."""

from __future__ import annotations

import unicodedata

from madoguchi.japan import banks
from madoguchi.japan.banks import Bank, Branch

_YUCHO_NAMES = ("ゆうちょ", "ゆうちょ銀行", "郵便局", "郵貯")


def find_banks(name: str, code: str) -> tuple[Bank, ...]:
    """The bank of a code that fits the name, the one bank of exactly this name, or all that could be meant."""
    text = unicodedata.normalize("NFKC", name).strip()
    chosen = banks.bank(code) if code else None
    if chosen and text in ("", chosen.full_name):
        return (chosen,)
    if not text:
        return ()
    if text in _YUCHO_NAMES:
        text = "ゆうちょ"
    found = banks.search_banks(text)
    exact = tuple(bank for bank in found if text in (bank.code, bank.name, bank.full_name, bank.kana))
    if chosen and chosen in found:
        return (chosen,)
    return exact if len(exact) == 1 else found


def find_branches(bank_code: str, name: str, code: str) -> tuple[Branch, ...]:
    """As `find_banks`, among the branches of a bank."""
    text = unicodedata.normalize("NFKC", name).strip()
    chosen = banks.branch(bank_code, code) if code else None
    if chosen and text in ("", chosen.name):
        return (chosen,)
    if not text:
        return ()
    found = banks.search_branches(bank_code, text)
    bare = text.removesuffix("支店") or text
    exact = tuple(branch for branch in found if {text, bare} & {branch.code, branch.name, branch.kana})
    if chosen and chosen in found:
        return (chosen,)
    return exact if len(exact) == 1 else found
