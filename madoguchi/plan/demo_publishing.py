"""The demo city's plans: the catalogue, published."""

from __future__ import annotations

from pathlib import Path

from madoguchi.common import clock
from madoguchi.common.registers import DemoSize
from madoguchi.plan.actions import publishing

CATALOG = Path(__file__).parent / "catalog"


def load(size: DemoSize) -> None:
    """Publish every plan of the catalogue."""
    for path in sorted(CATALOG.glob("*.yaml")):
        source = path.read_text(encoding="utf-8")
        publishing.publish(source=source, by="demo:office", note="見本の公開", now=clock.now())
