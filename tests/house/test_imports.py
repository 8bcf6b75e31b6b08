"""Rooms import downward only, and what is in a room keeps its order."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, ROOT, place

# Words for a state that carry no database with them.
ALLOWED_IN_RULES = {"TextChoices", "IntegerChoices"}


@pytest.mark.slow
def test_the_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    checked = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*/rules.py")), ids=place)
def test_rules_know_neither_database_nor_request(path: Path) -> None:
    outside: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("django.db", "django.http")):
            outside += [alias.name for alias in node.names if alias.name not in ALLOWED_IN_RULES]
        elif isinstance(node, ast.Import):
            outside += [a.name for a in node.names if a.name.startswith(("django.db", "django.http"))]

    assert outside == []
