"""Letters as internet messages: what is written can be read back by any mail program."""

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.notices import rules
from madoguchi.notices.channels import mime
from madoguchi.notices.channels.contract import BadChannel
from madoguchi.notices.tests.factories import LetterFactory

LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=300)


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def body_of(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


@given(subject=LINES.map(lambda s: s.strip()[:200].strip()).filter(bool))
def test_any_subject_reads_back_as_it_was(subject: str) -> None:
    content = mime.as_bytes(LetterFactory(subject=subject))

    assert read(content)["Subject"] == subject
    assert all(len(line) <= 78 for line in content.split(b"\r\n"))
    assert content.isascii()


@given(body=st.lists(LINES).map("\n".join).filter(lambda b: bool(b.strip())))
def test_any_body_reads_back_as_it_was(body: str) -> None:
    cleaned = rules.clean_body(body)

    content = mime.as_bytes(LetterFactory(body=cleaned))

    assert body_of(read(content)) == cleaned
    assert content.isascii()
    assert all(len(line) <= mime.LINE_OCTETS for line in content.split(b"\r\n"))


def test_a_very_long_line_is_carried_whole() -> None:
    body = "https://city.example.jp/" + "a" * 5000 + "\n" + "𠮷" * 2000 + "\n"

    assert body_of(read(mime.as_bytes(LetterFactory(body=body)))) == body


def test_the_headers_say_who_when_and_that_a_machine_wrote_it() -> None:
    message = read(mime.as_bytes(LetterFactory(language="ja-easy", message_id="<1@city.example.jp>")))

    assert message["From"] == "盛岡市 窓口 <noreply@city.example.jp>"
    assert message["Message-ID"] == "<1@city.example.jp>"
    assert message["Date"] == "Mon, 23 Nov 2026 15:04:00 +0900"
    assert message["Content-Language"] == "ja"
    assert message["Auto-Submitted"] == "auto-generated"


def test_an_english_subject_stays_readable_on_the_wire() -> None:
    assert b"\r\nSubject: We have received your application\r\n" in mime.as_bytes(
        LetterFactory(subject="We have received your application", body="Thank you.\n")
    )


def test_an_address_with_two_dots_is_quoted_in_the_header() -> None:
    assert b'\r\nTo: "a..b"@docomo.ne.jp\r\n' in mime.as_bytes(LetterFactory(to="a..b@docomo.ne.jp"))


@pytest.mark.parametrize(
    "sender", ["", "窓口", "窓口 <noreply>", "a@example.jp\nBcc: b@example.jp", "花子@example.jp"]
)
def test_a_sender_that_is_no_address_is_a_fault_of_the_settings(sender: str) -> None:
    with pytest.raises(BadChannel, match="EMAIL_FROM"):
        mime.sender_of(sender)
