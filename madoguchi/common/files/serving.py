"""Giving kept files to staff without letting them act: a download that no browser opens, a preview drawn by us."""

import tempfile
from dataclasses import dataclass
from urllib.parse import quote

from madoguchi.common.files.isolation import run_isolated
from madoguchi.common.files.names import EXTENSION_OF, WITHOUT_NAME, clean_name
from madoguchi.common.files.sniffing import HEAD_BYTES, sniff
from madoguchi.common.files.store import NotStored, Store, storage_errors

PREVIEW_SIDE = 1600
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class Preview:
    """One page as an image made by us, and how many pages there are."""

    content: bytes
    media_type: str
    width: int
    height: int
    page: int
    pages: int


def safe_headers(media_type: str, name: str) -> dict[str, str]:
    """The headers of a download: saved, never shown in our origin (RFC 6266, RFC 8187)."""
    if media_type not in EXTENSION_OF:
        raise ValueError("only what intake made is given out")
    cleaned = clean_name(name, media_type)
    plain = f"{WITHOUT_NAME}.{EXTENSION_OF[media_type]}"
    return {
        "Content-Type": media_type,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(cleaned, safe='')}",
        **SAFE,
    }


def preview_headers(preview: Preview) -> dict[str, str]:
    """The headers of a preview: an image that an `<img>` of our own pages may show, and nothing else."""
    return {"Content-Type": preview.media_type, "Content-Disposition": "inline", **SAFE}


def preview(digest: str, page: int = 1, *, store: Store, max_side: int = PREVIEW_SIDE) -> Preview:
    """A page of a kept file (the first is 1) drawn anew; raises `NotStored`, or `Refused` if there is no such page."""
    with store.open(digest) as content, storage_errors(), tempfile.TemporaryFile() as drawn:
        kind = sniff(content.read(HEAD_BYTES))
        if kind.media_type not in EXTENSION_OF:
            raise NotStored("not made by intake")
        report = run_isolated(
            "page", content, drawn, {"media_type": kind.media_type, "page": page, "max_side": max_side}
        )
        drawn.seek(0)
        return Preview(
            content=drawn.read(),
            media_type=report["media_type"],
            width=report["width"],
            height=report["height"],
            page=page,
            pages=report["pages"],
        )
