"""The secret that goes with a receipt number: made from the id, so that it can be printed again, never stored."""

from __future__ import annotations

import hashlib
import hmac
import uuid

from django.conf import settings

from madoguchi.applications.models import Application
from madoguchi.common.ids import SECRET_ALPHABET, grouped, is_secret, secret_keys

LENGTH = 8


def receipt_secret(application_id: uuid.UUID) -> str:
    """The secret for a new receipt: 8 characters; only its digest lies in the database."""
    return _secret_under(settings.SECRET_KEY, application_id)


def secret_of(application: Application) -> str:
    """The secret that was handed out with this receipt, in groups as it is printed.

    It is made with the key of that day; empty when that key no longer counts: then only the receipt itself tells.
    """
    for secret_key in secret_keys():
        secret = _secret_under(secret_key, application.id)
        if is_secret(secret, application.secret_digest):
            return grouped(secret)
    return ""


def _secret_under(secret_key: str, application_id: uuid.UUID) -> str:
    key = f"receipt-secret:{secret_key}".encode()
    digest = hmac.new(key, application_id.bytes, hashlib.sha256).digest()
    number = int.from_bytes(digest[:16])
    characters = []
    for _ in range(LENGTH):
        number, index = divmod(number, len(SECRET_ALPHABET))
        characters.append(SECRET_ALPHABET[index])
    return "".join(characters)
