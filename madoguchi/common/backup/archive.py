"""What stands in an archive, in this order: what it is, all rows, all files, and a list to compare with.

The members are a tar stream inside the sealed stream; `manifest.json` at the end is proof that all was written.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, BinaryIO, cast

from madoguchi.common.backup.records import Table, applied_migrations, one_moment, rows_of, tables
from madoguchi.common.backup.sealing import BadArchive, SealedReader, SealedWriter
from madoguchi.common.files.store import NotStored, Store

FORMAT = 1
BUFFER_BYTES = 256 * 1024


@dataclass(slots=True)
class Summary:
    """What an archive holds."""

    written_at: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    file_bytes: int = 0
    damaged: list[str] = field(default_factory=list)
    altered: int = 0

    def as_manifest(self, members: dict[str, str]) -> dict[str, Any]:
        """The list at the end of an archive; a file's digest is its name."""
        return {
            "members": members,
            "rows": self.rows,
            "files": self.files,
            "file_bytes": self.file_bytes,
            "damaged": self.damaged,
        }

    def __str__(self) -> str:
        rows = sum(self.rows.values())
        return f"{rows:,} rows in {len(self.rows)} tables, {self.files:,} files ({self.file_bytes:,} bytes)"


@dataclass(frozen=True, slots=True)
class City:
    """The first member: how the rows that follow are to be read."""

    written_at: str
    migrations: dict[str, list[str]]
    tables: dict[str, Table]


# --- writing -----------------------------------------------------------------------------------------


def write(
    target: BinaryIO, passphrase: str, *, store: Store, using: str, now: datetime, cost: int
) -> Summary:
    """Write the whole city to `target`; what is cut off on the way is no archive."""
    sealed = SealedWriter(target, passphrase, cost=cost)
    summary = Summary(written_at=now.isoformat())
    digests: dict[str, str] = {}
    with tarfile.open(
        fileobj=cast(BinaryIO, sealed), mode="w|", bufsize=BUFFER_BYTES, format=tarfile.PAX_FORMAT
    ) as tar:
        with one_moment(using):
            _add(tar, digests, "city.json", _as_json(_city(using, now)))
            for table in tables():
                summary.rows[table.model] = 0
                for number, (count, lines) in enumerate(rows_of(table, using)):
                    name = f"tables/{table.model}/{number:06}.jsonl.gz"
                    _add(tar, digests, name, gzip.compress(lines, 5, mtime=0))
                    summary.rows[table.model] += count
        # Files are never changed: all that the rows name are still there, whatever was added since.
        for entry in store.entries():
            _add_file(tar, store, entry.digest, summary)
        _add(tar, digests, "manifest.json", _as_json(summary.as_manifest(digests)))
    sealed.close()
    return summary


def _city(using: str, now: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "written_at": now.isoformat(),
        "migrations": applied_migrations(using),
        "tables": [{"model": t.model, "fields": t.fields} for t in tables()],
    }


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _add(tar: tarfile.TarFile, digests: dict[str, str], name: str, content: bytes) -> None:
    digests[name] = hashlib.sha256(content).hexdigest()
    _add_member(tar, name, io.BytesIO(content), len(content))


def _add_member(tar: tarfile.TarFile, name: str, content: BinaryIO, size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    tar.addfile(member, content)
    _forget_members(tar)


def _forget_members(tar: tarfile.TarFile) -> None:
    """tarfile remembers every member; a city has a million."""
    tar.members.clear()  # type: ignore[attr-defined]


def _add_file(tar: tarfile.TarFile, store: Store, digest: str, summary: Summary) -> None:
    try:
        content = store.open(digest)
    except NotStored:  # removed since it was listed
        return
    with content:
        size = content.seek(0, io.SEEK_END)
        content.seek(0)
        read = _Digesting(content)
        _add_member(tar, f"files/{digest}", cast(BinaryIO, read), size)
    if read.sha256.hexdigest() != digest:
        summary.damaged.append(digest)
    summary.files += 1
    summary.file_bytes += size


class _Digesting:
    """Takes the digest of what is read through it."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._content.read(size)
        self.sha256.update(data)
        return data


# --- reading -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rows:
    """A chunk of rows of one table, one JSON array a line."""

    table: Table
    lines: bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of the store; its content can be read until the next part."""

    digest: str
    content: Iterator[bytes]


class Reading:
    """An archive being read in its order; every member is compared with the manifest at the end."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        self._sealed = SealedReader(source, passphrase)
        # It holds no file of its own: the source is the caller's.
        self._tar = tarfile.open(fileobj=cast(BinaryIO, self._sealed), mode="r|", bufsize=BUFFER_BYTES)  # noqa: SIM115
        self._digests: dict[str, str] = {}
        self._members = self._open_members()
        self.summary = Summary()
        self.city = self._read_city()

    def _open_members(self) -> Iterator[tuple[str, IO[bytes]]]:
        for member in self._tar:
            content = self._tar.extractfile(member)
            _forget_members(self._tar)
            if content is None:
                raise BadArchive(f"The backup holds something unknown: {member.name}")
            yield member.name, content

    def _read_city(self) -> City:
        name, content = next(self._members, ("", io.BytesIO()))
        raw = json.loads(self._taken(name, content)) if name == "city.json" else {}
        if raw.get("format") != FORMAT:
            raise BadArchive("The backup was written in a form this version does not read.")
        found = {t["model"]: Table(t["model"], tuple(t["fields"])) for t in raw["tables"]}
        self.summary.written_at = raw["written_at"]
        self.summary.rows = dict.fromkeys(found, 0)
        return City(raw["written_at"], raw["migrations"], found)

    def _taken(self, name: str, content: IO[bytes]) -> bytes:
        data = content.read()
        self._digests[name] = hashlib.sha256(data).hexdigest()
        return data

    def parts(self) -> Iterator[Rows | StoredFile]:
        """All rows, then all files.

        Raises `BadArchive` at whatever differs from what was written, at the latest at the end.
        """
        for name, content in self._members:
            kind, _, rest = name.partition("/")
            if kind == "tables":
                table = self.city.tables[rest.partition("/")[0]]
                lines = gzip.decompress(self._taken(name, content))
                self.summary.rows[table.model] += lines.count(b"\n")
                yield Rows(table, lines)
            elif kind == "files":
                chunks = self._content_of_file(rest, content)
                yield StoredFile(rest, chunks)
                for _ in chunks:  # what nobody wanted to have is checked all the same
                    pass
            elif name == "manifest.json":
                self._compare(json.loads(content.read()))
                self._expect_end()
                return
            else:
                raise BadArchive(f"The backup holds something unknown: {name}")
        raise BadArchive("The backup has no list of what it holds.")

    def _content_of_file(self, digest: str, content: IO[bytes]) -> Iterator[bytes]:
        sha256 = hashlib.sha256()
        while chunk := content.read(BUFFER_BYTES):
            sha256.update(chunk)
            self.summary.file_bytes += len(chunk)
            yield chunk
        self.summary.files += 1
        if sha256.hexdigest() != digest:
            self.summary.damaged.append(digest)

    def _compare(self, manifest: dict[str, Any]) -> None:
        for what, value in self.summary.as_manifest(self._digests).items():
            if manifest[what] != value:
                raise BadArchive(f"The backup does not hold what its list says ({what}).")

    def _expect_end(self) -> None:
        if next(self._members, None) is not None:
            raise BadArchive("The backup goes on after its end.")
        while self._sealed.read(BUFFER_BYTES):  # the padding, up to the mark of the last piece
            pass


def verify(source: BinaryIO, passphrase: str) -> Summary:
    """Read an archive from beginning to end and say what it holds. Raises `WrongPassphrase`, `BadArchive`."""
    archive = Reading(source, passphrase)
    for _ in archive.parts():
        pass
    return archive.summary
