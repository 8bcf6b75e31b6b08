"""No character is lost on paper: what the font cannot show becomes 〓 and is named by its number in a note.

Names in the family register hold characters that no font has all of (外字, 異体字). A paper that silently
left them out would name another person.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.common.pdf.fonts import coverage, variants

GETA = "〓"
NEAR = 6
LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# A character with what belongs to it: selectors, combining marks, and what a joiner adds (as in emoji).
CLUSTER = re.compile(
    "(?:.(?:[\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef\U0001f3fb-\U0001f3ff]|\u200d.)*)|\n", re.S
)
IDEOGRAPHIC_SELECTOR = re.compile("[\ufe00-\ufe02\U000e0100-\U000e01ef]")
ORDINARY = re.compile(r"[\n\x20-\x7e\u3000-\u3002\u3041-\u3096\u30a1-\u30fc]*")


@dataclass(frozen=True)
class Note:
    """One place where the paper cannot show a character as it is written."""

    shown: str
    codes: str
    near: str
    is_variant: bool


def prepare(data: Any) -> tuple[Any, list[Note]]:
    """The same data with only text that can be printed, and a note for each place that was changed."""
    notes: dict[Note, None] = {}
    return _prepared(data, notes), list(notes)


def _prepared(data: Any, notes: dict[Note, None]) -> Any:
    if isinstance(data, str):
        return printable(data, notes)
    if isinstance(data, Mapping):
        return {key: _prepared(value, notes) for key, value in data.items()}
    if isinstance(data, Sequence) and not isinstance(data, bytes):
        return [_prepared(value, notes) for value in data]
    return data


def printable(text: str, notes: dict[Note, None]) -> str:
    """The text as the font can show it; notes are added for what it cannot."""
    text = LINE_ENDS.sub("\n", text).replace("\t", " ")
    if ORDINARY.fullmatch(text):
        return text
    shown: list[str] = []
    troubles: list[tuple[int, str, bool]] = []
    for cluster in CLUSTER.findall(text):
        printed, is_variant = _shown(cluster)
        if printed == GETA != cluster or is_variant:
            troubles.append((len(shown), cluster, is_variant))
        shown.append(printed)
    for at, cluster, is_variant in troubles:
        near = "".join(shown[max(0, at - NEAR) : at + NEAR + 1]).replace("\n", " ").strip()
        codes = " ".join(f"U+{ord(character):04X}" for character in cluster)
        notes[Note(shown[at], codes, near, is_variant)] = None
    return "".join(shown)


def _shown(cluster: str) -> tuple[str, bool]:
    """What stands on the paper for one cluster, and whether a variant falls back to the usual form."""
    visible = "".join(character for character in cluster if not _is_invisible(character))
    if not all(_can_print(character) for character in visible):
        return GETA, False
    variant = IDEOGRAPHIC_SELECTOR.search(visible)
    return visible, bool(variant) and visible[:2] not in variants()


def _is_invisible(character: str) -> bool:
    """Format characters show nothing, but can turn the direction in which a line reads."""
    return unicodedata.category(character) == "Cf"


def _can_print(character: str) -> bool:
    if character == "\n" or "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return True
    return unicodedata.category(character) == "Zs" or coverage().has(character)
