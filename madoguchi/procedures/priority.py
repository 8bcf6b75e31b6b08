"""The priority procedures of the national list, each with what becomes of it on this site today."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from madoguchi.procedures import queries
from madoguchi.procedures.definition import Text
from madoguchi.procedures.queries import Offer

FILE = Path(__file__).parent / "data" / "priority_procedures.csv"


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list: number and name of 2021, field, and for what is not the city's whose it is and its page."""

    number: int
    name: str
    is_verbatim: bool  # whether the name was read in a public list
    field: str
    name_now: Text
    body: Text
    page: str

    @property
    def is_citys(self) -> bool:
        """Whether the city is responsible."""
        return not self.body


@dataclass(frozen=True, slots=True)
class Priority:
    """A row of the list with what this site offers for it, if it does."""

    listed: Listed
    offer: Offer | None

    @property
    def name_now(self) -> Text:
        """What it is called today."""
        return self.offer.definition.current_name if self.offer else self.listed.name_now

    @property
    def is_open(self) -> bool:
        """Whether it can be filed here today."""
        return self.offer is not None and self.offer.is_open


@functools.cache
def national_list() -> tuple[Listed, ...]:
    """The list as its file has it."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Listed(
                number=int(row["number"]),
                name=row["name"],
                is_verbatim=row["name_status"] == "verbatim",
                field=row["field"],
                name_now=_text(row, "name"),
                body=_text(row, "body"),
                page=row["page"],
            )
            for row in csv.DictReader(file)
        )


def _text(row: dict[str, str], column: str) -> Text:
    others = {"en": row[f"{column}_en"], "ja-easy": row[f"{column}_easy"]}
    return Text(row[column], {language: text for language, text in others.items() if text})


def priorities() -> list[Priority]:
    """The whole list; of two offers under one number the one that is open."""
    offered: dict[int, Offer] = {}
    for offer in sorted(queries.offers(), key=lambda one: one.is_open):
        if offer.definition.priority is not None:
            offered[offer.definition.priority] = offer
    return [Priority(one, offered.get(one.number) if one.is_citys else None) for one in national_list()]
