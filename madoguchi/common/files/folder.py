"""A store in a folder of this machine (or of a network disk that keeps `fsync`, `rename` and `flock`)."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from madoguchi.common.files.store import (
    Entry,
    NotStored,
    StorageUnavailable,
    StoredObject,
    checked,
    pieces,
    storage_errors,
)

ABANDONED_AFTER_SECONDS = 24 * 60 * 60


class FolderStore:
    """`objects/ab/abcd…` for content, `incoming/` for what is still being written, `lock` for whoever deletes."""

    def __init__(self, root: Path) -> None:
        self.objects = root / "objects"
        self.incoming = root / "incoming"
        self.lock = root / "lock"

    def put(self, content: bytes | Iterable[bytes]) -> StoredObject:
        """Keep the content; file and folder are synced before this returns."""
        with storage_errors():
            self._prepare()
            descriptor, name = tempfile.mkstemp(dir=self.incoming)
            incoming = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    stored = _write(file, content)
                with self._locked(fcntl.LOCK_SH):
                    self._settle(incoming, stored.digest)
            finally:
                incoming.unlink(missing_ok=True)
        return stored

    def open(self, digest: str) -> BinaryIO:
        """The content as a file."""
        path = self._found(digest)
        with storage_errors():
            return path.open("rb")

    def exists(self, digest: str) -> bool:
        """Whether content is held under this digest."""
        return self._path(digest).is_file()

    def delete(self, digest: str) -> None:
        """Remove the content; harmless when it is gone already."""
        path = self._path(digest)
        with storage_errors():
            if path.exists():
                with self._locked(fcntl.LOCK_EX):
                    _remove(path)

    def delete_unless_put_since(self, digest: str, moment: datetime) -> None:
        """Remove the content unless it was put in at `moment` or later: nobody can put it in while this looks."""
        path = self._path(digest)
        with storage_errors(), suppress(FileNotFoundError), self._locked(fcntl.LOCK_EX):
            if path.stat().st_mtime < moment.timestamp():
                _remove(path)

    def verify(self, digest: str) -> bool:
        """Read everything back and say whether it still has this digest."""
        path = self._found(digest)
        with storage_errors():
            return _digest_of(path) == digest

    def entries(self) -> Iterator[Entry]:
        """Everything held, in no order."""
        with storage_errors():
            for path in self.objects.glob("??/" + "?" * 64):
                with suppress(FileNotFoundError):
                    status = path.stat()
                    yield Entry(path.name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def check(self) -> None:
        """Return when a file can be written here now."""
        with storage_errors():
            self._prepare()
            with tempfile.TemporaryFile(dir=self.incoming) as file:
                file.write(b"\0" * 4096)

    def remove_abandoned(self, now: datetime) -> int:
        """Remove what writers killed in the middle left behind; says how many files that were."""
        removed = 0
        with storage_errors():
            for path in self.incoming.glob("*"):
                with suppress(FileNotFoundError):
                    if now.timestamp() - path.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                        path.unlink()
                        removed += 1
        return removed

    def _path(self, digest: str) -> Path:
        return self.objects / checked(digest)[:2] / digest

    def _found(self, digest: str) -> Path:
        path = self._path(digest)
        if not path.is_file():
            raise NotStored("no such content")
        return path

    def _prepare(self) -> None:
        for folder in (self.objects, self.incoming):
            _make_folder(folder)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Keep those who give names (together) and those who delete (alone) apart, in all processes."""
        with self.lock.open("ab") as lock:
            fcntl.flock(lock, how)
            yield

    def _settle(self, incoming: Path, digest: str) -> None:
        """Give the written file its lasting name; content that is there and sound already stays as it is."""
        path = self._path(digest)
        _make_folder(path.parent)
        if path.exists() and _digest_of(path) == digest:
            # Renewed, so that whoever removes old content without an owner leaves it alone for a while.
            os.utime(path)
        else:
            incoming.replace(path)
        # Also for content that was there: another writer may have renamed it and not synced yet.
        _sync_folder(path.parent)


def open_folder(url: str) -> FolderStore:
    """A store for `file:///absolute/folder`."""
    path = Path(unquote(urlsplit(url).path))
    if urlsplit(url).netloc or not path.is_absolute():
        raise StorageUnavailable("FILES_URL needs an absolute folder: file:///srv/madoguchi/files")
    return FolderStore(path)


def _write(file: BinaryIO, content: bytes | Iterable[bytes]) -> StoredObject:
    sha256, size = hashlib.sha256(), 0
    for piece in pieces(content):
        sha256.update(piece)
        size += file.write(piece)
    file.flush()
    os.fsync(file.fileno())
    return StoredObject(sha256.hexdigest(), size)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_folder(folder: Path) -> None:
    """Make the folder and what is missing above it, each made known to its parent for good."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
