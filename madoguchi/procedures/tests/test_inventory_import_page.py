"""The page that imports the inventory: told cell by cell, written as it was looked at, by whom it belongs to."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from madoguchi.common import clock
from madoguchi.common.files.store import StorageFull
from madoguchi.organization.models import Posting
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.procedures.inventory import desk_choices, desk_import_pages, desk_looking, desk_reading
from madoguchi.procedures.models import InventoryEntry
from madoguchi.procedures.tests.factories import InventoryEntryFactory, ProcedureFactory

pytestmark = pytest.mark.django_db
PAGE = "/studio/inventory/import/"
WRITE = "/studio/inventory/import/write/"
HEADER = "手続ID,手続名,法令名,手続類型,担当部署"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_URL = f"file://{tmp_path / 'files'}"


@pytest.fixture(autouse=True)
def _citizens() -> None:
    DepartmentFactory(code="citizens", name="市民課")


@pytest.fixture
def client() -> Client:
    return signed_in_client(staff_with("office"))


def upload(client: Client, *lines: str, name: str = "台帳.csv") -> Any:
    data = "\r\n".join([HEADER, *lines]).encode()
    return client.post(PAGE, {"file": SimpleUploadedFile(name, data)})


def kept_in(response: Any) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def cells(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


def test_a_wrong_cell_is_told_by_sheet_row_and_letter_and_nothing_is_written(client: Client) -> None:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet("令和7年度")
        for row, line in enumerate([HEADER, "A1,転入届,法,1,市民課", "A2,転出届,法,9,市民課"]):
            sheet.write_row(row, 0, line.split(","))

    response = client.post(PAGE, {"file": SimpleUploadedFile("台帳.xlsx", book.getvalue())})
    refused = client.post(WRITE, {"kept": kept_in(response)})

    page = response.content.decode()
    assert (response.status_code, refused.status_code) == (422, 422)
    first = re.search(r"<tbody.*?</tr>", page, re.S)
    assert first
    assert re.findall(r">([^<>]+)</td>", first[0])[:5] == ["令和7年度", "3", "D", "手続類型", "9"]
    assert "誤りのない行だけ取り込む" in page
    assert not InventoryEntry.objects.exists()


def test_the_rows_without_a_fault_are_imported_where_that_is_chosen(client: Client) -> None:
    response = upload(client, "A1,転入届,法,1,市民課", "A2,転出届,法,9,市民課")

    client.post(WRITE, {"kept": kept_in(response), "without_faulty": "1"})

    assert [entry.survey_id for entry in InventoryEntry.objects.all()] == ["A1"]


def test_a_second_file_updates_and_says_before_and_after(client: Client) -> None:
    first = upload(client, "A1,転入届,法,1,市民課", "A2,転出届,法,1,市民課")
    client.post(WRITE, {"kept": kept_in(first)})

    second = upload(client, "A1,転入の届,法,1,市民課", "A3,転居届,法,1,市民課")
    before = InventoryEntry.objects.get(survey_id="A1").name
    done = client.post(WRITE, {"kept": kept_in(second)}, follow=True).content.decode()

    told = second.content.decode()
    assert before == "転入届"
    assert "転入の届" in told
    assert "転居届" in told
    assert "ファイルにない手続（1件）" in told
    assert "新しく登録 1件、変更 1件、前と同じ 0件" in done
    assert sorted(InventoryEntry.objects.values_list("name", flat=True)) == ["転入の届", "転出届", "転居届"]


def test_the_same_file_again_has_nothing_to_import(client: Client) -> None:
    client.post(WRITE, {"kept": kept_in(upload(client, "A1,転入届,法,1,市民課"))})

    again = upload(client, "A1,転入届,法,1,市民課").content.decode()

    assert "取り込むことはありません" in again
    assert 'name="kept"' not in again


def test_an_inventory_that_was_changed_after_the_look_is_compared_again(client: Client) -> None:
    entry = InventoryEntryFactory(survey_id="A1", name="転入届")
    look = upload(client, "A1,転入の届,法,1,市民課")
    InventoryEntry.objects.filter(id=entry.id).update(name="別の人の名", version=2)

    response = client.post(WRITE, {"kept": kept_in(look)})

    entry.refresh_from_db()
    assert response.status_code == 409
    assert "確かめたあとで台帳が変わりました" in response.content.decode()
    assert "別の人の名" in response.content.decode()
    assert entry.name == "別の人の名"
    client.post(WRITE, {"kept": kept_in(response)})
    entry.refresh_from_db()
    assert entry.name == "転入の届"


def test_rows_of_another_department_are_faults_for_its_officer() -> None:
    staff = staff_with("officer")
    own = Posting.objects.get(staff=staff).department
    InventoryEntryFactory(survey_id="B1", name="市民課の届", department_code="citizens")
    client = signed_in_client(staff)

    response = upload(
        client, f"A1,自分の届,法,1,{own.code}", "A2,よその届,法,1,市民課", f"B1,奪う届,法,1,{own.code}"
    )
    client.post(WRITE, {"kept": kept_in(response), "without_faulty": "1"})

    page = response.content.decode()
    assert page.count("ほかの部署の手続です。") == 2
    assert "市民課の届" not in page
    assert sorted(InventoryEntry.objects.values_list("name", flat=True)) == ["市民課の届", "自分の届"]


def test_a_look_belongs_to_who_took_it_and_ends(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = kept_in(upload(client, "A1,転入届,法,1,市民課"))

    other = signed_in_client(staff_with("office")).post(WRITE, {"kept": kept})
    with monkeypatch.context() as late:
        late.setattr(desk_looking, "KEPT_FOR", -1)
        ended = client.post(WRITE, {"kept": kept})

    for response in (other, ended):
        assert response.status_code == 422
        assert "ファイルをもう一度選んでください" in response.content.decode()
    assert not InventoryEntry.objects.exists()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["A1,転入届,法,9,市民課"], "誤りのない行がないので、取り込めません。"),
        ([], "2行目から先に手続がありません。"),
        (["A1,転入届"], "直すところが2件あります。まだ1行も取り込んでいません。"),
    ],
)
def test_a_file_that_brings_nothing_says_why(client: Client, lines: list[str], sentence: str) -> None:
    response = upload(client, *lines)

    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_a_missing_file_and_one_that_is_too_large_are_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = client.post(PAGE).content.decode()
    monkeypatch.setattr(desk_import_pages, "MOST_BYTES", 3)
    large = upload(client, "A1,転入届,法,1,市民課").content.decode()

    assert "取り込むファイルを選んでください。" in none
    assert "ファイルが大きすぎます" in large


def test_a_file_that_cannot_be_kept_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_values: object, **_more: object) -> str:
        raise StorageFull

    monkeypatch.setattr(desk_looking, "keep", full)

    response = upload(client, "A1,転入届,法,1,市民課")

    assert response.status_code == 422
    assert 'name="kept"' not in response.content.decode()


def test_faults_and_changes_leave_as_files(client: Client) -> None:
    InventoryEntryFactory(survey_id="A1", name="転入届")
    InventoryEntryFactory(name="ファイルにない届")
    look = upload(client, "A1,転入の届,法,1,市民課", "A2,転出届,法,9,市民課", "A3,転居届,法,1,市民課")
    kept = kept_in(look)

    faults = cells(client.get(f"{PAGE}findings.csv", {"kept": kept}))
    changes = cells(client.get(f"{PAGE}changes.csv", {"kept": kept}))

    assert ",3,D,手続類型,9," in faults
    assert "変更,転入届,A1,手続名,転入届,転入の届" in changes
    assert "新規,転居届,A3" in changes
    assert "ファイルにない,ファイルにない届" in changes


def test_a_file_of_a_look_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get(f"{PAGE}findings.csv", {"kept": "nothing"}).status_code == 404


def test_a_long_list_of_faults_is_cut_on_the_page_and_whole_in_the_file(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_import_pages, "SHOWN", 2)
    look = upload(
        client, *(f"A{number},届{number},法,9,市民課" for number in range(5)), "B,転入届,法,1,市民課"
    )

    page = look.content.decode()

    assert "全5件のうち、はじめの2件です。" in page
    assert page.count('data-label="直し方"') == 2
    assert cells(client.get(f"{PAGE}findings.csv", {"kept": kept_in(look)})).count("\n") == 6


def test_the_blank_workbook_offers_choices_and_imports_as_empty(client: Client) -> None:
    ProcedureFactory()

    data = client.get(f"{PAGE}form.xlsx").content

    sheets = CalamineWorkbook.from_filelike(io.BytesIO(data)).sheets_metadata
    read = desk_reading.read(data, desk_choices.known(clock.today()))
    assert [one.visible for one in sheets] == [SheetVisibleEnum.Visible, SheetVisibleEnum.Hidden]
    assert (read.is_table, read.findings, read.rows) == (True, [], [])
    assert "市民課" in str(CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(1).to_python())


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_sample_is_a_file_without_a_fault(client: Client, kind: str) -> None:
    response = client.get(f"{PAGE}sample.{kind}")
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]

    read = desk_reading.read(data, desk_choices.known(clock.today()))

    assert (read.findings, len(read.rows)) == ([], 3)
