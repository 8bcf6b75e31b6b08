"""Ids made before the database is asked, and secrets that only their holder knows."""

import hashlib
import hmac
import secrets
import uuid
from unicodedata import normalize

from madoguchi.common import clock

# No 0/O, 1/I/L, 8/B: the code is read aloud on the telephone and copied from paper.
SECRET_ALPHABET = "2345679ACDEFGHJKMNPQRSTUVWXYZ"


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


def secret_digest(secret: str) -> str:
    """What is stored in place of a secret: its SHA-256 (the secrets carry enough chance for a fast hash)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(secret: str, digest: str) -> bool:
    """Whether `secret` is the one behind `digest`, in a time that tells nothing."""
    return hmac.compare_digest(secret_digest(secret), digest)


def normalise_secret(typed: str) -> str:
    """A typed secret with what people add or change taken out: spaces, hyphens (also ー), case, full width."""
    return "".join(c for c in normalize("NFKC", typed).upper() if c.isalnum() and c != "ー")


def grouped(secret: str) -> str:
    """A secret in groups of four, as it is printed."""
    return "-".join(secret[i : i + 4] for i in range(0, len(secret), 4))
