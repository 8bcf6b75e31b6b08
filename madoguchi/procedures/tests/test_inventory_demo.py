"""The demo city's inventory: as large as a real one, marked as made up, with what is offered linked to it."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.audit.models import AuditEntry
from madoguchi.common.registers import DemoSize
from madoguchi.organization.demo_departments import DEPARTMENTS
from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.procedures.inventory import candidates, demo, queries
from madoguchi.procedures.inventory.metrics import standing
from madoguchi.procedures.models import InventoryEntry
from madoguchi.procedures.tests.factories import publish

pytestmark = pytest.mark.django_db
NAMES = ("disaster_certificate", "child_allowance_claim", "dog_registration")


def loaded(seed: int = 1) -> list[tuple[object, ...]]:
    """An inventory made anew, without ids."""
    InventoryEntry.objects.all().delete()
    demo.load(DemoSize(residents=10, applications=0, seed=seed))
    columns = [f.attname for f in InventoryEntry._meta.concrete_fields if f.name != "id"]
    return list(InventoryEntry.objects.order_by("name", "department_code").values_list(*columns))


def test_it_holds_what_is_offered_and_made_up_procedures_of_every_department() -> None:
    ids = {publish(name).procedure_id for name in NAMES}

    loaded()

    entries = InventoryEntry.objects.all()
    assert entries.count() == demo.ENTRIES
    assert set(entries.exclude(procedure_id="").values_list("procedure_id", flat=True)) == ids
    assert not entries.filter(synthetic=False).exists()
    codes = set(entries.values_list("department_code", flat=True).distinct())
    assert codes == {one.code for one in DEPARTMENTS}
    assert AuditEntry.objects.filter(act="demo.loaded", subject="inventory").exists()


def test_the_same_seed_gives_the_same_inventory_and_another_gives_another() -> None:
    publish("disaster_certificate")

    assert loaded(1) == loaded(1)
    assert loaded(1) != loaded(2)


def test_an_inventory_that_is_there_stays_alone() -> None:
    size = DemoSize(residents=10, applications=0, seed=1)
    demo.load(size)

    demo.load(size)

    assert InventoryEntry.objects.count() == demo.ENTRIES


def test_its_share_is_computed_and_every_state_and_gap_occurs_in_it() -> None:
    for name in NAMES:
        publish(name)

    loaded()

    share, found = queries.share(queries.entries(None)), queries.entries(None)
    assert share.online == len(NAMES)
    assert 0 < share.online_cases < share.cases
    states = ("online", "paper", "forbidden", "abolished")
    assert all(queries.entries(None, state=state).exists() for state in states)
    assert candidates.steps(found)
    assert candidates.without_place(found).exists()


def test_of_what_ends_at_the_counter_nothing_was_done_online() -> None:
    visit = publish("seal_registration").procedure_id

    loaded()

    entry: Any = queries.entries(None).get(procedure_id=visit)
    assert (entry.state, entry.online_cases) == ("visit", 0)
    assert entry.cases


def test_it_says_on_every_screen_and_behind_every_figure_that_it_is_made_up() -> None:
    publish("disaster_certificate")
    loaded()
    office = signed_in_client(staff_with("office"))

    for place in ("/studio/inventory/", "/studio/inventory/next/", "/studio/inventory/next/?part=unknown"):
        text = office.get(place).content.decode()
        assert "合成データを含みます" in text
        assert text.count("合成データ") > 50
    assert all(one.label.endswith("（合成データ）") for one in standing("procedures"))
