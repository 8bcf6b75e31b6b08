"""Secrets in mails: nowhere in clear but in the mail itself."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from madoguchi.common import jobs, kernel
from madoguchi.notices import actions, handlers, hiding
from madoguchi.notices.channels import registry
from madoguchi.notices.channels.contract import Letter, TryLater
from madoguchi.notices.models import Message, MessageState
from madoguchi.notices.tests.factories import NOW

SECRET = "KQ7D-9XMT"
BODY = f"受付番号：7KQF-2MXD-93PA\n合言葉：{SECRET}\n"


class Outbox:
    """A channel that keeps what it is given; `away` makes it ask for patience."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.away = False

    def deliver(self, letter: Letter) -> None:
        """Take a letter."""
        if self.away:
            raise TryLater("no-connection")
        self.letters.append(letter)


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch) -> Outbox:
    """What was sent in this test."""
    box = Outbox()
    monkeypatch.setattr(registry, "mail_channel", lambda: box)
    return box


def written() -> Message:
    unit = kernel.Unit()
    message = actions.send(
        unit,
        to="taro@example.jp",
        subject="受け付けました",
        body=BODY,
        purpose="received",
        about="application:1",
        now=NOW,
        secrets=[SECRET],
    )
    kernel.commit(unit)
    return message


def stored(message: Message) -> str:
    return Message.objects.get(id=message.id).body


def test_what_was_hidden_is_shown_again_and_anything_else_is_left_alone() -> None:
    body = hiding.hidden(BODY + SECRET, [SECRET, "", "not in it"])

    assert SECRET not in body
    assert hiding.shown(body) == BODY + SECRET
    assert hiding.shown(BODY) == hiding.blanked(BODY) == BODY


@pytest.mark.django_db
def test_a_secret_goes_out_but_is_never_stored_in_clear_and_is_gone_once_sent(
    settings: Settings, outbox: Outbox
) -> None:
    settings.DEMO = False
    message = written()
    assert SECRET not in stored(message)
    assert "7KQF-2MXD-93PA" in stored(message)

    handlers.send({"message": str(message.id)})

    assert [letter.body for letter in outbox.letters] == [BODY]
    assert stored(message) == BODY.replace(SECRET, "（表示しません）")


@pytest.mark.django_db
def test_a_mail_that_waits_keeps_its_secret_sealed_and_brings_it_later(
    settings: Settings, outbox: Outbox
) -> None:
    settings.DEMO = False
    message = written()
    outbox.away = True
    with pytest.raises(TryLater):
        handlers.send({"message": str(message.id)})
    assert SECRET not in stored(message)
    outbox.away = False

    handlers.send({"message": str(message.id)})

    assert [letter.body for letter in outbox.letters] == [BODY]


@pytest.mark.django_db
def test_the_mailbox_of_the_demo_shows_the_secret_of_a_mail_that_was_sent(
    client: Client, outbox: Outbox
) -> None:
    message = written()
    handlers.send({"message": str(message.id)})

    assert SECRET not in stored(message)
    assert SECRET in client.get(f"/demo/mail/{message.id}/").content.decode()


@pytest.mark.django_db
def test_a_mail_whose_key_is_gone_fails_and_says_so_rather_than_going_out_without_its_secret(
    settings: Settings, client: Client, outbox: Outbox
) -> None:
    message = written()
    settings.SECRET_KEY = "another key " * 6

    with pytest.raises(jobs.Dead):
        handlers.send({"message": str(message.id)})

    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.FAILED, "key-gone")
    assert outbox.letters == []
    assert "（表示しません）" in client.get(f"/demo/mail/{message.id}/").content.decode()
