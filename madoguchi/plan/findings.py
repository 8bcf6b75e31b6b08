"""What is wrong with a plan, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault with its line, the entry it concerns (or ""), and how to mend it."""

    line: int
    place: str
    code: str
    message: str
    mend: str


class BrokenPlan(ValueError):
    """A plan that cannot be used; `findings` says why, in the order of the file."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0]
        super().__init__(f"line {first.line}: {first.message}")
