"""A case with thousands of files stays usable: a page of them at a time, with the same few questions."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications.desk_files import SHOWN, CaseFiles, file_label
from madoguchi.applications.models import Application, Attachment
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import NOW, ApplicationFactory, AttachmentFactory
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.returned import filed
from madoguchi.procedures import queries as procedures

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def attached(case: Application, count: int, **fields: object) -> None:
    """Many files with one insert."""
    pattern = {
        "owner_id": case.id,
        "document_id": "identity",
        "media_type": "image/jpeg",
        "size": 1000,
        "added_at": NOW,
    } | fields
    rows = [Attachment(digest=f"{n:064x}", name=f"写真{n:05}.jpg", **pattern) for n in range(count)]
    Attachment.objects.bulk_create(rows)


def test_ten_thousand_files_are_shown_a_page_at_a_time(desk: Desk) -> None:
    case = ApplicationFactory()
    attached(case, 10_000)
    browser = desk.browser("officer")

    shown = text_of(browser.get(url_of("case", case)))
    last = text_of(browser.get(url_of("case_files", case) + "?page=100"))

    assert shown.count("写真") < SHOWN * 2
    assert "届いている書類をすべて見る（10000件）" in shown
    assert "10000件のうち9901～10000件目" in last
    assert last.count("写真") == 100


def test_many_files_ask_as_often_as_one(desk: Desk) -> None:
    few, many = ApplicationFactory(), ApplicationFactory()
    attached(few, 1)
    attached(many, 500)
    browser = desk.browser("officer")
    counts = []
    for name in ("case", "case_files"):
        for case in (few, many):
            browser.get(url_of(name, case))
            with CaptureQueriesContext(connection) as asked_for:
                browser.get(url_of(name, case))
            counts.append(len(asked_for))

    assert counts[0] == counts[1]
    assert counts[2] == counts[3]


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999999", ""])
def test_a_page_that_is_not_there_is_the_nearest_that_is(desk: Desk, page: str) -> None:
    case = ApplicationFactory()
    attached(case, 3)

    response = desk.browser("officer").get(url_of("case_files", case) + f"?page={page}")

    assert "3件のうち1～3件目" in text_of(response)


def test_replaced_files_stand_apart(desk: Desk) -> None:
    case = ApplicationFactory()
    AttachmentFactory(owner_id=case.id, name="新しい.jpg")
    AttachmentFactory(owner_id=case.id, name="古い.jpg", replaced_at=NOW)
    browser = desk.browser("officer")

    current = text_of(browser.get(url_of("case_files", case)))
    replaced = text_of(browser.get(url_of("case_files", case) + "?replaced=1"))

    assert ("新しい.jpg" in current, "古い.jpg" in current) == (True, False)
    assert ("新しい.jpg" in replaced, "古い.jpg" in replaced) == (False, True)


def test_a_file_that_was_taken_out_of_its_answer_counts_as_replaced() -> None:
    kept = {"digest": "a" * 64, "name": "a.jpg", "media_type": "image/jpeg", "size": 1}
    case = filed({"photo": [kept]}, section("main", asked("photo", "photo")))
    AttachmentFactory(owner_id=case.id, document_id="photo", digest="a" * 64, name="残した.jpg")
    AttachmentFactory(owner_id=case.id, document_id="photo", digest="b" * 64, name="外した.jpg")

    files = CaseFiles(case, procedures.definition_of(case.procedure_version_id))

    assert [row.name for row in files.current()] == ["残した.jpg"]
    assert [(row.name, row.replaced_at) for row in files.replaced()] == [("外した.jpg", case.filed_at)]


@pytest.mark.parametrize(
    ("document_id", "label"),
    [("message/x", "申請者からのメッセージ"), ("opinion/x", "他課の意見"), ("gone", "その他の書類")],
)
def test_a_file_says_what_it_came_with(document_id: str, label: str) -> None:
    case = ApplicationFactory()

    assert file_label(case, procedures.definition_of(case.procedure_version_id), document_id) == label
