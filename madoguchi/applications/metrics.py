"""What the room tells the register of indicators: sums by day, department and procedure, never by person.

Erasing a case (廃棄) takes nothing away: what is counted stays with its row. Nobody who works here is named or ranked.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_noop

from madoguchi.applications import rules
from madoguchi.applications.desk_figures import LONG_DAYS
from madoguchi.applications.desk_queries import period_runs
from madoguchi.applications.models import Application, Correction, Decision
from madoguchi.common import clock, registers
from madoguchi.common.registers import Happening, IndicatorSource
from madoguchi.procedures import queries as procedures

AT_ONCE = 5000
Place = tuple[str, str]  # department, procedure


@dataclass(frozen=True, slots=True)
class _Standing:
    """What is told of the open cases of one procedure in one department."""

    open: int
    late: int
    without_holder: int
    long_open: int


# --- what happened, by day -------------------------------------------------------------------------------------


def filed(since: date | None) -> Iterator[Happening]:
    """Cases filed from any way in, on the day they were stored."""
    cases = Application.objects.filter(filed_at__gte=_begins(since)).order_by()
    return _by_day(cases.values_list("filed_at", "department_code", "procedure_id").iterator(AT_ONCE))


def corrections(since: date | None) -> Iterator[Happening]:
    """Corrections (補正) asked for."""
    asked = Correction.objects.filter(asked_at__gte=_begins(since)).order_by()
    columns = ("asked_at", "application__department_code", "application__procedure_id")
    return _by_day(asked.values_list(*columns).iterator(AT_ONCE))


def decided(since: date | None) -> Iterator[Happening]:
    """Decisions; one that a second look (再調査) replaced later was made all the same."""
    return _by_day((at, code, procedure) for at, _due, code, procedure in _decisions(since))


def decided_in_time(since: date | None) -> Iterator[Happening]:
    """Decisions made no later than the day by which they were due then, or that had none."""
    return _by_day(
        (at, code, procedure)
        for at, due_on, code, procedure in _decisions(since)
        if due_on is None or clock.tokyo_date(at) <= due_on
    )


def _decisions(since: date | None) -> Iterator[tuple[datetime, date | None, str, str]]:
    made = Decision.objects.filter(decided_at__isnull=False, decided_at__gte=_begins(since)).order_by()
    columns = ("decided_at", "due_on", "application__department_code", "application__procedure_id")
    for at, due_on, code, procedure_id in made.values_list(*columns).iterator(AT_ONCE):
        assert at is not None  # asked for above
        yield at, due_on, code, procedure_id


def _begins(since: date | None) -> datetime:
    """The first moment of a day in Japan; of None a moment before there were any cases."""
    return datetime.combine(since or date(1990, 1, 1), time(), tzinfo=clock.TOKYO)


def _by_day(rows: Iterable[tuple[datetime, str, str]]) -> Iterator[Happening]:
    counts: Counter[tuple[date, str, str]] = Counter()
    for at, department_code, procedure_id in rows:
        counts[clock.tokyo_date(at), department_code, procedure_id] += 1
    titles = _titles()
    for (on, *place), count in sorted(counts.items()):
        yield _happening((place[0], place[1]), count, titles, on=on, key=f"{on}:{_sign(place)}")


# --- what stands now -------------------------------------------------------------------------------------------


def standing(what: Callable[[_Standing], int]) -> Iterator[Happening]:
    """One sum of the open cases, by department and procedure; nought where there are open ones of other kinds."""
    today = clock.today()
    titles = _titles()
    for place, sums in _standing(today).items():
        yield _happening(place, what(sums), titles, on=today, key=_sign(place))


def _standing(today: date) -> dict[Place, _Standing]:
    cases = Application.objects.filter(status__in=rules.OPEN).order_by()
    departments = set(cases.values_list("department_code", flat=True).distinct())
    long_since = date.fromordinal(today.toordinal() - LONG_DAYS)
    rows = cases.values("department_code", "procedure_id").annotate(
        n=Count("id"),
        late=Count("id", filter=Q(due_on__lt=today) & period_runs(departments)),
        without=Count("id", filter=Q(holder=None)),
        long=Count("id", filter=Q(received_on__lt=long_since)),
    )
    return {
        (row["department_code"], row["procedure_id"]): _Standing(
            row["n"], row["late"], row["without"], row["long"]
        )
        for row in rows
    }


# --- both ------------------------------------------------------------------------------------------------------


def _happening(place: Place, quantity: int, titles: dict[str, str], *, on: date, key: str) -> Happening:
    department_code, procedure_id = place
    return Happening(
        key=key,
        on=on,
        quantity=quantity,
        subject=procedure_id,
        department_code=department_code,
        label=titles.get(procedure_id, procedure_id)[:200],
        address=f"{reverse('desk:figures')}?department={department_code}",
    )


def _titles() -> dict[str, str]:
    return {one.procedure_id: one.name for one in procedures.names()}


def _sign(place: Iterable[str]) -> str:
    """Both ids together are longer than a key may be."""
    return hashlib.sha256("/".join(place).encode()).hexdigest()[:32]


_HAPPENED = {
    "cases-filed": (gettext_noop("受け付けた申請・届出"), filed),
    "cases-corrected": (gettext_noop("申請・届出の補正の求め"), corrections),
    "cases-decided": (gettext_noop("申請・届出についての決定"), decided),
    "cases-decided-in-time": (gettext_noop("期限までにした決定"), decided_in_time),
}
_STANDS = {
    "cases-open": (gettext_noop("手続中の申請・届出"), lambda sums: sums.open),
    "cases-overdue": (gettext_noop("期限を過ぎた手続中の申請・届出"), lambda sums: sums.late),
    "cases-without-holder": (
        gettext_noop("担当者が決まっていない手続中の申請・届出"),
        lambda sums: sums.without_holder,
    ),
    "cases-open-long": (
        gettext_noop("受付から30日を過ぎた手続中の申請・届出"),
        lambda sums: sums.long_open,
    ),
}
for _order, (_name, (_title, _since)) in enumerate(_HAPPENED.items(), start=30):
    registers.indicators.add(_name, IndicatorSource(_title, "件", collect_since=_since), order=_order)
for _order, (_name, (_title, _what)) in enumerate(_STANDS.items(), start=40):
    _source = IndicatorSource(_title, "件", standing=partial(standing, _what))
    registers.indicators.add(_name, _source, order=_order)
