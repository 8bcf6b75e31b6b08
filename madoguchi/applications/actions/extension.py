"""Extending the due day of an open case by a notice with its reason (延長通知)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from madoguchi.applications import letters, queries, rules
from madoguchi.applications.actions.decision import NUMBER_ATTEMPTS, NumberTaken, next_document_number
from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.errors import DayOutOfRange, NotAllowed, ReasonMissing
from madoguchi.applications.models import Application, Extension
from madoguchi.applications.permissions import may_act_on, require
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures


def extend(*, application: Application, to_on: date, reason: str, by: Staff, now: datetime) -> Extension:
    """Move the due day of an open case to a later one and tell the resident why, in a letter with its number.

    Raises `NotAllowed` (closed, or no law lets the period be extended), `ReasonMissing`, `DayOutOfRange`,
    `ChangedMeanwhile`; `NumberTaken` only when others took each of the next numbers first.
    """
    today = clock.tokyo_date(now)
    require(may_act_on(by, application, today=today))
    require(application.status in rules.OPEN)
    days = queries.extension_days(application, today=today)
    if days is None or application.due_on is None:
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    if not days[0] <= to_on <= days[1]:
        raise DayOutOfRange
    for _attempt in range(NUMBER_ATTEMPTS - 1):
        with suppress(NumberTaken):
            return _written(application, to_on, reason, by, now)
    return _written(application, to_on, reason, by, now)


def drafted(
    application: Application, *, to_on: date, reason: str, number: str, by: Staff, now: datetime
) -> Extension:
    """An extension with its letter, as it would be written now."""
    assert application.due_on is not None
    definition = procedures.definition_of(application.procedure_version_id)
    extension = Extension(
        application=application,
        from_on=application.due_on,
        to_on=to_on,
        days=rules.days_counted(
            unit=definition.clock.unit,
            after=application.due_on,
            until=to_on,
            closed_days=organization.closed_days(),
        ),
        reason=reason.strip(),
        extended_by=by,
        extended_by_name=by.display_name,
        extended_at=now,
        document_number=number,
    )
    extension.notice = letters.stored(letters.extension_notice(application, extension))
    return extension


def _written(application: Application, to_on: date, reason: str, by: Staff, now: datetime) -> Extension:
    """Write the extension with the next document number of the moment."""
    unit = kernel.Unit()
    number = next_document_number(unit, application.department_code, clock.tokyo_date(now))
    extension = drafted(application, to_on=to_on, reason=reason, number=number, by=by, now=now)
    detail = {
        "extension": str(extension.id),
        "from": extension.from_on.isoformat(),
        "to": extension.to_on.isoformat(),
        "reason": extension.reason,
    }
    change_case(unit, application, act="extend", by=by, now=now, detail=detail, due_on=extension.to_on)
    unit.insert(extension)
    unit.job("applications.after_extension", {"extension": str(extension.id)})
    commit_case(unit, application)
    return extension
