"""Secrets that must be readable again (one-time-code seeds), encrypted at rest with a key made from SECRET_KEY."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str) -> str:
    """`text` encrypted and authenticated (Fernet)."""
    return _box(_keys()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What `seal` was given; also under a SECRET_KEY that was replaced and is listed as a fallback."""
    return _box(_keys()).decrypt(sealed.encode()).decode()


def keyed_digest(text: str) -> str:
    """A digest of something guessable (a log-in, an address) that tells nothing without SECRET_KEY."""
    key = f"madoguchi identity digest 1:{settings.SECRET_KEY}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _keys() -> tuple[str, ...]:
    return tuple(str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@functools.lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"madoguchi identity sealing 1")
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))
