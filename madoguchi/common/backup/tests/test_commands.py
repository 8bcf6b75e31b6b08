"""The commands as an operator types them, in processes of their own, and killed in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from madoguchi.common.files.folder import FolderStore

pytestmark = pytest.mark.slow

PASSPHRASE = "correct horse battery staple"

FILL = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
from madoguchi.common.backup.tests.cities import fill
fill("default")
from madoguchi.common.files.configured import configured
for number in range(5):
    configured()[0].put(b"photo %d" % number)
"""

# The third file kills the process as power failure would: nothing is tidied up.
KILLED = """
import os, signal, sys, django; django.setup()
from madoguchi.common import backup
from madoguchi.common.files.folder import FolderStore
real, count = FolderStore.{method}, 0
def deadly(self, *arguments):
    global count
    count += 1
    if count == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, *arguments)
FolderStore.{method} = deadly
sys.exit(backup.main(sys.argv[1:]))
"""


def run(
    home: Path, *arguments: object, script: str = "", passphrase: str = PASSPHRASE
) -> subprocess.CompletedProcess[str]:
    environment = {
        **{
            k: v
            for k, v in os.environ.items()
            if k not in ("DATABASE_URL", "FILES_URL", "EMAIL_URL", "SECRET_KEY")
        },
        "DJANGO_SETTINGS_MODULE": "madoguchi.config.settings",
        "MADOGUCHI_ENV": "demo",
        "MADOGUCHI_VAR": str(home),
        "BACKUP_PASSPHRASE": passphrase,
    }
    command = ["-c", script] if script else ["-m", "madoguchi"]
    return subprocess.run(
        [sys.executable, *command, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("filled")
    done = run(home, script=FILL)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    """A city of its own, with rows and files."""
    return Path(shutil.copytree(filled, tmp_path / "home"))


def jobs(home: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "madoguchi.sqlite3") as connection:
        return connection.execute("SELECT * FROM common_job ORDER BY id").fetchall()


def files(home: Path) -> set[str]:
    return {entry.digest for entry in FolderStore(home / "files").entries()}


@pytest.fixture(scope="module")
def archive(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the filled city."""
    archive = tmp_path_factory.mktemp("archive") / "city.backup"
    written = run(filled, "backup", "--to", archive)
    assert written.returncode == 0, written.stderr
    assert "5 files" in written.stdout
    return archive


def test_a_city_is_restored_by_one_command_and_never_overwritten_by_accident(
    filled: Path, archive: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"

    checked = run(new, "restore", archive, "--check")
    restored = run(new, "restore", archive)
    again = run(new, "restore", archive)

    assert [done.returncode for done in (checked, restored, again)] == [0, 0, 1], (
        checked.stderr + restored.stderr
    )
    assert "not empty" in again.stderr
    assert jobs(new) == jobs(filled)
    assert files(new) == files(filled)
    assert (new / "secret_key").read_text() != (filled / "secret_key").read_text()


def test_an_archive_is_for_its_owner_only_and_no_draft_of_it_stays(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert list(archive.parent.iterdir()) == [archive]


def test_without_a_name_the_backup_goes_into_the_folder_for_backups(home: Path) -> None:
    assert run(home, "backup").returncode == 0

    [found] = (home / "backups").iterdir()
    assert found.name.endswith(".backup")


@pytest.mark.parametrize(
    ("arguments", "passphrase", "says"),
    [
        (["backup"], "", "BACKUP_PASSPHRASE must have at least 16 characters"),
        (["backup"], "short", "BACKUP_PASSPHRASE must have at least 16 characters"),
        (["backup", "--to", "/nowhere/city.backup"], PASSPHRASE, "No such file or directory"),
        (["restore", "/nowhere/city.backup"], PASSPHRASE, "No such file or directory"),
        (["restore", __file__, "--check"], PASSPHRASE, "not a backup of Madoguchi"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    home: Path, arguments: list[str], passphrase: str, says: str
) -> None:
    done = run(home, *arguments, passphrase=passphrase)

    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_passphrase_is_said_in_one_sentence(archive: Path, tmp_path: Path) -> None:
    done = run(tmp_path / "new", "restore", archive, passphrase="something else entirely")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "madoguchi: The passphrase does not fit this backup."


def test_a_backup_killed_in_the_middle_leaves_nothing_that_can_be_taken_for_one(
    home: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "city.backup"

    killed = run(home, "backup", "--to", archive, script=KILLED.format(method="open"))
    refused = run(tmp_path / "new", "restore", tmp_path / "city.backup.partial")
    later = run(home, "backup", "--to", archive)

    assert killed.returncode == -signal.SIGKILL
    assert refused.returncode == 1
    assert "cut off" in refused.stderr or "not a backup" in refused.stderr
    assert later.returncode == 0
    assert not (tmp_path / "city.backup.partial").exists()


def test_a_restore_killed_in_the_middle_leaves_the_old_city_and_can_be_done_again(
    home: Path, archive: Path
) -> None:
    saved = jobs(home)
    with sqlite3.connect(home / "madoguchi.sqlite3") as connection:
        connection.execute("UPDATE common_job SET attempts = 7")
    before = jobs(home)

    killed = run(home, "restore", archive, "--replace", script=KILLED.format(method="put"))
    after = jobs(home)
    again = run(home, "restore", archive, "--replace")

    assert killed.returncode == -signal.SIGKILL
    assert after == before
    assert again.returncode == 0, again.stderr
    assert jobs(home) == saved
