"""A department that took over another one sees, changes and imports its entries, recorded as they were."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.common import clock, registers
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.models import Department, Posting, Stage
from madoguchi.organization.tests.factories import (
    DepartmentFactory,
    PostingFactory,
    ReorganisationFactory,
    SuccessionFactory,
    signed_in_client,
    staff_with,
)
from madoguchi.procedures.inventory import actions, desk_choices, desk_reading, importing, queries
from madoguchi.procedures.models import InventoryEntry
from madoguchi.procedures.tests.factories import InventoryEntryFactory

pytestmark = pytest.mark.django_db
NAMED = "residence-certificate"


def officer_of(department: Department, role: str = "officer") -> Staff:
    return PostingFactory(department=department, role=role).staff


def divided() -> tuple[Department, Department, Department]:
    """A department that ended: one procedure went to the first, all else to the second."""
    old, one, rest = (
        DepartmentFactory(name="旧窓口課", valid_until=clock.today().replace(year=2025)),
        DepartmentFactory(name="証明課"),
        DepartmentFactory(name="届出課"),
    )
    done = ReorganisationFactory(stage=Stage.DONE, carried_out_at=clock.now())
    SuccessionFactory(reorganisation=done, old=old, new=one, procedure_id=NAMED)
    SuccessionFactory(reorganisation=done, old=old, new=rest)
    return old, one, rest


def names(found: object) -> list[str]:
    return sorted(entry.name for entry in found)  # type: ignore[attr-defined]


def test_entries_of_a_divided_department_are_listed_where_their_procedure_went() -> None:
    old, one, rest = divided()
    InventoryEntryFactory(name="証明", department_code=old.code, procedure_id=NAMED)
    InventoryEntryFactory(name="届出", department_code=old.code)
    InventoryEntryFactory(name="新しい届出", department_code=rest.code)

    assert names(queries.entries({one.code})) == ["証明"]
    assert names(queries.entries({rest.code})) == ["届出", "新しい届出"]
    assert names(queries.entries({old.code})) == []
    listed: Any = queries.entries(None)
    assert {entry.name: entry.charge for entry in listed}["証明"] == one.code


def test_a_change_by_the_successor_leaves_the_department_that_recorded_it() -> None:
    old, _one, rest = divided()
    entry = InventoryEntryFactory(name="届出", department_code=old.code)
    values = {
        "name": "届出の改題",
        "law": "",
        "survey_id": "",
        "department_code": rest.code,
        "procedure_id": "",
    }

    actions.change(entry=entry, version=1, values=values, by=officer_of(rest), now=clock.now())

    entry.refresh_from_db()
    assert (entry.name, entry.department_code) == ("届出の改題", old.code)


def test_a_successor_is_refused_what_went_to_the_other_one() -> None:
    old, _one, rest = divided()
    entry = InventoryEntryFactory(department_code=old.code, procedure_id=NAMED)

    with pytest.raises(NotAllowed):
        actions.abolish(entry=entry, version=1, day=clock.today(), by=officer_of(rest), now=clock.now())


def test_the_form_names_the_successor_and_its_page_too() -> None:
    old, _one, rest = divided()
    entry = InventoryEntryFactory(department_code=old.code)
    client = signed_in_client(officer_of(rest))

    page = client.get(f"/studio/inventory/{entry.id}/").content.decode()
    form = client.get(f"/studio/inventory/{entry.id}/edit/").content.decode()

    assert "届出課" in page
    assert f'<option value="{rest.code}" selected>' in form


def test_a_file_that_names_the_successor_means_the_entry_of_the_former_department() -> None:
    old, _one, rest = divided()
    entry = InventoryEntryFactory(name="届出", law="法", department_code=old.code)
    row = {"name": "届出", "law": "法", "kind": "1", "department_code": rest.code, "cases": 3}

    found = importing.import_rows(rows=[row], by=officer_of(rest), now=clock.now())

    entry.refresh_from_db()
    assert found.changed[0].fields == {"cases": (None, 3)}
    assert (entry.cases, entry.department_code) == (3, old.code)


def test_a_file_that_names_a_department_that_ended_is_told_its_successor() -> None:
    divided()
    text = "手続名,手続類型,担当部署\r\n届出,1,旧窓口課".encode()

    found = desk_reading.read(text, desk_choices.known(clock.today()))

    assert [(one.letter, one.mend) for one in found.findings] == [
        ("C", "いまの部署「届出課」を入れてください。")
    ]


def test_the_list_asked_for_a_department_shows_what_it_took_over_and_sorts_it_there() -> None:
    old, _one, rest = divided()
    last = DepartmentFactory(name="税務課", name_kana="ンゼイ")
    InventoryEntryFactory(name="イ", department_code=last.code)
    InventoryEntryFactory(name="ロ", department_code=old.code)

    narrowed = queries.found(None, queries.Filters(department=rest.code))
    forward = queries.found(None, queries.Filters(), "department")
    backward = queries.found(None, queries.Filters(), "-department")

    assert names(narrowed) == ["ロ"]
    assert [entry.name for entry in forward] == ["ロ", "イ"]
    assert [entry.name for entry in backward] == ["イ", "ロ"]


def test_a_reorganisation_is_told_how_many_entries_it_touches() -> None:
    _old, one, rest = divided()
    InventoryEntryFactory(department_code=rest.code)
    InventoryEntryFactory(name="証明", department_code=rest.code, procedure_id="other")
    InventoryEntryFactory(name="よそ", department_code=one.code)
    count = registers.department_holdings.get("inventory").count

    assert (count(rest.code, "", ()), count(rest.code, "", ("other",)), count(rest.code, "other", ())) == (
        2,
        1,
        1,
    )


# --- who may import ----------------------------------------------------------------------------------


def row_of(department: str, **more: object) -> dict[str, object]:
    return {"name": "転入届", "law": "法", "kind": "1", "department_code": department} | more


@pytest.mark.parametrize(
    ("role", "allowed"), [("officer", True), ("head", True), ("approver", False), ("office", True)]
)
def test_rows_of_the_own_department_are_imported_by_those_who_write_for_it(role: str, allowed: bool) -> None:
    staff = staff_with(role)
    own = Posting.objects.get(staff=staff).department_id

    if allowed:
        importing.import_rows(rows=[row_of(own)], by=staff, now=clock.now())
    else:
        with pytest.raises(NotAllowed):
            importing.import_rows(rows=[row_of(own)], by=staff, now=clock.now())

    assert InventoryEntry.objects.exists() is allowed


@pytest.mark.parametrize(("role", "allowed"), [("officer", False), ("head", False), ("office", True)])
def test_rows_of_another_department_are_imported_by_the_office_only(role: str, allowed: bool) -> None:
    other = DepartmentFactory()

    if allowed:
        importing.import_rows(rows=[row_of(other.code)], by=staff_with(role), now=clock.now())
    else:
        with pytest.raises(NotAllowed):
            importing.import_rows(rows=[row_of(other.code)], by=staff_with(role), now=clock.now())

    assert InventoryEntry.objects.exists() is allowed


def test_an_entry_of_another_department_is_not_taken_over_by_its_survey_id() -> None:
    staff = staff_with("officer")
    own = Posting.objects.get(staff=staff).department_id
    entry = InventoryEntryFactory(survey_id="A1", department_code=DepartmentFactory().code)

    with pytest.raises(NotAllowed):
        importing.import_rows(rows=[row_of(own, survey_id="A1")], by=staff, now=clock.now())

    entry.refresh_from_db()
    assert entry.version == 1


def test_what_is_no_longer_what_was_looked_at_is_not_imported() -> None:
    looked_at = importing.compare([row_of("citizens")])
    InventoryEntryFactory(**row_of("citizens"), cases=5)

    with pytest.raises(importing.ChangedMeanwhile):
        importing.import_rows(
            rows=[row_of("citizens")], by="test:importer", now=clock.now(), mark=looked_at.mark
        )
    found = importing.import_rows(
        rows=[row_of("citizens")],
        by="test:importer",
        now=clock.now(),
        mark=importing.compare([row_of("citizens")]).mark,
    )

    assert found.same == 1
