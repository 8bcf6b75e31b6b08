"""Mail over real connections to servers on this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from madoguchi.notices.channels.contract import BadChannel, Refused, TryLater
from madoguchi.notices.channels.smtp import channel as smtp
from madoguchi.notices.channels.smtp.address import read_server
from madoguchi.notices.channels.smtp.channel import SmtpChannel
from madoguchi.notices.tests.certificates import write_certificate
from madoguchi.notices.tests.factories import LetterFactory
from madoguchi.notices.tests.servers import Taken, free_port, mail_server, server_context


@pytest.fixture
def server() -> Iterator[Taken]:
    with mail_server() as taken:
        yield taken


@pytest.fixture
def channel(server: Taken) -> Iterator[SmtpChannel]:
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}", away_seconds=0)
    yield channel
    channel.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_certificate(tmp_path_factory.mktemp("tls"))


def test_a_letter_arrives_as_it_was_written(server: Taken, channel: SmtpChannel) -> None:
    body = "𠮷野 髙橋 﨑 辻󠄀 様\n.\n..点で始まる行\n" + "あ" * 1000 + "\n"

    channel.deliver(
        LetterFactory(subject="【盛岡市】𠮷田様の申請を受け付けました（受付番号 ABCD）", body=body)
    )

    [message] = server.messages
    assert message["Subject"] == "【盛岡市】𠮷田様の申請を受け付けました（受付番号 ABCD）"
    assert message.get_content().replace("\r\n", "\n") == body
    assert server.recipients == ["hanako@example.jp"]
    assert server.senders == ["noreply@city.example.jp"]


def test_an_address_of_a_japanese_carrier_arrives(server: Taken, channel: SmtpChannel) -> None:
    channel.deliver(LetterFactory(to="a..b.@docomo.ne.jp"))

    assert server.recipients == ["a..b.@docomo.ne.jp"]


def test_letters_of_a_batch_share_one_connection(server: Taken, channel: SmtpChannel) -> None:
    for _ in range(5):
        channel.deliver(LetterFactory())

    assert len(server.messages) == 5
    assert len(server.connections) == 1


def test_after_many_letters_the_connection_is_made_anew(
    server: Taken, channel: SmtpChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LETTERS_PER_CONNECTION", 2)

    for _ in range(5):
        channel.deliver(LetterFactory())

    assert len(server.messages) == 5
    assert len(server.connections) == 3


@pytest.mark.slow
def test_an_idle_connection_is_closed(server: Taken) -> None:
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}", idle_seconds=0.05)
    channel.deliver(LetterFactory())
    until = time.monotonic() + 5
    while channel._connection is not None and time.monotonic() < until:
        time.sleep(0.01)

    assert channel._connection is None
    channel.deliver(LetterFactory())
    channel.close()
    assert len(server.connections) == 2


def test_a_kept_connection_that_the_server_closed_is_replaced_unnoticed() -> None:
    port = free_port()
    channel = SmtpChannel(f"smtp://127.0.0.1:{port}")
    with mail_server(port) as first:
        channel.deliver(LetterFactory())
    with mail_server(port) as second:
        channel.deliver(LetterFactory())
        channel.close()

    assert len(first.messages) == len(second.messages) == 1


def test_a_kept_connection_that_breaks_at_the_next_letter_loses_nothing(
    server: Taken, channel: SmtpChannel
) -> None:
    channel.deliver(LetterFactory())
    server.hang_up_after_mail = True

    channel.deliver(LetterFactory())

    assert len(server.messages) == 2


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"answer_recipient": "550 5.1.1 <hanako@example.jp>: user unknown"}, "smtp-550-5.1.1"),
        ({"answer_data": "554 5.7.1 <hanako@example.jp> looks like spam"}, "smtp-554-5.7.1"),
        ({"answer_mail": "552 too big"}, "smtp-552"),
    ],
)
def test_a_letter_the_server_will_never_take_is_refused(
    server: Taken, channel: SmtpChannel, answers: dict[str, str], code: str
) -> None:
    for name, answer in answers.items():
        setattr(server, name, answer)

    with pytest.raises(Refused) as refusal:
        channel.deliver(LetterFactory())

    assert refusal.value.code == code
    assert "hanako" not in str(refusal.value)
    for name in answers:
        setattr(server, name, "")
    channel.deliver(LetterFactory())
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"answer_recipient": "450 4.2.1 mailbox busy"}, "smtp-450-4.2.1"),
        ({"answer_data": "451 4.3.0 try again"}, "smtp-451-4.3.0"),
        ({"answer_data": "421 4.3.2 shutting down"}, "disconnected"),
        ({"answer_mail": "550 5.7.1 sender not welcome"}, "smtp-550-5.7.1"),
    ],
)
def test_a_letter_the_server_does_not_take_now_may_be_taken_later(
    server: Taken, channel: SmtpChannel, answers: dict[str, str], code: str
) -> None:
    for name, answer in answers.items():
        setattr(server, name, answer)
    with pytest.raises(TryLater) as delay:
        channel.deliver(LetterFactory())
    for name in answers:
        setattr(server, name, "")

    channel.deliver(LetterFactory())

    assert delay.value.code == code
    assert len(server.messages) == 1


def test_an_absent_server_is_asked_again_only_after_a_pause() -> None:
    port = free_port()
    channel = SmtpChannel(f"smtp://127.0.0.1:{port}", away_seconds=3600)
    with pytest.raises(TryLater) as delay:
        channel.deliver(LetterFactory())
    with mail_server(port) as server, pytest.raises(TryLater):
        channel.deliver(LetterFactory())

    assert delay.value.code == "no-connection"
    assert server.messages == []


def test_a_silent_server_does_not_hold_up_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "STEP_SECONDS", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        channel = SmtpChannel(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(TryLater) as delay:
            channel.deliver(LetterFactory())

    assert delay.value.code == "timeout"


def test_an_address_beyond_ascii_needs_a_server_that_knows_smtputf8() -> None:
    with mail_server(enable_SMTPUTF8=True) as modern, mail_server(enable_SMTPUTF8=False) as old:
        channel = SmtpChannel(f"smtp://127.0.0.1:{modern.port}")
        channel.deliver(LetterFactory(to="花子@example.jp"))
        channel.close()
        channel = SmtpChannel(f"smtp://127.0.0.1:{old.port}")
        with pytest.raises(Refused, match="address-needs-smtputf8"):
            channel.deliver(LetterFactory(to="花子@example.jp"))
        channel.deliver(LetterFactory())
        channel.close()

    assert modern.recipients == ["花子@example.jp"]
    assert old.recipients == ["hanako@example.jp"]


@pytest.mark.slow
def test_starttls_and_a_password_are_used(certificate: tuple[Path, Path]) -> None:
    context = server_context(*certificate)
    with mail_server(tls_context=context, require_starttls=True, auth_required=True) as server:
        url = f"smtp://city%40example:p%40ss%20word@127.0.0.1:{server.port}?tls=starttls&ca={certificate[0]}"
        channel = SmtpChannel(url)
        channel.deliver(LetterFactory())
        channel.close()

    assert server.log_ins == [("city@example", "p@ss word")]
    assert server.encrypted == [True]


@pytest.mark.slow
def test_smtps_is_encrypted_from_the_first_byte(certificate: tuple[Path, Path]) -> None:
    with mail_server(ssl_context=server_context(*certificate)) as server:
        channel = SmtpChannel(f"smtps://127.0.0.1:{server.port}?ca={certificate[0]}")
        channel.deliver(LetterFactory())
        channel.close()

    assert server.encrypted == [True]


@pytest.mark.slow
def test_a_certificate_nobody_vouches_for_is_not_accepted(certificate: tuple[Path, Path]) -> None:
    with mail_server(tls_context=server_context(*certificate)) as server:
        channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}?tls=starttls")
        with pytest.raises(TryLater) as delay:
            channel.deliver(LetterFactory())

    assert delay.value.code == "tls"
    assert server.messages == []


def test_without_starttls_nothing_is_sent_in_clear(server: Taken) -> None:
    channel = SmtpChannel(f"smtp://city:secret@127.0.0.1:{server.port}?tls=starttls")

    with pytest.raises(TryLater) as delay:
        channel.deliver(LetterFactory())

    assert delay.value.code == "not-offered-by-server"
    assert server.log_ins == []


@pytest.mark.slow
def test_a_wrong_password_keeps_the_letter_for_later(certificate: tuple[Path, Path]) -> None:
    context = server_context(*certificate)
    with mail_server(tls_context=context, auth_required=True) as server:
        url = f"smtp://city:wrong@127.0.0.1:{server.port}?tls=starttls&ca={certificate[0]}"
        with pytest.raises(TryLater) as delay:
            SmtpChannel(url).deliver(LetterFactory())

    assert delay.value.code.startswith("smtp-535")


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://user:pass@mail.example.jp", 587, "starttls"),
        ("smtp://mail.example.jp", 25, "starttls"),
        ("smtp://mail.example.jp:2525?tls=none", 2525, "none"),
        ("smtp://127.0.0.1", 25, "none"),
        ("smtp://user:pass@localhost:1025", 1025, "none"),
        ("smtps://user:pass@mail.example.jp", 465, "implicit"),
        ("smtp://[::1]:2525", 2525, "none"),
    ],
)
def test_an_address_of_a_server_is_read(url: str, port: int, tls: str) -> None:
    server = read_server(url)

    assert (server.port, server.tls) == (port, tls)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://",
        "smtp://user:secret@mail.example.jp:port",
        "smtp://user:secret@mail.example.jp?tls=no",
        "smtp://user:secret@mail.example.jp?tsl=none",
        "smtp://user:secret@mail.example.jp?tls=none",
        "smtps://user:secret@mail.example.jp?tls=starttls",
        "http://user:secret@mail.example.jp",
    ],
)
def test_an_address_that_cannot_be_used_says_what_to_write_and_not_the_password(url: str) -> None:
    with pytest.raises(BadChannel, match="EMAIL_URL") as fault:
        read_server(url)

    assert "secret" not in str(fault.value)


def test_a_password_never_stands_in_a_log() -> None:
    assert "secret" not in repr(read_server("smtps://user:secret@mail.example.jp"))
