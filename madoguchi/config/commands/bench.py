"""`madoguchi bench [NAME] [--json]`: the benchmarks, which stand above all rooms in a package of their own."""

import sys
from importlib import import_module


def main(argv: list[str]) -> int:
    """Hand over to the package `bench`, which a city's installation need not have."""
    try:
        benches = import_module("bench.__main__")
    except ModuleNotFoundError as missing:
        if missing.name not in ("bench", "bench.__main__"):
            raise
        print("madoguchi: the benchmarks are not part of this installation.", file=sys.stderr)
        return 1
    return int(benches.main(argv))
