"""PostgreSQL: submits with the write kernel against the same code with plain atomic and ORM inserts, in turn."""

from __future__ import annotations

import argparse
import statistics
import subprocess
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bench.calibration import machine
from bench.site import BenchSite, bench_site
from bench.submit import DRAFTS, ready_drafts, submit_all
from tests.settings import ROOT

GOAL = 1.5
ROUNDS = 5


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """Median rates of both, and the median of the ratios of each round; a durable private cluster."""
    started = subprocess.run(
        ["scripts/postgres", "start"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    url, folder = started.stdout.split()
    try:
        rates: dict[str, list[float]] = {"serve": [], "bench.plain_serve": []}
        with bench_site(database_url=database(url, "bench")) as site:
            for turn in range(ROUNDS):
                for kind, measured in rates.items():
                    measured.append(_round(site, kind, turn, max(wanted.clients, 16)))
            stored = site.count()["applications"]
    finally:
        subprocess.run(["scripts/postgres", "stop", folder], cwd=ROOT, check=True)
    ratios = [ours / plain for ours, plain in zip(*rates.values(), strict=True)]
    return {
        "submits_per_second": round(statistics.median(rates["serve"]), 1),
        "plain_submits_per_second": round(statistics.median(rates["bench.plain_serve"]), 1),
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(r, 2) for r in ratios],
        "goal": GOAL,
        "goals_met": {"ratio": statistics.median(ratios) >= GOAL},
        "machine": machine(),
        "broken": stored != DRAFTS * ROUNDS * len(rates),
    }


def _round(site: BenchSite, kind: str, turn: int, clients: int) -> float:
    if kind == "serve":
        site.start_process("serve")
    else:
        site.start_module(kind, kind)
    site.wait_until_up()
    drafts = ready_drafts(site.port, f"{kind} {turn}")
    rate = submit_all(drafts, clients)
    site.stop_process(kind)
    return rate


def database(url: str, name: str) -> str:
    """The address of a new database in the cluster of `url`."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
