"""External steps of cases, done by the real actions, for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from madoguchi.applications import external_queries
from madoguchi.applications.actions import external as actions
from madoguchi.applications.external_rules import Stand, due_on
from madoguchi.applications.models import Application, StepRequest
from madoguchi.applications.tests.factories import ApplicationFactory, department_of, offered, somebody
from madoguchi.applications.tests.offers import sample
from madoguchi.common import clock
from madoguchi.identity.models import Staff
from madoguchi.organization.models import Department, Posting
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import ExternalStep
from madoguchi.procedures.kinds import registry

OFFICER = "担当 一郎"
CARE, RENEWAL, DAMAGE = "care_certification", "care_certification_renewal", "disaster_certificate"
SAMPLES = {
    CARE: "care_certification_at_home",
    RENEWAL: "care_certification_renewal_at_home",
    DAMAGE: "disaster_certificate_flooded",
}


def care_case(**traits: Any) -> Application:
    """A case of 要介護認定 in review."""
    return case_of(CARE, **({"in_review": True} | traits))


def damage_case(**traits: Any) -> Application:
    """A case of 罹災証明書 in review, with a survey on site."""
    return case_of(DAMAGE, **({"in_review": True} | traits))


def case_of(name: str, **traits: Any) -> Application:
    """A case with the answers of a sample, some changed."""
    answers = dict(sample(SAMPLES[name])["answers"]) | traits.pop("answers", {})
    version = offered(name)
    officer = traits.pop("officer", None) or _officer(department_of(version))
    return ApplicationFactory(procedure_version=version, answers=answers, officer=officer, **traits)


def _officer(department: Department) -> Staff:
    """Who handles these cases: nobody with the name of an applicant."""
    posted = Posting.objects.filter(department=department, staff__display_name=OFFICER).first()
    return posted.staff if posted is not None else somebody("officer", department, display_name=OFFICER)


def holder_of(application: Application) -> Staff:
    """Who handles the case."""
    application.refresh_from_db()
    assert application.holder is not None
    return application.holder


def step_of(application: Application, step_id: str) -> ExternalStep:
    """A step of the case's definition."""
    step = procedures.definition_of(application.procedure_version_id).workflow.external_step(step_id)
    assert step is not None
    return step


def asked(application: Application, step_id: str, *, due: date | None = None, **fields: Any) -> StepRequest:
    """A request of a step, asked for by who holds the case."""
    step = step_of(application, step_id)
    values: dict[str, Any] = {"addressee": step.by[0], "message": "", "now": clock.now()} | fields
    day = due or due_on(step=step, asked_on=clock.tokyo_date(values["now"]))
    return actions.ask(
        application=application, step_id=step_id, due_on=day, by=holder_of(application), **values
    )


def values_of(step: ExternalStep, **given: Any) -> dict[str, Any]:
    """A whole result; what is given counts, the rest is made up and of the day."""
    made = {
        question.id: clock.today().isoformat()
        if question.kind == "date"
        else registry.of(question).sample(question)
        for question in step.result
        if question.required is True
    }
    return made | given


def received(application: Application, step_id: str, **given: Any) -> StepRequest:
    """A step that was asked for and came back."""
    request = asked(application, step_id)
    step = step_of(application, step_id)
    actions.receive(
        request=request, values=values_of(step, **given), by=holder_of(application), now=clock.now()
    )
    request.refresh_from_db()
    return request


def all_done(application: Application, decision: str = "") -> Application:
    """Every step this case needs was done; the last one speaks for the decision where it can."""
    definition = procedures.definition_of(application.procedure_version_id)
    for _turn in definition.workflow.external_steps:
        counting = external_queries.current(application, external_queries.requests_of(application))
        for standing in external_queries.standings_of(application, definition, counting):
            if standing.stand == Stand.READY:
                step = standing.step
                named = step.question(step.decision_from) if step.decision_from else None
                if named is not None and named.option(decision) is not None:
                    received(application, step.id, **{step.decision_from: decision})
                else:
                    received(application, step.id)
    return application
