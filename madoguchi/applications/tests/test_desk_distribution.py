"""The pages on which work is distributed: who holds what, rules, hand-overs of many, absences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import handlers
from madoguchi.applications.models import Absence, Application, HandOverOrder, RoutingRule
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import (
    AbsenceFactory,
    ApplicationFactory,
    HandOverOrderFactory,
    RoutingRuleFactory,
    somebody,
)
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.common.models import Job
from madoguchi.identity.models import Staff
from madoguchi.organization.models import Posting
from madoguchi.organization.tests.factories import DepartmentFactory, PostingFactory

pytestmark = pytest.mark.django_db

PAGES = ("/desk/holders/", "/desk/hand-over/", "/desk/absences/", "/desk/routing/")


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def leave(staff: Staff) -> None:
    Posting.objects.filter(staff=staff).update(valid_until=clock.today() - timedelta(days=1))


# --- who holds what --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "opened"),
    [
        ("officer", [200, 200, 200, 403]),
        ("head", [200, 200, 200, 200]),
        ("approver", [403] * 4),
        ("administrator", [403] * 4),
    ],
)
def test_who_may_open_the_pages(desk: Desk, who: str, opened: list[int]) -> None:
    assert [desk.browser(who).get(page).status_code for page in PAGES] == opened


def test_the_head_is_warned_of_cases_that_nobody_can_handle_and_officers_are_not(desk: Desk) -> None:
    ApplicationFactory()
    ApplicationFactory(in_review=True, officer=desk["officer"])
    ApplicationFactory(in_review=True, officer=desk["second"])
    leave(desk["officer"])

    warned = text_of(desk.browser("head").get("/desk/"))
    page = text_of(desk.browser("head").get("/desk/holders/"))

    assert "担当者を決める必要のある申請が2件あります" in warned
    assert "担当者を決める必要のある申請が2件あります" in page
    assert "この部署の担当から外れました" in page
    assert "担当者を決める必要" not in text_of(desk.browser("second").get("/desk/"))


def test_the_list_is_narrowed_to_cases_that_need_a_holder_and_such_a_view_can_be_saved(desk: Desk) -> None:
    waiting = ApplicationFactory()
    left = ApplicationFactory(in_review=True, officer=desk["officer"])
    held = ApplicationFactory(in_review=True, officer=desk["second"])
    leave(desk["officer"])
    browser = desk.browser("head")

    page = text_of(browser.get("/desk/?holder=needed"))
    browser.post("/desk/filters/?holder=needed", {"name": "担当を決めるもの"})

    shown = [grouped(case.receipt_number) in page for case in (waiting, left, held)]
    assert shown == [True, True, False]
    assert '<option value="needed" selected>' in page
    saved = text_of(browser.get("/desk/")).split("担当を決めるもの")[1][:60]
    assert '<span class="count">2</span>' in saved


def test_the_page_says_who_is_away_and_who_stands_in(desk: Desk) -> None:
    third = somebody("officer", desk.department, display_name="渡辺 光")
    gone = somebody("officer", desk.department, display_name="古川 進")
    for officer in (desk["officer"], desk["second"], third, gone):
        ApplicationFactory(in_review=True, officer=officer)
    AbsenceFactory(staff=desk["officer"], substitute=desk["head"])
    AbsenceFactory(staff=desk["second"])
    AbsenceFactory(staff=third, substitute=desk["second"])
    Staff.objects.filter(id=gone.id).update(active=False)

    page = text_of(desk.browser("head").get("/desk/holders/"))

    assert "代理 中村 拓也さん" in page
    assert "代理なし" in page
    assert "代理の山本 実さんも担当できません" in page
    assert "利用停止（退職など）" in page
    assert "必要のある申請が3件あります" in page


def test_a_department_without_cases_says_that_all_is_well(desk: Desk) -> None:
    assert "すべて担当できる人がいます" in text_of(desk.browser("officer").get("/desk/holders/"))


def test_the_page_asks_as_often_for_many_people_and_cases_as_for_few(desk: Desk) -> None:
    ApplicationFactory()
    browser = desk.browser("head")
    browser.get("/desk/holders/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/desk/holders/")
    for number in range(8):
        officer = somebody("officer", desk.department, display_name=f"職員 {number}")
        ApplicationFactory(in_review=True, officer=officer)
        AbsenceFactory(staff=officer)

    with CaptureQueriesContext(connection) as many:
        browser.get("/desk/holders/")

    assert len(many) == len(few)


def test_who_works_for_two_departments_chooses_between_them(desk: Desk) -> None:
    other = DepartmentFactory(name="窓口課")
    PostingFactory(staff=desk["officer"], department=other, role="officer")

    page = text_of(desk.browser("officer").get("/desk/holders/", {"department": other.code}))
    unknown = text_of(desk.browser("officer").get("/desk/holders/", {"department": "tax"}))

    assert f'<option value="{other.code}" selected>' in page
    assert "窓口課" in unknown


# --- rules -----------------------------------------------------------------------------------------------


def rule_fields(**fields: Any) -> dict[str, Any]:
    return {
        "procedure": "child-allowance-claim",
        "towns": "本町\n菜園、 中央通\r\n本町",
        "people": [],
    } | fields


def test_a_rule_is_added_changed_and_removed(desk: Desk) -> None:
    browser = desk.browser("head")

    added = browser.post("/desk/routing/", rule_fields(people=[str(desk["second"].id)]), follow=True)
    rule = RoutingRule.objects.get()
    assert "決まりを追加しました。" in text_of(added)
    assert (rule.towns, rule.people) == (["本町", "菜園", "中央通"], [str(desk["second"].id)])
    assert "本町\n菜園\n中央通" in text_of(browser.get(f"/desk/routing/{rule.id}/"))

    changed = rule_fields(procedure="", towns="", version="1")
    assert "決まりを変更しました。" in text_of(
        browser.post(f"/desk/routing/{rule.id}/", changed, follow=True)
    )
    listed = text_of(browser.get("/desk/routing/"))
    assert "すべての手続" in listed
    assert "審査担当の全員" in listed
    for _click in range(2):
        assert browser.post(f"/desk/routing/{rule.id}/remove/", {"version": "2"}).status_code == 302
    assert not RoutingRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "place", "sentence"),
    [
        ({"procedure": "nothing"}, "procedure", "手続を選んでください。"),
        ({"towns": "あ" * 41}, "towns", "町名は40文字以内で"),
        ({"towns": "・・・"}, "towns", "町名は40文字以内で"),
        ({"towns": "\n".join(f"町{n}" for n in range(301))}, "towns", "町名は300個まで"),
    ],
)
def test_a_faulty_rule_is_told_at_its_place_and_stays(
    desk: Desk, fields: dict[str, str], place: str, sentence: str
) -> None:
    response = desk.browser("head").post("/desk/routing/", rule_fields(**fields))

    assert response.status_code == 422
    assert f'id="{place}-error"' in text_of(response)
    assert sentence in text_of(response)
    assert rule_fields(**fields)["towns"][:40].split("\n")[0] in text_of(response)
    assert not RoutingRule.objects.exists()


def test_a_rule_for_somebody_elsewhere_is_refused(desk: Desk) -> None:
    response = desk.browser("head").post("/desk/routing/", rule_fields(people=[str(desk["stranger"].id)]))

    assert response.status_code == 422
    assert "この部署の担当でない人がいます。" in text_of(response)


def test_a_rule_is_changed_only_to_people_of_the_department_and_keeps_a_procedure_that_went_elsewhere(
    desk: Desk,
) -> None:
    rule = RoutingRuleFactory(procedure_id="gone-elsewhere")
    browser, address = desk.browser("head"), f"/desk/routing/{rule.id}/"

    shown = text_of(browser.get(address))
    refused = browser.post(address, {"version": "1", "people": [str(desk["stranger"].id)]})
    missing = browser.get(f"/desk/routing/{desk['head'].id}/")

    assert '<option value="gone-elsewhere" selected>' in shown
    assert "この部署の担当でない人がいます。" in text_of(refused)
    assert missing.status_code == 404


def test_no_more_rules_are_kept_than_help(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madoguchi.applications.actions.routing.MOST", 1)
    RoutingRuleFactory()

    assert "決まりは1個までです。" in text_of(desk.browser("head").post("/desk/routing/", rule_fields()))


def test_the_second_of_two_heads_sees_what_the_first_saved_and_what_they_typed(desk: Desk) -> None:
    rule = RoutingRuleFactory(towns=["上田"], version=2, people=[desk["second"]])
    leave(desk["second"])
    browser = desk.browser("head")

    late = browser.post(f"/desk/routing/{rule.id}/", rule_fields(version="1"))
    removed = browser.post(f"/desk/routing/{rule.id}/remove/", {"version": "1"})

    assert (late.status_code, removed.status_code) == (409, 409)
    assert "ほかの人が先に変更しました" in text_of(late)
    assert "上田" in text_of(late)
    assert "菜園" in text_of(late)
    assert "山本 実（担当できません）" in text_of(late)
    assert 'name="version" value="2"' in text_of(late)


def test_rules_of_another_department_are_not_there(desk: Desk) -> None:
    rule = RoutingRuleFactory(department_code="tax")

    assert desk.browser("head").get(f"/desk/routing/{rule.id}/").status_code == 404
    assert desk.browser("head").post(f"/desk/routing/{rule.id}/remove/").status_code == 404


def test_a_long_list_of_towns_is_cut_short_in_the_list(desk: Desk) -> None:
    RoutingRuleFactory(towns=[f"町{n}" for n in range(8)])

    assert "町4 ほか3" in text_of(desk.browser("head").get("/desk/routing/"))


def test_the_rules_are_applied_with_a_button(desk: Desk) -> None:
    case = ApplicationFactory()
    RoutingRuleFactory(people=[desk["second"]])
    browser = desk.browser("head")
    assert "担当者のいない1件を、決まりで割り振る" in text_of(browser.get("/desk/holders/"))

    told = browser.post("/desk/routing/apply/", {"department": desk.department.code}, follow=True)
    handlers.route_waiting(Job.objects.get(kind="applications.route_waiting").payload)

    assert "割り振りを始めました。" in text_of(told)
    assert Application.objects.get(id=case.id).holder == desk["second"]
    assert "担当の割り振り" in text_of(browser.get(f"/desk/case/{case.id}/"))


# --- hand-overs ------------------------------------------------------------------------------------------


def give(desk: Desk, who: str = "head", **fields: Any) -> Any:
    values = {"from": str(desk["officer"].id), "to": [str(desk["second"].id), str(desk["head"].id)]} | fields
    return desk.browser(who).post("/desk/hand-over/", values, follow=True)


def do_job() -> None:
    for job in Job.objects.filter(kind="applications.hand_over_many"):
        handlers.hand_over_many_cases(job.payload)


def test_many_cases_are_handed_over_after_a_look_and_given_back(desk: Desk) -> None:
    for _ in range(3):
        ApplicationFactory(in_review=True, officer=desk["officer"])
    begun = text_of(desk.browser("head").get("/desk/hand-over/", {"from": str(desk["officer"].id)}))
    assert f'<option value="{desk["officer"].id}" selected>立花 和也（3件）' in begun

    looked = give(desk)
    assert "立花 和也さんの手続中の申請3件を、次のように引き継ぎます。" in text_of(looked)
    assert not HandOverOrder.objects.exists()
    ordered = give(desk, act="do", expected="3")
    assert "引き継いでいます（0件／3件）" in text_of(ordered)
    do_job()

    row = HandOverOrder.objects.get()
    told = text_of(desk.browser("head").get(f"/desk/hand-over/{row.id}/"))
    assert "3件を引き継ぎました" in told
    assert "立花 和也さんの申請の引継ぎ" in text_of(desk.browser("officer").get("/desk/hand-over/"))
    back = desk.browser("head").post(f"/desk/hand-over/{row.id}/undo/", follow=True)
    assert "引継ぎの取消し" in text_of(back)
    do_job()
    assert Application.objects.filter(holder=desk["officer"]).count() == 3
    again = desk.browser("head").post(f"/desk/hand-over/{row.id}/undo/", follow=True)
    assert "この引継ぎは取り消されています" in text_of(again)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"from": ""}, "だれの申請を引き継ぐかを選んでください。"),
        ({"from": "x"}, "だれの申請を引き継ぐかを選んでください。"),
        ({"to": []}, "引き継ぐ相手を1人以上選んでください。"),
        ({"to": ["x"]}, "引き継ぐ相手を1人以上選んでください。"),
    ],
)
def test_a_choice_that_is_missing_is_told(desk: Desk, fields: dict[str, Any], sentence: str) -> None:
    ApplicationFactory(in_review=True, officer=desk["officer"])

    response = give(desk, **fields)

    assert response.status_code == 422
    assert sentence in text_of(response)


def test_an_officer_gives_away_their_own_cases_only(desk: Desk) -> None:
    ApplicationFactory(in_review=True, officer=desk["officer"])

    assert give(desk, "second").status_code == 422
    assert give(desk, "second", **{"from": "nobody"}).status_code == 422
    assert give(desk, "officer").status_code == 200


def test_other_cases_than_were_looked_at_are_shown_before_they_go(desk: Desk) -> None:
    for _ in range(2):
        ApplicationFactory(in_review=True, officer=desk["officer"])

    response = give(desk, act="do", expected="1")

    assert response.status_code == 409
    assert "件数が2件に変わりました。" in text_of(response)
    assert 'name="expected" value="2"' in text_of(response)


def test_what_could_not_be_handed_over_is_told(desk: Desk) -> None:
    row = HandOverOrderFactory(planned=5, moved=2, finished_at=clock.now())

    page = text_of(desk.browser("head").get(f"/desk/hand-over/{row.id}/"))

    assert "5件のうち2件を引き継ぎました" in page
    assert "担当者のいない申請の引継ぎ" in page


def test_an_order_cannot_be_undone_by_others_nor_for_somebody_who_left(desk: Desk) -> None:
    row = HandOverOrderFactory(from_staff=desk["officer"], moved=1, finished_at=clock.now())
    leave(desk["officer"])

    assert "所属長か引き継いだ人" in text_of(desk.browser("second").post(f"/desk/hand-over/{row.id}/undo/"))
    assert "いまこの部署で担当できません" in text_of(
        desk.browser("head").post(f"/desk/hand-over/{row.id}/undo/")
    )
    assert desk.browser("stranger").get(f"/desk/hand-over/{row.id}/").status_code == 404


# --- absences --------------------------------------------------------------------------------------------


def days(first: int, last: int) -> dict[str, str]:
    today = clock.today()
    return {
        "from_on": (today + timedelta(days=first)).isoformat(),
        "until_on": (today + timedelta(days=last)).isoformat(),
    }


def test_an_absence_is_recorded_changed_and_taken_back(desk: Desk) -> None:
    browser = desk.browser("officer")
    fields = days(0, 3) | {"substitute": str(desk["second"].id)}

    recorded = browser.post("/desk/absences/", fields, follow=True)
    absence = Absence.objects.get()
    assert "不在を登録しました。" in text_of(recorded)
    assert (absence.staff, absence.substitute) == (desk["officer"], desk["second"])
    assert browser.get(f"/desk/absences/{absence.id}/").status_code == 200
    changed = browser.post(f"/desk/absences/{absence.id}/", days(1, 1) | {"version": "1"}, follow=True)
    assert "不在の登録を変更しました。" in text_of(changed)
    assert "予定" in text_of(changed)
    for _click in range(2):
        gone = browser.post(f"/desk/absences/{absence.id}/remove/", {"version": "2"})
        assert gone.status_code == 302
    assert not Absence.objects.exists()


def test_a_head_records_for_somebody_and_an_officer_only_for_themselves(desk: Desk) -> None:
    fields = days(0, 0) | {"staff": str(desk["second"].id)}

    desk.browser("head").post("/desk/absences/", fields)
    desk.browser("officer").post("/desk/absences/", fields)

    assert set(Absence.objects.values_list("staff", flat=True)) == {desk["second"].id, desk["officer"].id}


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"from_on": "きょう"}, "from_on"),
        ({"until_on": ""}, "until_on"),
        (days(3, 2), "until_on"),
        (days(-3, -2), "until_on"),
        (days(0, 1200), "until_on"),
        ({"staff": "x"}, "staff"),
        ({"substitute": "x"}, "substitute"),
    ],
)
def test_a_faulty_absence_is_told_at_its_place(desk: Desk, fields: dict[str, str], place: str) -> None:
    typed = days(0, 3) | {"staff": str(desk["officer"].id)} | fields

    response = desk.browser("head").post("/desk/absences/", typed)

    assert response.status_code == 422
    assert f'id="{place}-error"' in text_of(response)
    assert not Absence.objects.exists()


def test_days_that_overlap_and_oneself_as_substitute_are_refused(desk: Desk) -> None:
    absence = AbsenceFactory(staff=desk["officer"], **{k: clock.today() for k in ("from_on", "until_on")})
    browser = desk.browser("officer")

    twice = browser.post("/desk/absences/", days(0, 3))
    oneself = days(0, 0) | {"substitute": str(desk["officer"].id), "version": "1"}
    alone = browser.post(f"/desk/absences/{absence.id}/", oneself)

    assert "すでに不在の登録があります" in text_of(twice)
    assert "ほかの人にしてください" in text_of(alone)


def test_the_second_of_two_who_change_an_absence_sees_both(desk: Desk) -> None:
    absence = AbsenceFactory(staff=desk["officer"], version=2)
    browser = desk.browser("officer")

    late = browser.post(f"/desk/absences/{absence.id}/", days(1, 9) | {"version": "1"})
    removed = browser.post(f"/desk/absences/{absence.id}/remove/", {"version": "1"})

    assert (late.status_code, removed.status_code) == (409, 409)
    assert "いま登録されている内容" in text_of(late)
    assert days(1, 9)["until_on"] in text_of(late)


@pytest.mark.parametrize(("who", "status"), [("head", 200), ("second", 404), ("stranger", 404)])
def test_an_absence_is_changed_by_who_is_away_or_their_head(desk: Desk, who: str, status: int) -> None:
    absence = AbsenceFactory(staff=desk["officer"])

    assert desk.browser(who).get(f"/desk/absences/{absence.id}/").status_code == status


def test_a_substitute_finds_the_buttons_of_the_case(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    address = f"/desk/case/{case.id}/propose/"
    assert f'href="{address}"' not in text_of(desk.browser("second").get(f"/desk/case/{case.id}/"))

    AbsenceFactory(staff=desk["officer"], substitute=desk["second"])

    assert f'href="{address}"' in text_of(desk.browser("second").get(f"/desk/case/{case.id}/"))
