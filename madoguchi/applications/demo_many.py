"""Many demo cases: the histories of some, told again of other people in other weeks.

A case is evaluated once as a pattern; its repetitions are its rows with other ids, names, addresses, numbers and
days. Days move by whole weeks, so that what happened on a working day does so again; the birthdays of the others in
a family move too, so that a child is as old as it was.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models

from madoguchi.applications.actions.filing import applicant_facts
from madoguchi.applications.models import (
    Application,
    Attachment,
    CaseEvent,
    CaseFee,
    Consultation,
    Contact,
    Correction,
    CorrectionItem,
    Decision,
    FeeRecord,
    InternalNote,
    Message,
    OpinionRequest,
    Status,
    StepRequest,
    StepResult,
)
from madoguchi.applications.secrets import receipt_secret
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, kernel
from madoguchi.common.filling import Filling, quickly
from madoguchi.common.ids import grouped, secret_digest
from madoguchi.identity.models import Resident
from madoguchi.japan.check_digits import new_receipt_number
from madoguchi.japan.eras import format_both, format_wareki
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.sampling import NoSample, holder_kana

if TYPE_CHECKING:
    from madoguchi.applications.demo import History, Maker
    from madoguchi.procedures.queries import Offer

TABLES = (
    Application,
    Attachment,
    InternalNote,
    Message,
    Contact,
    OpinionRequest,
    Correction,
    CorrectionItem,
    Decision,
    Consultation,
    StepRequest,
    StepResult,
    CaseFee,
    FeeRecord,
    CaseEvent,
    AuditEntry,
)
PATTERNS = 100  # of each procedure, open and closed
OPEN_MOST = 16_000  # what a city of this size has open at a time
OPEN_SHARE = 0.58
WEEKS = 520  # the closed ones were filed in ten years
PER_WRITE = 2_000  # cases
OPEN_STATUSES = (
    (Status.FILED,) * 18 + (Status.IN_REVIEW,) * 22 + (Status.RETURNED,) * 10 + (Status.PROPOSED,) * 8
)
CLOSED_STATUSES = (Status.CLOSED,) * 9 + (Status.WITHDRAWN,)
RECENT = timedelta(days=400)  # days in words nearer to the filing move with it
_DAYS = {
    re.compile(r"\d{4}-\d{2}-\d{2}"): date.isoformat,
    re.compile(r"\d{4}年\d+月\d+日（[^）]+年）"): format_both,
    re.compile(r"令和(?:元|\d+)年\d+月\d+日"): format_wareki,
}

Cell = Callable[["_Telling"], Any]


def load(
    count: int,
    maker: Maker,
    groups: Sequence[tuple[Offer, Sequence[Resident]]],
    turns: Iterator[tuple[int, int]],
) -> None:
    """Add `count` cases of the offers, each group with those who file there; `turns` say whose turn it is."""
    opened = [_patterns(maker, offer, people, OPEN_STATUSES) for offer, people in groups]
    closed = [_patterns(maker, offer, people, CLOSED_STATUSES) for offer, people in groups]
    open_count = min(round(count * OPEN_SHARE), OPEN_MOST)
    filling = Filling(TABLES)
    unit = kernel.Unit()
    with quickly():
        for number, (place, turn) in zip(range(count), turns, strict=False):
            behind = count - open_count - number  # the oldest first: rows of one time lie together
            patterns = (closed if behind > 0 else opened)[place]
            if not patterns:
                continue
            pattern = maker.chance.choice(patterns)
            resident = groups[place][1][turn % len(groups[place][1])]
            weeks = max(behind, 0) * WEEKS // max(count - open_count, 1)
            pattern.tell(filling, maker, unit, resident, shift=timedelta(weeks=-weeks))
            if number % PER_WRITE == PER_WRITE - 1:
                filling.write()
                kernel.commit(unit)
                unit = kernel.Unit()
        filling.write()
        filling.count()
        kernel.commit(unit)


def _patterns(
    maker: Maker, offer: Offer, people: Sequence[Resident], statuses: Sequence[Status]
) -> list[_Pattern]:
    found = []
    for number in range(PATTERNS):
        resident = people[number % len(people)]
        status = statuses[number % len(statuses)]
        try:
            history = maker.make(offer.definition, offer.version_id, resident, number, status)
        except NoSample:
            continue
        found.append(_Pattern(history, offer.definition, resident))
    return found


@dataclass(slots=True)
class _Telling:
    """What is another one in a repetition: ids by those of the pattern, words by their name, the days between."""

    ids: dict[UUID, UUID]
    words: dict[str, str]
    columns: Mapping[str, Any]
    shift: timedelta


class _Pattern:
    """One case as rows with places for what changes."""

    def __init__(self, history: History, definition: Definition, resident: Resident) -> None:
        self.definition = definition
        self.application = history.application
        self.filed_on = clock.tokyo_date(history.application.filed_at)
        rows = list(history.written())
        self.moments: dict[UUID, datetime] = {row.pk: _moment_of(row, self.application) for row in rows}
        decided = next((r for r in rows if isinstance(r, Decision) and r.document_number), None)
        self.decided_at = decided.decided_at if decided else None
        self.prefilled = _prefilled(definition, self.application.answers)
        self.columns = self.columns_of(resident)
        words = words_of(resident) | {
            "receipt": self.application.receipt_number,
            "grouped": grouped(self.application.receipt_number),
            "number": decided.document_number if decided and decided.document_number else "",
        }
        names = {text: name for name, text in words.items() if len(text) > 1}
        names |= {str(one): f"id:{one}" for one in self.moments}
        self.names = names
        self.finds = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
        self.rows = [self._row(row) for row in rows]

    def tell(
        self, filling: Filling, maker: Maker, unit: kernel.Unit, resident: Resident, *, shift: timedelta
    ) -> None:
        """Add the case of another person, `shift` later, to what is written."""
        ids = {old: maker.new_id(at + shift) for old, at in self.moments.items()}
        own = ids[self.application.id]
        receipt = new_receipt_number(maker.chance.randbytes(16))
        words = dict(words_of(resident))
        words |= {f"id:{old}": str(new) for old, new in ids.items()}
        words |= {"receipt": receipt, "grouped": grouped(receipt)}
        if self.decided_at is not None:
            day = clock.tokyo_date(self.decided_at + shift)
            words["number"] = maker.document_number(self.application.department_code, day)
        columns = {
            **self.columns_of(resident),
            "receipt_number": receipt,
            "secret_digest": secret_digest(receipt_secret(own)),
        }
        telling = _Telling(ids, words, columns, shift)
        prepared = filling.cell
        for table, template, places in self.rows:
            row = list(template)
            for place, cell in places:
                row[place] = prepared(cell(telling))
            filling.add(table, row)
        if resident.subject in maker.protected:
            told = Application(
                id=own,
                department_code=self.application.department_code,
                applicant_name=self.application.applicant_name,
            )
            maker.protect(unit, told, resident)

    def columns_of(self, resident: Resident) -> Mapping[str, Any]:
        """What the case says of its applicant where it can be searched."""
        return _columns(self.definition, resident, self.prefilled)

    def _row(self, row: models.Model) -> tuple[type[models.Model], list[Any], list[tuple[int, Cell]]]:
        prepared = Filling(()).cell
        template: list[Any] = []
        places: list[tuple[int, Cell]] = []
        for place, field in enumerate(row._meta.local_concrete_fields):
            value = getattr(row, field.attname)
            cell = self._cell(row, field, value)
            if cell is not None:
                places.append((place, cell))
            if isinstance(field, models.JSONField) and value is not None:
                value = _as_json(value)
            template.append(prepared(value) if cell is None else None)
        return type(row), template, places

    def _cell(self, row: models.Model, field: models.Field[Any, Any], value: Any) -> Cell | None:
        """How the value of a field changes with the telling; None where it does not."""
        name = field.attname
        if isinstance(row, Application) and name in self.columns and self.columns[name] == value:
            return lambda telling: telling.columns[name]
        if isinstance(row, Application) and name in ("receipt_number", "secret_digest"):
            return lambda telling: telling.columns[name]
        if isinstance(value, UUID):
            return (lambda telling: telling.ids[value]) if value in self.moments else None
        if isinstance(value, datetime):
            return lambda telling: value.astimezone(UTC) + telling.shift
        if isinstance(value, date):
            return lambda telling: value + telling.shift
        if isinstance(field, models.JSONField) and value is not None:
            return self._text(_as_json(value))
        return self._text(value) if isinstance(value, str) else None

    def _text(self, text: str) -> Cell | None:
        """A text with places for words and days; None where it has none."""
        parts: list[str | Cell] = [text]
        parts = [piece for part in parts for piece in self._with_words(str(part))]
        for pattern, form in _DAYS.items():
            parts = [
                piece
                for part in parts
                for piece in (self._with_days(part, pattern, form) if isinstance(part, str) else [part])
            ]
        if all(isinstance(part, str) for part in parts):
            return None
        return lambda telling: "".join([p if isinstance(p, str) else p(telling) for p in parts])

    def _with_words(self, text: str) -> Iterator[str | Cell]:
        end = 0
        for found in self.finds.finditer(text):
            yield text[end : found.start()]
            yield _word(self.names[found[0]])
            end = found.end()
        yield text[end:]

    def _with_days(
        self, text: str, pattern: re.Pattern[str], form: Callable[[date], str]
    ) -> Iterator[str | Cell]:
        end = 0
        for found in pattern.finditer(text):
            day = _day_of(found[0], form)
            if day is None or (form is not date.isoformat and abs(day - self.filed_on) > RECENT):
                continue
            yield text[end : found.start()]
            yield _moved(day, form)
            end = found.end()
        yield text[end:]


@functools.cache
def words_of(resident: Resident) -> dict[str, str]:
    """How a person is written in answers and letters, by what it says."""
    name = {"family": resident.family_name, "given": resident.given_name}
    name |= {"family_kana": resident.family_kana, "given_kana": resident.given_kana}
    address = {"postal_code": resident.postal_code, "town": resident.town, "rest": resident.rest}
    parts = {key: f"{_as_json(key)}: {_as_json(value)}" for key, value in (name | address).items()}
    return parts | {
        "building": f'"building": {_as_json(resident.building)}',
        "holder": f'"holder_kana": {_as_json(holder_kana(name))}',
        "full": f"{resident.family_name} {resident.given_name}",
        # A letter may go to somebody else of the family, who is renamed in the answers too.
        "to_applicant": _addressed_to(f"{resident.family_name} {resident.given_name}"),
        "to_family": _addressed_to(f"{resident.family_name} "),
        "together": f"{resident.family_name}{resident.given_name}",
        "birth": resident.birth_on.isoformat(),
        "birth_both": format_both(resident.birth_on),
        "birth_wareki": format_wareki(resident.birth_on),
        "email": f"{resident.public_id.lower()}@example.jp",
    }


def _addressed_to(beginning: str) -> str:
    """A letter's addressee who is written so, or begins so, as it stands in JSON."""
    return f'"addressee": {_as_json(beginning)[:-1]}'


def _word(name: str) -> Cell:
    return lambda telling: telling.words[name]


def _moved(day: date, form: Callable[[date], str]) -> Cell:
    return lambda telling: form(day + telling.shift)


def _day_of(text: str, form: Callable[[date], str]) -> date | None:
    """The day that is written so; None for what only looks like one."""
    numbers = [int(n) for n in re.findall(r"\d+", text.partition("（")[0].replace("元", "1"))]
    year = numbers[0] + 2018 if text.startswith("令和") else numbers[0]
    try:
        day = date(year, *numbers[1:3])
    except ValueError:
        return None
    return day if form(day) == text else None


def _moment_of(row: models.Model, application: Application) -> datetime:
    """When a row was written, for an id of that time."""
    for name in ("at", "asked_at", "proposed_at", "recorded_at", "added_at", "filed_at"):
        if isinstance(value := getattr(row, name, None), datetime):
            return value
    return application.filed_at


def _prefilled(definition: Definition, answers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The questions outside groups that were answered from what is known of a person, with the fact's name."""
    return tuple(
        (question.id, question.prefill)
        for question in definition.all_questions()
        if question.prefill and question.group_id is None and question.id in answers
    )


@functools.cache
def _columns(
    definition: Definition, resident: Resident, prefilled: tuple[tuple[str, str], ...]
) -> Mapping[str, Any]:
    from madoguchi.applications.demo import facts_of

    facts = facts_of(resident)
    answers = {question: facts[fact] for question, fact in prefilled if fact in facts}
    found = applicant_facts(definition, answers)
    return {**found.columns, "email": found.email}


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
