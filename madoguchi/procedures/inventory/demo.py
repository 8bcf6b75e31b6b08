"""The demo city's inventory: the catalogue's procedures, and made-up ones by department, object and act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import yaml

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.registers import DemoSize
from madoguchi.procedures import queries
from madoguchi.procedures.models import InventoryEntry

FILE = Path(__file__).parents[1] / "data" / "demo_inventory.yaml"
ENTRIES = 1500
BATCH = 500  # rows of a unit
ABOLISHED_ON = date(2025, 3, 31)


def load(size: DemoSize) -> None:
    """Fill an empty inventory; the same seed gives the same one."""
    if InventoryEntry.objects.exists():
        return
    rng = Random(f"inventory {size.seed}")  # noqa: S311  # nothing secret: the same seed gives the same city
    entries = list(_offered(rng))
    entries += _made_up(rng, ENTRIES - len(entries))
    for begin in range(0, len(entries), BATCH):
        unit = kernel.Unit()
        for entry in entries[begin : begin + BATCH]:
            unit.insert(entry)
        audit.record(unit, actor="system:demo", act="demo.loaded", subject="inventory", now=clock.now())
        kernel.commit(unit)


def _offered(rng: Random) -> Iterator[InventoryEntry]:
    """What can be filed here: real procedures with made-up numbers of cases."""
    offers = sorted(queries.offers(), key=lambda one: one.procedure_id)
    codes = queries.departments_of(offers)
    for offer in offers:
        definition = offer.definition
        cases = round(10 ** rng.uniform(2.6, 4.2))
        online_cases = round(cases * rng.uniform(0.2, 0.7))
        yield InventoryEntry(
            name=str(definition.title),
            law=definition.law[0].name,
            article=definition.law[0].article,
            kind="1",
            filer="5",
            department_code=codes[offer.procedure_id],
            fee="2" if definition.fee.yen or definition.fee.expression else "1",
            procedure_id=offer.procedure_id,
            cases=cases,
            online_cases=online_cases if definition.completes == "online" else 0,
            synthetic=True,
        )


def _made_up(rng: Random, count: int) -> list[InventoryEntry]:
    data: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    names = [
        (department, f"{thing}の{act}")
        for department, kinds in data["departments"].items()
        for kind, things in kinds.items()
        for thing in things
        for act in data["acts"][kind]
    ]
    return [_entry(rng, data, *one) for one in rng.sample(names, count)]


def _entry(rng: Random, data: dict[str, Any], department: str, name: str) -> InventoryEntry:
    cases = round(10 ** rng.uniform(0, 3.4)) if rng.random() < 0.88 else None
    effort = rng.choice(("small", "small", "middle", "middle", "large", ""))
    entry = InventoryEntry(
        name=name,
        kind="3" if "閲覧" in name else "1",
        filer=rng.choice("57"),
        department_code=department,
        fee=rng.choice("112"),
        cases=cases,
        online_cases=None if cases is None else 0,
        effort=effort,
        effort_reason=rng.choice(data["efforts"][effort]) if effort else "",
        synthetic=True,
    )
    if rng.random() < 0.04:
        entry.forbidden = True
        entry.forbidden_reason, entry.forbidden_law = data["forbidden"]["reason"], data["forbidden"]["law"]
    elif rng.random() < 0.02:
        entry.abolished_on = ABOLISHED_ON
    return entry
