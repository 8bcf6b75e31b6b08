"""What a core system gets of a case: pure, letter by letter, and nothing is lost on the way."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.applications import handover_lines as lines
from madoguchi.applications.tests.factories import answers_of
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition, Export, ExportField
from madoguchi.procedures.tests.factories import source_of

DEFINITION = compile_source(source_of("child_allowance_claim"))
FACTS = lines.Facts(
    receipt_number="ABCD2345EFGH",
    handover_id="0199-1",
    filed_on=date(2026, 4, 1),
    decided_on=date(2026, 4, 20),
    decision="certified",
    document_number="盛子ど第8-1号",
)


def with_export(*fields: ExportField, **changes: Any) -> Definition:
    """The claim with another mapping."""
    return replace(DEFINITION, export=Export("見本のシステム", "csv", fields, **changes))


def line(
    definition: Definition, encoding: str = "utf-8", replacements: Any = None, **answers: Any
) -> lines.Line:
    given_answers = answers_of() | answers
    return lines.line_of(definition, given_answers, FACTS, encoding=encoding, replacements=replacements or {})


def test_every_column_of_the_catalogue_is_written_in_its_order() -> None:
    found = line(DEFINITION)

    assert list(found.values) == lines.columns(DEFINITION)
    assert found.values["受付番号"] == "ABCD2345EFGH"
    assert found.values["請求者姓"] == "髙橋"
    assert found.values["決定区分"] == "認定"
    assert found.problems == []


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("", "1990-02-28"),
        ("iso", "1990-02-28"),
        ("slash", "1990/02/28"),
        ("compact", "19900228"),
        ("wareki", "平成2年2月28日"),
        ("wareki_short", "H02.02.28"),
        ("wareki_digits", "4020228"),
    ],
)
def test_a_day_is_written_as_the_core_system_wants_it(form: str, expected: str) -> None:
    definition = with_export(ExportField("生年月日", "applicant_birth_date", date=form))

    assert line(definition).values == {"生年月日": expected}


def test_a_day_that_is_not_known_keeps_the_case_back_where_a_day_is_wanted() -> None:
    unknown = {"text": "昭和20年3月（日は不詳）", "from": "1945-03-01", "to": "1945-03-31"}
    definition = with_export(ExportField("生年月日", "applicant_birth_date", date="compact"))
    free = with_export(ExportField("生年月日", "applicant_birth_date"))

    assert [one.code for one in line(definition, applicant_birth_date=unknown).problems] == ["unknown_day"]
    assert line(free, applicant_birth_date=unknown).values == {"生年月日": "昭和20年3月（日は不詳）"}


def test_kana_widths_fixed_values_and_codes() -> None:
    definition = with_export(
        ExportField("帳票", value="0101"),
        ExportField("半角", "applicant_name.family_kana", kana="half"),
        ExportField("決定", "filing.decision", codes={"certified": "1"}),
        ExportField("番号", "filing.handover_id"),
    )

    assert line(definition).values == {"帳票": "0101", "半角": "ﾀｶﾊｼ", "決定": "1", "番号": "0199-1"}


def test_an_option_without_a_code_is_a_problem_and_never_an_empty_cell() -> None:
    definition = with_export(ExportField("決定", "filing.decision", codes={"refused": "9"}))

    (problem,) = line(definition).problems

    assert (problem.code, problem.column, problem.what) == ("no_code", "決定", "certified")


def children(count: int) -> list[dict[str, Any]]:
    member = answers_of()["children"][0]
    return [member | {"_id": f"m{n}"} for n in range(1, count + 1)]


def test_members_stand_in_numbered_columns_and_those_that_do_not_fit_keep_the_case_back() -> None:
    definition = with_export(ExportField("児童姓", "children.child_name.family", members=2))

    assert list(line(definition, children=children(1)).values) == ["児童姓1", "児童姓2"]
    assert line(definition, children=children(1)).values["児童姓2"] is None
    assert line(definition, children=children(2)).problems == []
    assert [one.code for one in line(definition, children=children(3)).problems] == ["too_many"]


def test_too_many_members_cannot_be_mended_by_a_text() -> None:
    definition = with_export(ExportField("児童姓", "children.child_name.family", members=1))
    (problem,) = line(definition, children=children(2)).problems

    mended = line(definition, children=children(2), replacements={problem.column: (problem.original, "x")})

    assert [one.code for one in mended.problems] == ["too_many"]


def test_json_keeps_numbers_and_members_as_they_are() -> None:
    definition = with_export(
        ExportField("手当", "filing.entitlement"), ExportField("児童姓", "children.child_name.family")
    )
    assert definition.export is not None
    definition = replace(definition, export=replace(definition.export, format="json"))
    two = [line(definition, children=children(2)) for _n in range(2)]
    text = lines.head(definition)
    text += "".join(lines.body(definition, one, first=n == 0) for n, one in enumerate(two))
    text += lines.tail(definition)

    read = json.loads(text)

    assert [len(one["児童姓"]) for one in read] == [2, 2]
    assert isinstance(read[0]["手当"], int)


def test_characters_outside_cp932_are_listed_with_their_column_and_never_replaced() -> None:
    name = answers_of()["applicant_name"] | {"family": "𠮷田😀"}
    definition = with_export(ExportField("姓", "applicant_name.family"))

    found = line(definition, "cp932", applicant_name=name)

    (problem,) = found.problems
    assert (problem.code, problem.column, problem.what) == ("characters", "姓", "𠮷、😀")
    assert found.values["姓"] == "𠮷田😀"
    assert line(definition, "utf-8", applicant_name=name).problems == []


def test_signs_that_only_unicode_numbers_twice_fit() -> None:
    definition = with_export(ExportField("列", value=TWICE))

    assert line(definition, "cp932").problems == []


def test_a_replacement_counts_only_for_the_value_it_was_made_for() -> None:
    definition = with_export(ExportField("姓", "applicant_name.family"))
    name = answers_of()["applicant_name"] | {"family": "𠮷田"}
    chosen = {"姓": ("𠮷田", "吉田")}

    assert line(definition, "cp932", chosen, applicant_name=name).values["姓"] == "吉田"
    assert line(definition, "cp932", chosen).values["姓"] == "髙橋"
    assert line(definition, "cp932", {"姓": ("𠮷田", "𠮶田")}, applicant_name=name).problems


def test_a_near_character_is_proposed_but_only_one_that_fits() -> None:
    name = answers_of()["applicant_name"] | {"family": "𠮷田"}
    (problem,) = line(
        with_export(ExportField("姓", "applicant_name.family")), "cp932", applicant_name=name
    ).problems

    assert lines.suggestion(problem) in ("吉田", "")


TWICE = "¢£¬‖−〜"  # one sign of JIS X 0208 with two numbers of Unicode
texts = st.text(
    st.characters(codec="cp932", exclude_categories=["Cc"], exclude_characters=TWICE), max_size=30
)


@given(values=st.lists(texts, min_size=1, max_size=4), line_end=st.sampled_from(["crlf", "lf"]))
def test_what_is_written_in_cp932_is_read_back_letter_by_letter(values: list[str], line_end: str) -> None:
    fields = [ExportField(f"列{n}", value=value) for n, value in enumerate(values)]
    definition = with_export(*fields, line_end=line_end, encoding="cp932")
    found = line(definition, "cp932")
    pieces = iter([lines.head(definition), lines.body(definition, found, first=True)])
    if found.problems:
        return
    content = b"".join(lines.encoded(pieces, "cp932"))

    header, row = csv.reader(io.StringIO(content.decode("cp932"), newline=""))

    assert header == [f"列{n}" for n in range(len(values))]
    assert row == values


@given(st.text(max_size=20))
def test_whatever_does_not_fit_is_a_problem_and_whatever_fits_is_encoded(text: str) -> None:
    definition = with_export(ExportField("列", value=text), encoding="cp932")
    found = line(definition, "cp932")

    if not found.problems:
        written = lines.body(definition, found, first=True)
        assert b"".join(lines.encoded(iter([written]), "cp932"))


def test_a_cell_that_looks_like_a_formula_goes_out_as_it_was_answered() -> None:
    definition = with_export(ExportField("列", value="=1+1"))

    assert lines.body(definition, line(definition), first=True) == "=1+1\r\n"


def test_the_mark_of_utf8_is_written_once() -> None:
    content = b"".join(lines.encoded(iter(["あ", "い"]), "utf-8-sig"))

    assert content == "\ufeffあい".encode()


@pytest.mark.parametrize(
    ("changes", "utf8", "expected"),
    [
        ({}, False, "child-allowance-claim-20261123-01.csv"),
        ({"per": "case"}, False, "child-allowance-claim-ABCD.csv"),
        ({"file_name": "jido-{date}-{batch}"}, True, "jido-20261123-20261123-01-utf8.csv"),
    ],
)
def test_the_name_of_a_file(changes: dict[str, str], utf8: bool, expected: str) -> None:
    definition = with_export(ExportField("列", value="1"), **changes)

    name = lines.file_name(
        definition,
        made_on=date(2026, 11, 23),
        batch_number="20261123-01",
        receipt_number="ABCD",
        utf8=utf8,
    )

    assert name == expected


@pytest.mark.parametrize(
    ("decisions", "kind", "outcome", "expected"),
    [
        ((), "certified", "granted", True),
        ((), "accepted", "accepted", True),
        ((), "refused", "refused", False),
        (("partial",), "certified", "granted", False),
        (("refused",), "refused", "refused", True),
    ],
)
def test_which_decisions_are_handed_over(
    decisions: tuple[str, ...], kind: str, outcome: str, expected: bool
) -> None:
    export = Export("x", "csv", (), decisions=decisions)

    assert lines.is_handed_over(export, kind=kind, outcome=outcome) is expected
    assert lines.is_handed_over(None, kind=kind, outcome=outcome) is False
