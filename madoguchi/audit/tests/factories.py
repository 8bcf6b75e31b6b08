"""Rows for tests that need an audit record."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock


def AuditEntryFactory(**changes: Any) -> AuditEntry:
    """Somebody of the staff looked at an application."""
    values = {"at": clock.now(), "actor": "staff:1", "act": "read", "subject": "application:1"}
    return AuditEntry.objects.create(**(values | changes))


@contextmanager
def rewritable() -> Iterator[None]:
    """A test may move or empty the record inside; the triggers that forbid it stand aside so long."""
    table = AuditEntry._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            off, on = ([f"ALTER TABLE {table} {word} TRIGGER USER"] for word in ("DISABLE", "ENABLE"))
        else:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
            )
            triggers = cursor.fetchall()
            off, on = [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
        for statement in off:
            cursor.execute(statement)
        yield
        for statement in on:
            cursor.execute(statement)
