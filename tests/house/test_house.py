"""The rest of the house rules that a machine can check."""

import ast
import re
from pathlib import Path

import pytest

from madoguchi.common import jobs
from madoguchi.config import environment
from scripts import docs
from tests.house.sources import PACKAGE, ROOT, committed, place, product_code, rooms

# In pieces, so that this file does not find itself.
MACHINE = re.compile(
    "|".join(
        (
            "/" + "work/",
            "/" + "root/",
            "/" + "home/[a-z]",
            "pypi" + r"\.org",
            "python" + "hosted",
            "npm" + r"js\.(?:org|com)",
        )
    )
)
ORM_WRITE = re.compile(
    r"\.objects\.(?:create|bulk_create|get_or_create|update_or_create)\("
    r"|\.(?:bulk_create|bulk_update|get_or_create|update_or_create)\("
    r"|\.save\((?:\)|using=|update_fields=|force_insert=)"
    r"|\.objects\b[^\n]*\.(?:update|delete)\("
)
BINARY = {".png", ".jpg", ".heic", ".pdf", ".woff2", ".ico", ".zip", ".webp"}


@pytest.mark.parametrize("room", rooms(), ids=lambda r: r.name)
def test_every_room_has_a_readme_of_at_most_forty_lines(room: Path) -> None:
    text = (room / "README.md").read_text("utf-8")

    assert 3 <= len(text.splitlines()) <= 40


def test_the_settings_are_documented_in_one_table() -> None:
    page = (docs.DOCS / "operations.md").read_text("utf-8")

    assert docs.SETTINGS_BLOCK.search(page), "docs/operations.md has no place for the table of settings"
    assert docs.with_settings(page) == page, "make fix writes it"


def test_every_setting_that_is_read_is_documented() -> None:
    asked: set[str] = set()
    for path in product_code():
        asked |= set(re.findall(r"environment\.(?:read|whole_number)\(\s*\"(\w+)\"", path.read_text("utf-8")))

    assert asked - {s.name for s in environment.SETTINGS} == set()


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    naming: list[str] = []
    for path in committed():
        if path.suffix not in BINARY and (found := MACHINE.search(path.read_text("utf-8", "ignore"))):
            naming.append(f"{place(path)}: {found[0]}")

    assert naming == []


@pytest.mark.parametrize("path", sorted(product_code()), ids=place)
def test_rows_are_written_through_the_kernel_only(path: Path) -> None:
    assert ORM_WRITE.findall(path.read_text("utf-8")) == []


def test_every_job_that_is_put_in_the_queue_has_a_handler() -> None:
    queued: set[str] = set()
    for path in product_code():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "job"
            ):
                queued |= {str(a.value) for a in node.args[:1] if isinstance(a, ast.Constant)}

    assert queued - set(jobs.kinds()) == set()


def test_only_config_knows_django_settings_by_their_environment() -> None:
    reading = [
        place(path)
        for path in product_code()
        if path.is_relative_to(PACKAGE)
        and "config" not in path.parts
        and re.search(r"os\.(?:environ|getenv)", path.read_text())
    ]

    assert reading == []


def test_one_fixture_starts_the_browser_of_all_tests() -> None:
    start = "chromium" + ".launch("
    starting = [
        place(path) for path in committed() if path.suffix == ".py" and start in path.read_text("utf-8")
    ]

    assert starting == ["conftest.py"]


def test_the_scripts_are_plain_sh_and_can_be_run() -> None:
    scripts = [p for p in (ROOT / "scripts").iterdir() if p.is_file() and not p.suffix]

    assert [p.name for p in scripts if not p.read_text().startswith("#!/bin/sh\n")] == []
    assert [p.name for p in scripts if not p.stat().st_mode & 0o111] == []
