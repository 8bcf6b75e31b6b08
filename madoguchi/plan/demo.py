"""The demo's plan: five years of synthetic events, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from madoguchi.common.registers import DemoSize

PARTS = ("publishing", "achievements", "services", "systems", "national", "meetings")


def load(size: DemoSize) -> None:
    """Each part brings its own module `demo_<part>` with `load(size)`, in this order."""
    for part in PARTS:
        name = f"madoguchi.plan.demo_{part}"
        if find_spec(name) is not None:
            part_load: Callable[[DemoSize], None] = import_module(name).load
            part_load(size)
