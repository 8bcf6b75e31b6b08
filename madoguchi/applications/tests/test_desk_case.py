"""The case on one screen, and what two people do with it at once."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from madoguchi.applications import actions
from madoguchi.applications.models import Application, CaseEvent, InternalNote, Status
from madoguchi.applications.tests.desks import Desk, audited, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    AttachmentFactory,
    CaseEventFactory,
    InternalNoteFactory,
)
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.organization.tests.factories import signed_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def page(desk: Desk, case: Application, who: str = "officer") -> str:
    return text_of(desk.browser(who).get(url_of("case", case)))


def plain(html: str) -> str:
    """The words of a page, single-spaced."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_case_shows_answers_number_state_due_day_and_history(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])

    words = plain(page(desk, case))

    for expected in (
        grouped(case.receipt_number),
        "髙橋 花子（タカハシ ハナコ）",
        "審査中",
        "あと30日",
        "（第1版）",
        "立花 和也",
        "担当の引受け",
        "オンライン",
    ):
        assert expected in words


def test_what_comes_next_stands_first_and_what_cannot_be_done_is_folded_with_its_reason(desk: Desk) -> None:
    new, mine = ApplicationFactory(), ApplicationFactory(in_review=True, officer=desk["officer"])

    before, after = (page(desk, one).split('class="panel-box case-actions"')[1] for one in (new, mine))

    places = [plain(before).index(words) for words in ("担当する", "いまできない操作", "起案する")]
    assert places == sorted(places)
    assert url_of("case_propose", new) not in before
    assert "先に「担当する」を押してください。" in before
    assert re.findall(r'href="([^"]+)"', after)[0] == url_of("case_propose", mine)
    assert "いまできない操作" not in after


def test_handing_a_case_over_is_unfolded_where_somebody_else_holds_it(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])

    mine, theirs = (
        re.search(r"<details([^>]*)>\s*<summary>そのほかの操作", page(desk, case, who))
        for who in ("officer", "head")
    )

    assert mine
    assert theirs
    assert (" open" in mine[1], " open" in theirs[1]) == (False, True)


def test_a_closed_case_says_beside_its_end_what_was_decided(desk: Desk) -> None:
    case = ApplicationFactory(closed=True, officer=desk["officer"])

    actions_of_case = page(desk, case).split('class="panel-box case-actions"')[1].split("</section>")[0]

    assert "決定：認定" in plain(actions_of_case)


def test_the_page_of_a_case_asks_the_database_equally_often_however_much_happened(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    page(desk, case)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(desk, case)
        return len(queries)

    few = count()
    for _ in range(5):
        CaseEventFactory(application=case)
        InternalNoteFactory(application=case)
        AttachmentFactory(owner_id=case.id)

    assert count() == few


def test_the_title_of_the_page_names_nobody(desk: Desk) -> None:
    case = ApplicationFactory()

    title = re.search("<title>(.*?)</title>", page(desk, case), re.S)

    assert title is not None
    assert "髙橋" not in title[1]


def test_what_changed_since_filing_is_shown_with_what_was_filed(desk: Desk) -> None:
    case = ApplicationFactory(returned=True, officer=desk["officer"])
    actions.answer_correction(
        application=case, values={"applicant_phone": "0196514111"}, files={}, now=clock.now()
    )

    words = plain(page(desk, case))

    assert re.search(r"019-651-4111 補正で変更 申請時：\s*\d", words)
    assert words.count("補正で変更") == 1


def test_taking_a_case_makes_one_its_holder_and_starts_the_review(desk: Desk) -> None:
    case = ApplicationFactory()

    response = desk.browser("officer").post(url_of("case_take", case), {"version": "1"}, follow=True)

    case.refresh_from_db()
    assert (case.holder, case.status) == (desk["officer"], Status.IN_REVIEW)
    assert "あなたが担当者になりました。" in text_of(response)


def test_a_case_is_handed_to_a_colleague_and_back_to_the_department(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    browser = desk.browser("officer")

    browser.post(url_of("case_hand_over", case), {"version": "2", "to": str(desk["second"].id)})
    case.refresh_from_db()
    assert case.holder == desk["second"]

    browser.post(url_of("case_hand_over", case), {"version": "3", "to": "nobody"})
    case.refresh_from_db()
    assert case.holder is None
    assert "山本 実さんへ" in page(desk, case)


@pytest.mark.parametrize("to", ["", "stranger", "approver", "00000000-0000-7000-8000-000000000000", "x"])
def test_a_case_is_handed_to_nobody_who_may_not_handle_it(desk: Desk, to: str) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    chosen = str(desk[to].id) if to in desk.people else to

    response = desk.browser("officer").post(url_of("case_hand_over", case), {"version": "2", "to": chosen})

    assert response.status_code == 422
    assert "だれに渡すかを選んでください。" in text_of(response)
    case.refresh_from_db()
    assert case.holder == desk["officer"]


def test_a_note_is_kept_and_seen_by_staff_only(desk: Desk) -> None:
    case = ApplicationFactory()

    desk.browser("officer").post(url_of("case_note", case), {"text": "<b>電話</b>で確認した。"})

    assert InternalNote.objects.get().author == desk["officer"]
    assert "&lt;b&gt;電話&lt;/b&gt;で確認した。" in page(desk, case, "approver")
    assert "note" in audited(case)


@pytest.mark.parametrize(
    ("text", "message"), [("  ", "メモを入力してください。"), ("あ" * 4001, "4000文字まで")]
)
def test_a_note_that_cannot_be_kept_is_shown_again_with_the_reason(
    desk: Desk, text: str, message: str
) -> None:
    case = ApplicationFactory()

    response = desk.browser("officer").post(url_of("case_note", case), {"text": text})

    assert response.status_code == 422
    assert message in text_of(response)
    assert text.strip() in text_of(response)
    assert InternalNote.objects.count() == 0


def test_the_second_of_two_officers_is_told_who_was_faster_and_changes_nothing(desk: Desk) -> None:
    case = ApplicationFactory()
    actions.take(application=Application.objects.get(id=case.id), by=desk["second"], now=clock.now())

    response = desk.browser("officer").post(url_of("case_take", case), {"version": "1"})

    assert response.status_code == 409
    assert re.search(
        r"山本 実さんが \d+月\d+日 \d+時\d\d分に「担当の引受け」を行いました。", text_of(response)
    )
    case.refresh_from_db()
    assert case.holder == desk["second"]


def test_what_was_typed_survives_a_conflict_and_can_be_sent_again(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    actions.hand_over(
        application=Application.objects.get(id=case.id),
        to=desk["officer"],
        by=desk["second"],
        now=clock.now(),
    )
    browser, address = desk.browser("officer"), url_of("case_withdraw", case)
    form = {"version": "2", "channel": "telephone", "reason": "窓口に来て取り下げると言った。"}

    refused = text_of(browser.post(address, form))
    again = text_of(browser.post(address, form | {"version": "3", "again": "1"}))

    assert "窓口に来て取り下げると言った。" in refused
    assert "窓口に来て取り下げると言った。" in again
    assert Application.objects.get(id=case.id).status == Status.IN_REVIEW

    assert browser.post(address, form | {"version": "3"}).status_code == 302
    assert Application.objects.get(id=case.id).status == Status.WITHDRAWN


@pytest.mark.parametrize("version", ["", "0", "-1", "1.5", "99999999999999", "２"])
def test_a_version_that_was_tampered_with_is_a_conflict(desk: Desk, version: str) -> None:
    case = ApplicationFactory()

    response = desk.browser("officer").post(url_of("case_take", case), {"version": version})

    assert response.status_code == 409
    assert Application.objects.get(id=case.id).holder is None


def test_a_move_the_rules_do_not_know_is_refused_with_what_is_possible(desk: Desk) -> None:
    case = ApplicationFactory()

    response = desk.browser("officer").post(
        url_of("case_propose", case), {"version": "1", "kind": "certified", "act": "propose"}
    )

    assert response.status_code == 403
    assert "先に「担当する」を押してください。" in text_of(response)
    assert list(CaseEvent.objects.values_list("kind", flat=True)) == ["filed"]


def test_a_button_that_cannot_be_pressed_says_why(desk: Desk) -> None:
    case = ApplicationFactory(proposed=True, officer=desk["officer"])

    words = plain(page(desk, case))

    assert "起案済みです。決裁を待っています。" in words
    assert "子ども青少年課 課長補佐が決裁します。" in words


@pytest.mark.slow
def test_the_copy_is_a_pdf_to_read_at_once_that_lets_nothing_in(desk: Desk) -> None:
    case = ApplicationFactory()

    response = desk.browser("officer").get(url_of("case_copy", case))

    assert response.content.startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline")
    assert "髙橋" not in response["Content-Disposition"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"


def test_pages_with_a_form_refuse_a_post_without_a_token(desk: Desk) -> None:
    case = ApplicationFactory()
    browser = signed_in_client(desk["officer"], enforce_csrf_checks=True)

    response = browser.post(url_of("case_take", case), {"version": "1"})

    assert response.status_code == 403
    assert Application.objects.get(id=case.id).holder is None


def test_an_unknown_kind_of_message_on_the_case_says_nothing(desk: Desk) -> None:
    case = ApplicationFactory()

    text = text_of(desk.browser("officer").get(reverse("desk:case", args=[case.id]) + "?done=<script>"))

    assert "<script>" not in text.replace("<script defer", "")
