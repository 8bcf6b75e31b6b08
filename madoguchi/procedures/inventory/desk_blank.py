"""The blank workbook of the inventory, with the choices of each column in its cells, and a file that shows how it is filled in."""

from __future__ import annotations

import io
from collections.abc import Iterable

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.worksheet import Worksheet

from madoguchi.procedures.inventory.desk_choices import Words
from madoguchi.procedures.inventory.desk_column import Column
from madoguchi.procedures.inventory.desk_columns import COLUMNS

LAST_ROW = 10_000  # down to which cells offer their choices


def header() -> list[str]:
    """The first row: the headers of the national survey, and our own."""
    return [column.headers[0] for column in COLUMNS]


def blank(words: Words, procedures: Iterable[str]) -> bytes:
    """A workbook with the first row only. The choices stand on a hidden sheet, which an import does not read."""
    file = io.BytesIO()
    known = {"department": [words.cell("department_code", code) for code in words.departments]}
    known["procedure"] = sorted(procedures)
    with xlsxwriter.Workbook(file) as book:
        sheet, lists = book.add_worksheet(_("手続台帳")), book.add_worksheet(_("選択肢"))
        lists.hide()
        strong, plain = (
            book.add_format({"bold": True, "bg_color": "#FFF3BF"}),
            book.add_format({"bold": True}),
        )
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(COLUMNS):
            sheet.write_string(0, place, column.headers[0], strong if column.required else plain)
            sheet.set_column(place, place, 30 if column.name == "name" else 18)
            choices = _choices(column, known)
            for row, choice in enumerate(choices):
                lists.write_string(row, place, choice)
            if choices:
                _offer(sheet, lists.get_name(), place, len(choices))
    return file.getvalue()


def _choices(column: Column, known: dict[str, list[str]]) -> list[str]:
    if column.kind == "tick":
        return ["○"]
    if column.kind == "codes":  # a list of a cell offers one; several are typed
        return []
    return list(column.codes.values()) or known.get(column.kind, [])


def _offer(sheet: Worksheet, lists: str, place: int, count: int) -> None:
    letter = xlsxwriter.utility.xl_col_to_name(place)
    rule = {
        "validate": "list",
        "source": f"='{lists}'!${letter}$1:${letter}${count}",
        "error_title": _("一覧にない値です"),
        "error_message": _("一覧から選んでください。"),
    }
    sheet.data_validation(1, place, LAST_ROW, place, rule)


def sample(department: str) -> list[list[object]]:
    """Three made-up rows: counted and with documents, kept on paper by law, and only what must be there."""
    rows: list[dict[str, object]] = [
        {
            "name": _("（記入例）合成手続の申請"),
            "law": _("（記入例）合成条例"),
            "article": _("第1条"),
            "kind": "申請等",
            "filer": "国民等",
            "cases": 120,
            "online_cases": 30,
            "fee": "手数料等無し",
            "identity_method": "本人確認不要",
            "documents": _("（記入例）添付書類の名前"),
            "effort": "小",
            "effort_reason": _("（記入例）手間の理由"),
        },
        {
            "name": _("（記入例）オンラインにできない手続"),
            "kind": "申請等",
            "forbidden": "○",
            "forbidden_reason": _("（記入例）オンラインにできない理由"),
            "forbidden_law": _("（記入例）合成条例 第2条"),
        },
        {"name": _("（記入例）まだ調べていない手続"), "kind": "申請等"},
    ]
    return [
        [(row | {"department_code": department}).get(column.name, "") for column in COLUMNS] for row in rows
    ]
