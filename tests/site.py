"""A served city for the browser tests: the product's own commands as processes, in a folder of their own."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.settings import ROOT

READY_SECONDS = 60
STOP_SECONDS = 20
RESIDENTS, APPLICATIONS, SEED = 80, 80, 1


class Site:
    """A demo city of its own, served by `madoguchi serve` and `madoguchi worker`."""

    def __init__(self, *, folder: Path, port: int, email_url: str, database_url: str = "") -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.folder = folder
        self.environment = {
            **os.environ,
            "MADOGUCHI_ENV": "demo",
            "MADOGUCHI_VAR": str(folder / "var"),
            "DATABASE_URL": database_url,
            "EMAIL_URL": email_url,
            "BASE_URL": self.url,
            "PORT": str(port),
            "WEB_WORKERS": "2",
            "ATTEMPT_LIMITS": "off",
            "DJANGO_SETTINGS_MODULE": "madoguchi.config.settings",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def command(self, *arguments: str) -> str:
        """Run a command of the product to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "madoguchi", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"madoguchi {arguments[0]} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self) -> None:
        """Fill the city and serve it; returns when it is ready."""
        self.command("migrate")
        self.command(
            "demo",
            "load",
            f"--residents={RESIDENTS}",
            f"--applications={APPLICATIONS}",
            f"--seed={SEED}",
        )
        for name in ("serve", "worker"):
            self.start_process(name)
        self.wait_until_ready()

    def start_process(self, name: str) -> None:
        """Start `madoguchi serve` or `madoguchi worker`; what it says goes to a file of that name."""
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "madoguchi", name],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Wait for `/readyz` to answer 200."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            ended = [name for name, process in self.processes.items() if process.poll() is not None]
            assert not ended, f"{ended} ended:\n{self.said()}"
            if self._status("/readyz") == 200:
                return
            time.sleep(0.1)
        raise AssertionError(f"the site is not ready after {READY_SECONDS} s:\n{self.said()}")

    def _status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def said(self) -> str:
        """The last lines of what the processes wrote."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"-- {log.stem}\n{log.read_text('utf-8', 'replace')[-4000:]}" for log in logs)

    def stop_process(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop one of the processes that `start_process` started, with all of its own."""
        process = self.processes.pop(name)
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()

    def stop(self) -> None:
        """Stop everything that was started."""
        for name in list(self.processes):
            self.stop_process(name)


def database_for(name: str) -> str:
    """DATABASE_URL of a new database beside the one of this test run; empty for SQLite."""
    given = os.environ.get("DATABASE_URL", "")
    parts = urlsplit(given)
    if not parts.scheme.startswith("postgres"):
        return ""
    import psycopg

    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(parts._replace(path=f"/{name}"))
