import re

import pytest

from madoguchi.common.files import messages
from madoguchi.common.files.intake import Limits
from madoguchi.common.files.refusals import Refusal, Refused
from madoguchi.common.files.store import StorageFull, StorageUnavailable

PARAMS: dict[Refusal, dict[str, str | int]] = {
    Refusal.TOO_LARGE: {"most": 10 * 1024 * 1024},
    Refusal.TYPE_NOT_ACCEPTED: {"family": "pdf"},
    Refusal.MISLABELLED: {"extension": "jpg", "family": "image"},
    Refusal.IMAGE_TOO_MANY_PIXELS: {"most": 50},
    Refusal.PDF_TOO_MANY_PAGES: {"pages": 120, "most": 100},
    Refusal.INFECTED: {"virus": "Eicar-Test-Signature"},
}


@pytest.mark.parametrize("code", list(Refusal))
def test_every_refusal_has_a_sentence_that_says_what_to_do(code):
    text = messages.sentence(Refused(code, **PARAMS.get(code, {})))

    assert re.search(r"(送って|撮り直して|待って)[^。]*ください。", text)
    assert "%(" not in text
    assert all(len(sentence) <= 50 for sentence in text.split("。"))
    assert "Eicar" not in text


@pytest.mark.parametrize(
    ("refused", "text"),
    [
        (
            Refused(Refusal.TOO_LARGE, most=10 * 1024 * 1024),
            "ファイルが大きすぎます（上限10MB）。写真を小さくするか、分けて送ってください。",
        ),
        (
            Refused(Refusal.IMAGE_TOO_MANY_PIXELS, most=50),
            "写真の画素数が多すぎます（上限5000万画素）。カメラの設定で小さくして撮り直してください。",
        ),
        (
            Refused(Refusal.MISLABELLED, extension="pdf", family="pdf"),
            "名前は「.pdf」ですが、中身がPDFではありません。元の書類を開いて確かめ、もう一度送ってください。",
        ),
        (
            Refused(Refusal.TYPE_NOT_ACCEPTED, family="image"),
            "ここでは写真を受け取れません。PDFを送ってください。",
        ),
    ],
)
def test_the_figures_stand_in_the_sentence(refused, text):
    assert messages.sentence(refused) == text


@pytest.mark.parametrize("error", [StorageFull("no room left"), StorageUnavailable("ECONNREFUSED")])
def test_a_fault_of_the_store_is_told_as_ours_and_without_inner_words(error):
    text = messages.sentence(error)

    assert "入力した内容は消えていません" in text
    assert "ECONNREFUSED" not in text


@pytest.mark.parametrize(
    ("accept", "text"),
    [
        (("image", "pdf"), "写真（JPEG、PNG、HEIC、WebP）またはPDF。1つ10MBまで、5つまで送れます。"),
        (("image",), "写真（JPEG、PNG、HEIC、WebP）。1つ10MBまで、5つまで送れます。"),
        (("pdf",), "PDF。1つ10MBまで、5つまで送れます。"),
    ],
)
def test_kinds_size_and_number_are_promised_beforehand(accept, text):
    assert messages.promise(accept=accept, limits=Limits(), max_files=5) == text


@pytest.mark.parametrize(("size", "text"), [(10 * 1024 * 1024, "10MB"), (1024 * 1024 * 3 // 2, "1.5MB")])
def test_sizes_are_written_as_telephones_do(size, text):
    assert messages.megabytes(size) == text
