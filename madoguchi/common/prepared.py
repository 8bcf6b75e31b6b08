"""Statements that PostgreSQL parses and plans once per connection, for what every filing does.

Django's own cursors write the values into the text, so that no two statements are alike and each is parsed and
planned anew; for a unit of many parts that costs more than writing its rows.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

# A statement of more values is a bulk one: no two are alike, and the protocol carries 65,535 at most.
MOST_VALUES = 1000


@contextmanager
def execute(connection: Any, sql: str, params: Sequence[Any]) -> Iterator[Any]:
    """A cursor on which `sql`, with places `%s` and no other percent sign, was executed; on any database.

    Refuses, wraps and raises as Django's own cursors do.
    """
    with _cursor(connection, len(params)) as cursor:
        cursor.execute(sql, params)
        yield cursor


def _cursor(connection: Any, values: int) -> Any:
    if connection.vendor != "postgresql" or connection.queries_logged or values > MOST_VALUES:
        return connection.cursor()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return connection.make_cursor(_preparing()(connection.connection))


@functools.cache
def _preparing() -> Any:
    """The driver's cursor that prepares what it executes, to be wrapped by Django's."""
    import psycopg  # absent where only SQLite is used

    class Preparing(psycopg.RawCursor[Any]):
        def execute(self, sql: str, params: Sequence[Any]) -> Any:  # type: ignore[override]
            # Prepared from the second time on; only where the connection has a `prepare_threshold` (its setting has).
            return super().execute(_numbered(sql), params, prepare=True)

    return Preparing


@functools.lru_cache(maxsize=512)
def _numbered(sql: str) -> bytes:
    """The statement with its places numbered, as PostgreSQL itself writes them."""
    first, *rest = sql.split("%s")
    return (first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))).encode()
