"""SECRET_KEY is replaced: what was handed out goes on, what is new uses the new key."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from madoguchi.applications import letters, mails
from madoguchi.applications.models import Application, Draft
from madoguchi.applications.secrets import receipt_secret, secret_of
from madoguchi.applications.tests.factories import ApplicationFactory
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.returned import filed, looking_at
from madoguchi.applications.tests.test_keeping import begun, kept, resumed, secret_on
from madoguchi.applications.tests.visitor import Visitor
from madoguchi.common import clock, kernel
from madoguchi.common.ids import grouped
from madoguchi.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

NEW_KEY = "another key " * 6


def replace_key(settings: Settings, *, old_counts: bool = True) -> None:
    """A new SECRET_KEY; the old one is a fallback, or counts no more."""
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if old_counts else []
    settings.SECRET_KEY = NEW_KEY


def test_an_old_receipt_opens_and_prints_the_secret_it_was_handed_out_with(settings: Settings) -> None:
    case = ApplicationFactory()
    secret = receipt_secret(case.id)
    replace_key(settings)

    visitor = Visitor()
    opened = visitor.send(visitor.open("/status/"), {"number": case.receipt_number, "secret": secret})

    assert opened.path == f"/status/{case.id}/"
    assert grouped(secret) in visitor.open(f"/filing/r/{case.id}/").text
    assert letters.filing_copy(case).lookup_secret == grouped(secret)
    assert receipt_secret(case.id) != secret


def test_a_receipt_after_the_change_is_made_with_the_new_key(settings: Settings) -> None:
    before = settings.SECRET_KEY
    replace_key(settings)

    case = filed({"name": "盛岡 太郎"}, section("main", asked("name")))

    assert secret_of(case) == grouped(receipt_secret(case.id))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = before, []
    assert secret_of(case) == ""


def test_once_the_old_key_counts_no_more_no_wrong_secret_is_printed(settings: Settings) -> None:
    case = ApplicationFactory(email="taro@example.jp")
    visitor, _page = looking_at(case)
    wrong = [grouped(receipt_secret(case.id))]
    replace_key(settings)
    wrong.append(grouped(receipt_secret(case.id)))
    case.secret_digest = "h1:of a key that nobody has any more"
    Application.objects.filter(id=case.id).update(secret_digest=case.secret_digest)

    receipt = visitor.open(f"/filing/r/{case.id}/")
    unit = kernel.Unit()
    mails.received(unit, case, now=clock.now())
    kernel.commit(unit)

    mail = Message.objects.get(purpose="received")
    for text in (receipt.text, mail.body):
        assert "合言葉は受付時の控えをご覧ください" in text
        assert not any(secret in text for secret in wrong)
    assert letters.filing_copy(case).lookup_secret == ""


def test_a_kept_draft_opens_with_the_secret_of_before(settings: Settings) -> None:
    visitor, _page = begun()
    secret = secret_on(kept(visitor))
    code = Draft.objects.get().resume_code
    replace_key(settings)

    assert resumed(Visitor(), code, secret).path == f"/filing/d/{Draft.objects.get().id}/"
    settings.SECRET_KEY_FALLBACKS = []
    assert resumed(Visitor(), code, secret).status == 422
