"""What a visitor must load before the first question, and what a web process weighs."""

from __future__ import annotations

import argparse
import gzip
import re
import time
from typing import Any

from bench.calibration import machine
from bench.filing import drive
from bench.processes import memory_mib
from bench.site import bench_site
from bench.visitor import PROCEDURE, Visitor, _token

ASSETS = re.compile(rb'(?:href|src)="(/static/[^"]+)"')
GOALS = {"first_page_kb": 60, "javascript_kb": 20, "web_process_mib": 110, "ready_seconds": 2}


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """Compressed weights in KB (1,000 bytes), memory as PSS in MiB after a load, seconds until the first answer."""
    with bench_site() as site:
        started = time.perf_counter()
        site.start_process("serve")
        site.wait_until_up()
        ready = time.perf_counter() - started
        visitor = Visitor(site.port)
        page = visitor.request("GET", f"/procedures/{PROCEDURE}/")
        form = {"csrfmiddlewaretoken": _token(page)}
        first = visitor.request("POST", f"/filing/{PROCEDURE}/start/", form).headers["location"]
        weights = {"page": _weight(visitor.request("GET", first).body)}
        for asset in sorted({a.decode() for a in ASSETS.findall(visitor.request("GET", first).body)}):
            weights[asset.partition("?")[0]] = _weight(visitor.request("GET", asset).body)
        drive(site, seconds=min(wanted.seconds, 10), clients=4)
        memory = memory_mib(site.pid("serve"))
    figures: dict[str, Any] = {
        "first_page_kb": round(sum(weights.values()) / 1000, 1),
        "javascript_kb": round(sum(w for n, w in weights.items() if n.endswith(".js")) / 1000, 1),
        "web_process_mib": memory[0],
        "all_processes_mib": memory,
        "ready_seconds": round(ready, 2),
        "weights": weights,
        "machine": machine(),
    }
    figures["goals_met"] = {name: figures[name] <= goal for name, goal in GOALS.items()}
    return figures


def _weight(content: bytes) -> int:
    return len(gzip.compress(content, 6))
