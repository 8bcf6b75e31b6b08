"""Lists as files for a spreadsheet: streamed, so that their length costs no memory, and harmless when opened."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse

# What a spreadsheet takes for the beginning of a formula, full width included (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """UTF-8 with a byte order mark, as Excel wants it; no cell is taken for a formula."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def excel_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> FileResponse:
    """A workbook of one sheet, written row by row to the disk; days are days, and no text acts as a formula or link."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy/mm/dd"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, 18)
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, place, value, day)
                elif isinstance(value, int):
                    sheet.write_number(number, place, value)
                elif value not in (None, ""):
                    sheet.write_string(number, place, str(value))
        sheet.autofilter(0, 0, sheet.dim_rowmax or 0, len(header) - 1)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of the file, one at a time."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + str(writer.writerow([guarded(text) for text in header]))
    for row in rows:
        yield str(writer.writerow([guarded(value) for value in row]))


def guarded(value: object) -> str:
    """A cell as text; one that begins like a formula gets an apostrophe in front."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line
