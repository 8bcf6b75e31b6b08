"""Tables that staff bring from a spreadsheet: CSV in UTF-8 or CP932, Excel and OpenDocument, read as rows of text."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.common.files import workbooks
from madoguchi.common.files.isolation import run_isolated
from madoguchi.common.files.refusals import Refusal, Refused

EXCEL = "Excel"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # a zip (xlsx, ods), a compound file (xls)

# What bytes that are no text become in CP932 (its last four bytes), and what no table holds.
_NO_TEXT = re.compile("[\x00\uf8f0-\uf8f3]")

Rows = Iterator[tuple[int, list[str]]]


class UnreadableTable(Exception):
    """The file, or the rest of it from `line` on, is no table. The text says what to do."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.sentence, self.line = sentence, line


@dataclass(frozen=True, slots=True)
class Table:
    """Each row with the line on which it begins (from 1), its cells without blanks around; empty rows are left out."""

    coding: str
    rows: Rows
    sheet: str = ""  # of a workbook, the name of the sheet that was read


def read_table(content: bytes) -> Table:
    """Read a file; text is UTF-16 where its mark says so, UTF-8 or, where it cannot be that, CP932. Raises `UnreadableTable`, also from its rows."""
    if content.startswith(_WORKBOOKS):
        rows, sheet = _workbook(content)
        return Table(EXCEL, _filled(rows), sheet)
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for coding, name in (("utf-16", "UTF-16"),) if is_utf16 else (("utf-8-sig", "UTF-8"), ("cp932", "CP932")):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if _NO_TEXT.search(text):
            break
        return Table(name, _filled(_csv(text)))
    raise UnreadableTable(_("文字コードを読みとれません。ExcelのままかUTF-8のCSVで保存し直してください。"))


def _filled(rows: Rows) -> Rows:
    for line, cells in rows:
        plain = [cell.strip() for cell in cells]
        if any(plain):
            yield line, plain


def _csv(text: str) -> Rows:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    begin = 1
    try:
        for cells in rows:
            yield begin, cells
            begin = rows.line_num + 1
    except csv.Error:
        sentence = _('この行から先を表として読めません。引用符（"）が閉じているか確かめてください。')
        raise UnreadableTable(sentence, rows.line_num) from None


def _workbook(content: bytes) -> tuple[Rows, str]:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(content)
        source.flush()
        try:
            report = run_isolated("workbook", source, target, {})
        except Refused as refused:
            raise UnreadableTable(_refused(refused)) from None
        if "fault" in report:
            raise UnreadableTable(_fault(report))
        target.seek(0)
        lines = target.read().decode().split("\n")[:-1]
    rows = ((number, json.loads(line)) for number, line in enumerate(lines, start=1))
    return rows, str(report.get("sheet", ""))


def _fault(report: Mapping[str, Any]) -> str:
    if report["fault"] == workbooks.LOCKED:
        return _("パスワードのかかったファイルは読めません。パスワードを外して保存し直してください。")
    if report["fault"] == workbooks.SHEETS:
        words = {"sheets": report["sheets"]}
        return _("%(sheets)s枚のシートに内容があります。取り込む1枚だけにして保存し直してください。") % words
    return _("Excelのファイルとして読めません。開けることを確かめ、保存し直してください。")


def _refused(refused: Refused) -> str:
    if refused.code is Refusal.BUSY:
        return _("いま混み合っています。少し待ってから、もう一度送ってください。")
    return _("ファイルが大きすぎるか、複雑すぎて読めません。行を分けて保存し直してください。")
