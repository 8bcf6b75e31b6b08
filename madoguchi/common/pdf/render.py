"""Typst templates filled with data: PDF/A-2a and PDF/UA-1, tagged, in the language of the reader.

Data goes in as JSON and is never read as markup, so nothing a resident writes can act in a template.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from madoguchi.common.pdf.fonts import FAMILY, FOLDERS
from madoguchi.common.pdf.glyphs import prepare

if TYPE_CHECKING:
    import typst

ROOT = Path(__file__).resolve().parents[2]
STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]
NAME = re.compile(r"(?:([a-z][a-z0-9_]*)/)?([a-z][a-z0-9_]*)")

logger = logging.getLogger(__name__)


class NoSuchTemplate(LookupError):
    """There is no template of this name."""


def render(
    template_name: str, data: Mapping[str, Any], *, title: str, issued_at: datetime, language: str = "ja"
) -> bytes:
    """The PDF; the same arguments always give the same bytes.

    `letter` is a template of this folder, `applications/letter` is `madoguchi/applications/pdf/letter.typ`.
    """
    import typst

    if issued_at.tzinfo is None:
        raise ValueError("issued_at needs its time zone")
    compiler = typst.Compiler(_template(template_name), root=ROOT, font_paths=_fonts())
    inputs = {"data": _as_json(data, title, issued_at, language)}
    moment = int(issued_at.timestamp())
    try:
        made = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=moment)
    except typst.TypstError as error:
        if "PDF/" not in error.message:
            raise
        # A person's paper comes first; the archive's standard is given up for this one, and we are told.
        logger.error("%s does not meet its PDF standards and was made without them", template_name)
        made = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=moment)
    assert isinstance(made, bytes)
    return made


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


@lru_cache(maxsize=1)
def _fonts() -> "typst.Fonts":
    """Only our own fonts: a paper looks the same on every machine."""
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in FOLDERS],
    )
