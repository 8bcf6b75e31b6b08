"""Who holds a draft or a receipt: noted in the signed session, nowhere else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest

from madoguchi.applications import capabilities
from madoguchi.applications.models import Draft
from madoguchi.applications.tests.conftest import NOW
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.visitor import Visitor

PROCEDURE = "residence-certificate"


def request() -> HttpRequest:
    """A request with an empty session."""
    made = HttpRequest()
    made.session = SessionStore()
    return made


def ids(count: int) -> list[UUID]:
    return [uuid4() for _ in range(count)]


def test_a_browser_holds_what_it_was_given_and_nothing_else():
    browser, (mine, other) = request(), ids(2)

    capabilities.hold_draft(browser, mine)

    assert capabilities.holds_draft(browser, mine)
    assert not capabilities.holds_draft(browser, other)
    assert not capabilities.holds_receipt(browser, mine, now=NOW)


def test_what_is_let_go_is_held_no_more():
    browser, (mine, other) = request(), ids(2)
    for draft_id in (mine, other):
        capabilities.hold_draft(browser, draft_id)

    capabilities.let_go_of_draft(browser, mine)

    assert not capabilities.holds_draft(browser, mine)
    assert capabilities.holds_draft(browser, other)


def test_a_receipt_is_held_for_two_hours_and_longer_when_it_is_opened_again():
    browser, (mine,) = request(), ids(1)
    capabilities.hold_receipt(browser, mine, now=NOW)
    assert capabilities.holds_receipt(browser, mine, now=NOW + timedelta(minutes=119))
    assert not capabilities.holds_receipt(browser, mine, now=NOW + timedelta(hours=2))

    capabilities.hold_receipt(browser, mine, now=NOW + timedelta(hours=1))

    assert capabilities.holds_receipt(browser, mine, now=NOW + timedelta(hours=2))


def test_what_was_looked_up_was_not_filed_here_and_makes_nothing_newer():
    browser, (mine, other) = request(), ids(2)
    capabilities.hold_receipt(browser, mine, now=NOW, filed=True)
    capabilities.hold_receipt(browser, other, now=NOW)

    capabilities.hold_receipt(browser, mine, now=NOW + timedelta(hours=1))

    assert capabilities.filed_here(browser, now=NOW + timedelta(minutes=119)) == [mine]
    assert capabilities.filed_here(browser, now=NOW + capabilities.OFFER_TIME) == []
    assert capabilities.holds_receipt(browser, mine, now=NOW + capabilities.OFFER_TIME)


def test_the_newest_are_kept_so_that_the_cookie_stays_small():
    browser, drafts, receipts = request(), ids(20), ids(20)
    for number, (draft_id, receipt_id) in enumerate(zip(drafts, receipts, strict=True)):
        capabilities.hold_draft(browser, draft_id)
        capabilities.hold_receipt(browser, receipt_id, now=NOW + timedelta(seconds=number), filed=True)

    held = [draft_id for draft_id in drafts if capabilities.holds_draft(browser, draft_id)]

    assert held == drafts[-capabilities.MOST_DRAFTS :]
    assert not capabilities.holds_receipt(browser, receipts[0], now=NOW)
    assert capabilities.holds_receipt(browser, receipts[-1], now=NOW)
    assert capabilities.filed_here(browser, now=NOW) == receipts[-capabilities.MOST_RECEIPTS :]
    browser.session.save()
    assert len(str(browser.session.session_key)) < 3000


def test_on_a_shared_machine_everything_is_forgotten():
    browser, (mine, receipt) = request(), ids(2)
    capabilities.hold_draft(browser, mine)
    capabilities.hold_receipt(browser, receipt, now=NOW)

    capabilities.let_go_of_everything(browser)

    assert not capabilities.holds_draft(browser, mine)
    assert not capabilities.holds_receipt(browser, receipt, now=NOW)


@pytest.mark.django_db
@pytest.mark.usefixtures("set_clock")
def test_a_cookie_that_was_changed_opens_nothing():
    small(section("main", asked("name")))
    visitor = Visitor()
    page = visitor.start(PROCEDURE)
    cookie = visitor.client.cookies["madoguchi_session"].value

    for forged in (cookie[:-1] + ("A" if cookie[-1] != "A" else "B"), cookie.split(":")[0], "x" * 3000, ""):
        visitor.client.cookies["madoguchi_session"] = forged
        assert visitor.open(page.path).status == 403
    visitor.client.cookies["madoguchi_session"] = cookie

    assert visitor.open(page.path).status == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("set_clock")
def test_the_session_cookie_names_no_person_and_is_for_this_site_alone():
    small(section("main", asked("name")))
    visitor = Visitor()
    visitor.send(visitor.start(PROCEDURE), {"q.name": "太郎"})

    cookie = visitor.client.cookies["madoguchi_session"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert Draft.objects.get().resume_code not in cookie.value
