"""The one way in for a file: counted, recognised, scanned, made harmless, and only then kept."""

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, cast

from madoguchi.common.files.isolation import run_isolated
from madoguchi.common.files.names import clean_name
from madoguchi.common.files.refusals import Refusal, Refused
from madoguchi.common.files.scanning import Finding, Scanner
from madoguchi.common.files.sniffing import HEAD_BYTES, Kind, sniff
from madoguchi.common.files.store import CHUNK_BYTES, Store, StoredObject, chunks_of, storage_errors


class Readable(Protocol):
    """What a file comes from: an upload of Django, an open file, a socket."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""


@dataclass(frozen=True)
class Limits:
    """What one file may be; the figures are told to people before they send it (see `messages.promise`)."""

    max_bytes: int = 10 * 1024 * 1024
    max_pixels: int = 50_000_000
    max_side: int = 4096  # a photo of 12 million pixels (4032 × 3024) keeps them all
    max_pages: int = 100


@dataclass(frozen=True)
class Accepted:
    """A file that is in the store: what it is now, and the digest of what was sent."""

    digest: str
    name: str
    media_type: str
    size: int
    pages: int
    original_digest: str
    original_size: int
    scanned: bool


def take_in(
    name: str,
    stream: Readable,
    *,
    accept: Iterable[str] = ("image", "pdf"),
    limits: Limits = Limits(),
    store: Store,
    scanner: Scanner,
) -> Accepted:
    """Keep a file durably, or raise `Refused` with the reason or `StorageError` where the store failed."""
    with _temporary() as received, _temporary() as made:
        original = _receive(stream, received, limits.max_bytes)
        kind = _recognise(received, name, tuple(accept))
        scanned = _scan(received, scanner)
        report = _make_harmless(kind, received, made, limits)
        content = made if kind.family == "image" else received
        content.seek(0)
        stored = store.put(chunks_of(content))
    media_type = str(report["media_type"])
    return Accepted(
        digest=stored.digest,
        name=clean_name(name, media_type),
        media_type=media_type,
        size=stored.size,
        pages=int(report.get("pages", 1)),
        original_digest=original.digest,
        original_size=original.size,
        scanned=scanned,
    )


def _temporary() -> BinaryIO:
    """A file without a name: gone with this process, whatever happens to it."""
    with storage_errors():
        return cast(BinaryIO, tempfile.TemporaryFile())


def _receive(stream: Readable, received: BinaryIO, max_bytes: int) -> StoredObject:
    """Copy the upload, counting what really comes and not what was announced."""
    sha256, size = hashlib.sha256(), 0
    while chunk := _next(stream):
        size += len(chunk)
        if size > max_bytes:
            raise Refused(Refusal.TOO_LARGE, most=max_bytes)
        sha256.update(chunk)
        with storage_errors():
            received.write(chunk)
    with storage_errors():
        received.flush()
    return StoredObject(sha256.hexdigest(), size)


def _next(stream: Readable) -> bytes:
    try:
        return stream.read(CHUNK_BYTES)
    except (OSError, EOFError) as error:
        raise Refused(Refusal.INTERRUPTED) from error


def _recognise(received: BinaryIO, name: str, accept: tuple[str, ...]) -> Kind:
    received.seek(0)
    kind = sniff(received.read(HEAD_BYTES), name)
    if kind.family not in accept:
        raise Refused(Refusal.TYPE_NOT_ACCEPTED, family=kind.family)
    return kind


def _scan(received: BinaryIO, scanner: Scanner) -> bool:
    """Whether a scanner looked and found nothing; a scanner that is set up but silent lets nothing through."""
    received.seek(0)
    verdict = scanner.scan(received)
    if verdict.finding is Finding.INFECTED:
        raise Refused(Refusal.INFECTED, virus=verdict.detail)
    if verdict.finding is Finding.UNAVAILABLE:
        raise Refused(Refusal.SCAN_UNAVAILABLE, reason=verdict.detail)
    return verdict.finding is Finding.CLEAN


def _make_harmless(kind: Kind, received: BinaryIO, made: BinaryIO, limits: Limits) -> dict[str, Any]:
    if kind.family == "pdf":
        return run_isolated("pdf", received, made, {"max_pages": limits.max_pages})
    return run_isolated(
        "image",
        received,
        made,
        {
            "decoder": kind.decoder,
            "max_pixels": limits.max_pixels,
            "max_side": limits.max_side,
            "max_bytes": limits.max_bytes,
        },
    )
