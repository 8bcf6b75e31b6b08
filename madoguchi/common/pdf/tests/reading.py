"""Reading papers back as another program would."""

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader


def read(content: bytes) -> PdfReader:
    """The paper, opened."""
    return PdfReader(io.BytesIO(content))


def root_of(content: bytes) -> Any:
    """The paper's own description of itself."""
    return read(content).trailer["/Root"]


def claims_of(content: bytes) -> str:
    """Which standards the paper says it meets."""
    metadata: str = root_of(content)["/Metadata"].get_data().decode()
    return metadata


def text_of(content: bytes) -> str:
    """What a screen reader or a copy-and-paste gets, without line breaks and spaces."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in read(content).pages))


def fonts_of(content: bytes) -> Iterator[Any]:
    """Every font's descriptor."""
    for page in read(content).pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            for descendant in font.get_object()["/DescendantFonts"]:
                yield descendant.get_object()["/FontDescriptor"]


def roles_of(content: bytes) -> list[str]:
    """The kinds of elements in the tag tree, in order."""
    root = root_of(content)
    found: list[str] = []

    def walk(element: Any) -> None:
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, list):
            for child in element:
                walk(child)
        elif isinstance(element, dict):
            if "/S" in element:
                found.append(str(element["/S"]))
            walk(element.get("/K", []))

    walk(root["/StructTreeRoot"]["/K"])
    return found
