import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.common.files.names import LONGEST, clean_name


@pytest.mark.parametrize(
    ("sent", "media_type", "cleaned"),
    [
        ("IMG_0001.HEIC", "image/jpeg", "IMG_0001.jpg"),
        ("通帳の写し.pdf", "application/pdf", "通帳の写し.pdf"),
        ("通帳の写し.pdf.exe", "application/pdf", "通帳の写し.pdf.pdf"),
        ("..\\..\\windows\\system32\\a.png", "image/png", "a.png"),
        ("/etc/passwd", "image/png", "passwd.png"),
        ("", "image/png", "file.png"),
        (".pdf", "application/pdf", "pdf.pdf"),
        ("...", "application/pdf", "file.pdf"),
        ("a\r\nSet-Cookie: x=1.jpg", "image/jpeg", "a__Set-Cookie_ x=1.jpg"),
        ("gpj\u202ecod.exe", "image/jpeg", "gpjcod.jpg"),
        ("髙﨑𠮷辻󠄀神.jpg", "image/jpeg", "髙﨑𠮷辻󠄀神.jpg"),
        ("か\u3099き\u3099.png", "image/png", "がぎ.png"),
        ("令和8年.11月分の明細", "application/pdf", "令和8年.11月分の明細.pdf"),
        ('a<b>"c|d?e*.png', "image/png", "a_b__c_d_e_.png"),
        ("\ud83d.png", "image/png", "_.png"),
    ],
)
def test_a_name_is_made_fit_to_show_and_to_save_under(sent, media_type, cleaned):
    assert clean_name(sent, media_type) == cleaned


def test_a_long_name_is_cut_before_a_character_and_never_inside_one():
    name = clean_name("辻󠄀" * 10_000 + ".pdf", "application/pdf")

    assert len(name) <= LONGEST
    assert name.removesuffix(".pdf") == "辻󠄀" * ((LONGEST - 4) // 2)
    assert clean_name("a" + "辻󠄀" * 100, "application/pdf") == "a" + "辻󠄀" * 47 + ".pdf"


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_can_stand_in_a_header_and_on_a_disk(sent):
    name = clean_name(sent, "image/jpeg")

    assert 5 <= len(name) <= LONGEST
    assert name.endswith(".jpg")
    assert not set(name) & set('/\\\r\n\0"')
    assert len(name.encode()) <= 4 * LONGEST
    assert clean_name(name, "image/jpeg") == name
