"""The checker of procedure definitions: every fault with file, line, question and how to mend it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

from madoguchi.common import clock
from madoguchi.procedures import compiling, reading
from madoguchi.procedures.checks import acts, identity, language, limits, readable, references, rules, shape
from madoguchi.procedures.checks.sheet import Sheet
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.findings import BrokenDefinition, Finding

CATALOG = Path(__file__).parent / "catalog"
LARGEST = 2_000_000  # bytes: nothing above is even read


def check_source(text: str, filename: str, *, today: date | None = None) -> list[Finding]:
    """All findings about one definition, in the order of the file; an empty list means nothing to mend."""
    try:
        source = reading.read(text)
    except reading.NotReadable as error:
        return [readable.explain(text, error, filename)]
    sheet = Sheet(source, filename)
    shape.check(sheet)
    if sheet.is_clean:
        _check_meaning(sheet, today or clock.today())
    return sheet.sorted()


def _check_meaning(sheet: Sheet, today: date) -> None:
    """What a definition of the right shape may still say wrongly; each stage rests on the ones before."""
    for check in (identity.check, references.check, rules.check, limits.check, acts.check):
        check(sheet)
    definition = _compiled(sheet) if sheet.is_clean else None
    if definition is not None:
        rules.check_values(sheet, definition, today)
        language.check_translations(sheet, definition)
    language.check_style(sheet)


def _compiled(sheet: Sheet) -> Definition | None:
    """The compiled definition; what the compiler alone refuses is noted as well."""
    try:
        return compiling.compile_data(sheet.source)
    except BrokenDefinition as broken:
        for number, finding in enumerate(broken.findings):
            sheet.findings[("compiler", number), finding.code] = replace(finding, file=sheet.file)
        return None


def check_file(path: Path, *, today: date | None = None) -> list[Finding]:
    """The findings about one file; a file that cannot be opened is a finding, too."""
    name = str(path)
    try:
        if path.stat().st_size > LARGEST:
            mend = "1つのファイルに1つの手続だけを書いてください。"
            return [Finding(1, "", "too_big", "ファイルが大きすぎます。", mend, file=name)]
        raw = path.read_bytes()
    except OSError:
        mend = "ファイルの名前と場所を確かめてください。"
        return [Finding(1, "", "no_file", "ファイルを開けません。", mend, file=name)]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return [
            Finding(
                line,
                "",
                "not_utf8",
                "文字コードが UTF-8 ではありません。",
                "UTF-8 で保存し直してください。",
                file=name,
            )
        ]
    return check_source(text, name, today=today)


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
    parser.add_argument("--json", action="store_true", help="JSON で1行に書く")
    arguments = parser.parse_args(argv)
    paths = arguments.files or sorted(CATALOG.glob("*.yaml"))
    today = clock.today()
    findings = [finding for path in paths for finding in check_file(path, today=today)]
    errors = sum(finding.severity == "error" for finding in findings)
    if arguments.json:
        print(json.dumps(_as_json(paths, findings, errors), ensure_ascii=False))
    else:
        _print(paths, findings, errors)
    return 1 if errors else 0


def _as_json(paths: Iterable[Path], findings: list[Finding], errors: int) -> dict[str, object]:
    return {
        "files": [str(path) for path in paths],
        "errors": errors,
        "warnings": len(findings) - errors,
        "findings": [asdict(finding) for finding in findings],
    }


def _print(paths: list[Path], findings: list[Finding], errors: int) -> None:
    for finding in findings:
        print(said(finding))
    print(f"{len(paths)}件の定義を確かめました。誤り {errors}件、注意 {len(findings) - errors}件。")
