"""The demo's mailbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from madoguchi.common import ids
from madoguchi.notices.queries import PAGE
from madoguchi.notices.tests.factories import NOW, MessageFactory
from madoguchi.notices.views import linked

pytestmark = pytest.mark.django_db


def test_the_newest_mail_stands_first(client: Client) -> None:
    MessageFactory(subject="きのうの通知", created_at=NOW - timedelta(days=1))
    MessageFactory(subject="きょうの通知", sent=True)

    text = client.get("/demo/mail/").content.decode()

    assert text.index("きょうの通知") < text.index("きのうの通知")


def test_a_mail_is_found_by_its_address(client: Client) -> None:
    MessageFactory(subject="花子さんへ", to_address="hanako@example.jp")
    MessageFactory(subject="太郎さんへ", to_address="taro@example.jp")

    text = client.get("/demo/mail/", {"q": "TARO@"}).content.decode()

    assert "太郎さんへ" in text
    assert "花子さんへ" not in text


def test_older_mails_are_on_the_next_page(client: Client) -> None:
    for number in range(PAGE + 1):
        MessageFactory(subject=f"通知 {number:02}", created_at=NOW + timedelta(minutes=number))

    first, second = (client.get("/demo/mail/", {"page": page}).content.decode() for page in (1, 2))

    assert "通知 00" not in first
    assert "通知 00" in second
    assert "page=2" in first


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "２"])
def test_a_page_that_is_no_number_is_the_first(client: Client, page: str) -> None:
    MessageFactory(subject="通知")

    assert "通知" in client.get("/demo/mail/", {"page": page}).content.decode()


def test_a_list_costs_as_many_queries_for_ten_mails_as_for_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        MessageFactory()

    with django_assert_num_queries(1):
        client.get("/demo/mail/")


def test_an_empty_mailbox_says_what_to_do(client: Client) -> None:
    assert "手続きを申請すると" in client.get("/demo/mail/").content.decode()


def test_a_mail_shows_its_text_with_links_and_nothing_of_it_runs(client: Client) -> None:
    message = MessageFactory(
        subject="<b>件名</b>",
        body="こちら：http://127.0.0.1:8000/status/?n=1&x=2。\n<script>alert(1)</script>\n",
    )

    text = client.get(f"/demo/mail/{message.id}/").content.decode()

    assert '<a href="http://127.0.0.1:8000/status/?n=1&amp;x=2">' in text
    assert "<script>alert" not in text
    assert "<b>件名" not in text


def test_a_mail_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get(f"/demo/mail/{ids.new_id()}/").status_code == 404


def test_a_real_city_has_no_such_pages(client: Client, settings: Settings) -> None:
    message = MessageFactory(subject="秘密")
    settings.DEMO = False

    for address in ("/demo/mail/", f"/demo/mail/{message.id}/"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "秘密" not in answer.content.decode()


def test_a_link_ends_where_the_address_ends() -> None:
    assert str(linked("（https://a.example/b?c=d）、http://e.example/.")) == (
        '（<a href="https://a.example/b?c=d">https://a.example/b?c=d</a>）、'
        '<a href="http://e.example/">http://e.example/</a>.'
    )
