"""How much one address may do: wrong pairs, beginnings, mails, files; and that nobody else is hindered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from madoguchi.applications import limits
from madoguchi.applications.models import Attachment, Draft
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import ApplicationFactory
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.test_keeping import PROCEDURE, begun, kept, resumed, secret_on
from madoguchi.applications.tests.test_status import looked_up
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.common.attempts import Limit
from madoguchi.common.models import AttemptCount
from madoguchi.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


def narrow(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    """The same limit, reached sooner."""
    limit: Limit = getattr(limits, name)
    monkeypatch.setattr(limits, name, Limit(limit.scope, most, limit.span))


def at(place: str) -> Visitor:
    return Visitor(REMOTE_ADDR=place)


def says_when(page: Page, minutes: int) -> bool:
    """Whether the page stops with a sentence and a header that say how long to wait."""
    told = int(page.response.headers["Retry-After"])
    return page.status == 429 and f"{minutes}分ほど待って" in page.text and told == minutes * 60


# --- wrong pairs ---------------------------------------------------------------------------------------------


def test_right_pairs_never_count_so_that_a_kiosk_can_be_used_all_day():
    application = ApplicationFactory()
    kiosk = at("192.0.2.7")

    for _ in range(limits.WRONG_PAIRS.most + 2):
        page = looked_up(kiosk, application.receipt_number, receipt_secret(application.id))
        assert page.path == f"/status/{application.id}/"
    assert not AttemptCount.objects.exists()


def test_a_number_that_cannot_be_one_is_no_guess():
    for page in (looked_up(at("192.0.2.7"), "123", "x"), resumed(at("192.0.2.7"), "123", "x")):
        assert page.status == 422

    assert not AttemptCount.objects.exists()


def test_wrong_pairs_of_one_place_are_stopped_at_both_doors_until_their_span_is_over(set_clock: SetClock):
    application = ApplicationFactory()
    visitor, _page = begun()
    secret = secret_on(kept(visitor))
    code = Draft.objects.get().resume_code
    guesser = at("192.0.2.7")
    for _ in range(limits.WRONG_PAIRS.most):
        assert looked_up(guesser, application.receipt_number, "AAAAAAAA").status == 422

    assert says_when(looked_up(guesser, application.receipt_number, receipt_secret(application.id)), 15)
    assert says_when(resumed(guesser, code, secret), 15)
    set_clock(NOW + timedelta(minutes=15))
    assert resumed(guesser, code, secret).status == 200


def test_wrong_secrets_of_one_number_are_stopped_wherever_they_come_from(monkeypatch: pytest.MonkeyPatch):
    narrow(monkeypatch, "WRONG_PAIRS_OF_NUMBER", 3)
    application, other = ApplicationFactory(), ApplicationFactory()
    for place in range(3):
        assert looked_up(at(f"192.0.2.{place}"), application.receipt_number, "AAAAAAAA").status == 422

    late = looked_up(at("192.0.2.9"), application.receipt_number, receipt_secret(application.id))
    assert says_when(late, 60)
    assert looked_up(at("192.0.2.9"), other.receipt_number, receipt_secret(other.id)).status == 200


def test_nobody_alone_shuts_out_whom_a_number_belongs_to():
    a_span = limits.WRONG_PAIRS_OF_NUMBER.span / limits.WRONG_PAIRS.span

    assert limits.WRONG_PAIRS.most * a_span < limits.WRONG_PAIRS_OF_NUMBER.most


def test_drafts_are_guarded_by_number_too(monkeypatch: pytest.MonkeyPatch):
    narrow(monkeypatch, "WRONG_PAIRS_OF_NUMBER", 2)
    visitor, _page = begun()
    secret = secret_on(kept(visitor))
    code = Draft.objects.get().resume_code
    for place in range(2):
        assert resumed(at(f"192.0.2.{place}"), code, "AAAAAAAA").status == 422

    assert resumed(at("192.0.2.9"), code, secret).status == 429


# --- beginnings ----------------------------------------------------------------------------------------------


def test_so_many_filings_begin_at_one_place_in_an_hour(
    monkeypatch: pytest.MonkeyPatch, set_clock: SetClock
) -> None:
    narrow(monkeypatch, "STARTS", 2)
    small(section("main", asked("name")))
    here = at("192.0.2.7")
    assert [here.start(PROCEDURE).status for _ in range(2)] == [200, 200]

    page = here.start(PROCEDURE)

    assert says_when(page, 60)
    assert "たくさんの申請が始められた" in page.text
    assert "控えをご覧ください" not in page.text
    assert Draft.objects.count() == 2
    assert at("192.0.2.8").start(PROCEDURE).status == 200
    set_clock(NOW + timedelta(hours=1))
    assert here.start(PROCEDURE).status == 200


def test_limits_that_are_lifted_stop_nobody(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.ATTEMPT_LIMITS = False
    narrow(monkeypatch, "STARTS", 1)
    narrow(monkeypatch, "MAILS", 1)
    narrow(monkeypatch, "WRONG_PAIRS", 1)
    visitor, _page = begun()

    for _ in range(3):
        assert kept(visitor, "taro@example.jp").status == 200
        assert resumed(visitor, Draft.objects.get().resume_code, "AAAAAAAA").status == 422
    assert not AttemptCount.objects.exists()


# --- mails ---------------------------------------------------------------------------------------------------


def test_a_fourth_party_is_not_flooded_with_mails_nor_does_one_place_send_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    narrow(monkeypatch, "MAILS_TO", 2)
    visitor, _page = begun()
    for address in ("taro@example.jp", "TARO@example.jp"):
        assert kept(visitor, address).status == 200
    digest = Draft.objects.get().secret_digest

    page = kept(visitor, "taro@EXAMPLE.jp")

    assert says_when(page, 60)
    assert "入力した内容は保存されています" in page.text
    assert Message.objects.count() == 2
    assert Draft.objects.get().secret_digest == digest, "the secret that was handed out still opens"
    assert kept(visitor, "hanako@example.jp").status == 200
    narrow(monkeypatch, "MAILS", 4)
    assert kept(visitor, "jiro@example.jp").status == 429
    assert kept(visitor).status == 200, "a secret on paper needs no mail"


# --- files ---------------------------------------------------------------------------------------------------


def test_so_much_is_uploaded_from_one_place_in_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, "UPLOADED_KIB", 2)
    photo = asked("picture", "photo", required=False)
    small(section("main", asked("name"), photo))
    here = at("192.0.2.7")
    page = here.start(PROCEDURE)
    junk = [("q.picture", "a.jpg", b"x" * 3 * 1024)]
    assert here.send(page, {"q.name": "太郎"}, files=junk).status == 422  # no picture, but it was looked at

    stopped = here.send(page, {"q.name": "次郎"}, files=junk)

    assert says_when(stopped, 60)
    assert "今送ったファイルは保存されていません" in stopped.text
    assert not Attachment.objects.exists()
    again = here.open(page.path)
    assert here.send(again, {"q.name": "次郎"}).status == 200, "pages without files go on"
