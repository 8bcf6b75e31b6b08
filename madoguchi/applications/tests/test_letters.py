"""What a letter says where the definition leaves a place for it."""

from __future__ import annotations

import pytest

from madoguchi.applications.letters import fill


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{applicant_name} 様", "{reason} 様"),  # a name is a name, whatever its letters
        ("{reason}", "{applicant_name}により"),
        ("{applicant_name}：{reason}", "{reason}：{applicant_name}により"),
        ("{unknown}と{}と{reason", "{unknown}と{}と{reason"),
        ("{reason.__class__}", "{reason.__class__}"),
    ],
)
def test_a_place_in_a_letter_is_filled_once_and_what_was_put_in_is_not_looked_at_again(
    text: str, filled: str
) -> None:
    facts = {"applicant_name": "{reason}", "reason": "{applicant_name}により"}

    assert fill(text, facts) == filled
