"""The write kernel: one unit of guarded statements, written whole or not at all.

An action validates and prepares outside any lock, then hands a `Unit` to `commit`. On SQLite one writer
thread per process commits many units together (stock SQLite under several writers waits for seconds, see
`docs/decisions/0002-write-kernel.md`); on PostgreSQL a unit is one statement. A guard that fails refuses its
own unit alone. What must happen afterwards is a job row of the same unit.
"""

from __future__ import annotations

import fcntl
import functools
import os
import queue
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connections,
    models,
    transaction,
)

from madoguchi.common import clock, prepared

BATCH_UNITS = 128
WAIT_SECONDS = 30.0


class GuardFailed(Exception):
    """A row was not as the action expected it; nothing of the unit was written."""


class AppendOnly(Exception):
    """The model says `append_only`: its rows are neither changed nor removed."""


class NotWritten(Exception):
    """The store could not take the unit (disk full, database away); nothing of it was written."""


class OutcomeUnknown(Exception):
    """The store did not answer, or no longer; the unit may or may not have been written."""


@dataclass(frozen=True, slots=True)
class Increment:
    """A value for `Unit.update` that adds to what the column holds."""

    by: int = 1


@dataclass(frozen=True, slots=True)
class Statement:
    """One prepared statement; `expect` is the number of rows it must touch, None for any."""

    sql: str
    params: tuple[Any, ...]
    expect: int | None = None
    otherwise: Exception | None = None

    def refuse(self) -> Exception:
        return self.otherwise or GuardFailed()


@dataclass(slots=True)
class Unit:
    """What one action writes, in order, with the jobs that follow from it."""

    using: str = DEFAULT_DB_ALIAS
    statements: list[Statement] = field(default_factory=list)

    def insert(
        self, row: models.Model, *, unless_exists: bool = False, otherwise: Exception | None = None
    ) -> None:
        """Add `row`. One that breaks a unique constraint raises `IntegrityError`.

        With `unless_exists` it is left out silently, with `otherwise` that refuses the unit instead.
        """
        connection = connections[self.using]
        sql, fields = _insert_sql(type(row), connection.vendor, unless_exists or otherwise is not None)
        params = tuple(f.get_db_prep_save(f.pre_save(row, True), connection) for f in fields)
        self.statements.append(Statement(sql, params, None if otherwise is None else 1, otherwise))

    def update(
        self,
        model: type[models.Model],
        *,
        where: Mapping[str, Any],
        set: Mapping[str, Any],
        expect: int | None = 1,
        otherwise: Exception | None = None,
    ) -> None:
        """Change the rows that match `where`; refuse the unit with `otherwise` unless `expect` rows match."""
        _refuse_append_only(model)
        connection = connections[self.using]
        quote = connection.ops.quote_name
        assignments: list[str] = []
        params: list[Any] = []
        for name, value in set.items():
            column = _field(model, name)
            if isinstance(value, Increment):
                assignments.append(f"{quote(column.column)} = {quote(column.column)} + %s")
                params.append(value.by)
            else:
                assignments.append(f"{quote(column.column)} = %s")
                params.append(column.get_db_prep_save(value, connection))
        condition, condition_params = _where(model, where, connection)
        sql = f"UPDATE {quote(model._meta.db_table)} SET {', '.join(assignments)} WHERE {condition}"
        self.statements.append(Statement(sql, (*params, *condition_params), expect, otherwise))

    def delete(
        self,
        model: type[models.Model],
        *,
        where: Mapping[str, Any],
        expect: int | None = None,
        otherwise: Exception | None = None,
    ) -> None:
        """Remove the rows that match `where`; rows that point at them must be removed before."""
        _refuse_append_only(model)
        connection = connections[self.using]
        condition, params = _where(model, where, connection)
        sql = f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)} WHERE {condition}"
        self.statements.append(Statement(sql, tuple(params), expect, otherwise))

    def erase(self, model: type[models.Model], *, where: Mapping[str, Any]) -> None:
        """Remove rows whose period of keeping is over (廃棄): of an append-only model only where it says `erasable`."""
        if not getattr(model, "erasable", False):
            _refuse_append_only(model)
        connection = connections[self.using]
        condition, params = _where(model, where, connection)
        sql = f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)} WHERE {condition}"
        self.statements.append(Statement(sql, tuple(params)))

    def job(
        self, kind: str, payload: Mapping[str, Any], *, run_at: datetime | None = None, key: str = ""
    ) -> None:
        """Add a job of the same commit; one with a `key` that is already known is left out."""
        from madoguchi.common.models import Job  # the model module needs the app registry

        moment = clock.now()
        job = Job(
            kind=kind, payload=dict(payload), key=key or None, run_at=run_at or moment, created_at=moment
        )
        self.insert(job, unless_exists=bool(key))


def commit(unit: Unit) -> None:
    """Write the whole unit durably, or nothing of it.

    Raises the `otherwise` of a guard that failed (or `GuardFailed`), `IntegrityError` for a broken
    constraint, `NotWritten` when the store cannot write, `OutcomeUnknown` when it does not answer.
    """
    connection = connections[unit.using]
    if connection.in_atomic_block:  # an import or a test that holds its own transaction
        with transaction.atomic(using=unit.using):
            _execute(unit, connection)
    elif connection.vendor == "sqlite":
        _writer(unit.using).write(unit)
    else:
        _write_as_one_statement(unit, connection)


# --- preparing ---------------------------------------------------------------------------------------


def _refuse_append_only(model: type[models.Model]) -> None:
    if getattr(model, "append_only", False):
        raise AppendOnly(model._meta.label)


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    found = model._meta.pk if name == "pk" else model._meta.get_field(name)
    assert isinstance(found, models.Field)
    return found


@functools.cache
def _insert_sql(
    model: type[models.Model], vendor: str, unless_exists: bool
) -> tuple[str, tuple[models.Field[Any, Any], ...]]:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields = tuple(model._meta.local_concrete_fields)
    columns = ", ".join(quote(f.column) for f in fields)
    places = ", ".join(["%s"] * len(fields))
    tail = " ON CONFLICT DO NOTHING" if unless_exists else ""
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places}){tail}", fields


def _where(model: type[models.Model], where: Mapping[str, Any], connection: Any) -> tuple[str, list[Any]]:
    parts: list[str] = []
    params: list[Any] = []
    for key, value in where.items():
        name, _, lookup = key.partition("__")
        column = _field(model, name)
        quoted = connection.ops.quote_name(column.column)
        if value is None:
            parts.append(f"{quoted} IS NULL")
        elif lookup == "in":
            parts.append(f"{quoted} IN ({', '.join(['%s'] * len(value))})" if value else "1 = 0")
            params.extend(column.get_db_prep_save(v, connection) for v in value)
        else:
            operator = {"": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "not": "<>"}[lookup]
            parts.append(f"{quoted} {operator} %s")
            params.append(column.get_db_prep_save(value, connection))
    return " AND ".join(parts), params


# --- writing -----------------------------------------------------------------------------------------


def _execute(unit: Unit, connection: Any) -> None:
    with connection.cursor() as cursor:
        _run(unit, cursor)


_REFUSED = "madoguchi-guard-"


def _write_as_one_statement(unit: Unit, connection: Any) -> None:
    """PostgreSQL: data-modifying common table expressions, so that a unit is one round trip.

    A guard that does not hold makes a cast fail, which undoes the statement as a whole.
    """
    parts: list[str] = []
    guards: list[str] = []
    params: list[Any] = []
    for number, statement in enumerate(unit.statements):
        parts.append(f"s{number} AS ({statement.sql} RETURNING 1)")
        params.extend(statement.params)
        if statement.expect is not None:
            guards.append(
                f"CAST(CASE WHEN (SELECT count(*) FROM s{number}) = {statement.expect:d}"
                f" THEN '0' ELSE '{_REFUSED}{number}' END AS integer)"
            )
    sql = f"WITH {', '.join(parts)} SELECT {' + '.join(guards) or '0'}"
    if _is_lost(connection):  # known before anything is sent: this unit gets a new one
        connection.close()
    try:
        with prepared.execute(connection, sql, params):
            pass
    except DatabaseError as error:
        _, found, number_text = str(error).partition(_REFUSED)
        if found:
            digits = "".join(c for c in number_text[:4] if c.isdigit())
            raise unit.statements[int(digits)].refuse() from None
        if _is_lost(connection):
            connection.close()  # what is asked next gets a new one
            raise OutcomeUnknown(type(error).__name__) from error
        raise _as_not_written(error) from error


def _is_lost(connection: Any) -> bool:
    return connection.connection is not None and bool(connection.connection.closed)


def _as_not_written(error: DatabaseError) -> Exception:
    return NotWritten(type(error).__name__) if isinstance(error, OperationalError) else error


# SQLite's primary result codes that speak of the file or the disk and not of the statement.
_STORE_FAULTS = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
}


def _is_store_fault(error: Exception) -> bool:
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _STORE_FAULTS


def is_store_away(error: BaseException) -> bool:
    """Whether an error, of a write or a read, says that the store cannot be used now, and not that we asked wrong."""
    if isinstance(error, OperationalError | InterfaceError):
        return not isinstance(error.__cause__, sqlite3.Error) or _is_store_fault(error)
    return isinstance(error, NotWritten | OutcomeUnknown)


@dataclass(slots=True)
class _Waiting:
    unit: Unit
    done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class _Writer:
    """SQLite: the one thread of this process that writes, taking turns with other processes by a file lock."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.pid = os.getpid()
        self.queue: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="madoguchi-writer", daemon=True).start()

    def write(self, unit: Unit) -> None:
        waiting = _Waiting(unit)
        self.queue.put(waiting)
        if not waiting.done.wait(WAIT_SECONDS):
            raise OutcomeUnknown
        if waiting.error is not None:
            raise waiting.error

    def _run(self) -> None:
        while True:
            batch = [self.queue.get()]
            while len(batch) < BATCH_UNITS:
                try:
                    batch.append(self.queue.get_nowait())
                except queue.Empty:
                    break
            self._write_batch(batch)

    def _write_batch(self, batch: Sequence[_Waiting]) -> None:
        connection = connections[self.using]
        try:
            with _turn(str(connection.settings_dict["NAME"])), connection.cursor() as cursor:
                if len(batch) == 1 or not _write_together(batch, cursor):
                    for waiting in batch:
                        _write_alone(waiting, cursor)
        except Exception as error:  # the batch as a whole failed: disk full, file gone, lock lost
            refusal = _as_not_written(error) if isinstance(error, DatabaseError) else NotWritten(str(error))
            for waiting in batch:
                if not waiting.done.is_set():
                    waiting.error = refusal
            connection.close()
        for waiting in batch:
            waiting.done.set()


def _write_together(batch: Sequence[_Waiting], cursor: Any) -> bool:
    """Write the units in one transaction; False, and nothing written, when one spoils it for the others.

    Foreign keys are checked at COMMIT, which does not tell whose was broken.
    """
    cursor.execute("BEGIN IMMEDIATE")
    try:
        for waiting in batch:
            _write_in_savepoint(waiting, cursor)
        cursor.execute("COMMIT")
    except (IntegrityError, _Overreach):
        cursor.execute("ROLLBACK")
        for waiting in batch:
            waiting.error = None
        return False
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    return True


def _write_alone(waiting: _Waiting, cursor: Any) -> None:
    """Write a unit in a transaction of its own: what refuses it undoes it."""
    cursor.execute("BEGIN IMMEDIATE")
    try:
        _run(waiting.unit, cursor)
        cursor.execute("COMMIT")
    except Exception as error:
        cursor.execute("ROLLBACK")
        if _is_store_fault(error):
            raise
        waiting.error = error
    waiting.done.set()


def _run(unit: Unit, cursor: Any) -> None:
    for statement in unit.statements:
        cursor.execute(statement.sql, statement.params)
        if statement.expect is not None and cursor.rowcount != statement.expect:
            raise statement.refuse()


class _Overreach(Exception):
    """A lone statement changed more rows than it may: only undoing the whole batch undoes it."""


def _write_in_savepoint(waiting: _Waiting, cursor: Any) -> None:
    alone = len(waiting.unit.statements) == 1  # one statement that fails leaves nothing behind by itself
    if not alone:
        cursor.execute("SAVEPOINT unit")
    try:
        for statement in waiting.unit.statements:
            cursor.execute(statement.sql, statement.params)
            if statement.expect is not None and cursor.rowcount != statement.expect:
                if alone and cursor.rowcount > 0:
                    raise _Overreach
                raise statement.refuse()
    except Exception as error:
        if _is_store_fault(error) or isinstance(error, _Overreach):
            raise
        waiting.error = error
        if not alone:
            cursor.execute("ROLLBACK TO unit")
    if not alone:
        cursor.execute("RELEASE unit")


@contextmanager
def _turn(database: str) -> Iterator[None]:
    """Wait for this process's turn to write: SQLite's own waiting sleeps and is unfair."""
    path = Path(database)
    if not path.is_absolute():  # a shared in-memory database lives in one process
        yield
        return
    with open(path.with_name(path.name + ".writer"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


_writers: dict[str, _Writer] = {}
_writers_lock = threading.Lock()


def _writer(using: str) -> _Writer:
    writer = _writers.get(using)
    if writer is None or writer.pid != os.getpid():
        with _writers_lock:
            writer = _writers.get(using)
            if writer is None or writer.pid != os.getpid():
                writer = _writers[using] = _Writer(using)
    return writer
