"""Two tabs, two clicks, two devices: nobody's answers are overwritten without asking."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from madoguchi.applications.models import Draft
from madoguchi.applications.tests.beginning import begun, children, names
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.visitor import Page, Visitor, same_browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


# --- two tabs -----------------------------------------------------------------------------------------------


def test_two_tabs_on_different_pages_both_count():
    visitor, first = begun(section("first", asked("name")), section("second", asked("town")))
    second = same_browser(visitor).open(first.path.replace("/s/first/", "/s/second/"))

    visitor.send(first, {"q.name": "太郎"})
    visitor.send(second, {"q.town": "盛岡"})

    assert Draft.objects.get().answers == {"name": "太郎", "town": "盛岡"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_pages_sent_at_the_same_moment_all_count():
    visitor, first = begun(*(section(name, asked(f"q_{name}")) for name in ("a", "b", "c")))
    pages = [visitor.open(first.path.replace("/s/a/", f"/s/{name}/")) for name in ("a", "b", "c")]
    tabs = [(same_browser(visitor), page) for page in pages]
    ready = threading.Barrier(len(tabs))
    ends: list[int] = []

    def send(tab: Visitor, page: Page) -> None:
        ready.wait()
        name = page.form("").names.pop()
        ends.append(tab.send(page, {name: name}).status)
        connection.close()

    threads = [threading.Thread(target=send, args=pair) for pair in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ends == [200, 200, 200]
    assert Draft.objects.get().answers == {f"q_{name}": f"q.q_{name}" for name in ("a", "b", "c")}


def test_another_tabs_answer_is_overwritten_only_after_a_second_press():
    visitor, old = begun(section("main", asked("name"), asked("note", required=False)))
    visitor.send(old, {"q.name": "太郎"})

    warned = visitor.send(old, {"q.name": "次郎", "q.note": "急ぎ"})
    assert warned.status == 409
    assert "別の画面" in warned.text
    assert warned.form().value("q.name") == "次郎"
    assert warned.form().value("q.note") == "急ぎ"
    assert Draft.objects.get().answers == {"name": "太郎"}
    page = visitor.send(warned)

    assert page.path.endswith("/check/")
    assert Draft.objects.get().answers == {"name": "次郎", "note": "急ぎ"}


def test_a_double_click_on_next_goes_on_without_a_warning():
    visitor, page = begun(section("main", asked("name")), section("second", asked("town")))
    visitor.send(page, {"q.name": "太郎"})

    again = visitor.send(page, {"q.name": "太郎"})

    assert again.path.endswith("/s/second/")


def test_two_tabs_that_each_add_a_member_add_two():
    visitor, first = begun(children(min=1, max=5))
    second = same_browser(visitor).open(first.path)
    visitor.send(first, {"q.child_name": "葵"})

    visitor.send(second, {"q.child_name": "陽太"})

    assert names(Draft.objects.get()) == ["葵", "陽太"]


def test_a_double_click_on_a_new_member_adds_one():
    visitor, page = begun(children(min=1, max=5))
    visitor.send(page, {"q.child_name": "葵"})

    visitor.send(page, {"q.child_name": "葵"})

    assert names(Draft.objects.get()) == ["葵"]


def test_a_member_removed_in_another_tab_is_asked_about_before_it_comes_back():
    visitor, page = begun(children(min=1, max=5))
    listing = visitor.send(page, {"q.child_name": "葵"})
    open_tab = visitor.open(page.path)
    visitor.send(listing, button=("remove", "m1"))

    warned = visitor.send(open_tab, {"q.child_name": "蒼"})
    assert warned.status == 409
    assert warned.form().value("q.child_name") == "蒼"
    visitor.send(warned)

    assert names(Draft.objects.get()) == ["蒼"]
