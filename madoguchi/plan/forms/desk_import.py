"""A file of achievements of one kind: read in the coding it has, every fault named by line and column."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from madoguchi.plan.actions.achievements import Content
from madoguchi.plan.desk_kinds import Kind
from madoguchi.plan.forms import desk_achievements as forms

MOST_ROWS = 100_000
MOST_FINDINGS = 200
KEY = "取込番号"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: line of the file, column, and what to do."""

    line: int
    column: str
    sentence: str


@dataclass(slots=True)
class ReadFile:
    """The records of a file and its faults; records are imported only without faults."""

    contents: list[Content]
    findings: list[Finding]
    coding: str = ""


def columns(kind: Kind) -> dict[str, str]:
    """The columns of a kind's file: label → name of the field."""
    found = {KEY: "key", str(kind.title): "title", str(kind.day): "happened_on"}
    if kind.lasts:
        found[str(kind.end)] = "ended_on"
    found |= {_("部署コード"): "department_code"}
    if kind.place:
        found[_("場所")] = "place"
    found |= {str(field.label): field.name for field in kind.fields}
    return found | {_("文書番号、または書類のある場所"): "proof_reference"}


def read(kind: Kind, data: bytes, *, choices: forms.Choices, today: date) -> ReadFile:
    """Read a file of records; the coding is UTF-8 or, where it cannot be that, CP932."""
    found = ReadFile([], [])
    text = _decode(data, found)
    if text is None:
        return found
    rows = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(rows, [])]
    wanted = columns(kind)
    missing = [label for label in wanted if label not in header]
    if missing:
        names = "、".join(missing)
        sentence = _("1行目に列「%(names)s」がありません。ひな形の1行目を使ってください。") % {"names": names}
        found.findings.append(Finding(1, "", sentence))
        return found
    labels = {name: label for label, name in wanted.items()}
    keys: dict[str, int] = {}
    for cells in rows:
        line = rows.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(found.contents) >= MOST_ROWS:
            sentence = _("一度に取り込めるのは%(most)s行までです。分けてください。") % {"most": MOST_ROWS}
            found.findings.append(Finding(line, "", sentence))
            break
        row = dict(zip(header, (c.strip() for c in cells), strict=False))
        _read_row(kind, row, line, wanted, labels, keys, found, choices, today)
        if len(found.findings) >= MOST_FINDINGS:
            break
    return found


def _read_row(
    kind: Kind,
    row: dict[str, str],
    line: int,
    wanted: dict[str, str],
    labels: dict[str, str],
    keys: dict[str, int],
    found: ReadFile,
    choices: forms.Choices,
    today: date,
) -> None:
    key = row.get(KEY, "")
    if not key or len(key) > 100:
        found.findings.append(Finding(line, KEY, _("行を見分ける番号を100文字以内で入れてください。")))
    elif key in keys:
        words = {"line": keys[key]}
        found.findings.append(Finding(line, KEY, _("%(line)s行目と同じ番号です。") % words))
    keys.setdefault(key, line)
    data = {name: row.get(label, "") for label, name in wanted.items()}
    data["people"] = data.get("people", "").replace(";", "\n")
    for field in kind.fields:
        if field.kind == "check":
            data[field.name] = "1" if data[field.name] in ("1", "○", "〇", "はい") else ""
    form = forms.read(kind, data, choices=choices, today=today)
    for place, sentence in form.problems:
        found.findings.append(Finding(line, labels.get(place.removeprefix("#"), ""), sentence))
    if form.content is not None:
        found.contents.append(replace(form.content, import_key=f"{kind.id}:{key}"))


def _decode(data: bytes, found: ReadFile) -> str | None:
    for coding, name in (("utf-8-sig", "UTF-8"), ("cp932", "CP932")):
        try:
            text = data.decode(coding)
        except UnicodeDecodeError:
            continue
        found.coding = name
        return text
    sentence = _("文字コードを読みとれません。UTF-8のCSVで保存し直してください。")
    found.findings.append(Finding(1, "", sentence))
    return None
