"""What a virus scanner promises, and the one that honestly does nothing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Protocol


class Finding(StrEnum):
    """What a scanner can say about content."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"
    NOT_SCANNED = "not_scanned"


@dataclass(frozen=True)
class Verdict:
    """A finding; `detail` is the name of the virus or why the scanner gave no answer."""

    finding: Finding
    detail: str = ""


class Scanner(Protocol):
    """A virus scanner."""

    name: str

    def scan(self, content: BinaryIO) -> Verdict:
        """Look at the whole content from where the stream stands; never raises for a scanner that is down."""

    def check(self) -> bool:
        """Whether the scanner would answer now."""


class NoScanner:
    """For an installation without a scanner: says of everything that nobody looked."""

    name = "none"

    @classmethod
    def open(cls, _url: str) -> "NoScanner":
        """There is nothing to connect to."""
        return cls()

    def scan(self, _content: BinaryIO) -> Verdict:
        """Not scanned, which is not the same as clean."""
        return Verdict(Finding.NOT_SCANNED)

    def check(self) -> bool:
        """Nothing can be down."""
        return True
