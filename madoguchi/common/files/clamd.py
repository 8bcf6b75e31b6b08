"""ClamAV's daemon, spoken to in its own INSTREAM protocol (clamd(8)) over TCP or a Unix socket."""

import socket
import struct
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from madoguchi.common.files.scanning import Finding, Verdict

CHUNK_BYTES = 64 * 1024
REPLY_LIMIT = 4096


class ClamdScanner:
    """A running clamd; each scan is one connection, so a restart of the daemon needs nothing here."""

    name = "clamd"

    def __init__(
        self, address: str | tuple[str, int], *, connect_seconds: float = 3, scan_seconds: float = 60
    ) -> None:
        self.address = address
        self.connect_seconds, self.scan_seconds = connect_seconds, scan_seconds

    def scan(self, content: BinaryIO) -> Verdict:
        """Clean, infected with its name, or unavailable with the reason."""
        try:
            with self._connect() as connection:
                return _verdict(_stream(connection, content))
        except OSError as error:
            return Verdict(Finding.UNAVAILABLE, type(error).__name__)

    def check(self) -> bool:
        """Whether the daemon answers PING."""
        try:
            with self._connect() as connection:
                connection.sendall(b"zPING\0")
                return _reply(connection) == "PONG"
        except OSError:
            return False

    def _connect(self) -> socket.socket:
        if isinstance(self.address, tuple):
            connection = socket.create_connection(self.address, self.connect_seconds)
        else:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.connect_seconds)
            try:
                connection.connect(self.address)
            except OSError:
                connection.close()
                raise
        connection.settimeout(self.scan_seconds)
        return connection


def open_clamd(url: str) -> ClamdScanner:
    """The daemon at `tcp://host:port` (3310 if none is named) or `unix:///path`."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        if not parts.path:
            raise ValueError("a socket needs a path")
        return ClamdScanner(unquote(parts.path))
    if not parts.hostname:
        raise ValueError("a daemon needs a host")
    return ClamdScanner((parts.hostname, parts.port or 3310))


def _stream(connection: socket.socket, content: BinaryIO) -> str:
    """Send everything, length before each chunk and a zero at the end, and give back what was answered."""
    try:
        connection.sendall(b"zINSTREAM\0")
        while chunk := content.read(CHUNK_BYTES):
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        # Past its StreamMaxLength clamd answers and hangs up while we still send: its answer says so.
        pass
    return _reply(connection)


def _reply(connection: socket.socket) -> str:
    received = b""
    while b"\0" not in received and len(received) < REPLY_LIMIT:
        piece = connection.recv(REPLY_LIMIT)
        if not piece:
            break
        received += piece
    return received.split(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(reply: str) -> Verdict:
    """Clean only if clamd says exactly that."""
    if reply == "stream: OK":
        return Verdict(Finding.CLEAN)
    if reply.startswith("stream: ") and reply.endswith(" FOUND"):
        return Verdict(Finding.INFECTED, reply.removeprefix("stream: ").removesuffix(" FOUND"))
    return Verdict(Finding.UNAVAILABLE, reply or "no answer")
