"""What the list of cases is narrowed by: read from the address, written back into links.

Names and birth dates never stand in an address: what was searched for travels sealed (`find`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.http import QueryDict

from madoguchi.applications.rules import Channel
from madoguchi.identity import sealing
from madoguchi.japan.check_digits import NumberError, normalise_receipt_number
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.japan.kana import search_key

TABS = ("open", "mine", "unassigned", "filed", "in_review", "returned", "proposed", "done", "all")
DUE = ("overdue", "soon")
NEWS = ("changed", "unread", "waiting")
SORTS = ("due", "-due", "filed", "-filed")
COLUMNS = (
    "procedure",
    "name",
    "received",
    "due",
    "status",
    "holder",
    "channel",
)  # beside the number, as usual
MORE_COLUMNS = ("department", "closed")
NEEDED = "needed"
LONGEST_SEARCH = 100
_ID = re.compile(r"[A-Za-z0-9_-]+")
MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Filters:
    """One view of the list; the empty string filters nothing."""

    tab: str = "open"
    procedure: str = ""
    department: str = ""
    channel: str = ""
    due: str = ""
    holder: str = ""  # id of the officer, or NEEDED: nobody who can handle the case has it
    news: str = ""  # changed since one's last look, message not read yet, question not answered yet
    sort: str = "due"
    columns: tuple[str, ...] = COLUMNS
    page: int = 1
    find: str = ""  # what was searched for, in clear
    sealed: str = ""  # the same for the address

    @property
    def narrowed(self) -> bool:
        """Whether anything besides the tab hides cases."""
        return bool(self.names)

    @property
    def filtered(self) -> bool:
        """Whether one of the filters is set; a search is none."""
        return any(name != "find" for name in self.names)

    @property
    def names(self) -> list[str]:
        """Which filters are in use, for the audit record: never what they say."""
        used = ("procedure", "department", "channel", "due", "holder", "news", "find")
        return [name for name in used if getattr(self, name)]

    def address(self, **changes: Any) -> str:
        """The query of a link to this view with some changes; a change of view begins on the first page."""
        wanted = replace(self, **({"page": 1} | changes))
        pairs = {
            "tab": wanted.tab,
            "procedure": wanted.procedure,
            "department": wanted.department,
            "channel": wanted.channel,
            "due": wanted.due,
            "holder": wanted.holder,
            "news": wanted.news,
            "sort": wanted.sort,
            "columns": wanted.columns,
            "page": wanted.page,
            "find": wanted.sealed,
        }
        usual = {"tab": "all" if wanted.sealed else "open", "sort": "due", "page": 1, "columns": COLUMNS}
        return urlencode({k: v for k, v in pairs.items() if v and v != usual.get(k)}, doseq=True)

    @property
    def to_save(self) -> Filters:
        """What is saved under a name: never whom somebody searched for, nor words in place of an id."""
        ids = {"procedure": self.procedure, "department": self.department}
        known: dict[str, Any] = {name: value if _ID.fullmatch(value) else "" for name, value in ids.items()}
        return replace(self, find="", sealed="", page=1, **known)

    def searching(self, text: str) -> Filters:
        """The same view for another search; a search looks at closed cases too."""
        text = text.strip()[:LONGEST_SEARCH]
        if not text:
            tab = "open" if self.find else self.tab
            return replace(self, find="", sealed="", page=1, tab=tab)
        return replace(self, find=text, sealed=sealing.seal(text), page=1, tab="all")


def read_filters(query: QueryDict) -> Filters:
    """The filters of an address; what is not known counts as not given."""
    sealed = query.get("find", "")
    find = _unsealed(sealed)
    page = query.get("page", "")
    return Filters(
        tab=_one_of(query.get("tab", ""), TABS, "all" if find else "open"),
        procedure=query.get("procedure", "")[:80],
        department=query.get("department", "")[:40],
        channel=_one_of(query.get("channel", ""), Channel.values, ""),
        due=_one_of(query.get("due", ""), DUE, ""),
        holder=NEEDED if query.get("holder") == NEEDED else _id_of(query.get("holder", "")),
        news=_one_of(query.get("news", ""), NEWS, ""),
        columns=tuple(c for c in (*COLUMNS, *MORE_COLUMNS) if c in query.getlist("columns")) or COLUMNS,
        sort=_one_of(query.get("sort", ""), SORTS, "due"),
        page=min(max(int(page), 1), MOST_PAGES) if page.isdecimal() and len(page) < 7 else 1,
        find=find,
        sealed=sealed if find else "",
    )


def _id_of(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _one_of(value: str, known: Mapping[str, Any] | tuple[str, ...] | list[str], otherwise: str) -> str:
    return value if value in known else otherwise


def _unsealed(sealed: str) -> str:
    """What was searched for; nothing when somebody changed the address or the key is another by now."""
    if not sealed or len(sealed) > 1000:
        return ""
    try:
        return sealing.unseal(sealed)
    except (InvalidToken, ValueError):
        return ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for: a receipt number, birth dates, parts of names; `keys` are search keys."""

    receipt_number: str = ""
    birth_days: tuple[date, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether the text held nothing to search by (only blanks and signs)."""
        return not (self.receipt_number or self.birth_days or self.keys)


def wanted_by(text: str) -> Wanted:
    """What somebody means who types a number, a date in any spelling, names, or names and a date."""
    try:
        return Wanted(receipt_number=normalise_receipt_number(text), keys=_keys([text]))
    except NumberError:
        pass
    whole = _date_of(text)
    if whole is not None:
        return Wanted(birth_days=(whole,))
    words = text.split()
    days = {word: _date_of(word) for word in words}
    return Wanted(
        birth_days=tuple(day for day in days.values() if day is not None),
        keys=_keys([word for word in words if days[word] is None]),
    )


def _keys(words: list[str]) -> tuple[str, ...]:
    return tuple(key for word in words if (key := search_key(word)))


def _date_of(text: str) -> date | None:
    try:
        return parse_date(text)
    except DateError:
        return None
