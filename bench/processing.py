"""Filings that are accepted and processed (copy made, mail sent) at a steady rate."""

from __future__ import annotations

import argparse
from typing import Any

from bench.calibration import machine, raw_loop
from bench.filing import drained, drive
from bench.site import bench_site

GOAL = 10.0
RATE = 12.0


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """File at a steady rate with the worker beside; sustained when the backlog stays small."""
    with bench_site() as site:
        raw = raw_loop(site.folder)
        for name in ("serve", "worker"):
            site.start_process(name)
        site.wait_until_up()
        drive(site, seconds=3, clients=2)
        drained(site)
        before = site.count()
        load = drive(site, seconds=wanted.seconds, clients=wanted.clients, rate=RATE)
        behind = site.count()
        drain = drained(site)
        after = site.count()
    processed = behind["copies"] - before["copies"]
    return {
        **load,
        "processed_per_second": round(processed / load["seconds"], 2),
        "backlog_at_end": behind["jobs_open"],
        "drain_seconds": drain,
        "mails": after["mails"] - before["mails"],
        "goal": GOAL,
        "goals_met": {"processed_per_second": processed / load["seconds"] >= GOAL},
        "raw_commits_per_second": round(raw),
        "machine": machine(),
        "broken": after["copies"] - before["copies"] != load["filings"] or after["jobs_dead"] > 0,
    }
