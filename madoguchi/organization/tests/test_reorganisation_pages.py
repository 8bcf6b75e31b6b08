"""What administrators do with reorganisations on their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.common.models import Job
from madoguchi.identity.tests.factories import TODAY
from madoguchi.organization import handlers
from madoguchi.organization.models import Department, Posting, Reorganisation, Stage
from madoguchi.organization.tests.factories import (
    DepartmentFactory,
    ReorganisationFactory,
    SuccessionFactory,
    signed_in_client,
    staff_with,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]

LIST = "/desk/reorganisations/"


@pytest.fixture
def old() -> Department:
    return DepartmentFactory(code="child", name="子ども課")


@pytest.fixture
def new() -> Department:
    return DepartmentFactory(code="family", name="子ども家庭課")


def page_of(row: Reorganisation, more: str = "") -> str:
    return f"{LIST}{row.pk}/{more}"


def text(response: Any) -> str:
    content: bytes = response.content
    return content.decode()


def test_a_reorganisation_is_planned_decided_carried_out_and_undone(client, old, new):
    staff_with("officer", "approver", department=old)
    begun = client.post(LIST, {"name": "春の組織改正", "on_day": TODAY.isoformat()}, follow=True)
    row = Reorganisation.objects.get()
    assert "行き先はまだありません" in text(begun)

    fields = {"old": "child", "new": "family", "procedure": "", "with_staff": "1", "version": "1"}
    planned = client.post(page_of(row, "lines/"), fields, follow=True)
    assert "子ども課 から 子ども家庭課 へ" in text(planned)
    assert "1人" in text(planned)
    decided = client.post(page_of(row, "act/"), {"act": "decide", "version": "2"}, follow=True)
    assert "確定しました。" in text(decided)
    handlers.reorganise(Job.objects.get(kind="organization.reorganise").payload)
    done = text(client.get(page_of(row)))
    assert "新しい部署に移した申請" in done
    undone = client.post(page_of(row, "act/"), {"act": "undo", "version": "4"}, follow=True)

    assert "元に戻しました。" in text(undone)
    assert Reorganisation.objects.get().stage == Stage.UNDONE
    assert Posting.objects.filter(department=old, valid_until=None).count() == 2
    assert "元に戻した" in text(client.get(LIST))


def test_a_decided_plan_is_taken_back_and_dropped(client, old, new):
    row = ReorganisationFactory(on_day=TODAY + timedelta(days=9))
    SuccessionFactory(reorganisation=row, old=old, new=new)

    client.post(page_of(row, "act/"), {"act": "decide", "version": "1"})
    assert "確定を取り消す" in text(client.get(page_of(row)))
    client.post(page_of(row, "act/"), {"act": "take_back", "version": "2"})
    dropped = client.post(page_of(row, "act/"), {"act": "remove", "version": "3"}, follow=True)

    assert "計画を削除しました。" in text(dropped)
    assert not Reorganisation.objects.exists()


def test_name_and_day_are_changed_and_lines_removed(client, old, new):
    row = ReorganisationFactory()
    line = SuccessionFactory(reorganisation=row, old=old, new=new)

    client.post(page_of(row), {"name": "夏の組織改正", "on_day": "2027-07-01", "version": "1"})
    for _click in range(2):
        removed = client.post(page_of(row, f"lines/{line.pk}/remove/"), {"version": "2"})
        assert removed.status_code == 302

    row.refresh_from_db()
    assert (row.name, row.on_day.isoformat(), row.lines.count()) == ("夏の組織改正", "2027-07-01", 0)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "あ" * 61}, "name"),
        ({"on_day": "春"}, "on_day"),
        ({"on_day": "3026-04-01"}, "on_day"),
        ({"on_day": "2026-04-01"}, "on_day"),
    ],
)
def test_a_faulty_plan_is_told_at_its_place(client, fields, wrong):
    typed = {"name": "春の組織改正", "on_day": "2027-04-01"} | fields
    row = ReorganisationFactory()

    for response in (client.post(LIST, typed), client.post(page_of(row), typed | {"version": "1"})):
        assert response.status_code == 422
        assert f'id="{wrong}-error"' in text(response)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"old": "x"}, "old"),
        ({"new": ""}, "new"),
        ({"new": "child"}, "new"),
        ({"procedure": "x"}, "procedure"),
    ],
)
def test_a_faulty_line_is_told_at_its_place(client, old, new, fields, wrong):
    row = ReorganisationFactory()
    typed = {"old": "child", "new": "family", "procedure": "", "version": "1"} | fields

    response = client.post(page_of(row, "lines/"), typed)

    assert response.status_code == 422
    assert f'id="{wrong}-error"' in text(response)
    assert not row.lines.exists()


def test_a_department_has_one_successor(client, old, new):
    row = ReorganisationFactory()
    SuccessionFactory(reorganisation=row, old=old, new=DepartmentFactory())

    response = client.post(page_of(row, "lines/"), {"old": "child", "new": "family", "version": "1"})

    assert "すでに決めてあります" in text(response)


def test_what_stands_against_deciding_is_told_before_and_when_one_tries(client, old, new):
    row = ReorganisationFactory(on_day=TODAY + timedelta(days=9))
    SuccessionFactory(reorganisation=row, old=old, new=new)
    Department.objects.filter(code="family").update(valid_until=TODAY)

    before = text(client.get(page_of(row)))
    tried = client.post(page_of(row, "act/"), {"act": "decide", "version": "1"})

    assert "このままでは確定できません。" in before
    assert tried.status_code == 422
    for shown in (before, text(tried)):
        assert "「子ども家庭課」は、実施日に設置されていません。" in shown


def test_the_second_of_two_administrators_is_told_and_keeps_what_they_typed(client, old, new):
    row = ReorganisationFactory(version=3)
    line = SuccessionFactory(reorganisation=row, old=old, new=new)
    named = {"name": "遅い変更", "on_day": "2027-07-01", "version": "2"}

    answers = [
        client.post(page_of(row), named),
        client.post(page_of(row, "lines/"), {"old": "family", "new": "child", "version": "2"}),
        client.post(page_of(row, f"lines/{line.pk}/remove/"), {"version": "2"}),
        client.post(page_of(row, "act/"), {"act": "decide", "version": "2"}),
    ]

    assert [one.status_code for one in answers] == [409] * 4
    assert all("ほかの人が先に変更しました" in text(one) for one in answers)
    assert 'value="遅い変更"' in text(answers[0])
    assert '<option value="family" selected' in text(answers[1])


def test_what_is_not_there_is_not_found(client):
    row = ReorganisationFactory()

    assert client.get(f"{LIST}{row.pk}/").status_code == 200
    assert client.post(page_of(row, "act/"), {"act": "dance", "version": "1"}).status_code == 404
    row.delete()
    assert client.get(page_of(row)).status_code == 404


def test_what_is_not_done_cannot_be_undone(client):
    row = ReorganisationFactory()

    response = client.post(page_of(row, "act/"), {"act": "undo", "version": "1"})

    assert "いまは元に戻せません。" in text(response)


@pytest.mark.parametrize("role", ["officer", "approver", "head", "office"])
def test_the_pages_are_for_administrators(role):
    client = signed_in_client(staff_with(role))

    assert client.get(LIST).status_code == 403
    assert client.get(page_of(ReorganisationFactory())).status_code == 403


def test_the_list_asks_as_often_for_thirty_rows_as_for_one(client, django_assert_num_queries):
    ReorganisationFactory()
    with django_assert_num_queries(3):
        client.get(LIST)
    for _ in range(30):
        SuccessionFactory()

    with django_assert_num_queries(3):
        client.get(LIST)
