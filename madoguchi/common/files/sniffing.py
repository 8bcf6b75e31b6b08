"""What a file is, decided by its first bytes and never by its name or by what the sender says."""

from dataclasses import dataclass

from madoguchi.common.files.refusals import Refusal, Refused

HEAD_BYTES = 4096
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
ARCHIVE_STARTS = (
    b"PK\x03\x04",  # zip, and with it docx, xlsx, pptx, epub
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # doc, xls, ppt
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"{\\rtf",
)
PDF_PADDING = b"\xef\xbb\xbf \t\r\n\0"
EXTENSIONS = {
    "jpg": "image", "jpeg": "image", "jpe": "image", "png": "image", "webp": "image", "gif": "image",
    "heic": "image", "heif": "image", "pdf": "pdf",
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of file that can be read: its media type, its family (what a question accepts), Pillow's name."""

    media_type: str
    family: str
    decoder: str


JPEG = Kind("image/jpeg", "image", "JPEG")
PNG = Kind("image/png", "image", "PNG")
WEBP = Kind("image/webp", "image", "WEBP")
GIF = Kind("image/gif", "image", "GIF")
HEIF = Kind("image/heic", "image", "HEIF")
PDF = Kind("application/pdf", "pdf", "")


def sniff(head: bytes, name: str = "") -> Kind:
    """The kind of a file that starts like this; the name only chooses the words of a refusal."""
    if not head:
        raise Refused(Refusal.EMPTY)
    if kind := _known(head):
        return kind
    if head.startswith(ARCHIVE_STARTS):
        raise Refused(Refusal.ARCHIVE)
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if extension in EXTENSIONS:
        raise Refused(Refusal.MISLABELLED, extension=extension, family=EXTENSIONS[extension])
    raise Refused(Refusal.TYPE_UNKNOWN)


def _known(head: bytes) -> Kind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and _is_heif(head):
        return HEIF
    if head.lstrip(PDF_PADDING).startswith(b"%PDF-"):
        return PDF
    return None


def _is_heif(head: bytes) -> bool:
    """Whether the file-type box names a brand of HEIC photographs (ISO/IEC 23008-12), and none of AVIF."""
    length = int.from_bytes(head[:4], "big")
    if not 16 <= length <= 512:
        return False
    box = head[8:length]
    brands = {box[:4]} | {box[at : at + 4] for at in range(8, len(box), 4)}
    return bool(brands & HEIF_BRANDS) and not brands & {b"avif", b"avis"}
