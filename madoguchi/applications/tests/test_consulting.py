"""Departments are consulted about a proposal (合議): asked, reminded, heard, asked again, passed over for a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from madoguchi.applications import actions, chain_queries
from madoguchi.applications.actions import consulting
from madoguchi.applications.chains import Opinion
from madoguchi.applications.errors import (
    AlreadySettled,
    ChangedMeanwhile,
    ConsultationOpen,
    NotAllowed,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.models import Application, CaseEvent, Consultation, Decision, Status
from madoguchi.applications.tests.chained import (
    TAX,
    WELFARE,
    asked_of,
    chained_desk,
    consult,
    proposal_of,
    proposed,
)
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.desks import Desk
from madoguchi.applications.tests.factories import AttachmentFactory, ConsultationFactory
from madoguchi.common import clock
from madoguchi.common.models import Job
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.organization.models import Department, Posting
from madoguchi.organization.tests.factories import PostingFactory, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

TWO = {"consult": [consult(TAX), consult(WELFARE)]}
IN_TURN = TWO | {"consult_order": "in_turn"}


def say(one: Consultation, by: Staff, opinion: str = Opinion.AGREED, words: str = "") -> Consultation:
    return actions.answer_consultation(
        consultation_id=one.id, opinion=opinion, words=words, by=by, now=clock.now()
    )


def decide(case: Application, by: Staff) -> None:
    case.refresh_from_db()
    actions.decide(application=case, by=by, now=clock.now())


def test_all_are_asked_at_once_until_a_day_and_the_decision_waits_for_them(desk: Desk) -> None:
    case = proposed(desk)
    tax, welfare = asked_of(case)

    assert (tax.asked_at, welfare.asked_at) == (NOW, NOW)
    assert tax.answer_by_on is not None
    assert tax.answer_by_on > clock.today() + timedelta(days=2)
    assert Job.objects.filter(kind="applications.tell_consultation").count() == 2
    say(welfare, desk["welfare"])
    with pytest.raises(ConsultationOpen):
        decide(case, desk["approver"])
    say(tax, desk["tax"], Opinion.REMARKED, "固定資産の異動はありません。")
    decide(case, desk["approver"])

    assert case.status == Status.CLOSED
    kept = Consultation.objects.get(id=tax.id)
    assert (kept.answered_by_name, kept.answered_by_post) == ("伊藤 税", "資産税課 課長")
    events = CaseEvent.objects.filter(application=case).order_by("at", "id").values_list("kind", flat=True)
    assert list(events)[-4:] == ["propose", "consult", "consult", "decide"]


def test_in_turn_each_is_asked_when_the_one_before_has_consented(in_turn: Desk) -> None:
    case = proposed(in_turn)
    tax, welfare = asked_of(case)
    assert welfare.asked_at is None
    with pytest.raises(AlreadySettled):
        say(welfare, in_turn["welfare"])

    say(tax, in_turn["tax"])

    welfare.refresh_from_db()
    assert welfare.asked_at is not None
    assert welfare.answer_by_on is not None
    say(welfare, in_turn["welfare"])
    decide(case, in_turn["approver"])


def test_after_a_refusal_nobody_behind_is_asked_until_the_approver_goes_on(in_turn: Desk) -> None:
    case = proposed(in_turn)
    tax, welfare = asked_of(case)
    say(tax, in_turn["tax"], Opinion.DISAGREED, "所有者が違います。")
    welfare.refresh_from_db()
    assert welfare.asked_at is None
    case.refresh_from_db()

    actions.pass_over(
        application=case,
        consultation_id=tax.id,
        reason="登記で確かめた。",
        by=in_turn["approver"],
        now=clock.now(),
    )

    tax.refresh_from_db()
    welfare.refresh_from_db()
    assert (tax.opinion, tax.passed_over_because) == (Opinion.DISAGREED, "登記で確かめた。")
    assert welfare.asked_at is not None


@pytest.mark.parametrize("opinion", [Opinion.REMARKED, Opinion.DISAGREED])
def test_an_opinion_other_than_consent_is_said_in_words(desk: Desk, opinion: str) -> None:
    tax, _welfare = asked_of(proposed(desk))

    with pytest.raises(ReasonMissing):
        say(tax, desk["tax"], opinion, "  ")
    with pytest.raises(IntegrityError):
        ConsultationFactory(decision=tax.decision, position=5, opinion=opinion)


def test_an_unknown_opinion_is_refused(desk: Desk) -> None:
    tax, _welfare = asked_of(proposed(desk))

    with pytest.raises(UnknownChoice):
        say(tax, desk["tax"], "maybe")


@pytest.mark.parametrize("who", ["welfare", "approver", "stranger", "officer", "administrator"])
def test_only_the_department_that_is_asked_answers(desk: Desk, who: str) -> None:
    tax, _welfare = asked_of(proposed(desk))

    with pytest.raises(NotAllowed):
        say(tax, desk[who])


def test_the_drafter_is_no_consulted_party_even_with_its_post(desk: Desk) -> None:
    case = proposed(desk)
    PostingFactory(staff=desk["officer"], department_id=TAX, role="head")

    with pytest.raises(NotAllowed):
        say(asked_of(case)[0], desk["officer"])


def test_the_drafter_decides_nothing_whatever_they_become(desk: Desk) -> None:
    case = proposed(desk)
    PostingFactory(staff=desk["officer"], department=desk.department, role="head")
    tax, welfare = asked_of(case)
    say(tax, desk["tax"], Opinion.DISAGREED, "理由")
    say(welfare, desk["welfare"])
    case.refresh_from_db()

    for act in (actions.pass_over, actions.ask_again):
        with pytest.raises(NotAllowed):
            act(application=case, consultation_id=tax.id, reason="理由", by=desk["officer"], now=clock.now())
    with pytest.raises(NotAllowed):
        actions.decide(application=case, by=desk["officer"], now=clock.now())
    with pytest.raises(NotAllowed):
        actions.send_back(application=case, reason="理由", by=desk["officer"], now=clock.now())


def test_who_was_transferred_meanwhile_neither_answers_nor_decides_and_the_successor_does(desk: Desk) -> None:
    case = proposed(desk)
    tax, welfare = asked_of(case)
    say(welfare, desk["welfare"])
    yesterday = clock.today() - timedelta(days=1)
    Posting.objects.filter(staff__in=(desk["tax"], desk["approver"], desk["officer"])).update(
        valid_until=yesterday
    )

    with pytest.raises(NotAllowed):
        say(tax, desk["tax"])
    say(tax, staff_with("head", department=Department.objects.get(code=TAX), display_name="後任 花"))
    with pytest.raises(NotAllowed):
        decide(case, desk["approver"])
    decide(case, desk["head"])

    made = case.decisions.get()
    assert (made.proposed_by_post, made.proposed_by_name) == ("子ども青少年課 審査担当", "立花 和也")
    assert made.decided_by_post == "子ども青少年課 所属長"
    assert Consultation.objects.get(id=tax.id).answered_by_name == "後任 花"


def test_what_was_answered_keeps_names_and_posts_after_a_reorganisation(desk: Desk) -> None:
    tax, _welfare = asked_of(proposed(desk))
    say(tax, desk["tax"])
    Department.objects.filter(code=TAX).update(name="税務部 資産課")
    Staff.objects.filter(id=desk["tax"].id).update(display_name="別姓 税")

    tax.refresh_from_db()
    assert (tax.department_name, tax.answered_by_name) == ("資産税課", "伊藤 税")


@pytest.mark.parametrize("end", ["decided", "sent back", "taken back"])
def test_an_opinion_after_the_end_is_refused(desk: Desk, end: str) -> None:
    case = proposed(desk)
    tax, welfare = asked_of(case)
    if end == "decided":
        say(tax, desk["tax"])
        say(welfare, desk["welfare"])
        decide(case, desk["approver"])
    elif end == "sent back":
        actions.send_back(application=case, reason="理由", by=desk["approver"], now=clock.now())
    else:
        actions.take_back(application=case, by=desk["officer"], now=clock.now())
    words = Consultation.objects.get(id=tax.id).words

    with pytest.raises(AlreadySettled):
        say(tax, desk["tax"], Opinion.DISAGREED, "遅れた意見")
    assert Consultation.objects.get(id=tax.id).words == words


def test_what_was_said_is_said_once(desk: Desk) -> None:
    tax, _welfare = asked_of(proposed(desk))
    say(tax, desk["tax"])

    with pytest.raises(AlreadySettled):
        say(tax, desk["tax"], Opinion.DISAGREED, "やはり")


def test_two_departments_that_answer_at_once_do_not_hinder_each_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tax, welfare = asked_of(proposed(desk))
    real, left = chain_queries.consultations_of, [1]

    def overtaken(decision: Decision) -> list[Consultation]:
        if left[0]:
            left[0] -= 1
            say(welfare, desk["welfare"])
        return real(decision)

    monkeypatch.setattr(consulting, "consultations_of", overtaken)
    say(tax, desk["tax"])

    assert [one.opinion for one in asked_of(tax.decision.application)] == [Opinion.AGREED, Opinion.AGREED]


def test_an_opinion_is_refused_when_others_are_always_faster(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tax, _welfare = asked_of(proposed(desk))
    monkeypatch.setattr(consulting, "commit_case", _overtaken)

    with pytest.raises(ChangedMeanwhile):
        say(tax, desk["tax"])


def _overtaken(unit: object, application: object) -> None:
    raise ChangedMeanwhile


# --- going on without -----------------------------------------------------------------------------------------


def test_a_consent_is_waited_for_until_its_day_and_passed_over_afterwards_for_a_reason(
    desk: Desk, set_clock: SetClock
) -> None:
    case = proposed(desk)
    tax, welfare = asked_of(case)
    say(welfare, desk["welfare"])
    case.refresh_from_db()
    sent: dict[str, Any] = {"application": case, "consultation_id": tax.id, "by": desk["approver"]}
    with pytest.raises(NotAllowed):
        actions.pass_over(**sent, reason="急ぐため。", now=clock.now())
    set_clock(NOW + timedelta(days=10))

    with pytest.raises(ReasonMissing):
        actions.pass_over(**sent, reason=" ", now=clock.now())
    actions.pass_over(**sent, reason="期限を過ぎたため。", now=clock.now())
    decide(case, desk["approver"])

    tax.refresh_from_db()
    assert (tax.opinion, tax.passed_over_by_name) == ("", "高橋 健一")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_department_that_was_abolished_is_passed_over_for_a_reason(desk: Desk, when: str) -> None:
    yesterday = clock.today() - timedelta(days=1)
    if when == "before":
        Department.objects.filter(code=TAX).update(valid_until=yesterday)
    case = proposed(desk)
    Department.objects.filter(code=TAX).update(valid_until=yesterday)
    tax, welfare = asked_of(case)
    say(welfare, desk["welfare"])
    with pytest.raises(ConsultationOpen):
        decide(case, desk["approver"])

    case.refresh_from_db()
    actions.pass_over(
        application=case,
        consultation_id=tax.id,
        reason="資産税課は廃止された。",
        by=desk["approver"],
        now=clock.now(),
    )
    decide(case, desk["approver"])

    assert case.status == Status.CLOSED


def test_a_department_nobody_knows_or_whose_only_member_drafted_is_passed_over(desk: Desk) -> None:
    Posting.objects.filter(department_id=TAX).delete()
    Posting.objects.filter(department_id=WELFARE).delete()
    PostingFactory(staff=desk["officer"], department_id=WELFARE, role="head")
    case = proposed(desk)

    for one in asked_of(case):
        case.refresh_from_db()
        actions.pass_over(
            application=case, consultation_id=one.id, reason="不在", by=desk["head"], now=clock.now()
        )
    decide(case, desk["approver"])


def test_a_consent_to_a_protected_case_that_the_department_may_not_see_is_passed_over(desk: Desk) -> None:
    case = proposed(desk)
    RestrictionFactory(subject=f"application:{case.id}", responsible_department=desk.department.code)
    tax, _welfare = asked_of(case)

    actions.pass_over(
        application=case, consultation_id=tax.id, reason="支援措置", by=desk["head"], now=clock.now()
    )
    with pytest.raises(AlreadySettled):
        actions.pass_over(
            application=case, consultation_id=tax.id, reason="再度", by=desk["head"], now=clock.now()
        )


# --- asked again ----------------------------------------------------------------------------------------------


def test_asked_again_a_department_answers_anew_and_what_it_said_stays(desk: Desk) -> None:
    case = proposed(desk)
    tax, welfare = asked_of(case)
    say(tax, desk["tax"], Opinion.DISAGREED, "図面が足りません。")
    say(welfare, desk["welfare"])
    case.refresh_from_db()
    with pytest.raises(ReasonMissing):
        actions.ask_again(
            application=case, consultation_id=tax.id, reason="", by=desk["head"], now=clock.now()
        )

    actions.ask_again(
        application=case,
        consultation_id=tax.id,
        reason="図面を付けました。",
        by=desk["head"],
        now=clock.now(),
    )

    again, other = asked_of(case)
    assert (again.round, again.asked_because, again.opinion) == (2, "図面を付けました。", "")
    assert other.id == welfare.id
    with pytest.raises(AlreadySettled):
        say(tax, desk["tax"])
    say(again, desk["tax"])
    decide(case, desk["approver"])
    assert Consultation.objects.get(id=tax.id).words == "図面が足りません。"


def test_asked_again_in_turn_those_behind_are_asked_anew_as_well(in_turn: Desk) -> None:
    case = proposed(in_turn)
    tax, _welfare = asked_of(case)
    say(tax, in_turn["tax"])
    say(asked_of(case)[1], in_turn["welfare"])
    case.refresh_from_db()

    actions.ask_again(
        application=case, consultation_id=tax.id, reason="再確認", by=in_turn["head"], now=clock.now()
    )

    first, second = asked_of(case)
    assert (first.round, second.round, second.asked_at) == (2, 2, None)
    say(first, in_turn["tax"])
    say(asked_of(case)[1], in_turn["welfare"])
    decide(case, in_turn["approver"])


def test_who_has_not_answered_is_not_asked_again(desk: Desk) -> None:
    case = proposed(desk)

    with pytest.raises(NotAllowed):
        actions.ask_again(
            application=case,
            consultation_id=asked_of(case)[0].id,
            reason="早く",
            by=desk["head"],
            now=clock.now(),
        )


# --- proposed again -------------------------------------------------------------------------------------------


def again(case: Application, desk: Desk, **changes: str) -> list[Consultation]:
    """Sent back by the approver and proposed once more."""
    case.refresh_from_db()
    actions.send_back(application=case, reason="確かめること", by=desk["approver"], now=clock.now())
    values = {"kind": "certified", "reason": ""} | changes
    actions.propose(application=case, by=desk["officer"], now=clock.now() + timedelta(hours=1), **values)
    return asked_of(case)


def test_the_very_same_proposal_keeps_its_consents_and_asks_the_others(desk: Desk) -> None:
    case = proposed(desk)
    tax, welfare = asked_of(case)
    say(tax, desk["tax"], Opinion.REMARKED, "異動なし")
    say(welfare, desk["welfare"], Opinion.DISAGREED, "不足")

    tax, welfare = again(case, desk)

    assert (tax.opinion, tax.words, tax.answered_by_name) == (Opinion.REMARKED, "異動なし", "伊藤 税")
    assert (welfare.opinion, welfare.answered_at) == ("", None)


@pytest.mark.parametrize("change", ["kind", "reason", "draft_text", "answers", "papers"])
def test_a_proposal_that_changed_asks_everybody_again(desk: Desk, change: str) -> None:
    case = proposed(desk)
    say(asked_of(case)[0], desk["tax"])
    changes = {
        "kind": {"kind": "refused", "reason": "公務員のため。"},
        "reason": {"reason": "所得による。"},
        "draft_text": {"draft_text": "別の起案文です。"},
    }.get(change, {})
    if change == "answers":
        Application.objects.filter(id=case.id).update(answers=case.answers | {"applicant_phone": "019"})
    elif change == "papers":
        AttachmentFactory(owner_id=case.id)

    assert [one.opinion for one in again(case, desk, **changes)] == ["", ""]


def test_a_consent_given_by_the_new_drafter_is_asked_for_again(desk: Desk) -> None:
    case = proposed(desk)
    say(asked_of(case)[0], desk["tax"])
    case.refresh_from_db()
    actions.send_back(application=case, reason="理由", by=desk["approver"], now=clock.now())
    PostingFactory(staff=desk["tax"], department=desk.department, role="head")

    actions.propose(
        application=case,
        kind="certified",
        reason="",
        by=desk["tax"],
        now=clock.now() + timedelta(hours=1),
    )

    assert asked_of(case)[0].opinion == ""
    assert proposal_of(case).proposed_by_post == "子ども青少年課 所属長"


def test_a_proposal_is_sent_back_only_with_a_reason_and_only_while_it_waits(desk: Desk) -> None:
    case = proposed(desk)
    with pytest.raises(ReasonMissing):
        actions.send_back(application=case, reason=" ", by=desk["head"], now=clock.now())
    actions.send_back(application=case, reason="理由", by=desk["head"], now=clock.now())

    with pytest.raises(NotAllowed):
        actions.send_back(application=case, reason="理由", by=desk["head"], now=clock.now())
    assert case.decisions.get().sent_back_by_name == "中村 拓也"


@pytest.fixture
def desk() -> Desk:
    return chained_desk(TWO)


@pytest.fixture
def in_turn() -> Desk:
    return chained_desk(IN_TURN)
