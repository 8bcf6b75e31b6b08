"""Lists as files for a spreadsheet: streamed, so that their length costs no memory, and harmless when opened."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from madoguchi.common import clock
from madoguchi.common.pages import render

FileKind = Literal["csv", "excel"]
EXCEL_MOST = 100_000  # a workbook is written whole before it leaves
LONGEST_CELL = 32_767  # what a cell of a workbook holds
FIRST_YEAR = 1900  # days before it a workbook knows only as words

# What a spreadsheet takes for the beginning of a formula, full width included (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def list_paths(
    route: str, view: Callable[..., HttpResponseBase], csv_name: str, excel_name: str
) -> list[URLPattern]:
    """The two addresses of a list as a file, `route`.csv and `route`.xlsx; the view is told its `kind`."""
    return [
        path(f"{route}.csv", view, {"kind": "csv"}, name=csv_name),
        path(f"{route}.xlsx", view, {"kind": "excel"}, name=excel_name),
    ]


class TooLong(Exception):
    """More rows than a workbook is made of."""


def list_response(
    request: HttpRequest, kind: FileKind, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> HttpResponseBase:
    """A list as a file; one that is too long for a workbook is refused with a word and the way to the CSV."""
    if kind == "csv":
        return csv_response(f"{name}.csv", header, rows)
    try:
        return excel_response(f"{name}.xlsx", header, rows)
    except TooLong:
        return too_long(request)


def too_long(request: HttpRequest) -> HttpResponseBase:
    """The word that this list is too long for a workbook."""
    csv = request.get_full_path().replace(".xlsx", ".csv", 1)
    context = {"here": "", "most": EXCEL_MOST, "csv": csv}
    return render(request, "common/desk_list_too_long.html", context, status=422)


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """UTF-8 with a byte order mark, as Excel wants it; no cell is taken for a formula."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def excel_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> FileResponse:
    """A workbook of one sheet, written row by row to the disk; days are days, and no text acts as a formula or link.

    Raises `TooLong`.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(file, options) as book:
            sheet = book.add_worksheet()
            day = book.add_format({"num_format": "yyyy/mm/dd"})
            moment = book.add_format({"num_format": "yyyy/mm/dd hh:mm"})
            sheet.freeze_panes(1, 0)
            last = max(len(header) - 1, 0)
            sheet.set_column(0, last, 18)
            sheet.write_row(0, 0, header, book.add_format({"bold": True}))
            for number, row in enumerate(rows, start=1):
                if number > EXCEL_MOST:
                    raise TooLong
                for place, value in enumerate(row):
                    _write(sheet, number, place, value, day, moment)
            sheet.autofilter(0, 0, sheet.dim_rowmax or 0, last)
    except TooLong:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _write(sheet: Worksheet, number: int, place: int, value: Any, day: Format, moment: Format) -> None:
    if value in (None, ""):
        return
    if isinstance(value, date) and value.year >= FIRST_YEAR:
        if isinstance(value, datetime):
            sheet.write_datetime(number, place, value.astimezone(clock.TOKYO).replace(tzinfo=None), moment)
        else:
            sheet.write_datetime(number, place, value, day)
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        sheet.write_number(number, place, value)
    else:
        text = str(value)
        sheet.write_string(
            number, place, text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
        )


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of the file, one at a time."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + str(writer.writerow([guarded(text) for text in header]))
    for row in rows:
        yield str(writer.writerow([guarded(value) for value in row]))


def guarded(value: object) -> str:
    """A cell as text; one that begins like a formula gets an apostrophe in front, a number never does."""
    text = "" if value is None else str(value)
    if isinstance(value, (int, float, Decimal)):
        return text
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """A cell of a file that this writes, as it was before it was guarded."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


class _Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line
