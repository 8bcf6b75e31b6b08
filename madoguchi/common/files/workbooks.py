"""Workbooks of spreadsheet programs as plain rows; runs in the process of `decoding` alone."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
)

LOCKED, BROKEN, SHEETS = "locked", "broken", "sheets"


def read_workbook(source: BinaryIO, target: BinaryIO) -> dict[str, Any]:
    """Write the rows of the one sheet that holds any, a JSON list of texts a line, from the sheet's first row on.

    Reports the name of the sheet, or a fault where the file is no workbook, has a password, or holds several sheets with content: which one is
    meant is not ours to guess.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(source)
        shown = [m.name for m in workbook.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
        filled = [sheet for sheet in map(workbook.get_sheet_by_name, shown) if sheet.start is not None]
    except PasswordError:
        return {"fault": LOCKED}
    except CalamineError:
        return {"fault": BROKEN}
    if len(filled) > 1:
        return {"fault": SHEETS, "sheets": len(filled)}
    for sheet in filled:
        for row in sheet.to_python(skip_empty_area=False):
            target.write(json.dumps([text_of(cell) for cell in row], ensure_ascii=False).encode() + b"\n")
        return {"sheet": sheet.name}
    return {}


def text_of(cell: object) -> str:
    """A cell as people would type it: days as 2025-04-01, whole numbers without a point, a tick as 1."""
    if isinstance(cell, bool):
        return "1" if cell else ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(cell)
