"""Kills the server with SIGKILL at random instants under load and looks for what was acknowledged and lost."""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from typing import Any

from bench.calibration import machine
from bench.site import BenchSite, bench_site
from bench.visitor import Filed, Unexpected, Visitor


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """`--kills` times: load, kill web and worker at a random instant, start again, go on. Then count."""
    chance = random.Random(wanted.seed)
    with bench_site() as site:
        crowd = _Crowd(site.port, wanted.clients)
        for _ in range(wanted.kills):
            for name in ("serve", "worker"):
                site.start_process(name)
            site.wait_until_up()
            crowd.let_in()
            crowd.wait_for(chance.randint(1, 20))
            time.sleep(chance.uniform(0, 0.2))
            for name in chance.sample(["serve", "worker"], 2):
                site.kill(name)
            crowd.wait_outside()
        for name in ("serve", "worker"):
            site.start_process(name)
        site.wait_until_up()
        crowd.finish()
        found = verdict(site, crowd.acknowledged)
    return {
        "kills": wanted.kills,
        "acknowledged": len(crowd.acknowledged),
        "submitted_again": crowd.repeated,
        "vanished": crowd.vanished,
        **found,
        "broken": crowd.vanished > 0 or any(found[name] for name in BROKEN),
        "machine": machine(),
    }


BROKEN = ("lost", "half_applied", "duplicates", "wrong_person")


class _Crowd:
    """People who file without end, and who send again what they do not know the outcome of."""

    def __init__(self, port: int, clients: int) -> None:
        self.port = port
        self.acknowledged: list[Filed] = []
        self.repeated = 0
        self.vanished = 0  # a draft that is gone without a receipt: a loss nobody could prove afterwards
        self.open = threading.Event()
        self.done = threading.Event()
        self.number = iter(range(1 << 30))
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._live, daemon=True) for _ in range(clients)]
        self.outside = 0
        for thread in self.threads:
            thread.start()

    def let_in(self) -> None:
        self.open.set()

    def wait_for(self, filings: int) -> None:
        """Wait until so many more were acknowledged, so that the kill falls into real load."""
        wanted = len(self.acknowledged) + filings
        until = time.monotonic() + 15
        while len(self.acknowledged) < wanted and time.monotonic() < until:
            time.sleep(0.005)

    def wait_outside(self) -> None:
        """Wait until everybody has noticed that the site is down."""
        self.open.clear()
        until = time.monotonic() + 10
        while self.outside < len(self.threads) and time.monotonic() < until:
            time.sleep(0.01)

    def finish(self) -> None:
        """Let everybody bring what they are doing to its end."""
        self.done.set()
        self.open.set()
        for thread in self.threads:
            thread.join(30)

    def _live(self) -> None:
        while not self.done.is_set():
            self._wait()
            visitor = Visitor(self.port)
            with self.lock:
                name = f"試験 {next(self.number)}号"
            try:
                check = visitor.fill(name)
            except (Unexpected, OSError):
                continue  # nothing was acknowledged: begin again
            self._submit(visitor, check, name)

    def _submit(self, visitor: Visitor, check: tuple[str, str], name: str) -> None:
        """Submit until a receipt is seen: a person who got no answer presses the button again."""
        tries = 0
        while tries < 200:
            self._wait()
            try:
                filed = visitor.receipt_of(visitor.submit(check), name)
            except (Unexpected, OSError):
                tries += 1
                time.sleep(0.1)
                try:  # a person who sees an error opens the page again; a filed draft leads to its receipt
                    answer = visitor.request("GET", check[0])
                    location = answer.headers.get("location", "")
                    if location.startswith("/filing/r/"):
                        filed = visitor.receipt_of(location, name)
                    elif answer.status == 410:
                        break
                    else:
                        continue
                except (Unexpected, OSError):
                    continue
            with self.lock:
                self.acknowledged.append(filed)
                self.repeated += tries > 0
            return
        with self.lock:
            self.vanished += 1

    def _wait(self) -> None:
        if not self.open.is_set():
            with self.lock:
                self.outside += 1
            self.open.wait()
            with self.lock:
                self.outside -= 1


def verdict(site: BenchSite, acknowledged: list[Filed]) -> dict[str, Any]:
    """What the database says about everything that was acknowledged."""
    path = site.folder / "acknowledged.json"
    path.write_text(json.dumps([[f.receipt, f.number, f.name] for f in acknowledged]))
    found: dict[str, Any] = json.loads(site.python("bench.verdict", str(path)))
    return found
