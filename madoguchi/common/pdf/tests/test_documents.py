import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from madoguchi.common.pdf.documents import Row, Section
from madoguchi.common.pdf.tests.papers import ALL, DECISION_NOTICE, FILING_COPY, LETTER, RESUME_SHEET
from madoguchi.common.pdf.tests.reading import claims_of, fonts_of, read, roles_of, root_of, text_of


@pytest.fixture(params=sorted(ALL))
def paper(request) -> Any:
    return ALL[request.param]


def test_every_paper_says_what_it_is_and_in_which_language(paper):
    metadata, root = read(paper.render()).metadata, root_of(paper.render())

    assert metadata is not None
    assert metadata.title
    assert metadata.author == "盛岡市"
    assert str(root["/Lang"]).startswith("ja")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_every_paper_is_tagged_and_claims_the_standards_for_archives_and_accessibility(paper):
    root = root_of(paper.render())
    claims = claims_of(paper.render())

    assert root["/MarkInfo"]["/Marked"]
    assert "<pdfaid:part>2</pdfaid:part>" in claims
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in claims
    assert "<pdfuaid:part>1</pdfuaid:part>" in claims
    assert roles_of(paper.render()).count("/H1") == 1


def test_every_font_is_inside(paper):
    fonts = list(fonts_of(paper.render()))

    assert fonts
    assert all("/FontFile3" in font for font in fonts)
    assert all("NotoSansCJKjp" in font["/FontName"] for font in fonts)


def test_every_paper_fits_on_a4_and_is_small_enough_to_mail(paper):
    content = paper.render()

    assert [round(float(side)) for side in read(content).pages[0].mediabox[2:]] == [595, 842]
    assert len(content) < 150_000


def test_the_same_paper_is_the_same_bytes(paper):
    assert paper.render() == replace(paper).render()


def test_a_copy_holds_everything_that_was_filed_character_by_character():
    text = text_of(FILING_COPY.render())

    for expected in (
        "児童手当認定請求書（控え）",
        "7K3M-Q9XT-2RWP",
        "2026年11月23日（令和8年）",
        "氏名山田太郎",
        "〒020-8530盛岡市内丸12番2号",
        "髙橋𠮷野﨑辻󠄀",
        "通帳の写し.jpg",
        "担当の課で内容を確認します。",
        "https://madoguchi.city.example.jp/status/",
        "電話019-000-0000",
    ):
        assert expected in text
    assert "⼭" not in text
    assert "〓" not in text


def test_the_secret_stands_on_a_copy_only_when_it_was_given():
    assert "合言葉" not in text_of(FILING_COPY.render())
    assert "合言葉" in text_of(replace(FILING_COPY, lookup_secret="KQ7D-9XMT").render())


def test_a_table_has_a_heading_that_screen_readers_find():
    roles = roles_of(FILING_COPY.render())

    assert {"/Table", "/THead", "/TH", "/TBody", "/TR", "/TD", "/H2"} <= set(roles)


def test_sixty_answers_flow_over_pages_with_numbers_and_repeated_headings():
    rows = tuple(Row(f"質問{number}", f"答え{number}") for number in range(1, 61))

    reader = read(replace(FILING_COPY, sections=(Section("たくさん", rows),)).render())
    pages = [page.extract_text() for page in reader.pages]

    assert len(pages) >= 2
    for number, page in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in page
    assert "項目" in pages[1]
    assert "7K3M-Q9XT-2RWP" in pages[1]
    assert all(f"答え{number}\n" in "".join(pages) for number in range(1, 61))


def test_a_paper_of_one_page_has_no_page_number():
    assert "1/1" not in text_of(LETTER.render())


def test_entries_of_ten_thousand_characters_are_all_printed():
    long = (Row("氏名", "長" * 10_000), Row("address", "w" * 10_000))

    text = text_of(replace(FILING_COPY, sections=(Section("長い", long),)).render())

    assert (text.count("長") - 1, text.count("w")) == (10_000, 10_000)
    assert "\u200b" not in text


def test_a_notice_has_the_parts_of_an_official_letter_in_their_order():
    text = text_of(DECISION_NOTICE.render())

    parts = [
        "盛子青第1234号",
        "令和8年12月10日",
        "山田太郎様",
        "盛岡市長",
        "（公印省略）",
        "児童手当認定通知書",
        "20,000円",
    ]
    parts += [
        "理由支給要件に",
        "不服があるときは（教示）",
        "審査請求をすることができます",
        "問い合わせ先盛岡市子ども青少年課",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_notice_without_reason_and_appeal_has_no_empty_headings():
    text = text_of(replace(DECISION_NOTICE, reason=(), appeal=(), facts=()).render())

    assert "理由" not in text
    assert "教示" not in text
    assert "項目" not in text


def test_a_seal_is_printed_beside_the_sender_with_words_for_those_who_cannot_see_it():
    target = io.BytesIO()
    Image.new("RGB", (60, 60), (200, 30, 30)).save(target, "PNG")

    content = replace(DECISION_NOTICE, seal=target.getvalue(), seal_omitted=False).render()

    assert len(read(content).pages[0].images) == 1
    assert "/Figure" in roles_of(content)
    assert "公印省略" not in text_of(content)


def test_a_resume_sheet_shows_code_secret_and_term_and_its_qr_code_as_a_figure():
    content = RESUME_SHEET.render()
    text = text_of(content)

    assert "再開コード8H2K-44QP-M7XA" in text
    assert "合言葉KQ7D-9XMT" in text
    assert "2026年12月23日（令和8年）" in text
    assert "https://madoguchi.city.example.jp/filing/resume/" in text
    assert "/Figure" in roles_of(content)


def test_a_letter_leaves_out_what_it_was_not_given():
    text = text_of(replace(LETTER, addressee="", sender="", lists=(), contact=()).render())

    assert "様" not in text
    assert "問い合わせ先" not in text


def test_a_paper_in_english_says_so():
    assert str(root_of(replace(FILING_COPY, language="en").render())["/Lang"]).startswith("en")


def test_an_easy_japanese_paper_is_japanese():
    assert str(root_of(replace(RESUME_SHEET, language="ja-easy").render())["/Lang"]).startswith("ja")
