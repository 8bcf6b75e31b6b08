"""The text of a mail: lines broken where Japanese allows it, and who wrote it at the end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

WIDTH = 35  # full-width characters: what mail programs show without breaking again
RULE = "―" * 15

# 行頭禁則 and 行末禁則: what may not begin and what may not end a line (JIS X 4051).
_NOT_FIRST = frozenset(
    "、。，．・：；？！ー～〜…‥々ゝゞヽヾ）］｝〉》」』】〕”’ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ),.!?:;]}%"
)
_NOT_LAST = frozenset("（［｛〈《「『【〔“‘([{¥￥＄")
# What is never broken: an address with everything that belongs to it, a Latin word or number, one character
# with the marks and variation selectors that follow it.
_PIECE = re.compile(
    r"https?://[!-~]+|[!-~]+|\s|.[\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef\u200d]*"
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a mail comes from, as its last lines say it."""

    city: str
    department: str
    phone: str
    hours: str


def compose(lines: Iterable[str], *, sender: Sender, language: str = "ja") -> str:
    """The body of a mail: the lines, wrapped, and the signature in the language of the reader."""
    with translation.override(language):
        return f"{wrap(lines)}\n\n{signature(sender)}\n"


def signature(sender: Sender) -> str:
    """City, department, telephone and hours, and that nobody reads an answer to this mail."""
    name = f"{sender.city} {sender.department}".strip()
    phone = _("電話 %(phone)s（%(hours)s）") if sender.hours else _("電話 %(phone)s")
    lines = [
        RULE,
        name,
        *([phone % {"phone": sender.phone, "hours": sender.hours}] if sender.phone else []),
        _("このメールは送信専用です。返信されてもお答えできません。"),
    ]
    return wrap(lines)


def wrap(lines: Iterable[str], width: int = WIDTH) -> str:
    """The lines, each broken at `width` full-width characters; an address is never broken."""
    return "\n".join(
        broken for text in lines for line in text.split("\n") for broken in _break(line, width * 2)
    )


def _break(line: str, columns: int) -> list[str]:
    if "://" not in line and columns_of(line) <= columns:
        return [line.rstrip()]
    finished: list[str] = []
    now: list[str] = []
    room = columns
    for piece in _PIECE.findall(line):
        if columns_of(piece) > room and now:
            kept = _kept_together(now, piece)
            finished.append("".join(now[: len(now) - kept]).rstrip())
            now = now[len(now) - kept :]
            room = columns - columns_of("".join(now))
            if piece.isspace() and not now:
                continue
        now.append(piece)
        room -= columns_of(piece)
    return [*finished, "".join(now).rstrip()]


def _kept_together(pieces: list[str], following: str) -> int:
    """How many pieces at the end of a full line must go to the next one with what follows."""
    kept = 0
    while kept < len(pieces) - 1 and (following[0] in _NOT_FIRST or pieces[-1 - kept][-1] in _NOT_LAST):
        kept += 1
        following = pieces[-kept]
    return kept if kept < len(pieces) - 1 else 0


def columns_of(text: str) -> int:
    """How wide a text is, counting a full-width character as two."""
    return sum(_columns(c) for c in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1
