"""The registry of digital services: entries, the evidence of each year, the year-end survey."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.urls import reverse

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import new_id
from madoguchi.common.registers import Happening
from madoguchi.identity.models import Staff
from madoguchi.japan.fiscal import fiscal_year, fiscal_year_end, fiscal_year_start
from madoguchi.plan.actions import facts
from madoguchi.plan.actions.achievements import ChangedMeanwhile, NotYet, ReasonMissing, may_record
from madoguchi.plan.models import DigitalService, Fact, Survey, UseEvidence
from madoguchi.plan.rules import services as rules

SOURCE = "digital-services"
EDITABLE = (
    "city_service",
    "private_service",
    "provider",
    "department_code",
    "category",
    "started_on",
    "contract",
    "data_classes",
    "privacy_checked_on",
    "security_checked_on",
    "cost_yen",
    "exit_plan",
    "review_on",
    "address",
)


class KnownAlready(Exception):
    """This city service with this private service is in the registry, or this year's evidence is there."""


class NotInUse(Exception):
    """A service is not used before it began or after it ended."""


class EndsBeforeStart(Exception):
    """A service cannot end before it began."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """That a service was used in a fiscal year."""

    fiscal_year: int
    seen_on: date  # within the year, or later: a report of the year
    users: int
    reference: str


def add_service(*, values: Mapping[str, Any], by: Staff, now: datetime) -> DigitalService:
    """Add an entry, with its last day (`ended_on`) where it is known already.

    Raises `NotAllowed`, `EndsBeforeStart`, `KnownAlready` (its days meet those of another entry of the same two).
    """
    may_record(by, str(values["department_code"]), clock.tokyo_date(now))
    same = rules.sameness(values["city_service"], values["private_service"])
    last_day = values.get("ended_on")
    if rules.is_after(values["started_on"], last_day):
        raise EndsBeforeStart
    refuse_meeting(same, values["started_on"], last_day)
    service = DigitalService(
        id=new_id(),
        ended_on=last_day,
        created_at=now,
        changed_at=now,
        changed_by=by,
        **{name: values[name] for name in EDITABLE},
        sameness=same,
    )
    unit = kernel.Unit()
    unit.insert(service)
    _note(unit, service, "digital_service.added", by, now)
    _commit(unit)
    return service


def change_service(
    *, service: DigitalService, version: int, values: Mapping[str, Any], by: Staff, now: datetime
) -> None:
    """Change an entry, and its last day where `values` name one (`ended_on`).

    Raises `NotAllowed`, `KnownAlready` (its days would meet those of another entry of the same two), `NotInUse` (there
    is evidence of its use outside its days), `EndsBeforeStart`, `ChangedMeanwhile`.
    """
    today = clock.tokyo_date(now)
    may_record(by, service.department_code, today)
    may_record(by, str(values["department_code"]), today)
    start, end = values["started_on"], values.get("ended_on") or service.ended_on
    refuse_days(service, start, end)
    same = rules.sameness(values["city_service"], values["private_service"])
    if same == rules.sameness(service.city_service, service.private_service):
        same = (
            service.sameness
        )  # look-alikes from before the registry looked stay apart until one of them ends
    refuse_meeting(same, start, end, but={service.id})
    changes = {name: values[name] for name in EDITABLE} | {"sameness": same, "ended_on": end}
    _store(service, version, changes, "digital_service.changed", by, now)


def end_service(*, service: DigitalService, version: int, last_day: date, by: Staff, now: datetime) -> None:
    """Say that a service is used no longer; from the next day on it is not counted.

    Raises `NotAllowed`, `EndsBeforeStart`, `NotInUse` (there is evidence of its use after that day), `KnownAlready`
    (its days would meet those of another entry of the same two), `ChangedMeanwhile`.
    """
    may_record(by, service.department_code, clock.tokyo_date(now))
    refuse_days(service, service.started_on, last_day)
    refuse_meeting(service.sameness, service.started_on, last_day, but={service.id})
    _store(service, version, {"ended_on": last_day}, "digital_service.ended", by, now)


def add_evidence(*, service: DigitalService, evidence: Evidence, by: Staff, now: datetime) -> UseEvidence:
    """Record this year's use: only with it a service is counted.

    Raises `NotAllowed`, `NotYet` for a day ahead, `NotInUse` for what does not prove the use of the service in that
    fiscal year, `KnownAlready` for a second one of a fiscal year, `ChangedMeanwhile` when the service was changed or ended since it was read.
    """
    today = clock.tokyo_date(now)
    may_record(by, service.department_code, today)
    if evidence.seen_on > today:
        raise NotYet
    if not _proves(evidence.fiscal_year, evidence.seen_on, service.started_on, service.ended_on):
        raise NotInUse
    row = UseEvidence(
        id=new_id(),
        service=service,
        fiscal_year=evidence.fiscal_year,
        seen_on=evidence.seen_on,
        users=evidence.users,
        reference=evidence.reference,
        recorded_by=by,
        recorded_at=now,
    )
    unit = kernel.Unit()
    _raise_version(unit, service, now)
    told = happening(service, row)
    facts.open_months(SOURCE, [told])
    unit.insert(row)
    facts.tell(unit, SOURCE, [told])
    _note(unit, service, "digital_service.evidence", by, now, {"fiscal_year": row.fiscal_year})
    _commit(unit)
    return row


def withdraw_evidence(*, evidence: UseEvidence, reason: str, by: Staff, now: datetime) -> None:
    """Take back what was recorded by mistake; the service counts no longer in that year. The log keeps what it said.

    Raises `NotAllowed`, `ReasonMissing`, `ChangedMeanwhile` when it is gone already.
    """
    service = evidence.service
    may_record(by, service.department_code, clock.tokyo_date(now))
    if not reason.strip():
        raise ReasonMissing
    between = {"key__gte": f"{evidence.id}:", "key__lt": f"{evidence.id};"}
    unit = kernel.Unit()
    _raise_version(unit, service, now)
    unit.delete(UseEvidence, where={"id": evidence.id}, expect=1, otherwise=ChangedMeanwhile())
    facts.exchange(unit, gone=list(Fact.objects.filter(source=SOURCE, **between)), new=())
    detail = {
        "fiscal_year": evidence.fiscal_year,
        "seen_on": evidence.seen_on.isoformat(),
        "users": evidence.users,
        "reference": evidence.reference,
        "reason": reason.strip()[:400],
    }
    _note(unit, service, "digital_service.evidence_withdrawn", by, now, detail)
    kernel.commit(unit)


def happening(service: DigitalService, evidence: UseEvidence) -> Happening:
    """The whole fiscal year, as far as the service was used in it."""
    until = fiscal_year_end(evidence.fiscal_year)
    if service.ended_on is not None:
        until = min(until, service.ended_on)
    return Happening(
        key=f"{evidence.id}:{service.version}",
        on=max(fiscal_year_start(evidence.fiscal_year), service.started_on),
        until=until,
        subject=str(service.id),
        department_code=service.department_code,
        label=f"{service.city_service} × {service.private_service}"[:200],
        address=reverse("plan:service", args=[service.id]),
    )


def issue_surveys(*, now: datetime) -> int:
    """Ask each department with services for this year's evidence, once a year. Returns how many were asked."""
    today = clock.tokyo_date(now)
    if not rules.is_survey_time(today):
        return 0
    year = fiscal_year(today)
    asked = set(Survey.objects.filter(fiscal_year=year).values_list("department_code", flat=True))
    holders = set(DigitalService.objects.in_use(today).values_list("department_code", flat=True))
    unit = kernel.Unit()
    for code in sorted(holders - asked):
        row = Survey(
            id=new_id(),
            fiscal_year=year,
            department_code=code,
            issued_at=now,
            answer_by_on=today + timedelta(days=rules.SURVEY_DAYS),
        )
        unit.insert(row, unless_exists=True)
        detail = {"fiscal_year": year}
        audit.record(
            unit,
            actor="system:plan",
            act="survey.issued",
            subject=f"department:{code}",
            now=now,
            detail=detail,
        )
    if unit.statements:
        kernel.commit(unit)
    return len(holders - asked)


def answer_survey(*, survey: Survey, remark: str, by: Staff, now: datetime) -> None:
    """Say that a department has told of all its services. Raises `NotAllowed`, `ChangedMeanwhile`."""
    may_record(by, survey.department_code, clock.tokyo_date(now))
    unit = kernel.Unit()
    unit.update(
        Survey,
        where={"id": survey.id, "answered_at": None},
        set={"answered_at": now, "answered_by": by.id, "remark": remark.strip()[:2000]},
        otherwise=ChangedMeanwhile(),
    )
    subject = f"department:{survey.department_code}"
    audit.record(unit, actor=by.actor, act="survey.answered", subject=subject, now=now)
    kernel.commit(unit)


def _store(
    service: DigitalService, version: int, values: dict[str, Any], act: str, by: Staff, now: datetime
) -> None:
    """Change the entry and what its evidence tells, in one unit."""
    for name, value in values.items():
        setattr(service, name, value)
    service.version = version + 1
    evidence = list(UseEvidence.objects.filter(service=service))
    told = [happening(service, row) for row in evidence]
    facts.open_months(SOURCE, told)
    gone = list(Fact.objects.filter(source=SOURCE, subject=str(service.id)))
    unit = kernel.Unit()
    unit.update(
        DigitalService,
        where={"id": service.id, "version": version},
        set=values | {"version": version + 1, "changed_at": now, "changed_by": by.id},
        otherwise=ChangedMeanwhile(),
    )
    facts.exchange(unit, gone=gone, new=[(SOURCE, one) for one in told])
    _note(unit, service, act, by, now)
    _commit(unit)


def _raise_version(unit: kernel.Unit, service: DigitalService, now: datetime) -> None:
    """Refuse the unit where somebody else touches the service or its evidence meanwhile."""
    here = {"id": service.id, "version": service.version}
    service.version += 1
    changes = {"version": service.version, "changed_at": now}
    unit.update(DigitalService, where=here, set=changes, otherwise=ChangedMeanwhile())


def refuse_days(service: DigitalService, start: date, end: date | None) -> None:
    """Raises `EndsBeforeStart` or `NotInUse` where a service cannot be used from `start` to `end`."""
    if rules.is_after(start, end):
        raise EndsBeforeStart
    if not all(_proves(one.fiscal_year, one.seen_on, start, end) for one in service.evidence.all()):
        raise NotInUse


def _proves(year: int, seen_on: date, start: date, end: date | None) -> bool:
    return rules.proves(seen_on=seen_on, year=year, started_on=start, ended_on=end)


def retell() -> None:
    """Bring the facts of all evidence up to what the registry tells now."""
    told = [happening(row.service, row) for row in UseEvidence.objects.select_related("service")]
    facts.bring_up(SOURCE, told)


def refuse_meeting(same: str, start: date, end: date | None = None, but: Collection[UUID] = ()) -> None:
    """Raises `KnownAlready` where another entry of the same two is used on a day of these."""
    others = DigitalService.objects.not_ended(start).filter(sameness=same)
    if end is not None:
        others = others.filter(started_on__lte=end)
    if others.exclude(id__in=but).exists():
        raise KnownAlready


def _note(
    unit: kernel.Unit,
    service: DigitalService,
    act: str,
    by: Staff,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    subject = f"digital_service:{service.id}"
    audit.record(unit, actor=by.actor, act=act, subject=subject, now=now, detail=detail)


def _commit(unit: kernel.Unit) -> None:
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise KnownAlready from None
