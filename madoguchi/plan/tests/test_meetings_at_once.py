"""Two people at once: nothing is lost, and what is closed holds what was said."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from madoguchi.common.files.configured import configured
from madoguchi.identity.models import Staff
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.plan import desk_minutes, reading
from madoguchi.plan.actions import meetings as actions
from madoguchi.plan.actions import publishing, resolutions
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.rules import meetings as rules

NOW = datetime(2024, 6, 3, 6, 0, tzinfo=UTC)
PLAN = "morioka-2021-2025"


@pytest.fixture
def plan(db):
    path = Path(reading.__file__).parent / "catalog" / f"{PLAN}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)


@pytest.fixture
def office(plan):
    return staff_with("office", department=DepartmentFactory(code="digital", name="情報企画課"))


def called(by: Staff) -> Meeting:
    day = date(2024, 6, 3)
    return actions.plan_meeting(plan_id=PLAN, held_on=day, place="会議室", chair="副市長", by=by, now=NOW)


def with_points(by: Staff, *titles: str) -> tuple[Meeting, list[AgendaItem]]:
    meeting = called(by)
    what: dict[str, Any] = {"measure_id": "3-3", "indicator_id": "", "by": by, "now": NOW}
    return meeting, [actions.add_item(meeting=meeting, title=title, **what) for title in titles]


def agenda(meeting: Meeting) -> list[str]:
    return list(meeting.agenda.order_by("position").values_list("title", flat=True))


def together(*acts: Callable[[], object]) -> list[type[Exception] | None]:
    """What each of several acts ended with, all begun at the same moment."""
    ready = threading.Barrier(len(acts))
    ends: list[type[Exception] | None] = []

    def run(act: Callable[[], object]) -> None:
        ready.wait()
        try:
            act()
            ends.append(None)
        except ChangedMeanwhile as error:
            ends.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.mark.django_db(transaction=True)
def test_meetings_planned_at_the_same_moment_have_different_numbers(office):
    ends = together(*(lambda: called(office) for _n in range(4)))

    assert ends == [None] * 4
    assert sorted(Meeting.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_over_the_same_text_one_is_told(office):
    meeting, (item,) = with_points(office, "講座")
    seen = actions.mark_of("")

    def write(text: str) -> None:
        mine = AgendaItem.objects.select_related("meeting").get(id=item.id)
        actions.write_minutes(item=mine, seen=seen, text=text, by=office, now=NOW)

    ends = together(lambda: write("甲"), lambda: write("乙"))

    assert sorted(ends, key=str) == sorted([None, ChangedMeanwhile], key=str)
    assert meeting.agenda.get().minutes in ("甲", "乙")


@pytest.mark.django_db(transaction=True)
def test_points_added_at_the_same_moment_are_each_there_or_told(office):
    meeting = called(office)
    add: dict[str, Any] = {"measure_id": "", "indicator_id": "", "by": office, "now": NOW}

    def act(title: str) -> None:
        actions.add_item(meeting=Meeting.objects.get(id=meeting.id), title=title, **add)

    ends = together(lambda: act("甲"), lambda: act("乙"))

    assert len(agenda(meeting)) == ends.count(None) >= 1


def test_what_is_written_while_the_paper_is_made_refuses_the_closing(office, monkeypatch):
    meeting, (item,) = with_points(office, "講座")
    actions.hold_meeting(meeting=meeting, version=meeting.version, by=office, now=NOW)
    make = desk_minutes.paper

    def made_slowly(*args: Any, **kwargs: Any) -> Any:
        paper = make(*args, **kwargs)
        mine = AgendaItem.objects.select_related("meeting").get(id=item.id)
        actions.write_minutes(item=mine, seen=actions.mark_of(""), text="あとから", by=office, now=NOW)
        return paper

    monkeypatch.setattr(desk_minutes, "paper", made_slowly)

    with pytest.raises(ChangedMeanwhile):
        actions.close_minutes(meeting=meeting, version=meeting.version, by=office, now=NOW)

    meeting.refresh_from_db()
    assert (meeting.state, meeting.minutes_digest) == ("held", "")


def test_who_still_holds_the_open_meeting_cannot_write_into_the_closed_one(office):
    meeting, (item,) = with_points(office, "講座")
    actions.hold_meeting(meeting=meeting, version=meeting.version, by=office, now=NOW)
    late = AgendaItem.objects.select_related("meeting").get(id=item.id)
    actions.close_minutes(meeting=meeting, version=meeting.version, by=office, now=NOW)
    order = resolutions.Order(text="x", department_code="digital", due_on=date(2024, 9, 1))

    for act in (
        lambda: actions.write_minutes(item=late, seen=actions.mark_of(""), text="x", by=office, now=NOW),
        lambda: resolutions.resolve(item=late, order=order, by=office, now=NOW),
        lambda: actions.remove_item(item=late, by=office, now=NOW),
        lambda: actions.move_item(item=late, up=True, by=office, now=NOW),
    ):
        with pytest.raises(ChangedMeanwhile):
            act()

    assert (meeting.agenda.get().minutes, Resolution.objects.count()) == ("", 0)


def test_the_closed_paper_is_the_kept_one_whatever_happens_to_the_resolution(office):
    meeting, (item,) = with_points(office, "講座")
    order = resolutions.Order(text="講座を開く", department_code="digital", due_on=date(2024, 9, 1))
    one = resolutions.resolve(item=item, order=order, by=office, now=NOW)
    actions.hold_meeting(meeting=meeting, version=meeting.version, by=office, now=NOW)
    actions.close_minutes(meeting=meeting, version=meeting.version, by=office, now=NOW)
    address = f"/plan/meetings/{meeting.id}/minutes.pdf"
    client = signed_in_client(office)
    before = client.get(address).content

    resolutions.finish_resolution(resolution=one, version=1, result="開いた", by=office, now=NOW)

    store, _scanner = configured()
    with store.open(meeting.minutes_digest) as kept:
        assert client.get(address).content == before == kept.read()


def test_a_paper_that_is_not_closed_says_draft(office):
    meeting, _items = with_points(office, "講座")
    content = signed_in_client(office).get(f"/plan/meetings/{meeting.id}/minutes.pdf").content

    assert "（案）" in PdfReader(io.BytesIO(content)).pages[0].extract_text()


# --- the order of the agenda -----------------------------------------------------------------------------


def test_a_point_moves_up_and_down_and_stays_at_the_ends(office):
    meeting, items = with_points(office, "一", "二", "三")

    actions.move_item(item=items[2], up=True, by=office, now=NOW)
    assert agenda(meeting) == ["一", "三", "二"]
    for _n in range(2):
        actions.move_item(item=meeting.agenda.get(title="一"), up=False, by=office, now=NOW)
    assert agenda(meeting) == ["三", "二", "一"]
    actions.move_item(item=meeting.agenda.get(title="三"), up=True, by=office, now=NOW)
    assert agenda(meeting) == ["三", "二", "一"]


def test_of_two_who_move_from_the_same_order_the_second_is_told(office):
    _meeting, items = with_points(office, "一", "二")
    stale = AgendaItem.objects.select_related("meeting").get(id=items[1].id)
    actions.move_item(item=items[1], up=True, by=office, now=NOW)

    with pytest.raises(ChangedMeanwhile):
        actions.move_item(item=stale, up=True, by=office, now=NOW)


@given(positions=st.sets(st.integers(1, 60), min_size=1, max_size=12), data=st.data(), up=st.booleans())
def test_fresh_places_are_as_many_and_none_is_taken(positions, data, up):
    position = data.draw(st.sampled_from(sorted(positions)))
    order = rules.swapped(sorted(positions), position, up=up)
    fresh = list(rules.fresh_positions(sorted(positions)))

    assert sorted(order) == sorted(positions)
    assert len(fresh) == len(positions)
    assert not positions & set(fresh)
    assert abs(order.index(position) - sorted(positions).index(position)) <= 1
