"""A file of achievements of one kind: read in the coding it has, every fault named by line and column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from madoguchi.common.desk_tables import Rows, UnreadableTable, read_table
from madoguchi.plan.actions.achievements import Content
from madoguchi.plan.desk_kinds import Kind
from madoguchi.plan.forms import desk_achievements as forms

MOST_ROWS = 100_000
MOST_FINDINGS = 200
KEY = "取込番号"
TICKS = ("1", "○", "〇", "はい")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: line of the file, column, and what to do."""

    line: int
    column: str
    sentence: str


@dataclass(slots=True)
class ReadFile:
    """The records of a file and its faults; records are imported only without faults."""

    contents: list[Content] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    coding: str = ""
    lines: dict[str, int] = field(default_factory=dict)  # import key → line of the file

    def fault(self, line: int, column: str, sentence: str) -> None:
        """Note one."""
        self.findings.append(Finding(line, column, sentence))


def columns(kind: Kind) -> dict[str, str]:
    """The columns of a kind's file: label → name of the field."""
    found = {KEY: "key", str(kind.title): "title", str(kind.day): "happened_on"}
    if kind.lasts:
        found[str(kind.end)] = "ended_on"
    found |= {_("部署コード"): "department_code"}
    if kind.place:
        found[_("場所")] = "place"
    found |= {str(one.label): one.name for one in kind.fields}
    return found | {str(forms.PROOF): "proof_reference"}


def read(kind: Kind, data: bytes, *, choices: forms.Choices, today: date) -> ReadFile:
    """Read a file of records; CSV or a workbook."""
    found = ReadFile()
    try:
        table = read_table(data)
        found.coding = table.coding
        _read_rows(kind, table.rows, found, choices, today)
    except UnreadableTable as error:
        found.fault(error.line, "", error.sentence)
    return found


def _read_rows(kind: Kind, rows: Rows, found: ReadFile, choices: forms.Choices, today: date) -> None:
    wanted = columns(kind)
    _line, header = next(rows, (1, []))
    if not _is_usable(header, wanted, found):
        return
    labels = {name: label for label, name in wanted.items()}
    codes = _codes(kind, choices)
    for line, cells in rows:
        if len(found.lines) >= MOST_ROWS:
            sentence = _("一度に取り込めるのは%(most)s行までです。分けてください。") % {"most": MOST_ROWS}
            found.fault(line, "", sentence)
        if len(found.findings) >= MOST_FINDINGS:
            return
        row = dict(zip(header, cells, strict=False))
        data = {name: row.get(label, "") for label, name in wanted.items()}
        key = _read_key(kind, data["key"], line, found)
        form = forms.read(kind, _meant(kind, data, codes), choices=choices, today=today)
        for place, sentence in form.problems:
            found.fault(line, labels.get(place.removeprefix("#"), ""), sentence)
        if form.content is not None:
            found.contents.append(replace(form.content, import_key=key))


def _is_usable(header: list[str], wanted: dict[str, str], found: ReadFile) -> bool:
    for label in wanted:
        if header.count(label) == 0:
            sentence = _("1行目に列「%(name)s」がありません。ひな形の1行目を使ってください。")
            found.fault(1, "", sentence % {"name": label})
        elif header.count(label) > 1:
            sentence = _("1行目に列「%(name)s」が二度あります。片方を消してください。")
            found.fault(1, "", sentence % {"name": label})
    return not found.findings


def _read_key(kind: Kind, key: str, line: int, found: ReadFile) -> str:
    whole = f"{kind.id}:{key}"
    if not key or len(key) > 100:
        found.fault(line, KEY, _("行を見分ける番号を100文字以内で入れてください。"))
    elif whole in found.lines:
        found.fault(line, KEY, _("%(line)s行目と同じ番号です。") % {"line": found.lines[whole]})
    found.lines.setdefault(whole, line)
    return whole


def _codes(kind: Kind, choices: forms.Choices) -> dict[str, dict[str, str]]:
    """By field: the code for each word a person may write instead."""
    found = {"department_code": {name: code for code, name in choices.departments.items()}}
    for one in kind.fields:
        if (known := choices.of(one)) is not None:
            found[one.name] = {str(word): code for code, word in known.items()}
    return found


def _meant(kind: Kind, data: dict[str, str], codes: dict[str, dict[str, str]]) -> dict[str, str]:
    """The cells as the form would send them: words as codes, a mark as a tick, people one a line."""
    meant = {name: codes.get(name, {}).get(text, text) for name, text in data.items()}
    for one in kind.fields:
        if one.kind == "people":
            meant[one.name] = meant[one.name].replace(";", "\n").replace("；", "\n")
        elif one.kind == "check":
            meant[one.name] = "1" if meant[one.name] in TICKS else ""
    return meant
