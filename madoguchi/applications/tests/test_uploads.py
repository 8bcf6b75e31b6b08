"""Files on their way into a filing: taken in, refused with a sentence, removed, never lost with something else."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from madoguchi.applications.models import Application, Attachment, Draft
from madoguchi.applications.tests.factories import AttachmentFactory
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.test_keeping import SECRET
from madoguchi.applications.tests.visitor import Page, Visitor, same_browser
from madoguchi.common.files.configured import configured
from madoguchi.common.files.folder import FolderStore
from madoguchi.common.files.store import StorageFull
from madoguchi.common.files.tests.clamd_counterpart import running
from madoguchi.common.files.tests.making import EICAR, GPS, HEIC, jpeg, pdf, png, png_bomb

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("set_clock", "own_store")]

PROCEDURE = "residence-certificate"
CARD = {"id": "card", "label": "カードの写し", "required": True, "may_follow": False, "max_files": 2}


@pytest.fixture
def own_store(settings: Any, tmp_path: Path) -> FolderStore:
    """A store of this test's own."""
    settings.FILES_URL = f"file://{tmp_path}"
    store, _scanner = configured()
    assert isinstance(store, FolderStore)
    return store


def at_document(**keys: Any) -> tuple[Visitor, Page]:
    """A visitor on the page of a document that must be there at filing."""
    small(section("main", asked("name")), documents=[CARD | keys])
    visitor = Visitor()
    page = visitor.send(visitor.start(PROCEDURE), {"q.name": "太郎"})
    assert urlsplit(page.path).path.endswith("/doc/card/")
    return visitor, page


def at_question(**keys: Any) -> tuple[Visitor, Page]:
    """A visitor on a page with a photo and other questions."""
    photo = asked("picture", "photo", required=False, **{"max_files": 2} | keys)
    small(section("main", asked("name"), photo, asked("town")), section("last", asked("note")))
    visitor = Visitor()
    return visitor, visitor.start(PROCEDURE)


def digests() -> list[str]:
    """What is attached now."""
    return [a.digest for a in Attachment.objects.order_by("added_at", "id")]


# --- documents -----------------------------------------------------------------------------------------------


def test_a_document_is_sent_shown_and_filed():
    visitor, page = at_document()

    page = visitor.send(page, files=[("file", "カード.jpg", jpeg())], button=("upload", "file"))
    assert page.status == 200
    assert "カード.jpg" in page.text
    check = visitor.send(page)
    assert "カード.jpg" in check.text
    receipt = visitor.send(check)

    assert receipt.path.startswith("/filing/r/")
    attachment = Attachment.objects.get()
    assert attachment.owner_id == Application.objects.get().id
    assert (attachment.document_id, attachment.media_type) == ("card", "image/jpeg")


def test_a_photo_is_stored_without_its_place(own_store: FolderStore):
    visitor, page = at_document()

    visitor.send(page, files=[("file", "IMG_0001.jpg", jpeg(orientation=6))])

    with own_store.open(Attachment.objects.get().digest) as stored:
        content = stored.read()
    exif = Image.open(io.BytesIO(content)).getexif()
    assert not exif.get_ifd(GPS)
    assert b"TestMaker" not in content
    assert b"secret comment" not in content


def test_a_heic_photo_straight_from_a_telephone_is_taken():
    visitor, page = at_document()

    visitor.send(page, files=[("file", "IMG_0001.HEIC", HEIC)])

    assert Attachment.objects.get().media_type == "image/jpeg"


def test_a_document_that_must_be_there_keeps_the_page_and_the_filing():
    visitor, page = at_document()

    again = visitor.send(page)
    assert again.status == 422
    assert "「カードの写し」のファイルを選んでください。" in again.text
    sent = visitor.post(f"/filing/d/{Draft.objects.get().id}/check/", page.form().fields[:1])

    assert sent.status == 422
    assert "「カードの写し」を付けてください。" in sent.text
    assert not Application.objects.exists()


def test_a_document_that_may_follow_does_not_hold_back_and_is_named_on_the_receipt():
    visitor, page = at_document(may_follow=True)

    receipt = visitor.send(visitor.send(page))

    assert receipt.path.startswith("/filing/r/")
    assert "あとから出していただく書類" in receipt.text
    assert "カードの写し" in receipt.text


def test_pressing_send_without_a_file_says_to_choose_one():
    visitor, page = at_document(may_follow=True)

    page = visitor.send(page, button=("upload", "file"))

    assert page.status == 422
    assert "ファイルを選んでください" in page.text


def test_a_file_is_removed_and_the_way_back_to_the_check_page_stays():
    visitor, page = at_document(may_follow=True)
    check = visitor.send(page, files=[("file", "card.png", png())])
    page = visitor.open(next(link for link in check.links if "/doc/card/?return" in link).partition("#")[0])

    page = visitor.send(page, button=("remove", str(Attachment.objects.get().id)))

    assert not Attachment.objects.exists()
    assert page.form().value("return") == "check"
    assert visitor.send(page).path.endswith("/check/")


def test_removing_something_that_is_no_file_is_not_found():
    visitor, page = at_document()

    assert visitor.send(page, button=("remove", "../../etc")).status == 404


def test_another_persons_file_cannot_be_removed():
    owner, page = at_document()
    owner.send(page, files=[("file", "card.png", png())])
    attachment = Attachment.objects.get()
    other = Visitor()
    other.start(PROCEDURE)
    draft = Draft.objects.exclude(id=attachment.owner_id).get()
    page = other.open(f"/filing/d/{draft.id}/doc/card/")

    other.send(page, button=("remove", str(attachment.id)))

    assert Attachment.objects.get() == attachment


def test_the_same_file_twice_is_one_file():
    visitor, page = at_document()

    visitor.send(page, files=[("file", "card.png", png())])
    visitor.send(page, files=[("file", "card.png", png())])

    assert Attachment.objects.count() == 1


def test_more_files_than_allowed_are_refused_and_the_others_kept():
    visitor, page = at_document()
    files = [("file", f"{n}.png", png(100 + n)) for n in range(3)]

    page = visitor.send(page, files=files)

    assert page.status == 422
    assert "上限" in page.text
    assert Attachment.objects.count() == 2
    assert "送れる数に達しました" in page.text


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"\0" * 1_000_000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.jpg", b"", "中身が空です"),
        ("photo.jpg", b"<html><script>alert(1)</script>", "中身が写真ではありません"),
        ("papers.zip", zipped(), "圧縮ファイル"),
        ("papers.pdf", zipped(), "圧縮ファイル"),
        ("huge.png", png_bomb(30000, 30000), "写真"),
        ("cut.jpg", jpeg()[:900], "写真が壊れている"),
        ("note.txt", b"hello", "受け取れません"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_with_what_to_do(name, content, sentence):
    visitor, page = at_document()

    page = visitor.send(page, files=[("file", name, content), ("file", "good.png", png())])

    assert page.status == 422
    assert f"「{name}」" in page.text
    assert sentence in page.text
    assert [a.name for a in Attachment.objects.all()] == ["good.png"]


def test_a_file_that_is_too_large_is_refused():
    visitor, page = at_document()

    page = visitor.send(page, files=[("file", "large.jpg", jpeg() + b"\0" * (10 * 1024 * 1024))])

    assert page.status == 422
    assert "10" in page.text
    assert not Attachment.objects.exists()


def test_a_kind_the_document_does_not_take_is_refused():
    visitor, page = at_document(accept=["pdf"])

    page = visitor.send(page, files=[("file", "card.png", png())])
    assert page.status == 422
    page = visitor.send(page, files=[("file", "card.pdf", pdf())])

    assert Attachment.objects.get().media_type == "application/pdf"


def test_an_infected_file_is_refused_and_never_stored(settings: Any, own_store: FolderStore):
    visitor, page = at_document()
    with running() as (_daemon, url):
        settings.CLAMD_URL = url

        page = visitor.send(page, files=[("file", "card.pdf", pdf() + EICAR)])

    assert page.status == 422
    assert "ウイルスのおそれ" in page.text
    assert list(own_store.entries()) == []


def test_a_scanner_that_is_away_lets_nothing_through(settings: Any):
    visitor, page = at_document()
    settings.CLAMD_URL = "tcp://127.0.0.1:1"

    page = visitor.send(page, files=[("file", "card.png", png())])

    assert page.status == 422
    assert "安全を確かめられません" in page.text
    assert not Attachment.objects.exists()


def test_a_full_disk_is_said_and_nothing_typed_is_lost(monkeypatch: pytest.MonkeyPatch):
    visitor, page = at_question()

    def full(*args: object) -> None:
        raise StorageFull("no room left")

    monkeypatch.setattr(FolderStore, "put", full)
    page = visitor.send(page, {"q.name": "太郎", "q.town": "盛岡"}, files=[("q.picture", "a.png", png())])

    assert page.status == 422
    assert "q-picture-error" in page.ids
    assert page.form().value("q.name") == "太郎"
    assert Draft.objects.get().answers == {"name": "太郎", "town": "盛岡"}
    assert not Attachment.objects.exists()


def test_a_filing_takes_thirty_files_and_says_so():
    visitor, page = at_document(max_files=20, may_follow=True)
    draft = Draft.objects.get()
    for number in range(29):
        AttachmentFactory(owner_id=draft.id, document_id="other", digest=f"{number:064x}")

    page = visitor.send(page, files=[("file", f"{n}.png", png(100 + n)) for n in range(2)])

    assert page.status == 422
    assert "ファイルの数が上限をこえています" in page.text
    assert Attachment.objects.count() == 30


def test_a_file_chosen_after_the_session_ended_is_to_be_chosen_again():
    visitor, page = at_question()
    kept = visitor.send(visitor.open(page.path.replace("s/main/", "keep/")))
    secret = SECRET.search(kept.text)
    assert secret
    code = Draft.objects.get().resume_code
    del visitor.client.cookies["madoguchi_session"]

    asking = visitor.send(page, {"q.name": "太郎"}, files=[("q.picture", "a.png", png())])
    again = visitor.send(asking, {"code": code, "secret": secret[1]})

    assert "ファイルはこの画面に残せません" in again.text
    assert again.form().value("q.name") == "太郎"


# --- questions whose answer is a file ------------------------------------------------------------------------


def test_a_photo_joins_the_answers_and_is_attached_with_them():
    visitor, page = at_question()

    visitor.send(page, {"q.name": "太郎", "q.town": "盛岡"}, files=[("q.picture", "a.png", png())])

    answer = Draft.objects.get().answers["picture"]
    attachment = Attachment.objects.get()
    assert [file["digest"] for file in answer] == [attachment.digest]
    assert attachment.document_id == "picture"


def test_a_photo_stays_when_another_field_is_wrong():
    visitor, page = at_question()

    page = visitor.send(page, {"q.name": "", "q.town": "盛岡"}, files=[("q.picture", "a.png", png())])
    assert page.status == 422
    assert "a.png" in page.text
    page = visitor.send(page, {"q.name": "太郎"})

    assert page.path.endswith("/s/last/")
    assert len(Draft.objects.get().answers["picture"]) == 1
    assert len(digests()) == 1


def test_a_removed_photo_leaves_answer_and_attachment_and_what_was_typed_stays():
    visitor, page = at_question()
    visitor.send(page, {"q.name": "太郎", "q.town": "盛岡"}, files=[("q.picture", "a.png", png())])
    page = visitor.open(page.path)

    page = visitor.send(page, {"q.town": "滝沢"}, button=("remove", f"picture:{digests()[0]}"))

    assert page.status == 200
    assert page.form().value("q.town") == "滝沢"
    assert "picture" not in Draft.objects.get().answers
    assert digests() == []


def test_a_photo_sent_with_a_warning_about_another_tab_is_kept():
    visitor, page = at_question()
    other = same_browser(visitor)
    other.send(page, {"q.name": "次郎", "q.town": "盛岡"})

    warned = visitor.send(page, {"q.name": "太郎", "q.town": "盛岡"}, files=[("q.picture", "a.png", png())])
    assert warned.status == 409
    assert "a.png" in warned.text
    visitor.send(warned)

    draft = Draft.objects.get()
    assert draft.answers["name"] == "太郎"
    assert [file["digest"] for file in draft.answers["picture"]] == digests()


def test_a_photo_sent_while_looking_up_an_address_is_kept():
    photo = asked("picture", "photo", required=False)
    small(section("main", asked("home", "address"), photo))
    visitor = Visitor()
    page = visitor.start(PROCEDURE)

    page = visitor.send(
        page,
        {"q.home.postal_code": "0208530"},
        button=("lookup.home", "1"),
        files=[("q.picture", "a.png", png())],
    )

    assert page.form().value("q.home.city") == "盛岡市"
    assert "a.png" in page.text
    assert len(digests()) == 1


def test_a_photo_question_takes_one_photo_unless_it_says_otherwise():
    small(section("main", asked("picture", "photo")))
    visitor = Visitor()
    page = visitor.start(PROCEDURE)
    files = [("q.picture", f"{n}.png", png(100 + n)) for n in range(2)]

    page = visitor.send(page, files=files)

    assert page.status == 422
    assert len(digests()) == 1


def test_a_form_cannot_name_a_file_it_did_not_send():
    visitor, page = at_question()
    stolen = "a" * 64

    visitor.send(page, {"q.name": "太郎", "q.town": "盛岡", "q.picture": stolen, "q.picture.digest": stolen})

    assert "picture" not in Draft.objects.get().answers
    assert digests() == []


def test_a_childs_photo_is_attached_under_the_child():
    group = asked(
        "children", "group", min=1, max=3, questions=[asked("child_name"), asked("picture", "photo")]
    )
    small(section("kids", group))
    visitor = Visitor()

    visitor.send(visitor.start(PROCEDURE), {"q.child_name": "葵"}, files=[("q.picture", "a.png", png())])

    assert Attachment.objects.get().document_id == "children/m1/picture"
