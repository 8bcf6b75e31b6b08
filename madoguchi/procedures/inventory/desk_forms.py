"""What is typed about a procedure of the inventory, read as the cells of a file are; and two people at the same entry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from madoguchi.procedures.inventory.desk_cells import Known, WrongCell, plain, read_cell, together
from madoguchi.procedures.inventory.desk_columns import BY_NAME, COLUMNS
from madoguchi.procedures.models import InventoryEntry

Problems = list[tuple[str, str]]
Typed = dict[str, str]  # by field, as the page shows it


def typed_from(data: Mapping[str, Any]) -> Typed:
    """What the fields held."""
    return {column.name: plain(data.get(column.name, "")) for column in COLUMNS}


def sent(data: QueryDict) -> Typed:
    """What a sent form held; of boxes all that are ticked."""
    ticked = {
        column.name: ";".join(data.getlist(column.name)) for column in COLUMNS if column.kind == "codes"
    }
    return typed_from(data.dict() | ticked)


def typed_of(entry: InventoryEntry, charge: str) -> Typed:
    """An entry as its form shows it, under the department in charge by now."""
    values = {column.name: getattr(entry, column.name) for column in COLUMNS} | {"department_code": charge}
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


def read(typed: Typed, known: Known) -> tuple[dict[str, Any], Problems]:
    """The values, and what is wrong with them by field."""
    values: dict[str, Any] = {}
    problems: Problems = []
    for column in COLUMNS:
        try:
            values[column.name] = read_cell(column, typed[column.name], known)
        except WrongCell as error:
            problems.append(_problem(column.name, error.wrong, error.mend))
    if not problems:
        problems = [_problem(*fault) for fault in together(values)]
    return values, problems


def _problem(name: str, wrong: str, mend: str) -> tuple[str, str]:
    words = {"label": BY_NAME[name].headers[0], "wrong": wrong, "mend": mend}
    return f"#{name}", _("%(label)s：%(wrong)s%(mend)s") % words


# --- somebody else was faster ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two changes of one entry: what the form shows now, and each field that the other one changed."""

    typed: Typed
    others: tuple[
        tuple[str, str, str, str], ...
    ]  # field; as it was, as the other left it, as it was typed here


def packed(typed: Typed) -> str:
    """What a form was opened with, to be sent along with it."""
    return json.dumps(typed, ensure_ascii=False)


def unpacked(text: str) -> Typed:
    """The same, back again; what was not sent along counts as empty."""
    try:
        found = json.loads(text)
    except ValueError:
        found = {}
    known = found if isinstance(found, dict) else {}
    return {column.name: str(known.get(column.name, "")) for column in COLUMNS}


def met(*, was: Typed, theirs: Typed, mine: Typed) -> Meeting:
    """Both changes together: where only the other one changed a field theirs stands, else what was typed here."""
    typed = {name: theirs[name] if mine[name] == was[name] else mine[name] for name in mine}
    others = tuple((name, was[name], theirs[name], mine[name]) for name in mine if theirs[name] != was[name])
    return Meeting(typed, others)
