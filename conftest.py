"""Fixtures for the tests of all rooms."""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.utils import translation
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A slow moment of a shared machine is no fault; continuous integration draws the same examples every time.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "house")

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
LOCAL = ("127.", "::1", "localhost")


# Rooms and tests that start processes of their own on the database at hand, without pytest knowing of it.
BY_PROCESSES = ("/madoguchi/config/", "/madoguchi/common/")
OF_A_DATABASE = {"db", "transactional_db", "live_site", "live_server", "site"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What touches no database runs once: in the second half of a whole run (SECOND_HALF) it is left out."""
    if not os.environ.get("SECOND_HALF"):
        return
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        (kept if _touches_a_database(item) else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def _touches_a_database(item: pytest.Item) -> bool:
    path = item.path.as_posix()
    if any(part in path for part in BY_PROCESSES):
        return True
    if "/madoguchi/" not in path and "/tests/house/" not in path:
        return True
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & OF_A_DATABASE)


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Nothing leaves this machine: a connection to anywhere else is an error."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOCAL):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[assignment, method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def language_of_the_city() -> Iterator[None]:
    """Each test begins in Japanese: a request in another language leaves it switched on in this thread."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def emptying_passes_triggers() -> Iterator[None]:
    """Between tests SQLite's tables are emptied by DELETE, which the audit record refuses: triggers stand aside."""
    operations = DatabaseWrapper.ops_class
    sql_flush = operations.sql_flush

    def without_triggers(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        emptying = sql_flush(self, style, tables, **options)
        return [*(f"DROP TRIGGER {name}" for name, _ in triggers), *emptying, *(sql for _, sql in triggers)]

    operations.sql_flush = without_triggers  # type: ignore[method-assign]
    yield
    operations.sql_flush = sql_flush  # type: ignore[method-assign]


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mailbox:
    """What a local SMTP server took, and a way to make it refuse."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuse_with = ""  # for example "451 try again later"
        self.port = 0
        self._arrived = threading.Condition()

    @property
    def url(self) -> str:
        """The EMAIL_URL of this server."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Called by aiosmtpd for each message."""
        if self.refuse_with:
            return self.refuse_with
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._arrived:
            self.messages.append(message)
            self.recipients.append(list(envelope.rcpt_tos))
            self._arrived.notify_all()
        return "250 OK"

    def wait_for(self, count: int, seconds: float = 10) -> list[EmailMessage]:
        """The messages, once there are `count`; fails when they do not come in time."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.messages) >= count, seconds), "no mail came"
            return list(self.messages)

    def to(self, address: str) -> list[EmailMessage]:
        """The messages for one address."""
        pairs = zip(self.messages, self.recipients, strict=True)
        return [message for message, recipients in pairs if address in recipients]


def _serve_mail() -> Iterator[Mailbox]:
    from aiosmtpd.controller import Controller

    mailbox = Mailbox()
    mailbox.port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    yield mailbox
    controller.stop()


@pytest.fixture
def smtp_server() -> Iterator[Mailbox]:
    """A real SMTP server on this machine; `smtp_server.url` is an EMAIL_URL."""
    yield from _serve_mail()


@pytest.fixture(scope="session")
def site_mail() -> Iterator[Mailbox]:
    """The SMTP server of the served site (see `live_site`)."""
    yield from _serve_mail()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or the one that CHROMIUM names; one at a time, as Playwright's loop allows but one."""
    from playwright.sync_api import sync_playwright

    program = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    assert program, "there is no Chromium here (on Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()
