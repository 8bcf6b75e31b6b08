"""Rows by the million for the demo city: written table by table in large pieces, without the objects of the ORM."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

Row = Sequence[Any]
CACHE_KIB = 400_000  # of an SQLite database while it is filled: its indexes fit into it


class Filling:
    """Rows of some tables, kept until `write` puts them all there.

    Cells must be prepared by `cell`, rows hold all columns of their model in the order of its fields.
    """

    def __init__(self, tables: Sequence[type[models.Model]]) -> None:
        self._rows: dict[type[models.Model], list[Row]] = {table: [] for table in tables}
        self.cell: Callable[[Any], Any] = _CELLS.get(connection.vendor, lambda value: value)

    def add(self, table: type[models.Model], row: Row) -> None:
        """Keep one row."""
        self._rows[table].append(row)

    def write(self) -> None:
        """Write what is kept, in the order of the tables. Raises `IntegrityError`."""
        for table, rows in self._rows.items():
            if rows:
                _WRITERS[connection.vendor](table, rows)
                rows.clear()

    def count(self) -> None:
        """Tell the database how much is there now: what is not committed yet, its own counting does not see."""
        if connection.vendor == "postgresql":
            names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in self._rows)
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {names}")


@contextmanager
def quickly() -> Iterator[None]:
    """Let the database be filled quickly meanwhile."""
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE"
            )  # else every row waits for its check until the end
            yield
            return
        usual = cursor.execute("PRAGMA cache_size").fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {usual}")


def _columns(table: type[models.Model]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in table._meta.local_concrete_fields)


def _insert(table: type[models.Model], rows: Sequence[Row]) -> None:
    places = ", ".join(["%s"] * len(rows[0]))
    name = connection.ops.quote_name(table._meta.db_table)
    with connection.cursor() as cursor:
        sql = f"INSERT INTO {name} ({_columns(table)}) VALUES ({places})"  # noqa: S608  # names of models
        cursor.executemany(sql, rows)


def _copy(table: type[models.Model], rows: Sequence[Row]) -> None:
    name = connection.ops.quote_name(table._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {name} ({_columns(table)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _sqlite_cell(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.replace(tzinfo=None))  # moments are in UTC
    return value.isoformat() if isinstance(value, date) else value


_CELLS: dict[str, Callable[[Any], Any]] = {"sqlite": _sqlite_cell}
_WRITERS: dict[str, Callable[[type[models.Model], Sequence[Row]], None]] = {
    "sqlite": _insert,
    "postgresql": _copy,
}
