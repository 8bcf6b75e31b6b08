"""Single entries by hand: added once, changed as looked at, abolished with a day, and that taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.models import Posting
from madoguchi.organization.tests.factories import DepartmentFactory, staff_with
from madoguchi.procedures.inventory import actions
from madoguchi.procedures.inventory.importing import ChangedMeanwhile
from madoguchi.procedures.models import InventoryEntry
from madoguchi.procedures.tests.factories import InventoryEntryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Staff:
    return staff_with("officer")


def department_of(staff: Staff) -> str:
    return Posting.objects.get(staff=staff).department_id


def values_of(staff: Staff, **more: Any) -> dict[str, Any]:
    own = department_of(staff)
    values = {
        "name": "転入届",
        "law": "法",
        "survey_id": "",
        "kind": "1",
        "department_code": own,
        "procedure_id": "",
    }
    return values | more


def entry_of(staff: Staff, **more: Any) -> InventoryEntry:
    return InventoryEntryFactory(**values_of(staff, **more))


def acts() -> list[tuple[str, dict[str, Any]]]:
    return [
        (one.act, one.detail)
        for one in AuditEntry.objects.filter(act__startswith="inventory.").order_by("at")
    ]


def test_an_entry_is_added_with_its_record(officer: Staff) -> None:
    entry = actions.add(values=values_of(officer), by=officer, now=clock.now())

    record = AuditEntry.objects.get(act="inventory.added")
    assert InventoryEntry.objects.get().id == entry.id
    assert (record.subject, record.actor) == (f"inventory:{entry.id}", officer.actor)


@pytest.mark.parametrize(
    "there",
    [{"survey_id": "A1", "name": "別名"}, {"survey_id": ""}],
    ids=["survey id", "name, law and department"],
)
def test_an_entry_that_is_known_is_not_added_again(officer: Staff, there: dict[str, Any]) -> None:
    entry_of(officer, **there)

    with pytest.raises(actions.KnownAlready):
        actions.add(values=values_of(officer, survey_id=there["survey_id"]), by=officer, now=clock.now())

    assert InventoryEntry.objects.count() == 1
    assert acts() == []


def test_the_same_name_in_another_department_is_another_procedure(officer: Staff) -> None:
    InventoryEntryFactory(**values_of(officer, department_code="elsewhere"))

    actions.add(values=values_of(officer), by=officer, now=clock.now())

    assert InventoryEntry.objects.count() == 2


def test_nobody_adds_or_changes_for_another_department(officer: Staff) -> None:
    other = DepartmentFactory().code
    own, foreign = entry_of(officer), InventoryEntryFactory(name="よその届", department_code=other)

    with pytest.raises(NotAllowed):
        actions.add(values=values_of(officer, name="新", department_code=other), by=officer, now=clock.now())
    for entry, department in ((foreign, department_of(officer)), (own, other)):
        values = values_of(officer, name="改", department_code=department)
        with pytest.raises(NotAllowed):
            actions.change(entry=entry, version=1, values=values, by=officer, now=clock.now())
    with pytest.raises(NotAllowed):
        actions.restore(entry=foreign, version=1, by=officer, now=clock.now())

    assert not InventoryEntry.objects.exclude(version=1).exists()


def test_the_office_moves_an_entry_to_another_department(officer: Staff) -> None:
    entry, other = entry_of(officer), DepartmentFactory().code

    actions.change(
        entry=entry,
        version=1,
        values=values_of(officer, department_code=other),
        by=staff_with("office"),
        now=clock.now(),
    )

    entry.refresh_from_db()
    assert entry.department_code == other


def test_a_change_is_recorded_with_before_and_after(officer: Staff) -> None:
    entry = entry_of(officer, cases=5)

    actions.change(
        entry=entry, version=1, values=values_of(officer, name="改", cases=None), by=officer, now=clock.now()
    )

    entry.refresh_from_db()
    assert (entry.name, entry.cases, entry.version) == ("改", None, 2)
    assert acts() == [("inventory.changed", {"name": ["転入届", "改"], "cases": [5, None]})]


def test_what_changes_nothing_writes_nothing(officer: Staff) -> None:
    entry = entry_of(officer)

    actions.change(entry=entry, version=1, values=values_of(officer), by=officer, now=clock.now())

    entry.refresh_from_db()
    assert (entry.version, acts()) == (1, [])


def test_a_change_of_an_older_version_is_refused(officer: Staff) -> None:
    entry = entry_of(officer)
    InventoryEntry.objects.filter(id=entry.id).update(name="別の人の名", version=2)

    with pytest.raises(ChangedMeanwhile):
        actions.change(
            entry=entry, version=1, values=values_of(officer, name="改"), by=officer, now=clock.now()
        )

    entry.refresh_from_db()
    assert entry.name == "別の人の名"


def test_a_change_into_another_entry_is_refused(officer: Staff) -> None:
    entry_of(officer)
    numbered = entry_of(officer, name="転出届", survey_id="A1")
    entry = entry_of(officer, name="転居届")

    for values in (values_of(officer), values_of(officer, survey_id="A1")):
        with pytest.raises(actions.KnownAlready):
            actions.change(entry=entry, version=1, values=values, by=officer, now=clock.now())

    entry.refresh_from_db()
    assert (entry.name, numbered.survey_id) == ("転居届", "A1")


def test_the_database_refuses_a_prohibition_without_its_reason(officer: Staff) -> None:
    with pytest.raises(IntegrityError):
        actions.add(values=values_of(officer, forbidden=True), by=officer, now=clock.now())


def test_an_entry_is_abolished_with_a_day_and_that_is_taken_back(officer: Staff) -> None:
    entry, day = entry_of(officer), clock.today() - timedelta(days=3)

    actions.abolish(entry=entry, version=1, day=day, by=officer, now=clock.now())
    entry.refresh_from_db()
    abolished_on = entry.abolished_on
    actions.restore(entry=entry, version=2, by=officer, now=clock.now())
    entry.refresh_from_db()

    assert (abolished_on, entry.abolished_on, entry.version) == (day, None, 3)
    assert acts() == [
        ("inventory.abolished", {"abolished_on": [None, day.isoformat()]}),
        ("inventory.restored", {"abolished_on": [day.isoformat(), None]}),
    ]


def test_nothing_is_abolished_before_its_day_or_twice_and_nothing_restored_that_is_in_force(
    officer: Staff,
) -> None:
    entry, gone = entry_of(officer), entry_of(officer, name="旧", abolished_on=clock.today())
    tomorrow = clock.today() + timedelta(days=1)

    with pytest.raises(actions.StillToCome):
        actions.abolish(entry=entry, version=1, day=tomorrow, by=officer, now=clock.now())
    with pytest.raises(ChangedMeanwhile):
        actions.abolish(entry=gone, version=1, day=clock.today(), by=officer, now=clock.now())
    with pytest.raises(ChangedMeanwhile):
        actions.restore(entry=entry, version=1, by=officer, now=clock.now())

    assert not InventoryEntry.objects.exclude(version=1).exists()


def test_two_people_who_add_the_same_at_once_add_it_once(
    officer: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_refuse_twin", lambda scope, entry: None)
    entry_of(officer)

    with pytest.raises(actions.KnownAlready):
        actions.add(values=values_of(officer), by=officer, now=clock.now())

    assert InventoryEntry.objects.count() == 1
