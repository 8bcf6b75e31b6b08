"""Typst itself: from a template and its data to a PDF. Loaded only by workers, and run apart for web processes.

Run as `python -m madoguchi.common.pdf.compiling`: reads the arguments of `compile_paper` as JSON, writes the PDF.
"""

import json
import logging
import sys
from functools import lru_cache

import typst

from madoguchi.common.pdf.fonts import FOLDERS

STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]

logger = logging.getLogger(__name__)


def compile_paper(template: str, root: str, data: str, moment: int) -> bytes:
    """The PDF/A-2a and PDF/UA-1; without its standards where it cannot meet them."""
    compiler = typst.Compiler(template, root=root, font_paths=_fonts())
    try:
        made = compiler.compile(
            format="pdf", sys_inputs={"data": data}, pdf_standards=STANDARDS, timestamp=moment
        )
    except typst.TypstError as error:
        if "PDF/" not in error.message:
            raise
        # A person's paper comes first; the archive's standard is given up for this one, and we are told.
        logger.error("a paper does not meet its PDF standards and was made without them: %s", template)
        made = compiler.compile(format="pdf", sys_inputs={"data": data}, timestamp=moment)
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Only our own fonts: a paper looks the same on every machine."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in FOLDERS],
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(compile_paper(**json.load(sys.stdin)))
