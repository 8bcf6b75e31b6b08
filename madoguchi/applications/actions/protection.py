"""Protection (支援措置) is of a person: by name and birth date it goes from one filing to all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date, datetime, timedelta
from uuid import UUID

from madoguchi.applications.models import Application
from madoguchi.applications.permissions import may_protect, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity import queries as identity
from madoguchi.identity.actions.restrictions import add_restriction
from madoguchi.identity.models import Restriction, Staff
from madoguchi.identity.rules import RestrictionReason
from madoguchi.japan.kana import search_key as key_of
from madoguchi.organization import queries as organization

CARRIED = "alarm.protection_carried"
# Longer than any request takes from looking for protections to writing its filing.
LOOK_AGAIN_AFTER = timedelta(minutes=5)
LOOKING_AGAIN = "system:protection"


def protect(
    *, application: Application, reason: RestrictionReason, until: date, by: Staff, now: datetime
) -> None:
    """Protect a case and everything else the same person filed, at once. Raises `NotAllowed`.

    What is filed at this very moment neither sees nor is seen: a job of the same unit looks again.
    """
    today = clock.tokyo_date(now)
    require(may_protect(by, application, today=today))
    unit = kernel.Unit()
    restriction = add_restriction(
        unit,
        subject=_subject(application.id),
        until=until,
        reason=reason,
        responsible_department=_in_charge(application),
        by=by.actor,
        now=now,
    )
    for other in _unprotected(_others_of(application), today=today):
        carry(unit, other, until=until, origin=restriction.subject, by=by.actor, now=now)
    unit.job(
        "applications.look_again_for_protected",
        {"application": str(application.id), "restriction": str(restriction.id)},
        run_at=now + LOOK_AGAIN_AFTER,
    )
    kernel.commit(unit)


def look_again(*, application: Application, restriction_id: UUID, now: datetime) -> None:
    """Protect what the same person filed while this case was being protected; done again, it finds nothing.

    What a head has released since stays released: it was somebody else's.
    """
    today = clock.tokyo_date(now)
    restriction = identity.restrictions_in_force(today).filter(id=restriction_id).first()
    if restriction is None:
        return
    missed = _unprotected(_others_of(application), today=today)
    subjects = [_subject(other.id) for other in missed]
    released = identity.subjects_released_since(subjects, restriction.created_at)
    unit = kernel.Unit()
    for other in missed:
        if _subject(other.id) not in released:
            until, origin = restriction.valid_until, restriction.subject
            carry(unit, other, until=until, origin=origin, by=LOOKING_AGAIN, now=now)
    if unit.statements:
        kernel.commit(unit)


def carry_over(
    unit: kernel.Unit,
    application: Application,
    *,
    keys: Set[str],
    birth_on: date | None,
    by: str,
    now: datetime,
) -> None:
    """Add to `unit` the protection that a person of this name and birth date has already, if there is one."""
    if birth_on is None or not keys:
        return
    subjects = [_subject(other.id) for other in _filings_of(keys, birth_on, besides=application.id)]
    for resident in identity.residents_born_on(birth_on):
        names = (
            f"{resident.family_name}{resident.given_name}",
            f"{resident.family_kana}{resident.given_kana}",
        )
        if keys & {key_of(name) for name in names if name}:
            subjects.append(resident.subject)
    found = _protection_of(subjects, today=clock.tokyo_date(now))
    if found is not None:
        carry(unit, application, until=found.valid_until, origin=found.subject, by=by, now=now)


def follow_name(
    unit: kernel.Unit,
    application: Application,
    *,
    keys: Mapping[str, str],
    birth_on: date | None,
    by: str,
    now: datetime,
) -> None:
    """Add to `unit` the protection of whom the case turns out to be about, when its name or birth date changes."""
    own_keys = {keys["name_key"], keys["kana_key"]} - {""}
    renamed = (own_keys, birth_on) != (application.own_keys, application.birth_on)
    if renamed and not identity.is_restricted(_subject(application.id), clock.tokyo_date(now)):
        carry_over(unit, application, keys=own_keys, birth_on=birth_on, by=by, now=now)


def _others_of(application: Application) -> list[Application]:
    """What else the person of this case filed."""
    return _filings_of(application.own_keys, application.birth_on, besides=application.id)


def _unprotected(applications: Iterable[Application], *, today: date) -> list[Application]:
    found = list(applications)
    protected = identity.restricted_subjects((_subject(one.id) for one in found), today)
    return [one for one in found if _subject(one.id) not in protected]


def _filings_of(keys: Set[str], birth_on: date | None, *, besides: UUID) -> list[Application]:
    """What somebody of this birth date filed under one of these keys: the name in letters, and its reading."""
    if birth_on is None:
        return []
    born = Application.objects.filter(birth_on=birth_on).exclude(id=besides)
    rows = born.only("id", "name_key", "kana_key", "department_code", "procedure_id")
    return [row for row in rows if keys & row.own_keys]


def _protection_of(subjects: list[str], *, today: date) -> Restriction | None:
    if not subjects:
        return None
    found = identity.restrictions_in_force(today).filter(subject__in=subjects)
    return found.order_by("-valid_until", "id").first()


def carry(
    unit: kernel.Unit, application: Application, *, until: date, origin: str, by: str, now: datetime
) -> None:
    """Protect one more filing; its own department becomes responsible and its heads are told."""
    code = _in_charge(application)
    add_restriction(
        unit,
        subject=_subject(application.id),
        until=until,
        reason=RestrictionReason.CARRIED_OVER,
        responsible_department=code,
        by=by,
        now=now,
    )
    detail = {"application": str(application.id), "from": origin}
    audit.record(unit, actor=by, act=CARRIED, subject=f"department:{code}", now=now, detail=detail)
    unit.job("applications.tell_protection_carried", {"application": str(application.id)})


def _in_charge(application: Application) -> str:
    """The department that has the case by now; a closed one keeps the code of the one that decided it."""
    return organization.in_charge(application.department_code, application.procedure_id)


def _subject(application_id: UUID) -> str:
    return f"application:{application_id}"
