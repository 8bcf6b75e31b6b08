"""What the inventory tells the register of indicators: what stands today, row by row."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.common import clock, registers
from madoguchi.common.registers import Happening
from madoguchi.procedures import actions
from madoguchi.procedures.tests.factories import InventoryEntryFactory, publish, source_of

pytestmark = pytest.mark.django_db
NAMES = ("inventory-procedures", "inventory-online", "inventory-cases", "inventory-online-cases")


def stands(name: str) -> list[Happening]:
    standing: Any = registers.indicators.get(name).standing
    return list(standing())


def quantities(name: str) -> dict[str, int]:
    return {one.label: one.quantity for one in stands(name)}


@pytest.fixture
def city() -> str:
    """One entry of each state, and one that nobody counted; gives the id of the open procedure."""
    procedure_id = publish().procedure_id
    law = {"forbidden_reason": "原本", "forbidden_law": "合成条例"}
    counted = {"cases": 50, "online_cases": 20}
    InventoryEntryFactory(name="できる", procedure_id=procedure_id, department_code="residents", **counted)
    InventoryEntryFactory(name="紙", cases=30, online_cases=0)
    InventoryEntryFactory(name="数えていない", cases=7)
    InventoryEntryFactory(name="禁止", forbidden=True, **law, **counted)
    InventoryEntryFactory(name="廃止", abolished_on=date(2026, 4, 1), procedure_id=procedure_id, **counted)
    return procedure_id


def test_what_can_be_online_and_what_is_stand_one_by_one(city: str) -> None:
    assert quantities("inventory-procedures") == {"できる": 1, "紙": 1, "数えていない": 1}
    assert quantities("inventory-online") == {"できる": 1}


def test_cases_stand_where_both_numbers_are_known(city: str) -> None:
    assert quantities("inventory-cases") == {"できる": 50, "紙": 30}
    assert quantities("inventory-online-cases") == {"できる": 20, "紙": 0}


def test_an_announced_visit_is_possible_and_its_cases_are_not_online(city: str) -> None:
    visit = publish("moving_in_appointment").procedure_id
    InventoryEntryFactory(name="予約", procedure_id=visit, cases=40, online_cases=25)

    assert "予約" in quantities("inventory-procedures")
    assert quantities("inventory-online") == {"できる": 1}
    assert quantities("inventory-cases")["予約"] == 40
    assert quantities("inventory-online-cases") == {"できる": 20, "紙": 0}


def test_a_row_names_its_entry_and_its_department_and_leads_to_it(city: str) -> None:
    (one,) = stands("inventory-online")

    assert (one.subject, one.department_code) == (one.key, "residents")
    assert one.address == f"/studio/inventory/{one.key}/"


def test_what_was_closed_stands_no_more_among_what_is_online(city: str) -> None:
    actions.close(procedure_id=city, by="test:a", now=clock.now())

    assert stands("inventory-online") == []
    assert len(stands("inventory-procedures")) == 3


@pytest.mark.parametrize("name", NAMES)
def test_ten_rows_ask_as_much_as_one(city: str, name: str) -> None:
    stands(name)  # a process reads what is published once
    with CaptureQueriesContext(connection) as few:
        stands(name)
    for number in range(9):
        InventoryEntryFactory(name=f"届{number}", procedure_id=city, cases=2, online_cases=1)
    with CaptureQueriesContext(connection) as many:
        stands(name)

    assert len(many) == len(few)


# --- priority procedures ----------------------------------------------------------------------------------


def priority() -> list[Happening]:
    collect: Any = registers.indicators.get("priority-online").collect
    return list(collect())


def test_priority_procedures_are_told_by_their_number_on_the_national_list() -> None:
    publish("dog_registration")
    publish("disaster_certificate")

    assert [(one.subject, one.label) for one in priority()] == [("27", "罹災証明書の交付申請")]


@pytest.mark.parametrize(("number", "told"), [("27", ["27"]), ("28", [])])
def test_what_is_not_the_citys_is_no_priority_procedure_of_the_city(number: str, told: list[str]) -> None:
    source = source_of("disaster_certificate").replace("priority: 27", f"priority: {number}", 1)
    actions.publish(source=source, by="test:a", approved_by="test:b", now=clock.now())

    assert [one.subject for one in priority()] == told


def test_a_priority_procedure_that_was_closed_ends() -> None:
    procedure_id = publish("disaster_certificate").procedure_id
    actions.close(procedure_id=procedure_id, by="test:a", now=clock.now())

    assert [one.until for one in priority()] == [clock.today()]
