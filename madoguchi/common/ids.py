"""Ids made before the database is asked, and secrets that only their holder knows."""

import base64
import hashlib
import hmac
import secrets
import uuid
from unicodedata import normalize

from django.conf import settings

from madoguchi.common import clock

# No 0/O, 1/I/L, 8/B: the code is read aloud on the telephone and copied from paper.
SECRET_ALPHABET = "2345679ACDEFGHJKMNPQRSTUVWXYZ"
# Told by its first characters: a later way of making digests can stand beside this one.
_DIGEST_MARK = "h1:"


def new_id() -> uuid.UUID:
    """A UUID that sorts by the time it was made (version 7, RFC 9562 section 5.7)."""
    return id_at(clock.epoch_milliseconds(), secrets.randbits(80))


def id_at(milliseconds: int, chance: int) -> uuid.UUID:
    """The id of a moment (milliseconds since 1970) and 80 bits of chance; the demo makes its own chance."""
    value = milliseconds << 80 | chance
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def new_secret(characters: int = 12) -> str:
    """A secret of `characters` letters and digits without look-alikes (12 carry 58 bits)."""
    return "".join(secrets.choice(SECRET_ALPHABET) for _ in range(characters))


def new_token() -> str:
    """A secret for machines: 192 bits, safe in a cookie or a header."""
    return secrets.token_urlsafe(24)


def token_digest(token: str) -> str:
    """What is stored in place of a `new_token`: its SHA-256; 192 bits of chance cannot be tried out."""
    return hashlib.sha256(token.encode()).hexdigest()


def secret_digest(secret: str) -> str:
    """What is stored in place of a secret: its HMAC-SHA-256 under a key made from SECRET_KEY.

    A secret that people type is short: whoever has the database alone must not be able to try them all.
    """
    return _digest_under(settings.SECRET_KEY, secret)


def secret_digests(secret: str) -> list[str]:
    """The digest under each key that counts, the current one first: what may be stored for this secret."""
    return [_digest_under(key, secret) for key in secret_keys()]


def is_secret(secret: str, digest: str) -> bool:
    """Whether `secret` is the one behind `digest`, in a time that tells nothing; also under a replaced key."""
    return any(hmac.compare_digest(made, digest) for made in secret_digests(secret))


def secret_keys() -> tuple[str, ...]:
    """SECRET_KEY and those it replaced, the current one first."""
    return (settings.SECRET_KEY, *(str(key) for key in settings.SECRET_KEY_FALLBACKS))


def _digest_under(secret_key: str, secret: str) -> str:
    key = hmac.digest(secret_key.encode(), b"madoguchi secret digest 1", "sha256")
    made = base64.urlsafe_b64encode(hmac.digest(key, secret.encode(), "sha256"))
    return _DIGEST_MARK + made.decode().rstrip("=")


def normalise_secret(typed: str) -> str:
    """A typed secret with what people add or change taken out: spaces, hyphens (also ー), case, full width."""
    return "".join(c for c in normalize("NFKC", typed).upper() if c.isalnum() and c != "ー")


def grouped(secret: str) -> str:
    """A secret in groups of four, as it is printed."""
    return "-".join(secret[i : i + 4] for i in range(0, len(secret), 4))
