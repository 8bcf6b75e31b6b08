import errno
import hashlib
import io
import tempfile

import pytest

from madoguchi.common.files.folder import FolderStore
from madoguchi.common.files.intake import Accepted, Limits, take_in
from madoguchi.common.files.refusals import Refusal, Refused
from madoguchi.common.files.registry import open_scanner
from madoguchi.common.files.scanning import Finding, NoScanner, Verdict
from madoguchi.common.files.store import StorageFull
from madoguchi.common.files.tests import clamd_counterpart
from madoguchi.common.files.tests.making import EICAR, HEIC, jpeg, pdf, png, png_bomb

# Every accepted file goes through a process of its own, which takes a fifth of a second to start.
pytestmark = pytest.mark.slow


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path)


@pytest.fixture
def take(store):
    def take(name: str, content: bytes, scanner=None, **options) -> Accepted:
        return take_in(name, io.BytesIO(content), store=store, scanner=scanner or NoScanner(), **options)

    return take


def refusal(act, *arguments, **options) -> Refused:
    with pytest.raises(Refused) as refused:
        act(*arguments, **options)
    return refused.value


def test_a_photo_from_a_telephone_is_kept_as_a_jpeg_without_its_place(take, store):
    accepted = take("IMG_0001.HEIC", HEIC)

    assert (accepted.name, accepted.media_type, accepted.pages) == ("IMG_0001.jpg", "image/jpeg", 1)
    assert accepted.original_digest == hashlib.sha256(HEIC).hexdigest()
    assert accepted.original_size == len(HEIC)
    with store.open(accepted.digest) as content:
        kept = content.read()
    assert kept.startswith(b"\xff\xd8\xff")
    assert b"TestMaker" not in kept
    assert accepted.size == len(kept)
    assert store.verify(accepted.digest)


def test_a_pdf_is_kept_as_it_came(take, store):
    accepted = take("通帳.pdf", pdf(3))

    assert (accepted.media_type, accepted.pages, accepted.size) == ("application/pdf", 3, len(pdf(3)))
    assert accepted.digest == accepted.original_digest


def test_the_same_photo_sent_twice_is_kept_once(take, store):
    assert take("a.jpg", jpeg()).digest == take("b.jpg", jpeg()).digest
    assert len(list(store.entries())) == 1


def test_a_file_with_the_wrong_extension_gets_the_right_one(take):
    assert take("screenshot.pdf", png()).name == "screenshot.png"


class Endless:
    """A sender that never stops and counts what was read."""

    def __init__(self) -> None:
        self.sent = 0

    def read(self, size: int, /) -> bytes:
        self.sent += size
        return b"x" * size


def test_an_endless_upload_is_stopped_soon_after_the_limit(store):
    sender = Endless()

    refused = refusal(
        take_in, "a.jpg", sender, store=store, scanner=NoScanner(), limits=Limits(max_bytes=1_000_000)
    )

    assert refused.code is Refusal.TOO_LARGE
    assert refused.params == {"most": 1_000_000}
    assert sender.sent < 1_500_000


def test_a_file_of_exactly_the_limit_is_taken(take):
    content = pdf()

    assert take("a.pdf", content, limits=Limits(max_bytes=len(content))).size == len(content)
    assert (
        refusal(take, "a.pdf", content, limits=Limits(max_bytes=len(content) - 1)).code is Refusal.TOO_LARGE
    )


def test_a_connection_that_breaks_off_is_a_refusal_to_try_again(store):
    class BreaksOff:
        def read(self, _size: int, /) -> bytes:
            raise ConnectionResetError

    refused = refusal(take_in, "a.jpg", BreaksOff(), store=store, scanner=NoScanner())

    assert refused.code is Refusal.INTERRUPTED
    assert refused.is_temporary


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", Refusal.EMPTY),
        (b"PK\x03\x04" + b"\0" * 1000, Refusal.ARCHIVE),
        (b"<html></html>", Refusal.MISLABELLED),
        (jpeg()[:500], Refusal.IMAGE_BROKEN),
        (png_bomb(50_000, 50_000), Refusal.IMAGE_TOO_MANY_PIXELS),
        (b"%PDF-1.7 broken", Refusal.PDF_BROKEN),
    ],
)
def test_what_is_refused_leaves_nothing_behind(take, store, content, code):
    assert refusal(take, "photo.jpg", content).code is code
    assert list(store.entries()) == []


def test_a_question_for_photos_refuses_a_pdf_and_the_reverse(take):
    assert refusal(take, "a.pdf", pdf(), accept=("image",)).params == {"family": "pdf"}
    assert refusal(take, "a.jpg", jpeg(), accept=("pdf",)).params == {"family": "image"}


def test_a_virus_is_refused_by_the_scanner_and_never_kept(take, store):
    with clamd_counterpart.running() as (_daemon, url):
        scanner = open_scanner(url)

        assert refusal(take, "a.pdf", pdf() + EICAR, scanner).code is Refusal.INFECTED
        assert list(store.entries()) == []
        assert take("a.pdf", pdf(), scanner).scanned


def test_the_scanner_sees_what_was_sent_and_not_what_we_made_of_it(take):
    with clamd_counterpart.running() as (daemon, url):
        take("a.heic", HEIC, open_scanner(url))

    assert daemon.scanned == [HEIC]


def test_a_scanner_that_is_down_lets_nothing_through(take, store):
    refused = refusal(take, "a.jpg", jpeg(), open_scanner("tcp://127.0.0.1:9"))

    assert refused.code is Refusal.SCAN_UNAVAILABLE
    assert refused.is_temporary
    assert list(store.entries()) == []


def test_without_a_scanner_a_file_is_taken_and_marked_as_not_scanned(take):
    assert not take("a.jpg", jpeg()).scanned


def test_a_full_store_is_reported_and_not_called_a_bad_file(take, store, monkeypatch):
    def full(_content):
        raise StorageFull("no room left")

    monkeypatch.setattr(store, "put", full)
    with pytest.raises(StorageFull):
        take("a.pdf", pdf())


def test_a_full_disk_for_temporary_files_is_reported_too(take, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(StorageFull):
        take("a.pdf", pdf())


def test_the_scan_comes_before_anything_is_decoded(store):
    class Suspicious(NoScanner):
        def scan(self, _content):
            return Verdict(Finding.INFECTED, "Suspicious")

    refused = refusal(take_in, "a.jpg", io.BytesIO(jpeg()[:500]), store=store, scanner=Suspicious())

    assert refused.code is Refusal.INFECTED
