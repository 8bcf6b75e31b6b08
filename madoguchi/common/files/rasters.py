"""Pages and pictures drawn as plain images for the officer's viewer, by PDFium and Pillow."""

import ctypes
from contextlib import closing
from typing import Any, BinaryIO

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
from noto_cjk_sans_jp_regular import FONT_PATH
from PIL import Image

from madoguchi.common.files.refusals import Refusal, Refused

LARGEST_SCALE = 4.0
_lent: list[Any] = []


def page_count(source: BinaryIO) -> int:
    """How many pages PDFium finds; 0 where it cannot open the file or its first page."""
    try:
        with closing(_document(source)) as document:
            document[0].close()
            return len(document)
    except pypdfium2.PdfiumError:
        return 0


def draw_page(
    source: BinaryIO, target: BinaryIO, *, media_type: str, page: int, max_side: int
) -> dict[str, Any]:
    """Draw one page (the first is 1), or a picture scaled down, as PNG or JPEG; report its size and all pages."""
    if media_type != "application/pdf":
        return _draw_picture(source, target, max_side)
    _lend_fonts()
    try:
        with closing(_document(source)) as document:
            pages = len(document)
            if not 1 <= page <= pages:
                raise Refused(Refusal.PDF_BROKEN)
            document.init_forms()
            sheet = document[page - 1]
            scale = min(max_side / max(*sheet.get_size(), 1.0), LARGEST_SCALE)
            picture: Image.Image = sheet.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    except pypdfium2.PdfiumError as error:
        raise Refused(Refusal.PDF_BROKEN) from error
    picture.save(target, "PNG")
    return {"media_type": "image/png", "width": picture.width, "height": picture.height, "pages": pages}


def _draw_picture(source: BinaryIO, target: BinaryIO, max_side: int) -> dict[str, Any]:
    with Image.open(source, formats=["JPEG", "PNG"]) as picture:
        kind = picture.format or "JPEG"
        if kind == "JPEG":
            picture.draft("RGB", (max_side, max_side))
        picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        picture.info = {}
        picture.save(target, kind)
        report = {"media_type": f"image/{kind.lower()}", "width": picture.width, "height": picture.height}
    return {**report, "pages": 1}


def _document(source: BinaryIO) -> Any:
    source.seek(0)
    return pypdfium2.PdfDocument(source.read())


def _lend_fonts() -> None:
    """Give PDFium our Japanese font: PDFs made in Japan often name fonts without carrying them.

    Without it their text would silently stay blank on a machine that has no fonts. The library takes folders of
    fonts only when it starts, so it is started again; this process draws one page and ends.
    """
    folders = (ctypes.c_char_p * 2)(str(FONT_PATH.parent).encode(), None)
    configuration = pdfium.FPDF_LIBRARY_CONFIG(version=2)
    configuration.m_pUserFontPaths = ctypes.cast(folders, type(configuration.m_pUserFontPaths))
    pdfium.FPDF_DestroyLibrary()
    pdfium.FPDF_InitLibraryWithConfig(ctypes.byref(configuration))
    _lent.append(folders)  # PDFium keeps the pointer
