"""The secret that goes with a receipt number: made from the id, so that it can be printed again, never stored."""

from __future__ import annotations

import hashlib
import hmac
import uuid

from django.conf import settings

from madoguchi.common.ids import SECRET_ALPHABET

LENGTH = 8


def receipt_secret(application_id: uuid.UUID) -> str:
    """The secret of this receipt: 8 characters; only its digest lies in the database."""
    key = f"receipt-secret:{settings.SECRET_KEY}".encode()
    digest = hmac.new(key, application_id.bytes, hashlib.sha256).digest()
    number = int.from_bytes(digest[:16])
    characters = []
    for _ in range(LENGTH):
        number, index = divmod(number, len(SECRET_ALPHABET))
        characters.append(SECRET_ALPHABET[index])
    return "".join(characters)
