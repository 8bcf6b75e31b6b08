"""The page of one procedure of the inventory and its form, for those whose department it is."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from madoguchi.common import clock
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.models import Posting
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.procedures import actions as procedures
from madoguchi.procedures.inventory import actions, desk_forms, importing
from madoguchi.procedures.inventory.desk_columns import COLUMNS
from madoguchi.procedures.models import InventoryEntry
from madoguchi.procedures.tests.factories import InventoryEntryFactory, ProcedureFactory

pytestmark = pytest.mark.django_db
NEW = "/studio/inventory/new/"


@pytest.fixture
def officer() -> Staff:
    return staff_with("officer")


@pytest.fixture
def own(officer: Staff) -> str:
    return Posting.objects.get(staff=officer).department_id


@pytest.fixture
def client(officer: Staff) -> Client:
    return signed_in_client(officer)


def place(entry: InventoryEntry, act: str = "") -> str:
    return f"/studio/inventory/{entry.id}/{act}"


def typed(own: str, **more: str) -> dict[str, str]:
    return (
        {column.name: "" for column in COLUMNS}
        | {"name": "転入届", "kind": "1", "department_code": own}
        | more
    )


def form_of(client: Client, entry: InventoryEntry) -> dict[str, str]:
    """What the form of an entry sends when nothing is changed."""
    page = client.get(place(entry, "edit/")).content.decode()
    kept = {name: _hidden(page, name) for name in ("version", "was")}
    return json.loads(kept["was"]) | kept  # type: ignore[no-any-return]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1].replace("&#34;", '"')


# --- the page ----------------------------------------------------------------------------------------


def test_the_page_tells_every_field_in_words(client: Client, own: str) -> None:
    entry = InventoryEntryFactory(
        department_code=own,
        kind="2-1",
        filer="5",
        fee="2",
        identity_method="3",
        cases=1200,
        effort="small",
        effort_reason="様式",
    )

    page = client.get(place(entry)).content.decode()

    for words in ("申請等に基づく処分通知等", "国民等", "手数料等有り", "署名", "1,200", "小", "様式"):
        assert words in page


def test_another_departments_entry_is_not_there(client: Client) -> None:
    entry = InventoryEntryFactory(department_code=DepartmentFactory().code)

    answers = [
        client.get(place(entry)),
        client.get(place(entry, "edit/")),
        client.post(place(entry, "abolish/")),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]


def test_the_state_is_told_with_its_reason(client: Client, own: str) -> None:
    procedure = ProcedureFactory()
    linked = InventoryEntryFactory(name="つながる届", department_code=own, procedure_id=procedure.id)
    law = {"forbidden": True, "forbidden_reason": "原本が要る", "forbidden_law": "合成条例"}
    both = InventoryEntryFactory(name="食い違う届", department_code=own, procedure_id=procedure.id, **law)
    forbidden = InventoryEntryFactory(name="禁じられた届", department_code=own, **law)
    paper = InventoryEntryFactory(name="紙の届", department_code=own)
    gone = InventoryEntryFactory(name="なくした届", department_code=own, abolished_on=clock.today())

    pages = {
        one.name: client.get(place(one)).content.decode() for one in (linked, both, forbidden, paper, gone)
    }
    procedures.close(procedure_id=procedure.id, by="test:a", now=clock.now())
    closed = client.get(place(linked)).content.decode()

    assert f'<a href="/procedures/{procedure.id}/">' in pages["つながる届"]
    assert "（第1版）で受け付けています。" in pages["つながる届"]
    assert "食い違っています" in pages["食い違う届"]
    assert "法令でオンラインにできません：原本が要る（合成条例）" in pages["禁じられた届"]
    assert "つながる手続の定義がないため" in pages["紙の届"]
    assert f"{clock.today().isoformat()}に廃止した手続です。" in pages["なくした届"]
    assert "受付を終了しているため" in closed


def test_the_history_says_who_changed_what(client: Client, officer: Staff, own: str) -> None:
    row = {"name": "転入届", "law": "", "kind": "1", "department_code": own}
    importing.import_rows(rows=[row], by="system:console", now=clock.now())
    entry = InventoryEntry.objects.get()
    client.post(place(entry, "edit/"), form_of(client, entry) | {"name": "転入の届", "cases": "5"})
    client.post(place(entry, "abolish/"), {"version": "2", "day": clock.today().isoformat()})

    page = client.get(place(entry)).content.decode()

    assert officer.display_name in page
    assert "システム" in page
    assert "手続名：転入届 → 転入の届" in page
    assert "総手続件数：不明 → 5" in page
    assert f"廃止日：なし → {clock.today().isoformat()}" in page


# --- adding and changing -----------------------------------------------------------------------------


def test_the_form_begins_with_the_own_department_where_there_is_one(client: Client, own: str) -> None:
    office = signed_in_client(staff_with("office"))

    assert f'<option value="{own}" selected>' in client.get(NEW).content.decode()
    assert f'<option value="{own}">' in office.get(NEW).content.decode()


def test_an_entry_is_added_on_a_page(client: Client, own: str) -> None:
    response = client.post(NEW, typed(own, cases="１,２００", documents="申請書\r\n地図 "), follow=True)

    entry = InventoryEntry.objects.get()
    assert "台帳に加えました。" in response.content.decode()
    assert (entry.cases, entry.documents) == (1200, "申請書\n地図")


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"name": ""}, "name"),
        ({"kind": "9"}, "kind"),
        ({"department_code": "elsewhere"}, "department_code"),
        ({"cases": "たくさん"}, "cases"),
        ({"cases": "1", "online_cases": "2"}, "online_cases"),
        ({"procedure_id": "no-such"}, "procedure_id"),
        ({"forbidden": "1", "forbidden_law": "法"}, "forbidden_reason"),
        ({"forbidden": "1", "forbidden_reason": "原本"}, "forbidden_law"),
        ({"effort": "large"}, "effort_reason"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    client: Client, own: str, more: dict[str, str], place: str
) -> None:
    response = client.post(NEW, typed(own, article="第9条") | more)

    page = response.content.decode()
    assert response.status_code == 422
    assert f'id="{place}-error"' in page
    assert f'<a href="#{place}">' in page
    assert 'value="第9条"' in page
    assert not InventoryEntry.objects.exists()


@pytest.mark.parametrize(("survey_id", "place"), [("A1", "survey_id"), ("", "name")])
def test_an_entry_that_is_known_is_told_at_what_it_is_known_by(
    client: Client, own: str, survey_id: str, place: str
) -> None:
    InventoryEntryFactory(
        **{**typed(own), "cases": None, "online_cases": None, "forbidden": False, "survey_id": survey_id}
    )

    page = client.post(NEW, typed(own, survey_id=survey_id)).content.decode()

    assert f'id="{place}-error"' in page


def test_a_department_that_does_not_write_for_the_definition_is_told_at_the_field(
    client: Client, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_values: object) -> None:
        raise NotAllowed

    monkeypatch.setattr(actions, "add", refuse)

    page = client.post(NEW, typed(own)).content.decode()

    assert 'id="department_code-error"' in page


def test_an_entry_is_changed_on_a_page(client: Client, own: str) -> None:
    procedure = ProcedureFactory()
    entry = InventoryEntryFactory(department_code=own)

    response = client.post(
        place(entry, "edit/"), form_of(client, entry) | {"procedure_id": procedure.id}, follow=True
    )

    entry.refresh_from_db()
    assert "変更しました。" in response.content.decode()
    assert entry.procedure_id == procedure.id


def test_a_change_with_a_fault_is_told_at_its_field_and_can_still_be_sent(client: Client, own: str) -> None:
    entry = InventoryEntryFactory(department_code=own)
    faulty = client.post(place(entry, "edit/"), form_of(client, entry) | {"cases": "たくさん"})
    page = faulty.content.decode()

    mended = (
        form_of(client, entry) | {name: _hidden(page, name) for name in ("version", "was")} | {"cases": "5"}
    )

    assert 'id="cases-error"' in page
    assert client.post(place(entry, "edit/"), mended).status_code == 302


def test_a_change_into_a_known_entry_is_told_at_its_name(client: Client, own: str) -> None:
    InventoryEntryFactory(name="転入届", law="法", department_code=own)
    entry = InventoryEntryFactory(name="転出届", law="法", department_code=own)

    response = client.post(place(entry, "edit/"), form_of(client, entry) | {"name": "転入届"})

    assert response.status_code == 422
    assert 'id="name-error"' in response.content.decode()


def test_two_changes_of_one_entry_are_both_shown_and_both_kept(client: Client, own: str) -> None:
    entry = InventoryEntryFactory(name="転入届", law="旧法", department_code=own, cases=5)
    mine = form_of(client, entry) | {"name": "私の題", "cases": "7"}
    client.post(place(entry, "edit/"), form_of(client, entry) | {"law": "新法", "cases": "9"})

    met = client.post(place(entry, "edit/"), mine)

    page = met.content.decode()
    entry.refresh_from_db()
    assert met.status_code == 409
    assert (entry.name, entry.law, entry.cases) == ("転入届", "新法", 9)
    assert [
        re.findall(r'data-label="[^"]+">([^<]*)<', row) for row in re.findall(r"<tr.*?</tr>", page, re.S)
    ][1:] == [
        ["法令名", "旧法", "新法", "旧法"],
        ["総手続件数", "5", "9", "7"],
    ]
    shown = desk_forms.met(
        was=desk_forms.unpacked(mine["was"]),
        theirs=desk_forms.typed_of(entry, own),
        mine=desk_forms.typed_from(mine),
    ).typed
    assert (shown["name"], shown["law"], shown["cases"]) == ("私の題", "新法", "7")
    again = shown | {"version": _hidden(page, "version"), "was": _hidden(page, "was")}
    assert client.post(place(entry, "edit/"), again).status_code == 302
    entry.refresh_from_db()
    assert (entry.name, entry.law, entry.cases) == ("私の題", "新法", 7)


def test_somebody_faster_by_a_moment_is_met_too(
    client: Client, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = InventoryEntryFactory(department_code=own)
    mine = form_of(client, entry) | {"name": "私の題"}

    def faster(**_values: object) -> None:
        InventoryEntry.objects.filter(id=entry.id).update(law="新法", version=2)
        raise importing.ChangedMeanwhile

    monkeypatch.setattr(actions, "change", faster)

    response = client.post(place(entry, "edit/"), mine)

    assert response.status_code == 409
    assert "新法" in response.content.decode()
    assert "私の題" in response.content.decode()


def test_a_form_that_lost_what_it_was_opened_with_keeps_everything_typed() -> None:
    mine = desk_forms.typed_from({"name": "私の題"})

    for lost in ("", "[1]", "{"):
        shown = desk_forms.met(was=desk_forms.unpacked(lost), theirs=mine | {"law": "新法"}, mine=mine)
        assert (shown.typed["name"], shown.typed["law"]) == ("私の題", "新法")


# --- abolishing --------------------------------------------------------------------------------------


def test_an_entry_is_abolished_and_restored_on_its_page(client: Client, own: str) -> None:
    entry = InventoryEntryFactory(department_code=own)

    abolished = client.post(
        place(entry, "abolish/"), {"version": "1", "day": "２０２６-０４-０１"}, follow=True
    )
    restored = client.post(place(entry, "restore/"), {"version": "2"}, follow=True)

    assert "廃止した手続にしました。" in abolished.content.decode()
    assert "2026-04-01に廃止した手続です。" in abolished.content.decode()
    assert "廃止を取り消しました。" in restored.content.decode()


@pytest.mark.parametrize("day", ["", "きのう", "2999-01-01", "0001-01-01"])
def test_a_day_that_cannot_be_is_told_at_the_field(client: Client, own: str, day: str) -> None:
    entry = InventoryEntryFactory(department_code=own)

    response = client.post(place(entry, "abolish/"), {"version": "1", "day": day})

    entry.refresh_from_db()
    assert response.status_code == 422
    assert 'id="day-error"' in response.content.decode()
    assert entry.abolished_on is None


@pytest.mark.parametrize("version", ["7", "x", ""])
def test_abolishing_or_restoring_what_others_changed_is_told(client: Client, own: str, version: str) -> None:
    entry = InventoryEntryFactory(department_code=own)
    gone = InventoryEntryFactory(name="旧", department_code=own, abolished_on=clock.today())

    answers = [
        client.post(place(entry, "abolish/"), {"version": version, "day": clock.today().isoformat()}),
        client.post(place(gone, "restore/"), {"version": version}),
    ]

    assert [one.status_code for one in answers] == [409, 409]
    assert all("ほかの人が先に変更しました" in one.content.decode() for one in answers)
