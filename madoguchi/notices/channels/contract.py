"""What every kind of channel promises, and the two ways in which it may fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class BadChannel(ValueError):
    """The address of a channel in the settings cannot be used; the text says what to write instead."""


class NotDelivered(Exception):
    """Not taken by the other side; `code` says why and holds no personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TryLater(NotDelivered):
    """The other side is away or asks to come back: the same letter may be taken later."""


class Refused(NotDelivered):
    """The other side will never take this letter as it is."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as a channel sees it."""

    id: str
    message_id: str
    sender: str
    to: str
    subject: str
    body: str
    language: str
    written_at: datetime


class Channel(Protocol):
    def deliver(self, letter: Letter) -> None:
        """Hand the letter over; return only when the other side is responsible for it.

        Raises `TryLater` or `Refused`. A letter handed over twice carries the same message id.
        """

    def close(self) -> None:
        """Let go of connections."""
