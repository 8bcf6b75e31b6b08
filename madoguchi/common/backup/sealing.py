"""A stream sealed with a passphrase: read only by who knows it, and only if not a byte was changed or lost.

AES-256-GCM in pieces whose nonce counts them and marks the last one (the STREAM construction of Hoang and others,
2015), so that pieces cannot be exchanged, repeated or cut off. The key comes from the passphrase by scrypt (RFC 7914).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import BinaryIO
from unicodedata import normalize

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"MADOGUCHI BACKUP 1\n"
PIECE_BYTES = 1024 * 1024
TAG_BYTES = 16
SALT_BYTES = 16
CHECK_BYTES = 32
# 2**17 with r=8 asks 128 MiB and a third of a second for each guess.
COST = 17
_COSTS = range(14, 21)
PASSPHRASE_LENGTH = 16


class BadArchive(Exception):
    """The archive cannot be used; the text says why."""


class WrongPassphrase(BadArchive):
    """The archive is sound so far, but this passphrase does not open it."""


class WeakPassphrase(ValueError):
    """The passphrase is missing or too short."""


def check_passphrase(passphrase: str) -> None:
    """Raise `WeakPassphrase` for one that could be guessed by a machine."""
    if len(passphrase) < PASSPHRASE_LENGTH:
        raise WeakPassphrase(f"BACKUP_PASSPHRASE must have at least {PASSPHRASE_LENGTH} characters.")


class SealedWriter:
    """Writes a sealed stream; without `close` it stays without an end and no reader accepts it."""

    def __init__(self, target: BinaryIO, passphrase: str, *, cost: int = COST) -> None:
        check_passphrase(passphrase)
        start = MAGIC + bytes([cost]) + os.urandom(SALT_BYTES)
        key, check_key = _keys(passphrase, start)
        self._header = start + hmac.digest(check_key, start, "sha256")
        self._target = target
        self._cipher = AESGCM(key)
        self._waiting = bytearray()
        self._number = 0
        target.write(self._header + hashlib.sha256(self._header).digest())

    def write(self, data: bytes) -> int:
        """Take the data; it is on its way when enough has come together."""
        self._waiting += data
        while len(self._waiting) > PIECE_BYTES:  # what may be the last piece is held back
            self._seal(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]
        return len(data)

    def close(self) -> None:
        """Write the last piece and its mark."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, self._header))
        self._number += 1


class SealedReader:
    """Reads a sealed stream. Everything it returns is authentic; only the end says that it was whole."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        head = source.read(len(MAGIC) + 1 + SALT_BYTES + CHECK_BYTES)
        if not head.startswith(MAGIC):
            raise BadArchive("This is not a backup of Madoguchi.")
        if source.read(hashlib.sha256().digest_size) != hashlib.sha256(head).digest():
            raise BadArchive("The backup is damaged at its beginning.")
        start, check = head[:-CHECK_BYTES], head[-CHECK_BYTES:]
        if start[len(MAGIC)] not in _COSTS:
            raise BadArchive("The backup asks for a key this version does not make.")
        key, check_key = _keys(passphrase, start)
        if not hmac.compare_digest(hmac.digest(check_key, start, "sha256"), check):
            raise WrongPassphrase("The passphrase does not fit this backup.")
        self._header = head
        self._source = source
        self._cipher = AESGCM(key)
        self._number = 0
        self._opened = b""
        self._position = 0
        self._next = source.read(PIECE_BYTES + TAG_BYTES)
        self._ended = False

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, none only at the true end. Raises `BadArchive`."""
        parts: list[bytes] = []
        while size > 0:
            if self._position == len(self._opened):
                if self._ended:
                    break
                self._open_next()
                continue
            part = self._opened[self._position : self._position + size]
            self._position += len(part)
            size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def _open_next(self) -> None:
        sealed, self._next = self._next, self._source.read(PIECE_BYTES + TAG_BYTES)
        self._ended = not self._next
        try:
            self._opened = self._cipher.decrypt(_nonce(self._number, last=self._ended), sealed, self._header)
        except (InvalidTag, ValueError):
            raise BadArchive(self._what_is_wrong(sealed)) from None
        self._position = 0
        self._number += 1

    def _what_is_wrong(self, sealed: bytes) -> str:
        try:
            self._cipher.decrypt(_nonce(self._number, last=not self._ended), sealed, self._header)
        except (InvalidTag, ValueError):
            is_short = self._ended and len(sealed) < PIECE_BYTES + TAG_BYTES
            return "The backup is damaged or cut off." if is_short else "The backup is damaged."
        return "The backup has no end: it was cut off while it was written or copied."


def _keys(passphrase: str, start: bytes) -> tuple[bytes, bytes]:
    """The key of the pieces, and one that only proves the passphrase (AES-GCM alone does not commit to a key)."""
    cost, salt = start[len(MAGIC)], start[-SALT_BYTES:]
    made = Scrypt(salt=salt, length=64, n=2**cost, r=8, p=1).derive(normalize("NFC", passphrase).encode())
    return made[:32], made[32:]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
