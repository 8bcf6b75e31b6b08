"""What the desk says of a case: how it stands against its day, and why something cannot be done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from madoguchi.applications.desk_filters import Filters, wanted_by
from madoguchi.applications.desk_options import options
from madoguchi.applications.desk_queries import due_of
from madoguchi.applications.models import Application, Attachment, Status
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, AttachmentFactory, offered
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.procedures.models import ProcedureVersion

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("days", "text", "kind"),
    [
        (-1, "1日超過", "danger"),
        (0, "本日まで", "danger"),
        (1, "あと1日", "warning"),
        (7, "あと7日", "warning"),
        (8, "あと8日", "neutral"),
    ],
)
def test_the_time_left_is_told_in_words_and_by_the_kind_of_mark(days: int, text: str, kind: str) -> None:
    due = due_of(Application(status=Status.IN_REVIEW, due_on=TODAY + timedelta(days=days)), today=TODAY)

    assert (due.text, due.kind) == (text, kind)


@pytest.mark.parametrize("status", [Status.CLOSED, Status.WITHDRAWN])
def test_a_case_that_is_over_has_no_time_left_to_tell(status: Status) -> None:
    assert due_of(Application(status=status, due_on=date(2020, 1, 1)), today=TODAY).text == ""


def test_a_case_without_a_day_tells_nothing() -> None:
    assert due_of(Application(status=Status.FILED, due_on=None), today=TODAY).text == ""


@pytest.mark.parametrize(
    ("answer_by_on", "text"),
    [
        (TODAY, "回答待ち（11月23日まで）"),
        (TODAY - timedelta(days=1), "回答の期限切れ（11月22日）"),
        (None, "回答待ち"),
    ],
)
@pytest.mark.django_db
def test_a_returned_case_tells_until_when_an_answer_is_awaited(answer_by_on: date | None, text: str) -> None:
    case = Application(status=Status.RETURNED, due_on=date(2020, 1, 1), procedure_version=offered())

    assert due_of(case, today=TODAY, answer_by_on=answer_by_on).text == text


def test_links_leave_out_what_is_usual_and_begin_on_the_first_page() -> None:
    filters = Filters(tab="mine", due="soon", page=7)

    assert filters.address() == "tab=mine&due=soon"
    assert filters.address(tab="open", due="") == ""
    assert filters.address(page=8) == "tab=mine&due=soon&page=8"


def test_what_was_typed_into_the_search_is_taken_apart() -> None:
    assert wanted_by("H2.2.28").birth_days == (date(1990, 2, 28),)
    assert wanted_by("昭和60年 1月 2日").birth_days == (date(1985, 1, 2),)
    assert len(wanted_by("山田　太郎").keys) == 2
    assert wanted_by("　").is_nothing


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()


STATES = ("filed", "in_review", "returned", "proposed", "closed", "withdrawn")
# What the officer who holds it may do in each state (approving is not theirs).
MAY = {
    "filed": {"take", "hand_over", "note", "message"},  # nobody holds it yet
    "in_review": {
        "hand_over",
        "return",
        "edit",
        "opinion",
        "extend",
        "propose",
        "withdraw",
        "note",
        "message",
    },
    "returned": {"hand_over", "answer", "edit", "opinion", "extend", "withdraw", "note", "message"},
    "proposed": {"hand_over", "extend", "note", "message"},
    "closed": {"note", "message"},
    "withdrawn": {"note", "message"},
}


def case_in(state: str, desk: Desk) -> Application:
    traits: dict[str, Any] = {} if state == "filed" else {state: True}
    return ApplicationFactory(officer=desk["officer"], **traits)


@pytest.mark.parametrize("state", STATES)
def test_an_officer_may_do_in_each_state_what_the_rules_permit_and_is_told_why_not_else(
    desk: Desk, state: str
) -> None:
    case = case_in(state, desk)

    found = options(
        case, desk["officer"], today=case.received_on, proposal=case.decisions.filter(decided_at=None).first()
    )

    assert {o.id for o in found.values() if o.allowed} == MAY[state]
    assert all(o.why_not.endswith("。") for o in found.values() if not o.allowed)


@pytest.mark.parametrize("state", STATES)
def test_an_approver_may_decide_what_is_proposed_and_nothing_else(desk: Desk, state: str) -> None:
    case = case_in(state, desk)

    found = options(
        case,
        desk["approver"],
        today=case.received_on,
        proposal=case.decisions.filter(decided_at=None).first(),
    )

    assert {o.id for o in found.values() if o.allowed} == ({"decide"} if state == "proposed" else set())


def test_a_file_sent_for_a_question_is_shown_under_it_and_one_taken_out_as_replaced(desk: Desk) -> None:
    file = {"digest": "a" * 64, "name": "今の.jpg", "media_type": "image/jpeg", "size": 10}
    small(section("one", asked("picture", kind="photo")))
    version = ProcedureVersion.objects.get(procedure_id="residence-certificate")
    case = ApplicationFactory(
        procedure_version=version, answers={"picture": [file]}, department_code=desk.department.code
    )
    kept = AttachmentFactory(owner_id=case.id, document_id="picture", digest="a" * 64, name="今の.jpg")
    gone = AttachmentFactory(owner_id=case.id, document_id="picture", digest="b" * 64, name="前の.jpg")

    text = text_of(desk.browser("officer").get(url_of("case", case)))

    assert text.index(url_of("file", case, kept.id)) < text.index("差し替えられた書類（1件）")
    assert text.index(url_of("file", case, gone.id)) > text.index("差し替えられた書類（1件）")
    assert Attachment.objects.count() == 2
