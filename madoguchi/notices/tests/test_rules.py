"""Addresses, subjects and bodies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.notices import rules


@pytest.mark.parametrize(
    ("address", "envelope"),
    [
        ("hanako@example.jp", "hanako@example.jp"),
        ("Hanako+city@Example.JP", "Hanako+city@example.jp"),
        ("a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        (".a@ezweb.ne.jp", '".a"@ezweb.ne.jp'),
        ("a.@docomo.ne.jp", '"a."@docomo.ne.jp'),
        ("a@盛岡.jp", "a@xn--4it332d.jp"),
        ("花子@example.jp", "花子@example.jp"),
        ("o'brien@example.jp", "o'brien@example.jp"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_an_address_that_people_have_is_written_as_servers_take_it(address: str, envelope: str) -> None:
    assert rules.envelope_address(address) == envelope


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hanako",
        "@example.jp",
        "...@example.jp",
        "hanako@",
        "hanako@example",
        "hanako@-example.jp",
        "hanako@example..jp",
        "hana ko@example.jp",
        "hanako@example.jp\nBcc: other@example.jp",
        "hanako@example.jp\r\nBcc: other@example.jp",
        "hanako\n@example.jp",
        "hanako\x00@example.jp",
        "hanako\u2028@example.jp",
        "hanako@exam\nple.jp",
        "one@example.jp,two@example.jp",
        "Hanako <hanako@example.jp>",
        '"x y"@example.jp',
        "hanako@[127.0.0.1]",
        "a" * 65 + "@example.jp",
        "a@" + "b" * 64 + ".jp",
        "a@" + "窓" * 70 + ".jp",
        "a@" + "bc." * 90 + "jp",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    assert not rules.is_usable_address(address)
    with pytest.raises(rules.UnusableAddress) as refusal:
        rules.envelope_address(address)
    assert "hana" not in str(refusal.value)


@given(st.text(max_size=300))
def test_any_text_is_either_an_address_on_one_line_or_refused(text: str) -> None:
    if rules.is_usable_address(text):
        assert not rules.has_control(rules.envelope_address(text))
        assert " " not in rules.envelope_address(text)


@pytest.mark.parametrize(
    "subject", ["", "  ", "受付\n", "受付\r\nBcc: x@example.jp", "受付\u2028", "a\x00", "あ" * 201]
)
def test_a_subject_that_could_add_headers_is_refused(subject: str) -> None:
    with pytest.raises(rules.UnusableText):
        rules.check_subject(subject)


def test_a_japanese_subject_is_taken() -> None:
    rules.check_subject("【盛岡市】𠮷田様の申請を受け付けました")


def test_control_characters_that_were_pasted_into_a_body_vanish() -> None:
    assert rules.clean_body("\n一行目\x0b\r\n二行目\t表\x00 \r三行目\n\n") == "一行目\n二行目\t表\n三行目\n"


def test_a_body_without_a_letter_is_refused() -> None:
    with pytest.raises(rules.UnusableText):
        rules.clean_body("\x00\r\n ")
