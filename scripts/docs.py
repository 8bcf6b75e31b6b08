"""The generated parts of the docs: the table of routes, and the table of settings. `make fix` writes them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from madoguchi.common import access
from madoguchi.config import environment

DOCS = environment.ROOT / "docs"
SETTINGS_BLOCK = re.compile(r"(<!-- settings: written by make fix -->\n).*?(<!-- end of settings -->)", re.S)
ROUTES_HEAD = """# Routes and who may call them

Written by `make fix` from the addresses and the access rules that the views declare; a house test compares.
A change here is a change of who sees what: read it as such.

| Address | Who | Name | View |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Route:
    """One address of the product."""

    address: str
    name: str
    view: Callable[..., Any]

    @property
    def rule(self) -> access.Rule | None:
        """The access rule its view declares."""
        return access.rule_of(self.view)

    @property
    def view_name(self) -> str:
        """Where its view is, without the package's name."""
        return f"{self.view.__module__}.{self.view.__qualname__}".removeprefix("madoguchi.")


def routes() -> list[Route]:
    """All addresses, sorted."""
    return sorted(_below(get_resolver().url_patterns, "/"), key=lambda r: (r.address, r.name))


def _below(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, address)
        else:
            yield Route(address, pattern.name or "", pattern.callback)


def routes_page() -> str:
    """`docs/routes.md`."""
    rows = [f"| `{r.address}` | {r.rule or '**undeclared**'} | {r.name} | {r.view_name} |" for r in routes()]
    return ROUTES_HEAD + "\n".join(rows) + "\n"


def with_settings(page: str) -> str:
    """`docs/operations.md` with its table of settings as the settings module has it."""
    return SETTINGS_BLOCK.sub(lambda m: m[1] + environment.table() + "\n" + m[2], page)


def main() -> None:
    """Write both."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")
    django.setup()
    _write(DOCS / "routes.md", routes_page())
    operations = DOCS / "operations.md"
    if operations.exists():
        _write(operations, with_settings(operations.read_text("utf-8")))


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text("utf-8") != text:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        print(f"written: {path.relative_to(environment.ROOT)}")


if __name__ == "__main__":
    main()
