"""`madoguchi procedures import FILE… --by NAME --approved-by NAME [--dry-run]`: definitions become what is filed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from madoguchi.common import clock
from madoguchi.procedures import actions, checking
from madoguchi.procedures.findings import BrokenDefinition, Finding
from madoguchi.procedures.models import Procedure
from madoguchi.procedures.queries import definition_of

CONSOLE = "console:"  # before a name that nobody has proved by signing in
MOST_NAME = 80 - len(CONSOLE)  # characters that a version holds
MEANWHILE = "ほかの人がこの手続の新しい版を公開しました。その版を確かめてから、もう一度取り込んでください。"


def main(argv: list[str]) -> int:
    """Judge all files before the first is published; one error and none of them is (exit code 1).

    Then they are published one after the other, each told; one that is overtaken is told and left out.
    """
    parser = argparse.ArgumentParser(
        prog="madoguchi procedures import", description="手続の定義を取り込み、新しい版として公開します。"
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--by", required=True, help="公開する人")
    parser.add_argument("--approved-by", required=True, help="承認した人（公開する人とは別の人）")
    parser.add_argument("--dry-run", action="store_true", help="何が変わるかだけを書き、公開しない")
    wanted = parser.parse_args(argv)
    for option, name in (("--by", wanted.by), ("--approved-by", wanted.approved_by)):
        if not 0 < len(name.strip()) <= MOST_NAME:
            parser.error(f"{option} は1〜{MOST_NAME}字で書いてください。")
    by, approved_by = wanted.by.strip(), wanted.approved_by.strip()
    if by == approved_by:
        parser.error("公開する人と承認した人は、別の人でなければなりません。")
    found = _judged(wanted.files)
    for finding in found:
        print(checking.said(finding))
    if any(finding.severity == "error" for finding in found):
        print("誤りがあるので、何も公開していません。いま受け付けている版はそのままです。")
        return 1
    if wanted.dry_run:
        print(f"{len(wanted.files)}件を取り込めます。まだ何も公開していません。")
        return 0
    return max(_publish(path, by=CONSOLE + by, approved_by=CONSOLE + approved_by) for path in wanted.files)


def _judged(files: Sequence[Path]) -> list[Finding]:
    """What is wrong with the files themselves, and what they would do to what is live."""
    found: list[Finding] = []
    for path, report in zip(files, checking.check_files(files, today=clock.today()), strict=True):
        found += report.findings
        procedure = Procedure.objects.filter(id=report.procedure_id).first()
        if procedure is not None and not any(one.severity == "error" for one in report.findings):
            text = path.read_text(encoding="utf-8")
            found += checking.check_change(text, str(path), definition_of(procedure.current_id))
    return found


def _publish(path: Path, *, by: str, approved_by: str) -> int:
    source = path.read_text(encoding="utf-8-sig")
    try:
        version = actions.publish(source=source, by=by, approved_by=approved_by, now=clock.now())
    except BrokenDefinition as broken:  # it changed since it was judged
        print("\n".join(checking.said(finding) for finding in broken.findings))
        return 1
    except actions.PublishedMeanwhile:
        print(f"{path}: {MEANWHILE}")
        return 1
    print(f"{version.procedure_id} 第{version.number}版")
    return 0
