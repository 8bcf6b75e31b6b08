"""What is wrong with a definition, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault with its line, the question it concerns (or ""), and how to mend it."""

    line: int
    question_id: str
    code: str
    message: str
    mend: str
    severity: Severity = "error"
    file: str = ""


class BrokenDefinition(ValueError):
    """A source that cannot be compiled; `findings` says why, in document order."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0] if self.findings else None
        super().__init__(f"line {first.line}: {first.message}" if first else "broken definition")
