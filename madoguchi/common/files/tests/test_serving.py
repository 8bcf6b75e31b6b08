import io
from urllib.parse import unquote

import pytest
from PIL import Image

from madoguchi.common.files.folder import FolderStore
from madoguchi.common.files.refusals import Refused
from madoguchi.common.files.serving import Preview, preview, preview_headers, safe_headers
from madoguchi.common.files.store import NotStored
from madoguchi.common.files.tests.making import (
    HEIC,
    jpeg,
    pdf,
    pdf_with_japanese_font_not_embedded,
    pdf_writer,
    png,
    written,
)


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path)


def shown(content: bytes, store: FolderStore, page: int = 1, **options) -> tuple[Preview, Image.Image]:
    made = preview(store.put(content).digest, page, store=store, **options)
    picture = Image.open(io.BytesIO(made.content)).convert("L")
    return made, picture


def ink(picture: Image.Image) -> int:
    """How many pixels are dark."""
    return sum(picture.histogram()[:100])


def test_a_download_is_saved_and_never_opened_by_the_browser():
    headers = safe_headers("application/pdf", "通帳の写し.pdf")

    kind, plain, extended = headers["Content-Disposition"].split("; ")
    assert (kind, plain) == ("attachment", 'filename="file.pdf"')
    assert unquote(extended.removeprefix("filename*=UTF-8''")) == "通帳の写し.pdf"
    assert extended.isascii()
    assert headers["Content-Type"] == "application/pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", ['a"; filename=b.exe', "a\r\nSet-Cookie: b=c", "../../a", "\u202egpj.exe"])
def test_a_name_cannot_add_anything_to_the_headers(name):
    value = safe_headers("image/jpeg", name)["Content-Disposition"]

    assert value.count(";") == 2
    assert value.count('"') == 2
    assert not set(value) & set("\r\n/\\\u202e")
    assert value.endswith(".jpg")


@pytest.mark.parametrize(
    "media_type", ["text/html", "image/svg+xml", "image/heic", "application/octet-stream", ""]
)
def test_only_what_we_made_is_given_out(media_type):
    with pytest.raises(ValueError):
        safe_headers(media_type, "a")


@pytest.mark.slow
def test_a_page_of_a_pdf_is_drawn_as_a_picture(store):
    first, first_picture = shown(pdf(3), store)
    third, third_picture = shown(pdf(3), store, 3)

    assert (first.media_type, first.page, first.pages) == ("image/png", 1, 3)
    assert (third.page, third.pages) == (3, 3)
    assert max(first.width, first.height) == 1600
    assert ink(first_picture) > 500
    assert first_picture.tobytes() != third_picture.tobytes()
    assert preview_headers(first)["Content-Type"] == "image/png"
    assert preview_headers(first)["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.slow
def test_japanese_text_in_a_font_that_the_pdf_does_not_carry_is_not_blank(store):
    _made, picture = shown(pdf_with_japanese_font_not_embedded(), store)

    assert ink(picture) > 2000


@pytest.mark.slow
def test_a_pdf_that_forbids_changes_is_drawn_too(store):
    writer = pdf_writer()
    writer.encrypt(user_password="", owner_password="5678", algorithm="AES-256")

    assert ink(shown(written(writer), store)[1]) > 500


@pytest.mark.slow
@pytest.mark.parametrize("page", [0, -1, 4])
def test_a_page_that_is_not_there_is_refused(store, page):
    with pytest.raises(Refused):
        shown(pdf(3), store, page)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "media_type"), [(jpeg(1600, 960), "image/jpeg"), (png(1600, 960), "image/png")]
)
def test_a_picture_is_made_smaller_and_anew(store, content, media_type):
    made, _picture = shown(content, store, max_side=400)

    assert (made.media_type, made.width, made.height, made.pages) == (media_type, 400, 240, 1)
    assert b"TestMaker" not in made.content


@pytest.mark.slow
def test_a_page_of_enormous_size_is_drawn_within_the_bounds(store):
    writer = pdf_writer()
    writer.add_blank_page(14400, 100)
    made, _picture = shown(written(writer), store, 2)

    assert (made.width, made.height <= 12) == (1600, True)


def test_what_did_not_come_through_intake_is_not_shown(store):
    with pytest.raises(NotStored):
        shown(HEIC, store)
    with pytest.raises(NotStored):
        preview("0" * 64, store=store)
    with pytest.raises(Refused):
        shown(b"<html></html>", store)
