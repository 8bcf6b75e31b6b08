"""How a search by a whole name is answered: by an index alone, however many are called the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import desk_queries as desk
from madoguchi.applications.desk_filters import Filters
from madoguchi.applications.tests.desks import Desk, open_desk
from madoguchi.applications.tests.factories import ApplicationFactory
from madoguchi.common import clock

pytestmark = pytest.mark.django_db
LETTERS, READING = "髙橋 花子", "タカハシ ハナコ"


@pytest.fixture
def officers_desk() -> Desk:
    return open_desk()


def found(officers_desk: Desk, text: str, **filters: Any) -> tuple[list[UUID], dict[str, int]]:
    """The cases of the page for this text, and the counts of its tabs."""
    wanted, staff, today = Filters(find=text, tab="all", **filters), officers_desk["officer"], clock.today()
    cases = desk.seen_cases({officers_desk.department.code}, wanted, today=today, staff=staff)
    counts = desk.tab_counts(cases, "all", staff=staff)
    page = desk.ordered(desk.in_tab(cases, "all", staff=staff), "due", "all", found=True)[: desk.PAGE]
    return list(page.values_list("id", flat=True)), counts


@pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL chooses its plan by what the tables hold"
)
@pytest.mark.parametrize(("text", "index"), [(LETTERS, "application_name"), (READING, "application_kana")])
def test_counting_and_choosing_a_page_of_namesakes_reads_no_row_of_a_case(
    officers_desk: Desk, text: str, index: str
) -> None:
    ApplicationFactory()
    with CaptureQueriesContext(connection) as asked:
        found(officers_desk, text)

    questions = [one["sql"] for one in asked.captured_queries if "_key" in one["sql"]]
    plans = []
    with connection.cursor() as cursor:
        for question in questions:
            cursor.execute(f"EXPLAIN QUERY PLAN {question}")
            plans.append(next(row[3] for row in cursor.fetchall() if row[3].startswith("SEARCH")))

    assert len(plans) == 5  # by letters? by reading? counts of the open tabs, of this one, the page
    assert all("USING COVERING INDEX" in plan for plan in plans), plans
    assert all(f"INDEX {index} (" in plan for plan in plans[2:]), plans


@pytest.mark.parametrize("text", [LETTERS, READING, "高橋　花子", "ﾀｶﾊｼ ﾊﾅｺ"])
def test_all_who_are_called_so_are_found_and_nobody_whose_name_goes_on(
    officers_desk: Desk, text: str
) -> None:
    namesakes = {ApplicationFactory().id, ApplicationFactory(closed=True).id}
    ApplicationFactory(name_key="高橋花子美", kana_key="タカハシハナコミ")

    ids, counts = found(officers_desk, text)

    assert set(ids) == namesakes
    assert (counts["open"], counts["all"]) == (1, 2)


def test_whoever_writes_the_name_as_others_read_theirs_is_found_with_them(officers_desk: Desk) -> None:
    read_so = ApplicationFactory()
    written_so = ApplicationFactory(name_key=read_so.kana_key, kana_key=read_so.kana_key)

    ids, counts = found(officers_desk, READING)

    assert set(ids) == {read_so.id, written_so.id}
    assert counts["all"] == 2
