import pytest

from madoguchi.common.files.refusals import Refusal, Refused
from madoguchi.common.files.sniffing import GIF, HEIF, JPEG, PDF, PNG, WEBP, sniff
from madoguchi.common.files.tests.making import HEIC, jpeg, pdf, picture, png, saved

AVIF = b"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1miafMA1B"
ZIP = b"PK\x03\x04\x14\x00\x06\x00"
WINDOWS_PROGRAM = b"MZ\x90\x00\x03\x00"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (jpeg(), JPEG),
        (png(), PNG),
        (saved(picture(), "WEBP"), WEBP),
        (saved(picture(mode="P"), "GIF"), GIF),
        (HEIC, HEIF),
        (pdf(), PDF),
        (b"\xef\xbb\xbf\r\n%PDF-1.4", PDF),
    ],
)
@pytest.mark.parametrize("name", ["", "noextension", "photo.jpg", "書類.pdf", "virus.exe"])
def test_the_content_decides_whatever_the_name_says(content, kind, name):
    assert sniff(content[:4096], name) == kind


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "photo.jpg", Refusal.EMPTY),
        (ZIP, "photos.zip", Refusal.ARCHIVE),
        (ZIP, "photo.jpg", Refusal.ARCHIVE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "申請書.doc", Refusal.ARCHIVE),
        (WINDOWS_PROGRAM, "photo.jpg", Refusal.MISLABELLED),
        (b"<html><script>alert(1)</script>", "書類.PDF", Refusal.MISLABELLED),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg", Refusal.TYPE_UNKNOWN),
        (b"<html>%PDF-1.7", "page.html", Refusal.TYPE_UNKNOWN),
        (b"II*\x00", "scan.tiff", Refusal.TYPE_UNKNOWN),
        (AVIF, "photo.avif", Refusal.TYPE_UNKNOWN),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "film.mp4", Refusal.TYPE_UNKNOWN),
        ("ひらがな".encode(), "memo.txt", Refusal.TYPE_UNKNOWN),
        (b"\xff", "x", Refusal.TYPE_UNKNOWN),
        (b"\x00\x00\x00\x18ftyp", "x", Refusal.TYPE_UNKNOWN),
        (b"\x00\x00\x00\x04ftypheic", "x", Refusal.TYPE_UNKNOWN),
        (b"\xff\xff\xff\xffftypheic", "x", Refusal.TYPE_UNKNOWN),
    ],
)
def test_everything_else_is_refused_with_its_reason(content, name, code):
    with pytest.raises(Refused) as refused:
        sniff(content, name)

    assert refused.value.code is code


def test_a_refusal_says_neither_name_nor_content():
    with pytest.raises(Refused) as refused:
        sniff(b"secret of Yamada", "山田太郎.jpg")

    assert str(refused.value) == "mislabelled"
    assert "山田" not in repr(refused.value.params)
