"""Handing over many cases at once: each goes to one person, by load, and what somebody moved meanwhile stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.applications import actions, handlers
from madoguchi.applications.actions import hand_over_many as many
from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.models import Application, CaseEvent, HandOverOrder
from madoguchi.applications.tests.desks import Desk, open_desk
from madoguchi.applications.tests.factories import ApplicationFactory, HandOverOrderFactory, somebody
from madoguchi.common import clock
from madoguchi.common.models import Job
from madoguchi.identity.models import Staff
from madoguchi.organization.models import Posting

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def held_by(staff: Staff | None) -> int:
    return Application.objects.filter(holder=staff).count()


def ordered(
    desk: Desk, *to: str, expected: int, by: str = "head", from_staff: str | None = "officer"
) -> HandOverOrder:
    return many.order(
        department_code=desk.department.code,
        from_staff=desk[from_staff].id if from_staff else None,
        to=[desk[who].id for who in to],
        expected=expected,
        by=desk[by],
        now=clock.now(),
    )


def do_jobs() -> None:
    for job in Job.objects.filter(kind="applications.hand_over_many").order_by("id"):
        handlers.hand_over_many_cases(job.payload)


def test_open_cases_of_one_are_spread_over_several_by_what_they_have(desk: Desk) -> None:
    for _ in range(5):
        ApplicationFactory(in_review=True, officer=desk["officer"])
    for _ in range(2):
        ApplicationFactory(in_review=True, officer=desk["second"])
    closed = ApplicationFactory(closed=True, officer=desk["officer"])

    order = ordered(desk, "second", "head", expected=5)
    do_jobs()

    order.refresh_from_db()
    assert (order.moved, order.planned, order.finished_at is not None) == (5, 5, True)
    assert (held_by(desk["second"]), held_by(desk["head"])) == (4, 3)
    closed.refresh_from_db()
    assert closed.holder == desk["officer"]


def test_two_heads_who_hand_over_the_same_cases_move_each_once(desk: Desk) -> None:
    third = somebody("officer", desk.department, display_name="渡辺 光")
    for _ in range(3):
        ApplicationFactory(in_review=True, officer=desk["officer"])
    first = ordered(desk, "second", expected=3)
    other = many.order(
        department_code=desk.department.code,
        from_staff=desk["officer"].id,
        to=[third.id],
        expected=3,
        by=somebody("head", desk.department, display_name="森 明"),
        now=clock.now(),
    )

    do_jobs()

    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.moved, other.moved) == (3, 0)
    assert (held_by(desk["second"]), held_by(third)) == (3, 0)
    assert CaseEvent.objects.filter(kind="hand_over").count() == 3


def test_a_job_that_was_killed_half_way_goes_on(desk: Desk) -> None:
    done, waiting = (ApplicationFactory(in_review=True, officer=desk["officer"]) for _ in range(2))
    order = ordered(desk, "second", expected=2)
    Application.objects.filter(id=done.id).update(holder=desk["second"])
    HandOverOrder.objects.update(moved=1)

    for _again in range(3):
        do_jobs()

    order.refresh_from_db()
    waiting.refresh_from_db()
    assert (order.moved, waiting.holder) == (2, desk["second"])


def test_a_case_that_changes_while_it_is_handed_over_goes_along_and_one_that_is_moved_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing, moving = (ApplicationFactory(in_review=True, officer=desk["officer"]) for _ in range(2))
    order = ordered(desk, "second", expected=2)
    give = many._give

    def meanwhile(hand_over, case, to, now):
        if case.id == changing.id:
            Application.objects.filter(id=case.id).update(version=case.version + 1)
        else:
            fresh = Application.objects.get(id=case.id)
            actions.hand_over(application=fresh, to=desk["head"], by=desk["head"], now=now)
        return give(hand_over, case, to, now)

    monkeypatch.setattr(many, "_give", meanwhile)
    do_jobs()

    order.refresh_from_db()
    assert order.moved == 1
    assert Application.objects.get(id=changing.id).holder == desk["second"]
    assert Application.objects.get(id=moving.id).holder == desk["head"]


def test_who_left_after_the_order_gets_nothing(desk: Desk) -> None:
    ApplicationFactory(in_review=True, officer=desk["officer"])
    order = ordered(desk, "second", expected=1)
    Posting.objects.filter(staff=desk["second"]).update(valid_until=clock.today() - timedelta(days=1))

    do_jobs()

    order.refresh_from_db()
    assert (order.moved, order.finished_at is not None) == (0, True)
    assert held_by(desk["officer"]) == 1


def test_the_cases_of_somebody_who_was_transferred_are_moved_in_one_step(desk: Desk) -> None:
    ApplicationFactory(in_review=True, officer=desk["officer"])
    Posting.objects.filter(staff=desk["officer"]).update(valid_until=clock.today() - timedelta(days=1))

    ordered(desk, "second", expected=1)
    do_jobs()

    assert held_by(desk["second"]) == 1


def test_what_nobody_holds_can_be_given_by_a_head(desk: Desk) -> None:
    ApplicationFactory()

    ordered(desk, "second", expected=1, from_staff=None)
    do_jobs()

    assert held_by(desk["second"]) == 1


def test_other_cases_than_the_preview_showed_are_not_handed_over(desk: Desk) -> None:
    ApplicationFactory(in_review=True, officer=desk["officer"])

    with pytest.raises(many.OtherCount) as refused:
        ordered(desk, "second", expected=5)

    assert refused.value.now == 1
    assert not HandOverOrder.objects.exists()


@pytest.mark.parametrize("to", [(), ("stranger",), ("officer",), ("approver",)])
def test_cases_go_only_to_others_who_handle_them(desk: Desk, to: tuple[str, ...]) -> None:
    with pytest.raises(many.NobodyThere):
        ordered(desk, *to, expected=0)


def test_one_gives_away_ones_own_and_a_head_those_of_all(desk: Desk) -> None:
    assert ordered(desk, "second", expected=0, by="officer").planned == 0
    for who in ("second", "approver", "stranger", "administrator"):
        with pytest.raises(NotAllowed):
            ordered(desk, "second", expected=0, by=who)
    with pytest.raises(NotAllowed):
        ordered(desk, "second", expected=0, by="officer", from_staff=None)


def test_an_order_that_is_finished_does_nothing_more(desk: Desk) -> None:
    case = ApplicationFactory()
    order = HandOverOrderFactory(finished_at=clock.now())

    many.carry_out(hand_over=order, now=clock.now())

    case.refresh_from_db()
    assert case.holder is None


def test_an_order_is_undone_for_what_those_who_got_it_still_hold(desk: Desk) -> None:
    kept, moved_on = (ApplicationFactory(in_review=True, officer=desk["officer"]) for _ in range(2))
    order = ordered(desk, "second", expected=2)
    do_jobs()
    moved_on.refresh_from_db()
    actions.hand_over(application=moved_on, to=desk["head"], by=desk["head"], now=clock.now())
    order.refresh_from_db()

    back = many.undo(hand_over=order, by=desk["head"], now=clock.now())
    do_jobs()

    back.refresh_from_db()
    assert (back.planned, back.moved) == (1, 1)
    assert Application.objects.get(id=kept.id).holder == desk["officer"]
    assert Application.objects.get(id=moved_on.id).holder == desk["head"]
    with pytest.raises(many.AlreadyUndone):
        many.undo(hand_over=order, by=desk["head"], now=clock.now())


def test_what_nobody_held_goes_back_to_nobody(desk: Desk) -> None:
    case = ApplicationFactory()
    order = ordered(desk, "second", expected=1, from_staff=None)
    do_jobs()
    order.refresh_from_db()

    many.undo(hand_over=order, by=desk["head"], now=clock.now())
    do_jobs()

    case.refresh_from_db()
    assert case.holder is None


def test_cases_do_not_go_back_to_somebody_who_left_nor_by_others_nor_before_they_went(desk: Desk) -> None:
    order = ordered(desk, "second", expected=0)
    with pytest.raises(NotAllowed):
        many.undo(hand_over=order, by=desk["head"], now=clock.now())
    HandOverOrder.objects.update(finished_at=clock.now())
    order.refresh_from_db()

    with pytest.raises(NotAllowed):
        many.undo(hand_over=order, by=desk["second"], now=clock.now())
    Posting.objects.filter(staff=desk["officer"]).update(valid_until=clock.today() - timedelta(days=1))
    with pytest.raises(many.NobodyThere):
        many.undo(hand_over=order, by=desk["head"], now=clock.now())


def test_a_case_that_never_holds_still_is_left_where_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ApplicationFactory(in_review=True, officer=desk["officer"])
    order = ordered(desk, "second", expected=1)
    monkeypatch.setattr(many, "TRIES", 0)

    do_jobs()

    order.refresh_from_db()
    assert (order.moved, order.finished_at is not None) == (0, True)
