"""A list that leaves as CSV and as a workbook, for the tests of every room."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.test import Client
from python_calamine import CalamineWorkbook

from madoguchi.common.spreadsheets import XLSX, guarded


def both_files(browser: Client, csv_address: str) -> list[list[str]]:
    """The lines of a list, header included, after a look that its CSV and its workbook hold the same."""
    content = b"".join(browser.get(csv_address)).decode("utf-8-sig")
    response = browser.get(csv_address.replace(".csv", ".xlsx", 1))
    assert (response.status_code, response["Content-Type"]) == (200, XLSX)
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response)))
    found = list(csv.reader(io.StringIO(content, newline="")))
    lines = book.get_sheet_by_index(0).to_python()
    assert [len(line) for line in lines] == [len(line) for line in found]
    for line, texts in zip(lines, found, strict=True):
        assert [cell for cell, text in zip(line, texts, strict=True) if not _same(cell, text)] == []
    return found


def _same(cell: Any, text: str) -> bool:
    return float(text) == cell if isinstance(cell, float) else guarded(cell) == text
