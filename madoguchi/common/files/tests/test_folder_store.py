import errno
import hashlib
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from madoguchi.common.files.folder import FolderStore
from madoguchi.common.files.registry import UnknownAddress, open_store
from madoguchi.common.files.store import NotStored, StorageFull, StorageUnavailable

CONTENT = "窓口".encode() * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_what_is_put_is_read_back_under_its_sha256(store):
    stored = store.put([CONTENT[:100], CONTENT[100:]])

    assert (stored.digest, stored.size) == (DIGEST, len(CONTENT))
    with store.open(DIGEST) as content:
        assert content.read() == CONTENT
    assert store.exists(DIGEST)
    assert store.verify(DIGEST)


def test_the_file_is_synced_before_it_gets_its_name_and_the_folder_after(store, monkeypatch):
    store.put(b"so that the folders exist")
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noting_sync(descriptor: int) -> None:
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        sync(descriptor)

    def noting_replace(path: Path, other: Path) -> Path:
        steps.append("rename")
        return replace(path, other)

    monkeypatch.setattr(os, "fsync", noting_sync)
    monkeypatch.setattr(Path, "replace", noting_replace)

    store.put(CONTENT)

    assert steps[0] == "file"
    assert steps[-2:] == ["rename", "folder"]


def test_the_same_content_is_kept_once_and_not_written_again(store):
    store.put(CONTENT)
    path = store.objects / DIGEST[:2] / DIGEST
    inode = path.stat().st_ino

    store.put(CONTENT)

    assert path.stat().st_ino == inode
    assert names(store.objects) == [DIGEST]
    assert names(store.incoming) == []


def test_putting_the_same_content_again_renews_its_date(store):
    store.put(CONTENT)
    os.utime(store.objects / DIGEST[:2] / DIGEST, (0, 0))

    store.put(CONTENT)

    (entry,) = store.entries()
    assert entry.stored_at > datetime(2020, 1, 1, tzinfo=UTC)


def test_content_that_rotted_is_noticed_and_mended_by_putting_it_again(store):
    store.put(CONTENT)
    (store.objects / DIGEST[:2] / DIGEST).write_bytes(b"rotten")
    assert not store.verify(DIGEST)

    store.put(CONTENT)

    assert store.verify(DIGEST)


def test_many_writers_of_the_same_content_at_once_all_succeed(store):
    with ThreadPoolExecutor(8) as pool:
        digests = {stored.digest for stored in pool.map(store.put, [CONTENT] * 32)}

    assert digests == {DIGEST}
    assert names(store.objects) == [DIGEST]
    assert names(store.incoming) == []


def test_a_writer_that_fails_in_the_middle_leaves_nothing(store):
    def breaks_off() -> Iterator[bytes]:
        yield b"first half"
        raise ConnectionResetError

    with pytest.raises(StorageUnavailable):
        store.put(breaks_off())

    assert list(store.entries()) == []
    assert names(store.incoming) == []


def test_a_full_disk_is_named_as_such_and_leaves_nothing(store, monkeypatch):
    store.put(b"so that the folders exist")

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        store.put(CONTENT)

    monkeypatch.undo()
    assert not store.exists(DIGEST)
    assert names(store.incoming) == []


def test_a_disk_that_is_really_full_is_named_as_such(tmp_path):
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root may mount a small disk")
    try:
        store = FolderStore(tmp_path)
        with pytest.raises(StorageFull):
            store.put(os.urandom(200_000))
        assert names(tmp_path) == []
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    store = FolderStore(tmp_path / "file" / "below")

    with pytest.raises(StorageUnavailable):
        store.put(CONTENT)
    with pytest.raises(StorageUnavailable):
        store.check()


def test_deleting_removes_the_content_and_may_be_done_twice(store):
    store.put(CONTENT)

    store.delete(DIGEST)
    store.delete(DIGEST)

    assert not store.exists(DIGEST)
    with pytest.raises(NotStored):
        store.open(DIGEST)
    with pytest.raises(NotStored):
        store.verify(DIGEST)


@pytest.mark.parametrize(("hours_ago", "stays"), [(24, True), (25, False)])
def test_old_content_is_deleted_unless_it_was_put_in_since(store, hours_ago, stays):
    now = datetime.now(UTC)
    store.put(CONTENT)
    _stored_at(store, now - timedelta(hours=hours_ago))

    for _ in range(2):
        store.delete_unless_put_since(DIGEST, now - timedelta(hours=24, minutes=30))

    assert store.exists(DIGEST) == stays


def test_what_somebody_is_putting_in_again_is_not_deleted(store, monkeypatch):
    """Found there and sound, about to be renewed: whoever deletes waits, and then sees that it is new."""
    now = datetime.now(UTC)
    store.put(CONTENT)
    _stored_at(store, now - timedelta(days=2))
    deleting = Thread(target=store.delete_unless_put_since, args=(DIGEST, now - timedelta(days=1)))
    utime = os.utime

    def in_between(path: Path) -> None:
        deleting.start()
        deleting.join(0.05)
        utime(path)

    monkeypatch.setattr(os, "utime", in_between)
    store.put(CONTENT)
    deleting.join()

    assert store.verify(DIGEST)


def _stored_at(store: FolderStore, moment: datetime) -> None:
    os.utime(store.objects / DIGEST[:2] / DIGEST, (moment.timestamp(), moment.timestamp()))


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, DIGEST + "/", DIGEST[:-1], "é" * 64])
def test_what_is_not_a_digest_never_becomes_a_path(store, name):
    for ask in (store.open, store.exists, store.delete, store.verify):
        with pytest.raises(NotStored):
            ask(name)


def test_the_list_names_everything_with_its_size(store):
    store.put(CONTENT)
    store.put(b"other")

    assert {(entry.digest, entry.size) for entry in store.entries()} == {
        (DIGEST, len(CONTENT)),
        (hashlib.sha256(b"other").hexdigest(), 5),
    }


def test_what_killed_writers_left_is_removed_after_a_day_and_not_before(store):
    store.check()
    (store.incoming / "left").write_bytes(b"half")
    written_at = datetime.fromtimestamp((store.incoming / "left").stat().st_mtime, UTC)

    assert store.remove_abandoned(written_at + timedelta(hours=23)) == 0
    assert store.remove_abandoned(written_at + timedelta(hours=25)) == 1
    assert names(store.incoming) == []


def test_only_the_owner_may_read_the_files(store):
    store.put(CONTENT)

    path = store.objects / DIGEST[:2] / DIGEST
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_an_address_opens_the_folder_it_names(tmp_path):
    store = open_store(f"file://{tmp_path}/%E4%BF%9D%E7%AE%A1")

    store.put(CONTENT)

    assert names(tmp_path / "保管" / "objects") == [DIGEST]


@pytest.mark.parametrize("url", ["", "files", "file:files", "file://host/files", "ftp://host/files", "s3://"])
def test_an_address_of_no_known_kind_is_refused_at_once(url):
    with pytest.raises(UnknownAddress):
        open_store(url)
