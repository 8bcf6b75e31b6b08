"""One cell of an inventory file: its value, or what is wrong with it and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.procedures.inventory.desk_columns import Column

MOST_CASES = 2_000_000_000  # what the column holds
_TICKS = {"1": True, "○": True, "〇": True, "はい": True, "": False, "0": False, "✕": False, "いいえ": False}


class WrongCell(Exception):
    """What is wrong with a cell, and what to do."""

    def __init__(self, wrong: str, mend: str) -> None:
        super().__init__(wrong)
        self.wrong, self.mend = wrong, mend


@dataclass(frozen=True, slots=True)
class Known:
    """What cells may name: departments by code, and the ids of procedures."""

    departments: Mapping[str, str]
    procedures: frozenset[str]


def read_cell(column: Column, text: str, known: Known) -> Any:
    """The value of a cell. Raises `WrongCell`."""
    if column.required and not text:
        raise WrongCell(_("空です。"), _("「%(name)s」を入れてください。") % {"name": column.headers[0]})
    if column.kind == "count":
        return _count(text)
    if column.kind == "tick":
        if text not in _TICKS:
            raise WrongCell(_("○か空ではありません。"), _("あてはまるときは○を、ほかは空にしてください。"))
        return _TICKS[text]
    if not text:
        return ""
    if column.kind == "code":
        return _code(column.codes, text)
    if column.kind == "department":
        return _department(known.departments, text)
    if column.kind == "procedure" and text not in known.procedures:
        raise WrongCell(_("公開した定義にありません。"), _("定義のIDを確かめるか、空にしてください。"))
    if len(text) > column.most:
        raise WrongCell(_("長すぎます。"), _("%(most)s文字以内にしてください。") % {"most": column.most})
    return text


def _count(text: str) -> int | None:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("件")
    if not plain:
        return None
    if not re.fullmatch(r"[0-9]{1,10}(\.0)?", plain) or float(plain) > MOST_CASES:
        raise WrongCell(
            _("件数ではありません。"), _("0以上の整数を入れるか、わからないときは空にしてください。")
        )
    return int(plain.removesuffix(".0"))


def _code(codes: Mapping[str, str], text: str) -> str:
    """A code, its word, or both as the survey writes them (`1 申請等`)."""
    plain = unicodedata.normalize("NFKC", text).removesuffix(".0")
    for code, word in codes.items():
        if plain in (
            code,
            unicodedata.normalize("NFKC", word),
            unicodedata.normalize("NFKC", f"{code} {word}"),
        ):
            return code
    words = "、".join(f"{code} {word}" for code, word in codes.items())
    raise WrongCell(_("一覧にない値です。"), _("次のどれかを入れてください：%(words)s") % {"words": words})


def _department(departments: Mapping[str, str], text: str) -> str:
    if text in departments:
        return text
    found = [code for code, name in departments.items() if name == text]
    if len(found) == 1:
        return found[0]
    wrong = _("同じ名前の部署が二つ以上あります。") if found else _("この部署はありません。")
    raise WrongCell(wrong, _("部署コードを入れてください。"))
