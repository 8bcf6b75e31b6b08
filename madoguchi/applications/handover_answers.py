"""What a core system answers, line by line: plain rows in, what each means out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from unicodedata import normalize
from uuid import UUID

from madoguchi.applications.models import Handover
from madoguchi.common.ids import normalise_secret

ACCEPTED = frozenset({"ok", "1", "受理", "正常", "取込済", "取込済み", "済"})
REFUSED = frozenset({"ng", "0", "エラー", "不受理", "却下", "差戻し", "不可"})
HEADERS = frozenset({"受付番号", "番号", "receipt_number"})
LONGEST_REASON = 500
SHOWN = 40  # characters of what stood there
State = Handover.State
ANSWERED = (State.SENT, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Known:
    """A case that was sent, under its number."""

    id: UUID
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A line that changes nothing, and why.

    Codes: unknown, doubled, not_sent, unreadable, reason_missing, contradicts, already.
    """

    line: int
    number: str
    code: str


@dataclass(slots=True)
class Read:
    """What a file says: which cases were taken over, which refused and why, and what made no sense."""

    accepted: list[UUID] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def number_of(cell: str) -> str:
    """A receipt number as it is stored, however it was grouped."""
    return normalise_secret(cell)


def read_rows(rows: Iterable[tuple[int, Sequence[str]]], known: Mapping[str, Known]) -> Read:
    """Rows of number, result and reason. Every line that changes nothing is listed, none is passed over."""
    found = Read()
    seen: dict[str, tuple[bool, str]] = {}
    doubled: set[str] = set()
    lines: list[tuple[int, str, bool, str]] = []
    for line, cells in rows:
        cell, result, reason = (*[text.strip() for text in cells[:3]], "", "", "")[:3]
        if normalize("NFKC", cell).lower() in HEADERS and not lines and not found.findings:
            continue
        number, word = number_of(cell), normalize("NFKC", result).lower()
        if number not in known:
            found.findings.append(Finding(line, cell[:SHOWN], "unknown"))
        elif word not in ACCEPTED | REFUSED:
            found.findings.append(Finding(line, number, "unreadable"))
        elif word in REFUSED and not reason:
            found.findings.append(Finding(line, number, "reason_missing"))
        elif number in seen:
            found.findings.append(Finding(line, number, "doubled"))
            if seen[number] != (word in ACCEPTED, reason):
                doubled.add(number)
        else:
            seen[number] = (word in ACCEPTED, reason)
            lines.append((line, number, word in ACCEPTED, reason[:LONGEST_REASON]))
    for line, number, accepted, reason in lines:
        if number in doubled:  # two lines say different things: which is right is for a person to say
            found.findings.append(Finding(line, number, "doubled"))
        else:
            _take(found, line, number, known[number], accepted=accepted, reason=reason)
    found.findings.sort(key=lambda one: one.line)
    return found


def _take(found: Read, line: int, number: str, case: Known, *, accepted: bool, reason: str) -> None:
    wanted = State.ACKNOWLEDGED if accepted else State.REFUSED
    if case.state == wanted and (accepted or case.reason == reason):
        found.findings.append(Finding(line, number, "already"))
    elif case.state == State.ACKNOWLEDGED:
        found.findings.append(Finding(line, number, "contradicts"))
    elif case.state not in ANSWERED:
        found.findings.append(Finding(line, number, "not_sent"))
    elif accepted:
        found.accepted.append(case.id)
    else:
        found.refused[case.id] = reason
