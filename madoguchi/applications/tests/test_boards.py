"""Sittings of a board: agenda, papers for its members, results from a page or a file, each line with a clear answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from madoguchi.applications import actions as case_actions
from madoguchi.applications import batches, desk_boards
from madoguchi.applications.actions import batches as batch_actions
from madoguchi.applications.actions import boards as actions
from madoguchi.applications.actions import external
from madoguchi.applications.batch_handlers import run_step_batch
from madoguchi.applications.batches import Line, Verdict
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.models import (
    AgendaItem,
    Application,
    BoardMeeting,
    StepBatch,
    StepBatchItem,
    StepRequest,
    StepResult,
)
from madoguchi.applications.tests.desks import text_of
from madoguchi.applications.tests.factories import (
    AgendaItemFactory,
    ApplicationFactory,
    BoardMeetingFactory,
    StepBatchFactory,
    StepBatchItemFactory,
    department_of,
    somebody,
)
from madoguchi.applications.tests.stepping import care_case, holder_of, received, step_of
from madoguchi.common import clock
from madoguchi.common.models import Job
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.organization.tests.factories import signed_in_client

pytestmark = pytest.mark.django_db


def ready_case() -> Application:
    """A case of which everything before the board is done."""
    case = care_case()
    for step_id in ("survey", "opinion", "first_judgement"):
        received(case, step_id)
    case.refresh_from_db()
    return case


@pytest.fixture
def case() -> Application:
    return ready_case()


@pytest.fixture
def meeting(case: Application) -> BoardMeeting:
    return BoardMeetingFactory(created_by=holder_of(case))


@pytest.fixture
def browser(case: Application) -> Client:
    return signed_in_client(holder_of(case))


def url(name: str, meeting: BoardMeeting) -> str:
    return reverse(f"desk:{name}", args=[meeting.id])


def put(meeting: BoardMeeting, *cases: Application) -> tuple[int, list[Application]]:
    return actions.put_on_agenda(meeting=meeting, applications=cases, by=meeting.created_by, now=clock.now())


def test_only_cases_whose_turn_it_is_are_offered_and_put_on_the_agenda(
    case: Application, meeting: BoardMeeting
) -> None:
    early = care_case()

    assert desk_boards.candidates(meeting) == [case]
    assert put(meeting, early, case) == (1, [early])
    item = AgendaItem.objects.get()
    assert (item.number, item.request.due_on) == (1, meeting.held_on)
    assert desk_boards.candidates(meeting) == []


def test_a_case_stands_on_one_agenda_only(case: Application, meeting: BoardMeeting) -> None:
    put(meeting, case)
    case.refresh_from_db()
    other = BoardMeetingFactory(created_by=meeting.created_by)

    assert put(other, case) == (0, [case])


def test_a_case_is_taken_off_by_cancelling_its_request(case: Application, meeting: BoardMeeting) -> None:
    put(meeting, case)
    request = AgendaItem.objects.get().request

    external.cancel(request=request, reason="本人が入院したため。", by=holder_of(case), now=clock.now())

    assert not AgendaItem.objects.exists()
    assert [one.id for one in desk_boards.candidates(meeting)] == [case.id]


def test_sittings_are_for_who_handles_the_cases_and_named_once_a_day(case: Application) -> None:
    given: dict[str, Any] = {
        "procedure_id": case.procedure_id,
        "step_id": "council",
        "department_code": case.department_code,
        "name": "第1合議体",
        "held_on": clock.today(),
        "place": "",
        "members": 5,
        "with_names": False,
        "now": clock.now(),
    }
    department = department_of(case.procedure_version)
    with pytest.raises(NotAllowed):
        actions.hold_meeting(**given, by=somebody("approver", department))
    meeting = actions.hold_meeting(**given, by=holder_of(case))

    with pytest.raises(actions.MeetingThere):
        actions.hold_meeting(**given, by=holder_of(case))

    stale = BoardMeeting.objects.get(id=meeting.id)
    changes = {key: given[key] for key in ("name", "held_on", "place", "with_names", "now")}
    actions.change_meeting(meeting=meeting, **changes, members=4, by=holder_of(case))
    with pytest.raises(ChangedMeanwhile):
        actions.change_meeting(meeting=stale, **changes, members=3, by=holder_of(case))
    other = actions.hold_meeting(**(given | {"name": "第2合議体"}), by=holder_of(case))
    with pytest.raises(actions.MeetingThere):
        actions.change_meeting(meeting=other, **changes, members=3, by=holder_of(case))


def test_papers_for_the_members_name_people_only_where_so_set_and_never_a_protected_one(
    case: Application, meeting: BoardMeeting
) -> None:
    hidden = ready_case()
    RestrictionFactory(
        subject=f"application:{hidden.id}", responsible_department=hidden.department_code, today=clock.today()
    )
    put(meeting, case, hidden)
    step = step_of(case, "council")

    def said(with_names: bool) -> str:
        meeting.with_names = with_names
        rows = desk_boards.agenda(meeting, step, today=clock.today())
        paper = desk_boards.agenda_paper(meeting, step, rows, now=clock.now())
        header, lines = desk_boards.agenda_lines(meeting, rows)
        assert ("氏名" in header) == with_names
        return "".join(part.title for part in paper.lists) + str(lines)

    assert case.applicant_name not in said(with_names=False)
    named = said(with_names=True)
    assert (
        named.count(case.applicant_name) == 2
    )  # on the paper and in the list, once each: the other is protected
    assert "第2番" in named


def lines(*given: tuple[str, dict[str, Any] | None]) -> list[Line]:
    return [Line(place, number, values) for place, (number, values) in enumerate(given, start=2)]


def test_every_line_of_a_list_gets_a_clear_answer(case: Application, meeting: BoardMeeting) -> None:
    cases = [case, *(ready_case() for _ in range(4))]
    put(meeting, *cases)
    requests = [item.request for item in AgendaItem.objects.order_by("number")]
    step, good = step_of(case, "council"), {"level": "care_3", "months": 6}
    by = holder_of(case)
    external.receive(request=requests[1], values=good, by=by, now=clock.now())
    external.receive(request=requests[2], values=good | {"level": "care_2"}, by=by, now=clock.now())
    withdrawn = requests[3].application
    case_actions.withdraw(application=withdrawn, reason="転出", now=clock.now())

    judged = batches.judge_board(
        meeting,
        step,
        lines(
            ("1", good), ("2", good), ("3", good), ("4", good), ("5", good), ("5", good), ("6", good),
            ("九", good), ("1", None),
        )[:8],
        today=clock.today(),
    )  # fmt: skip

    assert [one.verdict for one in judged] == [
        Verdict.READY, Verdict.SAME, Verdict.CHANGED, Verdict.DECIDED, Verdict.DOUBLED, Verdict.DOUBLED,
        Verdict.NOT_THERE, Verdict.UNKNOWN,
    ]  # fmt: skip
    wrong = batches.judge_board(meeting, step, lines(("1", {"level": "care_3"})), today=clock.today())
    assert (wrong[0].verdict, "有効期間" in wrong[0].detail) == (Verdict.WRONG, True)


def batch_of(meeting: BoardMeeting, *given: tuple[str, dict[str, Any] | None]) -> StepBatch:
    step = desk_boards.step_of(meeting)
    assert step is not None
    return batch_actions.set_down(
        kind=StepBatch.Kind.RESULTS,
        procedure_id=meeting.procedure_id,
        department_code=meeting.department_code,
        step_id=step.id,
        meeting=meeting,
        judged=batches.judge_board(meeting, step, lines(*given), today=clock.today()),
        by=meeting.created_by,
        now=clock.now(),
    )


def test_nothing_is_entered_before_the_list_is_begun_and_nothing_twice_after(
    case: Application, meeting: BoardMeeting
) -> None:
    other = ready_case()
    put(meeting, case, other)
    batch = batch_of(
        meeting, ("1", {"level": "care_3", "months": 6}), ("7", {"level": "care_1", "months": 6})
    )
    run_step_batch({"batch": str(batch.id)})
    council = StepRequest.objects.filter(step_id="council")
    assert not council.filter(state="done").exists()

    batch_actions.start(batch=batch, by=meeting.created_by, now=clock.now())
    assert Job.objects.filter(kind="applications.run_step_batch").count() == 1
    run_step_batch({"batch": str(batch.id)})
    run_step_batch({"batch": str(batch.id)})

    assert council.get(state="done").decision_kind == "care_3"
    assert StepResult.objects.filter(request__step_id="council").count() == 1
    assert [item.state for item in batch.items.order_by("position")] == ["done", "waiting"]
    case.refresh_from_db()
    assert case.status == "in_review"  # the result decides nothing by itself


def test_a_line_whose_case_changed_in_between_is_refused_and_the_others_go_on(
    case: Application, meeting: BoardMeeting
) -> None:
    other = ready_case()
    put(meeting, case, other)
    good = {"level": "care_3", "months": 6}
    batch = batch_of(meeting, ("1", good), ("2", good))
    case.refresh_from_db()
    case_actions.withdraw(application=case, reason="転出", now=clock.now())
    batch_actions.start(batch=batch, by=meeting.created_by, now=clock.now())

    run_step_batch({"batch": str(batch.id)})

    assert [item.state for item in batch.items.order_by("position")] == ["refused", "done"]


def test_a_worker_that_was_stopped_between_result_and_line_enters_nothing_again(
    case: Application, meeting: BoardMeeting
) -> None:
    put(meeting, case)
    good = {"level": "care_3", "months": 6}
    batch = batch_of(meeting, ("1", good))
    batch_actions.start(batch=batch, by=meeting.created_by, now=clock.now())
    external.receive(
        request=AgendaItem.objects.get().request, values=good, by=holder_of(case), now=clock.now()
    )

    run_step_batch({"batch": str(batch.id)})

    assert StepResult.objects.filter(request__step_id="council").count() == 1
    assert batch.items.get().state == "done"


def test_a_list_is_begun_once_and_only_by_who_set_it_down(case: Application, meeting: BoardMeeting) -> None:
    put(meeting, case)
    batch = batch_of(meeting, ("1", {"level": "care_3", "months": 6}))
    stale = StepBatch.objects.get(id=batch.id)
    second = somebody("head", department_of(case.procedure_version))
    with pytest.raises(NotAllowed):
        batch_actions.start(batch=batch, by=second, now=clock.now())
    batch_actions.discard(batch=batch, by=meeting.created_by, now=clock.now())

    with pytest.raises(ChangedMeanwhile):
        batch_actions.start(batch=stale, by=meeting.created_by, now=clock.now())

    assert not Job.objects.filter(kind="applications.run_step_batch").exists()


def test_a_line_that_meets_another_change_waits_for_the_next_run(
    case: Application, meeting: BoardMeeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(meeting, case)
    batch = batch_of(meeting, ("1", {"level": "care_3", "months": 6}))
    batch_actions.start(batch=batch, by=meeting.created_by, now=clock.now())
    with monkeypatch.context() as patch:
        patch.setattr("madoguchi.applications.actions.batches.external.receive", _changed)
        run_step_batch({"batch": str(batch.id)})
    assert batch.items.get().state == "waiting"
    assert Job.objects.filter(kind="applications.run_step_batch").count() == 2

    run_step_batch({"batch": str(batch.id)})

    assert batch.items.get().state == "done"


def _changed(**_given: Any) -> None:
    raise ChangedMeanwhile


def test_a_long_list_goes_on_in_another_job(
    case: Application, meeting: BoardMeeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ready_case()
    put(meeting, case, other)
    good = {"level": "care_3", "months": 6}
    batch = batch_of(meeting, ("1", good), ("2", good))
    batch_actions.start(batch=batch, by=meeting.created_by, now=clock.now())
    monkeypatch.setattr("madoguchi.applications.batch_handlers.SECONDS_FOR_ALL", -1.0)
    monkeypatch.setattr("madoguchi.applications.batch_handlers.LINES_AT_ONCE", 1)

    run_step_batch({"batch": str(batch.id)})
    assert [item.state for item in batch.items.order_by("position")] == ["done", "waiting"]
    run_step_batch({"batch": str(batch.id)})

    assert [item.state for item in batch.items.order_by("position")] == ["done", "done"]


def test_a_line_put_on_another_agenda_or_of_a_step_that_is_gone_is_refused(
    case: Application, meeting: BoardMeeting
) -> None:
    put(meeting, case)
    good = {"level": "care_3", "months": 6}
    moved, gone = batch_of(meeting, ("1", good)), batch_of(meeting, ("1", good))
    StepBatch.objects.filter(id=gone.id).update(step_id="abolished")
    AgendaItem.objects.update(meeting=BoardMeetingFactory(created_by=meeting.created_by))
    for batch in (moved, gone):
        batch.refresh_from_db()
        batch_actions.start(batch=batch, by=meeting.created_by, now=clock.now())
        run_step_batch({"batch": str(batch.id)})

    assert [batch.items.get().state for batch in (moved, gone)] == ["refused", "refused"]
    batch_actions.do_line(
        item=StepBatchItemFactory(batch=moved, position=99), now=clock.now()
    )  # about no case: nothing happens


# --- pages --------------------------------------------------------------------------------------------------


def test_a_sitting_is_set_down_and_cases_are_put_on_its_agenda(case: Application, browser: Client) -> None:
    day = (clock.today() + timedelta(days=5)).isoformat()
    form = {"board": f"{case.procedure_id}/council", "name": "第3合議体", "held_on": day, "members": "5"}

    wrong = browser.post(reverse("desk:boards"), form | {"members": "0", "name": ""})
    made = browser.post(reverse("desk:boards"), form)
    page = text_of(browser.get(made["Location"]))
    none = browser.post(made["Location"] + "add/", {})
    added = browser.post(made["Location"] + "add/", {"cases": [str(case.id), "no-id"]})

    assert wrong.status_code == 422
    assert "委員の人数を1から" in text_of(wrong)
    assert f'value="{day}"' in text_of(wrong)
    assert "前の段階が済んでいる1件" in page
    assert none.status_code == 422
    text = text_of(browser.get(added["Location"]))
    assert "次第に載せました。" in text
    assert "1件、うち判定がまだのもの1件" in text
    assert case.applicant_name not in text
    again = browser.post(reverse("desk:boards"), form)
    assert "同じ日に、同じ名前の審査会があります。" in text_of(again)


def test_that_cases_are_to_be_chosen_is_said_once_and_not_of_each(
    meeting: BoardMeeting, browser: Client
) -> None:
    ready_case()

    page = text_of(browser.get(url("sitting", meeting)))

    group = page.partition('id="cases"')[2].partition("</fieldset>")[0]
    assert (group.count('name="cases"'), group.count("必須")) == (2, 1)


def test_a_sitting_is_put_right_and_who_was_slower_is_told(browser: Client, meeting: BoardMeeting) -> None:
    form = {
        "version": "1", "name": "第9合議体", "held_on": meeting.held_on.isoformat(), "members": "4",
    }  # fmt: skip

    first = browser.post(url("board_edit", meeting), form)
    second = browser.post(url("board_edit", meeting), form | {"name": "第8合議体"})

    assert first.status_code == 302
    assert second.status_code == 409
    assert "ほかの職員が先に変更しました（名前「第9合議体」" in text_of(second)
    assert 'value="第8合議体"' in text_of(second)


def test_a_protected_case_on_the_agenda_is_not_typed_here_but_opened_by_itself(
    case: Application, meeting: BoardMeeting, browser: Client
) -> None:
    put(meeting, case, ready_case())
    RestrictionFactory(subject=f"application:{case.id}", today=clock.today())
    request = AgendaItem.objects.get(number=1).request

    page = text_of(browser.get(url("board_results", meeting)))
    browser.post(
        url("board_results", meeting),
        {"i1.level": "care_3", "i1.months": "六", "i2.level": "care_3", "i2.months": "6"},
    )

    assert 'name="i1.level"' not in page
    assert 'name="i2.level"' in page
    assert reverse("desk:case_step", args=[case.id, request.id]) in page
    items = StepBatchItem.objects.order_by("position").values_list("given", "verdict")
    assert list(items) == [("1", Verdict.PROTECTED), ("2", Verdict.READY)]  # typed before it was protected
    judged = batches.judge_board(
        meeting,
        step_of(case, "council"),
        lines(("1", {"level": "care_3", "months": 6}), ("1", None), ("2", None)),
        today=clock.today(),
    )
    assert [one.verdict for one in judged] == [Verdict.DOUBLED, Verdict.DOUBLED, Verdict.WRONG]
    alone = batches.judge_board(meeting, step_of(case, "council"), lines(("1", None)), today=clock.today())
    assert [(one.verdict, one.values) for one in alone] == [(Verdict.PROTECTED, {})]


def test_results_are_typed_on_one_page_and_what_is_wrong_is_said_at_its_row(
    case: Application, meeting: BoardMeeting, browser: Client
) -> None:
    put(meeting, case)
    assert "1番" in text_of(browser.get(url("board_results", meeting)))

    empty = browser.post(url("board_results", meeting), {})
    wrong = browser.post(url("board_results", meeting), {"i1.level": "care_3", "i1.months": "百"})
    right = browser.post(
        url("board_results", meeting),
        {"i1.level": "care_3", "i1.months": "6", "i1.opinion": "リハビリを続けること"},
    )

    assert empty.status_code == wrong.status_code == 422
    assert "1番：" in text_of(wrong)
    assert 'value="百"' in text_of(wrong)
    batch = StepBatch.objects.get()
    assert right["Location"] == reverse("desk:batch", args=[batch.id])
    preview = text_of(browser.get(right["Location"]))
    assert "まだ何も登録していません" in preview
    assert "リハビリ" not in preview  # free words stay in the case
    assert "1件を登録する" in preview
    browser.post(reverse("desk:batch_start", args=[batch.id]))
    assert "登録しています（0／1件）" in text_of(browser.get(right["Location"]))
    run_step_batch({"batch": str(batch.id)})
    assert "登録が終わりました（1件）" in text_of(browser.get(right["Location"]))
    assert browser.post(reverse("desk:batch_start", args=[batch.id])).status_code == 409


@pytest.mark.parametrize("coding", ["utf-8-sig", "cp932"])
def test_results_come_as_a_file_with_labels_in_either_coding(
    case: Application, meeting: BoardMeeting, browser: Client, coding: str
) -> None:
    put(meeting, case)
    text = "番号,二次判定の結果,認定の有効期間,審査会の意見\r\n1,要介護3,6か月,リハビリを続けること\r\n8,要介護1,6,\r\n"

    response = browser.post(
        url("board_results", meeting), {"file": SimpleUploadedFile("結果.csv", text.encode(coding))}
    )

    assert response.status_code == 302, text_of(response)
    first, second = StepBatchItem.objects.order_by("position")
    assert (first.verdict, first.values) == (
        "ready", {"level": "care_3", "months": 6, "opinion": "リハビリを続けること"},
    )  # fmt: skip
    assert (second.verdict, second.position) == ("not_there", 3)
    lines = both_files(browser, reverse("desk:batch_csv", args=[first.batch_id]))
    assert "この一覧の対象ではありません" in lines[2][4]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "見出しの行と、結果の行を入れてください。"),
        ("番号,等級\n1,要介護3\n".encode(), "見出し「等級」は使えません。"),
        ("番号\n1\n".encode(), "見出し「二次判定の結果」の列がありません。"),
        (b"\x00\x01\x02\xff", "文字コードを読みとれません。"),
        ('番号,二次判定の結果\n1,"要介護3\n'.encode(), "表として読めません"),
    ],
)
def test_a_file_that_is_no_list_of_results_is_refused_as_a_whole(
    case: Application, meeting: BoardMeeting, browser: Client, content: bytes, message: str
) -> None:
    put(meeting, case)

    response = browser.post(
        url("board_results", meeting), {"file": SimpleUploadedFile("x.csv", content or b"\n")}
    )

    assert response.status_code == 422
    assert message in text_of(response)
    assert not StepBatch.objects.exists()


@pytest.mark.slow
def test_the_agenda_is_printed_and_saved(case: Application, meeting: BoardMeeting, browser: Client) -> None:
    put(meeting, case)

    assert browser.get(url("board_agenda_pdf", meeting))["Content-Type"] == "application/pdf"
    agenda = both_files(browser, url("board_agenda_csv", meeting))
    blank = both_files(browser, url("board_results_csv", meeting))

    assert agenda[0][:2] == ["番号", "受付日"]
    assert case.applicant_name not in agenda[1]
    assert blank == [["番号", "二次判定の結果", "認定の有効期間", "審査会の意見"], ["1", "", "", ""]]


@pytest.mark.parametrize(
    ("who", "status"), [("officer", 200), ("head", 200), ("approver", 200), ("stranger", 404)]
)
def test_who_sees_a_sitting(case: Application, meeting: BoardMeeting, who: str, status: int) -> None:
    if who == "stranger":
        person = holder_of(ApplicationFactory(in_review=True))
    else:
        person = somebody(who, department_of(case.procedure_version))
    browser = signed_in_client(person)

    assert browser.get(url("sitting", meeting)).status_code == status
    batch = StepBatchFactory(meeting=meeting)
    assert browser.get(reverse("desk:batch", args=[batch.id])).status_code == status
    results = browser.get(url("board_results", meeting)).status_code
    assert (results == 200) == (who in ("officer", "head"))


def test_a_sitting_asks_the_database_as_often_for_many_cases_as_for_one(
    case: Application, meeting: BoardMeeting, browser: Client
) -> None:
    def questions(name: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url(name, meeting)).status_code == 200
        return len(captured)

    put(meeting, case)
    ready_case()
    names = ("sitting", "board_results")
    [questions(name) for name in names]  # the definition is compiled once
    few = [questions(name) for name in names]
    put(meeting, *(ready_case() for _ in range(3)))
    ready_case()

    assert [questions(name) for name in names] == few


def test_empty_lists_say_so(browser: Client, meeting: BoardMeeting) -> None:
    assert "次第に載っている申請はありません" in text_of(browser.get(url("sitting", meeting)))
    assert "判定を待っている申請はありません" in text_of(browser.get(url("board_results", meeting)))
    AgendaItem.objects.all().delete()
    assert "結果を待っている依頼はありません" in text_of(browser.get(reverse("desk:steps")))


def test_what_waits_for_others_is_listed_late_first(case: Application, browser: Client) -> None:
    waiting = care_case()
    near = AgendaItemFactory(
        request=StepRequest.objects.create(
            application=waiting, step_id="survey", number=1, addressee="市の調査員", asked_by=holder_of(waiting),
            asked_at=clock.now(), due_on=clock.today() + timedelta(days=2),
        )
    ).request  # fmt: skip
    late = StepRequest.objects.create(
        application=waiting, step_id="opinion", number=1, addressee="見本医院", asked_by=holder_of(waiting),
        asked_at=clock.now(), due_on=clock.today() - timedelta(days=4),
    )  # fmt: skip

    page = text_of(browser.get(reverse("desk:steps")))
    only_late = text_of(browser.get(reverse("desk:steps") + "?due=late"))
    none = text_of(browser.get(reverse("desk:steps") + "?due=near&step=opinion"))
    lines = both_files(browser, reverse("desk:steps_csv"))

    assert page.index("4日遅れ") < page.index("あと2日")
    assert (late.addressee in only_late, near.addressee in only_late) == (True, False)
    assert "条件に合う依頼はありません" in none
    assert len(lines) == 3
    assert waiting.applicant_name not in page + str(lines)
    RestrictionFactory(
        subject=f"application:{waiting.id}",
        responsible_department=waiting.department_code,
        today=clock.today(),
    )
    hidden = text_of(browser.get(reverse("desk:steps")))
    assert late.addressee not in hidden
    assert "（支援措置）" in hidden
