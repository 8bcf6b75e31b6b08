"""Real SMTP servers on this machine, which can be told to refuse, to hang up or to ask for a password."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Taken:
    """What a server has taken, and what it answers."""

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    log_ins: list[tuple[str, str]] = field(default_factory=list)
    connections: list[Any] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    answer_mail: str = ""
    answer_recipient: str = ""
    answer_data: str = ""
    hang_up_after_mail: bool = False

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.hang_up_after_mail:
            self.hang_up_after_mail = False
            server.transport.abort()
            return "421 gone"
        if self.answer_mail:
            return self.answer_mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.answer_recipient:
            return self.answer_recipient
        envelope.rcpt_tos.append(address)  # without the quotes of the wire: aiosmtpd reads them away
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer_data:
            return self.answer_data
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.recipients += envelope.rcpt_tos
        self.senders.append(envelope.mail_from)
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        if session.peer not in self.connections:
            self.connections.append(session.peer)
        return "250 OK"

    def log_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.log_ins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"p@ss word", handled=False)


class _Controller(Controller):
    """Its first knock at its own port would use the server's TLS context, which no client may."""

    def _trigger_server(self) -> None:
        if self.ssl_context is None:
            super()._trigger_server()
            return
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection((self.hostname, self.port), 5) as knock,
            client.wrap_socket(knock) as secure,
        ):
            secure.recv(1024)


@contextmanager
def mail_server(port: int = 0, **options: Any) -> Iterator[Taken]:
    """A server while the block lasts; `options` are those of aiosmtpd."""
    taken = Taken(port or free_port())
    if options.get("auth_required"):
        options["authenticator"] = taken.log_in
    controller = _Controller(taken, hostname="127.0.0.1", port=taken.port, **options)
    controller.start()
    try:
        yield taken
    finally:
        controller.stop()


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a server needs to speak TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
