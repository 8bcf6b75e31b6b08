"""CSV that Excel opens, of any length, and workbooks up to a length; nothing in them acts."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice, repeat
from typing import IO, Any, cast

import pytest
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from madoguchi.common import clock, spreadsheets
from madoguchi.common.spreadsheets import (
    TooLong,
    csv_lines,
    excel_response,
    guarded,
    list_paths,
    list_response,
    unguarded,
)


def read(lines: Iterable[str]) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(lines).removeprefix("\ufeff"), newline="")))


@given(
    st.lists(
        st.lists(st.text(alphabet=st.characters(exclude_characters="\x00\r", codec="utf-8")), min_size=2)
    )
)
def test_what_is_written_is_read_back_but_for_the_guard(rows: list[list[str]]) -> None:
    assert read(csv_lines(["一", "二"], rows))[1:] == [[guarded(cell) for cell in row] for row in rows]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+81", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"]
)
def test_a_cell_that_begins_like_a_formula_is_made_text(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@given(st.text().filter(lambda text: not text.startswith("'")))
def test_the_guard_of_a_cell_is_taken_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_an_apostrophe_that_guards_nothing_stays() -> None:
    assert unguarded("'転入届'") == "'転入届'"


def test_other_cells_stay_as_they_are_and_nothing_becomes_empty() -> None:
    assert [guarded(value) for value in ("髙橋", "1-1", 12, -12, None, "")] == [
        "髙橋",
        "1-1",
        "12",
        "-12",
        "",
        "",
    ]


def test_the_file_begins_with_a_byte_order_mark_once() -> None:
    text = "".join(csv_lines(["一"], [["二"]]))

    assert text.startswith("\ufeff一")
    assert text.count("\ufeff") == 1


def test_lines_come_one_at_a_time_however_many_there_are() -> None:
    endless = csv_lines(["一"], repeat(["二"]))

    assert list(islice(endless, 3)) == ["\ufeff一\r\n", "二\r\n", "二\r\n"]


def opened(response: HttpResponseBase) -> IO[bytes]:
    """The file of a response, to be closed: the response itself tells the database of its end."""
    assert isinstance(response, FileResponse)
    assert response.file_to_stream is not None
    return cast("IO[bytes]", response.file_to_stream)


def sheet(header: list[str], rows: Iterable[Any]) -> list[list[Any]]:
    """The lines of a workbook, written and read back."""
    with opened(excel_response("x.xlsx", header, rows)) as file:
        return CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()


def cells(*row: Any) -> list[Any]:
    return sheet(["見出し"] * len(row), [row])[1]


def test_in_a_workbook_days_are_days_numbers_are_numbers_and_the_rest_is_text() -> None:
    day, moment = date(2026, 11, 27), datetime(2026, 11, 27, 0, 30, tzinfo=UTC)

    assert cells(day, moment, 12, Decimal("1.5"), 2.25, True, None, "", "髙橋") == [
        day,
        moment.astimezone(clock.TOKYO).replace(tzinfo=None),
        12.0,
        1.5,
        2.25,
        "True",
        "",
        "",
        "髙橋",
    ]


def test_a_day_before_those_a_workbook_knows_is_written_in_words() -> None:
    assert cells(date(1899, 12, 31), date(1900, 1, 1)) == ["1899-12-31", date(1900, 1, 1)]


def test_no_text_of_a_workbook_acts_and_one_too_long_for_a_cell_ends_visibly() -> None:
    long = cells("長" * 40_000)[0]

    assert cells("=1+1", "http://example.jp/", "@x") == ["=1+1", "http://example.jp/", "@x"]
    assert (len(long), long[-1]) == (spreadsheets.LONGEST_CELL, "…")


def test_a_workbook_of_nothing_can_be_opened() -> None:
    assert sheet([], []) == []


def test_rows_beyond_the_most_of_a_workbook_are_not_even_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "EXCEL_MOST", 2)
    rows = iter([["一"]] * 9)

    with pytest.raises(TooLong):
        excel_response("x.xlsx", ["見出し"], rows)

    assert len(list(rows)) == 6
    assert sheet(["見出し"], [["一"]] * 2) == [["見出し"], ["一"], ["一"]]


def test_a_list_has_two_addresses_of_one_view_which_is_told_the_kind() -> None:
    def view(_request: Any, kind: str) -> HttpResponse:
        return HttpResponse(kind)

    routes = list_paths("things/list", view, "things_csv", "things_excel")

    assert [(str(one.pattern), one.name, one.callback is view, one.default_args) for one in routes] == [
        ("things/list.csv", "things_csv", True, {"kind": "csv"}),
        ("things/list.xlsx", "things_excel", True, {"kind": "excel"}),
    ]


def test_a_list_leaves_under_its_name_with_the_ending_of_its_kind() -> None:
    request = RequestFactory().get("/things/list.csv")

    text = list_response(request, "csv", "things", ["見出し"], [])
    book = list_response(request, "excel", "things", ["見出し"], [])
    opened(book).close()

    assert text["Content-Disposition"] == 'attachment; filename="things.csv"'
    assert book["Content-Disposition"] == 'attachment; filename="things.xlsx"'
