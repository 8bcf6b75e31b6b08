"""What a core system answers: every line is taken over or listed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.applications.handover_answers import Known, Read, read_rows
from madoguchi.common.ids import new_id

IDS = {number: new_id() for number in ("A2A2A2A2A2A2", "C3C3C3C3C3C3", "D4D4D4D4D4D4")}
FIRST, SECOND, THIRD = IDS


def read(*rows: Sequence[str], state: str = "sent", reason: str = "") -> Read:
    known = {number: Known(key, state, reason) for number, key in IDS.items()}
    return read_rows(list(enumerate(rows, start=1)), known)


def test_numbers_are_read_however_they_are_grouped_and_a_header_is_passed_over() -> None:
    found = read(
        ["受付番号", "結果", "理由"], ["A2A2-A2A2-A2A2", "受理"], ["ｃ３ｃ３c3c3c3c3", "エラー", "宛名なし"]
    )

    assert found.accepted == [IDS[FIRST]]
    assert found.refused == {IDS[SECOND]: "宛名なし"}
    assert found.findings == []


@pytest.mark.parametrize(
    ("row", "state", "code"),
    [
        (["ZZZZZZZZZZZZ", "受理"], "sent", "unknown"),
        ([FIRST, "たぶん"], "sent", "unreadable"),
        ([FIRST, ""], "sent", "unreadable"),
        ([FIRST, "エラー", ""], "sent", "reason_missing"),
        ([FIRST, "受理"], "waiting", "not_sent"),
        ([FIRST, "受理"], "needs_person", "not_sent"),
        ([FIRST, "受理"], "acknowledged", "already"),
        ([FIRST, "エラー", "宛名なし"], "acknowledged", "contradicts"),
    ],
)
def test_a_line_that_changes_nothing_is_listed(row: list[str], state: str, code: str) -> None:
    found = read(row, state=state)

    assert [one.code for one in found.findings] == [code]
    assert (found.accepted, found.refused) == ([], {})


def test_a_number_that_comes_twice_is_listed_and_counts_once_when_both_say_the_same() -> None:
    found = read([FIRST, "受理"], [FIRST, "OK"])

    assert found.accepted == [IDS[FIRST]]
    assert [(one.line, one.code) for one in found.findings] == [(2, "doubled")]


def test_two_lines_that_say_different_things_change_nothing() -> None:
    found = read([FIRST, "受理"], [SECOND, "受理"], [FIRST, "エラー", "宛名なし"])

    assert found.accepted == [IDS[SECOND]]
    assert [(one.line, one.code) for one in found.findings] == [(1, "doubled"), (3, "doubled")]


def test_a_refused_case_may_be_taken_after_all_and_gets_the_newer_reason() -> None:
    assert read([FIRST, "受理"], state="refused", reason="宛名なし").accepted == [IDS[FIRST]]
    assert read([FIRST, "NG", "口座"], state="refused", reason="宛名なし").refused == {IDS[FIRST]: "口座"}
    assert read([FIRST, "NG", "口座"], state="refused", reason="口座").findings[0].code == "already"


cells = st.sampled_from([FIRST, SECOND, THIRD, "受理", "エラー", "NG", "ok", "", "宛名なし", "受付番号", "X"])


@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=12))
def test_no_line_is_passed_over_in_silence(rows: list[list[str]]) -> None:
    found = read(*rows)
    headers = 1 if rows and rows[0][0] == "受付番号" else 0

    told = len(found.accepted) + len(found.refused) + len(found.findings)

    assert told >= len(rows) - max(headers, _leading_headers(rows))
    assert not set(found.accepted) & set(found.refused)


def _leading_headers(rows: list[list[str]]) -> int:
    count = 0
    for row in rows:
        if row[0] != "受付番号":
            break
        count += 1
    return count
