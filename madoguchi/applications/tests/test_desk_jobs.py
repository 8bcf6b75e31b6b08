"""The page of jobs: for administrators, without personal data, with a way to do one again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.models import Job, JobState
from madoguchi.common.tests.factories import JobFactory, WorkerPulseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def page(desk: Desk, query: str = "") -> str:
    return text_of(desk.browser("administrator").get(f"/desk/jobs/{query}"))


def test_jobs_are_listed_by_state_with_counts_and_the_kind_of_the_last_error(desk: Desk) -> None:
    JobFactory(kind="notices.send", state=JobState.DEAD, attempts=8, last_error="ConnectionRefusedError")
    JobFactory(kind="applications.after_filing")
    JobFactory(kind="applications.after_filing")

    dead, waiting = page(desk), page(desk, "?state=waiting")

    assert "ConnectionRefusedError" in dead
    assert dead.count("もう一度実行") == 1
    assert waiting.count("もう一度実行") == 2
    for text in (dead, waiting):
        assert 'class="count">1<' in text
        assert 'class="count">2<' in text


def test_the_payload_is_never_shown(desk: Desk) -> None:
    JobFactory(payload={"to": "hanako@example.jp"}, state=JobState.DEAD)

    assert "hanako" not in page(desk)


def test_jobs_are_narrowed_by_kind_in_the_address(desk: Desk) -> None:
    JobFactory(kind="notices.send", state=JobState.DEAD)
    JobFactory(kind="applications.after_filing", state=JobState.DEAD)

    assert page(desk, "?kind=notices.send").count("もう一度実行") == 1
    assert page(desk, "?kind=no.such").count("もう一度実行") == 2


def test_an_odd_address_shows_the_ordinary_list(desk: Desk) -> None:
    JobFactory(state=JobState.DEAD)

    for query in ("?state=x", "?page=x", "?page=999", "?page=-1", "?done=<b>"):
        assert page(desk, query).count("もう一度実行") == 1


def test_a_dead_job_is_done_again_at_once_and_who_asked_is_recorded(desk: Desk) -> None:
    job = JobFactory(
        state=JobState.DEAD, attempts=8, run_at=clock.now() + timedelta(days=1), finished_at=clock.now()
    )

    response = desk.browser("administrator").post(
        f"/desk/jobs/{job.id}/again/", {"state": "dead"}, follow=True
    )

    job.refresh_from_db()
    assert (job.state, job.attempts, job.finished_at) == (JobState.WAITING, 0, None)
    assert job.run_at <= clock.now()
    assert "もう一度実行するよう登録しました。" in text_of(response)
    entry = AuditEntry.objects.get(act="job.again")
    assert (entry.actor, entry.subject) == (desk["administrator"].actor, f"job:{job.id}")


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.DONE])
def test_a_job_that_runs_or_is_done_is_left_alone_and_nothing_is_recorded(
    desk: Desk, state: JobState
) -> None:
    job = JobFactory(state=state)

    response = desk.browser("administrator").post(f"/desk/jobs/{job.id}/again/", follow=True)

    assert "すでに実行中か、完了しています。" in text_of(response)
    assert Job.objects.get().state == state
    assert not AuditEntry.objects.filter(act="job.again").exists()


def test_a_job_that_is_not_there_is_not_found(desk: Desk) -> None:
    address = "/desk/jobs/00000000-0000-7000-8000-000000000000/again/"

    assert desk.browser("administrator").post(address).status_code == 404
    assert desk.browser("administrator").get(address).status_code == 405


def test_the_page_says_when_no_worker_lives(desk: Desk) -> None:
    assert "ワーカーが動いていません" in page(desk)

    WorkerPulseFactory()
    assert "ワーカーが動いていません" not in page(desk)


def test_the_newest_fifty_are_shown_and_the_rest_on_further_pages(desk: Desk) -> None:
    for _ in range(60):
        JobFactory(state=JobState.DEAD)

    assert page(desk).count("もう一度実行") == 50
    assert page(desk, "?page=2").count("もう一度実行") == 10
