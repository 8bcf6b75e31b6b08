"""What every file store promises: content under its SHA-256, durable before `put` returns."""

import errno
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

CHUNK_BYTES = 256 * 1024
DIGEST = re.compile(r"[0-9a-f]{64}")
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StorageError(Exception):
    """The store could not do what was asked; nothing may be acknowledged."""


class StorageFull(StorageError):
    """There is no room left for the content."""


class StorageUnavailable(StorageError):
    """The store cannot be reached, or refuses to read or write."""


class NotStored(StorageError):
    """The store holds nothing under this digest."""


@dataclass(frozen=True)
class StoredObject:
    """Content that is in the store for good: its SHA-256 in hex and its length in bytes."""

    digest: str
    size: int


@dataclass(frozen=True)
class Entry:
    """One line of the store's own list; `stored_at` is renewed whenever the same content is put again."""

    digest: str
    size: int
    stored_at: datetime


class Store(Protocol):
    """A content-addressed store; two writers of the same content never harm each other."""

    def put(self, content: bytes | Iterable[bytes]) -> StoredObject:
        """Keep the content; when this returns, it survives a power cut."""

    def open(self, digest: str) -> BinaryIO:
        """A readable, seekable stream with a file descriptor; raises `NotStored`."""

    def exists(self, digest: str) -> bool:
        """Whether content is held under this digest."""

    def delete(self, digest: str) -> None:
        """Remove the content; harmless when it is gone already."""

    def delete_unless_put_since(self, digest: str, moment: datetime) -> None:
        """Remove the content unless somebody has put it in at `moment` or later, even while this looks."""

    def verify(self, digest: str) -> bool:
        """Read everything back and say whether it still has this digest; raises `NotStored`."""

    def entries(self) -> Iterator[Entry]:
        """Everything held, in no order: for backup and for removing what nobody refers to any more."""

    def check(self) -> None:
        """Return when the store can take content now, raise `StorageError` otherwise."""


def pieces(content: bytes | Iterable[bytes]) -> Iterable[bytes]:
    """The content as something to loop over (looping over `bytes` itself would give numbers)."""
    return (content,) if isinstance(content, bytes) else content


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """The rest of a stream in pieces of bounded size."""
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def checked(digest: str) -> str:
    """The digest itself if it is one; anything else never becomes part of a path."""
    if not DIGEST.fullmatch(digest):
        raise NotStored("not a digest")
    return digest


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn the operating system's errors into the store's own, without paths in their texts."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull("no room left") from error
        raise StorageUnavailable(errno.errorcode.get(error.errno or 0, "input/output error")) from error
