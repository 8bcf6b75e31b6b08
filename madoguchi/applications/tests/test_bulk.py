"""One thing done to many cases: looked at first, done past no guard, undone while nothing followed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import actions, handlers
from madoguchi.applications.actions import bulk
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.models import Application, BulkItem, BulkRun, Decision, Status
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import ApplicationFactory, many_applications
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.models import Job
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.tests.factories import RestrictionFactory

pytestmark = pytest.mark.django_db
GRANTED, REFUSED = "certified", "refused"


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def work(run: BulkRun) -> dict[str, str]:
    """Let the jobs of a run come to their end. Returns the state and cause of each case, by receipt number."""
    handlers.go_on_in_bulk({"run": str(run.id)})
    run.refresh_from_db()
    return results(run)


def results(run: BulkRun) -> dict[str, str]:
    rows = BulkItem.objects.filter(run=run).values_list("application__receipt_number", "state", "why")
    return {number: f"{state} {why}".strip() for number, state, why in rows}


def prepared(desk: Desk, *cases: Application, who: str = "officer", **wanted: Any) -> BulkRun:
    chosen = [(case.id, case.version) for case in cases]
    return bulk.prepare(
        cases=chosen, wanted=bulk.Wanted(**{"act": "take"} | wanted), by=desk[who], now=clock.now()
    )


def done(desk: Desk, *cases: Application, who: str = "officer", **wanted: Any) -> BulkRun:
    run = prepared(desk, *cases, who=who, **wanted)
    work(run)
    bulk.start(run=run, by=desk[who], now=clock.now())
    work(run)
    return run


def fresh(case: Application) -> Application:
    return Application.objects.get(id=case.id)


def test_looking_changes_nothing_and_says_what_would_become_of_each_case(desk: Desk) -> None:
    free = ApplicationFactory()
    mine = ApplicationFactory(in_review=True, officer=desk["officer"])
    theirs = ApplicationFactory(in_review=True, officer=desk["second"])
    closed = ApplicationFactory(closed=True, officer=desk["second"])
    hidden = ApplicationFactory()
    RestrictionFactory(subject=f"application:{hidden.id}")
    before = list(Application.objects.order_by("id").values())

    run = prepared(desk, free, mine, theirs, closed, hidden)
    found = work(run)

    assert found == {
        free.receipt_number: "allowed",
        mine.receipt_number: "refused already",
        theirs.receipt_number: "refused held",
        closed.receipt_number: "refused ended",
        hidden.receipt_number: "refused protected",
    }
    assert run.state == "checked"
    assert list(Application.objects.order_by("id").values()) == before


def test_only_what_was_allowed_is_done_and_each_case_tells_of_it(desk: Desk) -> None:
    free = ApplicationFactory()
    theirs = ApplicationFactory(in_review=True, officer=desk["second"])

    run = done(desk, free, theirs)

    assert results(run) == {free.receipt_number: "done", theirs.receipt_number: "refused held"}
    case = fresh(free)
    assert (case.status, case.holder_id, case.version) == ("in_review", desk["officer"].id, 2)
    assert case.events.get(kind="take").detail == {"bulk": str(run.id)}
    assert fresh(theirs).version == theirs.version
    acts = AuditEntry.objects.filter(subject=f"application:{free.id}").values_list("act", flat=True)
    assert list(acts) == ["take"]


def test_a_case_that_was_changed_between_looking_and_doing_is_left(desk: Desk) -> None:
    one, other = ApplicationFactory(), ApplicationFactory()
    run = prepared(desk, one, other)
    work(run)
    actions.take(application=fresh(one), by=desk["second"], now=clock.now())

    bulk.start(run=run, by=desk["officer"], now=clock.now())

    assert work(run) == {one.receipt_number: "refused changed", other.receipt_number: "done"}
    assert fresh(one).holder_id == desk["second"].id


def test_who_is_faster_within_the_very_unit_costs_only_that_case(desk: Desk, monkeypatch) -> None:
    cases = [ApplicationFactory() for _ in range(3)]
    run = prepared(desk, *cases)
    work(run)
    bulk.start(run=run, by=desk["officer"], now=clock.now())
    judged = bulk._Judge.why_not

    def faster(self: Any, case: Application) -> str:
        why = judged(self, case)
        if case.id == cases[1].id:
            actions.take(application=fresh(case), by=desk["second"], now=clock.now())
        return why

    monkeypatch.setattr(bulk._Judge, "why_not", faster)

    found = work(run)

    assert [found[c.receipt_number] for c in cases] == ["done", "refused changed", "done"]
    assert fresh(cases[1]).holder_id == desk["second"].id


def test_undoing_brings_back_holder_and_state_where_nothing_followed(desk: Desk) -> None:
    quiet, followed = ApplicationFactory(), ApplicationFactory()
    run = done(desk, quiet, followed)
    actions.hand_over(application=fresh(followed), to=desk["second"], by=desk["officer"], now=clock.now())

    bulk.undo(run=run, by=desk["officer"], now=clock.now())

    assert work(run) == {quiet.receipt_number: "undone", followed.receipt_number: "kept followed"}
    case = fresh(quiet)
    assert (case.status, case.holder_id, case.status_since) == ("filed", None, quiet.status_since)
    assert case.version == 3
    assert fresh(followed).holder_id == desk["second"].id
    assert run.state == "undone"


def test_many_are_handed_over_and_back_to_who_had_each_of_them(desk: Desk) -> None:
    one = ApplicationFactory(in_review=True, officer=desk["officer"])
    other = ApplicationFactory(in_review=True, officer=desk["head"])

    run = done(desk, one, other, act="hand_over", to=desk["second"], who="head")
    assert [fresh(c).holder_id for c in (one, other)] == [desk["second"].id] * 2
    bulk.undo(run=run, by=desk["head"], now=clock.now())
    work(run)

    assert [fresh(c).holder_id for c in (one, other)] == [desk["officer"].id, desk["head"].id]


def test_proposing_keeps_to_the_rules_of_a_single_proposal(desk: Desk) -> None:
    mine = ApplicationFactory(in_review=True, officer=desk["officer"])
    theirs = ApplicationFactory(in_review=True, officer=desk["second"])
    new = ApplicationFactory()

    granted = done(desk, mine, theirs, new, act="propose", kind=GRANTED)

    assert results(granted) == {
        mine.receipt_number: "done",
        theirs.receipt_number: "refused not_held",
        new.receipt_number: "refused not_held",
    }
    assert fresh(mine).status == Status.PROPOSED
    assert Decision.objects.get().proposed_by_id == desk["officer"].id


def test_a_refusal_without_reason_is_not_proposed(desk: Desk) -> None:
    mine = ApplicationFactory(in_review=True, officer=desk["officer"])

    run = done(desk, mine, act="propose", kind=REFUSED)

    assert results(run) == {mine.receipt_number: "refused no_reason"}
    assert not Decision.objects.exists()


def test_undoing_after_the_decision_left_says_so_and_changes_nothing(desk: Desk) -> None:
    decided, waiting = (ApplicationFactory(in_review=True, officer=desk["officer"]) for _ in range(2))
    run = done(desk, decided, waiting, act="propose", kind=GRANTED)
    actions.decide(application=fresh(decided), by=desk["head"], now=clock.now())

    bulk.undo(run=run, by=desk["officer"], now=clock.now())

    assert work(run) == {decided.receipt_number: "kept decided", waiting.receipt_number: "undone"}
    assert fresh(decided).status == Status.CLOSED
    assert fresh(waiting).status == Status.IN_REVIEW
    assert Decision.objects.get(application=waiting).sent_back_by_id == desk["officer"].id
    actions.propose(application=fresh(waiting), kind=GRANTED, reason="", by=desk["officer"], now=clock.now())


def test_a_run_cut_short_after_a_proposal_notes_it_as_done(desk: Desk, monkeypatch) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    run = prepared(desk, case, act="propose", kind=GRANTED)
    work(run)
    bulk.start(run=run, by=desk["officer"], now=clock.now())
    with monkeypatch.context() as patched:
        patched.setattr(bulk, "_settle", _power_cut)
        with pytest.raises(RuntimeError):
            work(run)
    assert fresh(case).status == Status.PROPOSED

    assert work(run) == {case.receipt_number: "done"}
    bulk.undo(run=run, by=desk["officer"], now=clock.now())
    assert work(run) == {case.receipt_number: "undone"}
    assert fresh(case).status == Status.IN_REVIEW


def _power_cut(*_args: object, **_more: object) -> None:
    raise RuntimeError


def test_the_time_for_undoing_ends(desk: Desk) -> None:
    run = done(desk, ApplicationFactory())

    with pytest.raises(bulk.TooLate):
        bulk.undo(run=run, by=desk["officer"], now=clock.now() + bulk.UNDO_TIME + timedelta(seconds=1))


def test_only_who_prepared_a_run_starts_it_and_only_once(desk: Desk) -> None:
    run = prepared(desk, ApplicationFactory())
    with pytest.raises(NotAllowed):
        bulk.start(run=run, by=desk["officer"], now=clock.now())  # nobody has looked yet
    work(run)
    with pytest.raises(NotAllowed):
        bulk.start(run=run, by=desk["head"], now=clock.now())
    twice = BulkRun.objects.get(id=run.id)
    bulk.start(run=run, by=desk["officer"], now=clock.now())

    with pytest.raises(ChangedMeanwhile):
        bulk.start(run=twice, by=desk["officer"], now=clock.now())


def test_a_run_that_takes_long_goes_on_in_a_job_of_its_own(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 2)
    run = prepared(desk, *(ApplicationFactory() for _ in range(3)))

    bulk.work_on(run.id, until=clock.now())

    assert sorted(results(run).values()) == ["allowed", "allowed", "waiting"]
    jobs = Job.objects.filter(kind=bulk.JOB)
    assert jobs.count() == 2
    assert all(job.payload == {"run": str(run.id)} for job in jobs)
    assert sorted(work(run).values()) == ["allowed"] * 3


@pytest.mark.parametrize("count", [0, 4])
def test_none_and_too_many_are_refused(desk: Desk, monkeypatch, count: int) -> None:
    monkeypatch.setattr(bulk, "MOST", 3)

    with pytest.raises(bulk.TooManyCases):
        prepared(desk, *(ApplicationFactory() for _ in range(count)))


def test_an_approver_prepares_no_run(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        prepared(desk, ApplicationFactory(), who="approver")


# --- pages -------------------------------------------------------------------------------------------------------


def test_the_whole_way_from_the_list_to_undoing(desk: Desk) -> None:
    cases = [ApplicationFactory() for _ in range(2)]
    ApplicationFactory(in_review=True, officer=desk["second"])
    browser = desk.browser("officer")
    assert "/desk/bulk/new/?tab=unassigned" in text_of(browser.get("/desk/?tab=unassigned"))

    asked = text_of(browser.get("/desk/bulk/new/?tab=unassigned"))
    assert "受付一覧で選んだ2件が対象です。" in asked
    page = browser.post("/desk/bulk/new/?tab=unassigned", {"act": "take"}, follow=True)
    run = BulkRun.objects.get()
    assert "2件のうち0件が済みました。" in text_of(page)
    work(run)
    assert "2件を実行する" in text_of(browser.get(f"/desk/bulk/{run.id}/"))
    browser.post(f"/desk/bulk/{run.id}/step/", {"step": "start"})
    work(run)
    page = browser.get(f"/desk/bulk/{run.id}/?state=done")
    assert "この一括処理を取り消す" in text_of(page)
    assert all(case.applicant_name not in text_of(page) for case in cases)
    browser.post(f"/desk/bulk/{run.id}/step/", {"step": "undo"})
    work(run)

    assert "元に戻しました" in text_of(browser.get(f"/desk/bulk/{run.id}/"))
    lines = str(both_files(browser, f"/desk/bulk/{run.id}/cases.csv"))
    assert lines.count("元に戻しました") == 2
    assert "自分が担当する" in text_of(browser.get("/desk/bulk/"))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "行うことを選んでください。"),
        ({"act": "hand_over"}, "渡す相手を選んでください。"),
        ({"act": "propose", "kind": "x", "reason": "理由の文"}, "決定の内容を選んでください。"),
    ],
)
def test_a_faulty_form_says_what_to_do_and_keeps_what_was_typed(desk: Desk, form, sentence: str) -> None:
    ApplicationFactory()

    page = desk.browser("officer").post("/desk/bulk/new/", form)

    assert page.status_code == 422
    assert sentence in text_of(page)
    assert form.get("reason", "") in text_of(page)
    assert not BulkRun.objects.exists()


def test_a_list_without_cases_is_refused_in_words(desk: Desk) -> None:
    page = desk.browser("officer").post("/desk/bulk/new/", {"act": "take"})

    assert page.status_code == 422
    assert "対象の申請がありません。" in text_of(page)


def test_a_step_too_late_or_out_of_turn_says_so(desk: Desk) -> None:
    run = done(desk, ApplicationFactory())
    browser = desk.browser("officer")

    again = browser.post(f"/desk/bulk/{run.id}/step/", {"step": "start"})
    BulkRun.objects.update(ended_at=clock.now() - bulk.UNDO_TIME - timedelta(minutes=1))
    late = browser.post(f"/desk/bulk/{run.id}/step/", {"step": "undo"})

    assert (again.status_code, late.status_code) == (409, 422)
    assert "状態が変わっています。" in text_of(again)
    assert "取り消せる時間を過ぎています。" in text_of(late)


def test_nobody_else_sees_a_run_and_approvers_are_not_offered_one(desk: Desk) -> None:
    run = done(desk, ApplicationFactory())

    assert desk.browser("head").get(f"/desk/bulk/{run.id}/").status_code == 404
    assert desk.browser("approver").get(f"/desk/bulk/{run.id}/").status_code == 403
    assert "/desk/bulk/new/" not in text_of(desk.browser("approver").get("/desk/"))


def test_the_page_of_a_run_asks_as_often_for_many_cases_as_for_one(
    desk: Desk, django_assert_num_queries
) -> None:
    one = done(desk, ApplicationFactory())
    many = done(desk, *many_applications(30))
    browser = desk.browser("officer")
    browser.get(f"/desk/bulk/{one.id}/")

    counts = []
    for run in (one, many):
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/desk/bulk/{run.id}/")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_record_names_no_person(desk: Desk) -> None:
    case = ApplicationFactory()
    run = done(desk, case)
    desk.browser("officer").get(f"/desk/bulk/{run.id}/")

    entries = AuditEntry.objects.filter(subject=f"bulk:{run.id}").order_by("at")

    assert [e.act for e in entries] == ["bulk.prepare", "bulk.checked", "bulk.start", "bulk.done", "read"]
    assert case.applicant_name not in json.dumps(list(entries.values_list("detail", flat=True)))
