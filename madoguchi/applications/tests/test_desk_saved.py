"""Saved views of the list: opened with a click, counted, shared, and never with the name of a person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications.actions import saved_filters
from madoguchi.applications.models import SavedFilter
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import ApplicationFactory, SavedFilterFactory
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.organization.tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def saved_links(response) -> dict[str, tuple[str, str]]:
    """Address and count by name, of the views above the list."""
    found = re.findall(
        r'<a href="(\?[^"]*)"[^>]*>\s*([^<]+?)\s*(?:<span class="count">(\d+)</span>)?\s*</a>',
        text_of(response),
    )
    return {name: (address.replace("&amp;", "&"), count) for address, name, count in found}


def test_a_view_is_saved_opened_and_counted(desk: Desk) -> None:
    ApplicationFactory(due_on=clock.today() + timedelta(days=3))
    ApplicationFactory(due_on=clock.today() + timedelta(days=30))
    browser = desk.browser("officer")

    listed = browser.post("/desk/filters/?due=soon&columns=name", {"name": "期限が近い"}, follow=True)

    address, count = saved_links(listed)["期限が近い"]
    assert (address, count) == ("?due=soon&columns=name", "1")
    assert AuditEntry.objects.filter(act="filter.saved").count() == 1


def test_whom_somebody_searched_for_is_not_saved(desk: Desk) -> None:
    ApplicationFactory()
    browser = desk.browser("officer")
    address = browser.post("/desk/", {"q": "髙橋 花子"}).headers["Location"]

    browser.post(f"/desk/filters/{address[address.index('?') :]}&channel=web", {"name": "オンライン"})

    assert SavedFilter.objects.get().query == "tab=all&channel=web"


def test_own_views_are_seen_by_nobody_else_and_shared_ones_by_the_department(desk: Desk) -> None:
    browser = desk.browser("officer")
    browser.post("/desk/filters/?tab=mine", {"name": "自分の分"})
    browser.post("/desk/filters/?channel=paper", {"name": "紙の分", "department": desk.department.code})

    colleague = text_of(desk.browser("second").get("/desk/"))
    stranger = text_of(desk.browser("stranger").get("/desk/"))

    assert ("紙の分" in colleague, "自分の分" in colleague) == (True, False)
    assert ("紙の分" in stranger, "自分の分" in stranger) == (False, False)


def test_a_view_is_not_shared_with_a_department_of_others(desk: Desk) -> None:
    other = DepartmentFactory()

    response = desk.browser("officer").post("/desk/filters/", {"name": "甲", "department": other.code})

    assert response.status_code == 422
    assert "この部署とは共有できません。" in text_of(response)
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (" ", "名前を入力してください。"),
        ("あ" * 41, "名前は40文字以内で入力してください。"),
        ("同じ", "同じ名前の絞り込みがあります。"),
    ],
)
def test_a_faulty_name_is_told_at_its_place_and_stays(desk: Desk, name: str, sentence: str) -> None:
    SavedFilterFactory(owner=desk["officer"], name="同じ")

    response = desk.browser("officer").post("/desk/filters/?due=soon", {"name": name})

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert f'value="{name}"' in text_of(response)
    assert SavedFilter.objects.count() == 1


def test_no_more_views_are_saved_than_help(desk: Desk) -> None:
    for _ in range(saved_filters.MOST):
        SavedFilterFactory(owner=desk["officer"])

    response = desk.browser("officer").post("/desk/filters/", {"name": "もう一つ"})

    assert "保存できるのは30件までです。" in text_of(response)


def test_the_owner_renames_and_deletes_a_view(desk: Desk) -> None:
    saved = SavedFilterFactory(owner=desk["officer"])
    browser = desk.browser("officer")

    browser.post(f"/desk/filters/{saved.id}/", {"name": "新しい名前"})
    assert SavedFilter.objects.get().name == "新しい名前"
    for _click in range(2):
        assert browser.post(f"/desk/filters/{saved.id}/delete/").status_code == 302

    assert not SavedFilter.objects.exists()


def test_a_shared_view_is_changed_by_its_owner_or_a_head_and_by_no_one_else(desk: Desk) -> None:
    saved = SavedFilterFactory(owner=desk["officer"], department_code=desk.department.code, name="共有")

    refused = desk.browser("second").post(f"/desk/filters/{saved.id}/", {"name": "別"})
    unknown = desk.browser("stranger").post(f"/desk/filters/{saved.id}/", {"name": "別"})
    desk.browser("head").post(f"/desk/filters/{saved.id}/", {"name": "所属長の名前"})

    assert refused.status_code == 422
    assert "作成した人か所属長が変更できます。" in text_of(refused)
    assert unknown.status_code == 404
    assert SavedFilter.objects.get().name == "所属長の名前"


def test_thirty_saved_views_ask_as_often_as_one(desk: Desk) -> None:
    SavedFilterFactory(owner=desk["officer"])
    browser = desk.browser("officer")
    browser.get("/desk/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/desk/")
    for tab in ("mine", "done", "open"):
        for _ in range(9):
            SavedFilterFactory(owner=desk["officer"], query=f"tab={tab}&due=overdue")

    with CaptureQueriesContext(connection) as many:
        browser.get("/desk/")

    assert len(many) == len(few)


def test_views_of_closed_cases_are_not_counted(desk: Desk) -> None:
    SavedFilterFactory(owner=desk["officer"], name="終わったもの", query="tab=done")

    assert saved_links(desk.browser("officer").get("/desk/"))["終わったもの"] == ("?tab=done", "")


def test_words_in_place_of_an_id_are_not_saved(desk: Desk) -> None:
    address = f"/desk/filters/?procedure={'あ' * 80}&department=山田花子&due=soon"

    assert desk.browser("officer").post(address, {"name": "甲"}).status_code == 302

    assert SavedFilter.objects.get().query == "due=soon"
