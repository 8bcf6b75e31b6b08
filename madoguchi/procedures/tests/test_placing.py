"""Blocks: parts written once are, in place, as if they had been written there; faults name their file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from madoguchi.common import yaml_source
from madoguchi.procedures import checking, placing
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.findings import BrokenDefinition
from madoguchi.procedures.placing import Block

TODAY = date(2026, 5, 15)
BASE = (Path(__file__).parent / "broken" / "base.yaml").read_text(encoding="utf-8")
HELPERS = """\
block: helpers
title: 手伝う人
part: questions
items:
  - {id: has_helper, kind: yes_no, label: 手伝う人がいますか}
  - id: helper_name
    kind: person_name
    label: 手伝う人の氏名
    hint: ふだんの呼び名ではなく、氏名を書いてください。
    when: {question: has_helper, is: yes}
  - {id: helper_months, kind: integer, label: 手伝う月数, min: 0, max: 12}
  - {id: helper_days, kind: integer, label: 手伝う日数, computed: {expression: helper_months * 30}}
texts:
  en:
    question.has_helper.label: Does somebody help you?
    question.helper_name.label: Name of the helper
    question.helper_name.hint: Please enter the full name.
    question.helper_months.label: Months of help
    question.helper_days.label: Days of help
  ja-easy:
    question.has_helper.label: 手伝う人がいますか
    question.helper_name.label: 手伝う人の名前
    question.helper_name.hint: 名前を全部書いてください。
    question.helper_months.label: 手伝う月の数
    question.helper_days.label: 手伝う日の数
to_complete:
  - {about: helper_name, text: 氏名を聞く必要があるかを、確かめてください。}
"""
REASON = "      - id: reason\n"


def block(text: str = HELPERS) -> Block:
    return placing.block_of(yaml_source.read(text), text, "blocks/helpers.yaml")


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The only shared block is the one of this file."""
    monkeypatch.setattr(placing, "shared", lambda: {"helpers": block()})


def using(use: str) -> str:
    """The base definition with a use of the block before its question about the reason."""
    return BASE.replace(REASON, f"      - {use}\n{REASON}", 1)


def placed(use: str) -> dict[str, dict[str, object]]:
    """The questions of the first section that come from the block."""
    whole = placing.in_place(yaml_source.read(using(use)))
    questions = next(
        s["questions"]
        for s in whole.source.data["sections"]
        if any(q["id"] == "reason" for q in s["questions"])
    )
    return {q["id"]: q for q in questions if "helper" in q["id"]}


def codes(text: str) -> list[tuple[str, int]]:
    return [(one.code, one.line) for one in checking.check_source(text, "catalog/base.yaml")]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_block_in_place_is_as_if_it_had_been_written_there() -> None:
    text = using("{use: helpers}")

    definition = compile_source(text)

    assert checking.check_source(text, "") == []
    assert definition.question("helper_name").label.of("en") == "Name of the helper"
    assert definition.question("helper_name").when is not None
    assert definition.blocks == ("helpers",)
    assert [one.about for one in definition.to_complete] == ["helper_name"]


def test_a_definition_without_blocks_stays_the_very_source_it_was() -> None:
    source = yaml_source.read(BASE)

    assert placing.in_place(source).source is source


def test_items_that_are_not_wanted_stay_away_with_their_texts_and_what_is_to_complete() -> None:
    definition = compile_source(using("{use: helpers, without: [helper_name]}"))

    assert not definition.has_question("helper_name")
    assert "question.helper_name.label" not in definition.texts
    assert definition.to_complete == ()


def test_what_a_use_changes_takes_the_place_of_the_blocks_words_in_all_languages() -> None:
    text = using(
        "{use: helpers, change: {helper_name: {label: 介助する人の氏名, hint: null, required: false}}}"
    )
    assert [code for code, _line in codes(text)] == ["missing_text", "missing_text"]

    own = text.replace("  en:\n", "  en:\n    question.helper_name.label: Name of the carer\n", 1)
    own = own.replace("  ja-easy:\n", "  ja-easy:\n    question.helper_name.label: 助ける人の名前\n", 1)
    changed = compile_source(own).question("helper_name")

    assert codes(own) == []
    assert (changed.label, changed.label.of("en"), changed.hint) == (
        "介助する人の氏名",
        "Name of the carer",
        "",
    )
    assert changed.required is False


def test_a_prefix_stands_before_every_id_of_the_block_and_only_before_those() -> None:
    found = placed("{use: helpers, prefix: old_}")

    assert list(found) == ["old_has_helper", "old_helper_name", "old_helper_months", "old_helper_days"]
    assert found["old_helper_name"]["when"] == {"question": "old_has_helper", "is": "yes"}
    assert found["old_helper_days"]["computed"] == {"expression": "old_helper_months * 30"}
    definition = compile_source(using("{use: helpers, prefix: old_}"))
    assert definition.question("old_helper_name").label.of("ja-easy") == "手伝う人の名前"
    assert [one.about for one in definition.to_complete] == ["old_helper_name"]


def test_a_block_can_be_used_twice_under_another_prefix() -> None:
    twice = using("{use: helpers}").replace(REASON, f"      - {{use: helpers, prefix: second_}}\n{REASON}", 1)

    assert codes(twice) == []
    assert [code for code, _line in codes(using("{use: helpers}\n      - {use: helpers}"))] != []


@pytest.mark.parametrize(
    ("use", "code"),
    [
        ("{use: helper}", "unknown_block"),
        ("{use: helpers, without: [nobody]}", "unknown_item"),
        ("{use: helpers, change: {nobody: {label: だれ}}}", "unknown_item"),
        ("{use: helpers, change: {helper_name: {kind: text}}}", "bad_change"),
        ("{use: helpers, change: {helper_name: 氏名}}", "bad_change"),
        ("{use: helpers, prefix: OLD}", "bad_form"),
        ("{use: helpers, label: 手伝う人}", "unknown_key"),
    ],
)
def test_a_wrong_use_is_one_finding_at_its_line_and_not_compiled(use: str, code: str) -> None:
    text = using(use)

    assert codes(text) == [(code, line_of(text, "{use:"))]
    with pytest.raises(BrokenDefinition):
        compile_source(text)


def test_a_block_stands_only_in_lists_of_its_part() -> None:
    text = BASE.replace("documents:\n", "documents:\n  - {use: helpers}\n", 1)

    assert codes(text) == [("block_of_other_part", line_of(text, "{use:"))]


def test_a_block_without_items_is_said_where_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "shared", lambda: {"helpers": block(HELPERS.split("items:", maxsplit=1)[0])})

    assert [code for code, _line in codes(using("{use: helpers}"))] == ["empty_block"]


def test_a_fault_within_a_block_names_the_blocks_file_and_line(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = HELPERS.replace("{question: has_helper, is: yes}", "{question: has_helpers, is: yes}")
    monkeypatch.setattr(placing, "shared", lambda: {"helpers": block(wrong)})

    [finding] = checking.check_source(using("{use: helpers}"), "catalog/base.yaml")

    assert (finding.file, finding.line) == ("blocks/helpers.yaml", line_of(wrong, "has_helpers"))
    assert (finding.code, finding.question_id) == ("unknown_question", "helper_name")


def test_a_fault_behind_a_block_still_names_its_own_line() -> None:
    text = using("{use: helpers}").replace("        label: 使う理由", "        lable: 使う理由", 1)

    [finding] = checking.check_source(text, "catalog/base.yaml")

    assert (finding.file, finding.line) == ("catalog/base.yaml", line_of(text, "lable"))


def test_what_a_use_changes_wrongly_is_said_in_the_definition() -> None:
    text = using("{use: helpers, change: {helper_months: {min: 20}}}")

    [finding] = checking.check_source(text, "catalog/base.yaml")

    assert (finding.code, finding.file) == ("min_above_max", "catalog/base.yaml")
    assert finding.line == line_of(text, "{use:")


def test_an_attached_source_stands_for_itself_whatever_becomes_of_the_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = using("{use: helpers}")
    whole = placing.attached(text)
    monkeypatch.setattr(placing, "shared", dict)

    assert compile_source(whole).question("helper_name").label.of("en") == "Name of the helper"
    assert placing.attached(whole) == whole
    assert checking.check_source(whole, "") == []


def test_a_source_without_blocks_is_attached_unchanged() -> None:
    assert placing.attached(BASE) == BASE


def test_a_broken_block_that_a_source_brings_along_is_a_finding_not_an_error_of_ours() -> None:
    whole = placing.attached(using("{use: helpers}"))

    for broken in (
        "blocks: 3\n",
        "blocks:\n  helpers: 3\n",
        "blocks:\n  helpers: {part: questions, items: [3]}\n",
    ):
        text = whole.split("blocks:\n")[0] + broken
        assert checking.check_source(text, "") != []


def test_a_block_is_checked_in_its_own_file(tmp_path: Path) -> None:
    folder = tmp_path / "blocks"
    folder.mkdir()
    right, wrong, named = folder / "helpers.yaml", folder / "wrong.yaml", folder / "other.yaml"
    right.write_text(HELPERS, encoding="utf-8")
    wrong.write_text(HELPERS.replace("kind: yes_no", "kind: yesno"), encoding="utf-8")
    named.write_text(HELPERS, encoding="utf-8")

    found = [checking.check_file(path, today=TODAY).findings for path in (right, wrong, named)]

    assert found[0] == []
    assert [one.code for one in found[1]] == ["unknown_value"]
    assert [(one.code, one.severity) for one in found[2]] == [("file_name", "warning")]


def test_a_block_within_a_block_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "helpers.yaml"
    path.write_text(HELPERS.replace("items:\n", "items:\n  - {use: others}\n"), encoding="utf-8")

    assert [one.code for one in checking.check_file(path, today=TODAY).findings] == ["block_in_block"]


def test_every_block_of_the_city_can_be_read_and_has_the_shape_of_one() -> None:
    files = sorted(placing.BLOCKS.glob("*.yaml"))

    assert files
    assert [one for path in files for one in checking.check_file(path, today=TODAY).findings] == []
