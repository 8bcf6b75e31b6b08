"""The work of `bench.inventory`, in a process with the city's settings; prints one line of JSON."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Sequence
from typing import Any

from madoguchi.config.commands import start_django

ROWS = 1500
CHANGED = 100
HEADER = ("手続ID", "手続名", "法令名", "根拠条項号", "手続類型", "担当部署", "手続主体", "総手続件数", "オンライン手続件数", "手間", "手間の理由")  # fmt: skip
CASES = HEADER.index("総手続件数")


def main() -> None:
    """Import as CSV and as a workbook, each into an empty inventory, and each again with changes."""
    start_django()
    from madoguchi.common import registers
    from madoguchi.common.registers import DemoSize

    for entry in registers.demo:
        if entry.name in ("identity", "organization"):
            entry.value(DemoSize(residents=10, applications=0, seed=1))
    rows = _rows()
    changed = [list(row) for row in rows]
    for row in changed[:: ROWS // CHANGED]:
        row[CASES] = str(int(row[CASES]) + 1)
    figures = {name: _twice(make(rows), make(changed)) for name, make in (("csv", _csv), ("excel", _excel))}
    print(json.dumps({"rows": ROWS, "changed": CHANGED, **figures}))


def _rows() -> list[list[str]]:
    from madoguchi.organization.models import Department

    codes = sorted(Department.objects.values_list("code", flat=True))
    return [
        ["", f"計測の手続{n}の申請", "計測条例", f"第{n}条", "1 申請等", codes[n % len(codes)], "5", str(n * 7 % 4000 + 3), "2", "小", "計測"]
        for n in range(ROWS)
    ]  # fmt: skip


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "\r\n".join(",".join(row) for row in (HEADER, *rows)).encode()


def _excel(rows: Sequence[Sequence[str]]) -> bytes:
    from xlsxwriter import Workbook

    file = io.BytesIO()
    with Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((HEADER, *rows)):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def _twice(first: bytes, second: bytes) -> dict[str, Any]:
    """Seconds of both imports of a file, reading included, and whether anything came out otherwise than it should."""
    from madoguchi.procedures.models import InventoryEntry

    InventoryEntry.objects.all().delete()
    first_s, found = _import(first)
    again_s, again = _import(second)
    wrong = (len(found.new), len(again.new), len(again.changed), again.same, InventoryEntry.objects.count())
    return {
        "first_s": first_s,
        "again_s": again_s,
        "wrong": wrong != (ROWS, 0, CHANGED, ROWS - CHANGED, ROWS),
    }


def _import(data: bytes) -> tuple[float, Any]:
    from madoguchi.common import clock
    from madoguchi.procedures.inventory import desk_command, desk_reading, importing

    started = time.perf_counter()
    read = desk_reading.read(data, desk_command.known())
    assert not read.findings, read.findings[:3]
    found = importing.import_rows(rows=read.rows, by="bench", now=clock.now())
    return round(time.perf_counter() - started, 2), found


if __name__ == "__main__":
    main()
