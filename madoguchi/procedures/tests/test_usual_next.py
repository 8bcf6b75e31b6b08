"""What usually follows a procedure in an event of a life, as far as it is offered and asks about the same people."""

from __future__ import annotations

import uuid

import pytest

from madoguchi.procedures import queries
from madoguchi.procedures.checking import CATALOG
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.life_events import COURSES, life_events, usually_next
from madoguchi.procedures.queries import Offer
from madoguchi.procedures.tests.building import asked, definition, definition_of, section


def test_every_course_belongs_to_an_event_and_names_procedures_of_the_catalogue():
    known = {path.stem.replace("_", "-") for path in CATALOG.glob("*.yaml")}

    assert COURSES.keys() == {event.id for event in life_events()}
    named = {one for courses in COURSES.values() for course in courses for one in course}
    assert named
    assert named <= known


def test_after_moving_in_comes_the_rest_of_moving_in_and_nothing_of_moving_out():
    found = usually_next("moving-in-appointment", ["moving", "work", "school"])

    assert found[:3] == ["national-health-insurance-joining", "child-allowance-claim", "childcare-admission"]
    assert "water-service-start" in found
    assert "moving-out-notification" not in found
    assert "moving-in-appointment" not in found


def test_in_the_middle_of_a_course_what_follows_comes_before_what_went_before():
    found = usually_next("child-allowance-claim", ["birth"])

    assert found == ["national-health-insurance-joining", "childcare-admission", "pregnancy-notification"]


def test_a_procedure_of_no_course_is_followed_by_those_of_its_events():
    assert usually_next("child-allowance-status-report", ["disaster", "unknown"]) == ["disaster-certificate"]


PERSON = [asked("name", "person_name", prefill={"from": "applicant.name"})]


def offered(monkeypatch: pytest.MonkeyPatch, *definitions: Definition, closed: str = "") -> None:
    found = [Offer(one.id, uuid.uuid4(), 1, one.id != closed, one) for one in definitions]
    monkeypatch.setattr(queries, "offers", lambda: found)


def test_only_open_procedures_about_the_same_people_are_named(monkeypatch: pytest.MonkeyPatch):
    filed = definition(*PERSON, id="child-allowance-claim", life_events=["birth"])
    insurance = definition(*PERSON, id="national-health-insurance-joining")
    silent = definition_of(section("main", asked("copies", "integer")), id="childcare-admission")
    offered(monkeypatch, filed, insurance, silent)

    assert [one.procedure_id for one in queries.usual_next(filed)] == ["national-health-insurance-joining"]

    offered(monkeypatch, filed, insurance, closed=insurance.id)
    assert queries.usual_next(filed) == []


def test_no_more_than_asked_for_are_named(monkeypatch: pytest.MonkeyPatch):
    filed = definition(*PERSON, id="moving-in-appointment", life_events=["moving"])
    offered(monkeypatch, *(definition(*PERSON, id=one) for one in COURSES["moving"][0]))

    assert len(queries.usual_next(filed)) == 6
    assert len(queries.usual_next(filed, most=2)) == 2
