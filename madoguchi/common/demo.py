"""The demo city: every room brings its part; the same seed on the same day gives the same city."""

from __future__ import annotations

from madoguchi.common import kernel, registers
from madoguchi.common.models import InstallationFact
from madoguchi.common.registers import DemoSize

FACT = "demo city"


class AlreadyLoaded(Exception):
    """There is a city in this database; a second one would mix with it."""


def is_loaded() -> bool:
    """Whether this database holds a demo city."""
    return InstallationFact.objects.filter(name=FACT).exists()


def load(*, residents: int = 1000, applications: int = 300, seed: int = 1) -> None:
    """Fill an empty database with a synthetic city. Raises `AlreadyLoaded`."""
    if is_loaded():
        raise AlreadyLoaded
    size = DemoSize(residents=residents, applications=applications, seed=seed)
    for entry in registers.demo:
        entry.value(size)
    unit = kernel.Unit()
    value = {"residents": residents, "applications": applications, "seed": seed}
    unit.insert(InstallationFact(name=FACT, value=value))
    kernel.commit(unit)


def log_ins() -> list[str]:
    """How a stranger signs in to the demo, line by line."""
    return [line for entry in registers.demo_log_ins for line in entry.value()]
