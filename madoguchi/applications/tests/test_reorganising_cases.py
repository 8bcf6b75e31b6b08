"""A reorganisation moves open cases, leaves closed ones where they were decided, and lets the successor reach them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import actions, desk_reorganising, handlers
from madoguchi.applications.actions import routing
from madoguchi.applications.actions.filing import file_draft
from madoguchi.applications.models import Application, CaseEvent, DocumentCounter, MovedCase, RoutingRule
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    DraftFactory,
    RoutingRuleFactory,
    SavedFilterFactory,
    answers_of,
)
from madoguchi.common import clock, registers
from madoguchi.common.ids import grouped
from madoguchi.common.models import Job
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.identity.rules import RestrictionReason
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.japan.fiscal import fiscal_year
from madoguchi.organization.actions import reorganising
from madoguchi.organization.models import Department, Reorganisation
from madoguchi.organization.tests.factories import (
    DepartmentFactory,
    ReorganisationFactory,
    SuccessionFactory,
    signed_in_client,
    staff_with,
)

pytestmark = pytest.mark.django_db

PROCEDURE = "child-allowance-claim"


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def new() -> Department:
    return DepartmentFactory(code="family", name="子ども家庭課")


def reorganise(desk: Desk, *lines: tuple[str, Department], **fields: Any) -> Reorganisation:
    """Carry out that the department of 児童手当 becomes these; the jobs of this room are still to be done."""
    row = ReorganisationFactory(on_day=clock.today())
    for procedure_id, new in lines:
        SuccessionFactory(
            reorganisation=row, old=desk.department, new=new, procedure_id=procedure_id, **fields
        )
    by = staff_with("administrator")
    reorganising.decide(reorganisation=row, version=1, by=by, now=clock.now())
    row.refresh_from_db()
    reorganising.carry_out(reorganisation=row, version=2, now=clock.now())
    row.refresh_from_db()
    return row


def do_jobs() -> None:
    """What the worker does, once more than it must."""
    for _again in range(2):
        for job in Job.objects.filter(kind="organization.reorganised"):
            desk_reorganising.move_cases(job.payload)
        for job in Job.objects.filter(kind="organization.reorganisation_undone"):
            desk_reorganising.give_back(job.payload)


def undo(row: Reorganisation) -> None:
    by = Staff.objects.get(id=staff_with("administrator").id)
    reorganising.undo(reorganisation=row, version=row.version, by=by, now=clock.now())


def where(*cases: Application) -> list[str]:
    codes = dict(Application.objects.values_list("id", "department_code"))
    return [codes[case.id] for case in cases]


def fresh(staff: Staff) -> Staff:
    return Staff.objects.get(id=staff.id)


def test_open_cases_go_to_the_successor_with_their_holders_and_closed_ones_stay(
    desk: Desk, new: Department
) -> None:
    waiting = ApplicationFactory()
    held = ApplicationFactory(in_review=True, officer=desk["officer"])
    closed = ApplicationFactory(closed=True, officer=desk["officer"])
    decided_by = closed.decisions.get().decided_by_name

    reorganise(desk, ("", new))
    do_jobs()

    old = desk.department.code
    assert where(waiting, held, closed) == ["family", "family", old]
    held.refresh_from_db()
    closed.refresh_from_db()
    assert held.holder == desk["officer"]
    assert closed.decisions.get().decided_by_name == decided_by
    assert CaseEvent.objects.filter(kind="reorganise").count() == 2
    assert MovedCase.objects.count() == 2


def test_the_people_go_on_with_their_cases_and_read_the_closed_ones(desk: Desk, new: Department) -> None:
    held = ApplicationFactory(in_review=True, officer=desk["officer"])
    closed = ApplicationFactory(closed=True, officer=desk["officer"])
    reorganise(desk, ("", new))
    before = signed_in_client(fresh(desk["officer"])).get(f"/desk/case/{held.id}/propose/")

    do_jobs()
    held.refresh_from_db()
    actions.propose(application=held, kind="certified", reason="", by=fresh(desk["officer"]), now=clock.now())
    client = signed_in_client(fresh(desk["officer"]))
    listed = text_of(client.get("/desk/?tab=done"))
    page = text_of(client.get(f"/desk/case/{held.id}/"))

    assert before.status_code == 200
    assert grouped(closed.receipt_number) in listed
    assert client.get(f"/desk/case/{closed.id}/").status_code == 200
    assert "組織改正による移動" in page
    assert "子ども青少年課から子ども家庭課へ" in page
    assert "子ども家庭課" in listed.split('class="desk-who"')[1].split("</p>")[0]
    assert "子ども青少年課" not in listed.split('class="desk-who"')[1].split("</p>")[0]


def test_somebody_who_did_not_come_along_sees_no_case_any_more(desk: Desk, new: Department) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    reorganise(desk, ("", new), with_staff=False)
    do_jobs()

    assert signed_in_client(fresh(desk["officer"])).get(f"/desk/case/{case.id}/").status_code == 403
    head = staff_with("head", department=new)
    warned = text_of(signed_in_client(head).get("/desk/"))
    assert "担当者を決める必要のある申請が1件あります" in warned


def test_after_a_division_each_successor_reaches_its_own_part_and_no_other(
    desk: Desk, new: Department
) -> None:
    rest = DepartmentFactory(code="youth", name="青少年課")
    closed = ApplicationFactory(closed=True, officer=desk["officer"])
    opened = ApplicationFactory()
    reorganise(desk, (PROCEDURE, new), ("", rest), with_staff=False)
    do_jobs()

    mine = signed_in_client(staff_with("officer", department=new))
    other = signed_in_client(staff_with("officer", department=rest))

    number = grouped(closed.receipt_number)
    assert where(opened, closed) == ["family", desk.department.code]
    assert number in text_of(mine.get("/desk/?tab=all"))
    assert number not in text_of(other.get("/desk/?tab=all"))
    found = mine.post("/desk/", {"q": closed.receipt_number}, follow=True)
    hidden = other.post("/desk/", {"q": closed.receipt_number}, follow=True)
    assert (number in text_of(found), number in text_of(hidden)) == (True, False)
    assert number in mine.get("/desk/list.csv?tab=all").getvalue().decode("utf-8-sig")
    assert [c.get(f"/desk/case/{closed.id}/").status_code for c in (mine, other)] == [200, 404]


def test_what_is_filed_afterwards_goes_to_the_successor_though_the_definition_names_the_old_one(
    desk: Desk, new: Department
) -> None:
    reorganise(desk, ("", new))
    draft = DraftFactory(answers=answers_of(received_on=clock.today()))

    filed = file_draft(draft=draft, now=clock.now(), accept_incomplete=True)

    assert filed.department_code == "family"
    client = signed_in_client(fresh(desk["officer"]))
    assert PROCEDURE in text_of(client.get("/desk/new/"))
    from django.test import Client

    assert "子ども家庭課" in text_of(Client().get(f"/procedures/{PROCEDURE}/"))
    assert "family" in text_of(Client().get("/procedures/"))


def test_rules_and_shared_views_of_the_old_department_still_count(desk: Desk, new: Department) -> None:
    RoutingRuleFactory(people=[desk["second"]])
    SavedFilterFactory(owner=desk["second"], department_code=desk.department.code, name="共有の絞り込み")
    case = ApplicationFactory()
    reorganise(desk, ("", new))
    do_jobs()

    handlers.route({"application": str(case.id)})

    case.refresh_from_db()
    assert case.holder == desk["second"]
    head = signed_in_client(fresh(desk["head"]))
    assert "共有の絞り込み" in text_of(head.get("/desk/"))
    assert "旧 子ども青少年課の決まり" in text_of(head.get("/desk/routing/"))
    rule = RoutingRule.objects.get()
    changed = head.post(f"/desk/routing/{rule.id}/", {"version": "1", "people": [str(desk["officer"].id)]})
    assert changed.headers["Location"].endswith("?department=family&done=changed")


def protected(case: Application, desk: Desk) -> None:
    actions.protect(
        application=case,
        reason=RestrictionReason.STALKING,
        until=clock.today() + timedelta(days=300),
        by=desk["head"],
        now=clock.now(),
    )


def test_the_successor_is_responsible_for_protected_cases_open_and_closed(
    desk: Desk, new: Department
) -> None:
    closed = ApplicationFactory(closed=True, officer=desk["officer"])
    opened = ApplicationFactory(birth_on=clock.today())
    for case in (closed, opened):
        protected(case, desk)
    row = reorganise(desk, ("", new))
    do_jobs()

    codes = {r.responsible_department for r in identity.restrictions_in_force(clock.today())}
    client = signed_in_client(fresh(desk["officer"]))
    assert codes == {"family"}
    assert "理由" in text_of(client.get(f"/desk/case/{closed.id}/"))
    undo(row)
    do_jobs()
    codes = {r.responsible_department for r in identity.restrictions_in_force(clock.today())}
    assert codes == {desk.department.code}


def test_a_protection_whose_case_is_gone_hinders_nothing(desk: Desk, new: Department) -> None:
    RestrictionFactory(
        subject=f"application:{desk['head'].id}",
        responsible_department=desk.department.code,
        today=clock.today(),
    )
    case = ApplicationFactory()
    reorganise(desk, ("", new))

    do_jobs()

    assert where(case) == ["family"]


def test_undone_the_open_cases_are_back_with_those_filed_since_and_what_was_decided_stays(
    desk: Desk, new: Department
) -> None:
    moved = ApplicationFactory(in_review=True, officer=desk["officer"])
    decided = ApplicationFactory(proposed=True, officer=desk["officer"])
    own = ApplicationFactory(department_code="family")
    row = reorganise(desk, ("", new))
    do_jobs()
    decided.refresh_from_db()
    actions.decide(application=decided, by=fresh(desk["approver"]), now=clock.now())
    draft = DraftFactory(answers=answers_of(received_on=clock.today()))
    since = file_draft(draft=draft, now=clock.now(), accept_incomplete=True)
    Application.objects.filter(id=own.id).update(filed_at=clock.now() - timedelta(days=9))

    undo(row)
    do_jobs()

    old = desk.department.code
    assert where(moved, since, decided, own) == [old, old, "family", "family"]
    results = [pair for entry in registers.reorganisation_results for pair in entry.value(str(row.id))]
    assert results == [("新しい部署に移した申請", 2), ("元の部署に戻した申請", 1)]
    assert CaseEvent.objects.filter(kind="reorganisation_undone").count() == 2
    assert signed_in_client(fresh(desk["officer"])).get(f"/desk/case/{moved.id}/").status_code == 200


def test_document_numbers_that_look_alike_go_on_in_the_middle_of_a_year(desk: Desk, new: Department) -> None:
    ApplicationFactory(closed=True, officer=desk["officer"])
    case = ApplicationFactory(proposed=True, officer=desk["officer"])
    other = DepartmentFactory(code="tax", name="税務課")
    row = reorganise(desk, ("", new), ("another", other))
    do_jobs()

    case.refresh_from_db()
    decision = actions.decide(application=case, by=fresh(desk["approver"]), now=clock.now())
    undo(row)
    do_jobs()

    assert decision.document_number is not None
    assert decision.document_number.endswith("-2号")
    year = fiscal_year(clock.today())
    last = dict(DocumentCounter.objects.values_list("id", "last"))
    assert last == {f"盛子ど:{year}": 2}


def test_undone_before_the_cases_were_moved_nothing_moves(desk: Desk, new: Department) -> None:
    case = ApplicationFactory()
    row = reorganise(desk, ("", new))

    undo(row)
    do_jobs()

    case.refresh_from_db()
    assert (case.department_code, case.version) == (desk.department.code, 1)
    assert not MovedCase.objects.exists()


def test_undone_while_cases_are_being_moved_all_are_back(
    desk: Desk, new: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [ApplicationFactory() for _ in range(2)]
    row = reorganise(desk, ("", new))
    move = desk_reorganising._move

    def moved_and_undone(*args: Any, **named: Any) -> None:
        move(*args, **named)
        monkeypatch.setattr(desk_reorganising, "_move", move)
        undo(row)

    monkeypatch.setattr(desk_reorganising, "_move", moved_and_undone)
    desk_reorganising.move_cases({"reorganisation": str(row.id)})

    assert where(*cases) == [desk.department.code] * 2
    assert MovedCase.objects.filter(returned_at=None).count() == 0


def test_a_case_that_changes_while_it_is_moved_goes_along_and_one_that_is_closed_stays(
    desk: Desk, new: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing, closing = ApplicationFactory(), ApplicationFactory()
    reorganise(desk, ("", new))
    each = desk_reorganising._each

    def stale(cases: Any) -> Any:
        for case in each(cases):
            status = {} if case.id == changing.id else {"status": "withdrawn"}
            if case.version == 1:
                Application.objects.filter(id=case.id).update(version=2, **status)
            yield case

    monkeypatch.setattr(desk_reorganising, "_each", stale)
    desk_reorganising.move_cases(Job.objects.get(kind="organization.reorganised").payload)

    assert where(changing, closing) == ["family", desk.department.code]


def test_more_cases_than_fit_into_memory_at_once_are_all_moved(
    desk: Desk, new: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_reorganising, "AT_ONCE", 2)
    cases = [ApplicationFactory() for _ in range(5)]
    reorganise(desk, ("", new))

    do_jobs()

    assert where(*cases) == ["family"] * 5


def test_what_a_plan_touches_is_counted_before_it_is_decided(desk: Desk) -> None:
    ApplicationFactory()
    ApplicationFactory(closed=True, officer=desk["officer"])
    SavedFilterFactory(owner=desk["second"], query=f"department={desk.department.code}")
    RoutingRuleFactory(procedure_id=PROCEDURE)
    code = desk.department.code

    def counts(procedure_id: str, besides: list[str]) -> dict[str, int]:
        holdings = [e for e in registers.department_holdings if e.name != "inventory"]  # another room's
        return {e.name: e.value.count(code, procedure_id, besides) for e in holdings}

    assert counts("", []) == {"cases": 1, "closed-cases": 1, "filters": 1, "routing": 1}
    assert counts(PROCEDURE, []) == {"cases": 1, "closed-cases": 1, "filters": 0, "routing": 1}
    assert counts("", [PROCEDURE]) == {"cases": 0, "closed-cases": 0, "filters": 1, "routing": 0}


def test_who_ends_a_department_is_shown_what_it_still_has(desk: Desk) -> None:
    ApplicationFactory()

    page = text_of(desk.browser("administrator").get(f"/desk/departments/{desk.department.code}/"))
    empty = text_of(desk.browser("administrator").get(f"/desk/departments/{DepartmentFactory().code}/"))

    assert "先に「組織改正」で行き先を決めると" in page
    assert "先に「組織改正」で行き先を決めると" not in empty


def test_the_status_page_tells_whom_to_ask_now(desk: Desk, new: Department) -> None:
    from madoguchi.applications.views.status import _department

    closed = ApplicationFactory(closed=True, officer=desk["officer"])
    assert _department(closed).name == "子ども青少年課"

    reorganise(desk, ("", new))

    assert _department(closed).name == "子ども家庭課"


def test_a_head_of_the_successor_keeps_the_rules_of_the_old_department(desk: Desk, new: Department) -> None:
    rule = RoutingRuleFactory(people=[desk["second"]])
    reorganise(desk, ("", new))

    routing.remove_rule(rule=rule, version=1, by=fresh(desk["head"]), now=clock.now())

    assert routing.rules_of("family", PROCEDURE) == []
