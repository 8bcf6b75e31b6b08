"""What a core system gets of a case: the columns of its definition, and what keeps the case back.

Plain values in, an answer out. Nothing is cut, guessed or replaced here: what cannot be written as the definition
wants is a problem with its column, and a person decides.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from madoguchi.japan import characters, eras, kana
from madoguchi.procedures.definition import JAPANESE, Definition, Export, ExportField, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.logic import evaluate

MOST_MEMBERS = 50
JOINED_BY = ";"  # several options in one cell
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}

Value = str | int | float | bool | list[Any] | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case beside its answers."""

    receipt_number: str
    handover_id: str
    filed_on: date
    decided_on: date
    decision: str
    document_number: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a column cannot be written as it is. Codes: characters, unknown_day, no_code, too_many.

    Of no column: revoked, the decision that counts now is none that goes to the core system.
    """

    column: str
    code: str
    original: str
    what: str = ""  # the characters, the option, how many


Column = tuple[str, Value, Problem | None]


REVOKED = "revoked"
FOR_PEOPLE = ("too_many", REVOKED)  # no other text in place of the value helps


@dataclass(slots=True)
class Line:
    """A case as its core system gets it: values by column, in order, and what keeps it back."""

    values: dict[str, Value]
    problems: list[Problem] = field(default_factory=list)


def columns(definition: Definition) -> list[str]:
    """The names of the columns in order; a field of a group has one for each member in CSV."""
    export = _export(definition)
    return [name for one in export.fields for name in _names(definition, export, one)]


def line_of(
    definition: Definition,
    answers: Mapping[str, Any],
    facts: Facts,
    *,
    encoding: str,
    replacements: Mapping[str, tuple[str, str]],
) -> Line:
    """One case. `replacements`: by column what it was and what a person put in its place."""
    writer = _Writer(definition, answers, facts)
    line = Line({})
    for one in _export(definition).fields:
        for column in writer.columns_of(one):
            name, value, problem = _mended(column, replacements)
            if problem is None and encoding == "cp932":
                problem = _misfit(name, value)
            line.values[name] = value
            if problem is not None:
                line.problems.append(problem)
    return line


def _mended(column: Column, replacements: Mapping[str, tuple[str, str]]) -> Column:
    """The column with what a person put in place of exactly this value; no text can mend too many members."""
    name, value, problem = column
    before, instead = replacements.get(name, ("", None))
    original = as_text(value) if problem is None else problem.original
    if instead is None or before != original or (problem is not None and problem.code in FOR_PEOPLE):
        return column
    return name, instead, None


def _misfit(name: str, value: Value) -> Problem | None:
    # 〜 − ‖ ¢ £ ¬ count as fitting: CP932 has these very signs of JIS X 0208, only Unicode gives them two numbers.
    text = as_text(value)
    wrong = characters.fits_cp932(text)
    return Problem(name, "characters", text, "、".join(wrong)) if wrong else None


def as_text(value: Value) -> str:
    """A value in a cell."""
    if value is None:
        return ""
    if value is True:
        return "1"
    if value is False:
        return "0"
    if isinstance(value, list):
        return JOINED_BY.join(as_text(one) for one in value)
    return str(value)


def head(definition: Definition) -> str:
    """What stands before the first case of a file."""
    export = _export(definition)
    if export.format == "json":
        return "["
    return _csv(columns(definition), export) if export.header else ""


def body(definition: Definition, line: Line, *, first: bool) -> str:
    """One case in a file. No cell is guarded against formulas: a core system takes it letter by letter."""
    export = _export(definition)
    if export.format == "json":
        end = LINE_ENDS[export.line_end]
        return f"{'' if first else ','}{end}{json.dumps(line.values, ensure_ascii=False)}"
    return _csv([as_text(value) for value in line.values.values()], export)


def tail(definition: Definition) -> str:
    """What ends a file."""
    export = _export(definition)
    return f"{LINE_ENDS[export.line_end]}]" if export.format == "json" else ""


def encoded(pieces: Iterator[str], encoding: str) -> Iterator[bytes]:
    """The file as bytes, piece by piece; what does not fit was kept back before and raises here."""
    if encoding == "utf-8-sig":
        yield b"\xef\xbb\xbf"
        encoding = "utf-8"
    for piece in pieces:
        yield piece.encode(encoding)


def file_name(
    definition: Definition, *, made_on: date, batch_number: str, receipt_number: str, utf8: bool
) -> str:
    """The name of a file; that of cases sent as UTF-8 beside an older encoding says so."""
    export = _export(definition)
    by_case = "{procedure}-{receipt}"
    pattern = export.file_name or (by_case if export.per == "case" else "{procedure}-{batch}")
    parts = {
        "{procedure}": definition.id,
        "{date}": f"{made_on:%Y%m%d}",
        "{batch}": batch_number,
        "{receipt}": receipt_number,
    }
    for part, text in parts.items():
        pattern = pattern.replace(part, text)
    return f"{pattern}{'-utf8' if utf8 else ''}.{export.format}"


def is_handed_over(export: Export | None, *, kind: str, outcome: str) -> bool:
    """Whether a decision sends its case to a core system."""
    if export is None:
        return False
    return kind in export.decisions if export.decisions else outcome in ("granted", "accepted")


def suggestion(problem: Problem) -> str:
    """What a person might put in place: characters by their nearest (縮退), never taken without being asked."""
    if problem.code != "characters":
        return ""
    text = problem.original
    for character in characters.fits_cp932(text):
        near = next((one for one in characters.fallback(character) if not characters.fits_cp932(one)), "")
        text = text.replace(character, near or character)
    return "" if characters.fits_cp932(text) else text


def _export(definition: Definition) -> Export:
    assert definition.export is not None
    return definition.export


def _csv(cells: list[str], export: Export) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=LINE_ENDS[export.line_end]).writerow(cells)
    return out.getvalue()


def _names(definition: Definition, export: Export, one: ExportField) -> list[str]:
    most = _members(definition, export, one)
    return [f"{one.name}{number}" for number in range(1, most + 1)] if most else [one.name]


def _members(definition: Definition, export: Export, one: ExportField) -> int:
    """How many columns a field of a group has in CSV; 0 for everything else."""
    group = _group(definition, one)
    if group is None or export.format == "json":
        return 0
    return one.members or (group.max if isinstance(group.max, int) else 0) or MOST_MEMBERS


def _group(definition: Definition, one: ExportField) -> Question | None:
    first = one.source.partition(".")[0]
    if not first or not definition.has_question(first):
        return None
    question = definition.question(first)
    return question if question.kind == "group" else None


class _Writer:
    """Writes the fields of one case."""

    def __init__(self, definition: Definition, answers: Mapping[str, Any], facts: Facts) -> None:
        self.definition, self.answers, self.facts = definition, answers, facts
        self.export = _export(definition)

    def columns_of(self, one: ExportField) -> Iterator[Column]:
        """The columns of a field with their values, each perhaps with why it cannot be written."""
        if not one.source:
            yield one.name, one.value, None
            return
        group = _group(self.definition, one)
        if group is None:
            yield self._column(one.name, *self._single(one), one)
            return
        _group_id, question_id, *part = one.source.split(".")
        question = self.definition.question(question_id)
        found = [_part(question, m.get(question_id), part) for m in self.answers.get(group.id) or ()]
        if self.export.format == "json":
            written = [self._column(one.name, question, value, one) for value in found]
            problem = next((column[2] for column in written if column[2] is not None), None)
            yield one.name, [column[1] for column in written], problem
            return
        names = _names(self.definition, self.export, one)
        for place, name in enumerate(names):
            yield self._column(name, question, found[place] if place < len(found) else None, one)
        if len(found) > len(names):
            left = JOINED_BY.join(as_text(value) for value in found[len(names) :])
            yield (
                names[-1],
                as_text(found[len(names) - 1]),
                Problem(names[-1], "too_many", left, str(len(found))),
            )

    def _single(self, one: ExportField) -> tuple[Question | None, Any]:
        first, *rest = one.source.split(".")
        if first == "filing":
            return None, self._of_filing(rest[0])
        if first == "applicant":
            fact = "name" if rest[0] == "name_kana" else rest[0]
            question = self.definition.fact_question(f"applicant.{fact}")
            value = None if question is None else self.answers.get(question.id)
            if fact == "name" and isinstance(value, dict):
                parts = ("family_kana", "given_kana") if rest[0] == "name_kana" else ("family", "given")
                return None, "　".join(value[part] for part in parts if value.get(part))
            return question, value
        question = self.definition.question(first)
        return question, _part(question, self.answers.get(first), rest)

    def _of_filing(self, fact: str) -> Any:
        if fact == "entitlement":
            return evaluate(
                self.definition, self.answers, today=self.facts.filed_on, lang=JAPANESE
            ).entitlement
        return getattr(self.facts, fact)

    def _column(self, name: str, question: Question | None, value: Any, one: ExportField) -> Column:
        if value is None or value == "":
            return name, None, None
        if one.source == "filing.decision":
            kind = self.definition.workflow.decision(str(value))
            return self._option(name, str(value), str(kind.label) if kind else "", one)
        if question is not None and question.kind in ("choice", "choices", "yes_no"):
            return self._options(name, question, value, one)
        if isinstance(value, date):
            return name, day_text(value, one.date), None
        if question is not None and question.kind == "date":
            return _day(name, value, one)
        if isinstance(value, bool | int | float):
            return name, value, None
        if question is not None and not isinstance(value, str):
            value = registry.of(question).display(question, value, JAPANESE)
        return name, _in_width(str(value), one.kana), None

    def _options(self, name: str, question: Question, value: Any, one: ExportField) -> Column:
        chosen = [str(one_of) for one_of in value] if isinstance(value, list) else [str(value)]
        kind = registry.of(question)
        columns = [
            self._option(name, option, kind.display(question, option, JAPANESE), one)
            if question.kind != "choices"
            else self._option(name, option, kind.display(question, [option], JAPANESE), one)
            for option in chosen
        ]
        problem = next((column[2] for column in columns if column[2] is not None), None)
        if not isinstance(value, list):
            return columns[0]
        texts = [as_text(column[1]) for column in columns]
        return name, list(texts) if self.export.format == "json" else JOINED_BY.join(texts), problem

    def _option(self, name: str, option: str, label: str, one: ExportField) -> Column:
        if one.codes:
            code = one.codes.get(option)
            problem = Problem(name, "no_code", label or option, option) if code is None else None
            return name, code, problem
        return name, (label or option) if one.as_label else option, None


def _part(question: Question, value: Any, part: list[str]) -> Any:
    """The answer, or the part of it that is asked for."""
    if not part or value is None:
        return value
    if isinstance(value, dict):
        return value.get(part[0])
    return value if question.kind == "date" else None


def _day(name: str, value: Any, one: ExportField) -> Column:
    try:
        return name, day_text(date.fromisoformat(value), one.date), None
    except (TypeError, ValueError):
        text = str(value.get("text", "")) if isinstance(value, dict) else str(value)
        # 不詳: words where a day is wanted would be taken for a day by nobody, or worse, by somebody.
        return name, text, Problem(name, "unknown_day", text) if one.date else None


def day_text(day: date, form: str) -> str:
    """A day as the core system wants it."""
    if form == "slash":
        return f"{day:%Y/%m/%d}"
    if form == "compact":
        return f"{day:%Y%m%d}"
    if form == "wareki_digits":
        year = eras.to_wareki(day)
        return f"{year.era.number}{year.year:02}{day:%m%d}"
    if form == "wareki":
        return eras.format_wareki(day)
    if form == "wareki_short":
        year = eras.to_wareki(day)
        return f"{year.era.letter}{year.year:02}.{day:%m.%d}"
    return day.isoformat()


def _in_width(text: str, width: str) -> str:
    if width == "half":
        return kana.narrow_kana(text)
    return kana.widen_kana(text) if width == "full" else text
