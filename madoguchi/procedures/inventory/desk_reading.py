"""A file of the inventory: every fault named by its cell, and the rows that have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.common.desk_tables import UnreadableTable, read_table
from madoguchi.procedures.inventory.desk_cells import Known, WrongCell, plain, read_cell, together
from madoguchi.procedures.inventory.desk_column import Column
from madoguchi.procedures.inventory.desk_columns import BY_NAME, COLUMNS, TOGETHER, known_as


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: row of the sheet, letter and header of the column, what stands there, what is wrong, how to mend it."""

    row: int
    letter: str
    header: str
    value: str
    wrong: str
    mend: str


@dataclass(slots=True)
class ReadFile:
    """The rows without a fault, each with the fields its file has a column for, and the faults of the others."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # of each of the rows
    places: dict[str, int] = field(default_factory=dict)  # by field: the place of its column
    passed_over: list[str] = field(default_factory=list)  # headers that no column is known by
    sheet: str = ""
    is_table: bool = False  # whether its first row is one we know: only then rows can be taken

    def fault(self, line: int, column: Column, value: str, wrong: str, mend: str) -> None:
        """Note what is wrong with a cell."""
        place = self.places.get(column.name)
        letter = "" if place is None else letter_of(place)
        self.findings.append(Finding(line, letter, column.headers[0], value, wrong, mend))


def letter_of(place: int) -> str:
    """The letters of a column as spreadsheets show them: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read(data: bytes, known: Known) -> ReadFile:
    """Read a CSV (UTF-8, CP932) or workbook of one sheet."""
    found = ReadFile()
    try:
        table = read_table(data)
        rows, found.sheet = table.rows, table.sheet
        line, header = next(rows, (1, []))
        found.places = _places(line, header, found)
        found.is_table = not found.findings
        if found.is_table:
            seen: dict[tuple[str, ...], int] = {}
            for line, cells in rows:
                _read_row(line, cells, known, seen, found)
    except UnreadableTable as error:
        found.is_table = False
        found.findings.append(Finding(error.line, "", "", "", error.sentence, ""))
    return found


def _places(line: int, header: Sequence[str], found: ReadFile) -> dict[str, int]:
    """By field: the place of its column. What the inventory tells by itself is passed over."""
    places: dict[str, int] = {}
    for place, text in enumerate(header):
        column = known_as(text)
        if column is None:
            found.passed_over += [text] if text else []
            continue
        if column.name in places:
            mend = _("どちらか1列を消してください。")
            found.findings.append(
                Finding(line, letter_of(place), text, text, _("同じことの列が二つあります。"), mend)
            )
        places.setdefault(column.name, place)
    wanted = {name for group in TOGETHER if places.keys() & group for name in group}
    for column in COLUMNS:
        if (column.required or column.name in wanted) and column.name not in places:
            mend = _("1行目に「%(name)s」の列を足してください。") % {"name": column.headers[0]}
            found.findings.append(Finding(line, "", column.headers[0], "", _("列がありません。"), mend))
    return places


def _read_row(
    line: int,
    cells: Sequence[str],
    known: Known,
    seen: dict[tuple[str, ...], int],
    found: ReadFile,
) -> None:
    before = len(found.findings)
    row: dict[str, Any] = {}

    def fault(column: Column, wrong: str, mend: str) -> None:
        place = found.places.get(column.name, len(cells))
        found.fault(line, column, cells[place] if place < len(cells) else "", wrong, mend)

    for name, place in found.places.items():
        text = plain(cells[place]) if place < len(cells) else ""
        try:
            row[name] = read_cell(BY_NAME[name], text, known)
        except WrongCell as error:
            fault(BY_NAME[name], error.wrong, error.mend)
    if len(found.findings) == before:
        for name, wrong, mend in [*together(row), *_twin(row, line, seen)]:
            fault(BY_NAME[name], wrong, mend)
    if len(found.findings) == before:
        found.rows.append(row)
        found.lines.append(line)


def _twin(row: dict[str, Any], line: int, seen: dict[tuple[str, ...], int]) -> list[tuple[str, str, str]]:
    """A row that means the same procedure as one before."""
    key = (
        (row["survey_id"],)
        if row.get("survey_id")
        else (row["name"], row.get("law", ""), row["department_code"])
    )
    first = seen.setdefault(key, line)
    if first == line:
        return []
    wrong = _("%(line)s行目と同じ手続です。") % {"line": first}
    return [("survey_id" if len(key) == 1 else "name", wrong, _("どちらか1行を消してください。"))]
