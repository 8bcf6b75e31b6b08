"""Staff see the inventory of their departments, and how much of it is online by what is open today."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madoguchi.common import clock
from madoguchi.organization.models import Posting
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.procedures import actions
from madoguchi.procedures.inventory import desk_choices, desk_reading, importing, queries
from madoguchi.procedures.tests.factories import InventoryEntryFactory, ProcedureFactory, publish

pytestmark = pytest.mark.django_db


def test_an_entry_is_online_while_its_procedure_is_open() -> None:
    procedure = ProcedureFactory()
    InventoryEntryFactory(procedure_id=procedure.id, cases=10, online_cases=4)
    InventoryEntryFactory(name="紙だけの届", cases=30, online_cases=0)
    InventoryEntryFactory(name="数えていない届", cases=7)
    InventoryEntryFactory(
        name="禁じられた届", forbidden=True, forbidden_reason="原本", forbidden_law="合成条例"
    )
    InventoryEntryFactory(name="なくした届", abolished_on=clock.today())

    before = queries.share(queries.entries(None))
    actions.close(procedure_id=procedure.id, by="test:a", now=clock.now())
    after = queries.share(queries.entries(None))

    assert before == queries.Share(online=1, possible=3, online_cases=4, cases=40)
    assert (after.online, after.possible) == (0, 3)


def test_what_ends_at_the_counter_is_possible_and_not_online() -> None:
    procedure = publish("seal_registration").procedure_id
    law = {"forbidden_reason": "原本", "forbidden_law": "合成条例"}
    visit = InventoryEntryFactory(name="予約", procedure_id=procedure, cases=10, online_cases=4)
    forbidden = InventoryEntryFactory(name="禁止", procedure_id=procedure, forbidden=True, **law)
    office = signed_in_client(staff_with("office"))

    assert queries.share(queries.entries(None)) == queries.Share(
        online=0, possible=1, online_cases=0, cases=10
    )
    page = office.get("/studio/inventory/?state=visit").content.decode()
    assert "予約だけ" in page
    assert "オンラインでできる手続に数えません" in page
    assert f"/studio/inventory/{visit.id}/" in page
    assert f"/studio/inventory/{forbidden.id}/" not in page
    entry = office.get(f"/studio/inventory/{visit.id}/").content.decode()
    assert "来庁の予約だけを受け付けています" in entry
    assert "法令でオンラインにできません" in office.get(f"/studio/inventory/{forbidden.id}/").content.decode()

    actions.close(procedure_id=procedure, by="test:a", now=clock.now())
    assert queries.entries(None, state="visit").count() == 0
    assert queries.entries(None, state="paper").get() == visit


def test_officers_see_their_department_and_the_office_sees_all() -> None:
    officer = staff_with("officer")
    own = Posting.objects.get(staff=officer).department_id
    InventoryEntryFactory(name="自分の課の届", department_code=own)
    InventoryEntryFactory(name="よその課の届", department_code="elsewhere", synthetic=True)

    seen = signed_in_client(officer).get("/studio/inventory/").content.decode()
    everything = signed_in_client(staff_with("office")).get("/studio/inventory/").content.decode()

    assert "自分の課の届" in seen
    assert "よその課の届" not in seen
    assert "自分の課の届" in everything
    assert "よその課の届" in everything
    assert "合成データを含みます" in everything


def test_the_list_and_its_file_are_narrowed_by_word_and_state() -> None:
    InventoryEntryFactory(name="道路の届", synthetic=True)
    InventoryEntryFactory(name="道路の廃止した届", abolished_on=clock.today())
    InventoryEntryFactory(name="公園の届")
    client = signed_in_client(staff_with("office"))

    page = client.get("/studio/inventory/?q=道路&state=paper").content.decode()
    response = client.get("/studio/inventory/list.csv?q=道路&state=paper")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]

    assert "道路の届" in page
    assert "道路の廃止した届" not in page
    assert "公園の届" not in page
    assert text.count("\n") == 2
    assert "合成データ" in text


def test_ten_rows_ask_as_much_as_one() -> None:
    client = signed_in_client(staff_with("office"))
    InventoryEntryFactory()
    client.get("/studio/inventory/")
    with CaptureQueriesContext(connection) as one:
        client.get("/studio/inventory/")
    for number in range(9):
        InventoryEntryFactory(name=f"届{number}")
    with CaptureQueriesContext(connection) as ten:
        client.get("/studio/inventory/")

    assert len(ten) == len(one)


# --- narrowed, in an order, page by page -------------------------------------------------------------


@pytest.fixture
def office() -> Client:
    return signed_in_client(staff_with("office"))


def file_of(client: Client, address: str) -> bytes:
    response: Any = client.get(address)
    return b"".join(response.streaming_content)


def listed(client: Client, query: str) -> list[str]:
    page = client.get(f"/studio/inventory/?{query}").content.decode()
    return re.findall(r'<a href="/studio/inventory/[0-9a-f-]{36}/">([^<]+)</a>', page)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["ア", "イ", "ウ"]),
        ("kind=3", ["イ"]),
        ("department=tax", ["ウ"]),
        ("department=nowhere", []),
        ("forbidden=yes", ["イ"]),
        ("forbidden=no", ["ア", "ウ"]),
        ("effort=small", ["ウ"]),
        ("effort=none", ["ア", "イ"]),
        ("linked=yes", ["ア"]),
        ("linked=no", ["イ", "ウ"]),
        ("linked=no&forbidden=no", ["ウ"]),
        ("sort=-name", ["ウ", "イ", "ア"]),
        ("sort=cases", ["ウ", "イ", "ア"]),
        ("sort=-cases", ["イ", "ウ", "ア"]),
        ("sort=department", ["ウ", "ア", "イ"]),
        ("sort=-department", ["ア", "イ", "ウ"]),
        ("kind=unknown&sort=unknown", ["ア", "イ", "ウ"]),
    ],
)
def test_the_list_is_narrowed_and_ordered_by_its_address(
    office: Client, query: str, names: list[str]
) -> None:
    DepartmentFactory(code="citizens", name_kana="シミン")
    DepartmentFactory(code="tax", name_kana="サイム")
    law = {"forbidden": True, "forbidden_reason": "原本", "forbidden_law": "条例"}
    InventoryEntryFactory(name="ア", procedure_id="residence-certificate")
    InventoryEntryFactory(name="イ", kind="3", cases=9, **law)
    InventoryEntryFactory(name="ウ", department_code="tax", cases=5, effort="small", effort_reason="様式")

    assert listed(office, query) == names


def test_a_long_list_is_shown_page_by_page_with_as_many_questions(office: Client) -> None:
    office.get("/studio/inventory/")
    for number in range(120):
        InventoryEntryFactory(name=f"届{number:03}")
    with CaptureQueriesContext(connection) as first:
        office.get("/studio/inventory/?sort=cases&linked=no")
    with CaptureQueriesContext(connection) as last:
        page = office.get("/studio/inventory/?sort=cases&linked=no&page=3").content.decode()

    assert "120件中 101〜120件" in page
    assert "sort=cases&amp;linked=no&amp;page=2" in page
    assert len(first) == len(last)


def test_an_empty_inventory_says_how_to_begin_and_an_empty_search_that_nothing_fits(office: Client) -> None:
    begin = office.get("/studio/inventory/").content.decode()
    nothing = office.get("/studio/inventory/?q=ない").content.decode()

    assert "台帳にまだ手続がありません" in begin
    assert "あてはまる手続はありません" in nothing


def test_the_file_has_the_filters_and_the_order_of_the_list(office: Client) -> None:
    for name, cases in (("ア", 5), ("イ", 9), ("道路", None)):
        InventoryEntryFactory(name=name, cases=cases)
    InventoryEntryFactory(name="つながる届", procedure_id="residence-certificate")

    text = file_of(office, "/studio/inventory/list.csv?sort=-cases&linked=no").decode()

    assert [line.split(",")[1] for line in text.splitlines()[1:]] == ["イ", "ア", "道路"]


ODD: list[dict[str, Any]] = [
    {
        "name": "転入届",
        "survey_id": "0012",
        "kind": "2-1",
        "filer": "4-1",
        "fee": "2",
        "identity_method": "1",
    },
    {
        "name": "＝で始まる届",
        "documents": '-申請書\n・地図, "写し"',
        "article": "+1",
        "life_events": "@引越し",
    },
    {"name": "法令でできない届", "forbidden": True, "forbidden_reason": "原本", "forbidden_law": "合成条例"},
    {"name": "数のある届", "cases": 1200, "online_cases": 0, "effort": "large", "effort_reason": "様式"},
    {"name": "同じ名の届", "survey_id": "A1"},
    {"name": "同じ名の届", "survey_id": "A2"},
    {"name": "同じ名の届"},
    {"name": "同じ名の課の届", "department_code": "tax-b"},
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_of_the_list_imports_again_and_changes_nothing(office: Client, kind: str) -> None:
    DepartmentFactory(code="citizens", name="市民課")
    for code in ("tax-a", "tax-b"):
        DepartmentFactory(code=code, name="税務課")
    procedure = ProcedureFactory()
    for fields in ODD:
        InventoryEntryFactory(**fields)
    InventoryEntryFactory(name="つながる届", procedure_id=procedure.id, synthetic=True)
    InventoryEntryFactory(name="なくした届", abolished_on=clock.today())

    data = file_of(office, f"/studio/inventory/list.{kind}")
    read = desk_reading.read(data, desk_choices.known(clock.today()))
    found = importing.compare(read.rows)

    assert read.findings == []
    assert (found.same, found.new, found.changed, found.missing) == (10, [], [], [])
