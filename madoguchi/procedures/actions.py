"""Publishing procedures, and closing what is not taken online any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError

from madoguchi.audit import actions as audit
from madoguchi.common import kernel
from madoguchi.procedures.checking import check_change, check_source
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.findings import BrokenDefinition
from madoguchi.procedures.models import Closing, Procedure, ProcedureVersion
from madoguchi.procedures.placing import attached
from madoguchi.procedures.queries import definition_of


class NeedsSecondPerson(Exception):
    """Whoever publishes a definition may not be the one who approves it."""


class PublishedMeanwhile(Exception):
    """Somebody else published a version of this procedure since it was read."""


def publish(*, source: str, by: str, approved_by: str, now: datetime) -> ProcedureVersion:
    """Make `source` the version residents file from now on; the same source again changes nothing.

    The version keeps the blocks it uses, so that it stays the same when a block changes.

    Raises `BrokenDefinition` with every finding, `NeedsSecondPerson`, `PublishedMeanwhile`.
    """
    if by == approved_by:
        raise NeedsSecondPerson
    errors = [f for f in check_source(source, "") if f.severity == "error"]
    if errors:
        raise BrokenDefinition(errors)
    source = attached(source)
    definition = compile_source(source)
    procedure = Procedure.objects.select_related("current").filter(id=definition.id).first()
    if procedure is not None:
        if procedure.current.digest == definition.digest:
            return procedure.current
        before = definition_of(procedure.current_id)
        broken = [f for f in check_change(source, "", before) if f.severity == "error"]
        if broken:
            raise BrokenDefinition(broken)
    version = ProcedureVersion(
        procedure_id=definition.id,
        number=procedure.current.number + 1 if procedure else 1,
        source=source,
        digest=definition.digest,
        department_code=definition.department,
        published_at=now,
        published_by=by,
        approved_by=approved_by,
    )
    unit = kernel.Unit()
    unit.insert(version)
    if procedure is None:
        unit.insert(Procedure(id=definition.id, current=version))
    else:
        unit.update(
            Procedure,
            where={"id": procedure.id, "version": procedure.version},
            set={"current": version.id, "version": procedure.version + 1},
            otherwise=PublishedMeanwhile(),
        )
    audit.record(
        unit,
        actor=by,
        act="publish_procedure",
        subject=f"procedure:{definition.id}",
        now=now,
        detail={"number": version.number, "approved_by": approved_by, "digest": version.digest},
    )
    try:
        kernel.commit(unit)
    except IntegrityError:  # the number, or the procedure itself, is there already
        raise PublishedMeanwhile from None
    return version


def close(*, procedure_id: str, by: str, now: datetime) -> None:
    """Take no more filings online (受付終了), drafts in hand included; what is closed already stays as it is.

    Raises `Procedure.DoesNotExist`, `PublishedMeanwhile`.
    """
    procedure = Procedure.objects.get(id=procedure_id)
    if procedure.is_open:
        unit = kernel.Unit()
        unit.insert(Closing(procedure=procedure, closed_at=now, closed_by=by))
        changes = {"is_open": False, "closed_at": now}
        try:
            _change(unit, procedure, changes, act="close_procedure", by=by, now=now)
        except IntegrityError:  # somebody else's closing runs already
            raise PublishedMeanwhile from None


def reopen(*, procedure_id: str, by: str, now: datetime) -> None:
    """Take filings online again, drafts in hand included. Raises `Procedure.DoesNotExist`, `PublishedMeanwhile`."""
    procedure = Procedure.objects.get(id=procedure_id)
    if not procedure.is_open:
        unit = kernel.Unit()
        running = {"procedure": procedure.id, "reopened_at": None}
        unit.update(Closing, where=running, set={"reopened_at": now, "reopened_by": by}, expect=None)
        changes = {"is_open": True, "closed_at": None}
        _change(unit, procedure, changes, act="reopen_procedure", by=by, now=now)


def _change(
    unit: kernel.Unit, procedure: Procedure, changes: dict[str, Any], *, act: str, by: str, now: datetime
) -> None:
    unit.update(
        Procedure,
        where={"id": procedure.id, "version": procedure.version},
        set={"version": procedure.version + 1, **changes},
        otherwise=PublishedMeanwhile(),
    )
    audit.record(unit, actor=by, act=act, subject=f"procedure:{procedure.id}", now=now)
    kernel.commit(unit)
