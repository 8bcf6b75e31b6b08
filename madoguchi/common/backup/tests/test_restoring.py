"""A city from a database and a store into an archive, and into another database and store."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from madoguchi.common import clock
from madoguchi.common.backup import archive, records, restoring, sealing
from madoguchi.common.backup.records import Loading, NewerVersion
from madoguchi.common.backup.restoring import NotEmpty, StillRunning, restore
from madoguchi.common.backup.sealing import BadArchive, WrongPassphrase
from madoguchi.common.backup.tests.cities import NOW, contents, database, fill, migrate
from madoguchi.common.files.folder import FolderStore
from madoguchi.common.models import Job, WorkerPulse

pytestmark = pytest.mark.slow

PASSPHRASE = "correct horse battery staple"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    monkeypatch.setattr(sealing, "_COSTS", range(1, 21))
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path / "files")
    store.put(b"")
    store.put(b"photo" * 100_000)
    return store


@pytest.fixture
def new_store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "new-files")


@pytest.fixture
def source(tmp_path: Path) -> Iterator[str]:
    """The city that is backed up: on SQLite, as every city begins."""
    with database("source", tmp_path, sqlite=True) as alias:
        migrate(alias)
        fill(alias)
        yield alias


@pytest.fixture
def target(tmp_path: Path) -> Iterator[str]:
    """An empty database of the kind the tests run on."""
    with database("target", tmp_path) as alias:
        yield alias


def write(path: Path, source: str, store: FolderStore) -> archive.Summary:
    with path.open("wb") as file:
        return archive.write(file, PASSPHRASE, store=store, using=source, now=NOW, cost=1)


@pytest.fixture
def backup(tmp_path: Path, source: str, store: FolderStore) -> Path:
    write(tmp_path / "city.backup", source, store)
    return tmp_path / "city.backup"


def digests(store: FolderStore) -> set[str]:
    return {entry.digest for entry in store.entries()}


def test_a_city_comes_back_whole_on_either_database(
    backup: Path, source: str, target: str, store: FolderStore, new_store: FolderStore
) -> None:
    summary = restore(backup, PASSPHRASE, store=new_store, using=target, replace=False)

    assert contents(target) == contents(source)
    assert summary.rows["common.Job"] == 3
    assert digests(new_store) == digests(store)
    assert all(new_store.verify(digest) for digest in digests(new_store))
    migrate(target)
    Job.objects.using(target).create(kind="goes.on", run_at=NOW, created_at=NOW)


def test_a_restored_city_can_be_backed_up_again_with_the_same_contents(
    backup: Path, target: str, new_store: FolderStore, tmp_path: Path
) -> None:
    first = restore(backup, PASSPHRASE, store=new_store, using=target, replace=False)

    second = write(tmp_path / "again.backup", target, new_store)

    assert (second.rows, second.files, second.file_bytes) == (first.rows, first.files, first.file_bytes)


def test_a_text_that_only_sqlite_can_keep_does_not_hold_up_the_move_to_postgresql(
    source: str, target: str, store: FolderStore, tmp_path: Path
) -> None:
    Job.objects.using(source).update(payload={"nul\0": ["half \ud842", "emoji 🍙"]})
    write(tmp_path / "odd.backup", source, store)

    summary = restore(tmp_path / "odd.backup", PASSPHRASE, store=store, using=target, replace=False)

    payload = Job.objects.using(target).first().payload  # type: ignore[union-attr]
    if connections[target].vendor == "postgresql":
        assert payload == {"nul\ufffd": ["half \ufffd", "emoji 🍙"]}
        assert summary.altered == 3
    else:
        assert payload == {"nul\0": ["half \ud842", "emoji 🍙"]}
        assert summary.altered == 0


def test_many_rows_travel_in_many_chunks(
    source: str, target: str, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", 2000)
    fill_more = [Job(kind="test.many", run_at=NOW, created_at=NOW) for _ in range(200)]
    Job.objects.using(source).bulk_create(fill_more)
    write(tmp_path / "many.backup", source, store)

    restore(tmp_path / "many.backup", PASSPHRASE, store=store, using=target, replace=False)

    assert Job.objects.using(target).count() == 203


def test_rows_written_during_a_backup_are_not_half_in_it(
    source: str, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive shows the city as it was when the backup began, while others go on writing."""
    with connections[source].cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
    real = records.rows_of

    def write_meanwhile(table: records.Table, using: str) -> Iterator[tuple[int, bytes]]:
        other = connections.create_connection(using)
        with other.cursor() as cursor:
            cursor.execute("UPDATE common_job SET attempts = attempts + 1")
        other.close()
        yield from real(table, using)

    monkeypatch.setattr(archive, "rows_of", write_meanwhile)
    write(tmp_path / "moment.backup", source, store)

    with (tmp_path / "moment.backup").open("rb") as file:
        attempts = [
            json.loads(line)[part.table.fields.index("attempts")]
            for part in archive.Reading(file, PASSPHRASE).parts()
            if isinstance(part, archive.Rows) and part.table.model == "common.Job"
            for line in part.lines.splitlines()
        ]
    assert attempts == [0, 0, 0]
    assert not Job.objects.using(source).filter(attempts=0).exists()


def test_a_city_that_holds_something_is_not_overwritten(
    backup: Path, target: str, new_store: FolderStore
) -> None:
    restore(backup, PASSPHRASE, store=new_store, using=target, replace=False)
    before = contents(target)

    with connections[target].cursor() as cursor:
        cursor.execute("UPDATE common_attemptcount SET count = 7")
    changed = contents(target)
    with pytest.raises(NotEmpty):
        restore(backup, PASSPHRASE, store=new_store, using=target, replace=False)

    assert contents(target) == changed != before


def test_replacing_a_city_leaves_nothing_of_the_old_one(
    backup: Path, source: str, target: str, store: FolderStore, new_store: FolderStore
) -> None:
    migrate(target)
    fill(target, jobs=9)
    old = new_store.put(b"a photo of the old city")

    restore(backup, PASSPHRASE, store=new_store, using=target, replace=True)

    assert contents(target) == contents(source)
    assert digests(new_store) == digests(store)
    assert not new_store.exists(old.digest)


def test_a_city_with_tables_and_no_rows_counts_as_empty(
    backup: Path, source: str, target: str, new_store: FolderStore
) -> None:
    migrate(target)

    restore(backup, PASSPHRASE, store=new_store, using=target, replace=False)

    assert contents(target) == contents(source)


def test_a_city_whose_worker_runs_is_left_alone(backup: Path, target: str, new_store: FolderStore) -> None:
    migrate(target)
    WorkerPulse.objects.using(target).create(name="other", at=clock.now() - timedelta(seconds=5))

    with pytest.raises(StillRunning):
        restore(backup, PASSPHRASE, store=new_store, using=target, replace=True)


@pytest.mark.parametrize("where", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_a_flipped_byte_anywhere_is_refused_before_anything_is_touched(
    backup: Path, target: str, new_store: FolderStore, where: float
) -> None:
    content = bytearray(backup.read_bytes())
    content[round(where * (len(content) - 1))] ^= 0x20
    backup.write_bytes(content)

    with pytest.raises(BadArchive):
        restore(backup, PASSPHRASE, store=new_store, using=target, replace=True)

    assert connections[target].introspection.table_names() == []
    assert digests(new_store) == set()


def test_an_archive_cut_off_is_refused_before_anything_is_touched(
    backup: Path, target: str, new_store: FolderStore
) -> None:
    backup.write_bytes(backup.read_bytes()[:-1])

    with pytest.raises(BadArchive):
        restore(backup, PASSPHRASE, store=new_store, using=target, replace=True)

    assert connections[target].introspection.table_names() == []


def test_a_wrong_passphrase_is_refused(backup: Path, target: str, new_store: FolderStore) -> None:
    with pytest.raises(WrongPassphrase):
        restore(backup, PASSPHRASE + "!", store=new_store, using=target, replace=True)


def test_a_restore_that_fails_on_the_way_leaves_the_old_city_as_it_was(
    backup: Path, target: str, new_store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(target)
    fill(target, jobs=5)
    old = new_store.put(b"a photo of the old city")
    before = contents(target)
    monkeypatch.setattr(Loading, "count", lambda self, table: -1)

    with pytest.raises(BadArchive, match="Not all rows"):
        restore(backup, PASSPHRASE, store=new_store, using=target, replace=True)

    assert contents(target) == before
    assert digests(new_store) == {old.digest}


def test_an_archive_of_an_older_version_is_brought_up_to_date(
    source: str, target: str, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_tables, real_migrations = records.tables, records.applied_migrations
    monkeypatch.setattr(
        archive, "tables", lambda: [t for t in real_tables() if not t.model.startswith("sessions.")]
    )
    monkeypatch.setattr(
        archive, "applied_migrations", lambda using: {**real_migrations(using), "sessions": []}
    )
    write(tmp_path / "old.backup", source, store)

    restore(tmp_path / "old.backup", PASSPHRASE, store=store, using=target, replace=False)

    assert "django_session" in connections[target].introspection.table_names()
    assert contents(target) == contents(source)


@pytest.mark.parametrize("app", ["common", "nobody"])
def test_an_archive_of_a_newer_version_is_refused(
    target: str, new_store: FolderStore, tmp_path: Path, app: str
) -> None:
    city = {"format": 1, "written_at": "x", "migrations": {app: ["9999_from_the_future"]}, "tables": []}
    manifest = archive.Summary().as_manifest(
        {"city.json": hashlib.sha256(json.dumps(city).encode()).hexdigest()}
    )
    members = [("city.json", json.dumps(city).encode()), ("manifest.json", json.dumps(manifest).encode())]
    seal_members(tmp_path / "new.backup", members)

    with pytest.raises(NewerVersion):
        restore(tmp_path / "new.backup", PASSPHRASE, store=new_store, using=target, replace=False)

    assert connections[target].introspection.table_names() == []


def test_a_database_of_another_program_is_left_alone(
    backup: Path, target: str, new_store: FolderStore
) -> None:
    with connections[target].cursor() as cursor:
        cursor.execute(
            "CREATE TABLE django_migrations (id integer, app varchar(9), name varchar(9), applied date)"
        )
        cursor.execute("INSERT INTO django_migrations (id, app, name) VALUES (1, 'shop', '0001')")

    with pytest.raises(NewerVersion):
        restore(backup, PASSPHRASE, store=new_store, using=target, replace=True)

    assert connections[target].introspection.table_names() == ["django_migrations"]


def test_a_file_that_was_damaged_in_the_store_is_named_and_the_rest_is_saved(
    source: str, target: str, store: FolderStore, new_store: FolderStore, tmp_path: Path
) -> None:
    sound = digests(store)
    bad = hashlib.sha256(b"as it was").hexdigest()
    store.put(b"as it was")
    (store.objects / bad[:2] / bad).write_bytes(b"rotten!!!")

    written = write(tmp_path / "rotten.backup", source, store)
    restored = restore(tmp_path / "rotten.backup", PASSPHRASE, store=new_store, using=target, replace=False)

    assert written.damaged == restored.damaged == [bad]
    assert digests(new_store) == sound


def test_a_file_that_vanishes_during_the_backup_is_left_out(
    source: str, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = store.put(b"soon gone")
    entries = list(store.entries())
    store.delete(gone.digest)
    monkeypatch.setattr(store, "entries", lambda: iter(entries))

    assert write(tmp_path / "city.backup", source, store).files == 2


def seal_members(path: Path, members: list[tuple[str, bytes]]) -> None:
    """Write an archive with members of the test's choice, sealed as it should be."""
    with path.open("wb") as file:
        sealed: Any = sealing.SealedWriter(file, PASSPHRASE, cost=1)
        with tarfile.open(fileobj=sealed, mode="w|") as tar:
            for name, content in members:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        sealed.close()


CITY = b'{"format": 1, "written_at": "x", "migrations": {}, "tables": []}'
MANIFEST = json.dumps(archive.Summary().as_manifest({"city.json": hashlib.sha256(CITY).hexdigest()})).encode()


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ([], "form"),
        ([("city.json", b'{"format": 2}')], "form"),
        ([("city.json", CITY)], "no list"),
        ([("city.json", CITY), ("../../etc/passwd", b"")], "unknown"),
        ([("city.json", CITY), ("manifest.json", b'{"members": {}}')], "does not hold"),
        ([("city.json", CITY), ("manifest.json", MANIFEST), ("files/more", b"")], "after its end"),
    ],
)
def test_an_archive_with_other_members_than_ours_is_refused(
    tmp_path: Path, members: list[tuple[str, bytes]], says: str
) -> None:
    seal_members(tmp_path / "odd.backup", members)

    with (tmp_path / "odd.backup").open("rb") as file, pytest.raises(BadArchive, match=says):
        archive.verify(file, PASSPHRASE)


def test_the_worker_is_asked_only_when_there_is_a_database(target: str) -> None:
    assert not restoring._worker_lives(target)
