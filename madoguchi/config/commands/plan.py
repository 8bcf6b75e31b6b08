"""`madoguchi plan check [FILE…] [--json]` and `madoguchi plan publish FILE --by NAME [--note TEXT]`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from madoguchi.config.commands import start_django

if TYPE_CHECKING:
    from madoguchi.plan.definition import Plan
    from madoguchi.plan.findings import Finding

MOST_BY, MOST_NOTE = 80, 400  # characters that a version holds
UNREADABLE = "UTF-8のファイルの名前を確かめてください。"
PUBLISHED_MEANWHILE = (
    "ほかの人がこの計画の新しい版を公開しました。その版を確かめてから、もう一度公開してください。"
)


def main(argv: list[str]) -> int:
    """Check plans (the whole catalogue without FILE) or publish one; exit code 1 when something must be mended."""
    parser = argparse.ArgumentParser(prog="madoguchi plan")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="計画を確かめる")
    check.add_argument("files", nargs="*", type=Path, metavar="FILE", help="省くと、カタログのすべて")
    check.add_argument("--json", action="store_true", help="結果を JSON で1行に書く")
    publish = commands.add_parser("publish", help="計画の新しい版を公開する")
    publish.add_argument("file", type=Path, metavar="FILE")
    publish.add_argument("--by", required=True, help="公開する人")
    publish.add_argument("--note", default="", help="何を、なぜ変えたか")
    wanted = parser.parse_args(argv)
    if wanted.command == "publish" and not 0 < len(wanted.by.strip()) <= MOST_BY:
        parser.error(f"--by は1〜{MOST_BY}字で書いてください。")
    if wanted.command == "publish" and len(wanted.note) > MOST_NOTE:
        parser.error(f"--note は{MOST_NOTE}字までで書いてください。")
    start_django()
    if wanted.command == "check":
        return _check(wanted.files, as_json=wanted.json)
    return _publish(wanted.file, by=wanted.by, note=wanted.note)


def _check(files: list[Path], *, as_json: bool) -> int:
    from madoguchi.plan import reading

    files = files or sorted((Path(reading.__file__).parent / "catalog").glob("*.yaml"))
    plans = [plan for file in files if (plan := _examined(file)[0]) is not None]
    found = [(str(file), one) for file in files for one in _examined(file, others=plans)[1]]
    if as_json:
        findings = [{"file": file, **asdict(one)} for file, one in found]
        print(json.dumps({"files": [str(file) for file in files], "findings": findings}, ensure_ascii=False))
    else:
        _print(found)
        print(f"{len(files)}件の計画を確かめました。誤りは{len(found)}件です。")
    return 1 if found else 0


def _publish(file: Path, *, by: str, note: str) -> int:
    from madoguchi.common import clock
    from madoguchi.organization import queries as organization
    from madoguchi.plan.actions import publishing
    from madoguchi.plan.findings import BrokenPlan

    # A city that publishes its plan before its departments are entered is not held up.
    findings = _examined(file, organization.department_codes() or None)[1]
    if findings:
        return _print([(str(file), one) for one in findings])
    source = file.read_text(encoding="utf-8")
    try:
        version = publishing.publish(source=source, by=by, note=note, now=clock.now())
    except BrokenPlan as error:
        return _print([(str(file), one) for one in error.findings])
    except publishing.PublishedMeanwhile:
        print(f"{file}: {PUBLISHED_MEANWHILE}")
        return 1
    print(f"{version.plan_id} 第{version.number}版")
    return 0


def _examined(
    file: Path, departments: Collection[str] | None = None, others: Sequence[Plan] = ()
) -> tuple[Plan | None, Sequence[Finding]]:
    """What the file says, and what is wrong with it, also against those of `others` that begin before it."""
    from madoguchi.plan import reading
    from madoguchi.plan.findings import Finding

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None, [Finding(1, "", "unreadable", "ファイルを読めません。", UNREADABLE)]
    plan, findings = reading.examine(text, departments=departments)
    if plan is None or not others:
        return plan, findings
    earlier = [one for one in others if one.id != plan.id and one.starts_on < plan.starts_on]
    return reading.examine(text, departments=departments, earlier=earlier)


def _print(found: Sequence[tuple[str, Finding]]) -> int:
    """Each finding with its file, line, place and mend."""
    for file, one in found:
        place = f"[{one.place}] " if one.place else ""
        print(f"{file}:{one.line}: {place}{one.message} → {one.mend}")
    return 1
