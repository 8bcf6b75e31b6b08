"""What follows from filings: done once however often it is tried, never lost, forgotten when its time is over."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from madoguchi.applications import actions, handlers, letters, mails, produced, queries
from madoguchi.applications.actions.review import Item
from madoguchi.applications.models import Application, Attachment, Correction, Draft, ProducedFile
from madoguchi.applications.tests.beginning import accepted
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    AttachmentFactory,
    DraftFactory,
    ProducedFileFactory,
    answers_of,
)
from madoguchi.common import clock, jobs, kernel
from madoguchi.common.files.configured import configured
from madoguchi.common.files.folder import FolderStore
from madoguchi.common.files.store import StorageFull
from madoguchi.common.models import Job, JobState
from madoguchi.notices.channels import registry
from madoguchi.notices.channels.contract import TryLater
from madoguchi.notices.models import Message, MessageState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

PAPER = b"%PDF-1.7 a paper"


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> FolderStore:
    """A store of this test's own."""
    settings.FILES_URL = f"file://{tmp_path}"
    found, _scanner = configured()
    assert isinstance(found, FolderStore)
    return found


@pytest.fixture
def quick_papers(monkeypatch: pytest.MonkeyPatch, store: FolderStore) -> FolderStore:
    """Papers without typesetting, where the test is about something else."""
    monkeypatch.setattr("madoguchi.common.pdf.documents.Paper.render", lambda self: PAPER)
    return store


def filed(**fields: Any) -> Application:
    """A filing whose applicant gave a mail address."""
    return ApplicationFactory(**({"email": "hanako@example.jp"} | fields))


def work(now: Any = None) -> None:
    """Do every job that is due."""
    while jobs.work_once(now=now or clock.now()):
        pass


# --- after filing and deciding ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_filing_gets_its_copy_and_its_mail(store: FolderStore):
    application = filed()

    handlers.after_filing({"application": str(application.id)})

    row = ProducedFile.objects.get()
    assert (row.kind, row.application_id) == (produced.COPY, application.id)
    assert produced.copy_pdf(application).startswith(b"%PDF")
    assert store.exists(row.digest)
    assert Message.objects.get().purpose == "received"


def test_done_twice_there_is_one_copy_and_one_mail(quick_papers: FolderStore):
    application = filed()

    for _ in range(2):
        handlers.after_filing({"application": str(application.id)})

    assert ProducedFile.objects.count() == 1
    assert Message.objects.count() == 1


def test_two_workers_at_once_make_one_copy_and_one_mail(
    quick_papers: FolderStore, monkeypatch: pytest.MonkeyPatch
):
    application = filed()
    render = letters.filing_copy

    def overtaken(case: Application) -> Any:
        monkeypatch.setattr(letters, "filing_copy", render)
        handlers.after_filing({"application": str(application.id)})
        return render(case)

    monkeypatch.setattr(letters, "filing_copy", overtaken)
    handlers.after_filing({"application": str(application.id)})

    assert ProducedFile.objects.count() == 1
    assert Message.objects.count() == 1


def test_a_full_disk_leaves_the_job_waiting_and_nothing_half_done(
    quick_papers: FolderStore, monkeypatch: pytest.MonkeyPatch
):
    application = actions.file_draft(draft=_complete_draft(), now=NOW)

    def full(*args: object) -> None:
        raise StorageFull("no room left")

    with monkeypatch.context() as patched:
        patched.setattr(FolderStore, "put", full)
        work()
        job = Job.objects.get(kind="applications.after_filing")
        assert (job.state, job.last_error) == (JobState.WAITING, "StorageFull")
        assert not Message.objects.exists()
    work(clock.now() + timedelta(minutes=1))

    assert ProducedFile.objects.get().application_id == application.id
    assert Message.objects.count() == 1


def _complete_draft() -> Draft:
    return DraftFactory(answers=answers_of() | {"applicant_email": "hanako@example.jp"})


def test_a_mail_server_that_is_down_delays_the_mail_and_nothing_else(
    quick_papers: FolderStore, monkeypatch: pytest.MonkeyPatch
):
    class Down:
        def deliver(self, letter: object) -> None:
            raise TryLater("no-answer")

    sent: list[Any] = []

    class Up:
        def deliver(self, letter: object) -> None:
            sent.append(letter)

    application = actions.file_draft(draft=_complete_draft(), now=NOW)
    monkeypatch.setattr(registry, "mail_channel", Down)
    work()
    message = Message.objects.get()
    assert message.state == MessageState.WAITING
    assert ProducedFile.objects.get().application_id == application.id
    monkeypatch.setattr(registry, "mail_channel", Up)

    work(clock.now() + timedelta(minutes=1))

    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert len(sent) == 1


def test_a_decision_gets_its_letter_and_its_mail_once(quick_papers: FolderStore):
    application = filed(closed=True)
    decision = application.decisions.get()

    for _ in range(2):
        handlers.after_decision({"decision": str(decision.id)})

    decision.refresh_from_db()
    row = ProducedFile.objects.get()
    assert (row.kind, row.subject_id, row.digest) == (
        produced.NOTICE,
        str(decision.id),
        decision.notice_digest,
    )
    assert Message.objects.filter(purpose="decision").count() == 1
    assert produced.decision_pdf(decision) == PAPER


@pytest.mark.slow
def test_a_copy_that_is_not_made_yet_or_cannot_be_read_is_made_on_the_spot(store: FolderStore):
    application = filed()
    first = produced.copy_pdf(application)
    ProducedFileFactory(application=application, digest="0" * 64)

    assert first.startswith(b"%PDF")
    assert produced.copy_pdf(application) == first


@pytest.mark.parametrize(
    ("trait", "job", "purpose"),
    [
        ({"returned": True}, "tell_correction", "correction"),
        ({"withdrawn": True}, "tell_withdrawal", "withdrawal"),
    ],
)
def test_news_is_told_once(trait, job, purpose):
    application = filed(**trait)
    planned = Job.objects.get(kind=f"applications.{job}")

    for _ in range(2):
        getattr(handlers, job)(planned.payload)

    assert Message.objects.get().purpose == purpose
    assert Message.objects.get().about == f"application:{application.id}"


def test_a_second_correction_is_told_too(set_clock: SetClock):
    application = filed(returned=True)
    handlers.tell_correction({"correction": str(application.corrections.get().id)})
    set_clock(NOW + timedelta(days=1))
    actions.answer_correction(
        application=application, values={"applicant_phone": "0196514111"}, files={}, now=clock.now()
    )
    officer = application.corrections.get().asked_by
    second = actions.return_for_correction(
        application=application,
        items=[Item("question", "applicant_phone", "document_missing")],
        answer_by_on=clock.today() + timedelta(days=14),
        by=officer,
        now=clock.now(),
    )

    handlers.tell_correction({"correction": str(second.id)})

    assert Message.objects.filter(purpose="correction").count() == 2


def test_without_a_mail_address_nothing_is_written_and_the_job_is_done(quick_papers: FolderStore):
    application = filed(email="", returned=True)

    handlers.after_filing({"application": str(application.id)})
    handlers.tell_correction({"correction": str(application.corrections.get().id)})

    assert ProducedFile.objects.count() == 1
    assert not Message.objects.exists()


# --- reminders and forgetting ------------------------------------------------------------------------------------


def test_a_draft_that_ends_soon_is_reminded_of_once():
    draft = DraftFactory(email="hanako@example.jp", expires_at=NOW + timedelta(days=4))
    DraftFactory(email="", expires_at=NOW + timedelta(days=4))
    DraftFactory(email="taro@example.jp", expires_at=NOW + timedelta(days=6))

    for _ in range(2):
        handlers.look_after_drafts({})

    message = Message.objects.get()
    assert (message.to_address, message.about) == ("hanako@example.jp", f"draft:{draft.id}")
    assert "2026年11月27日" in message.body
    assert Draft.objects.count() == 3


def test_a_draft_that_was_changed_is_reminded_of_again(set_clock: SetClock):
    draft = DraftFactory(email="hanako@example.jp", expires_at=NOW + timedelta(days=4))
    handlers.look_after_drafts({})
    draft.refresh_from_db()
    actions.keep_for_later(draft=draft, email="hanako@example.jp", now=NOW)
    set_clock(NOW + timedelta(days=27))

    handlers.look_after_drafts({})

    assert Message.objects.filter(purpose="reminder").count() == 2


def test_a_draft_whose_time_is_over_is_forgotten_with_its_files():
    over, live = DraftFactory(expires_at=NOW), DraftFactory(expires_at=NOW + timedelta(seconds=1))
    for draft in (over, live):
        AttachmentFactory(owner_id=draft.id)

    handlers.look_after_drafts({})

    assert list(Draft.objects.all()) == [live]
    assert [attachment.owner_id for attachment in Attachment.objects.all()] == [live.id]


def test_a_draft_that_is_saved_while_it_would_be_forgotten_stays(monkeypatch: pytest.MonkeyPatch):
    over = DraftFactory(expires_at=NOW)
    discard = actions.discard

    def saved_first(*, draft: Draft) -> None:
        actions.add_file(
            draft=Draft.objects.get(id=draft.id), document_id="identity", accepted=accepted(), now=NOW
        )
        discard(draft=draft)

    monkeypatch.setattr(actions, "discard", saved_first)
    handlers.look_after_drafts({})

    over.refresh_from_db()
    assert over.expires_at > NOW
    assert Attachment.objects.get().owner_id == over.id


def test_one_run_goes_on_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handlers, "AT_ONCE", 2)
    for number in range(5):
        DraftFactory(expires_at=NOW - timedelta(days=number // 2))
        DraftFactory(email="hanako@example.jp", expires_at=NOW + timedelta(days=1 + number // 2))

    handlers.look_after_drafts({})

    assert Draft.objects.count() == Message.objects.count() == 5


def test_a_run_that_takes_too_long_leaves_the_rest_for_the_next(monkeypatch: pytest.MonkeyPatch):
    for _ in range(3):
        DraftFactory(expires_at=NOW)
    monkeypatch.setattr(handlers, "SECONDS_FOR_ALL", -1)

    handlers.look_after_drafts({})
    assert Draft.objects.count() == 3
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    handlers.look_after_drafts({})

    assert not Draft.objects.exists()


def test_a_draft_that_cannot_be_forgotten_keeps_no_other_waiting_and_no_data_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    broken, other = (DraftFactory(expires_at=NOW - timedelta(days=days)) for days in (2, 1))
    discard = actions.discard

    def fails(*, draft: Draft) -> None:
        if draft.id == broken.id:
            raise ValueError("髙橋 花子")
        discard(draft=draft)

    monkeypatch.setattr(actions, "discard", fails)
    with caplog.at_level("ERROR", "madoguchi"):
        handlers.look_after_drafts({})

    assert list(Draft.objects.all()) == [broken]
    assert f"draft {broken.id} is left for the next run: ValueError" in caplog.text
    assert "花子" not in caplog.text
    assert not Draft.objects.filter(id=other.id).exists()


def test_a_store_that_is_away_is_a_fault_of_the_whole_run(monkeypatch: pytest.MonkeyPatch):
    DraftFactory(expires_at=NOW)

    def away(*, draft: Draft) -> None:
        raise kernel.NotWritten("away")

    monkeypatch.setattr(actions, "discard", away)

    with pytest.raises(kernel.NotWritten):
        handlers.look_after_drafts({})


def test_one_run_reminds_of_all_corrections_also_when_one_mail_cannot_be_written(
    set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(handlers, "AT_ONCE", 1)
    first, second, third = (filed(returned=True).corrections.get() for _ in range(3))
    set_clock(NOW + timedelta(days=11))
    written = mails.answer_awaited

    def fails_once(unit: kernel.Unit, correction: Correction, **rest: Any) -> None:
        if correction.id == first.id:
            raise ValueError
        written(unit, correction, **rest)

    monkeypatch.setattr(mails, "answer_awaited", fails_once)
    handlers.look_after_corrections({})

    reminded = Correction.objects.exclude(reminded_at=None)
    assert {correction.id for correction in reminded} == {second.id, third.id}
    assert Message.objects.count() == 2


def test_a_correction_whose_day_is_near_is_reminded_of_once(set_clock: SetClock):
    application = filed(returned=True)
    correction = application.corrections.get()
    handlers.look_after_corrections({})
    assert not Message.objects.exists()
    set_clock(NOW + timedelta(days=11))

    for _ in range(2):
        handlers.look_after_corrections({})

    assert Message.objects.get().purpose == "correction-reminder"
    correction.refresh_from_db()
    assert correction.reminded_at is not None


def test_an_answered_correction_is_not_reminded_of(set_clock: SetClock):
    filed(returned=True)
    Correction.objects.update(answered_at=NOW)
    set_clock(NOW + timedelta(days=13))

    handlers.look_after_corrections({})

    assert not Message.objects.exists()


# --- stored content without an owner -------------------------------------------------------------------------


def put(store: FolderStore, content: bytes, *, hours_ago: float) -> str:
    """Content that was put in some time ago."""
    digest = store.put(content).digest
    moment = (NOW - timedelta(hours=hours_ago)).timestamp()
    os.utime(store.objects / digest[:2] / digest, (moment, moment))
    return digest


def test_content_nobody_refers_to_goes_after_a_day_and_everything_else_stays(store: FolderStore):
    attached, replaced, copied, fresh, lonely = (
        put(store, name.encode(), hours_ago=hours)
        for name, hours in (("a", 48), ("b", 48), ("c", 48), ("d", 23), ("e", 25))
    )
    AttachmentFactory(owner_id=DraftFactory().id, digest=attached)
    AttachmentFactory(owner_id=ApplicationFactory().id, digest=replaced, replaced_at=NOW)
    ProducedFileFactory(digest=copied)

    handlers.sweep_files({})

    assert {entry.digest for entry in store.entries()} == {attached, replaced, copied, fresh}
    assert not store.exists(lonely)


def test_content_that_is_sent_again_while_it_would_go_stays(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
):
    digest = put(store, b"a", hours_ago=48)
    referenced = queries.referenced

    looks: list[Any] = []

    def sent_again(digests: Any) -> set[str]:
        found = referenced(digests)
        looks.append(digests)
        if len(looks) == 2:  # the last look before it goes
            store.put(b"a")  # the row that will refer to it is not written yet
        return found

    monkeypatch.setattr(queries, "referenced", sent_again)
    handlers.sweep_files({})

    assert len(looks) == 2
    assert store.exists(digest)


def test_content_two_filings_share_stays_while_one_of_them_has_it(store: FolderStore):
    digest = put(store, b"a", hours_ago=48)
    mine, other = DraftFactory(), DraftFactory()
    attachment = AttachmentFactory(owner_id=mine.id, digest=digest)
    AttachmentFactory(owner_id=other.id, digest=digest)

    actions.remove_file(draft=mine, attachment_id=attachment.id)
    handlers.sweep_files({})
    assert store.exists(digest)
    actions.discard(draft=other)
    handlers.sweep_files({})

    assert not store.exists(digest)


def test_more_content_than_is_asked_about_at_once_is_swept(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(handlers, "DIGESTS_AT_ONCE", 2)
    digests = [put(store, bytes([number]), hours_ago=48) for number in range(5)]
    AttachmentFactory(owner_id=DraftFactory().id, digest=digests[3])

    handlers.sweep_files({})

    assert [entry.digest for entry in store.entries()] == [digests[3]]


def test_a_writer_killed_in_the_middle_leaves_nothing_behind_for_long(store: FolderStore):
    store.put(b"x")
    leftover = store.incoming / "tmpabc"
    leftover.write_bytes(b"half")
    moment = (NOW - timedelta(hours=25)).timestamp()
    os.utime(leftover, (moment, moment))

    handlers.sweep_files({})

    assert not leftover.exists()


def test_what_looks_after_itself_is_planned():
    planned = {periodic.kind for periodic in jobs._periodic}

    assert {
        "applications.look_after_drafts",
        "applications.look_after_corrections",
        "applications.sweep_files",
    } <= planned
