"""The list of cases: what is found, in what order, with how many questions, and what leaves as CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from madoguchi.applications.models import Application
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import ApplicationFactory, many_applications
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, spreadsheets
from madoguchi.common.ids import grouped
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.organization.tests.factories import DepartmentFactory, PostingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def numbers(response) -> list[str]:
    """The receipt numbers of the list in their order."""
    return re.findall(r"<a href=\"/desk/case/[^\"]+\">([0-9A-Z-]{14})</a>", text_of(response))


def search(desk: Desk, text: str, who: str = "officer"):
    return desk.browser(who).post("/desk/", {"q": text}, follow=True)


def number_of(case: Application) -> str:
    return grouped(case.receipt_number)


def test_overdue_cases_stand_on_top_and_returned_ones_apart_below(desk: Desk) -> None:
    today = clock.today()
    later = ApplicationFactory(in_review=True, due_on=today + timedelta(days=20))
    overdue = ApplicationFactory(in_review=True, due_on=today - timedelta(days=2))
    returned = ApplicationFactory(returned=True, due_on=today - timedelta(days=9))

    response = desk.browser("officer").get("/desk/")

    assert numbers(response) == [number_of(overdue), number_of(later), number_of(returned)]
    assert "2日超過" in text_of(response)
    assert "回答待ち" in text_of(response)


def test_tabs_show_their_cases_and_count_them(desk: Desk) -> None:
    fresh = ApplicationFactory()
    mine = ApplicationFactory(in_review=True, officer=desk["officer"])
    ApplicationFactory(in_review=True, officer=desk["second"])
    done = ApplicationFactory(closed=True, officer=desk["second"])
    browser = desk.browser("officer")

    assert numbers(browser.get("/desk/?tab=mine")) == [number_of(mine)]
    assert numbers(browser.get("/desk/?tab=unassigned")) == [number_of(fresh)]
    assert numbers(browser.get("/desk/?tab=done")) == [number_of(done)]
    assert len(numbers(browser.get("/desk/?tab=all"))) == 4
    assert '手続中 <span class="count">3</span>' in text_of(browser.get("/desk/"))


@pytest.mark.parametrize(
    "typed",
    [
        "髙橋",
        "高橋",
        "たかはし",
        "ﾀｶﾊｼ",
        "花子 高橋",
        "ハナコ",
        "1990/2/28",
        "H2.2.28",
        "平成２年２月２８日",
        "高橋 H2.2.28",
        "タカ",
        "はな",
        "内丸",
        "高橋　内丸１２",
    ],
)
def test_a_person_is_found_by_name_kana_variants_and_birth_date(desk: Desk, typed: str) -> None:
    wanted = ApplicationFactory()
    ApplicationFactory(
        applicant_name="佐藤 一",
        name_key="佐藤一",
        given_key="一",
        kana_key="サトウハシメ",
        given_kana_key="ハシメ",
        address_key="本町通",
        birth_on=date(1980, 1, 1),
    )

    assert numbers(search(desk, typed)) == [number_of(wanted)]


def test_a_case_is_found_by_its_number_in_any_typing_whatever_its_state(desk: Desk) -> None:
    wanted = ApplicationFactory(withdrawn=True)
    ApplicationFactory()
    number = wanted.receipt_number

    for typed in (number, number.lower(), grouped(number), " ".join(number), f"　{grouped(number)} "):
        assert numbers(search(desk, typed)) == [number_of(wanted)]


@pytest.mark.parametrize("typed", ["ー", "・・・", "山田", "1899/1/1", "%", "_", "a' OR 1=1", "𠮷" * 200])
def test_a_search_that_finds_nobody_says_so(desk: Desk, typed: str) -> None:
    ApplicationFactory()

    response = search(desk, typed)

    assert numbers(response) == []
    assert "条件に合う申請はありません" in text_of(response)


def test_what_was_searched_for_never_stands_in_the_address(desk: Desk) -> None:
    ApplicationFactory()

    response = search(desk, "髙橋 1990/2/28")

    address = response.redirect_chain[-1][0]
    assert "%" not in urlsplit(address).query.replace("%3D", "")
    assert "1990" not in address
    assert "髙橋 1990/2/28" in text_of(response)  # it still stands in the search field


def test_an_address_that_was_tampered_with_shows_the_ordinary_list(desk: Desk) -> None:
    case = ApplicationFactory()

    for query in (
        "find=abc",
        "tab=everything",
        "page=-3",
        "page=99999999",
        "due=x&channel=y&sort=z",
        "page=2",
    ):
        assert numbers(desk.browser("officer").get(f"/desk/?{query}")) == [number_of(case)]


def test_filters_stand_in_the_address_and_narrow_the_list(desk: Desk) -> None:
    today = clock.today()
    paper = ApplicationFactory(channel="paper", due_on=today + timedelta(days=3))
    overdue = ApplicationFactory(due_on=today - timedelta(days=1))
    browser = desk.browser("officer")

    assert numbers(browser.get("/desk/?channel=paper")) == [number_of(paper)]
    assert numbers(browser.get("/desk/?due=overdue")) == [number_of(overdue)]
    assert numbers(browser.get("/desk/?due=soon")) == [number_of(paper)]
    assert numbers(browser.get("/desk/?procedure=no-such-procedure")) == []
    assert len(numbers(browser.get("/desk/?procedure=child-allowance-claim"))) == 2


@pytest.mark.parametrize(
    ("query", "is_open"), [("", False), ("?tab=all&sort=filed", False), ("?due=soon", True)]
)
def test_the_filters_stand_open_where_one_is_set(desk: Desk, query: str, is_open: bool) -> None:
    page = text_of(desk.browser("officer").get(f"/desk/{query}"))

    fold = page.partition('<div class="filters">')[2].partition(">")[0]

    assert fold.strip() == ('<details class="details" open' if is_open else '<details class="details"')


def test_a_search_is_no_filter_to_unfold(desk: Desk) -> None:
    page = text_of(search(desk, "髙橋"))

    assert '<div class="filters"> <details class="details">' in re.sub(r"\s+", " ", page)


def test_nobody_sees_cases_of_other_departments_even_by_asking_for_the_department(desk: Desk) -> None:
    ApplicationFactory()

    assert numbers(desk.browser("stranger").get("/desk/")) == []
    assert numbers(desk.browser("stranger").get(f"/desk/?department={desk.department.code}")) == []
    assert numbers(search(desk, "髙橋", who="stranger")) == []


def count_queries(desk: Desk, address: str) -> int:
    desk.browser("officer").get(address)  # definitions are compiled once per process
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert desk.browser("officer").get(address).status_code == 200
    return len(queries)


def test_the_list_asks_the_database_equally_often_for_one_row_and_for_many(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True)
    few = count_queries(desk, "/desk/")

    many_applications(70)
    RestrictionFactory(
        subject=f"application:{case.id}",
        responsible_department="x",
        today=clock.today(),
    )

    assert count_queries(desk, "/desk/") == few
    assert few <= 15


def test_fifty_cases_make_a_page_and_the_rest_the_next(desk: Desk) -> None:
    many_applications(60)
    browser = desk.browser("officer")

    first, second = browser.get("/desk/"), browser.get("/desk/?page=2")

    assert (len(numbers(first)), len(numbers(second))) == (50, 10)
    assert not set(numbers(first)) & set(numbers(second))
    assert "60件のうち51～60件目" in text_of(second)


def test_every_look_at_the_list_is_one_record_with_the_number_of_cases(desk: Desk) -> None:
    many_applications(3)

    desk.browser("officer").get("/desk/?channel=web")

    entry = AuditEntry.objects.get(subject="list:applications")
    assert (entry.act, entry.actor) == ("read", desk["officer"].actor)
    assert entry.detail == {"count": 3, "tab": "open", "filters": ["channel"]}


def test_a_protected_person_is_masked_for_all_but_the_responsible_department(desk: Desk) -> None:
    case = ApplicationFactory()
    elsewhere = DepartmentFactory(name="人権男女共同参画課")
    RestrictionFactory(
        subject=f"application:{case.id}", responsible_department=elsewhere.code, today=clock.today()
    )

    text = text_of(desk.browser("officer").get("/desk/"))

    assert case.applicant_name not in text
    assert "支援措置" in text
    assert "担当者に確認してください" in text

    PostingFactory(staff=desk["second"], department=elsewhere)
    assert case.applicant_name in text_of(desk.browser("second").get("/desk/"))


def test_a_search_that_meets_a_protected_person_says_whom_to_ask(desk: Desk) -> None:
    case = ApplicationFactory()
    RestrictionFactory(subject=f"application:{case.id}", responsible_department="x", today=clock.today())

    text = text_of(search(desk, "たかはし"))

    assert case.applicant_name not in text
    assert "担当者に確認してください" in text


def csv_of(response) -> list[list[str]]:
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_list_leaves_as_csv_with_all_pages(desk: Desk) -> None:
    many_applications(60)

    rows = csv_of(desk.browser("officer").get("/desk/list.csv"))

    assert rows[0][:3] == ["受付番号", "手続", "氏名"]
    assert len(rows) == 61
    assert rows[1][2] == "髙橋 花子"


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "＝１"])
def test_nothing_in_the_csv_acts_as_a_formula(desk: Desk, name: str) -> None:
    ApplicationFactory(applicant_name=name)

    rows = csv_of(desk.browser("officer").get("/desk/list.csv"))

    assert rows[1][2] == f"'{name}"


def test_the_csv_never_holds_the_name_of_a_protected_person_even_for_the_responsible(desk: Desk) -> None:
    case = ApplicationFactory()
    RestrictionFactory(
        subject=f"application:{case.id}", responsible_department=desk.department.code, today=clock.today()
    )

    rows = csv_of(desk.browser("officer").get("/desk/list.csv"))

    assert rows[1][2] == "支援措置（担当者に確認してください）"


def test_the_csv_is_recorded_with_its_length(desk: Desk) -> None:
    many_applications(3)

    csv_of(desk.browser("officer").get("/desk/list.csv?tab=filed"))

    entry = AuditEntry.objects.get(subject="list:applications", purpose="csv")
    assert entry.detail["count"] == 3


def test_an_empty_list_says_what_to_do(desk: Desk) -> None:
    assert "この状態の申請はありません" in text_of(desk.browser("officer").get("/desk/?tab=mine"))


def test_the_list_is_narrowed_by_officer_and_shows_the_columns_that_were_chosen(desk: Desk) -> None:
    mine = ApplicationFactory(in_review=True, officer=desk["officer"])
    ApplicationFactory(in_review=True, officer=desk["second"])

    response = desk.browser("officer").get(
        f"/desk/?holder={desk['officer'].id}&columns=due&columns=department&columns=nothing"
    )

    assert numbers(response) == [number_of(mine)]
    text = text_of(response)
    assert desk.department.name in text
    assert mine.applicant_name not in text
    assert "columns=due&amp;columns=department" in text  # links keep them


def test_a_holder_that_is_no_id_is_ignored(desk: Desk) -> None:
    case = ApplicationFactory()

    assert numbers(desk.browser("officer").get("/desk/?holder=x' OR 1=1")) == [number_of(case)]


def workbook_of(response) -> list[list[Any]]:
    content = b"".join(response.streaming_content)
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_list_leaves_as_a_workbook_with_days_as_days_and_the_columns_chosen(desk: Desk) -> None:
    case = ApplicationFactory(applicant_name="=1+1")
    hidden = ApplicationFactory()
    RestrictionFactory(
        subject=f"application:{hidden.id}", responsible_department=desk.department.code, today=clock.today()
    )

    rows = workbook_of(
        desk.browser("officer").get("/desk/list.xlsx?columns=name&columns=received&sort=filed")
    )

    assert rows == [
        ["受付番号", "氏名", "受付日"],
        [number_of(case), "=1+1", case.received_on],
        [number_of(hidden), "支援措置（担当者に確認してください）", hidden.received_on],
    ]
    assert AuditEntry.objects.get(subject="list:applications", purpose="excel").detail["count"] == 2


def test_an_empty_list_leaves_as_a_workbook_with_its_header(desk: Desk) -> None:
    assert workbook_of(desk.browser("officer").get("/desk/list.xlsx"))[0][0] == "受付番号"


def test_a_list_too_long_for_a_workbook_is_refused_with_a_word(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(spreadsheets, "EXCEL_MOST", 2)
    many_applications(3)

    response = desk.browser("officer").get("/desk/list.xlsx")

    assert response.status_code == 422
    assert "CSVで保存してください" in text_of(response)
    assert 'href="/desk/list.csv"' in text_of(response)


def test_a_search_by_address_never_tells_where_somebody_protected_lives(desk: Desk) -> None:
    case = ApplicationFactory()
    assert numbers(search(desk, "髙橋 内丸")) == [number_of(case)]

    RestrictionFactory(
        subject=f"application:{case.id}", responsible_department=desk.department.code, today=clock.today()
    )

    assert numbers(search(desk, "内丸")) == []
    assert numbers(search(desk, "髙橋 内丸")) == []


def test_old_cases_are_found_by_the_address_of_the_applicant_in_whatever_order_answers_stand() -> None:
    texts = import_module("madoguchi.applications.migrations.0003_search_keys").texts
    spouse, own = {"town": "本町通"}, {"town": "内丸", "rest": None}

    for answers in (
        {"spouse_address": spouse, "applicant_address": own},
        {"applicant_address": own, "spouse_address": spouse},
    ):
        assert texts("髙橋 花子", answers)["address"] == "内丸"
    assert texts("髙橋 花子", {"place": spouse, "home": own})["address"] == ""
