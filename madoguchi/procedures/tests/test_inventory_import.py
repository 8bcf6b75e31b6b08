"""The inventory comes from a file: faults by cell, and a second import updates."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import xlsxwriter

from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.organization.tests.factories import DepartmentFactory
from madoguchi.procedures.inventory import desk_command, desk_reading, importing
from madoguchi.procedures.inventory.desk_cells import Known
from madoguchi.procedures.models import InventoryEntry
from madoguchi.procedures.tests.factories import InventoryEntryFactory

KNOWN = Known(
    {"citizens": "市民課", "tax-a": "税務課", "tax-b": "税務課"}, frozenset({"residence-certificate"})
)
HEADER = "手続ID,手続名,法令名,手続類型,担当部署"


def file_of(*lines: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *lines]).encode()


def read(*lines: str, header: str = HEADER) -> desk_reading.ReadFile:
    return desk_reading.read(file_of(*lines, header=header), KNOWN)


def place(found: desk_reading.ReadFile) -> list[tuple[int, str, str]]:
    return [(one.row, one.letter, one.header) for one in found.findings]


def run(rows: list[dict[str, object]]) -> importing.Comparison:
    return importing.import_rows(rows=rows, by="test:importer", now=clock.now())


# --- reading -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["1", "1 申請等", "申請等", "１　申請等"])
def test_a_code_is_read_as_the_survey_or_a_clerk_writes_it(kind: str) -> None:
    found = read(f"A1,転入届,住民基本台帳法,{kind},市民課")

    assert found.findings == []
    assert found.rows == [
        {
            "survey_id": "A1",
            "name": "転入届",
            "law": "住民基本台帳法",
            "kind": "1",
            "department_code": "citizens",
        }
    ]


def test_a_file_in_cp932_and_a_workbook_read_alike() -> None:
    line = ["A1", "転入届", "住民基本台帳法", "1", "citizens"]
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet("台帳")
        sheet.write_row(0, 0, HEADER.split(","))
        sheet.write_row(1, 0, line)
    text = f"{HEADER}\r\n{','.join(line)}".encode("cp932")

    assert desk_reading.read(book.getvalue(), KNOWN).rows == desk_reading.read(text, KNOWN).rows
    assert len(desk_reading.read(text, KNOWN).rows) == 1


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ("A1,,法,1,市民課", (2, "B", "手続名")),
        ("A1,転入届,法,9,市民課", (2, "D", "手続類型")),
        ("A1,転入届,法,1,ない課", (2, "E", "担当部署")),
        ("A1,転入届,法,1,税務課", (2, "E", "担当部署")),
        ("A1,転入届,法,1", (2, "E", "担当部署")),
        (f"A1,{'あ' * 301},法,1,市民課", (2, "B", "手続名")),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_letter(line: str, cell: tuple[int, str, str]) -> None:
    found = read(line)

    assert place(found) == [cell]
    assert found.findings[0].wrong
    assert found.findings[0].mend
    assert found.rows == []


COUNTS = "手続名,類型,部署,年間件数,オンライン件数,定義ID,オンライン不可,オンライン不可の理由,オンライン不可の根拠法令,手間,手間の理由"


@pytest.mark.parametrize(
    ("cells", "letters"),
    [
        ('"1,200",３００件,residence-certificate,,,,小,様式がある', []),
        ("12.0,,,いいえ,,,,", []),
        ("-1,,,,,,,", ["D"]),
        ("9999999999,,,,,,,", ["D"]),
        ("1,2,,,,,,", ["E"]),
        (",,no-such-procedure,,,,,", ["F"]),
        (",,,たぶん,,,,", ["G"]),
        (",,,○,,,,", ["H", "I"]),
        (",,,○,原本が要る,合成条例 第1条,,", []),
        (",,,,,,大,", ["K"]),
    ],
)
def test_counts_links_prohibitions_and_effort_are_checked(cells: str, letters: list[str]) -> None:
    found = read(f"転入届,1,市民課,{cells}", header=COUNTS)

    assert [one.letter for one in found.findings] == letters


def test_a_count_loses_its_comma_and_what_is_not_counted_stays_unknown() -> None:
    found = read('転入届,1,市民課,"1,200",,,,,,,', header=COUNTS)

    assert (found.rows[0]["cases"], found.rows[0]["online_cases"]) == (1200, None)


def test_the_same_procedure_twice_is_a_fault_of_the_second_row() -> None:
    found = read("A1,一,法,1,市民課", "A1,二,法,1,市民課", ",三,法,1,市民課", ",三,法,1,市民課")

    assert place(found) == [(3, "A", "手続ID"), (5, "B", "手続名")]
    assert "2行目" in found.findings[0].wrong


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("手続名,手続類型", "担当部署"),
        ("手続名,手続類型,担当部署,年間件数", "オンライン手続件数"),
        ("手続名,手続類型,担当部署,部署コード", "部署コード"),
    ],
)
def test_a_header_that_cannot_be_used_takes_no_row(header: str, wanted: str) -> None:
    found = read("転入届,1,市民課,1", header=header)

    assert [one.header for one in found.findings] == [wanted]
    assert (found.rows, found.is_table) == ([], False)


def test_a_file_that_is_no_table_says_so() -> None:
    found = desk_reading.read(b"\x00\xff\x00", KNOWN)

    assert len(found.findings) == 1
    assert not found.is_table


def test_letters_go_on_after_z() -> None:
    assert [desk_reading.letter_of(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


# --- importing ---------------------------------------------------------------------------------------

ROW: dict[str, object] = {"name": "転入届", "law": "法", "kind": "1", "department_code": "citizens"}


@pytest.mark.django_db
def test_a_second_import_of_the_same_file_changes_nothing() -> None:
    first = run([ROW, ROW | {"name": "転出届", "survey_id": "A2"}])
    second = run([ROW, ROW | {"name": "転出届", "survey_id": "A2"}])

    assert (len(first.new), len(second.new), second.same) == (2, 0, 2)
    assert InventoryEntry.objects.count() == 2


@pytest.mark.django_db
def test_an_entry_is_updated_by_its_survey_id_and_the_record_says_before_and_after() -> None:
    entry = InventoryEntryFactory(survey_id="A1", name="古い名", cases=5, online_cases=1)

    found = run([ROW | {"survey_id": "A1", "name": "新しい名"}])

    entry.refresh_from_db()
    assert (entry.name, entry.cases, entry.version) == ("新しい名", 5, 2)
    assert found.changed[0].fields["name"] == ("古い名", "新しい名")
    record = AuditEntry.objects.get(act="inventory.changed")
    assert record.detail["name"] == ["古い名", "新しい名"]


@pytest.mark.django_db
def test_a_survey_id_is_given_to_the_entry_of_the_same_name_law_and_department() -> None:
    entry = InventoryEntryFactory(**ROW)

    run([ROW | {"survey_id": "A1"}])

    entry.refresh_from_db()
    assert entry.survey_id == "A1"
    assert InventoryEntry.objects.count() == 1


@pytest.mark.django_db
def test_a_row_without_survey_id_means_the_one_entry_of_its_name_and_keeps_its_id() -> None:
    entry = InventoryEntryFactory(**ROW, survey_id="A1")

    found = run([ROW | {"survey_id": ""}])

    entry.refresh_from_db()
    assert (found.same, entry.survey_id) == (1, "A1")


@pytest.mark.django_db
def test_entries_with_different_survey_ids_are_different_procedures() -> None:
    InventoryEntryFactory(**ROW, survey_id="A1")

    found = run([ROW | {"survey_id": "A2"}])

    assert len(found.new) == 1
    assert InventoryEntry.objects.count() == 2


@pytest.mark.django_db
def test_what_the_file_does_not_name_is_told_and_kept() -> None:
    entry = InventoryEntryFactory()
    InventoryEntryFactory(name="廃止した手続", abolished_on=clock.today())

    found = run([ROW])

    assert found.missing == [entry]
    assert InventoryEntry.objects.count() == 3


@pytest.mark.django_db
def test_a_row_that_somebody_else_changed_meanwhile_is_not_overwritten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = InventoryEntryFactory(survey_id="A1", name="古い名")
    stale = importing.compare([ROW | {"survey_id": "A1"}])
    InventoryEntry.objects.filter(id=entry.id).update(name="別の人の名", version=2)
    monkeypatch.setattr(importing, "compare", lambda rows: stale)

    with pytest.raises(importing.ChangedMeanwhile):
        run([ROW])

    entry.refresh_from_db()
    assert entry.name == "別の人の名"


@pytest.mark.django_db
def test_an_entry_that_somebody_else_added_meanwhile_is_not_added_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stale = importing.compare([ROW])
    InventoryEntryFactory(**ROW)
    monkeypatch.setattr(importing, "compare", lambda rows: stale)

    with pytest.raises(importing.ChangedMeanwhile):
        run([ROW])

    assert InventoryEntry.objects.count() == 1


# --- the command -------------------------------------------------------------------------------------


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    DepartmentFactory(code="citizens", name="市民課")
    path = tmp_path / "inventory.csv"
    path.write_bytes(file_of("A1,転入届,法,1,citizens", "A2,転出届,法,9,citizens"))
    return path


@pytest.mark.django_db
def test_nothing_is_written_while_a_cell_is_wrong(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk_command.main([str(faulty)]) == 1

    assert "inventory.csv:3:D: [手続類型] 9" in capsys.readouterr().out
    assert not InventoryEntry.objects.exists()


@pytest.mark.django_db
def test_the_rows_without_fault_are_written_when_that_is_asked_for(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk_command.main([str(faulty), "--without-faulty", "--json"]) == 1

    answer = json.loads(capsys.readouterr().out)
    assert (answer["written"], answer["new"], answer["findings"][0]["letter"]) == (True, 1, "D")
    assert InventoryEntry.objects.get().survey_id == "A1"


@pytest.mark.django_db
def test_a_dry_run_says_what_would_change_and_writes_nothing(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = InventoryEntryFactory(survey_id="A1", name="古い名")

    desk_command.main([str(faulty), "--dry-run", "--without-faulty"])

    entry.refresh_from_db()
    assert entry.name == "古い名"
    assert "name: 古い名 → 転入届" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk_command.main([str(tmp_path / "none.csv")]) == 1

    assert "none.csv" in capsys.readouterr().err


@pytest.mark.django_db
def test_the_command_says_to_run_again_what_met_another_change(
    faulty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(**_values: object) -> importing.Comparison:
        raise importing.ChangedMeanwhile

    monkeypatch.setattr(importing, "import_rows", changed)

    assert desk_command.main([str(faulty), "--without-faulty"]) == 1
    assert "again" in capsys.readouterr().err
