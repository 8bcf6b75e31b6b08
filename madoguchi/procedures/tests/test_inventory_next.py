"""Staff see what to put online next, why, and what it would bring."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madoguchi.common import clock
from madoguchi.common.tests.lists import both_files
from madoguchi.organization.models import Posting
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.procedures.inventory.metrics import standing
from madoguchi.procedures.models import InventoryEntry
from madoguchi.procedures.tests.factories import InventoryEntryFactory, ProcedureFactory, publish
from madoguchi.procedures.tests.test_inventory_successors import divided, officer_of

pytestmark = pytest.mark.django_db
PLACE = "/studio/inventory/next/"


@pytest.fixture
def office() -> Client:
    return signed_in_client(staff_with("office"))


def ready(name: str, cases: int, effort: str = "small", **more: object) -> None:
    """An entry that gets a place."""
    InventoryEntryFactory(name=name, cases=cases, effort=effort, effort_reason="既存の様式と同じ", **more)


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/studio/inventory/next.csv{query}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_what_is_on_paper_stands_in_order_with_its_reason_and_what_it_would_bring(office: Client) -> None:
    InventoryEntryFactory(name="もうできる届", procedure_id=ProcedureFactory().id, cases=1000)
    ready("占用の届", 4200)
    ready("証明の願", 4800, "large")

    found = rows(office)

    assert [(row["順位"], row["手続"]) for row in found] == [("1", "占用の届"), ("2", "証明の願")]
    assert found[0]["理由"] == "年間4,200件・手間は小さい（既存の様式と同じ）"
    assert [found[0][name] for name in found[0] if "％" in name] == ["66.7", "52.0"]
    assert [found[1][name] for name in found[1] if "％" in name] == ["100.0", "100.0"]


def test_the_page_explains_the_rule_and_marks_what_is_synthetic(office: Client) -> None:
    ready("占用の届", 4200, synthetic=True)

    page = office.get(PLACE).content.decode()

    assert "年間件数 × しやすさ（手間は小さい＝4、手間は中くらい＝2、手間は大きい＝1）" in page
    assert "年間4,200件・手間は小さい（既存の様式と同じ）" in page
    assert f'<a href="/studio/inventory/{InventoryEntry.objects.get().id}/">占用の届</a>' in page
    assert "合成データを含みます" in page
    assert rows(office)[0]["注記"] == "合成データ"


def test_what_is_online_forbidden_or_abolished_gets_no_place(office: Client) -> None:
    ready("もうできる届", 10, procedure_id=ProcedureFactory().id)
    ready("禁じられた届", 10, forbidden=True, forbidden_reason="原本", forbidden_law="合成条例")
    ready("なくした届", 10, abolished_on=clock.today())

    assert rows(office) == []
    assert rows(office, "?part=unknown") == []
    assert "順位をつけられる手続はありません" in office.get(PLACE).content.decode()


def test_what_ends_at_the_counter_gets_no_place_and_the_page_says_why(office: Client) -> None:
    visit = publish("seal_registration").procedure_id
    ready("予約だけの届", 10, procedure_id=visit)
    InventoryEntryFactory(name="数えていない予約", procedure_id=visit)

    assert rows(office) == []
    assert rows(office, "?part=unknown") == []
    assert "予約だけを受け付けている手続は" in office.get(PLACE).content.decode()


def test_what_nobody_counted_stands_apart_and_says_what_is_missing(office: Client) -> None:
    InventoryEntryFactory(name="何もない届")
    InventoryEntryFactory(name="手間のない届", cases=3)
    ready("件数のない届", 0)
    ready("数えた届", 5)
    InventoryEntryFactory(name="件数だけない届", effort="large", effort_reason="制度が複雑")

    apart = {row["手続"]: row["未記入のもの"] for row in rows(office, "?part=unknown")}

    assert apart == {
        "何もない届": "件数が未記入、手間が未記入",
        "手間のない届": "手間が未記入",
        "件数だけない届": "件数が未記入",
    }
    assert [row["手続"] for row in rows(office)] == ["数えた届", "件数のない届"]
    assert "件数が未記入、手間が未記入" in office.get(f"{PLACE}?part=unknown").content.decode()


def test_a_department_is_chosen_and_stays_in_the_file(office: Client) -> None:
    DepartmentFactory(code="roads", name="道路管理課")
    ready("占用の届", 10, department_code="roads")
    ready("公園の届", 20, department_code="gone")

    page = office.get(f"{PLACE}?department=roads").content.decode()

    assert "占用の届" in page
    assert "公園の届" not in page
    assert "next.csv?department=roads" in page
    assert [row["部署"] for row in rows(office, "?department=roads")] == ["道路管理課"]
    assert [row["部署"] for row in rows(office, "?department=nowhere")] == ["gone", "道路管理課"]


def test_officers_see_what_their_departments_could_do() -> None:
    officer = staff_with("officer")
    ready("自分の課の届", 1, department_code=Posting.objects.get(staff=officer).department_id)
    ready("よその課の届", 9, department_code="elsewhere")

    assert [row["手続"] for row in rows(signed_in_client(officer))] == ["自分の課の届"]


def test_what_a_former_department_left_stands_with_its_successor() -> None:
    old, _one, rest = divided()
    ready("届出", 7, department_code=old.code)

    found = rows(signed_in_client(officer_of(rest)), f"?department={rest.code}")

    assert [(row["手続"], row["部署"]) for row in found] == [("届出", "届出課")]
    assert [one.department_code for one in standing("procedures")] == [rest.code]


def test_more_than_a_page_is_paged_and_the_file_has_it_all(office: Client) -> None:
    for number in range(52):
        ready(f"届{number:02}", 100 - number)

    assert "52件中 51〜52件" in office.get(f"{PLACE}?page=2").content.decode()
    assert [row["手続"] for row in rows(office)] == [f"届{number:02}" for number in range(52)]


@pytest.mark.parametrize("query", ["", "?part=unknown"])
def test_both_parts_leave_as_a_workbook_too(office: Client, query: str) -> None:
    ready("占用の届", 10)
    InventoryEntryFactory(name="数えていない届")

    assert len(both_files(office, f"/studio/inventory/next.csv{query}")) == 2


@pytest.mark.parametrize("query", ["", "?part=unknown"])
def test_ten_rows_ask_as_much_as_one(office: Client, query: str) -> None:
    ready("届", 1)
    InventoryEntryFactory(name="数えていない届")
    office.get(PLACE + query)
    with CaptureQueriesContext(connection) as one:
        office.get(PLACE + query)
    for number in range(9):
        ready(f"届{number}", number, department_code=f"d{number}")
        InventoryEntryFactory(name=f"数えていない届{number}")
    with CaptureQueriesContext(connection) as ten:
        office.get(PLACE + query)

    assert len(ten) == len(one)
