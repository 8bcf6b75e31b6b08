"""The demo city's procedures: the whole catalogue, published by two (made-up) people, and an inventory around it."""

from __future__ import annotations

from pathlib import Path

from madoguchi.common import clock
from madoguchi.common.registers import DemoSize
from madoguchi.procedures import actions
from madoguchi.procedures.inventory import demo as inventory

CATALOG = Path(__file__).parent / "catalog"


def load(size: DemoSize) -> None:
    """Publish every definition of the catalogue; what is published already stays. Then fill the inventory."""
    for path in sorted(CATALOG.glob("*.yaml")):
        actions.publish(
            source=path.read_text(encoding="utf-8"),
            by="demo:section",
            approved_by="demo:digital-office",
            now=clock.now(),
        )
    inventory.load(size)
