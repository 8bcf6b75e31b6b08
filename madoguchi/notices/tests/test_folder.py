"""Mail into a folder."""

import email
import email.policy
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from madoguchi.notices.channels import registry
from madoguchi.notices.channels.contract import BadChannel, TryLater
from madoguchi.notices.channels.folder.channel import FolderChannel
from madoguchi.notices.channels.smtp.channel import SmtpChannel
from madoguchi.notices.tests.factories import LetterFactory


def test_a_letter_becomes_a_file_any_mail_program_opens(tmp_path: Path) -> None:
    letter = LetterFactory(subject="𠮷田様", body="本文\n")

    FolderChannel(f"folder://{tmp_path}/new/mail").deliver(letter)

    [path] = (tmp_path / "new" / "mail").iterdir()
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert path.name == f"{letter.id}.eml"
    assert message["Subject"] == "𠮷田様"
    assert message.get_content() == "本文\r\n"


def test_the_same_letter_again_is_still_one_file(tmp_path: Path) -> None:
    channel = FolderChannel(f"folder://{tmp_path}")
    letter = LetterFactory()

    channel.deliver(letter)
    channel.deliver(letter)

    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_keeps_the_letter_for_later(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file stands where the folder should be")

    with pytest.raises(TryLater, match="folder-not-writable"):
        FolderChannel(f"folder://{tmp_path}/mail").deliver(LetterFactory())


def test_a_relative_folder_is_a_fault_of_the_settings() -> None:
    with pytest.raises(BadChannel, match="folder:///path"):
        FolderChannel("folder://mail")


def test_the_scheme_chooses_the_kind_of_channel(tmp_path: Path) -> None:
    assert isinstance(registry.channel_at(f"folder://{tmp_path}"), FolderChannel)
    assert isinstance(registry.channel_at("smtps://mail.example.jp"), SmtpChannel)
    with pytest.raises(BadChannel, match="smtp://"):
        registry.channel_at("pigeon://roof")


@pytest.mark.parametrize(
    ("name", "value"), [("EMAIL_URL", "smtp://"), ("EMAIL_URL", "pigeon://roof"), ("EMAIL_FROM", "窓口")]
)
def test_a_city_that_could_not_send_mail_does_not_start(settings: Settings, name: str, value: str) -> None:
    setattr(settings, name, value)

    with pytest.raises(ImproperlyConfigured, match=name):
        apps.get_app_config("notices").ready()
