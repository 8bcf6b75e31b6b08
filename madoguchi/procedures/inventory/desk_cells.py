"""One cell of an inventory file: its value, or what is wrong with it and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.common.spreadsheets import unguarded
from madoguchi.procedures.inventory.desk_column import Column

MOST_CASES = 2_000_000_000  # what the column holds
_PARTED = re.compile("[;；\n]")
_SIGNS = str.maketrans("○×", "〇✕")  # as they are typed, and as the survey writes them
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
    successors: Mapping[str, str] = field(
        default_factory=dict
    )  # of departments that ended: who took over, by code


def plain(text: str) -> str:
    """What somebody typed into a cell or a field: as our own files guard it, with one kind of line break."""
    return unguarded(text.replace("\r\n", "\n").strip())


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
    if column.kind == "codes":
        told = {_code(column, part.strip()) for part in _PARTED.split(text) if part.strip()}
        return ";".join(code for code in column.codes if code in told)
    if not column.has_lines:
        text = " ".join(text.splitlines())
    if column.kind == "code":
        return _code(column, text)
    if column.kind == "department":
        return _department(known, text)
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


def _code(column: Column, text: str) -> str:
    """A code, its word or the sign before it, or both as the survey writes them (`1 申請等`)."""
    typed = _folded(text).removesuffix(".0")
    for code, word in column.codes.items():
        sign = word[0] if word[1:2] == "（" else word
        if typed in map(_folded, (code, word, sign, f"{code} {word}")):
            return code
    mend = _("次のどれかを入れてください：%(words)s") % {"words": column.listed}
    raise WrongCell(_("一覧にない値です。"), mend)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_SIGNS)


def _department(known: Known, text: str) -> str:
    if text in known.departments:
        return text
    found = [code for code, name in known.departments.items() if name == text]
    if len(found) == 1:
        return found[0]
    if not found and (new := known.departments.get(known.successors.get(text, ""))):
        raise WrongCell(
            _("組織改正で終わった部署です。"), _("いまの部署「%(name)s」を入れてください。") % {"name": new}
        )
    if found:
        raise WrongCell(_("同じ名前の部署が二つ以上あります。"), _("部署コードを入れてください。"))
    raise WrongCell(_("この部署はありません。"), _("いまある部署の名前かコードを入れてください。"))


def together(values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What is wrong with values that are right one by one: the field, what is wrong, how to mend it."""
    faults: list[tuple[str, str, str]] = []
    if values.get("forbidden"):
        faults += [
            (name, _("オンライン不可とした手続で空です。"), _("理由と根拠法令を入れてください。"))
            for name in ("forbidden_reason", "forbidden_law")
            if not values.get(name)
        ]
    if values.get("effort") and not values.get("effort_reason"):
        faults.append(("effort_reason", _("手間を入れた手続で空です。"), _("手間の理由を入れてください。")))
    cases, online = values.get("cases"), values.get("online_cases")
    if cases is not None and online is not None and online > cases:
        faults.append(
            ("online_cases", _("総手続件数より多い数です。"), _("どちらの件数が正しいか確かめてください。"))
        )
    return faults
