"""How much is online: the plan's figure, from the inventory to the page with the rows behind it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from madoguchi.common import clock
from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.plan import reading
from madoguchi.plan.actions import collecting, publishing
from madoguchi.plan.models import Achievement
from madoguchi.procedures.tests.factories import InventoryEntryFactory, publish

pytestmark = pytest.mark.django_db
PLAN = "morioka-2026-2030"


@pytest.fixture
def city() -> None:
    """The plans, and an inventory of four of which one is online."""
    for source in sorted((Path(reading.__file__).parent / "catalog").glob("*.yaml")):
        publishing.publish(source=source.read_text(encoding="utf-8"), by="test", now=clock.now())
    procedure_id = publish("disaster_certificate").procedure_id
    InventoryEntryFactory(name="罹災証明書", procedure_id=procedure_id, cases=300, online_cases=90)
    for name, cases in (("道路の届", 500), ("公園の届", 200), ("だれも数えない届", None)):
        InventoryEntryFactory(name=name, cases=cases, online_cases=0)
    collecting.collect()


def shown() -> dict[str, float | None]:
    data = json.loads(Client().get(f"/plan/scoreboard.json?plan={PLAN}").content)
    return {one["id"]: one["value"] for one in data["indicators"]}


@pytest.mark.usefixtures("city")
def test_the_share_by_procedures_and_by_cases_comes_from_the_inventory_alone() -> None:
    values = shown()

    assert (values["online-share"], values["online-cases-share"], values["priority-procedures"]) == (25, 9, 1)
    assert not Achievement.objects.exists()


@pytest.mark.usefixtures("city")
def test_the_rows_behind_both_sides_of_the_share_are_the_entries() -> None:
    office = signed_in_client(staff_with("office"))

    def rows(query: str) -> list[str]:
        answer = office.get(f"/plan/indicators/online-share/rows.csv?plan={PLAN}{query}")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        return [line for line in text.splitlines()[1:] if line]

    assert ["罹災証明書" in line for line in rows("")] == [True]
    assert len(rows("&denominator=1")) == 4


@pytest.mark.usefixtures("city")
def test_a_further_procedure_in_the_inventory_moves_the_figure() -> None:
    InventoryEntryFactory(name="あとから見つけた届")
    collecting.collect()

    assert shown()["online-share"] == 20
