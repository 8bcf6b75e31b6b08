"""Registers: what many rooms offer and one room collects, without importing each other.

A room adds its entries in its `AppConfig.ready`. An entry is a name, an order and a value whose type the
collecting room documents.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.utils.functional import Promise

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    name: str
    order: int
    value: T


class AlreadyRegistered(Exception):
    """Two rooms used the same name in one register."""


@dataclass(slots=True)
class Register(Generic[T]):
    """Named values in a stable order."""

    title: str
    _entries: dict[str, Entry[T]] = field(default_factory=dict)

    def add(self, name: str, value: T, *, order: int = 100) -> None:
        """Add `value` under `name`. Raises `AlreadyRegistered` when the name is taken."""
        if name in self._entries:
            raise AlreadyRegistered(f"{self.title}: {name}")
        self._entries[name] = Entry(name, order, value)

    def get(self, name: str) -> T:
        """The value under `name`. Raises `KeyError`."""
        return self._entries[name].value

    def __iter__(self) -> Iterator[Entry[T]]:
        return iter(sorted(self._entries.values(), key=lambda e: (e.order, e.name)))

    def __contains__(self, name: str) -> bool:
        return name in self._entries


@dataclass(frozen=True, slots=True)
class DemoSize:
    """How large a demo city is; the same seed gives the same city."""

    residents: int
    applications: int
    seed: int


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What personal data a model holds: its fields, why, and how long.

    `by_class`: as long as the class of records (保存期間) of the procedure says, which the city decides.
    """

    fields: tuple[str, ...]
    purpose: str
    retention_days: int | None
    by_class: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """One row behind a figure, told by the room that knows it. No personal data: a person is an opaque subject.

    `key` is unique in its source and stays the same, so that a happening told twice is counted once. `until` is the
    last day in force of what is counted as a stock. `address` is where staff with the right open what it came from.
    """

    key: str
    on: date
    quantity: int = 1
    subject: str = ""
    department_code: str = ""
    label: str = ""
    address: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class IndicatorSource:
    """Where figures come from: by one of the three ways, or by none where the plan keeps them itself.

    `collect` tells all happenings as they stand. `collect_since` tells those on or after a day (None: all), for what
    comes in great numbers and changes no more after some weeks. `standing` tells what stands at this moment, in sums
    by key; the plan notes since when each stands so, and days that are past stay as they were noted.
    """

    title: str
    unit: str  # of the quantity
    collect: Callable[[], Iterable[Happening]] | None = None
    collect_since: Callable[[date | None], Iterable[Happening]] | None = None
    standing: Callable[[], Iterable[Happening]] | None = None


@dataclass(frozen=True, slots=True)
class UsualDays:
    """How long a procedure really takes: half of `cases` took no longer than `half`, nine of ten than `most`."""

    half: int
    most: int
    cases: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What a room keeps for a department that a reorganisation touches: in words, and how much of it there is.

    `count(code, procedure id, besides)`: of one procedure, or ("") of all besides those with a line of their own.
    """

    title: str | Promise
    count: Callable[[str, str, Collection[str]], int]
    note: str | Promise = ""  # what becomes of it


@dataclass(frozen=True, slots=True)
class ProcedureName:
    """A procedure that is offered, and the department its definition names."""

    procedure_id: str
    name: str
    department_code: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a data set: its name for machines, its Japanese heading, what it holds."""

    name: str
    heading: str
    note: str = ""


Value = str | int | bool | date | None


@dataclass(frozen=True, slots=True)
class Dataset:
    """Data that a room can publish, as it stands when asked; never personal data.

    `rows` tells them in the order of `columns`; several values of one cell stand in one text, parted by ";".
    `licence` is what others may do with it (SPDX name); `cycle` says in words when it changes.
    """

    title: str
    note: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Sequence[Value]]]
    cycle: str
    licence: str = "CC-BY-4.0"


@dataclass(frozen=True, slots=True)
class ApprovedFact:
    """One question and its answer that two people of the city have approved: what an assistant may say.

    `key` stays the same over versions and languages as long as the question does. `mark` is the certainty of what
    the answer tells ("": nothing speaks against it). `address` is the page where it stands.
    """

    key: str
    question: str
    answer: str
    language: str
    subject: str  # the id of the procedure
    source: str  # its name, as a resident reads it
    address: str
    department_code: str
    version: int
    approved_by: str
    approved_at: datetime
    mark: str = ""


demo: Register[Callable[[DemoSize], None]] = Register("demo")
demo_log_ins: Register[Callable[[], list[str]]] = Register("demo_log_ins")
personal_data: Register[PersonalData] = Register("personal_data")  # name: "room.Model"
indicators: Register[IndicatorSource] = Register("indicators")
datasets: Register[Dataset] = Register("datasets")
# All approved facts of a room in one language; those without a text in it are left out.
knowledge: Register[Callable[[str], Iterable[ApprovedFact]]] = Register("knowledge")
benches: Register[Any] = Register("benches")
previews: Register[Any] = Register("previews")
publish_checks: Register[Any] = Register("publish_checks")
question_figures: Register[Any] = Register("question_figures")
# Which of these contents (SHA-256) a room refers to: what no room refers to is swept away.
file_owners: Register[Callable[[Sequence[str]], set[str]]] = Register("file_owners")
# How many days a procedure (its id) takes, as the room that handles the cases has counted; None: nothing is said.
usual_days: Register[Callable[[str], UsualDays | None]] = Register("usual_days")
department_holdings: Register[Holding] = Register("department_holdings")
# What came of a reorganisation (its id) in a room: words and numbers.
reorganisation_results: Register[Callable[[str], Sequence[tuple[str, int]]]] = Register(
    "reorganisation_results"
)
procedure_names: Register[Callable[[], Iterable[ProcedureName]]] = Register("procedure_names")
my_panels: Register[Any] = Register("my_panels")
studio_panels: Register[Any] = Register("studio_panels")
