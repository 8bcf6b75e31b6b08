"""Reading procedures: the compiled definition of a version, what is offered today, search."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from madoguchi.common import reading
from madoguchi.common.registers import ProcedureName
from madoguchi.japan.kana import search_key
from madoguchi.organization import queries as organization
from madoguchi.organization.rules import in_charge
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.life_events import usually_next
from madoguchi.procedures.meanings import places_of
from madoguchi.procedures.models import Closing, Procedure, ProcedureVersion


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure as it is offered today."""

    procedure_id: str
    version_id: uuid.UUID
    number: int
    is_open: bool
    definition: Definition
    closed_at: datetime | None = None


@functools.lru_cache(maxsize=2048)
def definition_of(version_id: uuid.UUID) -> Definition:
    """The compiled definition of a version. It never changes, so every process may keep it.

    Raises `ProcedureVersion.DoesNotExist`.
    """
    source = ProcedureVersion.objects.values_list("source", flat=True).get(id=version_id)
    return compile_source(source)


def current(procedure_id: str) -> Offer | None:
    """What is offered under this id today, or None."""
    procedure = reading.one(Procedure, id=procedure_id)
    if procedure is None:
        return None
    number = number_of(procedure.current_id)
    return _offer(procedure.id, procedure.current_id, number, procedure.is_open, procedure.closed_at)


def is_open(procedure_id: str) -> bool:
    """Whether residents may file this procedure online today."""
    procedure = reading.one(Procedure, id=procedure_id)
    return procedure is not None and procedure.is_open


@functools.lru_cache(maxsize=2048)
def number_of(version_id: uuid.UUID) -> int:
    """The number of a version; it never changes."""
    return ProcedureVersion.objects.values_list("number", flat=True).get(id=version_id)


def offers() -> list[Offer]:
    """Everything offered today, by reading of the name."""
    rows = Procedure.objects.values_list("id", "current_id", "current__number", "is_open", "closed_at")
    return sorted((_offer(*row) for row in rows), key=lambda o: o.definition.kana)


def completed_at_counter() -> list[str]:
    """The ids of what is open and ends at the counter: online somebody only says that they will come."""
    return [one.procedure_id for one in offers() if one.is_open and one.definition.completes == "at_counter"]


def names() -> list[ProcedureName]:
    """What is offered by id and name, with the department its definition names, for rooms below."""
    return [
        ProcedureName(offer.procedure_id, str(offer.definition.current_name), offer.definition.department)
        for offer in offers()
    ]


def department_of(definition: Definition) -> str:
    """The code of the department in charge by now of what a definition describes, whatever became of the one it names."""
    return organization.in_charge(definition.department, definition.id)


def departments_of(offers: Iterable[Offer]) -> dict[str, str]:
    """The same for many, by the id of the procedure: one question."""
    changes = organization.changes_done()
    return {
        offer.procedure_id: in_charge(changes, offer.definition.department, offer.procedure_id)
        for offer in offers
    }


def offers_of(departments: Collection[str]) -> list[Offer]:
    """What these departments are in charge of by now."""
    found = offers()
    codes = departments_of(found)
    return [offer for offer in found if codes[offer.procedure_id] in departments]


def first_published() -> dict[str, datetime]:
    """When each procedure was published for the first time."""
    firsts = ProcedureVersion.objects.values_list("procedure_id").annotate(at=Min("published_at"))
    return dict(firsts)


def past_closings() -> dict[str, list[Closing]]:
    """The times in which each procedure was closed before it was opened again, in order."""
    found: dict[str, list[Closing]] = {}
    for closing in Closing.objects.exclude(reopened_at=None).order_by("reopened_at", "id"):
        found.setdefault(closing.procedure_id, []).append(closing)
    return found


def _offer(
    procedure_id: str, version_id: uuid.UUID, number: int, is_open: bool, closed_at: datetime | None
) -> Offer:
    return Offer(procedure_id, version_id, number, is_open, definition_of(version_id), closed_at)


def usual_next(definition: Definition, *, most: int = 6) -> list[Offer]:
    """What people usually do after this procedure, as far as it is open and asks about the same people."""
    roles = {place.role for place in places_of(definition)}
    by_id = {offer.procedure_id: offer for offer in offers() if offer.is_open}
    following = (by_id.get(one) for one in usually_next(definition.id, definition.life_events))
    fitting = (one for one in following if one and roles & {p.role for p in places_of(one.definition)})
    return list(fitting)[:most]


def search(text: str, *, life_event: str = "", department: str = "") -> list[Offer]:
    """Offers that fit, best first: names and readings before the words people use before the summary."""
    wanted = [search_key(word) for word in text.replace("\u3000", " ").split() if search_key(word)]
    found: list[tuple[int, str, Offer]] = []
    for offer in offers_of({department}) if department else offers():
        definition = offer.definition
        if life_event and life_event not in definition.life_events:
            continue
        score = _score(definition, wanted)
        if score or not wanted:
            found.append((-score, definition.kana, offer))
    return [offer for _, _, offer in sorted(found, key=lambda item: item[:2])]


def _score(definition: Definition, wanted: list[str]) -> int:
    names, words, rest = _search_texts(definition)
    total = 0
    for word in wanted:
        fit = max((_fit(word, name) for name in names), default=0)
        if fit:
            total += 80 + fit
        elif fit := max((_fit(word, known) or _inside(known, word) for known in words), default=0):
            total += 30 + fit
        elif word in rest:
            total += 10
        else:
            shared = max((_shared_pairs(word, known) for known in (*names, *words)), default=0.0)
            if shared < 0.5:
                return 0
            total += round(40 * shared)
    return total


def _fit(word: str, known: str) -> int:
    """How well a word fits a known text: it is the whole, its beginning, somewhere in it, or not there."""
    if word not in known:
        return 0
    return 30 if word == known else 25 if known.startswith(word) else 20


def _inside(known: str, word: str) -> int:
    """Whether a known word stands in a longer sentence that was typed."""
    return 20 if len(known) > 1 and known in word else 0


def _shared_pairs(word: str, known: str) -> float:
    """The share of the word's letter pairs that the known text has: finds what was typed with a slip."""
    pairs = {word[i : i + 2] for i in range(len(word) - 1)}
    return sum(pair in known for pair in pairs) / len(pairs) if pairs else 0.0


@functools.lru_cache(maxsize=2048)
def _search_texts(definition: Definition) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    names: list[str] = [definition.kana]
    for text in (definition.title, definition.current_name):
        names += [text, text.of("en"), text.of("ja-easy")]
    rest = [definition.summary, definition.summary.of("en"), definition.summary.of("ja-easy")]
    rest += [law.name + law.article for law in definition.law]
    return (
        tuple(search_key(name) for name in names),
        tuple(search_key(word) for word in definition.words),
        search_key(" ".join(rest)),
    )
