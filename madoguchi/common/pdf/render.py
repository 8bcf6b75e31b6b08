"""Typst templates filled with data, in the language of the reader.

Data goes in as JSON and is never read as markup, so nothing a resident writes can act in a template.
"""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

from madoguchi.common.pdf.fonts import FAMILY
from madoguchi.common.pdf.glyphs import prepare

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"(?:([a-z][a-z0-9_]*)/)?([a-z][a-z0-9_]*)")
APART_SECONDS = 30

logger = logging.getLogger(__name__)


class NoSuchTemplate(LookupError):
    """There is no template of this name."""


class NotRendered(Exception):
    """The process that was to make the paper failed; what it said is in the cause, never in this text."""


class Order(TypedDict):
    """What `compiling.compile_paper` needs."""

    template: str
    root: str
    data: str
    moment: int


def render(
    template_name: str, data: Mapping[str, Any], *, title: str, issued_at: datetime, language: str = "ja"
) -> bytes:
    """The PDF; the same arguments always give the same bytes. For workers: the fonts then stay in memory (50 MB).

    `letter` is a template of this folder, `applications/letter` is `madoguchi/applications/pdf/letter.typ`.
    """
    from madoguchi.common.pdf.compiling import compile_paper

    return compile_paper(**_order(template_name, data, title, issued_at, language))


def render_apart(
    template_name: str, data: Mapping[str, Any], *, title: str, issued_at: datetime, language: str = "ja"
) -> bytes:
    """The same PDF from a process of its own: slower by a fifth of a second, but a web process stays small."""
    try:
        finished = subprocess.run(
            [sys.executable, "-s", "-m", "madoguchi.common.pdf.compiling"],
            input=json.dumps(_order(template_name, data, title, issued_at, language)).encode(),
            capture_output=True,
            env={
                "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
                "PATH": os.defpath,
                "LC_ALL": "C.UTF-8",
            },
            timeout=APART_SECONDS,
            check=True,
        )
    except subprocess.SubprocessError as error:
        raise NotRendered(template_name) from error
    if finished.stderr:
        logger.error("a paper was made from %s with a warning", template_name)
    return finished.stdout


def _order(
    template_name: str, data: Mapping[str, Any], title: str, issued_at: datetime, language: str
) -> Order:
    if issued_at.tzinfo is None:
        raise ValueError("issued_at needs its time zone")
    return {
        "template": str(_template(template_name)),
        "root": str(ROOT),
        "data": _as_json(data, title, issued_at, language),
        "moment": int(issued_at.timestamp()),
    }


def _as_json(data: Mapping[str, Any], title: str, issued_at: datetime, language: str) -> str:
    printed, notes = prepare({**data, "title": title})
    printed["notes"] = [
        {"shown": note.shown, "codes": note.codes, "near": note.near, "variant": note.is_variant}
        for note in notes
    ]
    printed["paper"] = {
        "language": "en" if language.startswith("en") else "ja",
        "family": FAMILY,
        "issued": list(issued_at.astimezone(UTC).timetuple()[:6]),
    }
    return json.dumps(printed)


def _template(name: str) -> Path:
    match = NAME.fullmatch(name)
    if match is None:
        raise NoSuchTemplate(name)
    room, stem = match.groups()
    folder = ROOT / room / "pdf" if room else Path(__file__).parent / "templates"
    path = folder / f"{stem}.typ"
    if not path.is_file():
        raise NoSuchTemplate(name)
    return path
