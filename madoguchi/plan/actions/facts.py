"""Facts and the totals kept with them: told once, counted once, whoever tells them again."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet, Sum

from madoguchi.common import kernel
from madoguchi.common.registers import Happening
from madoguchi.japan.fiscal import fiscal_year, fiscal_year_end, fiscal_year_start
from madoguchi.plan.models import Fact, MonthTotal, SubjectYear

BATCH = 500
T = TypeVar("T")


def tell(unit: kernel.Unit, source: str, happenings: Sequence[Happening]) -> None:
    """Add happenings that are not facts yet to the unit of what they came from; see `exchange`."""
    exchange(unit, gone=(), new=[(source, one) for one in happenings])


def exchange(unit: kernel.Unit, *, gone: Sequence[Fact], new: Sequence[tuple[str, Happening]]) -> None:
    """Put new facts in the place of old ones, with what both do to the totals, in the unit of what they came from.

    Months they fall into must be open: call `open_months` before the unit is written. A new one with the key of an old
    one takes over its row; one whose key is another fact already breaks a unique constraint (`IntegrityError`), an old
    one that is gone already fails the guard, and with it the unit. No row is touched twice: on PostgreSQL the parts of a unit do not see each other.
    """
    totals: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    there = {(fact.source, fact.key): fact for fact in gone}
    stays = {(source, one.key) for source, one in new} & there.keys()
    for fact in gone:
        if (fact.source, fact.key) not in stays:
            unit.delete(Fact, where={"id": fact.id}, expect=1)
        rows, quantity = totals[month_id(fact.source, fact.on, fact.department_code)]
        totals[month_id(fact.source, fact.on, fact.department_code)] = (rows - 1, quantity - fact.quantity)
    for source, one in new:
        if (source, one.key) in stays:
            unit.update(Fact, where={"id": there[source, one.key].id}, set=_columns(one))
        else:
            unit.insert(Fact(source=source, key=one.key, **_columns(one)))
        rows, quantity = totals[month_id(source, one.on, one.department_code)]
        totals[month_id(source, one.on, one.department_code)] = (rows + 1, quantity + one.quantity)
    for row_id, (rows, quantity) in totals.items():
        if rows or quantity:
            change = {"rows": kernel.Increment(rows), "quantity": kernel.Increment(quantity)}
            unit.update(MonthTotal, where={"id": row_id}, set=change)
    _keep_subjects(unit, gone, new)


def _keep_subjects(unit: kernel.Unit, gone: Sequence[Fact], new: Sequence[tuple[str, Happening]]) -> None:
    """Bring the first day of each subject of a fiscal year up to date."""
    first: dict[tuple[str, int, str], date] = {}
    for source, one in new:
        if one.subject:
            place = (source, fiscal_year(one.on), one.subject)
            first[place] = min(first.get(place, one.on), one.on)
    touched = {(f.source, fiscal_year(f.on), f.subject) for f in gone if f.subject}
    for source, year, subject in sorted(touched | first.keys()):
        earliest = first.get((source, year, subject))
        if (source, year, subject) in touched:
            left = _first_left(source, year, subject, {fact.id for fact in gone})
            earliest = min(filter(None, (left, earliest)), default=None)
        row_id = subject_year_id(source, year, subject)
        if earliest is None:
            unit.delete(SubjectYear, where={"id": row_id})
            continue
        row = SubjectYear(id=row_id, source=source, fiscal_year=year, subject=subject, first_on=earliest)
        unit.insert(row, unless_exists=True)
        operator = "first_on__not" if (source, year, subject) in touched else "first_on__gt"
        unit.update(
            SubjectYear, where={"id": row_id, operator: earliest}, set={"first_on": earliest}, expect=None
        )


def _first_left(source: str, year: int, subject: str, gone: set[UUID]) -> date | None:
    left = Fact.objects.filter(
        source=source, subject=subject, on__gte=date(year, 4, 1), on__lte=date(year + 1, 3, 31)
    ).exclude(id__in=gone)
    found: date | None = left.aggregate(first=Min("on"))["first"]
    return found


def open_months(source: str, happenings: Iterable[Happening]) -> None:
    """Make the rows of totals that these happenings are added to; on PostgreSQL a unit sees no row of its own."""
    places = {(month_id(source, h.on, h.department_code), h.on, h.department_code) for h in happenings}
    known = set(MonthTotal.objects.filter(id__in=[p[0] for p in places]).values_list("id", flat=True))
    unit = kernel.Unit()
    made = set()
    for row_id, on, department in places:
        if row_id not in known and row_id not in made:
            made.add(row_id)
            row = MonthTotal(id=row_id, source=source, month=on.replace(day=1), department_code=department)
            unit.insert(row, unless_exists=True)
    if unit.statements:
        kernel.commit(unit)


def newest_day(source: str) -> date | None:
    """The newest day of which a source told."""
    found: date | None = Fact.objects.filter(source=source).aggregate(newest=Max("on"))["newest"]
    return found


def bring_up(
    source: str, happenings: Iterable[Happening], *, beginning: str = "", since: date | None = None
) -> tuple[int, int]:
    """Make the facts of a source equal to what its room tells. Returns how many were added and taken back.

    One that changed is exchanged in one unit, so that no figure is without it meanwhile. Facts whose key does not start
    with `beginning` come from elsewhere and stay, like those before `since`, of which the room told nothing now.
    """
    there_is = Fact.objects.filter(source=source, key__startswith=beginning)
    if since is not None:
        there_is = there_is.filter(on__gte=since)
    known = {
        row[0]: row[1:]
        for row in there_is.values_list(
            "key", "id", "on", "until", "quantity", "subject", "department_code", "label", "address"
        )
    }
    changes: list[tuple[UUID | None, Happening | None]] = []  # what goes, what comes in its place
    told: set[str] = set()
    for one in happenings:
        if one.key in told:
            continue
        told.add(one.key)
        there = known.get(one.key)
        if there is None:
            changes.append((None, one))
        elif there[1:] != tuple(_columns(one).values()):
            changes.append((there[0], one))
    changes += [(row[0], None) for key, row in known.items() if key not in told]
    for batch in _batches(changes):
        new = [one for _id, one in batch if one is not None]
        gone = Fact.objects.filter(id__in=[fact_id for fact_id, _one in batch if fact_id is not None])
        _exchange_now(source, list(gone), new)
    return sum(one is not None for _id, one in changes), sum(fact_id is not None for fact_id, _one in changes)


def bring_standing(source: str, happenings: Iterable[Happening], *, today: date) -> None:
    """Note what stands now: a sum that changed ends yesterday and begins anew today, one that did not goes on.

    Within a day the last count holds. Nothing before today is changed, also not after days without any count.
    """
    told = {one.key: one for one in happenings}
    known = {fact.key.rpartition("@")[0]: fact for fact in Fact.objects.filter(source=source, until=None)}
    changes = []  # what goes, what comes in its place
    for key in sorted(told.keys() | known.keys()):
        fact, one = known.get(key), told.get(key)
        if fact is not None and one is not None and _stands(fact, one):
            continue
        new = []
        if fact is not None and fact.on < today:
            new.append(_ended(fact, today - timedelta(days=1)))
        if one is not None:
            new.append(replace(one, key=f"{key}@{today}", on=today, until=None))
        changes.append((fact, new))
    for batch in _batches(changes):
        gone = [fact for fact, _new in batch if fact is not None]
        _exchange_now(source, gone, [one for _fact, new in batch for one in new])


def _stands(fact: Fact, one: Happening) -> bool:
    told = replace(one, on=fact.on, until=None)
    return {name: getattr(fact, name) for name in _columns(told)} == _columns(told)


def _ended(fact: Fact, last: date) -> Happening:
    return Happening(
        key=fact.key,
        on=fact.on,
        until=last,
        quantity=fact.quantity,
        subject=fact.subject,
        department_code=fact.department_code,
        label=fact.label,
        address=fact.address,
    )


def _exchange_now(source: str, gone: Sequence[Fact], new: Sequence[Happening]) -> None:
    open_months(source, new)
    unit = kernel.Unit()
    exchange(unit, gone=gone, new=[(source, one) for one in new])
    if unit.statements:
        kernel.commit(unit)


def recount(source: str) -> int:
    """Make all totals of a source anew from its facts, and the first days of its subjects. Returns how many were wrong."""
    return _recount_months(source) + sum(_recount_subjects(source, year) for year in _years(source))


def _recount_months(source: str) -> int:
    wanted = {
        month_id(source, month, department): (month, department, rows, quantity)
        for month, department, rows, quantity in _by_month(Fact.objects.filter(source=source))
    }
    unit = kernel.Unit()
    wrong = 0
    for total in MonthTotal.objects.filter(source=source):
        right = wanted.pop(total.id, (total.month, total.department_code, 0, 0))
        if (total.rows, total.quantity) != right[2:]:
            wrong += 1
            where = {"id": total.id, "rows": total.rows, "quantity": total.quantity}
            unit.update(MonthTotal, where=where, set={"rows": right[2], "quantity": right[3]})
    for row_id, (month, department, rows, quantity) in wanted.items():
        wrong += 1
        unit.insert(
            MonthTotal(
                id=row_id,
                source=source,
                month=month,
                department_code=department,
                rows=rows,
                quantity=quantity,
            )
        )
    if unit.statements:
        kernel.commit(unit)
    return wrong


def _years(source: str) -> range:
    """The fiscal years that facts or first days of a source fall into."""
    days = Fact.objects.filter(source=source).aggregate(first=Min("on"), last=Max("on"))
    kept = SubjectYear.objects.filter(source=source).aggregate(
        first=Min("fiscal_year"), last=Max("fiscal_year")
    )
    years = [fiscal_year(day) for day in days.values() if day] + [year for year in kept.values() if year]
    return range(min(years), max(years) + 1) if years else range(0)


def _recount_subjects(source: str, year: int) -> int:
    """Bring the first days of a fiscal year up to the facts. Returns how many were wrong."""
    facts = Fact.objects.filter(source=source, on__gte=fiscal_year_start(year), on__lte=fiscal_year_end(year))
    firsts = facts.exclude(subject="").order_by().values_list("subject").annotate(first=Min("on"))
    wanted = dict(firsts.iterator(chunk_size=5000))
    wrong: list[tuple[str, str, date | None]] = []  # id, subject, first day; None for one that is not there
    for row_id, subject, first in SubjectYear.objects.filter(source=source, fiscal_year=year).values_list(
        "id", "subject", "first_on"
    ):
        right = wanted.pop(subject, None)
        if right != first:
            wrong.append((row_id, subject, right))
    wrong += [(subject_year_id(source, year, subject), subject, first) for subject, first in wanted.items()]
    for batch in _batches(wrong):
        unit = kernel.Unit()
        for row_id, subject, right in batch:
            if right is None:
                unit.delete(SubjectYear, where={"id": row_id})
                continue
            row = SubjectYear(id=row_id, source=source, fiscal_year=year, subject=subject, first_on=right)
            unit.insert(row, unless_exists=True)
            here = {"id": row_id, "first_on__not": right}
            unit.update(SubjectYear, where=here, set={"first_on": right}, expect=None)
        kernel.commit(unit)
    return len(wrong)


def month_id(source: str, on: date, department_code: str) -> str:
    """The key of the total that a day of a department adds to."""
    return f"{source}|{on:%Y-%m}|{department_code}"


def subject_year_id(source: str, year: int, subject: str) -> str:
    """The key of a subject in a fiscal year."""
    return hashlib.sha256(f"{source}|{year}|{subject}".encode()).hexdigest()


def _by_month(facts: QuerySet[Fact]) -> Iterable[tuple[date, str, int, int]]:
    """Rows and quantity by month: asked for by day, in the order of an index that holds all four columns."""
    months: dict[tuple[date, str], tuple[int, int]] = {}
    days = facts.values_list("on", "department_code").annotate(rows=Count("*"), sum=Sum("quantity"))
    for on, department, rows, quantity in days.order_by("on", "department_code").iterator(chunk_size=5000):
        place = (on.replace(day=1), department)
        before = months.get(place, (0, 0))
        months[place] = (before[0] + rows, before[1] + quantity)
    for (month, department), (rows, quantity) in months.items():
        yield month, department, rows, quantity


def _columns(one: Happening) -> dict[str, Any]:
    return {
        "on": one.on,
        "until": one.until,
        "quantity": one.quantity,
        "subject": one.subject,
        "department_code": one.department_code,
        "label": one.label,
        "address": one.address,
    }


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch
