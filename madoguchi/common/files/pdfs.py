"""A PDF sent by a resident, looked through before it is kept: whole, readable, and nothing in it that acts."""

import logging
from collections.abc import Iterator
from typing import Any, BinaryIO

from pypdf import PdfReader, apply_configuration
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from madoguchi.common.files.rasters import page_count
from madoguchi.common.files.refusals import Refusal, Refused

MOST_OBJECTS = 200_000
UNPACKED_BYTES = 64 * 1024**2
# ISO 32000-2: 12.6.4 action types that run, send, open or fetch something. Links to pages and addresses may stay.
ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound",
    "/GoTo3DView", "/RichMediaExecute",
}  # fmt: skip
KEYS = {
    "/JS": "script",
    "/JavaScript": "script",
    "/EmbeddedFiles": "attachment",
    "/EF": "attachment",
    "/XFA": "xfa",
    "/RichMediaContent": "media",
    "/RichMediaSettings": "media",
}
ANNOTATIONS = {"/RichMedia", "/3D", "/Movie", "/Sound", "/Screen", "/FileAttachment"}


def check_pdf(source: BinaryIO, _target: BinaryIO, *, max_pages: int) -> dict[str, Any]:
    """Refuse what is broken, locked, too long or active; report the number of pages."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        with apply_configuration(
            zlib_maximum_output_length=UNPACKED_BYTES,
            lzw_maximum_output_length=UNPACKED_BYTES,
            run_length_maximum_output_length=UNPACKED_BYTES,
        ):
            pages = _checked(PdfReader(source))
    except Refused:
        raise
    except LimitReachedError as error:
        raise Refused(Refusal.TOO_COMPLEX) from error
    except DependencyError as error:
        raise Refused(Refusal.PDF_LOCKED) from error
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        AssertionError,
        OSError,
    ) as error:
        raise Refused(Refusal.PDF_BROKEN) from error
    # The officer's viewer uses another library: what it cannot open would be of no use to anyone.
    if pages == 0 or page_count(source) != pages:
        raise Refused(Refusal.PDF_BROKEN)
    if pages > max_pages:
        raise Refused(Refusal.PDF_TOO_MANY_PAGES, pages=pages, most=max_pages)
    return {"media_type": "application/pdf", "pages": pages}


def _checked(reader: PdfReader) -> int:
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused(Refusal.PDF_LOCKED)
    pages = len(reader.pages)
    for dictionary in _dictionaries(reader):
        if reason := _what_acts(dictionary):
            raise Refused(Refusal.PDF_ACTIVE, reason=reason)
    return pages


def _what_acts(dictionary: DictionaryObject) -> str:
    """What in this dictionary could act on the reader's machine, or nothing."""
    for key, reason in KEYS.items():
        if dictionary.get(key):
            return reason
    if dictionary.get("/S") in ACTIONS:
        return "action"
    if dictionary.get("/Subtype") in ANNOTATIONS:
        return "media"
    return ""


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, reachable from a page or not, each once."""
    seen = 0
    for number, generation in _numbers(reader):
        waiting: list[Any] = [reader.get_object(IndirectObject(number, generation, reader))]
        while waiting:
            seen += 1
            if seen > MOST_OBJECTS:
                raise Refused(Refusal.TOO_COMPLEX)
            found = waiting.pop()
            if isinstance(found, DictionaryObject):
                yield found
                waiting += [value for value in found.values() if not isinstance(value, IndirectObject)]
            elif isinstance(found, ArrayObject):
                waiting += [value for value in found if not isinstance(value, IndirectObject)]


def _numbers(reader: PdfReader) -> list[tuple[int, int]]:
    plain = [(number, generation) for generation, table in reader.xref.items() for number in table if number]
    packed = [(number, 0) for number in reader.xref_objStm]
    return list(dict.fromkeys(plain + packed))
