"""Disasters, read: which filings belong to one, how they are counted by town and grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from madoguchi.applications import external_queries, external_rules
from madoguchi.applications.models import (
    Application,
    Disaster,
    DisasterFiling,
    SecondLookRequest,
    Status,
    StepRequest,
)
from madoguchi.identity import queries as identity
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition

AT_ONCE = 500
ENDED = (Status.CLOSED, Status.WITHDRAWN)


def day_of(case: Application) -> date | None:
    """The day of the damage, as the filing has it; None where it is not known to the day."""
    facts = procedures.definition_of(case.procedure_version_id).workflow.disaster
    value = case.answers.get(facts.day) if facts else None
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def town_of(case: Application) -> str:
    """The town (町字) of the damage."""
    return town_in(case, case.answers)


def town_in(case: Application, answers: Mapping[str, Any]) -> str:
    """The town (町字) of the damage, as these answers to the case have it."""
    facts = procedures.definition_of(case.procedure_version_id).workflow.disaster
    value = answers.get(facts.place) if facts else None
    return str(value.get("town") or "")[:120] if isinstance(value, dict) else ""


def grade_of(case: Application) -> str:
    """The grade as it stands: of the last result that names one, else of the decision."""
    return standing_grades([case])[case.id]


def standing_grades(cases: Sequence[Application]) -> dict[UUID, str]:
    """The grades of many cases as they stand ("" where there is none yet): three questions, however many they are."""
    counting = external_queries.counting_of_many(cases)
    decided = external_queries.last_decisions(cases)
    found = {}
    for case in cases:
        definition = procedures.definition_of(case.procedure_version_id)
        said = external_queries.spoken_among(counting[case.id], definition) or decided.get(case.id)
        found[case.id] = said.kind if said is not None else ""
    return found


def belongs(case: Application, disaster: Disaster) -> bool:
    """Whether the damage was on the days and in the towns of the disaster."""
    return external_rules.is_of_disaster(
        day=day_of(case),
        town=town_of(case),
        from_on=disaster.from_on,
        until_on=disaster.until_on,
        towns=disaster.towns,
    )


def disasters_for(case: Application) -> list[Disaster]:
    """The disasters a case may be bound to, newest first."""
    formers = organization.predecessors(case.department_code, case.procedure_id)
    codes = {case.department_code} | formers
    found = Disaster.objects.filter(procedure_id=case.procedure_id, department_code__in=codes)
    return list(found.order_by("-from_on", "name"))


def unbound(disaster: Disaster) -> Iterator[list[Application]]:
    """The filings of the procedure that are bound to none and were filed since the disaster, some at a time."""
    cases = Application.objects.filter(
        procedure_id=disaster.procedure_id,
        department_code__in=external_queries.departments_of(disaster.department_code, disaster.procedure_id),
        disaster_filing=None,
        received_on__gte=disaster.from_on,
    ).exclude(status=Status.WITHDRAWN)
    last = None
    while batch := list((cases if last is None else cases.filter(id__gt=last)).order_by("id")[:AT_ONCE]):
        yield batch
        last = batch[-1].id


@dataclass(frozen=True, slots=True)
class TownCount:
    """How many filings of a town there are, of each grade ("" for those that wait for one), and `ended` without any.

    The town is None for those of protected people (支援措置), of whom no list tells where they live.
    """

    town: str | None
    total: int
    grades: dict[str, int]
    ended: int


def to_inspect(disaster: Disaster, step_id: str) -> QuerySet[Application]:
    """The open filings of a disaster that wait for a result: without a grade, or not inspected since the second look."""
    looks = SecondLookRequest.objects.filter(application=OuterRef("pk")).order_by("-entered_at")
    anew = StepRequest.objects.filter(
        application=OuterRef("pk"),
        step_id=step_id,
        state=StepRequest.State.DONE,
        asked_at__gte=OuterRef("looked_again_at"),
    )
    cases = cases_of(disaster).annotate(looked_again_at=Subquery(looks.values("entered_at")[:1]))
    waits = Q(disaster_filing__grade="") | Q(~Exists(anew), looked_again_at__isnull=False)
    return cases.filter(waits, status__in=(Status.FILED, Status.IN_REVIEW, Status.RETURNED))


def counts(disaster: Disaster, *, today: date) -> list[TownCount]:
    """The filings of a disaster by town and grade, towns in order, protected ones last: two questions."""
    hidden = protected_in(disaster, today=today)
    totals: dict[str | None, Counter[str]] = {}
    rows = DisasterFiling.objects.filter(disaster=disaster).order_by("town", "grade")
    for town, grade, status, application_id in rows.values_list(
        "town", "grade", "application__status", "application_id"
    ).iterator(5000):
        found = totals.setdefault(None if application_id in hidden else town, Counter())
        found["ended" if not grade and status in ENDED else f"grade:{grade}"] += 1
    ordered = sorted(totals.items(), key=lambda item: (item[0] is None, item[0] or ""))
    return [
        TownCount(
            town,
            found.total(),
            {key.removeprefix("grade:"): n for key, n in found.items() if key != "ended"},
            found["ended"],
        )
        for town, found in ordered
    ]


def by_town(disaster: Disaster, cases: QuerySet[Application], *, today: date) -> QuerySet[Application]:
    """Filings of a disaster in the order of their towns.

    Those of protected people (支援措置) stand last: among neighbours their place would tell the town.
    """
    hidden = protected_in(disaster, today=today)
    if not hidden:
        return cases.order_by("disaster_filing__town", "receipt_number")
    is_hidden = Case(When(id__in=hidden, then=Value(1)), default=Value(0))
    town = Case(When(id__in=hidden, then=Value("")), default=F("disaster_filing__town"))
    return cases.order_by(is_hidden, town, "receipt_number")


def protected_in(disaster: Disaster, *, today: date) -> set[UUID]:
    """The filings of a disaster whose people are protected (支援措置) today."""
    subjects = identity.restrictions_in_force(today).filter(subject__startswith="application:")
    ids = [subject.partition(":")[2] for subject in subjects.values_list("subject", flat=True)]
    filings = DisasterFiling.objects.filter(disaster=disaster, application__in=ids)
    return set(filings.values_list("application_id", flat=True)) if ids else set()


def grades_of(definition: Definition) -> list[tuple[str, str]]:
    """The decisions that results of this procedure speak for, in the order of the definition."""
    named = {
        option.id
        for step in definition.workflow.external_steps
        if step.decision_from and (question := step.question(step.decision_from))
        for option in question.options
    }
    return [(kind.id, str(kind.label)) for kind in definition.workflow.decisions if kind.id in named]


def cases_of(disaster: Disaster) -> QuerySet[Application]:
    """The filings of a disaster in the order of filing."""
    bound = Application.objects.filter(disaster_filing__disaster=disaster)
    return bound.select_related("disaster_filing", "holder").order_by("filed_at", "id")


def stages(disaster: Disaster, step_id: str) -> dict[str, int]:
    """How many filings there are of each status; those under review parted by whether a result is there ("graded").

    A case that is looked at again (再調査) waits for another result, whatever was found before. Two questions.
    """
    rows = (
        DisasterFiling.objects.filter(disaster=disaster).values("application__status").annotate(n=Count("*"))
    )
    found = {row["application__status"]: row["n"] for row in rows.order_by()}
    waiting = to_inspect(disaster, step_id).filter(status=Status.IN_REVIEW).count()
    parted = {str(Status.IN_REVIEW): waiting, "graded": found.get(Status.IN_REVIEW, 0) - waiting}
    return {key: n for key, n in (found | parted).items() if n}
