"""External steps of a case, read: where each stands, what they keep waiting, what their results speak for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from madoguchi.applications import external_rules as step_rules
from madoguchi.applications.external_rules import Standing
from madoguchi.applications.models import Application, Decision, SecondLookRequest, StepRequest
from madoguchi.common import clock
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition, ExternalStep
from madoguchi.procedures.logic import evaluate

State = StepRequest.State


def requests_of(application: Application) -> list[StepRequest]:
    """Every request of a case, oldest first."""
    found = StepRequest.objects.filter(application=application).select_related("asked_by")
    return list(found.order_by("asked_at", "id"))


def current(application: Application, requests: Iterable[StepRequest]) -> dict[str, StepRequest]:
    """The request that counts by step: the last that was not cancelled, and since the last second look."""
    looks = SecondLookRequest.objects.filter(application=application).order_by("-entered_at")
    return counting_since(requests, looks.values_list("entered_at", flat=True).first())


def counting_since(requests: Iterable[StepRequest], since: datetime | None) -> dict[str, StepRequest]:
    """The same, of requests oldest first, when the moment of the last second look is known."""
    return {
        one.step_id: one
        for one in requests
        if one.state != State.CANCELLED and (since is None or one.asked_at >= since)
    }


def standings_of(
    application: Application, definition: Definition, counting: Mapping[str, StepRequest]
) -> list[Standing]:
    """Where every step of the definition stands in this case."""
    steps = definition.workflow.external_steps
    if not steps:
        return []
    answers: Mapping[str, Any] = application.answers
    if any(step.when is not None for step in steps):
        answers = evaluate(definition, application.answers, today=application.received_on).answers
    asked = {step_id: one.state for step_id, one in counting.items()}
    return step_rules.standings(steps, answers=answers, today=application.received_on, asked=asked)


def standings_of_many(
    cases: Sequence[Application],
) -> dict[uuid.UUID, tuple[list[Standing], dict[str, StepRequest]]]:
    """Where the steps of many cases stand, and the requests that count: two questions, however many cases there are."""
    counted = counting_of_many(cases)
    found = {}
    for case in cases:
        definition = procedures.definition_of(case.procedure_version_id)
        found[case.id] = (standings_of(case, definition, counted[case.id]), counted[case.id])
    return found


def counting_of_many(cases: Sequence[Application]) -> dict[uuid.UUID, dict[str, StepRequest]]:
    """The requests that count in each of many cases, by step: two questions."""
    ids = [case.id for case in cases]
    requests: dict[uuid.UUID, list[StepRequest]] = {}
    for one in StepRequest.objects.filter(application__in=ids).order_by("asked_at", "id"):
        requests.setdefault(one.application_id, []).append(one)
    looks = SecondLookRequest.objects.filter(application__in=ids).order_by("entered_at")
    since = dict(looks.values_list("application_id", "entered_at"))
    return {case.id: counting_since(requests.get(case.id, ()), since.get(case.id)) for case in cases}


def missing_before(application: Application, definition: Definition, kind: str) -> tuple[ExternalStep, ...]:
    """The steps that keep this decision from being proposed now."""
    if not any(kind in step.before for step in definition.workflow.external_steps):
        return ()
    counting = current(application, requests_of(application))
    return step_rules.missing_before(standings_of(application, definition, counting), kind)


def blocked_kinds(application: Application, definition: Definition) -> dict[str, tuple[ExternalStep, ...]]:
    """The decisions that cannot be proposed yet, with the steps they wait for."""
    if not definition.workflow.external_steps:
        return {}
    counting = current(application, requests_of(application))
    standing = standings_of(application, definition, counting)
    found = {kind.id: step_rules.missing_before(standing, kind.id) for kind in definition.workflow.decisions}
    return {kind: steps for kind, steps in found.items() if steps}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the results of a case speak for: a decision kind, and for how many months."""

    step: ExternalStep
    request: StepRequest
    kind: str
    months: int | None


def spoken_for(application: Application, definition: Definition) -> Spoken | None:
    """What the last result that names a decision speaks for; it decides nothing by itself."""
    if application._state.adding:  # a case that is not stored yet has no requests
        return None
    if not any(step.decision_from for step in definition.workflow.external_steps):
        return None
    return spoken_among(current(application, requests_of(application)), definition)


def spoken_among(counting: Mapping[str, StepRequest], definition: Definition) -> Spoken | None:
    """The same, of the requests that count."""
    steps = {step.id: step for step in definition.workflow.external_steps if step.decision_from}
    done = [
        one
        for one in counting.values()
        if one.state == State.DONE and one.step_id in steps and one.decision_kind
    ]
    if not done:
        return None
    last = max(done, key=lambda one: (one.done_at or one.asked_at, one.id))
    return Spoken(steps[last.step_id], last, last.decision_kind, last.months)


def validity_of(application: Application, definition: Definition, kind: str) -> tuple[date, date] | None:
    """The period of a decision for which a result names the months; None for any other decision."""
    said = spoken_for(application, definition)
    return period_of(application, said) if said is not None and said.kind == kind else None


def period_of(application: Application, said: Spoken) -> tuple[date, date] | None:
    """The period that a result names in months; None where it names none."""
    if said.months is None:
        return None
    received_on = application.received_on
    begins = step_rules.validity_begins(said.step, answers=application.answers, received_on=received_on)
    return step_rules.validity(begins=begins, months=said.months)


def step_of(application: Application, step_id: str) -> ExternalStep | None:
    """The step as the version of the case has it."""
    definition = procedures.definition_of(application.procedure_version_id)
    return definition.workflow.external_step(step_id)


def last_decision(application: Application) -> Decision | None:
    """The decision that counts: the last one made."""
    return application.decisions.filter(decided_at__isnull=False).order_by("-decided_at", "-id").first()


def last_decisions(cases: Sequence[Application]) -> dict[uuid.UUID, Decision]:
    """The decision that counts in each of many cases that has one: one question."""
    made = Decision.objects.filter(application__in=[case.id for case in cases], decided_at__isnull=False)
    return {one.application_id: one for one in made.order_by("decided_at", "id")}


def decided_before(application: Application, *, besides: uuid.UUID) -> Decision | None:
    """The decision another one takes the place of (再調査)."""
    if application._state.adding:
        return None
    decided = application.decisions.filter(decided_at__isnull=False).exclude(id=besides)
    return decided.order_by("-decided_at", "-id").first()


def may_be_looked_at_again(application: Application, definition: Definition, *, today: date) -> bool:
    """Whether somebody may ask today to look again at what was decided."""
    rule = definition.workflow.second_look
    decision = last_decision(application) if rule is not None else None
    if decision is None:
        return False
    return step_rules.may_be_looked_at_again(
        rule, status=application.status, decided_on=decided_on(decision), asked_on=today
    )


def departments_of(code: str, procedure_id: str) -> set[str]:
    """Where the cases of a sitting or a disaster of a department are: there, and with who is in charge by now."""
    return {code, organization.in_charge(code, procedure_id)}


def decided_on(decision: Decision) -> date | None:
    """The day of a decision."""
    return clock.tokyo_date(decision.decided_at) if decision.decided_at else None
