"""Staff put an answer right: the whole filing is decided anew, what was filed stays, the resident is told why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.applications import actions, handlers
from madoguchi.applications.actions.editing import edited
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    NotAllowed,
    NotComplete,
    NothingChanged,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.models import AnswerEdit, Application, CaseEvent, EditedAnswer
from madoguchi.applications.rules import Status, may_edit_answers
from madoguchi.applications.tests.beginning import YES, children
from madoguchi.applications.tests.factories import AnswerEditFactory, ApplicationFactory, somebody
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.returned import (
    filed,
    looking_at,
    officer_of,
    send_back_to_resident,
)
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.models import Job
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.notices.models import Message as Mail
from madoguchi.organization.models import Department

pytestmark = pytest.mark.django_db

REASON = "電話で、番号の書き間違いを確かめました。"
MOVED = asked("moved", "yes_no")
FROM = asked("came_from", when=YES)


def edit(
    case: Application, target: str, value: Any, *, by: Staff | None = None, **changes: Any
) -> AnswerEdit:
    """Put an answer right as the officer who has the case."""
    if by is None:
        by = case.holder or officer_of(case)
        if case.holder is None:
            actions.take(application=case, by=by, now=clock.now())
    given_: dict[str, Any] = {"reason": REASON, "channel": "telephone", "now": clock.now()}
    return actions.edit_answer(application=case, target=target, value=value, by=by, **(given_ | changes))


def small_case(**answers: Any) -> Application:
    """A filing of three questions, one of which depends on another."""
    given_ = {"name": "太郎", "moved": "yes", "came_from": "青森市"} | answers
    return filed(given_, section("main", asked("name"), MOVED, FROM))


def test_an_answer_is_put_right_and_what_was_filed_stays() -> None:
    case = small_case()

    made = edit(case, "name", "次郎")

    case.refresh_from_db()
    assert (case.answers["name"], case.filed_answers["name"]) == ("次郎", "太郎")
    item = made.items.get()
    assert (item.origin, item.before, item.after) == ("staff", "太郎", "次郎")
    assert CaseEvent.objects.filter(application=case, kind="edit_answer").count() == 1
    entry = AuditEntry.objects.get(act="edit_answer")
    assert "次郎" not in str(entry.detail)


def test_what_is_asked_no_more_is_dropped_and_kept_in_the_history() -> None:
    case = small_case()

    made = edit(case, "moved", "no")

    case.refresh_from_db()
    assert "came_from" not in case.answers
    found = {item.target_id: (item.origin, item.before, item.after) for item in made.items.all()}
    assert found == {"moved": ("staff", "yes", "no"), "came_from": ("dropped", "青森市", None)}


def test_what_an_edit_makes_missing_is_told_beforehand() -> None:
    case = filed({"name": "太郎", "moved": "no"}, section("main", asked("name"), MOVED, FROM))

    outcome = edited(case, "moved", "yes")

    assert [problem.question_id for problem in outcome.missing] == ["came_from"]
    assert outcome.wrong == ()


def test_a_computed_answer_follows() -> None:
    double = asked("twice", "integer", computed={"expression": "number * 2"}, required=False)
    case = filed({"number": 2}, section("main", asked("number", "integer"), double))
    assert case.answers["twice"] == 4

    made = edit(case, "number", 5)

    case.refresh_from_db()
    assert case.answers["twice"] == 10
    assert [item.origin for item in made.items.order_by("position")] == ["staff", "computed"]


def test_the_answer_of_a_member_is_put_right() -> None:
    kids = [{"_id": "m1", "child_name": "一郎"}, {"_id": "m2", "child_name": "二郎"}]
    case = filed({"children": kids}, children())

    made = edit(case, "children/m2/child_name", "次郎")

    case.refresh_from_db()
    assert [child["child_name"] for child in case.answers["children"]] == ["一郎", "次郎"]
    assert made.items.get().label == "お子さん 2：child_name"


def test_name_keys_and_birth_date_follow_the_answers(settings: Any) -> None:
    case = ApplicationFactory(in_review=True)
    name = {"family": "佐藤", "given": "花子", "family_kana": "サトウ", "given_kana": "ハナコ"}

    edit(case, "applicant_name", name)

    case.refresh_from_db()
    assert case.applicant_name == "佐藤 花子"
    assert case.name_key == "佐藤花子"


def test_who_turns_out_to_be_protected_is_protected_in_this_case_too() -> None:
    protected, case = ApplicationFactory(), ApplicationFactory(in_review=True)
    edit(case, "applicant_name", case.answers["applicant_name"] | {"family": "佐藤", "family_kana": "サトウ"})
    RestrictionFactory(subject=f"application:{protected.id}", today=clock.today())

    edit(case, "applicant_name", protected.answers["applicant_name"])

    assert AuditEntry.objects.filter(act="alarm.protection_carried").exists()


@pytest.mark.parametrize("status", list(Status))
def test_answers_are_put_right_until_a_decision_is_proposed(status: Status) -> None:
    assert may_edit_answers(status) == (status in (Status.FILED, Status.IN_REVIEW, Status.RETURNED))


@pytest.mark.parametrize("trait", ["proposed", "closed", "withdrawn"])
def test_a_case_that_is_proposed_or_over_is_never_edited(trait: str) -> None:
    traits: dict[str, Any] = {trait: True}
    case = ApplicationFactory(**traits)

    with pytest.raises(NotAllowed):
        edit(case, "applicant_phone", "0196514111", by=case.holder)

    assert AnswerEdit.objects.count() == 0


def test_only_who_holds_the_case_or_a_head_edits() -> None:
    case = ApplicationFactory(in_review=True)
    department = Department.objects.get(code=case.department_code)
    other = somebody("officer", department, display_name="山本 実")
    approver = somebody("approver", department)

    for by in (other, approver):
        with pytest.raises(NotAllowed):
            edit(case, "applicant_phone", "0196514111", by=by)
    edit(case, "applicant_phone", "0196514111", by=somebody("head", department))


@pytest.mark.parametrize(
    "target", ["", "nothing", "children", "children/m9/child_name", "name/m1/name", "doc"]
)
def test_what_is_no_answer_is_refused(target: str) -> None:
    case = small_case()

    with pytest.raises(UnknownChoice):
        edit(case, target, "x")


def test_an_answer_that_a_correction_asks_for_is_answered_there() -> None:
    case = send_back_to_resident(small_case(), "name")

    with pytest.raises(UnknownChoice):
        edit(case, "name", "次郎")
    edit(case, "came_from", "秋田市")


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"reason": " "}, ReasonMissing), ({"value": "太郎"}, NothingChanged), ({"value": None}, NotComplete)],
)
def test_an_edit_without_a_reason_or_a_difference_or_a_needed_answer_is_refused(
    changes: dict[str, Any], error: type[Exception]
) -> None:
    case = small_case()
    values = {"value": "次郎"} | changes

    with pytest.raises(error):
        edit(case, "name", values.pop("value"), **values)

    assert EditedAnswer.objects.count() == 0


def test_of_two_who_edit_at_once_the_second_is_refused() -> None:
    case = small_case()
    officer = officer_of(case)
    actions.take(application=case, by=officer, now=clock.now())
    same = Application.objects.get(id=case.id)

    edit(case, "name", "次郎", by=officer)
    with pytest.raises(ChangedMeanwhile):
        edit(same, "name", "三郎", by=officer)

    assert Application.objects.get(id=case.id).answers["name"] == "次郎"


def test_the_resident_is_told_what_was_put_right_and_why() -> None:
    case = small_case()
    edit(case, "name", "次郎")

    _visitor, page = looking_at(case)

    assert "担当の部署が直したところ" in page.text
    assert "直したあと：次郎" in page.text
    assert REASON in page.text
    assert "担当の部署が、内容の一部を直しました" in page.text


def test_the_mail_of_an_edit_says_neither_what_nor_why() -> None:
    case = small_case()
    Application.objects.filter(id=case.id).update(email="taro@example.jp")
    case.refresh_from_db()
    made = edit(case, "name", "次郎")
    assert Job.objects.filter(kind="applications.tell_edit").count() == 1

    for _again in range(2):
        handlers.tell_edit({"edit": str(made.id)})

    mail = Mail.objects.get(purpose="edit")
    assert "内容の一部を、担当の部署が直しました" in mail.body
    assert REASON not in mail.body
    assert "次郎" not in mail.body


def test_a_case_without_an_address_is_told_by_no_mail() -> None:
    handlers.tell_edit({"edit": str(AnswerEditFactory().id)})

    assert Mail.objects.count() == 0


@given(moved=st.sampled_from(["yes", "no"]), then=st.sampled_from(["yes", "no"]))
@settings(max_examples=8, deadline=None)
def test_an_edit_never_leaves_an_answer_nobody_asked_for(moved: str, then: str) -> None:
    case = Application(
        answers={"moved": moved, "came_from": "青森市", "name": "太郎"}, received_on=clock.today()
    )
    case.procedure_version_id = small_case().procedure_version_id

    outcome = edited(case, "moved", then)

    assert ("came_from" in outcome.answers) == (then == "yes")
    assert {one.target for one in outcome.differences} <= {"moved", "came_from"}
