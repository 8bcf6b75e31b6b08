"""CSV that Excel opens, of any length, in which nothing acts."""

import csv
import io
from collections.abc import Iterable
from itertools import islice, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.common.spreadsheets import csv_lines, guarded


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


def test_other_cells_stay_as_they_are_and_nothing_becomes_empty() -> None:
    assert [guarded(value) for value in ("髙橋", "1-1", 12, None, "")] == ["髙橋", "1-1", "12", "", ""]


def test_the_file_begins_with_a_byte_order_mark_once() -> None:
    text = "".join(csv_lines(["一"], [["二"]]))

    assert text.startswith("\ufeff一")
    assert text.count("\ufeff") == 1


def test_lines_come_one_at_a_time_however_many_there_are() -> None:
    endless = csv_lines(["一"], repeat(["二"]))

    assert list(islice(endless, 3)) == ["\ufeff一\r\n", "二\r\n", "二\r\n"]
