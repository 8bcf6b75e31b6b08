"""The inventory of procedures from a file: as CSV and as a workbook, the first time and again with changes."""

from __future__ import annotations

import argparse
import json
from typing import Any

from bench.calibration import machine, raw_loop
from bench.site import bench_site

IMPORT_GOAL_S = 5.0


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """Measured in one process against a fresh database on the disk of the embedded city."""
    with bench_site() as site:
        figures: dict[str, Any] = json.loads(site.python("bench.inventory_work"))
        figures["raw_commits_per_second"] = round(raw_loop(site.folder, 2.0))
    imports = {"csv": figures["csv"], "excel": figures["excel"]}
    return figures | {
        "goals_met": {f"{name}_first_s": one["first_s"] <= IMPORT_GOAL_S for name, one in imports.items()},
        "machine": machine(),
        "broken": any(one["wrong"] for one in imports.values()),
    }
