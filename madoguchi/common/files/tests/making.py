"""Small real files for the tests: pictures, PDFs and things that only look like them."""

import io
import struct
import zlib
from pathlib import Path

from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

HEIC = (Path(__file__).parent / "samples" / "photo.heic").read_bytes()
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PLACE = {1: "N", 2: (39.0, 42.0, 7.0), 3: "E", 4: (141.0, 9.0, 12.0)}
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def picture(width: int = 160, height: int = 96, mode: str = "RGB") -> Image.Image:
    """Blue, with a red upper left corner that shows which way is up."""
    made = Image.new("RGB", (width, height), (40, 120, 200))
    ImageDraw.Draw(made).rectangle((0, 0, width // 4, height // 4), fill=(220, 30, 30))
    return made.quantize(4) if mode == "P" else made.convert(mode)


def saved(made: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a picture in a file format."""
    target = io.BytesIO()
    made.save(target, kind, **options)
    return target.getvalue()


def jpeg(width: int = 160, height: int = 96, *, orientation: int = 1, **options: object) -> bytes:
    """A photograph as a telephone makes it: with its maker, its orientation and its place."""
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "TestMaker", orientation
    exif.get_ifd(GPS).update(PLACE)
    return saved(picture(width, height), "JPEG", quality=90, exif=exif, comment=b"secret comment", **options)


def png(width: int = 160, height: int = 96) -> bytes:
    """A screenshot."""
    return saved(picture(width, height), "PNG")


def png_bomb(width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of enormous size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    header = struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pdf_writer(pages: int = 1) -> PdfWriter:
    """A PDF of A4 pages, each with a line of text in a font it does not carry."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for number in range(1, pages + 1):
        page = writer.add_blank_page(595, 842)
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 36 Tf 72 700 Td (Page {number}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
    return writer


def written(writer: PdfWriter) -> bytes:
    """The bytes of a PDF."""
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def pdf(pages: int = 1) -> bytes:
    """A harmless PDF."""
    return written(pdf_writer(pages))


def pdf_with_japanese_font_not_embedded() -> bytes:
    """山田太郎 in リュウミン, named but not carried: usual in PDFs made in Japan in the 2000s."""
    writer = pdf_writer()
    name = NameObject
    descendant = DictionaryObject(
        {
            name("/Type"): name("/Font"),
            name("/Subtype"): name("/CIDFontType0"),
            name("/BaseFont"): name("/Ryumin-Light"),
            name("/CIDSystemInfo"): DictionaryObject(
                {
                    name("/Registry"): TextStringObject("Adobe"),
                    name("/Ordering"): TextStringObject("Japan1"),
                    name("/Supplement"): NumberObject(2),
                }
            ),
        }
    )
    font = DictionaryObject(
        {
            name("/Type"): name("/Font"),
            name("/Subtype"): name("/Type0"),
            name("/BaseFont"): name("/Ryumin-Light"),
            name("/Encoding"): name("/UniJIS-UCS2-H"),
            name("/DescendantFonts"): ArrayObject([writer._add_object(descendant)]),
        }
    )
    page = writer.pages[0]
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 60 Tf 72 400 Td <{'山田太郎'.encode('utf-16-be').hex()}> Tj ET".encode())
    page[name("/Contents")] = writer._add_object(content)
    page[name("/Resources")] = DictionaryObject({name("/Font"): DictionaryObject({name("/F1"): font})})
    return written(writer)
