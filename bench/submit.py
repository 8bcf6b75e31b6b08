"""The submit request alone, many at once, against the raw loop of the same run."""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from typing import Any

from bench.calibration import machine, raw_loop
from bench.site import bench_site
from bench.visitor import Visitor

GOAL = 0.5
DRAFTS = 150
ROUNDS = 3


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """Rate of submits by `--clients` connections over drafts that are ready, in turn with the raw loop."""
    ratios, rates, raws = [], [], []
    with bench_site() as site:
        site.start_process("serve")
        site.wait_until_up()
        for turn in range(ROUNDS):
            ready = ready_drafts(site.port, str(turn))
            raws.append(raw_loop(site.folder, 2.0))
            rates.append(submit_all(ready, max(wanted.clients, 16)))
            ratios.append(rates[-1] / raws[-1])
        stored = site.count()["applications"]
    return {
        "submits_per_second": round(statistics.median(rates), 1),
        "raw_commits_per_second": round(statistics.median(raws), 1),
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(r, 3) for r in ratios],
        "goal": GOAL,
        "goals_met": {"ratio": statistics.median(ratios) >= GOAL},
        "machine": machine(),
        "broken": stored != DRAFTS * ROUNDS,
    }


def ready_drafts(port: int, label: str) -> list[tuple[Visitor, tuple[str, str]]]:
    """Drafts filled up to the check page, each with its visitor."""
    ready = []
    for number in range(DRAFTS):
        visitor = Visitor(port)
        ready.append((visitor, visitor.fill(f"試験 {label}の{number}")))
        visitor.close()
    return ready


def submit_all(ready: list[tuple[Visitor, tuple[str, str]]], clients: int) -> float:
    """Submit everything over `clients` connections. Returns submits a second."""
    waiting = iter(ready)
    lock = threading.Lock()

    def run() -> None:
        connection = None
        while True:
            with lock:
                one = next(waiting, None)
            if one is None:
                return
            visitor, check = one
            visitor._socket, connection = connection, None
            visitor.submit(check)
            connection, visitor._socket = visitor._socket, None

    threads = [threading.Thread(target=run) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(ready) / (time.perf_counter() - started)
