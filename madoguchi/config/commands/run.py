"""`madoguchi run`: the whole product from one command, web and worker as children that are kept alive."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

from madoguchi.config import environment
from madoguchi.config.commands import SUPERVISED, serve

READY_SECONDS = 60
STOP_SECONDS = 15
LOOK_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 30.0


def main(argv: list[str]) -> int:
    """Prepare the database, serve until Ctrl-C or SIGTERM, stop every child."""
    environment.check_start()
    host, port = serve.address()
    if not serve.is_free(host, port):
        print(serve.taken(host, port), file=sys.stderr)
        return 1
    os.environ.setdefault("BASE_URL", f"http://{_in_url(host)}:{port}")
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())

    code, log_ins = _prepare(stop)
    if code or stop.is_set():
        return code
    children = [Child("serve"), Child("worker")]
    greeter = threading.Thread(target=_greet, args=(host, port, log_ins, stop), daemon=True)
    try:
        for child in children:
            child.start()
        greeter.start()
        while not stop.wait(LOOK_SECONDS):
            for child in children:
                child.keep_alive()
    finally:
        print("madoguchi: stopping", file=sys.stderr, flush=True)
        _stop(children)
    return 0


@dataclass(slots=True)
class Child:
    """A command of ours in a process group of its own, started again when it ends by itself."""

    command: str
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    start_at: float = field(default=0.0)
    started_at: float = field(default=0.0)

    def start(self) -> None:
        """Start the command; it is told to stop should this process vanish."""
        self.process = subprocess.Popen(
            _command(self.command), env=_environment(), start_new_session=True, stdin=subprocess.DEVNULL
        )
        self.started_at = time.monotonic()

    def keep_alive(self) -> None:
        """Start the command again when it has ended, later each time it does not last."""
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.end_group(signal.SIGKILL)  # what a killed server leaves behind would go on answering
        self.failures = 1 if time.monotonic() - self.started_at > LONGEST_WAIT_SECONDS else self.failures + 1
        wait = min(0.25 * 2**self.failures, LONGEST_WAIT_SECONDS)
        print(
            f"madoguchi: {self.command} ended unexpectedly ({code}); starting it again in {wait:.1f} s",
            file=sys.stderr,
            flush=True,
        )
        self.start_at = time.monotonic() + wait
        self.process = None

    def end_group(self, number: signal.Signals) -> None:
        """Send a signal to all processes of this child."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass


def _stop(children: list[Child]) -> None:
    """Ask every child to finish what it has in hand; end those that do not in time."""
    running = [(child, child.process) for child in children if child.process is not None]
    for _, process in running:
        process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for child, process in running:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"madoguchi: {child.command} does not stop; it is ended", file=sys.stderr)
        child.end_group(signal.SIGKILL)
        process.wait()


def _prepare(stop: threading.Event) -> tuple[int, str]:
    """Database and demo city, in a process that then gives its memory back. Returns exit code and log-ins."""
    with subprocess.Popen(
        _command("prepare"), env=_environment(), start_new_session=True, stdout=subprocess.PIPE, text=True
    ) as process:
        threading.Thread(target=_end_when, args=(stop, process), daemon=True).start()
        said = process.stdout.read() if process.stdout else ""
    return (0 if stop.is_set() else process.returncode), said


def _end_when(stop: threading.Event, process: subprocess.Popen[str]) -> None:
    stop.wait()
    process.terminate()


def _greet(host: str, port: int, log_ins: str, stop: threading.Event) -> None:
    """Say that everything is ready, once it is."""
    until = time.monotonic() + READY_SECONDS
    while not stop.is_set() and time.monotonic() < until:
        if _is_ready(host, port):
            address = os.environ["BASE_URL"]
            lines = [
                "",
                f"窓口 Madoguchi is ready: {address}/",
                f"  for staff: {address}/desk/",
                "",
                log_ins.rstrip(),
            ]
            print("\n".join(lines), "", "Stop with Ctrl-C.", sep="\n", flush=True)
            return
        stop.wait(LOOK_SECONDS)
    if not stop.is_set():
        print(
            f"madoguchi: not ready after {READY_SECONDS} s; see the lines above", file=sys.stderr, flush=True
        )


def _is_ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _command(name: str) -> list[str]:
    return [sys.executable, "-m", "madoguchi", name]


def _environment() -> dict[str, str]:
    return {**os.environ, SUPERVISED: "yes"}


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
