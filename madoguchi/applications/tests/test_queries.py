"""What pages show of drafts and cases, and how often they ask the database for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import queries
from madoguchi.applications.models import Draft
from madoguchi.applications.tests.conftest import NOW
from madoguchi.applications.tests.factories import ApplicationFactory, AttachmentFactory, CaseEventFactory
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.common import clock
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.logic import evaluate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

PROCEDURE = "residence-certificate"


@pytest.mark.parametrize(
    ("ids", "following"),
    [
        ([], "m1"),
        (["m1"], "m2"),
        (["m1", "m3"], "m4"),
        (["m9", "m10"], "m11"),
        (["child-a"], "m1"),
        (["m"], "m1"),
    ],
)
def test_a_new_member_gets_an_id_that_no_other_has(ids, following):
    assert queries.next_member_id([{"_id": member_id} for member_id in ids]) == following


def group(**keys: Any) -> dict[str, Any]:
    return section(
        "kids",
        asked(
            "kids",
            "group",
            item_label="お子さん",
            min=0,
            max=50,
            questions=[asked("child"), asked("age", "integer")],
        ),
        **keys,
    )


def at_check(members: int) -> tuple[Visitor, Page]:
    """The check page of a filing with so many children."""
    small(section("main", asked("name")), group())
    visitor = Visitor()
    page = visitor.send(visitor.start(PROCEDURE), {"q.name": "太郎"})
    draft = Draft.objects.get(id=page.path.split("/")[3])
    answers = draft.answers | {
        "kids": [{"_id": f"m{n}", "child": f"子{n}", "age": n} for n in range(members)]
    }
    Draft.objects.filter(id=draft.id).update(answers=answers)
    return visitor, visitor.open(f"/filing/d/{draft.id}/check/")


def asked_for(visitor: Visitor, path: str) -> int:
    """How many statements a page needs."""
    visitor.open(path)
    with CaptureQueriesContext(connection) as captured:
        assert visitor.open(path).status == 200
    return len(captured)


@pytest.mark.slow
def test_pages_of_a_filing_ask_as_often_for_forty_children_as_for_one():
    counts = []
    for members in (1, 40):
        visitor, page = at_check(members)
        base = page.path.removesuffix("check/")
        counts.append(
            [asked_for(visitor, base + path) for path in ("check/", "", "s/kids/?list=1", "s/main/")]
        )

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 4


def test_the_check_page_shows_every_answer_with_its_place_to_change_it():
    visitor, page = at_check(2)
    draft = Draft.objects.get()

    assert "お子さん 1" in page.text
    assert "子1" in page.text
    assert f"/filing/d/{draft.id}/s/kids/m/m1/?return=check#q-child" in page.links
    assert f"/filing/d/{draft.id}/s/main/?return=check#q-name" in page.links
    assert visitor.open(f"/filing/d/{draft.id}/s/kids/m/m1/?return=check").form().value("q.child") == "子1"


def test_blocks_leave_out_what_is_not_asked_and_keep_what_is_empty():
    definition = small(
        section("main", asked("moved", "yes_no"), asked("note", required=False)),
        section("where", asked("town"), when={"question": "moved", "is": "yes"}),
    )
    answers = {"moved": "no", "town": "滝沢"}
    evaluation = evaluate(definition, answers, today=clock.tokyo_date(NOW))

    blocks = queries.blocks(definition, evaluation.answers, set(evaluation.visible), "ja")

    assert [(line.target, line.text) for block in blocks for line in block.lines] == [
        ("moved", "いいえ"),
        ("note", ""),
    ]


def test_documents_to_follow_are_those_called_for_and_not_there():
    application = ApplicationFactory()
    definition = procedures.definition_of(application.procedure_version_id)
    before = queries.documents_to_follow(application, definition, "ja")
    assert "請求する方の本人確認書類" in before

    AttachmentFactory(owner_id=application.id, document_id="identity")

    assert "請求する方の本人確認書類" not in queries.documents_to_follow(application, definition, "ja")


def test_the_residents_timeline_is_newest_first_and_knows_only_what_is_for_residents():
    application = ApplicationFactory(in_review=True)
    CaseEventFactory(application=application, kind="hand_over", at=NOW)
    CaseEventFactory(application=application, kind="something_internal", at=NOW)
    definition = procedures.definition_of(application.procedure_version_id)

    titles = [entry.title for entry in queries.resident_timeline(application, definition, "ja")]

    assert titles == ["担当者が確認を始めました", "受け付けました"]


def test_contents_are_referred_to_by_files_and_papers():
    attachment = AttachmentFactory()

    assert queries.referenced([attachment.digest, "f" * 64]) == {attachment.digest}
    assert queries.referenced([]) == set()
