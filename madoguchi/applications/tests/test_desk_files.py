"""Files of a case: looked at as pictures of our own making, downloaded, never shown as themselves."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pypdf import PdfWriter

from madoguchi.applications.models import Application, Attachment
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, AttachmentFactory
from madoguchi.audit.models import AuditEntry
from madoguchi.audit.tests.factories import rewritable
from madoguchi.common.files.configured import configured

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def case(desk: Desk) -> Application:
    return ApplicationFactory(in_review=True, officer=desk["officer"])


def kept(content: bytes) -> str:
    return configured()[0].put(content).digest


def pdf(pages: int) -> bytes:
    writer, target = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(200, 300)
    writer.write(target)
    return target.getvalue()


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(target, "PNG")
    return target.getvalue()


def attached(case: Application, content: bytes, **fields) -> Attachment:
    return AttachmentFactory(owner_id=case.id, digest=kept(content), **fields)


def test_each_page_of_a_pdf_is_shown_as_a_picture(desk: Desk, case: Application) -> None:
    file = attached(case, pdf(3), media_type="application/pdf", name="通帳.pdf", pages=0)

    text = text_of(desk.browser("officer").get(url_of("file", case, file.id)))

    for number in (1, 2, 3):
        assert url_of("file_page", case, file.id, number) in text
    assert "請求する方の本人確認書類" in text
    assert "通帳.pdf" in text


def test_a_long_pdf_is_shown_ten_pages_at_a_time(desk: Desk, case: Application) -> None:
    file = attached(case, pdf(12), media_type="application/pdf", pages=12)
    browser, address = desk.browser("officer"), url_of("file", case, file.id)

    first, second = text_of(browser.get(address)), text_of(browser.get(f"{address}?from=11"))

    assert (first.count('<img src="/desk/case'), second.count('<img src="/desk/case')) == (10, 2)
    for odd in ("0", "-1", "x", "99999", "９"):
        assert browser.get(f"{address}?from={odd}").status_code == 200


def test_a_page_comes_as_a_picture_that_cannot_act(desk: Desk, case: Application) -> None:
    file = attached(case, pdf(1), media_type="application/pdf")

    response = desk.browser("officer").get(url_of("file_page", case, file.id, 1))

    assert response["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(response.content)).size[0] > 10
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_page_that_is_not_there_is_not_found(desk: Desk, case: Application) -> None:
    file = attached(case, pdf(1), media_type="application/pdf")

    assert desk.browser("officer").get(url_of("file_page", case, file.id, 2)).status_code == 404
    assert desk.browser("officer").get(url_of("file_page", case, file.id, 0)).status_code == 404


def test_a_download_is_saved_under_its_name_and_never_opened_in_our_origin(
    desk: Desk, case: Application
) -> None:
    content = picture()
    file = attached(case, content, media_type="image/png", name="免許証.png")

    response = desk.browser("officer").get(url_of("file_download", case, file.id))

    assert b"".join(response) == content
    assert response["Content-Disposition"].startswith("attachment;")
    assert "UTF-8''%E5%85%8D" in response["Content-Disposition"]
    assert response["Content-Security-Policy"].startswith("sandbox")


def test_every_look_at_a_file_is_recorded_with_the_file(desk: Desk, case: Application) -> None:
    file = attached(case, picture(), media_type="image/png")
    with rewritable():
        AuditEntry.objects.all().delete()

    for name, more in (("file", ()), ("file_page", (1,)), ("file_download", ())):
        response = desk.browser("officer").get(url_of(name, case, file.id, *more))
        assert b"".join(response)  # read to its end, as a browser does

    entries = AuditEntry.objects.filter(act="read").order_by("at", "id")
    assert [(e.detail["page"], e.detail["file"]) for e in entries] == [
        ("file", str(file.id)),
        ("file_page", str(file.id)),
        ("file_download", str(file.id)),
    ]


def test_a_file_that_the_store_lost_is_told_not_hidden(desk: Desk, case: Application) -> None:
    file = AttachmentFactory(owner_id=case.id)

    assert "ファイルが見つかりません" in text_of(desk.browser("officer").get(url_of("file", case, file.id)))
    assert desk.browser("officer").get(url_of("file_page", case, file.id, 1)).status_code == 404
    assert desk.browser("officer").get(url_of("file_download", case, file.id)).status_code == 404


def test_replaced_files_stay_to_be_looked_at_and_are_marked(desk: Desk, case: Application) -> None:
    file = attached(case, picture(), media_type="image/png", name="前の.png", replaced_at=case.filed_at)

    text = text_of(desk.browser("officer").get(url_of("case", case)))

    assert "差し替えられた書類（1件）" in text
    assert "差し替え済み" in text_of(desk.browser("officer").get(url_of("file", case, file.id)))
    assert "まだ届いていない書類" in text
