"""The desk with a million applications: list, search, case, counts, a file, and many cases treated at once."""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.calibration import machine, raw_loop
from bench.postgresql import database
from bench.site import BenchSite
from tests.settings import ROOT

LOAD_GOAL_S, PAGE_GOAL_MS, BULK_GOAL_S, CSV_GOAL_MIB, COUNTS_GOAL_MS = 900, 100.0, 30.0, 50.0, 300.0
PAGES = ("inbox", "search_by_name", "search_by_number", "case_page", "open_case_page")


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """Both databases in turn, each with a city loaded by the product's own command."""
    figures: dict[str, Any] = {}
    for kind in ("sqlite", "postgresql") if wanted.database == "both" else (wanted.database,):
        with _database(kind) as url:
            figures[kind] = _measured(url, wanted.applications)
    return figures | {
        "goals_met": {kind: _goals(one) for kind, one in figures.items()},
        "machine": machine(),
        "broken": not all(one["bulk"]["as_before"] for one in figures.values()),
    }


@contextmanager
def _database(kind: str) -> Iterator[str]:
    """The address of a fresh database; "" for the embedded one."""
    if kind == "sqlite":
        yield ""
        return
    started = subprocess.run(
        ["scripts/postgres", "start"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    url, folder = started.stdout.split()
    try:
        yield database(url, "bench")
    finally:
        subprocess.run(["scripts/postgres", "stop", folder], cwd=ROOT, check=True)


def _measured(url: str, applications: int) -> dict[str, Any]:
    site = BenchSite(database_url=url)
    try:
        site.command("migrate")
        started = time.perf_counter()
        site.command("demo", "load", "--applications", str(applications))
        load = time.perf_counter() - started
        figures: dict[str, Any] = json.loads(site.python("bench.desk_work"))
        rate = round(raw_loop(site.folder, 2.0))
    finally:
        site.remove()
    return {"load_s": round(load), **figures, "raw_commits_per_second": rate}


def _goals(one: dict[str, Any]) -> dict[str, bool]:
    bulk = one["bulk"]
    return {
        "load_s": one["load_s"] <= LOAD_GOAL_S,
        **{
            page: one[page]["p95_ms"] <= PAGE_GOAL_MS and not one[page]["statements_differ"] for page in PAGES
        },
        "bulk_s": bulk["prepare_s"] + bulk["look_s"] + bulk["do_s"] <= BULK_GOAL_S,
        "csv_memory": one["csv"]["more_memory_mib"] <= CSV_GOAL_MIB,
        "saved_filters": one["saved_filters"]["p95_ms"] <= COUNTS_GOAL_MS,
    }
