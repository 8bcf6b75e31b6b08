"""New cases go to whom the rules of the department name: once, to somebody who is there, and it is told why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import handlers
from madoguchi.applications.actions import routing
from madoguchi.applications.actions.filing import file_draft
from madoguchi.applications.desk_case import event_rows, events_of
from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.models import Application, CaseEvent
from madoguchi.applications.tests.desks import Desk, open_desk
from madoguchi.applications.tests.factories import (
    AbsenceFactory,
    ApplicationFactory,
    DraftFactory,
    RoutingRuleFactory,
    answers_of,
    offered,
)
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, kernel
from madoguchi.common.models import Job
from madoguchi.identity.actions.restrictions import add_restriction
from madoguchi.identity.models import Staff
from madoguchi.identity.rules import RestrictionReason
from madoguchi.organization.models import Posting
from madoguchi.procedures import queries as procedures

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def routed(application: Application) -> Staff | None:
    routing.route(application=application, now=clock.now())
    application.refresh_from_db()
    return application.holder


def protect(application: Application) -> None:
    unit = kernel.Unit()
    add_restriction(
        unit,
        subject=f"application:{application.id}",
        until=clock.today() + timedelta(days=30),
        reason=RestrictionReason.STALKING,
        responsible_department=application.department_code,
        by="system:test",
        now=clock.now(),
    )
    kernel.commit(unit)


def test_a_filing_is_given_to_somebody_by_a_job_of_its_own(desk: Desk) -> None:
    RoutingRuleFactory(people=[desk["second"]])
    draft = DraftFactory(answers=answers_of(received_on=clock.today()), entered=True)
    application = file_draft(draft=draft, now=clock.now(), accept_incomplete=True)
    job = Job.objects.get(kind="applications.route")

    for _again in range(2):
        handlers.route(job.payload)

    application.refresh_from_db()
    assert (application.holder, application.status) == (desk["second"], "filed")
    assert CaseEvent.objects.filter(application=application, kind="route").count() == 1
    assert AuditEntry.objects.get(act="route").actor == "system:routing"


def test_without_a_rule_that_fits_a_case_has_nobody(desk: Desk) -> None:
    RoutingRuleFactory(procedure_id="another", people=[desk["second"]])

    assert routed(ApplicationFactory()) is None


def test_rules_of_another_department_give_nothing(desk: Desk) -> None:
    RoutingRuleFactory(department_code="tax", people=[desk["second"]])

    assert routed(ApplicationFactory()) is None


def test_of_several_who_has_the_fewest_open_cases_gets_it(desk: Desk) -> None:
    ApplicationFactory(in_review=True, officer=desk["officer"])
    RoutingRuleFactory()  # all officers

    case = ApplicationFactory()

    assert routed(case) == desk["second"]
    row = next(
        row for row in event_rows(events_of(case), procedures.definition_of(case.procedure_version_id))
    )
    assert (row.title, row.who) == ("担当の割り振り", "自動の割り振り")
    assert "山本 実さんへ" in row.text
    assert "手続中の申請が少ない人" in row.text


@pytest.mark.parametrize("town", ["本町", "ほんちょう"])
def test_a_town_is_found_at_the_beginning_of_the_address(desk: Desk, town: str) -> None:
    RoutingRuleFactory(towns=["菜園", town], people=[desk["second"]])

    holder = routed(ApplicationFactory(address_key="本町通一丁目5"))

    assert holder == (desk["second"] if town == "本町" else None)


def test_the_place_a_definition_names_counts_before_the_address_of_the_applicant(desk: Desk) -> None:
    version = offered("disaster_certificate")
    answers = answers_of("disaster_certificate")
    answers["house_address"] = {**answers["house_address"], "town": "本町通", "rest": "一丁目5"}

    damaged = ApplicationFactory(procedure_version=version, answers=answers, address_key="上田一丁目")
    elsewhere = ApplicationFactory(address_key="上田一丁目")

    assert routing.place_key(damaged) == "本町通一丁目5"
    assert routing.place_key(elsewhere) == "上田一丁目"


def test_the_address_of_a_protected_person_chooses_nobody(desk: Desk) -> None:
    RoutingRuleFactory(towns=["本町"], people=[desk["second"]])
    case = ApplicationFactory(address_key="本町1")
    protect(case)

    assert routed(case) is None
    RoutingRuleFactory(people=[desk["officer"]])
    assert routed(case) == desk["officer"]


def test_who_is_away_gets_nothing_new_and_the_next_rule_counts(desk: Desk) -> None:
    RoutingRuleFactory(procedure_id=ApplicationFactory().procedure_id, people=[desk["officer"]])
    RoutingRuleFactory(people=[desk["second"]])
    AbsenceFactory(staff=desk["officer"], substitute=desk["head"])

    assert routed(ApplicationFactory()) == desk["second"]


@pytest.mark.parametrize("gone", ["posting", "account"])
def test_who_left_gets_nothing_new(desk: Desk, gone: str) -> None:
    RoutingRuleFactory(people=[desk["second"]])
    if gone == "posting":
        Posting.objects.filter(staff=desk["second"]).update(valid_until=clock.today() - timedelta(days=1))
    else:
        Staff.objects.filter(id=desk["second"].id).update(active=False)

    assert routed(ApplicationFactory()) is None


def test_what_somebody_holds_or_what_is_over_is_left_alone(desk: Desk) -> None:
    RoutingRuleFactory(people=[desk["second"]])
    held = ApplicationFactory(in_review=True, officer=desk["officer"])
    withdrawn = ApplicationFactory(withdrawn=True, officer=desk["officer"])

    assert routed(held) == desk["officer"]
    assert routed(withdrawn) == desk["officer"]


def test_a_case_somebody_takes_at_the_same_moment_stays_theirs(desk: Desk) -> None:
    RoutingRuleFactory(people=[desk["second"]])
    stale = ApplicationFactory()
    Application.objects.filter(id=stale.id).update(holder=desk["officer"], version=2)

    assert routing.route(application=stale, now=clock.now()) is False
    assert stale.holder == desk["officer"]


def test_a_case_that_only_changed_at_the_same_moment_is_given_all_the_same(desk: Desk) -> None:
    RoutingRuleFactory(people=[desk["second"]])
    stale = ApplicationFactory()
    Application.objects.filter(id=stale.id).update(version=2)

    assert routing.route(application=stale, now=clock.now()) is True
    assert (stale.holder, stale.version) == (desk["second"], 3)


def test_a_case_that_never_holds_still_is_given_to_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    RoutingRuleFactory(people=[desk["second"]])
    monkeypatch.setattr(routing, "TRIES", 0)

    assert routed(ApplicationFactory()) is None


def test_a_head_lets_the_rules_give_what_nobody_holds(desk: Desk) -> None:
    RoutingRuleFactory(people=[desk["second"]])
    waiting = [ApplicationFactory() for _ in range(2)]
    held = ApplicationFactory(in_review=True, officer=desk["officer"])
    code = desk.department.code

    routing.route_waiting(department_code=code, by=desk["head"], now=clock.now())
    handlers.route_waiting(Job.objects.get(kind="applications.route_waiting").payload)

    holders = dict(Application.objects.values_list("id", "holder"))
    assert holders == {case.id: desk["second"].id for case in waiting} | {held.id: desk["officer"].id}
    assert set(CaseEvent.objects.filter(kind="route").values_list("actor", flat=True)) == {desk["head"].id}


@pytest.mark.parametrize("who", ["officer", "approver", "stranger", "administrator"])
def test_only_a_head_keeps_the_rules(desk: Desk, who: str) -> None:
    code, by, now = desk.department.code, desk[who], clock.now()
    rule = RoutingRuleFactory()
    given: dict[str, Any] = {"procedure_id": "", "towns": [], "people": [], "by": by, "now": now}

    with pytest.raises(NotAllowed):
        routing.add_rule(department_code=code, **given)
    with pytest.raises(NotAllowed):
        routing.change_rule(rule=rule, version=1, **given)
    with pytest.raises(NotAllowed):
        routing.remove_rule(rule=rule, version=1, by=by, now=now)
    with pytest.raises(NotAllowed):
        routing.route_waiting(department_code=code, by=by, now=now)


def test_a_rule_names_only_people_of_the_department(desk: Desk) -> None:
    with pytest.raises(routing.UnknownPerson):
        routing.add_rule(
            department_code=desk.department.code,
            procedure_id="",
            towns=[],
            people=[desk["stranger"].id],
            by=desk["head"],
            now=clock.now(),
        )
