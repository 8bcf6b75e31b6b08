"""All rows of a city as text that knows no database, from one moment of it, and back into an empty database."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps as present_apps
from django.core.management.color import no_style
from django.db import connections, models
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.duration import duration_string

CHUNK_BYTES = 4 * 1024 * 1024
ROWS_AT_ONCE = 500

_NOT_IN_POSTGRESQL = re.compile("[\x00\ud800-\udfff]")

Model = type[models.Model]


class NewerVersion(Exception):
    """The archive or the database has tables of a version of the product that this one does not know."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table in an archive: its model and the order of the values in a row."""

    model: str
    fields: tuple[str, ...]


def tables() -> list[Table]:
    """All tables of the city as this version knows them."""
    return [
        Table(model._meta.label, tuple(f.name for f in stored_fields(model)))
        for model in _models(present_apps)
    ]


def applied_migrations(using: str) -> dict[str, list[str]]:
    """Which migrations the database has, by app."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connections[using]).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def stored_fields(model: Model) -> list[models.Field[Any, Any]]:
    """The columns that hold something of their own."""
    return [f for f in model._meta.local_concrete_fields if not getattr(f, "generated", False)]


@contextmanager
def one_moment(using: str) -> Iterator[None]:
    """Everything read inside comes from the same moment, while others go on writing."""
    begin = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(begin[connection.vendor])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def rows_of(table: Table, using: str) -> Iterator[tuple[int, bytes]]:
    """The rows of a table, one JSON array a line, in chunks with their number of rows."""
    model = present_apps.get_model(table.model)
    names = [model._meta.get_field(name).attname for name in table.fields]
    lines: list[bytes] = []
    size = 0
    rows = model._base_manager.using(using).order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=2000):
        # ASCII, so that text which is no valid Unicode alone (half a surrogate pair) comes back as it was.
        line = json.dumps(row, default=_plain, separators=(",", ":")).encode() + b"\n"
        lines.append(line)
        size += len(line)
        if size >= CHUNK_BYTES:
            yield len(lines), b"".join(lines)
            lines, size = [], 0
    if lines:
        yield len(lines), b"".join(lines)


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case timedelta():
            return duration_string(value)
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(value).decode()
    raise TypeError(f"no plain form for {type(value).__name__}")


def is_empty(using: str) -> bool:
    """Whether nothing would be lost: no tables, or none with rows beyond those of a worker that idles."""
    existing = set(connections[using].introspection.table_names())
    idle = {"common.WorkerPulse", "common.Job"}
    return not any(
        model._base_manager.using(using).exists()
        for model in _models(present_apps)
        if model._meta.db_table in existing and model._meta.label not in idle
    )


@contextmanager
def without_foreign_keys(using: str) -> Iterator[None]:
    """SQLite checks foreign keys at once; here they are checked as a whole before the commit."""
    connection = connections[using]
    connection.disable_constraint_checking()
    try:
        yield
    finally:
        connection.enable_constraint_checking()


class Loading:
    """A database made empty and brought to the state an archive was written in; used in one transaction."""

    def __init__(self, migrations: dict[str, list[str]], using: str) -> None:
        self.using = using
        self.connection = connections[using]
        self.altered = 0
        _drop_everything(using)
        executor = MigrationExecutor(self.connection)
        wanted = [(app, name) for app, names in migrations.items() for name in names]
        if unknown := [
            f"{app}.{name}" for app, name in wanted if (app, name) not in executor.loader.graph.nodes
        ]:
            raise NewerVersion(unknown[0])
        nodes = executor.loader.graph.node_map
        # The last of each room only: Django takes an earlier one, applied on the way for another room, as a way back.
        last = [
            key
            for key in wanted
            if not any(child.key[0] == key[0] and child.key in wanted for child in nodes[key].children)
        ]
        executor.migrate(last)
        self.apps = executor.loader.project_state(wanted).apps
        self._remove_rows_of_migrations()

    def _remove_rows_of_migrations(self) -> None:
        """The rows of the archive are all there are: what a migration filled in is among them or was removed."""
        self.connection.check_constraints()
        with self.connection.cursor() as cursor:
            for model in _models(self.apps):
                if model._base_manager.using(self.using).exists():
                    cursor.execute(f"DELETE FROM {self.connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608

    def insert(self, table: Table, lines: bytes) -> None:
        """Put a chunk of rows into its table."""
        # Raw: this is a whole database in one transaction of its own, before anybody is served.
        model = self.apps.get_model(table.model)
        fields = [model._meta.get_field(name) for name in table.fields]
        quote = self.connection.ops.quote_name
        columns = ", ".join(quote(f.column) for f in fields)
        places = ", ".join(["%s"] * len(fields))
        sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
        with self.connection.cursor() as cursor:
            for batch in _batches(lines.splitlines(), ROWS_AT_ONCE):
                cursor.executemany(sql, [self._stored(fields, line) for line in batch])

    def _stored(self, fields: Sequence[Any], line: bytes) -> list[Any]:
        row = json.loads(line)
        if self.connection.vendor == "postgresql" and (b"\\u0000" in line or b"\\ud" in line):
            kept = _for_postgresql(row)
            self.altered += kept != row
            row = kept
        pairs = zip(fields, row, strict=True)
        return [f.get_db_prep_save(f.to_python(value), self.connection) for f, value in pairs]

    def count(self, table: Table) -> int:
        """How many rows the table has now."""
        return int(self.apps.get_model(table.model)._base_manager.using(self.using).count())

    def finish(self) -> None:
        """Check every foreign key, go on counting where the rows end, and bring the tables up to date."""
        self.connection.check_constraints()
        with self.connection.cursor() as cursor:
            for statement in self.connection.ops.sequence_reset_sql(no_style(), list(_models(self.apps))):
                cursor.execute(statement)
        executor = MigrationExecutor(self.connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        self.connection.check_constraints()


def _drop_everything(using: str) -> None:
    """Remove the tables of this product, as the database has them and as this version knows them."""
    connection = connections[using]
    known = {model._meta.db_table for model in _models(present_apps)}
    try:
        loader = MigrationLoader(connection)
        state = loader.project_state(list(loader.applied_migrations or {}))
    except (NodeNotFoundError, KeyError):
        raise NewerVersion("the database") from None
    known |= {model._meta.db_table for model in _models(state.apps)} | {"django_migrations"}
    cascade = " CASCADE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            if name in known:
                cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}{cascade}")


def _models(registry: Any) -> Iterator[Model]:
    for model in sorted(registry.get_models(include_auto_created=True), key=lambda m: m._meta.label):
        if model._meta.managed and not model._meta.proxy:
            yield model


def _for_postgresql(value: Any) -> Any:
    """The value without what only SQLite keeps in a text: NUL and halves of surrogate pairs, shown as U+FFFD."""
    match value:
        case str():
            return _NOT_IN_POSTGRESQL.sub("\ufffd", value)
        case list():
            return [_for_postgresql(item) for item in value]
        case dict():
            return {_for_postgresql(key): _for_postgresql(item) for key, item in value.items()}
    return value


def _batches(lines: Sequence[bytes], size: int) -> Iterable[Sequence[bytes]]:
    return (lines[i : i + size] for i in range(0, len(lines), size))
