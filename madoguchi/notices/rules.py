"""What may stand in a mail, and what an answer of a mail server means; plain values, no database."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

ADDRESS_LENGTH = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
LOCAL_LENGTH = 64
SUBJECT_LENGTH = 200

# RFC 5321 section 4.5.4.1: a sender goes on trying for four to five days.
TRY_FOR = timedelta(days=5)
LOOK_AFTER = timedelta(hours=1)
KEEP_TEXT = timedelta(days=90)

_ATOM = re.compile(r"[^\s()<>\[\]:;@\\,.\"]+")
_DOMAIN_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


class UnusableAddress(ValueError):
    """No mail can go to this address; the text never repeats it."""


class UnusableText(ValueError):
    """A subject or body that may not stand in a mail; the text never repeats it."""


def split_address(address: str) -> tuple[str, str]:
    """Local part and domain in ASCII. Raises `UnusableAddress`.

    Local parts that only Japanese carriers allowed (`a..b@`, `.a@`, `a.@`) are accepted: people still have them.
    """
    local, at, domain = address.rpartition("@")
    if not at or len(address) > ADDRESS_LENGTH or len(local.encode()) > LOCAL_LENGTH:
        raise UnusableAddress("not an address")
    if not any(local.split(".")) or not all(_ATOM.fullmatch(part) for part in local.split(".") if part):
        raise UnusableAddress("local part")
    if has_control(local):
        raise UnusableAddress("control character")
    return local, _ascii_domain(domain)


def _ascii_domain(domain: str) -> str:
    try:
        name = domain.encode("ascii").decode() if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        raise UnusableAddress("domain") from None
    labels = name.split(".")
    if (len(labels) < 2 and name != "localhost") or not all(_DOMAIN_LABEL.fullmatch(x) for x in labels):
        raise UnusableAddress("domain")
    return name.lower()


def is_usable_address(address: str) -> bool:
    """Whether `actions.send` takes this address; for the forms that ask for one."""
    try:
        split_address(address)
    except UnusableAddress:
        return False
    return True


def envelope_address(address: str) -> str:
    """The address as mail servers take it: domain in ASCII, local part quoted where RFC 5321 wants it."""
    local, domain = split_address(address)
    is_dot_atom = all(local.split("."))
    return f"{local}@{domain}" if is_dot_atom else f'"{local}"@{domain}'


def has_control(text: str) -> bool:
    """Whether a text holds a line break or any other control or separator that ends a header early."""
    return any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text)


def check_subject(subject: str) -> None:
    """Raise `UnusableText` for a subject that is empty, too long or could add headers of its own."""
    if not subject.strip() or len(subject) > SUBJECT_LENGTH or has_control(subject):
        raise UnusableText("subject")


def clean_body(body: str) -> str:
    """The body with line breaks as LF and without other control characters, which are pasted in by accident.

    Raises `UnusableText` when nothing is left.
    """
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cleaned = "\n".join(
        "".join(c for c in line if c == "\t" or not has_control(c)).rstrip() for line in lines
    )
    if not cleaned.strip():
        raise UnusableText("body")
    return cleaned.strip("\n") + "\n"
