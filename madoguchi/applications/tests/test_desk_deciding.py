"""Two people decide: one proposes, another decides; the letter is read before anybody says yes."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.db.models import F

from madoguchi.applications import actions
from madoguchi.applications.actions import decision as deciding
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Application, Decision, DocumentCounter, Status
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory
from madoguchi.common import clock, kernel
from madoguchi.common.models import Job
from madoguchi.identity.models import Staff
from madoguchi.organization.tests.factories import PostingFactory

pytestmark = pytest.mark.django_db
REASON = "公務員であり、勤務先から支給されるため（児童手当法 第17条）。"


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def case(desk: Desk) -> Application:
    return ApplicationFactory(in_review=True, officer=desk["officer"])


def propose(desk: Desk, case: Application, **changes: str):
    sent = {"version": "2", "kind": "certified", "reason": "", "act": "propose"} | changes
    return desk.browser("officer").post(url_of("case_propose", case), sent)


def test_a_decision_is_proposed_by_one_and_decided_by_another(desk: Desk, case: Application) -> None:
    assert propose(desk, case).status_code == 302

    response = desk.browser("approver").post(
        url_of("case_decide", case), {"version": "3", "act": "decide"}, follow=True
    )

    assert "決裁しました。" in text_of(response)
    case.refresh_from_db()
    decision = Decision.objects.get()
    assert case.status == Status.CLOSED
    assert (decision.proposed_by, decision.decided_by) == (desk["officer"], desk["approver"])
    assert decision.document_number
    assert decision.document_number in text_of(response)
    assert Job.objects.filter(kind="applications.after_decision").count() == 1


@pytest.mark.parametrize("act", ["decide", "send_back"])
def test_nobody_decides_their_own_proposal_even_with_both_roles(
    desk: Desk, case: Application, act: str
) -> None:
    PostingFactory(staff=desk["officer"], department=desk.department, role="approver")
    PostingFactory(staff=desk["officer"], department=desk.department, role="head")
    propose(desk, case)
    browser = desk.browser("officer")

    shown = text_of(browser.get(url_of("case_decide", case)))
    response = browser.post(url_of("case_decide", case), {"version": "3", "act": act, "back_reason": "理由"})

    assert "自分の起案は、自分では決裁できません。" in shown
    assert "この内容で決裁する" not in shown
    assert response.status_code == 403
    assert Application.objects.get(id=case.id).status == Status.PROPOSED


def test_the_head_may_propose_and_then_another_approver_decides(desk: Desk, case: Application) -> None:
    actions.propose(application=case, kind="certified", reason="", by=desk["head"], now=clock.now())

    for who, status in (("head", 403), ("approver", 302)):
        response = desk.browser(who).post(url_of("case_decide", case), {"version": "3", "act": "decide"})
        assert response.status_code == status


@pytest.mark.parametrize("act", ["propose", "look", "pdf"])
def test_a_refusal_without_a_reason_is_not_proposed(desk: Desk, case: Application, act: str) -> None:
    response = propose(desk, case, kind="refused", reason="  ", act=act)

    assert response.status_code == 422
    assert "「却下」の理由を書いてください（行政手続法 第8条）。" in text_of(response)
    assert 'href="#reason"' in text_of(response)
    assert Decision.objects.count() == 0


@pytest.mark.parametrize("kind", ["", "granted", "accepted", "認定"])
def test_only_decisions_of_the_definition_are_proposed(desk: Desk, case: Application, kind: str) -> None:
    response = propose(desk, case, kind=kind)

    assert response.status_code == 422
    assert "決定の内容を選んでください。" in text_of(response)
    assert Decision.objects.count() == 0


def test_an_overlong_reason_is_shown_again(desk: Desk, case: Application) -> None:
    response = propose(desk, case, kind="refused", reason="あ" * 4001)

    assert response.status_code == 422
    assert "あ" * 4001 in text_of(response)


def test_the_letter_is_read_before_proposing_with_reason_and_instruction_on_appeal(
    desk: Desk, case: Application
) -> None:
    text = text_of(propose(desk, case, kind="refused", reason=REASON, act="look"))

    assert "児童手当認定請求却下通知書" in text
    assert text.count(REASON) == 2  # in the field and in the letter
    assert "審査請求" in text
    assert Decision.objects.count() == 0


@pytest.mark.slow
def test_the_letter_is_read_as_pdf_before_proposing(desk: Desk, case: Application) -> None:
    response = propose(desk, case, kind="refused", reason=REASON, act="pdf")

    assert response.content.startswith(b"%PDF-")
    assert Decision.objects.count() == 0


def test_the_approver_reads_proposal_letter_and_answers(desk: Desk, case: Application) -> None:
    propose(desk, case, kind="refused", reason=REASON)

    text = text_of(desk.browser("head").get(url_of("case_decide", case)))

    for expected in (
        "立花 和也",
        "却下",
        REASON,
        "児童手当認定請求却下通知書",
        "髙橋 花子",
        "この内容で決裁する",
    ):
        assert expected in text


def test_a_proposal_is_sent_back_with_a_reason_that_its_drafter_reads(desk: Desk, case: Application) -> None:
    propose(desk, case)

    desk.browser("approver").post(
        url_of("case_decide", case),
        {"version": "3", "act": "send_back", "back_reason": "口座の名義を確かめてください。"},
    )

    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    assert "口座の名義を確かめてください。" in text_of(
        desk.browser("officer").get(url_of("case_propose", case))
    )
    assert propose(desk, case, version="4").status_code == 302


def test_a_proposal_is_not_sent_back_without_a_reason(desk: Desk, case: Application) -> None:
    propose(desk, case)

    response = desk.browser("approver").post(
        url_of("case_decide", case), {"version": "3", "act": "send_back", "back_reason": " "}
    )

    assert response.status_code == 422
    assert "差し戻す理由を書いてください。" in text_of(response)
    assert Application.objects.get(id=case.id).status == Status.PROPOSED


def test_a_decision_on_a_proposal_that_changed_meanwhile_is_a_conflict(desk: Desk, case: Application) -> None:
    propose(desk, case)
    browser = desk.browser("approver")
    desk.browser("head").post(
        url_of("case_decide", case), {"version": "3", "act": "send_back", "back_reason": "理由"}
    )
    propose(desk, case, version="4", kind="refused", reason=REASON)

    response = browser.post(url_of("case_decide", case), {"version": "3", "act": "decide"})

    assert response.status_code == 409
    text = text_of(response)
    assert "中村 拓也さん" in text
    assert "「差戻し」" in text
    assert "「起案」" in text
    assert Application.objects.get(id=case.id).status == Status.PROPOSED


def test_a_closed_case_is_not_decided_again(desk: Desk) -> None:
    case = ApplicationFactory(closed=True, officer=desk["officer"])

    response = desk.browser("approver").post(
        url_of("case_decide", case), {"version": str(case.version), "act": "decide"}
    )

    assert response.status_code == 403
    assert "この申請は「完了」です。" in text_of(response)
    assert Decision.objects.count() == 1


@pytest.mark.slow
def test_the_letter_that_was_decided_stays_word_for_word_whatever_is_renamed_later(desk: Desk) -> None:
    case = ApplicationFactory(closed=True, officer=desk["officer"])
    letter = Decision.objects.get().notice
    desk.department.name = "別の課"
    desk.department.save()

    response = desk.browser("officer").get(url_of("case_letter", case))

    assert response.content.startswith(b"%PDF-")
    assert Decision.objects.get().notice == letter
    assert "子ども青少年課" in str(letter["contact"])


def test_a_case_without_a_proposal_has_no_letter(desk: Desk, case: Application) -> None:
    assert desk.browser("officer").get(url_of("case_letter", case)).status_code == 404
    assert "決裁を待っている起案はありません。" in text_of(
        desk.browser("officer").get(url_of("case_decide", case))
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_approvers_decide_two_cases_at_the_same_moment_and_each_letter_has_its_number(desk: Desk) -> None:
    cases = [ApplicationFactory(proposed=True, officer=desk["officer"]) for _ in range(4)]
    deciders = [desk["approver"], desk["head"], desk["approver"], desk["head"]]
    ready = threading.Barrier(len(cases))
    faults: list[Exception] = []

    def decide(case: Application, by: Staff) -> None:
        ready.wait()
        try:
            actions.decide(application=case, by=by, now=clock.now())
        except Exception as error:  # read below, in the test's own thread
            faults.append(error)
        connection.close()

    threads = [threading.Thread(target=decide, args=pair) for pair in zip(cases, deciders, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    numbers = sorted(str(decision.document_number) for decision in Decision.objects.all())
    assert [number.rpartition("-")[2] for number in numbers] == ["1号", "2号", "3号", "4号"]
    assert {one.notice["number"] for one in Decision.objects.all()} == set(numbers)


def take_numbers(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Somebody takes the next document number between reading it and writing, so many times."""
    left = [times]
    real = deciding.next_document_number

    def overtaken(unit, department_code, today):
        number = real(unit, department_code, today)
        if left[0]:
            left[0] -= 1
            DocumentCounter.objects.update(last=F("last") + 1)
        return number

    monkeypatch.setattr(deciding, "next_document_number", overtaken)


def test_a_document_number_that_was_taken_meanwhile_is_replaced_by_the_next(
    desk: Desk, case: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(desk, case)
    take_numbers(monkeypatch, 4)

    response = desk.browser("approver").post(url_of("case_decide", case), {"version": "3", "act": "decide"})

    assert response.status_code == 302
    decision = Decision.objects.get()
    assert decision.document_number is not None
    assert decision.document_number.endswith("-5号")
    assert decision.notice["number"] == decision.document_number


def test_a_case_stays_undecided_and_says_so_when_no_document_number_is_to_be_had(
    desk: Desk, case: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(desk, case)
    take_numbers(monkeypatch, 5)

    response = desk.browser("approver").post(url_of("case_decide", case), {"version": "3", "act": "decide"})

    assert response.status_code == 422
    assert "この申請はまだ決裁されていません。もう一度押してください。" in text_of(response)
    assert Application.objects.get(id=case.id).status == Status.PROPOSED
    assert Decision.objects.get().decided_at is None


def test_a_case_that_somebody_else_decided_first_is_a_conflict_and_gets_one_number(
    desk: Desk, case: Application
) -> None:
    actions.propose(application=case, kind="certified", reason="", by=desk["officer"], now=clock.now())
    stale = Application.objects.get(id=case.id)
    proposal = deciding.open_proposal(stale)
    assert proposal is not None
    unit = deciding._decided(stale, proposal, by=desk["head"], now=clock.now())
    actions.decide(application=case, by=desk["approver"], now=clock.now())

    with pytest.raises(deciding.NumberTaken):
        kernel.commit(unit)
    with pytest.raises(ChangedMeanwhile):
        kernel.commit(deciding._decided(stale, proposal, by=desk["head"], now=clock.now()))

    assert DocumentCounter.objects.get().last == 1
