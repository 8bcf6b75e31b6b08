import io
import zlib
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    Fit,
    NameObject,
    NumberObject,
    TextStringObject,
)

from madoguchi.common.files.pdfs import check_pdf
from madoguchi.common.files.refusals import Refusal, Refused
from madoguchi.common.files.tests.making import pdf, pdf_writer, written


def checked(content: bytes, max_pages: int = 100) -> dict[str, Any]:
    return check_pdf(io.BytesIO(content), io.BytesIO(), max_pages=max_pages)


def refusal(content: bytes, max_pages: int = 100) -> Refused:
    with pytest.raises(Refused) as refused:
        checked(content, max_pages)
    return refused.value


def action(**entries: object) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def with_root(key: str, value: object) -> bytes:
    writer = pdf_writer()
    writer._root_object[NameObject(key)] = value
    return written(writer)


def with_annotation(**entries: object) -> bytes:
    writer = pdf_writer()
    box = ArrayObject([NumberObject(value) for value in (0, 0, 100, 100)])
    annotation = action(Type=NameObject("/Annot"), Rect=box, **entries)
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])
    return written(writer)


def script() -> DictionaryObject:
    return action(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert('x')"))


def with_named_script() -> bytes:
    names = ArrayObject([TextStringObject("start"), script()])
    return with_root("/Names", action(JavaScript=action(Names=names)))


def with_attachment() -> bytes:
    writer = pdf_writer()
    writer.add_attachment("list.csv", b"1,2,3")
    return written(writer)


def with_unreachable_script() -> bytes:
    writer = pdf_writer()
    writer._add_object(script())
    return written(writer)


def test_an_ordinary_pdf_is_taken_with_its_number_of_pages():
    assert checked(pdf(3)) == {"media_type": "application/pdf", "pages": 3}


def test_links_and_an_opening_page_do_no_harm():
    writer = pdf_writer(2)
    writer.add_annotation(0, Link(rect=(0, 0, 10, 10), url="https://www.example.jp/"))
    writer.add_annotation(0, Link(rect=(0, 0, 10, 10), target_page_index=1))
    writer.add_outline_item(title="第2ページ", page_number=1, fit=Fit.fit())
    writer._root_object[NameObject("/OpenAction")] = ArrayObject(
        [writer.pages[0].indirect_reference, NameObject("/Fit")]
    )

    assert checked(written(writer))["pages"] == 2


def test_a_form_filled_in_by_hand_is_taken():
    field = action(FT=NameObject("/Tx"), T=TextStringObject("氏名"), V=TextStringObject("山田太郎"))

    assert checked(with_root("/AcroForm", action(Fields=ArrayObject([field]))))["pages"] == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (with_named_script(), "script"),
        (with_unreachable_script(), "script"),
        (with_root("/OpenAction", script()), "script"),
        (with_root("/OpenAction", action(S=NameObject("/Launch"), F=TextStringObject("cmd.exe"))), "action"),
        (with_annotation(Subtype=NameObject("/Link"), A=action(S=NameObject("/SubmitForm"))), "action"),
        (with_annotation(Subtype=NameObject("/Link"), AA=action(E=action(S=NameObject("/GoToR")))), "action"),
        (with_annotation(Subtype=NameObject("/RichMedia")), "media"),
        (with_annotation(Subtype=NameObject("/FileAttachment")), "media"),
        (with_attachment(), "attachment"),
        (with_root("/AcroForm", action(XFA=TextStringObject("<xdp/>"))), "xfa"),
    ],
)
def test_what_could_act_is_refused(content, reason):
    refused = refusal(content)

    assert refused.code is Refusal.PDF_ACTIVE
    assert refused.params == {"reason": reason}


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_with_a_password_is_refused(algorithm):
    writer = pdf_writer()
    writer.encrypt(user_password="1234", owner_password="5678", algorithm=algorithm)

    assert refusal(written(writer)).code is Refusal.PDF_LOCKED


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_only_forbids_changes_is_taken(algorithm):
    writer = pdf_writer()
    writer.encrypt(user_password="", owner_password="5678", algorithm=algorithm)

    assert checked(written(writer))["pages"] == 1


def test_a_script_is_found_behind_an_empty_password_too():
    writer = pdf_writer()
    writer._root_object[NameObject("/OpenAction")] = script()
    writer.encrypt(user_password="", owner_password="5678", algorithm="AES-256")

    assert refusal(written(writer)).code is Refusal.PDF_ACTIVE


def test_a_script_is_found_inside_a_compressed_object_stream_too():
    writer = pdf_writer()
    packed = DecodedStreamObject()
    body = b"900 0 << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    packed.set_data(body)
    packed.update(action(Type=NameObject("/ObjStm"), N=NumberObject(1), First=NumberObject(6)))
    stream = packed.flate_encode()
    number = writer._add_object(stream).idnum
    content = written(writer)
    assert b"JavaScript" not in content

    assert refusal(_with_packed_object(content, 900, number)).code is Refusal.PDF_ACTIVE


def _with_packed_object(content: bytes, number: int, container: int) -> bytes:
    """The same file with a cross-reference stream added that says where the packed object is."""
    previous = int(content.rsplit(b"startxref", 1)[1].split()[0])
    root = content.rsplit(b"/Root", 1)[1].split(b"R")[0].decode() + "R"
    row = bytes([2]) + container.to_bytes(4, "big") + bytes([0])
    at = len(content)
    head = (
        f"\n901 0 obj\n<< /Type /XRef /Size 902 /Index [{number} 1] /W [1 4 1] /Root{root} /Prev {previous} "
        f"/Length {len(row)} >>\nstream\n"
    ).encode()
    return content + head + row + f"\nendstream\nendobj\nstartxref\n{at + 1}\n%%EOF\n".encode()


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n%%EOF\n",
        b"%PDF-1.7\n" + b"rubbish " * 1000,
        pdf(2)[:300],
        pdf(2).replace(b"/Kids", b"/Kidz"),
        written(PdfWriter()),
    ],
)
def test_a_broken_or_empty_pdf_is_refused(content):
    assert refusal(content).code is Refusal.PDF_BROKEN


def test_a_pdf_of_too_many_pages_is_refused_with_both_numbers():
    refused = refusal(pdf(6), max_pages=5)

    assert refused.code is Refusal.PDF_TOO_MANY_PAGES
    assert refused.params == {"pages": 6, "most": 5}


def test_a_page_tree_that_bites_its_tail_is_refused():
    writer = pdf_writer()
    tree: Any = writer._root_object["/Pages"]
    tree["/Kids"].append(tree.indirect_reference)

    assert refusal(written(writer)).code in (Refusal.PDF_BROKEN, Refusal.TOO_COMPLEX)


@pytest.mark.slow
def test_a_bomb_in_an_object_stream_is_refused_before_it_bursts():
    deflated = zlib.compress(b" " * 100_000_000, 9)
    content = pdf()
    bomb = (
        f"\n900 0 obj\n<< /Type /ObjStm /N 1 /First 10 /Filter /FlateDecode /Length {len(deflated)} >>\nstream\n"
    ).encode()
    at = len(content)
    content += bomb + deflated + b"\nendstream\nendobj\n"
    previous = int(content.rsplit(b"startxref", 1)[1].split()[0])
    root = content.rsplit(b"/Root", 1)[1].split(b"R")[0].decode() + "R"
    rows = (
        bytes([1])
        + (at + 1).to_bytes(4, "big")
        + bytes([0])
        + bytes([2])
        + (900).to_bytes(4, "big")
        + bytes([0])
    )
    xref = len(content)
    content += (
        f"902 0 obj\n<< /Type /XRef /Size 903 /Index [900 2] /W [1 4 1] /Root{root} /Prev {previous} "
        f"/Length {len(rows)} >>\nstream\n"
    ).encode()
    content += rows + f"\nendstream\nendobj\nstartxref\n{xref}\n%%EOF\n".encode()

    assert refusal(content).code is Refusal.TOO_COMPLEX
