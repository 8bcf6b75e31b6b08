"""A large demo city: the cases of a small one told again, each of its own person, days and numbers."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest

from madoguchi.applications import demo, demo_many, rules
from madoguchi.applications.letters import addressee_of
from madoguchi.applications.models import (
    Application,
    Attachment,
    CaseEvent,
    Decision,
    Disaster,
    Status,
    StepRequest,
    StepResult,
)
from madoguchi.applications.secrets import receipt_secret
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, registers
from madoguchi.common.ids import grouped, is_secret
from madoguchi.common.registers import DemoSize
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Resident
from madoguchi.japan.eras import format_wareki
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.logic import evaluate

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
COUNT = 300


@pytest.fixture
def city(monkeypatch):
    """A city whose cases are patterns but for a few."""
    monkeypatch.setattr(demo, "MANY", 10)
    monkeypatch.setattr(demo_many, "PATTERNS", 12)
    states = (Status.FILED, Status.IN_REVIEW, Status.RETURNED, Status.PROPOSED)
    monkeypatch.setattr(demo_many, "OPEN_STATUSES", states)
    monkeypatch.setattr(demo_many, "OPEN_MOST", 60)
    monkeypatch.setattr(demo_many, "PER_WRITE", 70)
    size = DemoSize(residents=800, applications=COUNT, seed=3)
    for entry in registers.demo:
        if entry.name != "plan":
            entry.value(size)


def test_every_case_stands_there_once_with_its_history(city):
    cases = list(Application.objects.all())

    assert len(cases) == COUNT
    assert len({case.receipt_number for case in cases}) == COUNT
    assert sum(case.status in (Status.CLOSED, Status.WITHDRAWN) for case in cases) == COUNT - 60
    events = Counter(CaseEvent.objects.values_list("application_id", flat=True))
    assert set(events) == {case.id for case in cases}
    assert all(case.version == events[case.id] for case in cases)
    subjects = Counter(AuditEntry.objects.filter(detail={"demo": True}).values_list("subject", flat=True))
    assert subjects == {f"application:{key}": count for key, count in events.items()}
    assert set(Attachment.objects.values_list("owner_id", flat=True)) <= set(events)
    assert all(is_secret(receipt_secret(case.id), case.secret_digest) for case in cases)


def test_answers_are_those_of_a_filing_of_the_day_and_of_the_person_found_by_the_search(city):
    people = {(r.family_name + r.given_name, r.birth_on) for r in Resident.objects.all()}
    incomplete = []
    for case in Application.objects.all():
        definition = procedures.definition_of(case.procedure_version_id)
        evaluation = evaluate(definition, case.answers, today=case.received_on)
        if not evaluation.complete:
            wrong = [(problem.path, problem.code) for problem in evaluation.problems]
            incomplete.append((case.procedure_id, wrong, [rule.id for rule in evaluation.stops]))
        question = definition.fact_question("applicant.name")
        name = case.answers.get(question.id) if question is not None else None
        if name is None:  # who reports damage of a road need not say who they are
            assert case.applicant_name == ""
            continue
        assert f"{name['family']} {name['given']}" == case.applicant_name
        born = case.birth_on  # not every procedure asks for it
        assert any(called == name["family"] + name["given"] and born in (None, day) for called, day in people)

    # What is repeated for an earlier day asks for a tax year that could not be asked for then.
    assert [one for one in incomplete if one[1] != [("years", "not_an_option")]] == []


def test_letters_name_the_person_the_number_and_the_days_of_their_own_case(city):
    decisions = list(Decision.objects.filter(decided_at__isnull=False).select_related("application"))

    assert len({one.document_number for one in decisions}) == len(decisions) > 100
    for one in decisions:
        case = one.application
        assert one.notice["number"] == one.document_number
        addressee = addressee_of(case, procedures.definition_of(case.procedure_version_id))
        assert one.notice["addressee"] == addressee
        assert one.decided_at is not None
        assert one.notice["issued_at"][:10] == one.decided_at.date().isoformat()
        facts = dict(fact.values() for fact in one.notice["facts"])
        assert facts["受付番号"] == grouped(case.receipt_number)
        assert facts["受付日"] == format_wareki(case.received_on)
        text = json.dumps(one.notice, ensure_ascii=False)
        others = Application.objects.exclude(applicant_name__in=(case.applicant_name, addressee))
        assert not any(
            name in text
            for name in others.exclude(applicant_name="").values_list("applicant_name", flat=True)
        )


def test_what_is_closed_lies_in_ten_years_and_what_is_open_does_not(city):
    today = clock.today()
    closed = Application.objects.filter(status=Status.CLOSED).order_by("filed_at")
    opened = Application.objects.filter(status__in=(Status.FILED, Status.IN_REVIEW, Status.RETURNED))

    assert closed[0].received_on < today - timedelta(days=9 * 365)
    assert all(one.closed_at and one.filed_at < one.closed_at < clock.now() for one in closed)
    assert all(one.received_on > today - timedelta(days=60) for one in opened)


def test_protection_goes_with_a_person_to_every_case(city):
    subjects = {r.subject for r in identity.restrictions_in_force(clock.today())}
    protected = {
        (f"{r.family_name} {r.given_name}", r.birth_on)
        for r in Resident.objects.all()
        if r.subject in subjects
    }
    cases = [c for c in Application.objects.all() if (c.applicant_name, c.birth_on) in protected]

    assert cases
    assert all(f"application:{case.id}" in subjects for case in cases)


def test_steps_of_open_cases_are_their_own_and_the_filings_of_the_disaster_are_bound(city):
    requests = list(StepRequest.objects.select_related("application"))
    disaster = Disaster.objects.get()

    assert requests
    assert {one.application.status in rules.OPEN for one in requests} == {True}
    asked = CaseEvent.objects.filter(kind="ask_step").values_list("detail", flat=True)
    assert sorted(detail["request"] for detail in asked) == sorted(str(one.id) for one in requests)
    done = [one for one in requests if one.state == StepRequest.State.DONE]
    assert StepResult.objects.count() == len(done) > 0
    assert disaster.filings.count() > 5
