"""The pages of a chain: what the drafter edits, the consulted department reads, the approver decides, all see afterwards."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from madoguchi.applications import actions
from madoguchi.applications.actions.approving import decide_opened
from madoguchi.applications.actions.decision import NumberTaken
from madoguchi.applications.errors import ChangedMeanwhile, DecidedAlone, NotAllowed
from madoguchi.applications.models import Application, Consultation, Decision, Status
from madoguchi.applications.queries import resident_timeline
from madoguchi.applications.tests.chained import (
    TAX,
    WELFARE,
    asked_of,
    chained_desk,
    consult,
    proposal_of,
    proposed,
)
from madoguchi.applications.tests.desks import Desk, audited, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, AttachmentFactory
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.organization.models import Department, Posting
from madoguchi.procedures.models import Procedure
from madoguchi.procedures.queries import definition_of

pytestmark = pytest.mark.django_db

ASKED = {"consult": [consult(TAX)]}
STOOD_IN = {
    "approver": "head",
    "post": "課長",
    "delegation": {"basis": "決裁規程 第5条", "mark": "general_knowledge"},
    "substitute": {"role": "approver", "post": "課長補佐"},
}


def in_review(desk: Desk) -> Application:
    version = Procedure.objects.get(id="child-allowance-claim").current
    return ApplicationFactory(in_review=True, officer=desk["officer"], procedure_version=version)


def value_of(page: str, name: str) -> str:
    """What a text field holds."""
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return found[1].strip()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


# --- proposing ------------------------------------------------------------------------------------------------


def propose(desk: Desk, case: Application, **sent: str):
    values = {"version": str(case.version), "kind": "certified", "reason": "", "act": "look"} | sent
    return desk.browser("officer").post(url_of("case_propose", case), values)


def test_the_drafter_reads_and_edits_the_texts_of_the_definition_before_proposing() -> None:
    desk = chained_desk(ASKED | {"draft": "{decision}としてよいか伺います。"}, addition="ご連絡ください。")
    case = in_review(desk)

    page = text_of(propose(desk, case))

    assert value_of(page, "draft_text") == "認定としてよいか伺います。"
    assert value_of(page, "addition") == "ご連絡ください。"
    assert "通知書に書き加える文（付記）" in page
    assert "合議：資産税課 課長（開庁日で3日以内）" in page
    assert "決裁：子ども青少年課 決裁者" in page
    sent = {name: hidden(page, name) for name in ("proposed_draft_text", "proposed_addition", "proposed_for")}
    response = propose(desk, case, act="propose", draft_text="自分の文", addition="", **sent)
    assert response.status_code == 302
    made = proposal_of(case)
    assert (made.draft_text, made.addition) == ("自分の文", "")


def test_words_nobody_touched_follow_another_decision_and_others_stay() -> None:
    desk = chained_desk({"draft": "{decision}としてよいか伺います。"}, addition="ご連絡ください。")
    case = in_review(desk)
    page = text_of(propose(desk, case))
    sent = {name: hidden(page, name) for name in ("proposed_draft_text", "proposed_addition", "proposed_for")}
    other = {"kind": "refused", "reason": "公務員のため。"} | sent

    untouched = text_of(propose(desk, case, draft_text=sent["proposed_draft_text"], addition="", **other))
    touched = text_of(propose(desk, case, draft_text="自分の文", addition="自分の付記", **other))

    assert value_of(untouched, "draft_text") == "却下としてよいか伺います。"
    assert value_of(touched, "draft_text") == "自分の文"
    assert hidden(touched, "addition") == "自分の付記"  # its letter has no room; another decision has again
    back = propose(desk, case, draft_text="自分の文", addition="自分の付記", **sent)
    assert value_of(text_of(back), "addition") == "自分の付記"


@pytest.mark.parametrize("name", ["draft_text", "addition"])
def test_an_overlong_text_is_shown_again(name: str) -> None:
    desk = chained_desk({}, addition="ご連絡ください。")
    case = in_review(desk)

    response = propose(desk, case, act="propose", **{name: "あ" * 4001, "proposed_for": "certified"})

    assert response.status_code == 422
    assert f'href="#{name}"' in text_of(response)
    assert "あ" * 4001 in text_of(response)
    assert Decision.objects.count() == 0


def test_the_drafter_is_warned_of_a_department_in_which_nobody_can_answer() -> None:
    desk = chained_desk(ASKED)
    Posting.objects.filter(department_id=TAX).delete()

    assert "回答できる職員がいません" in text_of(propose(desk, in_review(desk)))


def test_texts_are_kept_when_somebody_else_was_faster() -> None:
    desk = chained_desk({}, addition="ご連絡ください。")
    case = in_review(desk)

    response = propose(desk, case, act="propose", version="1", draft_text="私の起案文", addition="私の付記")

    assert response.status_code == 409
    assert "私の起案文" in text_of(response)
    assert "私の付記" in text_of(response)


def test_the_drafter_takes_a_proposal_back_and_proposes_anew() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    assert "起案を引き戻す" in text_of(desk.browser("officer").get(url_of("case_decide", case)))

    response = desk.browser("officer").post(
        url_of("case_take_back", case), {"version": str(case.version)}, follow=True
    )

    assert "起案を引き戻しました" in text_of(response)
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    assert "前の起案は引き戻しになっています" in text_of(
        desk.browser("officer").get(url_of("case_propose", case))
    )
    assert desk.browser("head").post(url_of("case_take_back", case), {"version": "4"}).status_code == 403


# --- consulted ------------------------------------------------------------------------------------------------


def answer(desk: Desk, case: Application, one: Consultation, who: str = "tax", **sent: str):
    values = {"consultation": str(one.id), "opinion": "agreed", "words": ""} | sent
    return desk.browser(who).post(url_of("case_consult", case), values)


def test_a_consulted_department_reads_the_proposal_and_answers_and_every_look_is_recorded() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    (tax,) = asked_of(case)
    listed = text_of(desk.browser("tax").get("/desk/approvals/consulted/"))
    assert url_of("case_consult", case) in listed
    assert "髙橋" not in listed

    page = text_of(desk.browser("tax").get(url_of("case_consult", case)))

    for expected in ("資産税課 課長", "立花 和也", "児童手当認定通知書", "髙橋 花子", "意見を付けて同意する"):
        assert expected in page
    assert f'href="{url_of("case", case)}"' not in page  # the rest of the case is not theirs to see
    assert audited(case)[-1] == "read"
    response = answer(desk, case, tax, opinion="remarked", words="異動なし")
    assert response.headers["Location"].startswith("/desk/approvals/consulted/")
    shown = text_of(desk.browser("approver").get(url_of("case_decide", case)))
    assert "伊藤 税" in shown
    assert "異動なし" in shown


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"opinion": ""}, "#opinion"),
        ({"opinion": "maybe"}, "#opinion"),
        ({"opinion": "remarked"}, "#words"),
        ({"opinion": "disagreed", "words": " "}, "#words"),
        ({"opinion": "agreed", "words": "あ" * 4001}, "#words"),
    ],
)
def test_an_incomplete_answer_is_shown_again(sent: dict[str, str], place: str) -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    (tax,) = asked_of(case)

    response = answer(desk, case, tax, **sent)

    assert response.status_code == 422
    assert f'href="{place}"' in text_of(response)
    assert sent.get("words", "") in text_of(response)
    assert Consultation.objects.get().opinion == ""


def test_an_opinion_after_the_decision_is_refused_and_shown_to_be_copied() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    (tax,) = asked_of(case)
    Consultation.objects.update(opinion="agreed")
    actions.decide(application=case, by=desk["head"], now=clock.now())

    response = answer(desk, case, tax, opinion="disagreed", words="遅れた意見")

    text = text_of(response)
    assert response.status_code == 409
    assert "すでに決裁されています" in text
    assert "遅れた意見" in text
    assert "髙橋" not in text
    assert desk.browser("tax").get(url_of("case_decide", case)).status_code == 404


def test_an_opinion_on_what_was_sent_back_says_that_it_will_be_asked_again() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    (tax,) = asked_of(case)
    actions.send_back(application=case, reason="理由", by=desk["head"], now=clock.now())

    response = answer(desk, case, tax)

    assert response.status_code == 409
    assert "もう一度合議を求めます" in text_of(response)


def test_an_opinion_on_an_earlier_proposal_is_not_taken_for_the_present_one() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    (old,) = asked_of(case)
    actions.send_back(application=case, reason="理由", by=desk["head"], now=clock.now())
    actions.propose(
        application=case, kind="refused", reason="公務員のため。", by=desk["officer"], now=clock.now()
    )

    assert answer(desk, case, old, words="前の起案への意見").status_code == 409
    assert [one.opinion for one in asked_of(case)] == [""]


def test_the_drafter_is_told_that_they_answer_no_consultation() -> None:
    desk = chained_desk({"consult": [consult("child-welfare")]})
    case = proposed(desk)

    text = text_of(desk.browser("officer").get(url_of("case_consult", case)))

    assert "自分の起案には、合議の回答をできません" in text


def test_nobody_else_opens_the_case_of_another_department() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)

    for name in ("case_consult", "case_decide", "case_letter"):
        assert desk.browser("welfare").get(url_of(name, case)).status_code == 404
        assert desk.browser("stranger").get(url_of(name, case)).status_code == 404
    assert desk.browser("tax").get(url_of("case", case)).status_code == 404
    assert desk.browser("tax").get(url_of("case_copy", case)).status_code == 404


def test_a_protected_case_is_not_shown_to_the_consulted_department() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    RestrictionFactory(subject=f"application:{case.id}", responsible_department=desk.department.code)

    response = desk.browser("tax").get(url_of("case_consult", case))

    assert response.status_code == 403
    assert "髙橋" not in text_of(response)
    assert audited(case)[-1] == "read_denied"


def test_who_decides_in_another_department_opens_a_protected_case_with_a_purpose_that_is_told() -> None:
    desk = chained_desk({"approver": "head", "department": WELFARE, "batch": {"sample": 100}})
    case = proposed(desk)
    RestrictionFactory(subject=f"application:{case.id}", responsible_department=desk.department.code)
    browser, address = desk.browser("welfare"), url_of("case_decide", case)

    assert desk.browser("tax").get(address).status_code == 404
    asked = browser.get(address)
    assert "髙橋" not in text_of(asked)
    assert "閲覧の理由" in text_of(asked)
    listed = text_of(browser.get("/desk/approvals/"))
    assert "開くと担当部署に知らせが届きます" in listed
    with pytest.raises(DecidedAlone):
        decide_opened(
            decision_id=proposal_of(case).id, version=case.version, by=desk["welfare"], now=clock.now()
        )
    stated = browser.post(
        url_of("case_purpose", case), {"purpose": "この申請を決裁するため。", "then": address}
    )
    assert stated["Location"] == address
    assert AuditEntry.objects.filter(act="alarm.protected_case_opened").count() == 1
    assert "髙橋" in text_of(browser.get(address))
    assert post(desk, "welfare", case, act="decide").status_code == 302
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert browser.get(address).status_code in (403, 404)  # decided: no more of theirs


# --- deciding -------------------------------------------------------------------------------------------------


def post(desk: Desk, who: str, case: Application, **sent: str):
    case.refresh_from_db()
    return desk.browser(who).post(url_of("case_decide", case), {"version": str(case.version)} | sent)


def test_the_decision_waits_for_a_consent_and_says_so() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)

    page = text_of(desk.browser("approver").get(url_of("case_decide", case)))

    assert "合議が終わっていません" in page
    assert "この内容で決裁する" not in page
    assert post(desk, "approver", case, act="decide").status_code == 403


def test_a_consent_that_was_refused_is_gone_without_or_asked_again_with_a_reason() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    (tax,) = asked_of(case)
    answer(desk, case, tax, opinion="disagreed", words="図面不足")
    field = f"consult.{tax.id}"

    for act in ("pass_over", "ask_again"):
        missing = post(desk, "approver", case, act=act, consultation=str(tax.id), **{field: " "})
        assert missing.status_code == 422
        assert f'href="#{field}"' in text_of(missing)
    asked = post(desk, "approver", case, act="ask_again", consultation=str(tax.id), **{field: "付けました"})
    assert asked.status_code == 302
    page = text_of(desk.browser("tax").get(url_of("case_consult", case)))
    assert "付けました" in page
    assert "前の回答：図面不足" in page
    (again,) = asked_of(case)
    answer(desk, case, again, opinion="disagreed", words="まだ不足")
    field = f"consult.{again.id}"
    done = post(
        desk, "approver", case, act="pass_over", consultation=str(again.id), **{field: "足りると判断"}
    )
    assert done.status_code == 302
    assert post(desk, "approver", case, act="decide").status_code == 302
    text = text_of(desk.browser("officer").get(url_of("case", case)))
    for expected in ("図面不足", "まだ不足", "足りると判断", "合議（2回目）", "伊藤 税"):
        assert expected in text


@pytest.mark.parametrize(
    ("consultation", "status"), [("", 404), ("x", 404), ("00000000-0000-7000-8000-000000000000", 403)]
)
def test_a_consultation_that_is_not_there_is_not_passed_over(consultation: str, status: int) -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)

    sent = {"consultation": consultation, f"consult.{consultation}": "理由", "act": "pass_over"}

    assert post(desk, "approver", case, **sent).status_code == status


def test_a_substitute_states_the_absence_and_the_approver_reads_it_later() -> None:
    desk = chained_desk(STOOD_IN)
    case = proposed(desk)
    page = text_of(desk.browser("approver").get(url_of("case_decide", case)))
    assert "この内容で代決する" in page
    assert "決裁規程 第5条" in page
    missing = post(desk, "approver", case, act="decide", absence="")
    assert missing.status_code == 422
    assert 'href="#absence"' in text_of(missing)

    assert post(desk, "approver", case, act="decide", absence="課長が出張のため").status_code == 302

    assert "後閲待ち" in text_of(desk.browser("officer").get(url_of("case", case)))
    later = text_of(desk.browser("head").get("/desk/approvals/later/"))
    address = f"/desk/approvals/later/{case.id}/"
    assert address in later
    assert "課長が出張のため" in later
    assert address not in text_of(desk.browser("approver").get("/desk/approvals/later/"))
    assert "後閲した" not in text_of(desk.browser("approver").get(address))
    assert "後閲した" in text_of(desk.browser("head").get(address))
    case.refresh_from_db()
    read = desk.browser("head").post(address, {"version": str(case.version)}, follow=True)
    assert "後閲を記録しました" in text_of(read)
    assert address not in text_of(read)
    assert desk.browser("head").post(address, {"version": "99"}).status_code == 409
    assert "後閲しました" in text_of(desk.browser("head").get(address))


def test_who_was_only_consulted_sees_no_more_of_what_a_substitute_decided() -> None:
    desk = chained_desk(ASKED | STOOD_IN)
    case = proposed(desk)
    answer(desk, case, asked_of(case)[0])
    case.refresh_from_db()
    actions.decide(application=case, by=desk["approver"], now=clock.now(), absence="出張")

    assert desk.browser("tax").get(f"/desk/approvals/later/{case.id}/").status_code == 404


def test_a_resident_reads_nothing_of_the_chain() -> None:
    desk = chained_desk(ASKED | STOOD_IN)
    case = proposed(desk)
    (tax,) = asked_of(case)
    answer(desk, case, tax, opinion="disagreed", words="内部の意見")
    case.refresh_from_db()
    for act in (actions.ask_again, actions.pass_over):
        case.refresh_from_db()
        one = asked_of(case)[0]
        Consultation.objects.filter(id=one.id).update(answer_by_on=clock.today() - timedelta(days=1))
        act(application=case, consultation_id=one.id, reason="内部の理由", by=desk["head"], now=clock.now())
    made = actions.decide(application=case, by=desk["approver"], now=clock.now(), absence="内部の不在")

    entries = resident_timeline(case, definition_of(case.procedure_version_id), "ja")

    assert [entry.title for entry in entries][:2] == ["決定しました", "決定の手続に入りました"]
    said = f"{entries} {made.notice}"
    for inside in ("内部の", "合議", "代決", "専決", "伊藤", "高橋"):
        assert inside not in said


def test_files_of_talks_are_not_for_who_is_only_asked_about_the_case() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    for place in (f"message/{case.id}", f"opinion/{case.id}"):
        talked = AttachmentFactory(owner_id=case.id, document_id=place, name="別の話.jpg")
        address = reverse("desk:file", args=[case.id, talked.id])

        assert desk.browser("tax").get(address).status_code == 404
        assert desk.browser("officer").get(address).status_code == 200
    assert "別の話.jpg" not in text_of(desk.browser("tax").get(url_of("case_consult", case)))
    assert "別の話.jpg" in text_of(desk.browser("head").get(url_of("case_decide", case)))


def test_the_consulted_department_reads_the_papers_while_it_is_asked() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    paper = AttachmentFactory(owner_id=case.id, name="図面.jpg")
    replaced = AttachmentFactory(owner_id=case.id, name="前の図面.jpg", replaced_at=case.filed_at)
    address = url_of("file", case, paper.id)
    page = text_of(desk.browser("tax").get(url_of("case_consult", case)))
    assert "図面.jpg" in page
    assert "前の図面.jpg" not in page
    assert desk.browser("tax").get(address).status_code == 200
    for name, more in (("file", ()), ("file_page", (1,)), ("file_download", ())):
        assert desk.browser("tax").get(url_of(name, case, replaced.id, *more)).status_code == 404
    assert desk.browser("officer").get(url_of("file", case, replaced.id)).status_code == 200
    assert desk.browser("welfare").get(address).status_code == 404

    actions.send_back(application=case, reason="理由", by=desk["head"], now=clock.now())

    assert desk.browser("tax").get(address).status_code == 404


def test_what_no_substitute_decided_has_no_page_to_read_later() -> None:
    desk = chained_desk(STOOD_IN)
    case = proposed(desk)
    actions.decide(application=case, by=desk["head"], now=clock.now())

    assert desk.browser("head").get(f"/desk/approvals/later/{case.id}/").status_code == 404


def test_another_department_decides_on_its_page_and_comes_back_to_its_list() -> None:
    desk = chained_desk({"approver": "head", "department": TAX, "post": "部長"})
    case = proposed(desk)
    page = text_of(desk.browser("tax").get(url_of("case_decide", case)))
    assert "この内容で決裁する" in page
    assert "資産税課 部長が決裁します。" in text_of(desk.browser("head").get(url_of("case_decide", case)))

    response = post(desk, "tax", case, act="decide")

    assert response.headers["Location"] == "/desk/approvals/?done=decide"
    assert post(desk, "tax", case, act="decide").status_code == 403


@pytest.mark.slow
def test_the_record_is_a_pdf_before_and_after_the_decision_for_those_of_the_chain() -> None:
    desk = chained_desk(ASKED | STOOD_IN)
    case = proposed(desk)
    address = url_of("case_record", case, proposal_of(case).id)

    for who, status in (("officer", 200), ("tax", 200), ("welfare", 404)):
        assert desk.browser(who).get(address).status_code == status
    entry = AuditEntry.objects.filter(subject=f"application:{case.id}", act="read").latest("at")
    assert (entry.detail["shown"], entry.detail["decision"]) == ("record", str(proposal_of(case).id))
    answer(desk, case, asked_of(case)[0])
    case.refresh_from_db()
    actions.decide(application=case, by=desk["approver"], now=clock.now(), absence="出張")
    assert desk.browser("head").get(address).content.startswith(b"%PDF-")
    other = ApplicationFactory()
    assert (
        desk.browser("head").get(url_of("case_record", other, Decision.objects.get().id)).status_code == 404
    )


def test_the_record_names_everybody_as_they_were_called_then() -> None:
    from madoguchi.applications.desk_records import record_letter

    desk = chained_desk(ASKED | STOOD_IN)
    case = proposed(desk)
    answer(desk, case, asked_of(case)[0], opinion="remarked", words="異動なし")
    case.refresh_from_db()
    made = actions.decide(application=case, by=desk["approver"], now=clock.now(), absence="出張のため")
    Department.objects.update(name="新しい課")
    Staff.objects.update(display_name="別の 名")

    paper = record_letter(case, made, now=clock.now())

    said = "\n".join(f"{row.label} {row.answer}" for part in paper.lists for row in part.rows)
    for expected in (
        "子ども青少年課 審査担当　立花 和也",
        "資産税課 課長　伊藤 税",
        "異動なし",
        "代決 子ども青少年課 課長補佐　高橋 健一",
        "専決の根拠：決裁規程 第5条",
        "代決の理由：出張のため",
        "盛岡市長",
        str(made.document_number),
    ):
        assert expected in said
    assert paper.number == made.document_number


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_approvers_who_decide_one_case_at_once_one_does() -> None:
    desk = chained_desk({})
    case = proposed(desk)
    ready = threading.Barrier(2)
    found: list[str] = []

    def decide(by: Staff) -> None:
        mine = Application.objects.get(id=case.id)
        ready.wait()
        try:
            actions.decide(application=mine, by=by, now=clock.now())
            found.append("decided")
        except (ChangedMeanwhile, NotAllowed, NumberTaken) as error:
            found.append(type(error).__name__)
        connection.close()

    threads = [threading.Thread(target=decide, args=(desk[who],)) for who in ("approver", "head")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found.count("decided") == 1
    assert Decision.objects.get().document_number.endswith("-1号")  # type: ignore[union-attr]


# --- what waits for me ----------------------------------------------------------------------------------------


def test_the_list_shows_what_waits_for_each_and_names_no_applicant() -> None:
    desk = chained_desk(STOOD_IN)
    case = proposed(desk)

    def page(who: str) -> str:
        return text_of(desk.browser(who).get("/desk/approvals/"))

    assert url_of("case_decide", case) in page("head")
    assert "開いて確認してください" in page("head")
    assert "代決になります" in page("approver")
    for who in ("officer", "second", "tax", "stranger"):
        assert "あなたの決裁を待つ申請はありません" in page(who)
    assert "髙橋" not in page("head")
    entry = AuditEntry.objects.filter(subject="list:approvals").latest("at")
    assert entry.detail == {"page": "waiting", "count": 1}
    assert desk.browser("administrator").get("/desk/approvals/").status_code == 403


def test_each_line_says_what_it_still_needs() -> None:
    def said(desk: Desk) -> str:
        return text_of(desk.browser("approver").get("/desk/approvals/"))

    desk = chained_desk(ASKED)
    case = proposed(desk)
    assert "合議中" in said(desk)
    desk.browser("approver").get(url_of("case_decide", case))
    answer(desk, case, asked_of(case)[0])
    assert "確認のあとに変わりました" in said(desk)
    desk.browser("approver").get(url_of("case_decide", case))
    assert "確認済み" in said(desk)
    RestrictionFactory(subject=f"application:{case.id}", responsible_department=TAX)
    assert "開くと担当部署に知らせが届きます" in said(desk)
    assert 'name="item"' not in said(desk)
    never = chained_desk({"batch": "never"})
    proposed(never)
    assert "1件ずつ" in said(never)


def test_the_case_shows_every_state_of_a_chain() -> None:
    desk = chained_desk({"consult": [consult(TAX), consult(WELFARE)], "consult_order": "in_turn"})
    case = proposed(desk)

    def said() -> str:
        return text_of(desk.browser("officer").get(url_of("case", case)))

    assert "順番待ち" in said()
    assert "回答待ち" in said()
    Posting.objects.filter(department_id=TAX).delete()
    case.refresh_from_db()
    tax = asked_of(case)[0]
    actions.pass_over(
        application=case, consultation_id=tax.id, reason="部署に人がいない", by=desk["head"], now=clock.now()
    )
    assert "回答なし" in said()
    assert "部署に人がいない" in said()
    case.refresh_from_db()
    actions.ask_again(
        application=case, consultation_id=tax.id, reason="着任した", by=desk["head"], now=clock.now()
    )
    assert "もう一度求めた理由：着任した" in said()
    actions.send_back(
        application=Application.objects.get(id=case.id), reason="直すこと", by=desk["head"], now=clock.now()
    )
    assert "決裁されていません" in said()
    assert "直すこと" in said()


def test_the_drafter_reads_who_need_not_be_asked_again() -> None:
    desk = chained_desk(ASKED)
    case = proposed(desk)
    answer(desk, case, asked_of(case)[0])
    case.refresh_from_db()
    actions.take_back(application=case, by=desk["officer"], now=clock.now())

    assert "同じ内容に同意済み" in text_of(propose(desk, case))


def test_a_reason_that_is_too_long_is_shown_again() -> None:
    desk = chained_desk({})
    case = proposed(desk)

    response = post(desk, "approver", case, act="send_back", back_reason="あ" * 4001)

    assert response.status_code == 422
    assert "あ" * 4001 in text_of(response)


def test_many_are_decided_together_and_the_rest_is_refused_one_by_one_with_its_reason() -> None:
    desk = chained_desk({})
    ready, changed, unseen, own = (proposed(desk) for _ in range(4))
    browser = desk.browser("approver")
    for case in (ready, changed, own):
        browser.get(url_of("case_decide", case))
    actions.send_back(application=own, reason="理由", by=desk["head"], now=clock.now())
    page = text_of(browser.get("/desk/approvals/"))
    items = re.findall(r'name="item" value="([^"]+)"', page)
    assert len(items) == 2  # opened ones; what was sent back is gone, what was not opened has no box
    old = f"{proposal_of(unseen).id}:{unseen.version}"
    actions.send_back(application=changed, reason="理由", by=desk["head"], now=clock.now())

    text = text_of(browser.post("/desk/approvals/decide/", {"item": [*items, old, "x:1", f"{items[0]}9"]}))

    assert "1件を決裁しました" in text
    assert "2件は決裁していません" in text
    assert "決裁や変更がありました" in text
    assert "確認の対象です" in text
    assert Decision.objects.filter(decided_at__isnull=False).get().application_id == ready.id


def test_nothing_chosen_is_said() -> None:
    desk = chained_desk({})
    proposed(desk)

    response = desk.browser("approver").post("/desk/approvals/decide/", {}, follow=True)

    assert "決裁する申請を選んでください" in text_of(response)


def test_of_cases_elsewhere_nothing_is_told() -> None:
    desk = chained_desk({})
    case = proposed(desk)

    text = text_of(
        desk.browser("stranger").post(
            "/desk/approvals/decide/", {"item": f"{proposal_of(case).id}:{case.version}"}
        )
    )

    assert case.receipt_number[:4] not in text
    assert Decision.objects.get().decided_at is None


def test_the_list_asks_as_many_questions_for_ten_as_for_one(django_assert_max_num_queries) -> None:
    desk = chained_desk(ASKED)
    proposed(desk)
    browser = desk.browser("approver")
    browser.get("/desk/approvals/")

    def questions() -> int:
        with django_assert_max_num_queries(40) as asked:
            browser.get("/desk/approvals/")
        return len(asked)

    one = questions()
    for _turn in range(4):
        proposed(desk)
    assert questions() == one


def test_the_list_is_filtered_by_procedure_leafed_through_and_saved_as_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from madoguchi.applications import desk_approvals

    monkeypatch.setattr(desk_approvals, "PAGE", 2)
    desk = chained_desk({})
    cases = [proposed(desk) for _ in range(3)]
    browser = desk.browser("approver")

    first = text_of(browser.get("/desk/approvals/"))
    second = text_of(browser.get("/desk/approvals/?page=2"))
    beyond = text_of(browser.get("/desk/approvals/?page=99&procedure=child-allowance-claim"))
    nothing = text_of(browser.get("/desk/approvals/?procedure=another"))
    saved = both_files(browser, "/desk/approvals/list.csv")

    assert "3件のうち1～2件目" in first
    assert "3件のうち3～3件目" in second
    assert "3件のうち3～3件目" in beyond
    assert "この手続に、決裁を待つ申請はありません" in nothing
    assert len(saved) == 1 + len(cases)
    assert "髙橋" not in str(saved)


def test_a_late_consultation_is_marked_and_an_empty_list_says_so() -> None:
    desk = chained_desk(ASKED)
    proposed(desk)
    Consultation.objects.update(answer_by_on=clock.today() - timedelta(days=1))

    assert "期限を過ぎています" in text_of(desk.browser("tax").get("/desk/approvals/consulted/"))
    assert "求められている合議はありません" in text_of(
        desk.browser("welfare").get("/desk/approvals/consulted/")
    )
    assert "後閲を待つものはありません" in text_of(desk.browser("head").get("/desk/approvals/later/"))
