"""What a column of the inventory is: its headers, and how its cells are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BODIES = {
    "1": "国",
    "2": "独立行政法人等",
    "3": "地方等",
    "4-1": "国又は独立行政法人等",
    "4-2": "独立行政法人等又は地方等",
    "4-3": "国又は地方等",
    "4-4": "国、独立行政法人等又は地方等",
    "5": "国民等",
    "6": "民間事業者等",
    "7": "国民等、民間事業者等",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A field of an entry, the headers it is known by (the survey's first), and how its cells are read."""

    name: str
    headers: tuple[str, ...]
    most: int = 300
    required: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text"  # text, code, codes (parted by ";"), count, tick, department, procedure

    @property
    def has_lines(self) -> bool:
        """Whether it is written in a field of several lines; elsewhere browsers drop line breaks."""
        return self.kind == "text" and self.most > 400

    @property
    def listed(self) -> str:
        """What may be told of a list of codes, in words."""
        return "、".join(f"{code} {word}" if code[0].isdigit() else word for code, word in self.codes.items())


def same(*words: str) -> dict[str, str]:
    """Words that are their own codes."""
    return {word: word for word in words}
