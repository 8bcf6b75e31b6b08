"""The plan's figures: a million facts counted anew, one more fact told, the scoreboard with ten years of events, the
yearly report."""

from __future__ import annotations

import argparse
import json
from typing import Any

from bench.calibration import machine, raw_loop
from bench.site import bench_site

RECOUNT_GOAL_S, TELL_GOAL_MS, PAGE_GOAL_MS, REPORT_GOAL_S = 2.0, 50.0, 300.0, 10.0


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """Measured in one process against a fresh database on the disk of the embedded city."""
    with bench_site() as site:
        figures: dict[str, Any] = json.loads(site.python("bench.plan_work"))
        figures["raw_commits_per_second"] = round(raw_loop(site.folder, 2.0))
    return figures | {
        "goals_met": {
            "recount_s": figures["recount_s"] <= RECOUNT_GOAL_S,
            "anew_s": all(one["value"] <= RECOUNT_GOAL_S for one in figures["anew_s"].values()),
            "tell_ms": figures["tell_p95_ms"] <= TELL_GOAL_MS,
            "scoreboard_ms": figures["scoreboard_p95_ms"] <= PAGE_GOAL_MS,
            "report_s": figures["report_s"] <= REPORT_GOAL_S,
        },
        "machine": machine(),
        "broken": figures["wrong_totals"] != 0,
    }
