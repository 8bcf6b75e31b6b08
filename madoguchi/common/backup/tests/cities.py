"""Databases and stores of their own for tests of backup and restore; the test run's database is left alone."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connections

from madoguchi.common import ids
from madoguchi.common.backup import records
from madoguchi.common.models import AttemptCount, Job

NOW = datetime(2026, 11, 23, 6, 4, 5, 678901, tzinfo=UTC)
TEXT = "𠮷野 髙橋 﨑 辻󠄀 \\ \" ' % \t\r\n\u2028 🍙 ｶﾅ"


@contextmanager
def database(alias: str, folder: Path, *, sqlite: bool = False) -> Iterator[str]:
    """An empty database: SQLite, or of the kind the tests run on."""
    default = connections["default"]
    description = copy.deepcopy(connections.settings["default"])
    if sqlite or default.vendor == "sqlite":
        description |= {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / f"{alias}.sqlite3"),
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA foreign_keys=ON"},
        }
        connections.settings[alias] = description
        try:
            yield alias
        finally:
            connections[alias].close()
            del connections[alias], connections.settings[alias]
        return
    name = f"test_backup_{ids.new_id().hex}"
    with default._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connections.settings[alias] = description | {"NAME": name}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]
        with default._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


def migrate(alias: str) -> None:
    """The tables of the product, empty."""
    call_command("migrate", database=alias, interactive=False, verbosity=0)


def fill(alias: str, *, jobs: int = 3) -> None:
    """Rows with what is hard to carry."""
    for number in range(jobs):
        Job.objects.using(alias).create(
            kind="test.nothing",
            payload={"text": TEXT, "deep": [None, True, 1.5, {"n": 10**18}], "n": number},
            key=None if number else "only",
            run_at=NOW,
            created_at=NOW,
        )
    AttemptCount.objects.using(alias).create(key="a" * 64, count=-1, expires_at=NOW)


def contents(alias: str) -> dict[str, list[Any]]:
    """All rows of all tables, as an archive holds them; PostgreSQL keeps no order of keys in JSON."""
    return {
        table.model: sorted(
            (json.loads(line) for _, lines in records.rows_of(table, alias) for line in lines.splitlines()),
            key=lambda row: str(row[0]),
        )
        for table in records.tables()
    }
