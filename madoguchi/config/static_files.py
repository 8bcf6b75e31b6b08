"""Static files under names that tell their content: gathered anew when a source differs, before anybody asks.

Browsers may keep such a file for ever. What an older page still asks for stays in the folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

from madoguchi.config import environment

PACKAGE = environment.ROOT / "madoguchi"
MANIFEST = "staticfiles.json"


class NotGathered(environment.BadSetting):
    """The static files could not be put in place; the lines before say why."""


def folder() -> Path:
    """Where the gathered files are."""
    return environment.var() / "static"


def gather() -> bool:
    """Bring the folder up to date, one process at a time. Returns whether there was anything to do."""
    with open(environment.var() / "static.gathered", "a+", encoding="ascii") as stamp:
        fcntl.flock(stamp, fcntl.LOCK_EX)
        stamp.seek(0)
        wanted = digest(sources(PACKAGE))
        if stamp.read() == wanted and (folder() / MANIFEST).is_file():
            return False
        stamp.truncate(0)
        _collect()
        stamp.write(wanted)
    return True


def sources(package: Path) -> list[Path]:
    """The static files of all rooms."""
    return sorted(path for path in package.glob("*/static/**/*") if path.is_file())


def digest(paths: list[Path]) -> str:
    """What changes when a file comes, goes, is renamed or differs."""
    together = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        together.update(f"{path.relative_to(PACKAGE)}\0{content}\n".encode())
    return together.hexdigest()


def _collect() -> None:
    """In a process of its own: the server's parent stays small."""
    command = [sys.executable, "-m", "madoguchi", "manage", "collectstatic", "--no-input", "--verbosity=0"]
    if subprocess.run(command, cwd=environment.ROOT, check=False).returncode:
        raise NotGathered(f"the static files could not be gathered in {folder()}; see the lines above.")
