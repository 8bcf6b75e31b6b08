"""Mail by SMTP (RFC 5321), over one connection that is kept for the letters of a batch."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
import threading

from madoguchi.common import clock
from madoguchi.notices import rules
from madoguchi.notices.channels import mime
from madoguchi.notices.channels.contract import Letter, NotDelivered, Refused, TryLater
from madoguchi.notices.channels.smtp.address import Server, read_server

STEP_SECONDS = 10.0
ACCEPT_SECONDS = 60.0  # servers scan a mail before they answer its end
IDLE_SECONDS = 5.0
LETTERS_PER_CONNECTION = 100
# Without this pause every waiting letter would wait for the same dead server in turn and hold up other jobs.
AWAY_SECONDS = 15.0

_ENHANCED = re.compile(rb"(\d\.\d{1,3}\.\d{1,3})\b")


class SmtpChannel:
    """Hands letters to one mail server; safe for several threads, which take turns."""

    def __init__(
        self, url: str, *, away_seconds: float = AWAY_SECONDS, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self.server: Server = read_server(url)
        self.away_seconds = away_seconds
        self.idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._connection: smtplib.SMTP | None = None
        self._letters = 0
        self._last_used = 0.0
        self._away: tuple[float, str] = (0.0, "")
        self._closer: threading.Timer | None = None

    def deliver(self, letter: Letter) -> None:
        """Return when the server has accepted the letter. Raises `TryLater` or `Refused`."""
        content = mime.as_bytes(letter)
        with self._lock:
            self._hand_over(letter, content)
            self._letters += 1
            self._last_used = clock.monotonic()
            self._close_when_idle()

    def close(self) -> None:
        """Say good-bye to the server."""
        with self._lock:
            self._drop(politely=True)

    def _hand_over(self, letter: Letter, content: bytes) -> None:
        try:
            connection = self._begin(letter, len(content))
            _must(connection.rcpt(rules.envelope_address(letter.to)))
            _timeout(connection, ACCEPT_SECONDS)
            _must(_data(connection, content))
            _timeout(connection, STEP_SECONDS)
        except NotDelivered:
            self._clear()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise TryLater(_code_of(error)) from None

    def _begin(self, letter: Letter, size: int) -> smtplib.SMTP:
        """Open the transaction; a kept connection that the server has closed is replaced unnoticed."""
        if self._letters >= LETTERS_PER_CONNECTION:
            self._drop(politely=True)
        connection = self._connection
        if connection is not None:
            try:
                return self._mail(connection, letter, size)
            except (OSError, smtplib.SMTPServerDisconnected):
                self._drop()
        return self._mail(self._open(), letter, size)

    def _mail(self, connection: smtplib.SMTP, letter: Letter, size: int) -> smtplib.SMTP:
        options = []
        if connection.has_extn("size"):
            options.append(f"SIZE={size}")
        if not letter.to.rpartition("@")[0].isascii():
            if not connection.has_extn("smtputf8"):
                raise Refused("address-needs-smtputf8")
            options += ["BODY=8BITMIME", "SMTPUTF8"]
        code, text = connection.mail(mime.sender_of(letter.sender)[1], options)
        if code == 421:
            raise smtplib.SMTPServerDisconnected
        if code == 552:
            raise Refused(_code(code, text))
        if code != 250:  # the server does not want us as a sender: no fault of the letter
            raise TryLater(_code(code, text))
        return connection

    def _open(self) -> smtplib.SMTP:
        until, why = self._away
        if clock.monotonic() < until:
            raise TryLater(why)
        connection: smtplib.SMTP | None = None
        try:
            connection = _connect(self.server)
            if self.server.user:
                connection.login(self.server.user, self.server.password)
        except (OSError, smtplib.SMTPException) as error:
            if connection is not None:
                connection.close()
            self._away = (clock.monotonic() + self.away_seconds, _code_of(error))
            raise TryLater(_code_of(error)) from None
        self._connection, self._letters = connection, 0
        return connection

    def _clear(self) -> None:
        """Take back a transaction that was refused, so that the next letter can use the connection."""
        if self._connection is None:
            return
        try:
            _timeout(self._connection, STEP_SECONDS)
            self._connection.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self, *, politely: bool = False) -> None:
        connection, self._connection, self._letters = self._connection, None, 0
        if connection is None:
            return
        try:
            if politely:
                connection.quit()
        except (OSError, smtplib.SMTPException):
            pass
        connection.close()

    def _close_when_idle(self) -> None:
        if self._closer is None:
            self._closer = threading.Timer(self.idle_seconds, self._idle)
            self._closer.daemon = True
            self._closer.start()

    def _idle(self) -> None:
        with self._lock:
            self._closer = None
            if self._connection is None:
                return
            if clock.monotonic() - self._last_used < self.idle_seconds:
                self._close_when_idle()
            else:
                self._drop(politely=True)


def _connect(server: Server) -> smtplib.SMTP:
    node = os.uname().nodename
    name = node if "." in node else "[127.0.0.1]"  # smtplib would ask the name server
    connection: smtplib.SMTP
    if server.tls == "implicit":
        connection = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=STEP_SECONDS, context=server.tls_context()
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=STEP_SECONDS)
    try:
        if server.tls == "starttls":
            connection.starttls(context=server.tls_context())
        connection.ehlo_or_helo_if_needed()
    except BaseException:
        connection.close()
        raise
    return connection


def _timeout(connection: smtplib.SMTP, seconds: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)


def _data(connection: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    try:
        return connection.data(content)
    except smtplib.SMTPDataError as error:
        text = error.smtp_error
        return error.smtp_code, text if isinstance(text, bytes) else text.encode()


def _must(answer: tuple[int, bytes]) -> None:
    code, text = answer
    if code == 421:
        raise smtplib.SMTPServerDisconnected
    if code >= 500:
        raise Refused(_code(code, text))
    if code not in (250, 251):
        raise TryLater(_code(code, text))


def _code(code: int, text: bytes | str) -> str:
    """Only the numbers of an answer: its words repeat the address."""
    found = _ENHANCED.match(text if isinstance(text, bytes) else text.encode())
    return f"smtp-{code}-{found[1].decode()}" if found else f"smtp-{code}"


def _code_of(error: OSError | smtplib.SMTPException) -> str:
    match error:
        case smtplib.SMTPResponseException():
            return _code(error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError():
            return "not-offered-by-server"
        case smtplib.SMTPServerDisconnected() if isinstance(error.__context__, TimeoutError):
            return "timeout"
        case smtplib.SMTPException():
            return "disconnected"
        case ssl.SSLError():
            return "tls"
        case TimeoutError():
            return "timeout"
        case _:
            return "no-connection"
