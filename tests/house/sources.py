"""What the house tests look at: the rooms, their Python files and their templates."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "madoguchi"


@cache
def rooms() -> list[Path]:
    """The folders of all rooms."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


@cache
def committed() -> list[Path]:
    """All files that belong to the project: what Git says, or all but what is made here where there is no Git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if _is_kept(path)]
    return sorted(path for name in listed if name and (path := ROOT / name).is_file())


def _is_kept(path: Path) -> bool:
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split() if line]
    parts = path.relative_to(ROOT).parts
    return parts[0] != ".git" and not any(fnmatch(part, name) for part in parts for name in ignored)


def product_code() -> Iterator[Path]:
    """The Python files of the rooms without their tests and migrations."""
    for path in PACKAGE.rglob("*.py"):
        if not {"tests", "migrations"} & set(path.relative_to(PACKAGE).parts):
            yield path


def templates() -> dict[str, Path]:
    """All templates by the name they are asked for."""
    found: dict[str, Path] = {}
    for room in rooms():
        folder = room / "jinja2"
        found |= {str(path.relative_to(folder)): path for path in folder.rglob("*.*") if path.is_file()}
    return found


def place(path: Path) -> str:
    """A file's name for people."""
    return str(path.relative_to(ROOT))
