"""Definitions: the largest compiled, a whole filing of it evaluated, all checked, a broken one explained."""

from __future__ import annotations

import argparse
import json
from typing import Any

from bench.calibration import machine
from bench.site import bench_site

COMPILE_GOAL_MS, EVALUATE_GOAL_MS, CHECK_GOAL_S, BROKEN_GOAL_S = 50.0, 1.0, 10.0, 1.0


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """Measured as processor time of one process; the evaluation beside plain `jsonschema` of the same answers."""
    with bench_site() as site:
        figures: dict[str, Any] = json.loads(site.python("bench.definitions_work"))
    return figures | {
        "goals_met": {
            "compile_ms": figures["compile_ms"] <= COMPILE_GOAL_MS,
            "evaluate_ms": figures["evaluate_ms"] <= EVALUATE_GOAL_MS,
            "check_all_s": figures["check_all_s"] <= CHECK_GOAL_S,
            "longest_broken_s": figures["longest_broken_s"] <= BROKEN_GOAL_S,
        },
        "machine": machine(),
        "broken": figures["findings"] != 0 or figures["not_found"] != 0,
    }
