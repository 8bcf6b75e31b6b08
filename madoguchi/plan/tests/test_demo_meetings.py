"""The meetings of the demo city: a sample of five years that reads like a real one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from madoguchi.common.registers import DemoSize
from madoguchi.organization.tests.factories import DepartmentFactory, staff_with
from madoguchi.plan import demo_meetings, reading
from madoguchi.plan.actions import publishing
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.tests.factories import NOW

SIZE = DemoSize(residents=10, applications=0, seed=7)


@pytest.fixture
def city(db):
    path = Path(reading.__file__).parent / "catalog" / f"{demo_meetings.PLAN}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)
    staff_with("office", department=DepartmentFactory(code="digital", name="情報企画課"))
    demo_meetings.load(SIZE)


@pytest.mark.slow
def test_five_years_of_meetings_carry_over_finish_drop_and_leave_open(city):
    days = list(Meeting.objects.order_by("number").values_list("held_on", flat=True))
    assert [day.year for day in days] == [2021, 2021, 2022, 2022, 2023, 2023, 2024, 2024, 2025, 2025]
    assert set(Meeting.objects.values_list("state", flat=True)) == {"closed"}
    states = list(Resolution.objects.values_list("state", flat=True))
    assert {state: states.count(state) > 0 for state in ("open", "done", "dropped")} == {
        "open": True,
        "done": True,
        "dropped": True,
    }
    assert not Resolution.objects.filter(state="open").exclude(item__meeting__number=10).exists()
    assert sorted(Resolution.objects.filter(state="open").values_list("due_on", flat=True)) == [
        date(2026, 5, 2),
        date(2027, 3, 31),
    ]
    for item in AgendaItem.objects.exclude(carried_from=None).select_related("meeting", "carried_from"):
        assert item.carried_from is not None
        assert item.carried_from.due_on < item.meeting.held_on


@pytest.mark.slow
def test_what_the_demo_says_is_marked_as_a_sample(city):
    said = [
        *Resolution.objects.values_list("text", flat=True),
        *AgendaItem.objects.values_list("minutes", flat=True),
    ]
    said += [result for result in Resolution.objects.values_list("result", flat=True) if result]

    assert all(text.endswith("（見本）") for text in said)
    assert AgendaItem.objects.exclude(carried_from=None).exists()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_meetings_and_the_same_papers(city):
    def everything() -> list[object]:
        return [
            *Meeting.objects.order_by("number").values_list("id", "minutes_digest"),
            *Resolution.objects.order_by("id").values_list("id", "text", "state", "due_on", "finished_at"),
        ]

    before = everything()
    AgendaItem.objects.update(carried_from=None)
    for model in (Resolution, AgendaItem, Meeting):
        model.objects.all().delete()
    demo_meetings.load(SIZE)

    assert everything() == before
