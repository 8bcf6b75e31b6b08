"""The list of cases as an officer sees it: which, in what order, with how many questions to the database.

However many cases there are, a page asks the same few questions.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from madoguchi.applications import rules
from madoguchi.applications.desk_filters import NEEDED, Filters, Wanted, wanted_by
from madoguchi.applications.desk_news import marks_for, news_condition
from madoguchi.applications.holders import at_work, needing_a_holder
from madoguchi.applications.models import Application, Channel, Correction, Status
from madoguchi.applications.permissions import may_see_protected
from madoguchi.common import clock
from madoguchi.common.lookups import Unindexed
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.japan.eras import format_western
from madoguchi.organization.rules import Part
from madoguchi.procedures import queries as procedures

PAGE = 50
FEW = 2_000  # so many found cases are named one by one to the questions that follow
SOON = timedelta(days=7)
CHUNK = 500
DONE = (Status.CLOSED, Status.WITHDRAWN)
ROW_FIELDS = (
    "id",
    "receipt_number",
    "procedure_id",
    "procedure_version_id",
    "department_code",
    "channel",
    "status",
    "filed_at",
    "received_on",
    "due_on",
    "closed_at",
    "applicant_name",
    "holder__display_name",
    "version",
)


@dataclass(frozen=True, slots=True)
class Due:
    """How a case stands against its day, in words, with the kind of its mark."""

    on: date | None
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list. `name` is empty where this person may not know it; `protected` tells the mark."""

    id: uuid.UUID
    receipt_number: str
    procedure: str
    name: str
    protected: bool
    received_on: date
    due: Due
    status: str
    holder: str
    channel: str
    department: str  # its code
    closed_on: date | None
    news: tuple[str, ...] = ()  # what is new in it, in words

    @property
    def masked(self) -> bool:
        """Whether the name is withheld: ask the responsible person."""
        return self.protected and not self.name


def seen_cases(
    departments: Collection[str],
    filters: Filters,
    *,
    today: date,
    staff: Staff,
    parts: Collection[Part] = (),
) -> QuerySet[Application]:
    """The cases of these departments, and of these parts of former ones, that the filters leave, whatever tab is open."""
    news = news_condition(filters.news, staff)
    if filters.find:
        apart = Application.objects.annotate(department=Unindexed("department_code"))
        seen = apart.filter(of_departments(departments, parts, "department"))
        return _found(seen, filters.find, today=today).filter(_condition(filters, departments, today), news)
    cases = Application.objects.filter(of_departments(departments, parts, "department_code"))
    return cases.filter(_condition(filters, departments, today), news)


def of_departments(
    departments: Collection[str],
    parts: Collection[Part],
    column: str,
    procedure: str = "procedure_id",
) -> Q:
    """What belongs to these departments and parts of former ones, by the columns that name both."""
    wanted = Q(**{f"{column}__in": sorted(departments)})
    for part in parts:
        named = Q(**{f"{procedure}__in": sorted(part.procedures)})
        wanted |= Q(**{column: part.code}) & (~named if part.is_rest else named)
    return wanted


def _condition(filters: Filters, departments: Collection[str], today: date) -> Q:
    fields = {
        "department_code": filters.department,
        "procedure_id": filters.procedure,
        "channel": filters.channel,
        "holder_id": "" if filters.holder == NEEDED else filters.holder,
    }
    wanted = Q(**{field: value for field, value in fields.items() if value})
    if filters.holder == NEEDED:
        wanted &= needing_a_holder(departments, at_work(departments, today=today))
    if not filters.due:
        return wanted
    return wanted & _due_condition(filters.due, period_runs(departments), today)


def counts_of(
    views: Sequence[Filters], departments: Collection[str], *, staff: Staff, today: date
) -> list[int | None]:
    """How many open cases each of several views holds: five questions at most; None for views of closed cases."""
    runs = period_runs(departments) if any(one.due for one in views) else Q()
    needing = (
        _condition(Filters(holder=NEEDED), departments, today)
        if NEEDED in {one.holder for one in views}
        else Q()
    )

    def condition(one: Filters) -> Q:
        plain = replace(one, due="", holder="" if one.holder == NEEDED else one.holder)
        wanted = _condition(plain, departments, today) & news_condition(one.news, staff)
        if one.holder == NEEDED:
            wanted &= needing
        return wanted & _due_condition(one.due, runs, today) if one.due else wanted

    wanted = {
        f"view{number}": Count("id", filter=condition(one) & tab_condition(one.tab, staff))
        for number, one in enumerate(views)
        if one.tab in COUNTED
    }
    if not wanted:
        return [None] * len(views)
    cases = Application.objects.filter(department_code__in=sorted(departments), status__in=rules.OPEN)
    counts = cases.aggregate(**wanted)
    return [counts.get(f"view{number}") for number in range(len(views))]


def _due_condition(due: str, runs: Q, today: date) -> Q:
    days = Q(due_on__lt=today) if due == "overdue" else Q(due_on__gte=today, due_on__lte=today + SOON)
    return runs & days


def period_runs(departments: Collection[str]) -> Q:
    """Of which open cases of these departments the period runs: one question.

    It rests with the resident only where the definition says so; a statutory one never does.
    """
    cases = Application.objects.filter(department_code__in=sorted(departments), status=Status.RETURNED)
    returned = cases.order_by().values_list("procedure_version_id", flat=True).distinct()
    working = [status for status in rules.OPEN if status != Status.RETURNED]
    running = [
        version_id
        for version_id in returned
        if not rules.rests_when_returned(procedures.definition_of(version_id).clock)
    ]
    return Q(status__in=working) | Q(status=Status.RETURNED, procedure_version_id__in=running)


def _found(cases: QuerySet[Application], text: str, *, today: date) -> QuerySet[Application]:
    wanted = wanted_by(text)
    if wanted.is_nothing:
        return cases.none()
    if numbered := _numbered(wanted):
        return cases.filter(id__in=numbered)
    if named := _of_whole_name(wanted):
        return cases.filter(named)
    hidden = _protected_ids(today) if wanted.keys else []
    by_person = Application.objects.filter(id__in=_known_by(wanted.keys[0], hidden)) if wanted.keys else cases
    for key in wanted.keys[1:]:
        by_person = by_person.filter(id__in=_known_by(key, hidden))
    if wanted.birth_days:
        by_person = by_person.filter(birth_on__in=wanted.birth_days)
    ids = by_person.values("id")
    few = list(ids.values_list("id", flat=True)[: FEW + 1])
    return cases.filter(id__in=few if len(few) <= FEW else ids)


def _numbered(wanted: Wanted) -> list[uuid.UUID]:
    """The case of a receipt number; none where nobody was given it, and the text may be a name all the same."""
    if not wanted.receipt_number:
        return []
    return list(Application.objects.filter(receipt_number=wanted.receipt_number).values_list("id", flat=True))


def _of_whole_name(wanted: Wanted) -> Q:
    """Those who are called just so, family name first, in letters or as it is read; empty where nobody is.

    Mostly one of the two: its index alone then answers what is counted and which cases stand on the page.
    """
    if len(wanted.keys) < 2 or wanted.birth_days or wanted.receipt_number:
        return Q()
    key = "".join(wanted.keys)
    ways = [{"name_key": key}, {"kana_key": key}]
    return Q(*(Q(**way) for way in ways if Application.objects.filter(**way).exists()), _connector=Q.OR)


def _known_by(key: str, hidden: Collection[uuid.UUID]) -> QuerySet[Any, Any]:
    """Cases whose name, given name, their reading, or address from the town on begins so; by its own indexes.

    A search never tells where somebody protected lives: the address of `hidden` cases is not looked at.
    """
    columns = ("name_key", "given_key", "kana_key", "given_kana_key")
    known = [Application.objects.filter(**{f"{column}__begins": key}).values("id") for column in columns]
    living = Application.objects.filter(address_key__begins=key).exclude(id__in=hidden).values("id")
    return living.union(*known)


def _protected_ids(today: date) -> list[uuid.UUID]:
    rows = identity.restrictions_in_force(today).filter(subject__startswith="application:")
    return [uuid.UUID(subject.partition(":")[2]) for subject in rows.values_list("subject", flat=True)]


def in_tab(cases: QuerySet[Application], tab: str, *, staff: Staff) -> QuerySet[Application]:
    """The cases of one tab."""
    return cases.filter(tab_condition(tab, staff))


def tab_condition(tab: str, staff: Staff) -> Q:
    """What a tab shows."""
    if tab == "all":
        return Q(erased_at=None)
    if tab == "done":
        return Q(closed_at__isnull=False, erased_at=None)
    if tab == "mine":
        return Q(status__in=rules.OPEN, holder=staff)
    if tab == "unassigned":
        return Q(status__in=rules.OPEN, holder=None)
    if tab == "open":
        return Q(status__in=rules.OPEN)
    return Q(status=tab)


# Closed cases grow for years: they are counted only when somebody looks at them, and no further than one can leaf.
COUNTED = ("open", "mine", "unassigned", "filed", "in_review", "returned", "proposed")
COUNTED_TO = 10_000


def tab_counts(cases: QuerySet[Application], tab: str, *, staff: Staff) -> dict[str, int]:
    """How many cases each tab of open ones holds, and the tab that is open: one question, two where it is another.

    A tab with closed cases is counted to `COUNTED_TO` at most.
    """
    counts: dict[str, int] = cases.filter(status__in=rules.OPEN).aggregate(
        **{name: Count("id", filter=tab_condition(name, staff)) for name in COUNTED}
    )
    if tab not in COUNTED:
        counts[tab] = in_tab(cases, tab, staff=staff).values("id")[:COUNTED_TO].count()
    return counts


def ordered(
    cases: QuerySet[Application], sort: str, tab: str, *, found: bool = False
) -> QuerySet[Application]:
    """Due first, what waits for the resident behind; closed ones by the day they were closed, newest first.

    All cases come newest first, by an index; what was `found` by a search is few and has the open ones on top.
    """
    if sort in ("filed", "-filed"):
        return cases.order_by(*(("filed_at", "id") if sort == "filed" else ("-filed_at", "-id")))
    if sort == "due" and tab == "done":
        return cases.filter(closed_at__isnull=False).order_by("-closed_at", "-id")
    if sort == "due" and tab == "all" and not found:
        return cases.order_by("-filed_at", "-id")
    apart = Case(
        When(status=Status.RETURNED, then=Value(1)),
        When(status__in=DONE, then=Value(2)),
        default=Value(0),
        output_field=IntegerField(),
    )
    by_day = F("due_on").asc(nulls_last=True) if sort == "due" else F("due_on").desc(nulls_last=True)
    return cases.order_by(apart, by_day, "filed_at", "id")


def rows(cases: QuerySet[Application], *, staff: Staff, today: date) -> list[Row]:
    """The cases as lines of the list: four questions, however many there are.

    First which ones, by an index alone; only of those the rows are read.
    """
    ids = list(cases.values_list("id", flat=True))
    by_id = {case.id: case for case in _with_answer_day(Application.objects.filter(id__in=ids))}
    found = [by_id[one] for one in ids if one in by_id]
    protected = protections(found, today=today)
    marks = marks_for([case.id for case in found], staff)
    return [
        replace(_row(case, protected.get(case.id), staff=staff, today=today), news=marks.get(case.id, ()))
        for case in found
    ]


def streamed_rows(cases: QuerySet[Application], *, today: date) -> Iterator[Row]:
    """All of them, a few hundred in memory at a time; the name of a protected person is never among them."""
    batch: list[Application] = []
    for case in _with_answer_day(cases).iterator(chunk_size=CHUNK):
        batch.append(case)
        if len(batch) == CHUNK:
            yield from _without_protected_names(batch, today)
            batch = []
    yield from _without_protected_names(batch, today)


def _without_protected_names(batch: list[Application], today: date) -> Iterator[Row]:
    protected = protections(batch, today=today)
    for case in batch:
        yield _row(case, protected.get(case.id), staff=None, today=today)


def _with_answer_day(cases: QuerySet[Application]) -> QuerySet[Application]:
    """With the holder's name and the day until which a correction is to be answered, in the same question."""
    waiting = Correction.objects.filter(application=OuterRef("pk"), answered_at=None).values("answer_by_on")
    return cases.select_related("holder").only(*ROW_FIELDS).annotate(answer_by_on=Subquery(waiting[:1]))


def protections(cases: Iterable[Application], *, today: date) -> dict[uuid.UUID, str]:
    """The protected ones among the cases with the department that is responsible for each: one question."""
    subjects = {subject_of(case.id): case.id for case in cases}
    if not subjects:
        return {}
    rows = (
        identity.restrictions_in_force(today).filter(subject__in=list(subjects)).order_by("valid_until", "id")
    )
    return {
        subjects[subject]: code for subject, code in rows.values_list("subject", "responsible_department")
    }


def subject_of(application_id: uuid.UUID) -> str:
    """The case, as restrictions and the audit record write it."""
    return f"application:{application_id}"


def _row(case: Application, responsible: str | None, *, staff: Staff | None, today: date) -> Row:
    known = responsible is None or (staff is not None and may_see_protected(staff, responsible, today=today))
    return Row(
        id=case.id,
        receipt_number=case.receipt_number,
        procedure=str(procedures.definition_of(case.procedure_version_id).current_name),
        name=case.applicant_name if known else "",
        protected=responsible is not None,
        received_on=case.received_on,
        due=due_of(case, today=today, answer_by_on=getattr(case, "answer_by_on", None)),
        status=case.status,
        holder=case.holder.display_name if case.holder is not None else "",
        channel=str(Channel(case.channel).label),
        department=case.department_code,
        closed_on=clock.tokyo_date(case.closed_at) if case.closed_at else None,
    )


def due_of(case: Application, *, today: date, answer_by_on: date | None = None) -> Due:
    """How much time is left, in words that need no colour."""
    due = case.due_on
    if case.status in DONE:
        return Due(due, "", "neutral")
    if case.status == Status.RETURNED and rests_with_resident(case):
        if answer_by_on is None:
            return Due(due, _("回答待ち"), "neutral")
        if today > answer_by_on:
            return Due(due, _("回答の期限切れ（%(day)s）") % {"day": _short(answer_by_on)}, "warning")
        return Due(due, _("回答待ち（%(day)sまで）") % {"day": _short(answer_by_on)}, "neutral")
    if due is None:
        return Due(None, "", "neutral")
    left = (due - today).days
    if left < 0:
        return Due(due, _("%(days)s日超過") % {"days": -left}, "danger")
    if left == 0:
        return Due(due, _("本日まで"), "danger")
    text = _("あと%(days)s日") % {"days": left}
    return Due(
        due, text, "warning" if rules.is_due_soon(due=due, status=case.status, today=today) else "neutral"
    )


def rests_with_resident(case: Application) -> bool:
    """Whether the period of a returned case rests until the resident answers."""
    return rules.rests_when_returned(procedures.definition_of(case.procedure_version_id).clock)


def _short(day: date) -> str:
    """10月3日."""
    return format_western(day).partition("年")[2]


STATUS_KINDS: dict[str, str] = {
    Status.FILED: "info",
    Status.IN_REVIEW: "progress",
    Status.RETURNED: "warning",
    Status.PROPOSED: "progress",
    Status.CLOSED: "success",
    Status.WITHDRAWN: "neutral",
}
