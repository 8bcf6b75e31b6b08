"""What a section looks at: how old its open cases are, what is late, what is asked to be corrected, how long it takes.

Everything is counted from the cases at the moment of asking; nobody is ranked: officers stand by name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise
from uuid import UUID

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)

from madoguchi.applications import rules
from madoguchi.applications.desk_queries import period_runs
from madoguchi.applications.models import (
    Application,
    CaseEvent,
    Correction,
    CorrectionItem,
    Decision,
    SecondLookRequest,
    Status,
)
from madoguchi.common import clock
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition

WINDOW_DAYS = 365
STAGE_DAYS = 90
BY_DAY = 30
# Days since receipt, each band up to and with its last day; the last has no end.
BANDS = (7, 14, 30)
LONG_DAYS = BANDS[-1]


@dataclass(frozen=True, slots=True)
class Ages:
    """Open cases of a procedure: how many in each band of days since receipt, how many past their due day."""

    procedure_id: str
    bands: tuple[int, ...]
    overdue: int

    @property
    def total(self) -> int:
        """All open cases."""
        return sum(self.bands)


@dataclass(frozen=True, slots=True)
class Load:
    """Open cases that an officer holds; without name those that nobody holds."""

    name: str
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question or document of a procedure, and in how many of its cases a correction (補正) asked for it."""

    procedure_id: str
    label: str
    cases: int
    of: int  # cases filed in the same time

    @property
    def percent(self) -> float | None:
        """Of a hundred cases; None where nothing was filed."""
        return self.cases * 100 / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Taken:
    """Decisions on a procedure: average days in all and of those waiting for the resident; decided too late."""

    procedure_id: str
    cases: int
    days: float
    waiting: float
    late: int

    @property
    def working(self) -> float:
        """Days that were not spent waiting for the resident."""
        return max(self.days - self.waiting, 0)


def ages(departments: Collection[str], *, today: date) -> list[Ages]:
    """Open cases by procedure and by days since receipt: two questions."""
    starts = (0, *(last + 1 for last in BANDS))
    counts = {}
    for number, start in enumerate(starts):
        newest = Q(received_on__lte=today - timedelta(days=start))
        oldest = Q(received_on__gte=today - timedelta(days=BANDS[number])) if number < len(BANDS) else Q()
        counts[f"band{number}"] = Count("id", filter=newest & oldest)
    rows = (
        _open(departments)
        .values("procedure_id")
        .annotate(overdue=Count("id", filter=_overdue(departments, today)), **counts)
        .order_by("procedure_id")
    )
    return [
        Ages(row["procedure_id"], tuple(row[f"band{n}"] for n in range(len(starts))), row["overdue"])
        for row in rows
    ]


def loads(departments: Collection[str], *, today: date) -> list[Load]:
    """Open cases by holder, by the reading of their names, those without one last: two questions."""
    rows = (
        _open(departments)
        .values("holder", "holder__display_name")
        .annotate(n=Count("id"), overdue=Count("id", filter=_overdue(departments, today)))
        .order_by(F("holder__name_kana").asc(nulls_last=True), "holder__display_name", "holder")
    )
    return [Load(row["holder__display_name"] or "", row["n"], row["overdue"]) for row in rows]


def corrections(departments: Collection[str], *, now: datetime) -> list[Asked]:
    """What corrections asked for in cases filed in the last year, by procedure, most often first: three questions."""
    since = now - timedelta(days=WINDOW_DAYS)
    seen: dict[tuple[str, str, str], set[UUID]] = defaultdict(set)
    items = CorrectionItem.objects.filter(
        correction__application__department_code__in=sorted(departments),
        correction__application__filed_at__gte=since,
    ).values_list(
        "correction__application__procedure_id", "target", "target_id", "correction__application_id"
    )
    for procedure_id, target, target_id, case in items.iterator(5000):
        seen[procedure_id, target, _question_of(target_id)].add(case)
    filed = Counter(
        dict(
            _of(departments)
            .filter(filed_at__gte=since)
            .values_list("procedure_id")
            .annotate(n=Count("id"))
            .order_by()
        )
    )
    definitions = {offer.procedure_id: offer.definition for offer in procedures.offers()}
    found = [
        Asked(
            procedure_id,
            _label(definitions.get(procedure_id), target, target_id),
            len(cases),
            filed[procedure_id],
        )
        for (procedure_id, target, target_id), cases in seen.items()
    ]
    return sorted(found, key=lambda one: (one.procedure_id, -one.cases, one.label))


def taken(departments: Collection[str], *, now: datetime) -> list[Taken]:
    """How long decisions of the last year took, waiting for the resident apart; a second look (再調査) counts by itself.

    Three questions.
    """
    since = now - timedelta(days=WINDOW_DAYS)
    cases = _of(departments)
    looks: dict[UUID, list[tuple[datetime, date]]] = defaultdict(list)
    asked_again = SecondLookRequest.objects.filter(application__in=cases).order_by("entered_at", "id")
    for application_id, entered_at, asked_on in asked_again.values_list(
        "application_id", "entered_at", "asked_on"
    ):
        looks[application_id].append((entered_at, asked_on))
    count: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    late: Counter[str] = Counter()
    decided = Decision.objects.filter(application__in=cases, decided_at__gte=since).order_by()
    columns = (
        "application_id",
        "application__procedure_id",
        "application__received_on",
        "decided_at",
        "due_on",
    )
    for application_id, procedure_id, received_on, decided_at, due_on in decided.values_list(
        *columns
    ).iterator(5000):
        assert decided_at is not None  # asked for above
        begun = [on for entered_at, on in looks.get(application_id, ()) if entered_at <= decided_at]
        day = clock.tokyo_date(decided_at)
        count[procedure_id] += 1
        whole[procedure_id] += max((day - (begun[-1] if begun else received_on)).days, 0)
        late[procedure_id] += due_on is not None and day > due_on
    waiting = _waiting(cases, since)
    return [
        Taken(
            procedure_id=procedure_id,
            cases=n,
            days=whole[procedure_id] / n,
            waiting=_days(waiting.get(procedure_id, timedelta())) / n,
            late=late[procedure_id],
        )
        for procedure_id, n in sorted(count.items())
    ]


def _waiting(cases: QuerySet[Application], since: datetime) -> dict[str, timedelta]:
    """How long residents were waited for in what was decided since, by procedure: answered before such a decision."""
    waited = ExpressionWrapper(F("answered_at") - F("asked_at"), output_field=DurationField())
    later = Decision.objects.filter(
        application=OuterRef("application"), decided_at__gte=since, decided_at__gt=OuterRef("answered_at")
    )
    earlier = Decision.objects.filter(
        application=OuterRef("application"), decided_at__lt=since, decided_at__gt=OuterRef("answered_at")
    )
    rows = Correction.objects.filter(Exists(later), ~Exists(earlier), application__in=cases)
    sums = rows.values_list("application__procedure_id").annotate(sum=Sum(waited)).order_by()
    return dict(sums)


# Where an event leaves a case; what is not named here moves nothing.
LEAVES_AT = {
    "filed": Status.FILED,
    "take": Status.IN_REVIEW,
    "return_for_correction": Status.RETURNED,
    "answer_correction": Status.IN_REVIEW,
    "propose": Status.PROPOSED,
    "send_back": Status.IN_REVIEW,
    "take_back": Status.IN_REVIEW,
    "look_again": Status.IN_REVIEW,
    "decide": Status.CLOSED,
    "withdraw": Status.WITHDRAWN,
}
STAGES = (Status.FILED, Status.IN_REVIEW, Status.RETURNED, Status.PROPOSED)


@dataclass(frozen=True, slots=True)
class Staged:
    """Decisions on a procedure: average days that a case stood at each of `STAGES`."""

    procedure_id: str
    cases: int
    days: tuple[float, ...]


def stages(departments: Collection[str], *, now: datetime) -> list[Staged]:
    """How long cases decided in the last months stood at each stage, from what happened to them: one question.

    A case that comes back to a stage stands there longer; what happened after it was decided once is not counted
    until it is decided again.
    """
    since = now - timedelta(days=STAGE_DAYS)
    rows = (
        CaseEvent.objects.filter(
            application__department_code__in=sorted(departments),
            application__status=Status.CLOSED,
            application__closed_at__gte=since,
            kind__in=LEAVES_AT,
        )
        .order_by("application_id", "at", "id")
        .values_list("application_id", "application__procedure_id", "kind", "at")
    )
    stood: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    cases: Counter[str] = Counter()
    for (_case, procedure_id), events in groupby(rows.iterator(5000), key=lambda row: row[:2]):
        cases[procedure_id] += 1
        for (*_before, kind, at), (*_after, _next, until) in pairwise(events):
            stood[procedure_id][LEAVES_AT[kind]] += (until - at) / timedelta(days=1)
    return [
        Staged(procedure_id, n, tuple(stood[procedure_id][stage] / n for stage in STAGES))
        for procedure_id, n in sorted(cases.items())
    ]


@dataclass(frozen=True, slots=True)
class Day:
    """What came in and what ended of a procedure on a day."""

    on: date
    procedure_id: str
    received: int
    ended: int  # decided or withdrawn


def days(departments: Collection[str], *, today: date) -> list[Day]:
    """Each of the last days on which something came in or ended, by procedure, newest first: two questions."""
    since = today - timedelta(days=BY_DAY)
    received = (
        _of(departments)
        .filter(received_on__gt=since)
        .values_list("received_on", "procedure_id")
        .annotate(n=Count("id"))
        .order_by()
    )
    came = {(on, procedure_id): n for on, procedure_id, n in received}
    begins = datetime.combine(since + timedelta(days=1), time(), clock.TOKYO)
    closed = _of(departments).filter(closed_at__gte=begins).values_list("closed_at", "procedure_id")
    ended = Counter((clock.tokyo_date(at), procedure_id) for at, procedure_id in closed.iterator(5000) if at)
    return [
        Day(on, procedure_id, came.get((on, procedure_id), 0), ended[on, procedure_id])
        for on, procedure_id in sorted({*came, *ended}, key=lambda one: (-one[0].toordinal(), one[1]))
    ]


@dataclass(frozen=True, slots=True)
class Week:
    """The days of a week that are counted, from Monday to Sunday, of a procedure."""

    since: date
    until: date
    procedure_id: str
    received: int
    ended: int


def weeks(found: Iterable[Day], *, today: date) -> list[Week]:
    """The sums of the days by week and procedure, newest first; the first and the last week may be a part of one."""
    first = today - timedelta(days=BY_DAY - 1)
    received: Counter[tuple[date, str]] = Counter()
    ended: Counter[tuple[date, str]] = Counter()
    for one in found:
        key = one.on - timedelta(days=one.on.weekday()), one.procedure_id
        received[key] += one.received
        ended[key] += one.ended
    return [
        Week(
            max(monday, first),
            min(monday + timedelta(days=6), today),
            procedure_id,
            received[monday, procedure_id],
            ended[monday, procedure_id],
        )
        for monday, procedure_id in sorted(received, key=lambda one: (-one[0].toordinal(), one[1]))
    ]


def _of(departments: Collection[str]) -> QuerySet[Application]:
    return Application.objects.filter(department_code__in=sorted(departments))


def _open(departments: Collection[str]) -> QuerySet[Application]:
    return _of(departments).filter(status__in=rules.OPEN)


def _overdue(departments: Collection[str], today: date) -> Q:
    return Q(due_on__lt=today) & period_runs(departments)


def _question_of(target_id: str) -> str:
    """`children/m1/name` as `name`: whichever member it is."""
    return target_id.rsplit("/", maxsplit=1)[-1]


def _label(definition: Definition | None, target: str, target_id: str) -> str:
    """The question or document as the present version words it; its id where it is no longer asked."""
    if definition is None:
        return target_id
    if target == "question":
        return str(definition.question(target_id).label) if definition.has_question(target_id) else target_id
    return next((str(one.label) for one in definition.documents if one.id == target_id), target_id)


def _days(span: timedelta | None) -> float:
    return span / timedelta(days=1) if span is not None else 0.0


def window_begins(now: datetime) -> date:
    """The first day of what is counted over time."""
    return clock.tokyo_date(now - timedelta(days=WINDOW_DAYS))
