"""`madoguchi plan check [FILE…]` and `madoguchi plan publish FILE --by NAME [--note TEXT]`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from madoguchi.config.commands import start_django


def main(argv: list[str]) -> int:
    """Check plans (the whole catalogue without FILE) or publish one; exit code 1 when something must be mended."""
    parser = argparse.ArgumentParser(prog="madoguchi plan")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check")
    check.add_argument("files", nargs="*", type=Path)
    publish = commands.add_parser("publish")
    publish.add_argument("file", type=Path)
    publish.add_argument("--by", required=True)
    publish.add_argument("--note", default="")
    wanted = parser.parse_args(argv)
    start_django()
    from madoguchi.common import clock
    from madoguchi.plan import reading
    from madoguchi.plan.actions import publishing
    from madoguchi.plan.findings import BrokenPlan

    if wanted.command == "check":
        catalog = Path(reading.__file__).parent / "catalog"
        return _check(wanted.files or sorted(catalog.glob("*.yaml")))
    if _check([wanted.file]):
        return 1
    source = wanted.file.read_text(encoding="utf-8")
    try:
        version = publishing.publish(source=source, by=wanted.by, note=wanted.note, now=clock.now())
    except BrokenPlan as error:
        return _print(wanted.file, error.findings)
    print(f"{version.plan_id} 第{version.number}版")
    return 0


def _check(files: list[Path]) -> int:
    from madoguchi.plan import reading

    code = 0
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            print(f"{file}: 読めません。UTF-8のファイルの名前を確かめてください。")
            code = 1
            continue
        code |= _print(file, reading.examine(text)[1])
    if not code:
        print(f"{len(files)}件の計画を確かめました。誤りはありません。")
    return code


def _print(file: Path, findings: Sequence[Any]) -> int:
    for one in findings:
        place = f"[{one.place}] " if one.place else ""
        print(f"{file}:{one.line}: {place}{one.message} → {one.mend}")
    return 1 if findings else 0
