"""Groups: children and others of a household are added, changed and removed on pages of their own."""

from __future__ import annotations

import pytest

from madoguchi.applications.models import Draft
from madoguchi.applications.tests.beginning import begun, children, names
from madoguchi.applications.tests.offers import asked, section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


# --- members of a group -------------------------------------------------------------------------------------


def test_members_are_added_changed_and_removed():
    visitor, page = begun(children(min=1, max=3), section("last", asked("name")))
    assert page.path.endswith("/m/m1/")
    page = visitor.send(page, {"q.child_name": "葵"})
    assert "お子さん 1" in page.text
    page = visitor.send(page, button=("add", "1"))
    assert page.path.endswith("/m/m2/")
    page = visitor.send(page, {"q.child_name": "陽太"})
    draft = Draft.objects.get()
    assert names(draft) == ["葵", "陽太"]

    page = visitor.send(visitor.open(next(x for x in page.links if "/m/m1/" in x)), {"q.child_name": "蒼"})
    assert names(draft) == ["蒼", "陽太"]
    page = visitor.send(page, button=("remove", "m1"))
    assert names(draft) == ["陽太"]
    page = visitor.send(visitor.send(page, button=("add", "1")), {"q.child_name": "湊"})

    assert [child["_id"] for child in Draft.objects.get().answers["children"]] == ["m2", "m3"]
    assert visitor.send(page).path.endswith("/s/last/")


def test_a_full_group_says_that_no_more_can_be_added():
    visitor, page = begun(children(min=1, max=1))
    page = visitor.send(page, {"q.child_name": "葵"})
    assert ("add", "1") not in page.form().buttons

    page = visitor.send(page, button=("add", "1"))

    assert page.status == 422
    assert "1件まで" in page.text


def test_an_empty_group_that_must_have_members_says_so():
    visitor, page = begun(children(min=1, max=3))
    page = visitor.send(visitor.open(page.path.removesuffix("m/m1/") + "?list=1"))

    assert page.status == 422
    assert "children" in page.text


def test_a_member_with_an_error_is_marked_and_keeps_the_list_back():
    visitor, page = begun(children(min=1, max=3))
    page = visitor.send(page, {"q.child_name": "葵", "q.child_mail": "葵@"})
    assert page.status == 422
    listing = visitor.open(page.path.removesuffix("m/m1/"))
    assert "入力の途中" in listing.text

    page = visitor.send(listing)

    assert page.status == 422
    assert "#member-m1" in page.links


def test_changing_a_member_from_the_check_page_leads_back_there():
    visitor, page = begun(children(min=1, max=3))
    check = visitor.send(visitor.send(page, {"q.child_name": "葵"}))

    page = visitor.open(next(x for x in check.links if "/m/m1/" in x).partition("#")[0])
    page = visitor.send(page, {"q.child_name": "蒼"})

    assert page.path.endswith("/check/")
    assert "蒼" in page.text


def test_an_unknown_member_cannot_be_opened():
    visitor, page = begun(children(min=1, max=3))
    visitor.send(page, {"q.child_name": "葵"})
    base = page.path.removesuffix("m/m1/")

    assert visitor.open(f"{base}m/m9/").path == base
    assert visitor.open(f"{base}m/M2/").path == base
