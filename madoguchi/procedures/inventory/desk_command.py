"""`madoguchi procedures inventory import FILE [--dry-run] [--without-faulty] [--json]`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from madoguchi.common import clock
from madoguchi.procedures.inventory import desk_choices, desk_reading, importing
from madoguchi.procedures.inventory.desk_cells import Known


def known() -> Known:
    """What the cells of a file may name today."""
    return desk_choices.known(clock.today())


def main(argv: list[str]) -> int:
    """Import a file, or say what that would do; with faults nothing is written unless that is asked for (exit code 1)."""
    parser = argparse.ArgumentParser(prog="madoguchi procedures inventory import")
    parser.add_argument("file", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
    parser.add_argument("--without-faulty", action="store_true", help="import the rows that have no fault")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    try:
        data = options.file.read_bytes()
    except OSError as error:
        print(f"{options.file}: {error.strerror}", file=sys.stderr)
        return 1
    read = desk_reading.read(data, known())
    writes = read.is_table and not options.dry_run and (options.without_faulty or not read.findings)
    try:
        found = (
            importing.import_rows(rows=read.rows, by="system:console", now=clock.now())
            if writes
            else importing.compare(read.rows)
        )
    except importing.ChangedMeanwhile:
        print("The inventory was changed at this moment. Run the same import again.", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(_answer(read, found, written=writes), ensure_ascii=False))
    else:
        _tell(options.file.name, read, found, written=writes)
    return 1 if read.findings else 0


def _answer(read: desk_reading.ReadFile, found: importing.Comparison, *, written: bool) -> dict[str, object]:
    return {
        "written": written,
        "new": len(found.new),
        "changed": [{"id": str(one.entry.id), "fields": one.fields} for one in found.changed],
        "same": found.same,
        "missing": [str(one.id) for one in found.missing] if read.is_table else [],
        "passed_over": read.passed_over,
        "findings": [asdict(one) for one in read.findings],
    }


def _tell(name: str, read: desk_reading.ReadFile, found: importing.Comparison, *, written: bool) -> None:
    for one in read.findings:
        mend = f" → {one.mend}" if one.mend else ""
        print(
            f"{name}:{one.row}{one.letter and f':{one.letter}'}: [{one.header}] {one.value} {one.wrong}{mend}"
        )
    if read.passed_over:
        print(f"{name}: columns that are not read: {'、'.join(read.passed_over)}")
    for change in found.changed:
        for field, (before, after) in change.fields.items():
            print(f"{change.entry.name}: {field}: {before} → {after}")
    missing = len(found.missing) if read.is_table else 0
    print(
        f"{'written' if written else 'nothing written'}: {len(found.new)} new, {len(found.changed)} changed, "
        f"{found.same} the same, {missing} missing in the file (kept)"
    )
