"""Questions to the database that Django has no word for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Func, Lookup
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    TextLookup = Lookup[str]
else:
    TextLookup = Lookup

_LAST = "\U0010ffff"  # stands behind every character


@CharField.register_lookup
class Begins(TextLookup):
    """`name__begins="ab"`: begins with it, letter by letter, by an index whatever the language of the database.

    On PostgreSQL the index needs the class `varchar_pattern_ops` (`BEGINS_CLASS`).
    """

    lookup_name = "begins"
    operators = (">=", "<")

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[str | int]]:  # between the text itself and the last that begins so
        column, params = self.process_lhs(compiler, connection)
        low, high = self.operators
        beginning = str(self.rhs)
        values: list[Any] = [*params, beginning, *params, beginning + _LAST]
        return f"({column} {low} %s AND {column} {high} %s)", values

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[str | int]]:
        """Compared byte by byte, as the index does."""
        self.operators = ("~>=~", "~<~")
        return self.as_sql(compiler, connection)


BEGINS_CLASS = "varchar_pattern_ops"


class Unindexed(Func):
    """A text column that no index is looked up by, where another index is known to leave fewer rows."""

    template = "+%(expressions)s"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, list[Any]]:
        """PostgreSQL knows no plus of texts."""
        sql, params = self.as_sql(compiler, connection, template="(%(expressions)s || '')", **extra)
        return sql, list(params)
