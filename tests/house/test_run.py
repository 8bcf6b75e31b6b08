"""`madoguchi run`: one command that keeps web and worker alive and leaves nothing behind."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import free_port
from tests.settings import ROOT
from tests.site import database_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]


@dataclass(frozen=True)
class City:
    """Where a city is kept."""

    folder: Path
    database_url: str


class Running:
    """`madoguchi run` for one city."""

    def __init__(self, city: City, port: int) -> None:
        self.port = port
        self.log = city.folder / f"run-{port}-{time.monotonic_ns()}.log"
        environment = {
            **os.environ,
            "MADOGUCHI_VAR": str(city.folder / "var"),
            "DATABASE_URL": city.database_url,
            "PORT": str(port),
            "WEB_WORKERS": "1",
            "DJANGO_SETTINGS_MODULE": "madoguchi.config.settings",
        }
        environment.pop("BASE_URL", None)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "madoguchi", "run"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """Everything printed so far."""
        return self.log.read_text("utf-8", "replace")

    def wait_for(self, text: str, seconds: float = 90) -> None:
        """Wait until it has printed `text`."""
        until = time.monotonic() + seconds
        while text not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether the web process answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def child(self, command: str) -> int:
        """The process id of one of its commands, 0 when it does not run."""
        for number in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            if Path(f"/proc/{number}/cmdline").read_bytes().endswith(f"\0madoguchi\0{command}\0".encode()):
                return int(number)
        return 0


@contextmanager
def running(city: City, port: int) -> Iterator[Running]:
    """Starts it, and stops it whatever happens."""
    run = Running(city, port)
    try:
        yield run
    finally:
        run.process.terminate()
        try:
            run.process.wait(30)
        except subprocess.TimeoutExpired:
            run.process.kill()
            run.process.wait()


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until `holds()`; fails when it does not come to hold in time."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> City:
    """A city in which the product was started once: database made, demo loaded."""
    city = City(tmp_path_factory.mktemp("run"), database_for(f"run_{worker_id}"))
    with running(city, free_port()) as run:
        run.wait_for("Stop with Ctrl-C", seconds=300)
    assert run.process.returncode == 0, run.said()
    return city


def test_a_second_start_says_where_to_look(city: City) -> None:
    with running(city, port := free_port()) as run:
        run.wait_for("Stop with Ctrl-C")

        assert f"http://127.0.0.1:{port}/" in run.said()
        assert f"http://127.0.0.1:{port}/desk/" in run.said()
        assert run.answers()


def test_a_stop_ends_web_and_worker_and_nothing_is_left(city: City) -> None:
    with running(city, free_port()) as run:
        run.wait_for("Stop with Ctrl-C")
        children = [run.child("serve"), run.child("worker")]

    assert run.process.returncode == 0
    assert all(children)
    assert [number for number in children if Path(f"/proc/{number}").exists()] == []
    assert not run.answers()


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_child_that_is_killed_is_started_again(city: City, command: str) -> None:
    with running(city, free_port()) as run:
        run.wait_for("Stop with Ctrl-C")
        old = run.child(command)

        os.kill(old, signal.SIGKILL)

        run.wait_for(f"{command} ended unexpectedly")
        wait_until(lambda: run.child(command) not in (0, old))
        wait_until(run.answers)


def test_children_end_when_the_parent_is_killed(city: City) -> None:
    with running(city, free_port()) as run:
        run.wait_for("Stop with Ctrl-C")
        children = [run.child("serve"), run.child("worker")]

        run.process.kill()

        wait_until(lambda: not any(Path(f"/proc/{number}").exists() for number in children))


def test_a_port_that_is_taken_is_said_clearly(city: City) -> None:
    port = free_port()
    with running(city, port) as first:
        first.wait_for("Stop with Ctrl-C")
        with running(city, port) as second:
            code = second.process.wait(30)

    assert code == 1
    assert f"port {port} of 127.0.0.1 is taken" in second.said()
    assert "Traceback" not in second.said()


def test_a_setting_that_cannot_be_used_is_said_clearly(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "madoguchi", "serve"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": "mysql://x",
            "MADOGUCHI_VAR": str(tmp_path),
            "PORT": str(free_port()),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == "madoguchi: DATABASE_URL must begin with sqlite:/// or postgresql://\n"
