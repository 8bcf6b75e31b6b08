"""Templates: none is left over, none carries code or style of its own, none asks the database."""

import re
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, place, product_code, templates

TEMPLATES = templates()
PAGES = {name: path for name, path in TEMPLATES.items() if path.suffix == ".html"}
COMMENT = re.compile(r"{#.*?#}", re.S)
REFERENCE = re.compile(r"""{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")
INLINE = {
    "script without src": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "javascript address": re.compile(r"javascript:", re.I),
}
# Every component in every state, for whoever builds pages; the tests of the look render them.
FOR_BUILDERS = {"common/gallery.html", "common/gallery_desk.html"}
ORM = re.compile(r"\.objects\b|\.filter\(|\.all\(\)|_set\.")


def source(path: Path) -> str:
    """A template without its comments."""
    return COMMENT.sub("", path.read_text("utf-8"))


def test_every_template_is_used() -> None:
    asked = FOR_BUILDERS | {name for path in TEMPLATES.values() for name in REFERENCE.findall(source(path))}
    code = "\n".join(path.read_text("utf-8") for path in product_code())

    left_over = [name for name in TEMPLATES if name not in asked and name not in code]

    assert left_over == []


def test_every_template_that_is_asked_for_exists() -> None:
    asked = {name for path in TEMPLATES.values() for name in REFERENCE.findall(source(path))}
    for path in product_code():
        asked |= set(re.findall(r"""["']([a-z_]+/[a-z0-9_/]+\.(?:html|txt))["']""", path.read_text("utf-8")))

    assert sorted(asked - TEMPLATES.keys()) == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_template_has_inline_script_or_style(name: str) -> None:
    text = source(PAGES[name])

    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_template_asks_the_database(name: str) -> None:
    assert ORM.findall(source(PAGES[name])) == []


def test_there_are_no_templates_of_another_kind() -> None:
    assert [place(path) for path in PACKAGE.glob("*/templates")] == []
