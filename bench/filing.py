"""The reference filing: what one costs, how many are accepted, how long the background takes to drain."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from bench.calibration import machine, raw_loop
from bench.processes import cpu_seconds
from bench.site import BenchSite, bench_site
from tests.settings import ROOT

GOALS = {
    "web_cpu_ms": 20,
    "background_cpu_ms": 40,
    "statements": 30,
    "filings_per_second": 40,
    "request_p99_ms": 250,
}
DRAIN_SECONDS = 900


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """Figures of the reference filing on SQLite with synchronous=FULL."""
    with bench_site() as site:
        raw = raw_loop(site.folder)
        statements = json.loads(site.python("bench.statements"))
        for name in ("serve", "worker"):
            site.start_process(name)
        site.wait_until_up()
        drive(site, seconds=2, clients=2)  # warm: templates, definitions, connections
        web, worker = cpu_seconds(site.pid("serve")), cpu_seconds(site.pid("worker"))
        before = site.count()
        load = drive(site, seconds=wanted.seconds, clients=wanted.clients)
        web = cpu_seconds(site.pid("serve")) - web
        drain = drained(site)
        worker = cpu_seconds(site.pid("worker")) - worker
        after = site.count()
    filed = after["applications"] - before["applications"]
    processed = after["copies"] - before["copies"]
    figures = {
        **load,
        "web_cpu_ms": round(web / max(filed, 1) * 1000, 2),
        "background_cpu_ms": round(worker / max(processed, 1) * 1000, 2),
        **statements,
        "drain_seconds": drain,
        "stored": filed,
        "processed": processed,
        "raw_commits_per_second": round(raw),
        "machine": machine(),
    }
    figures["goals_met"] = {
        name: figures[name] >= goal if name == "filings_per_second" else figures[name] <= goal
        for name, goal in GOALS.items()
    }
    figures["broken"] = filed != load["filings"] or after["jobs_dead"] > 0
    return figures


def drive(site: BenchSite, *, seconds: float, clients: int, rate: float = 0) -> dict[str, Any]:
    """Load the site from a process of its own."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench.load", str(site.port)),
            *(f"--seconds={seconds}", f"--clients={clients}", f"--rate={rate}"),
        ],
        cwd=ROOT,
        env=site.environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def drained(site: BenchSite) -> float:
    """Seconds until the background has done everything; stops waiting after a quarter of an hour."""
    started = time.perf_counter()
    while time.perf_counter() - started < DRAIN_SECONDS:
        if site.count()["jobs_open"] == 0:
            break
        time.sleep(0.5)
    return round(time.perf_counter() - started, 1)
