"""A letter as an internet message (RFC 5322, 2045 to 2047): plain text, UTF-8, safe for old servers.

Written out here because `email.message` loses spaces when it folds long Japanese headers (gh-92081).
"""

from __future__ import annotations

import re
from base64 import encodebytes
from email.header import Header
from email.utils import format_datetime, parseaddr

from madoguchi.common.clock import TOKYO
from madoguchi.notices import rules
from madoguchi.notices.channels.contract import BadChannel, Letter

LINE_OCTETS = 998  # RFC 5322 section 2.1.1
_PLAIN_HEADER = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,58}[\x21-\x7e])?")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9 ]{0,58}[A-Za-z0-9])?")


def sender_of(text: str) -> tuple[str, str]:
    """Display name and address of `窓口 <noreply@city.example.jp>`. Raises `BadChannel`."""
    name, address = parseaddr(text)
    if rules.has_control(text) or not rules.is_usable_address(address) or not address.isascii():
        raise BadChannel("EMAIL_FROM must be like 窓口 <noreply@city.example.jp>")
    return name, address


def as_bytes(letter: Letter) -> bytes:
    """The message to send, with CRLF; the same letter always gives the same message."""
    name, address = sender_of(letter.sender)
    headers = [
        ("Message-ID", letter.message_id),
        ("Date", format_datetime(letter.written_at.astimezone(TOKYO))),
        ("From", f"{_encoded(name, _PLAIN_NAME, 'From')} <{address}>" if name else address),
        ("To", rules.envelope_address(letter.to)),
        ("Subject", _encoded(letter.subject, _PLAIN_HEADER, "Subject")),
        ("Content-Language", letter.language.split("-")[0]),
        # RFC 3834: nobody's absence notice should come back.
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
    ]
    body = letter.body.replace("\n", "\r\n").encode()
    if body.isascii() and all(len(line) <= LINE_OCTETS for line in body.split(b"\r\n")):
        headers.append(("Content-Transfer-Encoding", "7bit"))
    else:
        headers.append(("Content-Transfer-Encoding", "base64"))
        body = encodebytes(body).replace(b"\n", b"\r\n")
    head = "".join(f"{field}: {value}\r\n" for field, value in headers)
    return head.encode() + b"\r\n" + body


def _encoded(text: str, plain: re.Pattern[str], field: str) -> str:
    """The text as it stands when it is simple, else as encoded words (RFC 2047), folded."""
    if plain.fullmatch(text) and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=field).encode(linesep="\r\n")
