"""Staff see the inventory of their departments, and how much of it is online by what is open today."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.common import clock
from madoguchi.organization.models import Posting
from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.procedures import actions
from madoguchi.procedures.inventory import queries
from madoguchi.procedures.tests.factories import InventoryEntryFactory, ProcedureFactory

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
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/studio/inventory/")
    for number in range(9):
        InventoryEntryFactory(name=f"届{number}")
    with CaptureQueriesContext(connection) as ten:
        client.get("/studio/inventory/")

    assert len(ten) == len(one)
