"""What is open on this site and stands in no entry is told on the list, and so is what several entries name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madoguchi.common import clock
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.procedures import actions
from madoguchi.procedures.inventory import desk_links, queries
from madoguchi.procedures.inventory.scope import Scope
from madoguchi.procedures.tests.factories import InventoryEntryFactory, publish

pytestmark = pytest.mark.django_db
PLACE = "/studio/inventory/"
NEW = "/studio/inventory/new/?procedure="


@pytest.fixture
def office() -> Client:
    return signed_in_client(staff_with("office"))


def page(client: Client, query: str = "") -> str:
    return client.get(f"{PLACE}{query}").content.decode()


def test_what_is_open_and_in_no_entry_is_told_with_a_way_to_add_it(office: Client) -> None:
    known = publish("dog_registration").procedure_id
    missing = publish("disaster_certificate").procedure_id
    closed = publish("road_damage_report").procedure_id
    actions.close(procedure_id=closed, by="test:a", now=clock.now())
    InventoryEntryFactory(procedure_id=known)

    text = page(office)

    assert "台帳にない公開中の手続：1件" in text
    assert f"{NEW}{missing}" in text
    assert f"{NEW}{known}" not in text
    assert f"{NEW}{closed}" not in text


def test_where_every_open_procedure_has_one_entry_nothing_is_told(office: Client) -> None:
    InventoryEntryFactory(procedure_id=publish().procedure_id)

    text = page(office)

    assert "台帳にない公開中の手続" not in text
    assert "同じ定義を指す項目：" not in text


def test_the_form_has_what_the_definition_says_and_adds_a_linked_entry(office: Client) -> None:
    DepartmentFactory(code="resident-records", name="市民登録課")
    procedure_id = publish().procedure_id
    typed = desk_links.typed_of(procedure_id, Scope(None, []))

    text = office.get(f"{NEW}{procedure_id}").content.decode()
    office.post(f"{PLACE}new/", typed)

    assert f'value="{typed["name"]}"' in text
    assert f'value="{typed["law"]}"' in text
    assert f'<option value="{procedure_id}" selected' in text
    assert '<option value="resident-records" selected' in text
    entry: Any = queries.entries(None).get()
    assert (entry.name, entry.law, entry.fee) == ("住民票の写しの交付申請", "住民基本台帳法", "2")
    assert (entry.procedure_id, entry.state) == (procedure_id, "online")
    assert "台帳にない公開中の手続" not in page(office)


@pytest.mark.parametrize("wanted", ["", "nothing", "x" * 200])
def test_an_unknown_procedure_gives_an_empty_form(office: Client, wanted: str) -> None:
    response = office.get(f"{NEW}{wanted}")

    assert response.status_code == 200
    assert "住民票の写し" not in response.content.decode()


def test_officers_are_told_of_their_own_procedures_only() -> None:
    own = DepartmentFactory(code="resident-records")
    mine, others = publish().procedure_id, publish("disaster_certificate").procedure_id
    client = signed_in_client(staff_with("officer", department=own))

    text = page(client)

    assert f"{NEW}{mine}" in text
    assert f"{NEW}{others}" not in text
    assert f'<option value="{others}" selected' not in client.get(f"{NEW}{others}").content.decode()


def test_entries_of_one_definition_are_told_and_listed(office: Client) -> None:
    procedure_id = publish().procedure_id
    InventoryEntryFactory(name="写しの届", procedure_id=procedure_id)
    InventoryEntryFactory(name="写しの願", procedure_id=procedure_id)
    InventoryEntryFactory(name="なくした届", procedure_id=procedure_id, abolished_on=date(2026, 4, 1))
    InventoryEntryFactory(name="紙の届")
    InventoryEntryFactory(name="ほかの届")

    assert "同じ定義を指す項目：2件" in page(office)
    assert f"{PLACE}?linked=several" in page(office)
    several = queries.found(None, queries.Filters(linked="several"))
    assert {one.name for one in several} == {"写しの届", "写しの願"}


def test_an_entry_that_was_abolished_is_not_the_same_thing_twice(office: Client) -> None:
    procedure_id = publish().procedure_id
    InventoryEntryFactory(name="今の届", procedure_id=procedure_id)
    InventoryEntryFactory(name="なくした届", procedure_id=procedure_id, abolished_on=date(2026, 4, 1))

    assert "同じ定義を指す項目：" not in page(office)


def test_many_of_both_are_asked_for_at_once(office: Client) -> None:
    publish("oversized_waste_collection")
    procedure_id = publish().procedure_id
    for number in range(2):
        InventoryEntryFactory(name=f"届{number}", procedure_id=procedure_id)
    page(office)
    with CaptureQueriesContext(connection) as few:
        page(office)
    for name in ("dog_registration", "disaster_certificate", "road_damage_report"):
        publish(name)
        for number in range(3):
            InventoryEntryFactory(name=f"{name}{number}", procedure_id="dog-registration")
    assert "台帳にない公開中の手続：3件" in page(office)
    assert "同じ定義を指す項目：11件" in page(office)
    with CaptureQueriesContext(connection) as many:
        page(office)

    assert len(many) == len(few)
