"""A city from an archive: nothing is touched before the whole archive has been read and found sound."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, transaction

from madoguchi.common import clock
from madoguchi.common.backup.archive import Reading, Rows, Summary, verify
from madoguchi.common.backup.records import Loading, is_empty, without_foreign_keys
from madoguchi.common.backup.sealing import BadArchive
from madoguchi.common.files.store import Store
from madoguchi.common.models import WorkerPulse

WORKER_SECONDS = 30


class NotEmpty(Exception):
    """The city holds something that would be lost."""


class StillRunning(Exception):
    """A worker of this city was alive a moment ago."""


def restore(path: Path, passphrase: str, *, store: Store, using: str, replace: bool) -> Summary:
    """Make the city what the archive holds: all rows in one transaction, files before it ends.

    Raises `WrongPassphrase` or `BadArchive` before anything is touched, `NotEmpty` unless `replace`, and
    `StillRunning`. When it fails on the way, the city is as it was.
    """
    with path.open("rb") as source:
        verify(source, passphrase)
    if not replace and not is_empty(using):
        raise NotEmpty
    if _worker_lives(using):
        raise StillRunning
    new_files: list[str] = []
    try:
        with path.open("rb") as source:
            kept = _load(Reading(source, passphrase), store, using, new_files)
    except BaseException:
        for digest in new_files:
            store.delete(digest)
        raise
    if replace:
        _remove_other_files(store, kept.digests)
    return kept.summary


class _Kept:
    """What a restored city holds."""

    def __init__(self, summary: Summary) -> None:
        self.summary = summary
        self.digests: set[str] = set()


def _load(archive: Reading, store: Store, using: str, new_files: list[str]) -> _Kept:
    kept = _Kept(archive.summary)
    # One transaction for a whole database, before anybody is served: not what the write kernel is for.
    with without_foreign_keys(using), transaction.atomic(using=using):  # noqa: TID251
        loading = Loading(archive.city.migrations, using)
        for part in archive.parts():
            if isinstance(part, Rows):
                loading.insert(part.table, part.lines)
                continue
            if not store.exists(part.digest):
                new_files.append(part.digest)
            stored = store.put(part.content)
            if stored.digest == part.digest:
                kept.digests.add(part.digest)
            else:  # it was damaged when it was backed up; nobody can ask for it by this digest
                store.delete(stored.digest)
        for table in archive.city.tables.values():
            if loading.count(table) != archive.summary.rows[table.model]:
                raise BadArchive(f"Not all rows of {table.model} arrived.")
        loading.finish()
        archive.summary.altered = loading.altered
    return kept


def _worker_lives(using: str) -> bool:
    since = clock.now() - timedelta(seconds=WORKER_SECONDS)
    try:
        return WorkerPulse.objects.using(using).filter(at__gte=since).exists()
    except DatabaseError:  # no tables yet
        return False


def _remove_other_files(store: Store, kept: set[str]) -> None:
    for digest in [entry.digest for entry in store.entries() if entry.digest not in kept]:
        store.delete(digest)
