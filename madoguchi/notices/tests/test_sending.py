"""From an act to a mail: written in the same commit, sent once, never lost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, jobs, kernel
from madoguchi.common.models import Job, JobState
from madoguchi.notices import actions, handlers, queries, rules
from madoguchi.notices.channels import registry
from madoguchi.notices.channels.smtp.channel import SmtpChannel
from madoguchi.notices.models import Message, MessageState
from madoguchi.notices.tests.factories import NOW, MessageFactory
from madoguchi.notices.tests.servers import free_port, mail_server

pytestmark = pytest.mark.django_db

ADDRESS = "hanako@example.jp"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that was down is asked again at once, and connections end with the test."""
    opened: list[SmtpChannel] = []

    def open_channel(url: str) -> SmtpChannel:
        opened.append(SmtpChannel(url, away_seconds=0))
        return opened[-1]

    monkeypatch.setitem(registry.KINDS, "smtp", open_channel)
    registry.channel_at.cache_clear()
    yield
    for channel in opened:
        channel.close()
    registry.channel_at.cache_clear()


@pytest.fixture
def port(settings: Settings) -> int:
    """The port EMAIL_URL names; nobody listens there yet."""
    port = free_port()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.EMAIL_FROM = "窓口 <noreply@city.example.jp>"
    return port


def send(subject: str = "受け付けました", to: str = ADDRESS, key: str = "") -> Message:
    unit = kernel.Unit()
    message = actions.send(
        unit,
        to=to,
        subject=subject,
        body="受け付けました。\n",
        purpose="receipt",
        about="application:1",
        now=clock.now(),
        key=key,
    )
    kernel.commit(unit)
    return message


def work(later: timedelta = timedelta()) -> None:
    while jobs.work_once(now=clock.now() + later):
        pass


def test_what_is_to_be_told_once_is_refused_the_second_time_with_all_of_its_unit() -> None:
    send(key="received:1")

    with pytest.raises(actions.AlreadyTold):
        send(key="received:1")
    send(key="received:2")
    send()
    send()

    assert sorted(key or "" for key in Message.objects.values_list("key", flat=True)) == [
        "",
        "",
        "received:1",
        "received:2",
    ]
    assert Job.objects.count() == 4


def test_a_message_and_its_job_are_written_with_the_act_or_not_at_all() -> None:
    unit = kernel.Unit()
    actions.send(unit, to=ADDRESS, subject="a", body="b", purpose="receipt", about="x:1", now=NOW)
    assert not Message.objects.exists()
    unit.update(Job, where={"kind": "nobody"}, set={"attempts": 1})

    with pytest.raises(kernel.GuardFailed):
        kernel.commit(unit)

    assert not Message.objects.exists()
    assert not Job.objects.filter(kind=actions.SEND).exists()


def test_a_message_goes_out_once(port: int) -> None:
    with mail_server(port) as server:
        message = send()
        work()
        handlers.send({"message": str(message.id)})

    message.refresh_from_db()
    assert [m["Message-ID"] for m in server.messages] == [f"<{message.id}@city.example.jp>"]
    assert message.state == MessageState.SENT
    assert message.sent_at is not None
    assert message.attempts == 1


def test_a_mail_server_that_is_down_loses_nothing_and_each_mail_comes_once(port: int) -> None:
    for number in range(3):
        send(subject=f"{number}通目")
    work()
    assert {m.state for m in Message.objects.all()} == {MessageState.WAITING}
    assert {m.reason for m in Message.objects.all()} == {"no-connection"}

    with mail_server(port) as server:
        work(timedelta(hours=1))
        work(timedelta(hours=2))

    assert sorted(m["Subject"] for m in server.messages) == ["0通目", "1通目", "2通目"]
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_a_server_that_asks_to_wait_gets_the_same_mail_later(port: int) -> None:
    with mail_server(port) as server:
        server.answer_data = "451 4.3.0 later"
        message = send()
        work()
        server.answer_data = ""
        work(timedelta(hours=1))

    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert message.attempts == 2
    assert len(server.messages) == 1


def test_a_refused_mail_fails_with_its_reason_and_is_not_tried_for_ever(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server(port) as server, caplog.at_level(logging.DEBUG, "madoguchi"):
        server.answer_recipient = f"550 5.1.1 <{ADDRESS}> unknown"
        message = send()
        work()
        server.answer_recipient = ""
        work(timedelta(days=1))

    message.refresh_from_db()
    job = Job.objects.get(kind=actions.SEND)
    assert (message.state, message.reason) == (MessageState.FAILED, "smtp-550-5.1.1")
    assert (job.state, job.last_error) == (JobState.DEAD, "mail refused: smtp-550-5.1.1")
    assert server.messages == []
    assert ADDRESS not in caplog.text


def test_a_worker_killed_between_sending_and_recording_sends_the_same_mail_again(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(**_: object) -> None:
        raise KeyboardInterrupt

    with mail_server(port) as server:
        send()
        monkeypatch.setattr(actions, "mark_sent", die)
        with pytest.raises(KeyboardInterrupt):
            work()
        monkeypatch.undo()
        work(jobs.LEASE + timedelta(seconds=1))

    assert len(server.messages) == 2
    assert len({m["Message-ID"] for m in server.messages}) == 1


@pytest.mark.parametrize("to", ["hanako@example.jp\nBcc: x@example.jp", "a@example.jp, b@example.jp", ""])
def test_an_address_that_could_add_headers_is_refused_before_anything_is_written(to: str) -> None:
    with pytest.raises(rules.UnusableAddress):
        send(to=to)

    assert not Message.objects.exists()


def test_a_subject_that_could_add_headers_is_refused_before_anything_is_written() -> None:
    with pytest.raises(rules.UnusableText):
        send(subject="受付\r\nBcc: x@example.jp")

    assert not Message.objects.exists()


def fail(message: Message) -> None:
    Message.objects.filter(id=message.id).update(state=MessageState.FAILED, reason="smtp-550")
    Job.objects.filter(kind=actions.SEND).update(state=JobState.DEAD, attempts=8)


def forget_job(message: Message) -> None:
    fail(message)
    Job.objects.filter(kind=actions.SEND).delete()


def leave_waiting(message: Message) -> None:
    Job.objects.filter(kind=actions.SEND).update(run_at=clock.now() + timedelta(hours=6), attempts=7)


@pytest.mark.parametrize("prepare", [fail, forget_job, leave_waiting])
def test_a_person_can_have_a_message_sent_again(port: int, prepare: Callable[[Message], None]) -> None:
    message = send()
    prepare(message)

    actions.retry(message=message, by="staff:1", now=clock.now())
    with mail_server(port) as server:
        work()

    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert len(server.messages) == 1
    assert AuditEntry.objects.get().act == "send_again"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("prepare", [fail, forget_job])
def test_a_message_sent_again_is_one_durable_unit(port: int, prepare: Callable[[Message], None]) -> None:
    message = send()
    prepare(message)

    actions.retry(message=message, by="staff:1", now=clock.now())
    with mail_server(port) as server:
        work()

    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert Job.objects.get(kind=actions.SEND).state == JobState.DONE
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    "traits",
    [{"sent": True}, {"failed": True, "to_address": "", "subject": "", "body": "", "erased_at": NOW}],
)
def test_a_message_that_was_sent_or_erased_cannot_be_sent_again(traits: dict[str, Any]) -> None:
    message = MessageFactory(**traits)

    with pytest.raises(actions.CannotBeSentAgain):
        actions.retry(message=message, by="staff:1", now=NOW)

    assert not Job.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_message_whose_job_ran_out_of_attempts_is_taken_up_again(port: int) -> None:
    message = send()
    Job.objects.update(state=JobState.DEAD, attempts=8)

    actions.look_after_waiting(now=clock.now() + timedelta(hours=2))
    with mail_server(port) as server:
        work(timedelta(hours=3))

    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert len(server.messages) == 1


def test_looking_after_waiting_messages_leaves_those_with_a_job_alone() -> None:
    send()
    before = Job.objects.get()

    actions.look_after_waiting(now=clock.now() + timedelta(hours=2))

    after = Job.objects.get()
    assert (after.run_at, after.attempts) == (before.run_at, before.attempts)


def test_after_five_days_a_message_is_given_up_and_says_so(port: int) -> None:
    message = send()

    actions.look_after_waiting(now=clock.now() + timedelta(days=5, minutes=1))
    with mail_server(port) as server:
        work(timedelta(days=6))

    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.FAILED, "gave-up")
    assert server.messages == []


def test_texts_are_erased_when_their_time_is_over_and_the_fact_stays() -> None:
    old = MessageFactory(sent=True, created_at=NOW - rules.KEEP_TEXT - timedelta(days=1))
    failed = MessageFactory(failed=True, created_at=NOW - rules.KEEP_TEXT - timedelta(days=1))
    young = MessageFactory(sent=True, created_at=NOW - rules.KEEP_TEXT + timedelta(days=1))

    actions.erase_texts(now=NOW)

    for message in (old, failed):
        kept = Message.objects.get(id=message.id)
        assert (kept.to_address, kept.subject, kept.body, kept.erased_at) == ("", "", "", NOW)
        assert (kept.purpose, kept.about, kept.state) == (message.purpose, message.about, message.state)
    assert Message.objects.get(id=young.id).to_address == ADDRESS


def test_what_is_about_an_erased_case_goes_with_it() -> None:
    MessageFactory(sent=True, about="application:1")
    other = MessageFactory(sent=True, about="application:2")
    unit = kernel.Unit()

    actions.forget_about(unit, about="application:1")
    kernel.commit(unit)

    assert list(Message.objects.all()) == [other]
    assert not queries.about("application:1").exists()


def test_the_periodic_jobs_are_known() -> None:
    assert {"notices.look_after_waiting", "notices.erase_texts", "notices.send"} <= set(jobs.kinds())
    handlers.look_after_waiting({})
    handlers.erase_texts({})


def test_a_message_names_nobody_in_logs() -> None:
    message = MessageFactory()

    assert ADDRESS not in f"{message!s}{message!r}"
