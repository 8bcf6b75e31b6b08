"""`madoguchi serve`: the web processes, under granian's WSGI (Django on ASGI is several times slower)."""

import os
import socket
import sys

from madoguchi.config import environment, static_files
from madoguchi.config.commands import end_with_parent

STOP_SECONDS = 10


def main(argv: list[str], application: str = "madoguchi.config.wsgi:application") -> int:
    """Serve until SIGTERM or SIGINT; requests in hand are answered first."""
    end_with_parent()
    # Workers read the settings later, each for itself; a fault in them should stop us here and once.
    environment.check_start()
    host, port = address()
    if not is_free(host, port):
        print(taken(host, port), file=sys.stderr)
        return 1
    environment.database(pooled=True)
    static_files.gather()
    os.environ["MADOGUCHI_PROCESS"] = "web"

    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    server = Granian(
        application,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=environment.whole_number("WEB_WORKERS", low=1, high=64),
        blocking_threads=environment.whole_number("WEB_THREADS", low=1, high=64),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
    )
    server.serve()
    return 0


def address() -> tuple[str, int]:
    """Where to listen: HOST and PORT."""
    return environment.read("HOST"), environment.whole_number("PORT", low=1, high=65535)


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there. granian shares its port, so a second server would go unnoticed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def taken(host: str, port: int) -> str:
    """What to tell a person whose port is taken."""
    return (
        f"madoguchi: port {port} of {host} is taken by another program (or may not be used). "
        f"Choose another one: make run PORT={port + 1}"
    )
