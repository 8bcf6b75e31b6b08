"""The fixtures that the tests of all rooms stand on."""

import smtplib
import socket
from email.message import EmailMessage

import pytest

from conftest import Mailbox


def test_a_mail_sent_by_smtp_arrives_with_its_japanese_text(smtp_server: Mailbox) -> None:
    message = EmailMessage()
    message["From"] = "noreply@city.example"
    message["To"] = "hanako@example.jp"
    message["Subject"] = "受付のお知らせ"
    message.set_content("受け付けました。")

    with smtplib.SMTP("127.0.0.1", smtp_server.port) as client:
        client.send_message(message)

    (received,) = smtp_server.wait_for(1)
    assert received["Subject"] == "受付のお知らせ"
    assert received.get_content().strip() == "受け付けました。"
    assert smtp_server.to("hanako@example.jp") == [received]


def test_a_server_that_refuses_keeps_nothing(smtp_server: Mailbox) -> None:
    smtp_server.refuse_with = "451 try again later"

    with smtplib.SMTP("127.0.0.1", smtp_server.port) as client, pytest.raises(smtplib.SMTPDataError):
        client.sendmail("a@city.example", ["b@example.jp"], "Subject: x\r\n\r\nx")

    assert smtp_server.messages == []


def test_no_test_can_reach_another_machine() -> None:
    with socket.socket() as probe, pytest.raises(AssertionError, match="tried to reach"):
        probe.connect(("192.0.2.1", 80))
