"""The checker: one clear finding with line and mend for each fault, never a traceback, and soon."""

from __future__ import annotations

import json
import random
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from madoguchi.common.yaml_source import read
from madoguchi.procedures import checking
from madoguchi.procedures.checks.sheet import Sheet
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.findings import Finding

TODAY = date(2026, 5, 15)
BROKEN = Path(__file__).parent / "broken"
BASE = (BROKEN / "base.yaml").read_text(encoding="utf-8")
CASES: list[dict[str, Any]] = yaml.safe_load((BROKEN / "cases.yaml").read_text(encoding="utf-8"))


def findings_of(text: str, name: str = "parking.yaml") -> list[Finding]:
    return checking.check_source(text, name, today=TODAY)


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def is_japanese(text: str) -> bool:
    return any("ぁ" <= letter <= "ヿ" for letter in text)


def test_the_base_of_the_corpus_has_nothing_to_mend() -> None:
    assert findings_of(BASE) == []


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_broken_definition_gets_one_clear_finding(case: dict[str, Any]) -> None:
    assert case["from"] in BASE
    position = BASE.index(case["from"])
    text = BASE.replace(case["from"], case["to"], 1)
    line = line_of(text, text.index(case["at"]) if "at" in case else position)

    started = time.process_time()
    findings = findings_of(text)
    taken = time.process_time() - started

    errors = [finding for finding in findings if finding.severity == "error"]
    warnings = [finding.code for finding in findings if finding.severity == "warning"]
    first = next(finding for finding in errors if finding.code == case["code"])
    assert sorted(e.code for e in errors) == sorted(
        [case["code"]] * case.get("count", 1) + case.get("also", [])
    )
    assert warnings == ([case["warns"]] if "warns" in case else [])
    assert (first.line, first.question_id) == (line, case.get("question", ""))
    assert case.get("says", "") in first.mend
    assert all(finding.mend and is_japanese(finding.message) for finding in findings)
    assert taken <= 1


def test_the_documentation_names_every_code_of_the_corpus() -> None:
    text = (Path(__file__).parents[3] / "docs" / "definition-language.md").read_text(encoding="utf-8")

    assert [case["code"] for case in CASES if f"`{case['code']}`" not in text] == []


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("あ" * 51, "long_sentence"),
        ("住所及び氏名", "office_word"),
        ("書類を出さないと受けられません", "double_negative"),
        ("必ず出さなければなりません", "double_negative"),
        ("できないわけではありません", "double_negative"),
    ],
)
def test_clumsy_words_are_warned_of_and_do_not_stop(label: str, code: str) -> None:
    findings = findings_of(BASE.replace("label: 使う理由", f"label: {label}"))

    assert [(f.code, f.severity, f.question_id) for f in findings] == [(code, "warning", "reason")]


@pytest.mark.parametrize(
    "label",
    [
        "あ" * 50,
        "あ" * 30 + "。" + "い" * 30,
        "決まっていないときは、書かずに進んでください",
        "間もなく使えません",
        "足りないときも、申請日は変わりません",
        "名前（ぎょうせいてつづきにかかるもののなまえをここにかきますのでよろしくおねがいします）",
    ],
)
def test_plain_words_are_not_warned_of(label: str) -> None:
    assert findings_of(BASE.replace("label: 使う理由", f"label: {label}")) == []


def test_words_of_official_notices_are_left_alone() -> None:
    text = BASE.replace("次の理由により", "次に記載する理由及び事情により当該申請について")

    assert findings_of(text) == []


def test_reachability_is_told_for_each_question() -> None:
    coverage = checking.examine(BASE, "parking.yaml", today=TODAY).coverage

    assert coverage is not None
    assert coverage.states["reason"] == "always"
    assert coverage.states["long_use"] == "sometimes"
    assert coverage.share == 1
    assert coverage.filings > 0


def test_a_question_that_nobody_reaches_lowers_the_coverage() -> None:
    text = BASE.replace("when: {question: months, at_least: 6}", "when: {question: months, is: 13}")

    coverage = checking.examine(text, "parking.yaml", today=TODAY).coverage

    assert coverage is not None
    assert coverage.states["long_use"] == "never"
    assert coverage.share < 1


def test_what_follows_from_an_unreachable_question_is_not_reported_again() -> None:
    text = BASE.replace("when: {question: months, at_least: 6}", "when: {question: months, is: 13}").replace(
        "kind: declaration,", "kind: declaration, when: {question: long_use, is: yes},"
    )

    assert [finding.question_id for finding in findings_of(text)] == ["long_use"]


def test_a_condition_that_always_holds_is_a_warning() -> None:
    text = BASE.replace("when: {question: months, at_least: 6}", "when: {question: months, at_least: 1}")

    assert [(f.code, f.severity) for f in findings_of(text)] == [("always_true", "warning")]


def test_too_many_answers_to_search_are_no_finding() -> None:
    kinds = "".join(
        f"      - {{id: n{n}, kind: integer, label: 数, min: 0, max: 100000}}\n" for n in range(14)
    )
    parts = ", ".join(f"{{question: n{n}, is: {n + 10}}}" for n in range(14))
    text = BASE.replace("      - {id: months,", f"{kinds}      - {{id: months,").replace(
        "when: {question: months, at_least: 6}", f"when: {{all: [{parts}]}}"
    )

    started = time.process_time()
    report = checking.examine(text, "parking.yaml", today=TODAY)

    assert time.process_time() - started <= 1
    assert {finding.code for finding in report.findings} == {"missing_text"}
    assert report.coverage is not None
    assert report.coverage.states["long_use"] == "unknown"


@pytest.mark.slow
def test_damage_anywhere_never_ends_in_an_error_of_the_checker() -> None:
    chance = random.Random(20260515)
    lines = BASE.splitlines()
    for _ in range(150):
        damaged = list(lines)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(damaged))
            piece = damaged[place]
            cut = chance.randrange(len(piece) + 1)
            damaged[place] = chance.choice(
                [piece[:cut], piece[cut:], piece * 2, piece + ":", "- " + piece, "null", ""]
            )
        findings = findings_of("\n".join(damaged))
        assert all(1 <= finding.line <= len(lines) + 1 and finding.mend for finding in findings)


@pytest.mark.parametrize(
    "value", ["null", "[]", "{}", "0", "true", "''", "[[]]", "{a: {b: {c: 1}}}", "2026-01-01", "1.5"]
)
@pytest.mark.parametrize(
    "key", ["who", "sections", "fee", "clock", "workflow", "outputs", "texts", "law", "export"]
)
def test_a_part_of_any_wrong_shape_is_a_finding(key: str, value: str) -> None:
    data = read(BASE).data | {key: None}
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False).replace(
        f"{key}: null", f"{key}: {value}"
    )

    findings = findings_of(text)

    assert findings
    assert all(finding.severity == "error" for finding in findings)


def test_a_condition_nested_without_end_is_answered_at_once() -> None:
    deep = "{not: " * 30 + "{question: months, is: 1}" + "}" * 30
    text = BASE.replace("when: {question: months, at_least: 6}", f"when: {deep}")

    started = time.process_time()
    findings = findings_of(text)

    assert time.process_time() - started <= 1
    assert [finding.severity for finding in findings] == ["error"]


def test_an_alias_bomb_is_refused_at_its_first_line() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert [(finding.code, finding.line) for finding in findings_of(bomb)] == [("alias", 1)]


def test_a_file_of_ten_megabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_text(BASE + "# x\n" * 2_500_000, encoding="utf-8")

    started = time.process_time()
    report = checking.check_file(large, today=TODAY)

    assert time.process_time() - started <= 1
    assert [finding.code for finding in report.findings] == ["too_big"]


def test_a_file_that_is_not_there_or_not_utf8_is_a_finding(tmp_path: Path) -> None:
    sjis = tmp_path / "sjis.yaml"
    sjis.write_bytes("language: 1\ntitle: 手続\n".encode("cp932"))

    codes = [
        [(finding.code, finding.line) for finding in checking.check_file(path, today=TODAY).findings]
        for path in (tmp_path / "nothing.yaml", tmp_path, sjis)
    ]

    assert codes == [[("no_file", 1)], [("no_file", 1)], [("not_utf8", 2)]]


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    marked = tmp_path / "parking.yaml"
    marked.write_text(BASE, encoding="utf-8-sig")

    assert checking.check_file(marked, today=TODAY).findings == []


def test_an_id_used_by_two_files_is_a_finding_about_the_second(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for path in (first, second):
        path.write_text(BASE, encoding="utf-8")

    reports = checking.check_files([first, second], today=TODAY)

    assert [[finding.code for finding in report.findings] for report in reports] == [[], ["duplicate_id"]]
    assert str(first) in reports[1].findings[0].message


def test_the_command_prints_file_line_question_and_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "parking.yaml"
    broken.write_text(BASE.replace("        label: 使う理由", "        lable: 使う理由"), encoding="utf-8")

    code = checking.main([str(broken)])

    printed = capsys.readouterr().out.splitlines()
    assert code == 1
    assert printed[0] == (
        f"{broken}:30: [reason] 「lable」という項目はありません。 → もしかして「label」ではありませんか。"
    )
    assert printed[-1] == "1件の定義を確かめました。誤りは1件、注意は0件です。"


def test_a_fault_of_the_checker_itself_is_a_finding_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(sheet: Sheet) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("madoguchi.procedures.checks.shape.check", stumble)
    good = tmp_path / "parking.yaml"
    good.write_text(BASE, encoding="utf-8")

    assert checking.main([str(good)]) == 1
    assert "検査そのものが止まりました（ZeroDivisionError）。" in capsys.readouterr().out


def test_warnings_alone_leave_the_exit_code_at_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clumsy = tmp_path / "parking.yaml"
    clumsy.write_text(BASE.replace("label: 使う理由", "label: 住所及び氏名"), encoding="utf-8")

    assert checking.main([str(clumsy)]) == 0
    assert "注意: 役所の言葉「及び」" in capsys.readouterr().out


def test_the_command_speaks_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "parking.yaml"
    broken.write_text(BASE.replace("min: 1, max: 12", "min: 12, max: 1"), encoding="utf-8")

    code = checking.main(["--json", "--coverage", str(broken)])

    content = json.loads(capsys.readouterr().out)
    assert code == 1
    assert (content["errors"], content["warnings"], content["coverage"]) == (1, 0, {})
    assert content["findings"][0]["code"] == "min_above_max"
    assert content["findings"][0]["question_id"] == "months"


def test_the_command_reports_coverage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = tmp_path / "parking.yaml"
    good.write_text(BASE, encoding="utf-8")

    assert checking.main(["--coverage", str(good)]) == 0

    printed = capsys.readouterr().out
    assert f"{good}: long_use: 条件により聞く" in printed
    assert "15問のうち100%に到達できます" in printed


def changes_of(text: str) -> list[tuple[str, str, str]]:
    before = compile_source(BASE)
    return [(f.code, f.severity, f.question_id) for f in checking.check_change(text, "parking.yaml", before)]


def test_the_same_definition_changes_nothing() -> None:
    assert changes_of(BASE) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (
            "kind: integer, label: 使う月数, min: 1, max: 12",
            "kind: email, label: メール",
            ("other_meaning", "error", "months"),
        ),
        ("id: bicycle-parking", "id: car-parking", ("other_procedure", "error", "")),
        ("          - {id: other, label: その他}\n", "", ("option_removed", "warning", "reason")),
        ("{id: agree,", "{id: agreed,", ("question_removed_agree", "warning", "")),
    ],
)
def test_a_new_version_may_not_give_an_id_another_meaning(
    old: str, new: str, finding: tuple[str, str, str]
) -> None:
    assert changes_of(BASE.replace(old, new)) == [finding]


def test_a_longer_text_and_new_words_keep_their_meaning() -> None:
    text = BASE.replace(
        "kind: text, label: 色, max_length: 20", "kind: long_text, label: 車体の色, max_length: 200"
    )

    assert changes_of(text) == []


def test_a_question_moved_into_a_group_is_another_question() -> None:
    line = "      - {id: rack_note, kind: text, label: 手伝いの内容, when: {question: helps, includes: rack}, max_length: 60}\n"
    moved = "          - {id: rack_note, kind: text, label: 手伝いの内容, max_length: 60}\n"
    text = BASE.replace(line, "").replace(
        "          - {id: has_motor,", f"{moved}          - {{id: has_motor,"
    )

    assert changes_of(text) == [("other_meaning", "error", "rack_note")]


def test_the_innermost_question_of_a_place_is_named() -> None:
    sheet = Sheet(read(BASE))

    assert sheet.question_at(("sections", 1, "questions", 0, "questions", 2, "when", "question")) == "weight"
    assert sheet.question_at(("sections", 1, "questions", 0, "max")) == "bicycles"
    assert sheet.question_at(("workflow", "decisions", 0)) == ""
