"""A small server that really speaks clamd's protocol, and finds the EICAR test text in what it is sent."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from madoguchi.common.files.tests.making import EICAR


class Conversation(socketserver.BaseRequestHandler):
    """One connection: a command ended by a zero byte, then for INSTREAM chunks with their lengths."""

    server: "Daemon"

    def handle(self) -> None:
        command = self._until_zero()
        if command == b"zPING":
            self.request.sendall(b"PONG\0")
        elif command == b"zINSTREAM":
            self._scan()
        else:
            self.request.sendall(b"UNKNOWN COMMAND\0")

    def _scan(self) -> None:
        body = b""
        while length := struct.unpack("!I", self._exactly(4))[0]:
            body += self._exactly(length)
            if len(body) > self.server.longest:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.scanned.append(body)
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in body else b"stream: OK\0"
        self.request.sendall(found)

    def _exactly(self, length: int) -> bytes:
        received = b""
        while len(received) < length:
            piece = self.request.recv(length - len(received))
            if not piece:
                raise ConnectionError("hung up in the middle")
            received += piece
        return received

    def _until_zero(self) -> bytes:
        received = b""
        while not received.endswith(b"\0"):
            received += self._exactly(1)
        return received[:-1]


class Daemon(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    longest = 25 * 1024 * 1024

    def __init__(self, address: tuple[str, int] | str) -> None:
        if isinstance(address, str):
            self.address_family = socket.AF_UNIX
        self.scanned: list[bytes] = []
        super().__init__(address, Conversation)  # type: ignore[arg-type]  # a path, for a Unix socket


@contextmanager
def running(socket_path: Path | None = None) -> Iterator[tuple[Daemon, str]]:
    """The daemon and the address that `CLAMD_URL` would name."""
    with Daemon(str(socket_path) if socket_path else ("127.0.0.1", 0)) as daemon:
        thread = threading.Thread(target=daemon.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield (
            daemon,
            f"unix://{socket_path}" if socket_path else f"tcp://127.0.0.1:{daemon.server_address[1]}",
        )
        daemon.shutdown()
        thread.join()
