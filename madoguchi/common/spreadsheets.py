"""Lists as files for a spreadsheet: streamed, so that their length costs no memory, and harmless when opened."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

# What a spreadsheet takes for the beginning of a formula, full width included (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """UTF-8 with a byte order mark, as Excel wants it; no cell is taken for a formula."""
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


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
