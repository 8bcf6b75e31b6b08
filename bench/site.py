"""A fresh city with nothing but the reference procedure, served by the product's own commands."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import free_port
from madoguchi.config.commands.serve import is_free
from tests.settings import ROOT
from tests.site import Site


class BenchSite(Site):
    """A city whose disk is a real one: the folder lies beside the embedded database, not in memory."""

    def __init__(self, *, database_url: str = "", workers: int = 2, threads: int = 4) -> None:
        (ROOT / "var").mkdir(exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "var"))
        super().__init__(folder=folder, port=free_port(), email_url="", database_url=database_url)
        self.environment |= {
            "EMAIL_URL": f"folder://{folder / 'mail'}",
            "WEB_WORKERS": str(workers),
            "WEB_THREADS": str(threads),
        }

    def prepare(self) -> None:
        """Make the database and publish the reference procedure."""
        self.command("migrate")
        self.python("bench.prepare")

    def python(self, module: str, *arguments: str) -> str:
        """Run a module of the benchmarks in a process with the city's settings."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{module} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def start_module(self, name: str, module: str) -> None:
        """Start a module of the benchmarks as one of the city's processes."""
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_up(self) -> float:
        """Wait until the web processes answer. Returns the seconds it took."""
        started = time.perf_counter()
        while self._status("/healthz") != 200:
            if time.perf_counter() - started > 90:
                raise SystemExit(f"the site does not answer:\n{self.said()}")
            time.sleep(0.02)
        return time.perf_counter() - started

    def kill(self, name: str) -> None:
        """End a process and all of its own with SIGKILL, at once."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        until = time.perf_counter() + 20
        while name == "serve" and not is_free("127.0.0.1", self.port) and time.perf_counter() < until:
            time.sleep(0.02)  # its own processes die a moment later and hold the port until then

    def remove(self) -> None:
        """Stop everything and take the city off the disk."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def count(self) -> dict[str, int]:
        """Rows that matter, counted by a process of its own."""
        counted: dict[str, int] = json.loads(self.python("bench.counting"))
        return counted

    def pid(self, name: str) -> int:
        """The process started under this name."""
        return self.processes[name].pid


@contextmanager
def bench_site(**options: object) -> Iterator[BenchSite]:
    """A prepared city that is stopped and removed afterwards."""
    site = BenchSite(**options)  # type: ignore[arg-type]
    try:
        site.prepare()
        yield site
    finally:
        site.remove()
