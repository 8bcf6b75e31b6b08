"""Migrations that touch rows: in the database that is migrated, which need not be the first (a city that is restored)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import madoguchi

FILES = sorted(Path(madoguchi.__file__).parent.glob("*/migrations/[0-9]*.py"))


def test_the_migrations_are_found() -> None:
    assert len(FILES) > 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_rows_are_touched_in_the_database_that_is_migrated(path: Path) -> None:
    unnamed = re.findall(r"\.objects\b(?!\.using\(|\s*=)", path.read_text(encoding="utf-8"))

    assert unnamed == []
