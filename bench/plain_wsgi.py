"""The same product with plain writing: `transaction.atomic` and the ORM instead of the write kernel.

Only for comparison; nothing else differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction

from madoguchi.common import clock, kernel
from madoguchi.config.wsgi import application

__all__ = ["application"]


def _insert(
    self: Any, row: models.Model, *, unless_exists: bool = False, otherwise: Exception | None = None
) -> None:
    if unless_exists:
        self.statements.append(lambda: type(row)._base_manager.bulk_create([row], ignore_conflicts=True))
    else:
        self.statements.append(lambda: row.save(force_insert=True))


def _update(
    self: Any,
    model: type[models.Model],
    *,
    where: Mapping[str, Any],
    set: Mapping[str, Any],
    expect: int | None = 1,
    otherwise: Exception | None = None,
) -> None:
    values = {k: models.F(k) + v.by if isinstance(v, kernel.Increment) else v for k, v in set.items()}
    self.statements.append(
        lambda: _counted(model._base_manager.filter(**where).update(**values), expect, otherwise)
    )


def _delete(
    self: Any,
    model: type[models.Model],
    *,
    where: Mapping[str, Any],
    expect: int | None = None,
    otherwise: Exception | None = None,
) -> None:
    self.statements.append(
        lambda: _counted(model._base_manager.filter(**where).delete()[0], expect, otherwise)
    )


def _counted(count: int, expect: int | None, otherwise: Exception | None) -> None:
    if expect is not None and count != expect:
        raise otherwise or kernel.GuardFailed()


def _job(
    self: Any, kind: str, payload: Mapping[str, Any], *, run_at: datetime | None = None, key: str = ""
) -> None:
    from madoguchi.common.models import Job

    now = clock.now()
    row = Job(kind=kind, payload=dict(payload), key=key or None, run_at=run_at or now, created_at=now)
    _insert(self, row, unless_exists=bool(key))


def _commit(unit: Any) -> None:
    steps: list[Callable[[], Any]] = unit.statements
    with transaction.atomic():
        for step in steps:
            step()


kernel.Unit.insert = _insert  # type: ignore[method-assign]
kernel.Unit.update = _update  # type: ignore[method-assign]
kernel.Unit.delete = _delete  # type: ignore[method-assign]
kernel.Unit.job = _job  # type: ignore[method-assign]
kernel.commit = _commit
