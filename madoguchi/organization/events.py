"""What this room tells the rooms above it, as job rows of the same commit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reorganised:
    """A reorganisation was carried out or undone; done again, the handler finds nothing more to do."""

    reorganisation: str
