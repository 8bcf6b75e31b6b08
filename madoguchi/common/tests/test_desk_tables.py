"""Tables that staff bring: the same rows from CSV and from a workbook; what cannot be read says what to do."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.common.desk_tables import UnreadableTable, read_table


def workbook(*sheets: list[list[Any]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"default_date_format": "yyyy/mm/dd", "strings_to_formulas": False}
    ) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return target.getvalue()


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    return list(read_table(content).rows)


def test_a_workbook_gives_what_a_person_would_type():
    content = workbook(
        [
            ["番号", "日", "数", "印"],
            [1, date(2025, 4, 1), 2.5, True],
            [2, datetime.fromisoformat("2025-04-01 09:30"), 3.0, False],
        ]
    )

    assert rows_of(content) == [
        (1, ["番号", "日", "数", "印"]),
        (2, ["1", "2025-04-01", "2.5", "1"]),
        (3, ["2", "2025-04-01 09:30", "3", ""]),
    ]


def test_lines_are_those_of_the_file_even_after_empty_rows_and_breaks_in_cells():
    text = '番号,文\n\n1,"上\n下"\n2,次\n'

    assert rows_of(text.encode()) == [(1, ["番号", "文"]), (3, ["1", "上\n下"]), (5, ["2", "次"])]
    assert rows_of(workbook([["番号"], [], ["1"]])) == [(1, ["番号"]), (3, ["1"])]


@pytest.mark.parametrize(
    ("content", "coding"),
    [
        ("名\n髙".encode(), "UTF-8"),
        ("名\n髙".encode("cp932"), "CP932"),
        ("名\n髙".encode("utf-16"), "UTF-16"),
    ],
)
def test_text_is_read_in_the_coding_it_has(content, coding):
    table = read_table(content)

    assert (table.coding, list(table.rows)) == (coding, [(1, ["名"]), (2, ["髙"])])


# What the text of a sheet can hold: XML knows no controls and no surrogates, a spreadsheet no blanks at the ends.
cells = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_is_written_into_a_workbook_is_read_back(rows):
    read = [cells for _line, cells in rows_of(workbook([[f"x{cell}x" for cell in row] for row in rows]))]

    assert read == [[f"x{cell}x" for cell in row] for row in rows]


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in zipfile.ZipFile(io.BytesIO(workbook([["a"]]))).namelist():
            content = zipfile.ZipFile(io.BytesIO(workbook([["a"]]))).read(name)
            if name.endswith("sheet1.xml"):
                row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"a" * 1000 + b"</t></is></c></row>"
                content = content.replace(b"<sheetData>", b"<sheetData>" + row * 3_000_000)
            archive.writestr(name, content)
    return target.getvalue()


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x81\xff", "文字コードを読みとれません"),
        (b"a\x00b", "文字コードを読みとれません"),
        (b"\xff\xfe\x00\xd8", "文字コードを読みとれません"),
        (b"PK\x03\x04 and nothing else", "Excelのファイルとして読めません"),
        (LOCKED, "Excelのファイルとして読めません"),
        (workbook([["a"]], [["b"]]), "2枚のシートに内容があります"),
        ('番号\n1\n"閉じない'.encode(), "この行から先を表として読めません"),
    ],
)
def test_what_is_no_table_says_what_to_do(content, sentence):
    with pytest.raises(UnreadableTable) as caught:
        rows_of(content)

    assert sentence in caught.value.sentence


@pytest.mark.slow
def test_a_workbook_that_unpacks_to_gigabytes_is_refused_in_bounded_memory():
    with pytest.raises(UnreadableTable) as caught:
        rows_of(bomb())

    assert "大きすぎる" in caught.value.sentence


def test_the_sheet_that_was_read_is_named():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("空")
        book.add_worksheet("令和7年度").write(0, 0, "見える")

    assert read_table(target.getvalue()).sheet == "令和7年度"
    assert read_table(b"a,b").sheet == ""


def test_hidden_sheets_are_not_read():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet().write(0, 0, "見える")
        hidden = book.add_worksheet()
        hidden.write(0, 0, "隠れている")
        hidden.hide()

    assert rows_of(target.getvalue()) == [(1, ["見える"])]
