"""`madoguchi backup` and `madoguchi restore`: what an operator types and reads."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError

from madoguchi.common import clock
from madoguchi.common.backup import archive, restoring
from madoguchi.common.backup.records import NewerVersion
from madoguchi.common.backup.sealing import COST, BadArchive, WeakPassphrase, check_passphrase
from madoguchi.common.files.configured import configured
from madoguchi.common.files.store import StorageError


def main(argv: list[str]) -> int:
    """`backup …` or `restore …`."""
    return {"backup": main_backup, "restore": main_restore}[argv[0]](argv[1:])


def main_backup(argv: list[str]) -> int:
    """Write the whole city into one encrypted archive and read it back; 0 when it is sound."""
    parser = argparse.ArgumentParser(
        prog="madoguchi backup",
        description="The whole city (rows and files, no secrets) in one archive, sealed with BACKUP_PASSPHRASE.",
    )
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help="default: a new file in MADOGUCHI_VAR/backups"
    )
    return _explained(lambda: _backup(parser.parse_args(argv).to or _new_file()))


def main_restore(argv: list[str]) -> int:
    """Make the city that the settings name what an archive holds; 0 when all of it is there."""
    parser = argparse.ArgumentParser(
        prog="madoguchi restore",
        description="Restore into DATABASE_URL and FILES_URL, whichever kinds they are; SECRET_KEY is kept apart.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--replace", action="store_true", help="over a city that is not empty: it is lost")
    parser.add_argument(
        "--check", action="store_true", help="only read the archive and say whether it is sound"
    )
    wanted = parser.parse_args(argv)
    return _explained(lambda: _check(wanted.file) if wanted.check else _restore(wanted.file, wanted.replace))


def _backup(path: Path) -> int:
    passphrase = _passphrase()
    store, _ = configured()
    partial = path.with_name(f"{path.name}.partial")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            written = archive.write(
                target, passphrase, store=store, using=DEFAULT_DB_ALIAS, now=clock.now(), cost=COST
            )
            target.flush()
            os.fsync(target.fileno())
        with partial.open("rb") as source:
            read = archive.verify(source, passphrase)
        if read != written:
            raise BadArchive("What was written does not read back; the disk may be failing.")
        partial.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise
    _say(f"Backed up and read back: {written}: {path}")
    return _tell_damaged(written)


def _check(path: Path) -> int:
    with path.open("rb") as source:
        found = archive.verify(source, _passphrase())
    _say(f"Sound, written {found.written_at}: {found}")
    return _tell_damaged(found)


def _restore(path: Path, replace: bool) -> int:
    store, _ = configured()
    restored = restoring.restore(path, _passphrase(), store=store, using=DEFAULT_DB_ALIAS, replace=replace)
    _say(f"Restored what was written {restored.written_at}: {restored}")
    if restored.altered:
        _say(f"In {restored.altered} rows a character that PostgreSQL cannot keep (NUL) now is U+FFFD.")
    return _tell_damaged(restored)


def _explained(act: Callable[[], int]) -> int:
    """Run it; what went wrong is said in one sentence."""
    try:
        return act()
    except (BadArchive, WeakPassphrase) as fault:
        return _fail(str(fault))
    except restoring.NotEmpty:
        return _fail("The city is not empty. Nothing was changed. With --replace all of it is replaced.")
    except restoring.StillRunning:
        return _fail("A worker of this city is running. Stop web and worker, wait 30 seconds, try again.")
    except NewerVersion:
        return _fail("Archive or database belong to a newer version of Madoguchi, or to another program.")
    except StorageError as fault:
        return _fail(f"The file store does not work: {fault}")
    except OSError as fault:
        return _fail(f"{fault.strerror or 'input/output error'}: {fault.filename or ''}".rstrip(": "))
    except DatabaseError as fault:
        return _fail(f"The database refused ({type(fault).__name__}). Nothing was changed.")


def _passphrase() -> str:
    passphrase: str = settings.BACKUP_PASSPHRASE
    check_passphrase(passphrase)
    return passphrase


def _new_file() -> Path:
    folder = Path(settings.VAR) / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"madoguchi-{clock.now().astimezone(clock.TOKYO):%Y-%m-%dT%H%M%S}.backup"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tell_damaged(summary: archive.Summary) -> int:
    if not summary.damaged:
        return 0
    return _fail(
        f"{len(summary.damaged)} files were damaged in the store before they were backed up:\n"
        + "\n".join(summary.damaged)
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _fail(text: str) -> int:
    sys.stderr.write(f"madoguchi: {text}\n")
    return 1
