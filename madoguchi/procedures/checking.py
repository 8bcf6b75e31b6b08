"""The checker of procedure definitions: every fault with file, line, question and how to mend it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from madoguchi.common import clock, yaml_source
from madoguchi.procedures import compiling, placing
from madoguchi.procedures.checks import (
    acts,
    chain,
    changes,
    identity,
    language,
    limits,
    meanings,
    reach,
    readable,
    references,
    rules,
    shape,
    steps,
)
from madoguchi.procedures.checks.reach import Coverage
from madoguchi.procedures.checks.sheet import Sheet
from madoguchi.procedures.definition import CONFIRMED, Definition
from madoguchi.procedures.findings import BrokenDefinition, Finding

CATALOG = Path(__file__).parent / "catalog"
MOST_CHARACTERS = (
    300_000  # four times the largest definition so far; more could not be checked within a second
)
MOST_PARTS = 12_000  # keys, values and items together


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one file; id and coverage are known only of a definition without errors before them."""

    file: str
    findings: list[Finding]
    procedure_id: str = ""
    coverage: Coverage | None = None


def check_source(text: str, filename: str, *, today: date | None = None) -> list[Finding]:
    """All findings about one definition, in the order of the file; an empty list means nothing to mend."""
    return examine(text, filename, today=today or clock.today()).findings


def check_change(text: str, filename: str, before: Definition) -> list[Finding]:
    """What a new version does to the version `before` it; the source must be without errors of its own."""
    source = yaml_source.read(text.removeprefix("\ufeff"))
    sheet = Sheet(placing.in_place(source).source, filename)
    changes.check(sheet, before)
    return sheet.sorted()


def examine(text: str, filename: str, *, today: date) -> Report:
    """Read, then shape, then meaning, then reach and texts: each stage rests on the ones before."""
    if len(text) > MOST_CHARACTERS:
        return Report(filename, [_too_big(filename)])
    try:
        source = yaml_source.read(text.removeprefix("\ufeff"))
    except yaml_source.NotReadable as error:
        return Report(filename, [readable.explain(text, error, filename)])
    if len(source.lines) > MOST_PARTS:
        return Report(filename, [_too_big(filename)])
    if "block" in source.data:
        return _block(source, text, filename)
    whole = placing.in_place(source)
    if whole.faults:
        faults = [Finding(f.line, "", f.code, f.message, f.mend, file=filename) for f in whole.faults]
        return Report(filename, faults)
    sheet = Sheet(whole.source, filename)
    shape.check(sheet)
    if not sheet.is_clean():
        return Report(filename, sheet.sorted())
    for check in (
        identity.check,
        references.check,
        rules.check,
        limits.check,
        meanings.check,
        acts.check,
        chain.check,
        steps.check,
        language.check_style,
    ):
        check(sheet)
    definition = _compiled(sheet) if sheet.is_clean() else None
    coverage = _check_whole(sheet, definition, today) if definition is not None else None
    return Report(filename, sheet.sorted(), sheet.data["id"], coverage)


def _block(source: yaml_source.Source, text: str, filename: str) -> Report:
    """What is wrong with the shape of a block; what its items mean is found in the procedures that use it."""
    sheet = Sheet(source, filename)
    block = placing.block_of(source, text, filename)
    for number in placing.uses_within(block):
        message = "ブロックの中では、ほかのブロックを使えません。"
        sheet.note(("items", number), "block_in_block", message, "項目を直接書いてください。")
    if sheet.is_clean():
        shape.check(sheet, "block")
    expected = f"{block.id}.yaml"
    if sheet.is_clean() and Path(filename).parent.name == "blocks" and Path(filename).name != expected:
        message = f"ファイルの名前が識別子と違います（{Path(filename).name}）。"
        sheet.warn(("block",), "file_name", message, f"「{expected}」にしてください。")
    return Report(filename, sheet.sorted())


def _compiled(sheet: Sheet) -> Definition | None:
    """The compiled definition; what the compiler alone refuses is noted as well."""
    try:
        return compiling.compile_data(sheet.source)
    except BrokenDefinition as broken:
        for number, finding in enumerate(broken.findings):
            sheet.findings[("compiler", number), finding.code] = replace(finding, file=sheet.file)
        return None


def _check_whole(sheet: Sheet, definition: Definition, today: date) -> Coverage:
    coverage = reach.check(sheet, definition, today)
    rules.check_values(sheet, definition, today)
    language.check_translations(sheet, definition)
    return coverage


def check_files(paths: Sequence[Path], *, today: date) -> list[Report]:
    """A report for each file; an id that two files share is a finding about the second."""
    reports = [check_file(path, today=today) for path in paths]
    by_id = [(report.file, report.procedure_id) for report in reports if report.procedure_id]
    for identifier, first, later in identity.used_twice(by_id):
        message = f"手続の識別子「{identifier}」は、{first} でも使われています。"
        finding = Finding(2, "", "duplicate_id", message, "どちらかを別の名前にしてください。", file=later)
        next(report for report in reports if report.file == later).findings.append(finding)
    return reports


def check_file(path: Path, *, today: date) -> Report:
    """The report about one file; a file that cannot be opened is a finding, too."""
    name = str(path)
    try:
        if path.stat().st_size > 4 * MOST_CHARACTERS:  # a character takes four bytes at most
            return Report(name, [_too_big(name)])
        raw = path.read_bytes()
    except OSError:
        mend = "ファイルの名前と場所を確かめてください。"
        return Report(name, [Finding(1, "", "no_file", "ファイルを開けません。", mend, file=name)])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message, mend = "文字コードが UTF-8 ではありません。", "UTF-8 で保存し直してください。"
        return Report(name, [Finding(line, "", "not_utf8", message, mend, file=name)])
    try:
        return examine(text, name, today=today)
    except Exception as fault:  # a fault of ours must not keep the other files from being checked
        message = f"検査そのものが止まりました（{type(fault).__name__}）。"
        mend = "この定義を添えて、開発者に知らせてください。"
        return Report(name, [Finding(1, "", "checker_failed", message, mend, file=name)])


def _too_big(name: str) -> Finding:
    message = f"ファイルが大きすぎます（{MOST_CHARACTERS // 10_000}万文字、{MOST_PARTS}項目まで）。"
    return Finding(1, "", "too_big", message, "1つのファイルに1つの手続だけを書いてください。", file=name)


def said(finding: Finding) -> str:
    """A finding as one line for people: `file:line: [question] message → mend`."""
    question = f"[{finding.question_id}] " if finding.question_id else ""
    caution = "" if finding.severity == "error" else "注意: "
    return f"{finding.file}:{finding.line}: {question}{caution}{finding.message} → {finding.mend}"


def main(argv: list[str]) -> int:
    """Check the named files or the whole catalog; 0 when no error was found, 1 otherwise."""
    parser = argparse.ArgumentParser(
        prog="madoguchi procedures check", description="手続の定義を確かめます。"
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="省くと、カタログのすべて")
    parser.add_argument("--json", action="store_true", help="結果を JSON で1行に書く")
    parser.add_argument("--coverage", action="store_true", help="質問ごとに、到達できるかどうかも書く")
    parser.add_argument("--to-complete", action="store_true", help="原課が補うことも書く")
    arguments = parser.parse_args(argv)
    files = arguments.files or [*sorted(placing.BLOCKS.glob("*.yaml")), *sorted(CATALOG.glob("*.yaml"))]
    reports = check_files(files, today=clock.today())
    findings = [finding for report in reports for finding in report.findings]
    errors = sum(finding.severity == "error" for finding in findings)
    if arguments.json:
        print(json.dumps(_as_json(reports, errors, coverage=arguments.coverage), ensure_ascii=False))
    else:
        for finding in findings:
            print(said(finding))
        if arguments.coverage:
            print("\n".join(line for report in reports for line in _coverage(report)))
        warnings = len(findings) - errors
        if arguments.to_complete:
            print("\n".join(line for path in files for line in _to_complete(path)))
        print(f"{len(reports)}件の定義を確かめました。誤りは{errors}件、注意は{warnings}件です。")
    return 1 if errors else 0


def _to_complete(path: Path) -> list[str]:
    """What the section still has to complete, and the articles nobody has read in the law."""
    try:
        definition = compiling.compile_source(path.read_text(encoding="utf-8"))
    except (BrokenDefinition, OSError, UnicodeDecodeError):
        return []
    unread = [law for law in definition.law if law.mark not in CONFIRMED]
    return [
        *(f"{path}: [{one.about}] {one.text}" for one in definition.to_complete),
        *(f"{path}: [law] {law.name} {law.article}を、条文で確かめてください。" for law in unread),
    ]


def _coverage(report: Report) -> list[str]:
    if report.coverage is None:
        return [f"{report.file}: 誤りがあるので、到達できる質問を調べていません。"]
    states = report.coverage.states
    lines = [f"{report.file}: {name}: {reach.SAID[state]}" for name, state in states.items()]
    share, looked_at = round(100 * report.coverage.share), report.coverage.filings
    return [
        *lines,
        f"{report.file}: {len(states)}問のうち{share}%に到達できます（{looked_at}通りの答えを調べました）。",
    ]


def _as_json(reports: list[Report], errors: int, *, coverage: bool) -> dict[str, object]:
    findings = [asdict(finding) for report in reports for finding in report.findings]
    content: dict[str, object] = {
        "files": [report.file for report in reports],
        "errors": errors,
        "warnings": len(findings) - errors,
        "findings": findings,
    }
    if coverage:
        content["coverage"] = {
            report.file: {
                "share": report.coverage.share,
                "filings": report.coverage.filings,
                "questions": report.coverage.states,
            }
            for report in reports
            if report.coverage is not None
        }
    return content
