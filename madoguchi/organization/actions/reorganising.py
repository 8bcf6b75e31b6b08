"""Reorganisations (組織改正): planned by administrators, decided, carried out on their day by a job, undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.actions.accounts import Outdated
from madoguchi.identity.models import Staff
from madoguchi.organization import queries, rules
from madoguchi.organization.actions.permission import NotAllowed, require
from madoguchi.organization.events import Reorganised
from madoguchi.organization.models import Department, Posting, Reorganisation, Stage, Succession
from madoguchi.organization.rules import Capability, Fault, Role

ACTOR = "system:reorganisation"


class Faulty(Exception):
    """The plan cannot be decided as it stands; `faults` say why, each with the code of a department or ""."""

    def __init__(self, faults: list[tuple[Fault, str]]) -> None:
        super().__init__(", ".join(fault for fault, _ in faults))
        self.faults = faults


class LineTaken(Exception):
    """The plan says already what becomes of this department, or of this procedure of it."""


def plan(*, name: str, on_day: date, by: Staff, now: datetime) -> Reorganisation:
    """Begin a plan."""
    _require(by, now)
    row = Reorganisation(name=name, on_day=on_day)
    unit = kernel.Unit()
    unit.insert(row)
    _note(unit, row, "planned", by.actor, now)
    kernel.commit(unit)
    return row


def change_plan(
    *, reorganisation: Reorganisation, version: int, name: str, on_day: date, by: Staff, now: datetime
) -> None:
    """Change name and day of a plan that is not decided. Raises `Outdated`."""
    unit = _changing(reorganisation, version, by, now, name=name, on_day=on_day)
    _note(unit, reorganisation, "changed", by.actor, now)
    kernel.commit(unit)


def add_line(
    *,
    reorganisation: Reorganisation,
    version: int,
    old: Department,
    procedure_id: str,
    new: Department,
    with_staff: bool,
    by: Staff,
    now: datetime,
) -> None:
    """Say what becomes of a department, or of one of its procedures. Raises `LineTaken`, `Outdated`."""
    unit = _changing(reorganisation, version, by, now)
    line = Succession(
        reorganisation=reorganisation, old=old, procedure_id=procedure_id, new=new, with_staff=with_staff
    )
    unit.insert(line)
    detail = {"old": old.code, "procedure": procedure_id, "new": new.code}
    _note(unit, reorganisation, "line_added", by.actor, now, **detail)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise LineTaken from None


def remove_line(*, line: Succession, version: int, by: Staff, now: datetime) -> None:
    """Take a line out of a plan. Raises `Outdated`."""
    unit = _changing(line.reorganisation, version, by, now)
    unit.delete(Succession, where={"id": line.id}, expect=1, otherwise=Outdated())
    _note(unit, line.reorganisation, "line_removed", by.actor, now, old=line.old_id, new=line.new_id)
    kernel.commit(unit)


def remove_plan(*, reorganisation: Reorganisation, version: int, by: Staff, now: datetime) -> None:
    """Drop a plan that is not decided. Raises `Outdated`."""
    _require(by, now)
    unit = kernel.Unit()
    # The lines go first: rows that point at others do.
    unit.delete(Succession, where={"reorganisation": reorganisation.id})
    guard = {"id": reorganisation.id, "version": version, "stage": Stage.PLANNED}
    unit.delete(Reorganisation, where=guard, expect=1, otherwise=Outdated())
    _note(unit, reorganisation, "removed", by.actor, now)
    kernel.commit(unit)


def decide(*, reorganisation: Reorganisation, version: int, by: Staff, now: datetime) -> None:
    """Settle a plan: a job carries it out when its day begins. Raises `Faulty`, `Outdated`."""
    _require(by, now)
    found = faults_of(reorganisation, today=clock.tokyo_date(now))
    if found:
        raise Faulty(found)
    unit = kernel.Unit()
    _move(unit, reorganisation, version, Stage.DECIDED)
    day_begins = datetime.combine(reorganisation.on_day, time(), tzinfo=clock.TOKYO)
    unit.job(
        "organization.reorganise",
        {"reorganisation": str(reorganisation.id), "version": version + 1},
        run_at=max(day_begins, now),
    )
    _note(unit, reorganisation, "decided", by.actor, now, on=reorganisation.on_day.isoformat())
    kernel.commit(unit)


def take_back(*, reorganisation: Reorganisation, version: int, by: Staff, now: datetime) -> None:
    """Plan a decided reorganisation anew, before its day; the job finds another version and does nothing.

    Raises `Outdated`, also when it was carried out meanwhile.
    """
    _require(by, now)
    unit = kernel.Unit()
    _move(unit, reorganisation, version, Stage.PLANNED)
    _note(unit, reorganisation, "taken_back", by.actor, now)
    kernel.commit(unit)


def faults_of(reorganisation: Reorganisation, *, today: date) -> list[tuple[Fault, str]]:
    """What stands against carrying out a plan."""
    lines = queries.lines_of(reorganisation)
    departments = [department for line in lines for department in (line.old, line.new)]
    spans = {one.code: (one.valid_from, one.valid_until) for one in departments}
    plain = [plain_line(line) for line in lines]
    return rules.faults(plain, spans, on_day=reorganisation.on_day, today=today)


def plain_line(line: Succession) -> rules.Line:
    """A line as the rules read it."""
    return rules.Line(line.old_id, line.procedure_id, line.new_id)


def carry_out(*, reorganisation: Reorganisation, version: int, now: datetime) -> None:
    """Let old departments end and their people go on in the new ones, in one unit; the rooms above move what they hold.

    From this commit on, definitions that name an old department mean its successor. Whatever is late, nothing is
    without a department in between. Raises `Outdated` when a row changed since it was read: the job tries again.
    """
    if reorganisation.stage != Stage.DECIDED or reorganisation.version != version:
        return  # taken back, or done already
    lines = queries.lines_of(reorganisation)
    last_day = reorganisation.on_day - timedelta(days=1)
    unit = kernel.Unit()
    changed: dict[str, Any] = {"departments": {}, "ended": [], "begun": []}
    for old in {line.old_id: line.old for line in lines if not line.procedure_id}.values():
        if old.valid_until is None or old.valid_until > last_day:
            _change_department(unit, old, last_day)
            changed["departments"][old.code] = _iso(old.valid_until)
    _move_people(unit, lines, reorganisation.on_day, changed, now)
    _move(unit, reorganisation, version, Stage.DONE, carried_out_at=now, changed_rows=changed)
    unit.job("organization.reorganised", asdict(Reorganised(str(reorganisation.id))))
    _note(unit, reorganisation, "carried_out", ACTOR, now)
    kernel.commit(unit)


def _move_people(
    unit: kernel.Unit, lines: list[Succession], on_day: date, changed: dict[str, Any], now: datetime
) -> None:
    """End the postings of departments that end; begin those in new ones for the people who come along.

    Who administers goes along wherever the department goes as a whole: somebody always can.
    """
    ending = {line.old_id for line in lines if not line.procedure_id}
    olds = Posting.objects.filter(department__in={line.old_id for line in lines})
    postings = [one for one in olds.order_by("id") if one.valid_until is None or one.valid_until >= on_day]
    there = set(
        Posting.objects.filter(queries.in_force(on_day), department__in={line.new_id for line in lines})
        .filter(valid_until=None)
        .values_list("staff_id", "department_id", "role")
    )
    for posting in postings:
        for line in lines:
            goes = line.with_staff or (posting.role == Role.ADMINISTRATOR and not line.procedure_id)
            key = (posting.staff_id, line.new_id, posting.role)
            if line.old_id != posting.department_id or not goes or key in there:
                continue
            there.add(key)
            begun = _begin(unit, key, max(on_day, posting.valid_from), posting.valid_until, now)
            changed["begun"].append(str(begun.id))
        if posting.department_id in ending:
            _end(unit, posting, on_day - timedelta(days=1), now)
            changed["ended"].append([str(posting.id), _iso(posting.valid_until)])


def undo(*, reorganisation: Reorganisation, version: int, by: Staff, now: datetime) -> None:
    """Put departments and people back from today on; what was decided meanwhile stays decided.

    The rooms above give back the cases that are still open. Raises `NotAllowed` when the reorganisation is not done
    or a later one builds on it, `Outdated`.
    """
    _require(by, now)
    if reorganisation.stage != Stage.DONE or is_built_on(reorganisation):
        raise NotAllowed
    today, changed = clock.tokyo_date(now), reorganisation.changed_rows
    yesterday = today - timedelta(days=1)
    unit = kernel.Unit()
    for code, until in changed["departments"].items():
        _change_department(unit, queries.department(code), date.fromisoformat(until) if until else None)
    begun = Posting.objects.filter(id__in=changed["begun"])
    for posting in begun.order_by("id"):
        if posting.valid_until is not None and posting.valid_until < today:
            continue  # ended by somebody meanwhile
        if posting.valid_from > yesterday:
            unit.delete(Posting, where={"id": posting.id}, expect=1, otherwise=Outdated())
            _note_posting(unit, posting, "posting.ended", now, until=yesterday.isoformat())
        else:
            _end(unit, posting, yesterday, now)
    ended = {UUID(key): until for key, until in changed["ended"]}
    again = _held_without_end(changed["departments"])
    for posting in Posting.objects.filter(id__in=ended, staff__active=True).order_by("id"):
        until = date.fromisoformat(ended[posting.id]) if ended[posting.id] else None
        key = (posting.staff_id, posting.department_id, posting.role)
        if key not in again and (until is None or until >= today):
            _begin(unit, key, today, until, now)
    _move(unit, reorganisation, version, Stage.UNDONE, undone_at=now)
    unit.job("organization.reorganisation_undone", asdict(Reorganised(str(reorganisation.id))))
    _note(unit, reorganisation, "undone", by.actor, now)
    kernel.commit(unit)


def is_built_on(reorganisation: Reorganisation) -> bool:
    """Whether a later reorganisation that was carried out changes departments this one made successors."""
    assert reorganisation.carried_out_at is not None, "asked of what was carried out"
    news = reorganisation.lines.values("new")
    later = Succession.objects.filter(
        reorganisation__stage=Stage.DONE, reorganisation__carried_out_at__gt=reorganisation.carried_out_at
    )
    return later.filter(old__in=news).exists()


def _held_without_end(codes: Iterable[str]) -> set[tuple[UUID, str, str]]:
    rows = Posting.objects.filter(department__in=list(codes), valid_until=None)
    return set(rows.values_list("staff_id", "department_id", "role"))


def _changing(
    reorganisation: Reorganisation, version: int, by: Staff, now: datetime, **changes: Any
) -> kernel.Unit:
    """A unit that changes a plan that is not decided yet, guarded by the version a page showed."""
    _require(by, now)
    unit = kernel.Unit()
    unit.update(
        Reorganisation,
        where={"id": reorganisation.id, "version": version, "stage": Stage.PLANNED},
        set={**changes, "version": version + 1},
        otherwise=Outdated(),
    )
    return unit


def _move(unit: kernel.Unit, reorganisation: Reorganisation, version: int, to: Stage, **changes: Any) -> None:
    if to not in rules.NEXT_STAGE[reorganisation.stage]:
        raise Outdated
    unit.update(
        Reorganisation,
        where={"id": reorganisation.id, "version": version, "stage": reorganisation.stage},
        set={**changes, "stage": to, "version": version + 1},
        otherwise=Outdated(),
    )


def _change_department(unit: kernel.Unit, department: Department, until: date | None) -> None:
    guard = {"code": department.code, "version": department.version}
    changes = {"valid_until": until, "version": department.version + 1}
    unit.update(Department, where=guard, set=changes, otherwise=Outdated())


def _begin(
    unit: kernel.Unit, key: tuple[UUID, str, str], since: date, until: date | None, now: datetime
) -> Posting:
    staff_id, code, role = key
    posting = Posting(staff_id=staff_id, department_id=code, role=role, valid_from=since, valid_until=until)
    unit.insert(posting)
    _note_posting(unit, posting, "posting.begun", now, since=since.isoformat())
    return posting


def _end(unit: kernel.Unit, posting: Posting, last_day: date, now: datetime) -> None:
    guard = {"id": posting.id, "valid_until": posting.valid_until}
    unit.update(Posting, where=guard, set={"valid_until": last_day}, otherwise=Outdated())
    _note_posting(unit, posting, "posting.ended", now, until=last_day.isoformat())


def _note_posting(unit: kernel.Unit, posting: Posting, act: str, now: datetime, **detail: str) -> None:
    facts = {"department": posting.department_id, "role": str(posting.role), **detail}
    audit.record(unit, actor=ACTOR, act=act, subject=f"staff:{posting.staff_id}", now=now, detail=facts)


def _require(by: Staff, now: datetime) -> None:
    require(by, Capability.MANAGE_DEPARTMENTS, clock.tokyo_date(now))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _note(unit: kernel.Unit, row: Reorganisation, act: str, actor: str, now: datetime, **detail: str) -> None:
    subject = f"reorganisation:{row.id}"
    audit.record(unit, actor=actor, act=f"reorganisation.{act}", subject=subject, now=now, detail=detail)
