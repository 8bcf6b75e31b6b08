"""How long cases really take: counted once a day, said where enough were decided, read with one question."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import durations, handlers
from madoguchi.applications.models import Application, Duration, Status
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    DurationFactory,
    ExtensionFactory,
    many_applications,
)
from madoguchi.applications.tests.returned import looking_at
from madoguchi.common import clock
from madoguchi.common.registers import UsualDays

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

CLAIM = "child-allowance-claim"


def decided(*days: int, ago: int = 1, status: str = Status.CLOSED) -> None:
    """Cases that took so many days and were decided some days ago."""
    at = NOW - timedelta(days=ago)
    rows = many_applications(len(days))
    for row, taken in zip(rows, days, strict=True):
        row.status, row.closed_at = status, at
        row.received_on = clock.tokyo_date(at) - timedelta(days=taken)
    Application.objects.bulk_update(rows, ["status", "closed_at", "received_on"])


def count() -> None:
    handlers.count_durations({})


def test_half_and_nine_of_ten_are_counted_over_the_decided_cases() -> None:
    decided(*range(1, 11))

    count()

    assert durations.usual_days(CLAIM) == UsualDays(half=5, most=9, cases=10)


def test_of_too_few_old_open_and_withdrawn_cases_nothing_is_said() -> None:
    decided(*[10] * 9)
    decided(*[10] * 5, ago=366)
    decided(*[10] * 5, status=Status.WITHDRAWN)
    many_applications(5)

    count()

    assert durations.usual_days(CLAIM) is None


def test_counting_again_replaces_what_was_counted_and_forgets_what_has_become_too_few() -> None:
    DurationFactory(procedure_id=CLAIM)
    DurationFactory(procedure_id="gone")
    decided(*[3] * 10)

    count()
    count()

    row = Duration.objects.get()
    assert (row.procedure_id, row.half_days, row.most_days, row.cases) == (CLAIM, 3, 3, 10)
    assert row.since_on == clock.tokyo_date(NOW) - timedelta(days=365)


def test_counting_asks_as_often_for_many_cases_as_for_few() -> None:
    decided(*[3] * 10)
    with CaptureQueriesContext(
        connection,
    ) as few:
        count()
    decided(*[4] * 40)
    with CaptureQueriesContext(connection) as many:
        count()

    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ja", "ふつうは12日、10件のうち9件は19日までに終わります。"),
        ("ja-easy", "だいたい12日で終わります。10回のうち9回は、19日までに終わります。"),
        ("en", "It usually takes 12 days; nine out of ten are finished within 19 days."),
    ],
)
def test_the_page_of_the_procedure_says_how_long_it_takes(language: str, sentence: str) -> None:
    ApplicationFactory()
    browser = Client()
    browser.cookies["madoguchi_language"] = language
    assert sentence not in browser.get(f"/procedures/{CLAIM}/").content.decode()

    DurationFactory(procedure_id=CLAIM)

    assert sentence in browser.get(f"/procedures/{CLAIM}/").content.decode()


def test_the_status_page_says_when_it_will_likely_end() -> None:
    case = ApplicationFactory(in_review=True)  # received on 23 November
    DurationFactory(procedure_id=CLAIM, half_days=7, most_days=14)

    assert "このままなら、2026年11月30日（令和8年）ごろ" in looking_at(case)[1].text


@pytest.mark.parametrize("trait", ["returned", "closed", "withdrawn"])
def test_no_forecast_is_made_while_the_resident_answers_or_after_the_end(trait: str) -> None:
    traits: dict[str, Any] = {trait: True}
    case = ApplicationFactory(**traits)
    DurationFactory(procedure_id=CLAIM)

    assert "このままなら" not in looking_at(case)[1].text


def test_what_took_longer_than_nine_of_ten_gets_no_forecast(set_clock: SetClock) -> None:
    case = ApplicationFactory(in_review=True)
    DurationFactory(procedure_id=CLAIM, half_days=7, most_days=14)
    set_clock(NOW + timedelta(days=60))

    assert durations.forecast_of(case, today=clock.today()) is None


def test_an_extension_is_told_in_place_of_the_forecast_with_its_reason_and_letter() -> None:
    DurationFactory(procedure_id=CLAIM)
    extension = ExtensionFactory(reason="調査に日時を要するため。")
    case = extension.application

    visitor, _page = looking_at(case)
    page = visitor.client.get(f"/status/{case.id}/").content.decode()

    assert "予定の日を、2026年12月23日（令和8年）から2027年1月20日（令和9年）に延ばしました。" in page
    assert '<span lang="ja">調査に日時を要するため。</span>' in page
    assert f"/status/{case.id}/extension/{extension.id}/letter.pdf" in page
    assert "予定の日を延ばしました" in page  # in the history
    assert "このままなら" not in page
