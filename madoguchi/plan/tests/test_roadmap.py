"""The roadmap: what slips if one bar slips."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.common.registers import Happening
from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.plan import reading
from madoguchi.plan.actions import facts, publishing
from madoguchi.plan.definition import RoadmapBar, Words
from madoguchi.plan.rules import roadmap
from madoguchi.plan.rules.roadmap import Actual
from madoguchi.plan.tests.factories import NOW

DAY = date(2021, 4, 1)


def bar(name: str, start: int, length: int, *after: str) -> RoadmapBar:
    begins = DAY + timedelta(days=start)
    return RoadmapBar(name, "1-1", Words(name), begins, begins + timedelta(days=length), after)


CHAIN = (bar("a", 0, 10), bar("b", 11, 10, "a"), bar("c", 22, 10, "b"), bar("d", 11, 5))


def ends(found: list[roadmap.Expected]) -> dict[str, date]:
    return {one.bar.id: one.ends_on for one in found}


@pytest.mark.parametrize(
    ("actual", "day", "expected"),
    [
        (Actual(), 0, "planned"),
        (Actual(), 1, "late_to_begin"),
        (Actual(DAY), 5, "running"),
        (Actual(DAY), 11, "late_to_finish"),
        (Actual(DAY, DAY + timedelta(days=9)), 20, "done"),
        (Actual(DAY, DAY + timedelta(days=12)), 20, "done_late"),
        (Actual(DAY, DAY + timedelta(days=12)), 11, "late_to_finish"),
    ],
)
def test_the_state_of_a_bar(actual, day, expected):
    assert roadmap.state(CHAIN[0], actual, DAY + timedelta(days=day)) == expected


def test_what_waits_slips_with_what_it_waits_for_and_says_so():
    late = {"a": Actual(DAY, DAY + timedelta(days=30))}

    found = roadmap.expected(CHAIN, late, DAY + timedelta(days=31))

    assert ends(found)["b"] == DAY + timedelta(days=41)
    assert ends(found)["c"] == DAY + timedelta(days=52)
    assert {one.bar.id: one.moved_by for one in found}["b"] == ("a",)


def test_what_if_moves_what_waits_and_nothing_else():
    before = roadmap.expected(CHAIN, {}, DAY)
    after = roadmap.expected(CHAIN, {}, DAY, delays={"a": 7})

    assert [(one.bar.id, days) for one, days in roadmap.consequences(before, after)] == [
        ("a", 7),
        ("b", 7),
        ("c", 7),
    ]


def test_a_finished_bar_does_not_slip():
    done = {"a": Actual(DAY, DAY + timedelta(days=10))}
    day = DAY + timedelta(days=10)

    moved = roadmap.consequences(
        roadmap.expected(CHAIN, done, day), roadmap.expected(CHAIN, done, day, delays={"a": 7})
    )

    assert moved == []


def test_bars_that_wait_for_each_other_are_refused():
    with pytest.raises(roadmap.Cycle):
        roadmap.expected((bar("a", 0, 1, "b"), bar("b", 2, 1, "a")), {}, DAY)


PLANS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 100), st.sets(st.integers(0, 6))), min_size=1, max_size=7
)


def made(rows) -> list[RoadmapBar]:
    """Bars that wait only for bars before them."""
    return [bar(str(n), s, d, *(str(k) for k in sorted(w) if k < n)) for n, (s, d, w) in enumerate(rows)]


@given(rows=PLANS, day=st.integers(0, 500))
def test_no_bar_begins_before_what_it_waits_for_is_finished(rows, day):
    bars = made(rows)
    found = {one.bar.id: one for one in roadmap.expected(bars, {}, DAY + timedelta(days=day))}

    for one in found.values():
        assert one.starts_on >= one.bar.starts_on
        assert all(one.starts_on > found[name].ends_on for name in one.bar.after)


@given(
    rows=PLANS,
    day=st.integers(0, 500),
    which=st.integers(0, 6),
    late=st.integers(0, 200),
    more=st.integers(0, 200),
)
def test_a_longer_delay_never_ends_anything_earlier(rows, day, which, late, more):
    bars = made(rows)
    on = DAY + timedelta(days=day)
    name = str(which % len(bars))
    none = ends(roadmap.expected(bars, {}, on, delays={name: 0}))
    some = ends(roadmap.expected(bars, {}, on, delays={name: late}))
    long = ends(roadmap.expected(bars, {}, on, delays={name: late + more}))

    assert none == ends(roadmap.expected(bars, {}, on))
    assert all(none[k] <= some[k] <= long[k] for k in none)
    assert some[name] == none[name] + timedelta(days=late)


# --- pages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def plan():
    for path in sorted((Path(reading.__file__).parent / "catalog").glob("*.yaml")):
        publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)


def page(path: str) -> str:
    response = Client(headers={"accept-language": "ja"}).get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
def test_the_page_says_what_happened_as_text_table_and_picture(plan):
    told = [
        Happening(key="1", on=date(2021, 4, 1), subject="priority-procedures", quantity=1),
        Happening(key="2", on=date(2023, 5, 10), subject="priority-procedures", quantity=2),
    ]
    facts.bring_up("milestones", told)

    text = page("/plan/roadmap/?as_of=2023-06-01")

    assert "「優先27手続のオンライン化」は予定より40日遅れて" in text
    assert "「優先27手続のオンライン化」が遅れた影響を受けています。" in text
    assert text.count('class="bar-planned"') == 11
    assert "style=" not in text


@pytest.mark.django_db
def test_a_plan_without_a_roadmap_says_so(plan):
    assert "この計画の工程は、まだ決まっていません。" in page("/plan/roadmap/?plan=morioka-2026-2030")


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "status"), [("office", 200), ("officer", 403), ("head", 403)])
def test_only_the_office_asks_what_if(plan, role, status):
    assert signed_in_client(staff_with(role)).get("/plan/roadmap/what-if/").status_code == status


@pytest.mark.django_db
def test_what_if_shows_the_bars_that_move(plan):
    client = signed_in_client(staff_with("office"))
    asked = "/plan/roadmap/what-if/?as_of=2021-04-01&bar=services-survey&days=３０"

    text = client.get(asked).content.decode()

    assert "仕様の作成・調達" in text
    assert "計画の終わりを越えます" in text


@pytest.mark.django_db
@pytest.mark.parametrize("days", ["0", "-3", "十", "99999"])
def test_what_if_says_which_days_it_takes(plan, days):
    client = signed_in_client(staff_with("office"))

    response = client.get(f"/plan/roadmap/what-if/?bar=training&days={days}")

    assert response.status_code == 422
    assert "1から1500までの整数" in response.content.decode()


@pytest.mark.django_db
def test_the_csv_has_a_row_for_each_bar(plan):
    text = b"".join(Client().get("/plan/roadmap.csv")).decode()

    assert len(text.strip().splitlines()) == 12
