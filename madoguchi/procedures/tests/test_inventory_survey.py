"""The inventory keeps what the national survey asks: every column of it, with its lists of codes."""

from __future__ import annotations

import csv
import io
import re

import pytest

from madoguchi.common import clock
from madoguchi.organization.models import Posting
from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.procedures.inventory import desk_reading, importing
from madoguchi.procedures.inventory.desk_cells import Known
from madoguchi.procedures.inventory.desk_choices import Words
from madoguchi.procedures.inventory.desk_column import Column
from madoguchi.procedures.inventory.desk_columns import COLUMNS, known_as
from madoguchi.procedures.inventory.desk_survey_columns import MORE
from madoguchi.procedures.models import InventoryEntry
from madoguchi.procedures.tests.factories import ROOM, InventoryEntryFactory

SURVEY = list(
    csv.DictReader((ROOM / "data" / "procedures_survey_r7_fields.csv").read_text("utf-8").splitlines())
)
# What the open definitions tell, and what the two other counts leave.
TOLD_BY_ITSELF = {"オンライン化の実施状況", "非オンライン手続件数"}
KNOWN = Known({"living": "市民課"}, frozenset())


def file_of(**cells: str) -> bytes:
    """A file of one procedure with these cells, by field."""
    row = {"name": "合成の届", "kind": "申請等", "department_code": "市民課"} | cells
    text = io.StringIO()
    writer = csv.writer(text)
    headers = {column.name: column.headers[0] for column in COLUMNS}
    writer.writerow([headers[name] for name in row])
    writer.writerow(row.values())
    return text.getvalue().encode()


def test_every_column_of_the_survey_is_kept_or_told_by_the_inventory_itself() -> None:
    assert {one["name"] for one in SURVEY if known_as(one["name"]) is None} == TOLD_BY_ITSELF


@pytest.mark.parametrize("column", MORE, ids=lambda column: column.name)
def test_a_list_of_codes_is_that_of_the_survey(column: Column) -> None:
    asked = next(one for one in SURVEY if one["name"] == column.headers[0])
    written = [part.strip() for part in asked["codelist"].split(" ; ") if part.strip()]

    assert len(column.codes) == len(written)
    for text in written:
        assert desk_reading.read(file_of(**{column.name: text}), KNOWN).findings == []
    assert (column.kind == "codes") == (asked["multi_value"] == "1" and bool(written))


@pytest.mark.django_db
def test_all_of_it_comes_in_is_told_in_words_and_goes_out_as_it_came() -> None:
    cells = {
        column.name: ";".join(list(column.codes.values())[:2])
        if column.kind == "codes"
        else next(iter(column.codes.values()), f"合成の{column.name}")
        for column in MORE
    }
    read = desk_reading.read(file_of(**cells), KNOWN)
    importing.import_rows(rows=read.rows, by="test", now=clock.now())

    words = Words(KNOWN.departments, frozenset())
    [entry] = InventoryEntry.objects.all()
    assert {name: words.cell(name, getattr(entry, name)) for name in cells} == cells
    again = desk_reading.read(file_of(**cells), KNOWN)
    assert (importing.compare(again.rows).same, read.findings) == (1, [])


def test_one_wrong_value_among_several_is_named_with_what_may_stand_there() -> None:
    [finding] = desk_reading.read(file_of(professions="弁護士；占い師"), KNOWN).findings

    assert (finding.header, finding.value) == ("申請に関連する士業", "弁護士；占い師")
    assert "、弁護士、行政書士、" in finding.mend


@pytest.mark.django_db
def test_what_is_ticked_of_a_list_is_kept_in_the_order_of_the_list_and_ticked_again() -> None:
    officer = staff_with("officer")
    own = Posting.objects.get(staff=officer).department_id
    client = signed_in_client(officer)

    sent = {"name": "合成の届", "kind": "1", "department_code": own, "fee_methods": ["2-3", "1-1"]}
    page = client.post("/studio/inventory/new/", sent, follow=True).content.decode()

    entry = InventoryEntry.objects.get()
    assert entry.fee_methods == "1-1;2-3"
    assert "行政機関の窓口／クレジットカード払い" in page
    assert "関連条項号" not in page
    form = client.get(f"/studio/inventory/{entry.id}/edit/").content.decode()
    assert re.findall(r'name="fee_methods" value="([^"]*)" checked', form) == ["1-1", "2-3"]


def test_a_header_is_known_in_either_width_and_what_no_column_is_known_by_is_named() -> None:
    data = "手続名,手続類型,担当部署,処理期間（オンライン）,備考\n合成の届,申請等,市民課,3日,なし\n"

    read = desk_reading.read(data.encode(), KNOWN)

    assert (read.findings, read.passed_over) == ([], ["備考"])
    assert read.rows[0]["period_online"] == "3日"


def test_a_line_break_in_a_field_of_one_line_becomes_a_blank_so_that_its_form_changes_nothing() -> None:
    [row] = desk_reading.read(file_of(period_online="7日\n（補正）", kind_note="一\n二"), KNOWN).rows

    assert (row["period_online"], row["kind_note"]) == ("7日 （補正）", "一\n二")


@pytest.mark.parametrize(
    ("text", "code"), [("○", "all"), ("〇", "all"), ("●", "some"), ("×", "none"), ("✕", "none")]
)
def test_the_signs_of_the_survey_are_read_as_people_type_them(text: str, code: str) -> None:
    [row] = desk_reading.read(file_of(common_procedure=text), KNOWN).rows

    assert row["common_procedure"] == code


@pytest.mark.django_db
def test_the_fold_is_open_where_another_person_changed_something_in_it() -> None:
    officer = staff_with("officer")
    own = Posting.objects.get(staff=officer).department_id
    client = signed_in_client(officer)
    entry = InventoryEntryFactory(department_code=own)
    place = f"/studio/inventory/{entry.id}/edit/"
    sent = {"name": entry.name, "kind": entry.kind, "department_code": own, "version": entry.version}
    assert client.post(place, sent | {"ministry": "試験の省"}).status_code == 302

    response = client.post(place, sent | {"law": "試験の条例"})

    page = response.content.decode()
    assert response.status_code == 409
    assert re.search(r'<details class="details" open>\s*<summary>国の棚卸調査のその他の項目', page)


@pytest.mark.django_db
def test_a_value_that_is_not_on_the_list_is_named_beside_the_open_fold() -> None:
    officer = staff_with("officer")
    own = Posting.objects.get(staff=officer).department_id

    sent = {"name": "合成の届", "kind": "1", "department_code": own, "documents_rule": "9"}
    response = signed_in_client(officer).post("/studio/inventory/new/", sent)

    page = response.content.decode()
    assert response.status_code == 422
    assert "添付形式等が定められた規定：一覧にない値です。" in page
    assert re.search(r'<details class="details" open>\s*<summary>国の棚卸調査のその他の項目', page)
