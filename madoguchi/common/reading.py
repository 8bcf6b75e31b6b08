"""Reading one row by its key, or a short column: what most pages begin with, without building the same query again each time.

Django's query compiler takes several times as long as the database for such a read; the statement is kept here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models

from madoguchi.common import prepared

M = TypeVar("M", bound=models.Model)
Converter = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Prepared:
    sql: str
    keys: tuple[models.Field[Any, Any], ...]
    names: tuple[str, ...]
    converters: tuple[tuple[int, tuple[Converter, ...]], ...]


def one(model: type[M], *, using: str = DEFAULT_DB_ALIAS, **where: Any) -> M | None:
    """The row whose columns equal `where`, as a model instance, or None. `where` names a unique key."""
    connection = connections[using]
    query = _prepare(model, tuple(where), using, connection.vendor)
    params = [
        key.get_db_prep_value(value, connection)
        for key, value in zip(query.keys, where.values(), strict=True)
    ]
    with prepared.execute(connection, query.sql, params) as cursor:
        row = cursor.fetchone()
    return model.from_db(using, query.names, _converted(row, query)) if row is not None else None


def column(model: type[models.Model], name: str, *, using: str = DEFAULT_DB_ALIAS) -> list[Any]:
    """All values of one column of a small table."""
    connection = connections[using]
    query = _prepare(model, (), using, connection.vendor, (name,))
    with prepared.execute(connection, query.sql, ()) as cursor:
        rows = cursor.fetchall()
    return [_converted(row, query)[0] for row in rows]


def _converted(row: tuple[Any, ...], query: _Prepared) -> list[Any]:
    values = list(row)
    for index, converters in query.converters:
        for convert in converters:
            values[index] = convert(values[index])
    return values


@functools.lru_cache(maxsize=256)
def _prepare(
    model: type[models.Model], names: tuple[str, ...], using: str, vendor: str, wanted: tuple[str, ...] = ()
) -> _Prepared:
    connection = connections[using]
    quote = connection.ops.quote_name
    by_name = {f.name: f for f in model._meta.concrete_fields}
    fields: tuple[models.Field[Any, Any], ...] = tuple(by_name[name] for name in wanted or by_name)
    keys = tuple(by_name[name] for name in names)
    columns = ", ".join(quote(f.column) for f in fields)
    condition = " AND ".join(f"{quote(key.column)} = %s" for key in keys)
    where = f" WHERE {condition}" if keys else ""
    converters = []
    for index, field in enumerate(fields):
        column = field.get_col(model._meta.db_table)
        found = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
        if found:
            # The connection is looked up anew for each read: threads have their own.
            bound = tuple(_bound(convert, column, using) for convert in found)
            converters.append((index, bound))
    return _Prepared(
        sql=f"SELECT {columns} FROM {quote(model._meta.db_table)}{where}",
        keys=keys,
        names=tuple(f.attname for f in fields),
        converters=tuple(converters),
    )


def _bound(convert: Callable[..., Any], column: Any, using: str) -> Converter:
    def bound(value: Any) -> Any:
        return convert(value, column, connections[using])

    return bound
