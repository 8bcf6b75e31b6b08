"""The feed: what changed, each with the day it happened, no person."""

from __future__ import annotations

from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings

from madoguchi.organization.tests.factories import staff_with
from madoguchi.plan.actions import facts, meetings
from madoguchi.plan.definition import Point
from madoguchi.plan.queries import figures, reached
from madoguchi.plan.tests.factories import MeetingFactory
from madoguchi.plan.tests.test_facts import START, TOLD, indicator_of, plan_of
from madoguchi.plan.tests.test_scoreboard import PLAN, hold_workshops, plan, text_of

__all__ = ["plan"]

pytestmark = pytest.mark.django_db


def test_the_feed_tells_versions_and_reached_targets(plan):
    hold_workshops(131)

    root = ElementTree.fromstring(text_of("/plan/feed.atom"))

    space = {"a": "http://www.w3.org/2005/Atom"}
    titles = [e.findtext("a:title", namespaces=space) for e in root.findall("a:entry", space)]
    ids = [e.findtext("a:id", namespaces=space) for e in root.findall("a:entry", space)]
    assert "「デジタル活用講座の開催数」が目標に達しました。" in titles
    assert "盛岡市行政デジタル・トランスフォーメーション推進計画（第1版）を公開しました。" in titles
    assert len(ids) == len(set(ids))
    assert root.findtext("a:author/a:name", namespaces=space) == "盛岡市"


def test_news_of_a_reached_target_keep_the_day_it_was_reached(plan):
    hold_workshops(131)
    reached = sorted(date(2021, 4 + n % 9, 1 + n % 28) for n in range(131))[129]

    def entry(day: str) -> str:
        space = {"a": "http://www.w3.org/2005/Atom"}
        entries = ElementTree.fromstring(text_of(f"/plan/feed.atom?as_of={day}")).findall("a:entry", space)
        news = [e for e in entries if "reached" in (e.findtext("a:id", "", space) or "")]
        return "".join(ElementTree.tostring(e, encoding="unicode") for e in news)

    whole, broken = entry("2021-12-31"), entry(reached.isoformat())
    assert whole == broken
    assert f"{reached.isoformat()}T00:00:00+09:00" in whole


def test_minutes_are_news_of_the_day_they_were_closed(plan):
    by = staff_with("office")
    meeting = MeetingFactory(plan_id=PLAN, number=3, held_on=date(2025, 6, 1), state="held")
    now = datetime(2025, 7, 15, 3, 0, tzinfo=UTC)

    meetings.close_minutes(meeting=meeting, version=meeting.version, by=by, now=now)

    assert "2025-07-15T03:00:00+00:00" in text_of("/plan/feed.atom")


def test_closed_minutes_are_news_and_open_ones_are_not(plan):
    closed = MeetingFactory(plan_id=PLAN, number=3, state="closed")
    MeetingFactory(plan_id=PLAN, number=4)

    feed = text_of("/plan/feed.atom")

    assert "第3回の会議の議事録を公開しました。" in feed
    assert f"/plan/minutes/{closed.id}.pdf" in feed
    assert "第4回" not in feed


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=TOLD)
def test_the_day_of_reaching_is_one_on_which_the_target_is_met_and_the_day_before_it_is_not(told):
    facts.bring_up("s", told)
    target = Point(2, date(2026, 3, 31))
    kinds = [("count", "plan"), ("distinct", "plan"), ("stock", "day")]
    indicators = tuple(indicator_of(k, s, id=k, baseline=Point(0, START), target=target) for k, s in kinds)
    found_plan = plan_of(indicators=indicators)

    found = reached.reached_on(found_plan, date(2026, 3, 31))

    for one in indicators:
        ends = [on for on, value in figures.series(found_plan, one, date(2026, 3, 31)) if (value or 0) >= 2]
        if not ends:
            assert one.id not in found
            continue
        month = [ends[0].replace(day=n + 1) for n in range(ends[0].day)]
        met = [on for on in month if (figures.figure(found_plan, one, on).value or 0) >= 2]
        assert found[one.id] == met[0]
