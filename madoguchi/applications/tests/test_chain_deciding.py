"""Deciding by a chain: 専決, 代決 with 後閲, another department, texts of the drafter, approving many at a sitting."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from madoguchi.applications import actions, desk_chain_mails
from madoguchi.applications.chain_permissions import is_in_chain
from madoguchi.applications.chains import Capacity, must_be_opened
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    ConsultationOpen,
    DecidedAlone,
    NotAllowed,
    NotOpened,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.handlers import after_decision
from madoguchi.applications.models import Application, Consultation, Decision, Status
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
from madoguchi.applications.tests.desks import Desk, url_of
from madoguchi.applications.tests.factories import ApplicationFactory
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.common.models import Job
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.notices.models import Message
from madoguchi.organization.models import Department
from madoguchi.organization.tests.factories import PostingFactory
from madoguchi.procedures.models import Procedure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

BASIS = {"delegation": {"basis": "決裁規程 第5条", "mark": "general_knowledge"}, "post": "課長"}
HEAD = BASIS | {"approver": "head", "substitute": {"role": "approver", "post": "課長補佐"}}


def decide(case: Application, by: Staff, absence: str = "") -> Decision:
    return actions.decide(application=case, by=by, now=clock.now(), absence=absence)


# --- as whom --------------------------------------------------------------------------------------------------


def test_a_delegated_decision_is_always_recorded_as_one() -> None:
    desk = chained_desk(HEAD)
    case = proposed(desk)

    made = decide(case, desk["head"])

    assert (made.decided_as, made.decided_by_post) == (Capacity.DELEGATE, "子ども青少年課 課長")
    assert made.chain["delegation"] == "決裁規程 第5条"


def test_a_plain_decision_is_one_in_ones_own_right() -> None:
    desk = chained_desk({})

    assert decide(proposed(desk), desk["approver"]).decided_as == Capacity.APPROVER


def test_a_substitute_states_why_the_approver_is_absent_who_reads_it_afterwards() -> None:
    desk = chained_desk(HEAD)
    case = proposed(desk)
    with pytest.raises(ReasonMissing):
        decide(case, desk["approver"], " ")

    made = decide(case, desk["approver"], "課長が出張のため")

    assert (made.decided_as, made.decided_by_post) == (Capacity.SUBSTITUTE, "子ども青少年課 課長補佐")
    assert made.absence == "課長が出張のため"
    assert Job.objects.filter(kind="applications.tell_substitution").count() == 1
    with pytest.raises(NotAllowed):
        actions.read_later(application=case, decision=made, by=desk["approver"], now=clock.now())
    with pytest.raises(NotAllowed):
        actions.read_later(application=case, decision=made, by=desk["officer"], now=clock.now())
    actions.read_later(application=case, decision=made, by=desk["head"], now=clock.now())
    made.refresh_from_db()
    assert (made.read_later_by_name, made.read_later_by_post) == ("中村 拓也", "子ども青少年課 課長")
    with pytest.raises(NotAllowed):
        actions.read_later(application=case, decision=made, by=desk["head"], now=clock.now())


def test_a_substitute_who_became_the_approver_does_not_read_their_own_decision() -> None:
    desk = chained_desk(HEAD)
    case = proposed(desk)
    made = decide(case, desk["approver"], "出張")
    PostingFactory(staff=desk["approver"], department=desk.department, role="head")

    with pytest.raises(NotAllowed):
        actions.read_later(application=case, decision=made, by=desk["approver"], now=clock.now())


def test_what_no_substitute_decided_is_not_read_later() -> None:
    desk = chained_desk(HEAD)
    case = proposed(desk)
    made = decide(case, desk["head"])

    with pytest.raises(NotAllowed):
        actions.read_later(application=case, decision=made, by=desk["head"], now=clock.now())


def test_the_approver_states_no_absence_and_none_is_kept() -> None:
    desk = chained_desk(HEAD)

    assert decide(proposed(desk), desk["head"], "書いても残らない").absence == ""


def test_the_database_keeps_that_a_substitute_states_the_absence() -> None:
    case = proposed(chained_desk(HEAD))

    with pytest.raises(IntegrityError):
        Decision.objects.filter(application=case).update(decided_as=Capacity.SUBSTITUTE)


def test_where_no_substitute_is_named_nobody_stands_in() -> None:
    desk = chained_desk({"approver": "head"})
    case = proposed(desk)

    for who in ("approver", "officer", "second", "tax", "stranger"):
        with pytest.raises(NotAllowed):
            decide(case, desk[who], "不在")


def test_another_department_decides_where_the_chain_names_it() -> None:
    desk = chained_desk({"approver": "head", "department": WELFARE, "post": "部長"})
    case = proposed(desk)
    with pytest.raises(NotAllowed):
        decide(case, desk["head"])

    made = decide(case, desk["welfare"])

    assert (made.decided_by_post, made.deciding_department) == ("地域福祉課 部長", WELFARE)


@pytest.mark.parametrize(("at_least", "who"), [(1, "head"), (10**9, "approver")])
def test_the_amount_decides_who_decides(at_least: int, who: str) -> None:
    desk = chained_desk({"amount": {"at_least": at_least}, "when": ["certified"], "approver": "head"}, {})

    chain = proposal_of(proposed(desk)).chain

    assert chain["approver"] == who


def test_a_later_version_of_the_definition_does_not_change_who_decides() -> None:
    desk = chained_desk(HEAD)
    case = proposed(desk)
    chained_desk({})

    with pytest.raises(ReasonMissing):
        decide(case, desk["approver"])
    assert decide(case, desk["head"]).decided_as == Capacity.DELEGATE


def test_a_proposal_from_before_there_were_chains_is_decided_as_it_was_then() -> None:
    desk = chained_desk({})
    case = proposed(desk)
    Decision.objects.update(chain={}, content_digest="", draft_text="")

    assert decide(case, desk["head"]).decided_as == Capacity.APPROVER


# --- texts ----------------------------------------------------------------------------------------------------


def test_texts_are_proposed_by_the_definition_and_changed_by_the_drafter() -> None:
    draft = "{applicant_name}について、{decision}としてよろしいか伺います。"
    desk = chained_desk({"draft": draft}, addition="{department}にご連絡ください。", sender="{city}長 見本")
    version = Procedure.objects.get(id="child-allowance-claim").current

    def made(**texts: Any) -> Decision:
        case = ApplicationFactory(in_review=True, officer=desk["officer"], procedure_version=version)
        actions.propose(
            application=case, kind="certified", reason="", by=desk["officer"], now=clock.now(), **texts
        )
        return decide(case, desk["approver"])

    plain = made()
    assert plain.draft_text == "髙橋 花子について、認定としてよろしいか伺います。"
    assert plain.notice["body"][-1] == "子ども青少年課にご連絡ください。"
    assert plain.notice["sender"] == "盛岡市長 見本"
    own = made(draft_text=" 別の起案文 ", addition="窓口に\nお越しください。{entitlement}")
    assert own.draft_text == "別の起案文"
    assert own.notice["body"][-2:] == ["窓口に", "お越しください。{entitlement}"]
    assert "子ども青少年課にご連絡ください。" not in made(addition="").notice["body"]


def test_where_a_letter_leaves_no_room_nothing_is_written_into_it() -> None:
    desk = chained_desk({})
    version = Procedure.objects.get(id="child-allowance-claim").current
    case = ApplicationFactory(in_review=True, officer=desk["officer"], procedure_version=version)

    with pytest.raises(UnknownChoice):
        actions.propose(
            application=case,
            kind="certified",
            reason="",
            addition="勝手な文",
            by=desk["officer"],
            now=clock.now(),
        )


def test_a_proposal_is_taken_back_by_its_drafter_alone() -> None:
    desk = chained_desk({})
    case = proposed(desk)
    for who in ("second", "head", "approver"):
        with pytest.raises(NotAllowed):
            actions.take_back(application=case, by=desk[who], now=clock.now())

    actions.take_back(application=case, by=desk["officer"], now=clock.now())

    assert case.status == Status.IN_REVIEW
    kept = case.decisions.get()
    assert (kept.sent_back_by, kept.sent_back_by_name) == (desk["officer"], "立花 和也")
    with pytest.raises(NotAllowed):
        actions.take_back(application=case, by=desk["officer"], now=clock.now())


# --- together -------------------------------------------------------------------------------------------------


def together(case: Application, by: Staff, version: int | None = None) -> Decision:
    case.refresh_from_db()
    return actions.decide_opened(
        decision_id=proposal_of(case).id,
        version=case.version if version is None else version,
        by=by,
        now=clock.now(),
    )


def opened(desk: Desk, who: str, case: Application) -> None:
    assert desk.browser(who).get(url_of("case_decide", case)).status_code == 200


def test_together_only_what_this_approver_has_opened_is_decided() -> None:
    desk = chained_desk({})
    case = proposed(desk)
    opened(desk, "head", case)
    desk.browser("approver").get(url_of("case", case))  # another page of the case is no look at the proposal
    with pytest.raises(NotOpened):
        together(case, desk["approver"])

    opened(desk, "approver", case)

    assert together(case, desk["approver"]).decided_by == desk["approver"]


def test_what_changed_since_it_was_opened_is_opened_again() -> None:
    desk = chained_desk({"consult": [consult(TAX)]})
    case = proposed(desk)
    opened(desk, "approver", case)
    before = case.version
    with pytest.raises(ConsultationOpen):
        together(case, desk["approver"])
    (tax,) = asked_of(case)
    actions.answer_consultation(
        consultation_id=tax.id, opinion="remarked", words="意見", by=desk["tax"], now=clock.now()
    )

    with pytest.raises(ChangedMeanwhile):
        together(case, desk["approver"], before)
    with pytest.raises(NotOpened):
        together(case, desk["approver"])
    opened(desk, "approver", case)
    together(case, desk["approver"])


def drawn(case: Application, is_drawn: bool) -> None:
    """Give the proposal an id that a sample of one in a hundred (hardly any) does or does not draw."""
    found = next(
        one
        for one in (uuid.UUID(int=n) for n in range(10_000))
        if must_be_opened(one, sample=1, is_protected=False) == is_drawn
    )
    Decision.objects.filter(application=case).update(id=found)


@pytest.mark.parametrize("is_drawn", [True, False])
def test_of_a_sample_only_what_is_drawn_must_have_been_opened(is_drawn: bool) -> None:
    desk = chained_desk({"batch": {"sample": 1}})
    case = proposed(desk)
    drawn(case, is_drawn)

    if is_drawn:
        with pytest.raises(NotOpened):
            together(case, desk["approver"])
    else:
        together(case, desk["approver"])


def test_a_protected_case_is_always_opened_and_by_the_responsible_alone() -> None:
    desk = chained_desk({"batch": {"sample": 1}})
    mine, others = proposed(desk), proposed(desk)
    for case, code in ((mine, desk.department.code), (others, TAX)):
        RestrictionFactory(subject=f"application:{case.id}", responsible_department=code)
    drawn(mine, False)

    with pytest.raises(NotOpened):
        together(mine, desk["approver"])
    with pytest.raises(NotAllowed):
        together(others, desk["approver"])


@pytest.mark.parametrize("rule", [{"batch": "never"}, HEAD])
def test_what_is_decided_alone_is_not_decided_together(rule: dict[str, Any]) -> None:
    desk = chained_desk(rule)  # of the head's chain the approver is the substitute
    case = proposed(desk)
    opened(desk, "approver", case)

    with pytest.raises(DecidedAlone):
        together(case, desk["approver"])


@pytest.mark.parametrize("who", ["officer", "second", "stranger", "tax"])
def test_nobody_else_decides_together_either(who: str) -> None:
    desk = chained_desk({})
    case = proposed(desk)

    with pytest.raises(NotAllowed):
        together(case, desk[who])


def test_what_was_decided_meanwhile_is_not_decided_again() -> None:
    desk = chained_desk({})
    case = proposed(desk)
    opened(desk, "approver", case)
    proposal, version = proposal_of(case), case.version
    decide(case, desk["head"])

    with pytest.raises(ChangedMeanwhile):
        actions.decide_opened(decision_id=proposal.id, version=version, by=desk["approver"], now=clock.now())
    assert Decision.objects.get().decided_by == desk["head"]


# --- mails ----------------------------------------------------------------------------------------------------


def mails_of(department: str) -> list[Message]:
    address = Department.objects.get(code=department).email
    return list(Message.objects.filter(to_address=address, purpose="approval-chain").order_by("created_at"))


def test_a_department_is_told_once_that_it_is_asked_and_reminded_once(set_clock: SetClock) -> None:
    desk = chained_desk({"consult": [consult(TAX)]})
    Department.objects.filter(code=TAX).update(email="shisan@city.example.jp")
    case = proposed(desk)
    (tax,) = asked_of(case)
    for _turn in range(2):
        desk_chain_mails.tell_consultation({"consultation": str(tax.id)})
        desk_chain_mails.look_after_consultations({})
    assert len(mails_of(TAX)) == 1
    set_clock(NOW + timedelta(days=6))

    for _turn in range(2):
        desk_chain_mails.look_after_consultations({})

    told, reminded = mails_of(TAX)
    for mail in (told, reminded):
        assert grouped(case.receipt_number) in mail.body
        assert "/desk/approvals/consulted/" in mail.body
        assert "髙橋" not in mail.body + mail.subject
    assert "合議の依頼" in told.subject
    assert "まだ回答がありません" in reminded.body


def test_who_is_asked_again_is_told_again(set_clock: SetClock) -> None:
    desk = chained_desk({"consult": [consult(TAX)]})
    Department.objects.filter(code=TAX).update(email="shisan@city.example.jp")
    case = proposed(desk)
    (tax,) = asked_of(case)
    actions.answer_consultation(
        consultation_id=tax.id, opinion="disagreed", words="不足", by=desk["tax"], now=clock.now()
    )
    desk_chain_mails.tell_consultation({"consultation": str(tax.id)})  # it came too late: it has answered
    assert mails_of(TAX) == []
    case.refresh_from_db()
    actions.ask_again(
        application=case, consultation_id=tax.id, reason="直しました", by=desk["head"], now=clock.now()
    )

    desk_chain_mails.tell_consultation({"consultation": str(asked_of(case)[0].id)})

    (mail,) = mails_of(TAX)
    assert "もう一度の回答をお願いします。" in mail.body


@pytest.mark.parametrize("end", ["answered", "decided", "sent back"])
def test_nobody_is_reminded_of_what_is_over(set_clock: SetClock, end: str) -> None:
    desk = chained_desk({"consult": [consult(TAX)]})
    Department.objects.filter(code=TAX).update(email="shisan@city.example.jp")
    case = proposed(desk)
    if end == "answered":
        Consultation.objects.update(opinion="agreed")
    elif end == "decided":
        Consultation.objects.update(opinion="agreed")
        decide(case, desk["head"])
        Consultation.objects.update(opinion="")
    else:
        actions.send_back(application=case, reason="理由", by=desk["head"], now=clock.now())
    set_clock(NOW + timedelta(days=30))

    desk_chain_mails.look_after_consultations({})

    assert mails_of(TAX) == []


def test_the_deciding_department_is_told_once_of_a_substitutes_decision() -> None:
    desk = chained_desk(HEAD)
    Department.objects.filter(code=desk.department.code).update(email="kodomo@city.example.jp")
    case = proposed(desk)
    made = decide(case, desk["approver"], "出張")

    for _turn in range(2):
        desk_chain_mails.tell_substitution({"decision": str(made.id)})

    (mail,) = mails_of(desk.department.code)
    assert "後閲してください" in mail.body.replace("\n", "")
    assert made.document_number
    assert made.document_number in mail.body


def test_a_department_without_an_address_is_told_on_the_desk_alone() -> None:
    desk = chained_desk(HEAD)
    made = decide(proposed(desk), desk["approver"], "出張")

    desk_chain_mails.tell_substitution({"decision": str(made.id)})

    assert not Message.objects.filter(purpose="approval-chain").exists()


@pytest.mark.slow
def test_the_letter_with_the_drafters_words_becomes_a_pdf() -> None:
    desk = chained_desk({}, addition="ご確認ください。")
    made = decide(proposed(desk), desk["approver"])

    after_decision({"decision": str(made.id)})

    made.refresh_from_db()
    assert made.notice_digest


def test_what_another_department_sent_back_is_no_longer_open_to_it() -> None:
    desk = chained_desk({"approver": "head", "department": WELFARE})
    case = proposed(desk)
    welfare, today = desk["welfare"], clock.today()
    assert is_in_chain(welfare, case, today=today)

    actions.send_back(application=case, reason="金額を直してください。", by=welfare, now=clock.now())

    assert not is_in_chain(welfare, case, today=today)
