"""Secrets in mails: sealed as long as the mail may still go out, gone once it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cryptography.fernet import InvalidToken
from django.utils.translation import gettext as _

from madoguchi.identity import sealing

# Control characters: `rules.clean_body` takes them out of everything that anybody wrote.
_BEGIN, _END = "\x02", "\x03"
_SEALED = re.compile(f"{_BEGIN}([^{_END}]*){_END}")


class CannotBeOpened(Exception):
    """The key that sealed this secret counts no more."""


def hidden(body: str, secrets: Iterable[str]) -> str:
    """The body as it is stored: each secret in it sealed, so that database and backups do not hold it in clear."""
    for secret in secrets:
        if secret:
            body = body.replace(secret, f"{_BEGIN}{sealing.seal(secret)}{_END}")
    return body


def shown(body: str) -> str:
    """The body as it goes out. Raises `CannotBeOpened`."""
    try:
        return _SEALED.sub(lambda found: sealing.unseal(found[1]), body)
    except InvalidToken:
        raise CannotBeOpened from None


def blanked(body: str) -> str:
    """The body without its secrets, for good."""
    return _SEALED.sub(_("（表示しません）"), body)
