"""`madoguchi bench [NAME] [--json]`: run one benchmark or all of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

BENCHES = {
    "filing": "the reference filing over HTTP: CPU, statements, rate, latency, drain",
    "submit": "the submit request alone against a raw loop of the same disk",
    "postgresql": "submits on PostgreSQL against plain atomic and ORM inserts",
    "processing": "filings accepted and processed, sustained",
    "pages": "weight of the first page, memory and start of a web process",
    "plan": "a million facts counted anew, one more told, the scoreboard with ten years of events",
    "definitions": "the largest definition compiled and evaluated, all checked, broken ones explained",
    "desk": "the desk with a million applications: load, lists, search, case, bulk, a file, on both databases",
    "faults": "kills the server at random instants under load and looks for lost filings",
}


def main(argv: list[str] | None = None) -> int:
    """Run what is named (all without a name) and print the figures; exit 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="madoguchi bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(BENCHES), help="one of them; all without a name")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each benchmark")
    parser.add_argument("--seconds", type=float, default=60, help="length of the loads (default 60)")
    parser.add_argument("--clients", type=int, default=8, help="people filing at once (default 8)")
    parser.add_argument("--kills", type=int, default=50, help="kills of the bench faults (default 50)")
    parser.add_argument("--applications", type=int, default=1_000_000, help="of the bench desk")
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql", "both"), default="both", help="of desk"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the instants of kills")
    wanted = parser.parse_args(argv)
    failed = False
    for name in [wanted.name] if wanted.name else BENCHES:
        run: Callable[[argparse.Namespace], dict[str, Any]] = import_module(f"bench.{name}").run
        figures = {"bench": name, **run(wanted)}
        failed |= bool(figures.get("broken"))
        print(json.dumps(figures, ensure_ascii=False) if wanted.json else _text(figures), flush=True)
    return 1 if failed else 0


def _text(figures: dict[str, Any]) -> str:
    lines = [f"== {figures['bench']}: {BENCHES[figures['bench']]}"]
    lines += [f"   {name}: {value}" for name, value in figures.items() if name != "bench"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
