"""What meetings decided: carried over, given to somebody, followed up, reminded of, shown to everybody."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from madoguchi.audit.models import AuditEntry
from madoguchi.common.registers import Happening
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.models import Staff
from madoguchi.notices.models import Message
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.plan import desk_minutes, handlers, reading
from madoguchi.plan.actions import facts, publishing, resolutions
from madoguchi.plan.actions import meetings as actions
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.queries import meetings as queries
from madoguchi.plan.tests.factories import AgendaItemFactory, MeetingFactory, ResolutionFactory

NOW = datetime(2024, 6, 3, 6, 0, tzinfo=UTC)
PLAN = "morioka-2021-2025"
NEXT_PLAN = "morioka-2026-2030"


@pytest.fixture
def digital(db):
    return DepartmentFactory(code="digital", name="情報企画課", email="digital@example.jp")


@pytest.fixture
def elderly(db):
    return DepartmentFactory(code="elderly", name="長寿社会課", email="elderly@example.jp")


@pytest.fixture
def plan(db):
    publish(PLAN)


@pytest.fixture
def office(digital, plan):
    return staff_with("office", department=digital)


def publish(plan_id: str) -> None:
    path = Path(reading.__file__).parent / "catalog" / f"{plan_id}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)


def called(by: Staff, held_on: date = date(2024, 6, 3), plan_id: str = PLAN) -> Meeting:
    where = {"place": "会議室", "chair": "副市長"}
    return actions.plan_meeting(plan_id=plan_id, held_on=held_on, **where, by=by, now=NOW)


def decided(by: Staff, meeting: Meeting | None = None, **fields: Any) -> Resolution:
    meeting = meeting or called(by)
    what = {"title": "講座", "measure_id": "3-3", "indicator_id": ""}
    item = actions.add_item(meeting=meeting, **what, by=by, now=NOW)
    values: dict[str, Any] = {
        "text": "講座を月1回開く",
        "department_code": "elderly",
        "due_on": date(2024, 9, 30),
        "indicator_id": "workshops",
        "expected_change": 2.0,
    }
    return resolutions.resolve(item=item, order=resolutions.Order(**values | fields), by=by, now=NOW)


# --- carried over ----------------------------------------------------------------------------------------


def test_what_is_decided_after_the_next_meeting_was_called_comes_onto_its_agenda_once(office, elderly):
    following = called(office)
    one = decided(office)

    for _n in range(2):
        actions.carry_over(meeting=following, by=office, now=NOW)
    actions.hold_meeting(meeting=following, version=following.version, by=office, now=NOW)

    assert list(following.agenda.values_list("carried_from_id", flat=True)) == [one.id]


def test_holding_a_meeting_brings_what_is_still_open(office, elderly):
    following = called(office)
    one = decided(office)

    actions.hold_meeting(meeting=following, version=following.version, by=office, now=NOW)

    assert following.agenda.get().carried_from_id == one.id


def test_a_meeting_carries_over_neither_its_own_nor_what_later_ones_decided(office, elderly):
    later = called(office)
    decided(office, later)
    earlier = called(office, date(2024, 5, 1))

    assert earlier.agenda.count() == 0
    actions.hold_meeting(meeting=later, version=later.version, by=office, now=NOW)
    assert later.agenda.filter(carried_from__isnull=False).count() == 0


def test_the_next_plan_takes_over_what_the_last_one_left_open(office, elderly):
    publish(NEXT_PLAN)
    one = decided(office)

    first = called(office, date(2026, 6, 1), NEXT_PLAN)

    assert (first.number, first.agenda.get().carried_from_id) == (1, one.id)
    assert signed_in_client(office).get(f"/plan/meetings/{first.id}/").status_code == 200


# --- days ------------------------------------------------------------------------------------------------


def test_nothing_is_held_or_decided_before_its_day(office, elderly):
    ahead = called(office, date(2024, 6, 4))

    with pytest.raises(actions.NotYet):
        decided(office, ahead)
    with pytest.raises(actions.NotYet):
        actions.hold_meeting(meeting=ahead, version=ahead.version, by=office, now=NOW)


@pytest.mark.parametrize("due_on", [date(2024, 6, 2), date(2024, 6, 3)])
def test_what_is_decided_is_due_after_the_meeting(office, elderly, due_on):
    with pytest.raises(resolutions.DueTooEarly):
        decided(office, due_on=due_on)


def test_another_day_of_the_meeting_is_another_value_before(office, elderly):
    days = (date(2024, 5, 1), date(2024, 5, 20), date(2024, 6, 1))
    facts.bring_up("workshops", [Happening(key=str(day), on=day) for day in days])
    meeting = called(office)
    one = decided(office, meeting)
    assert one.value_before == 3

    values = {"held_on": date(2024, 5, 10), "place": "", "chair": "副市長", "present": ""}
    actions.change_meeting(meeting=meeting, version=meeting.version, values=values, by=office, now=NOW)

    one.refresh_from_db()
    assert one.value_before == 1


def test_a_day_is_put_off_and_not_brought_forward(office, elderly):
    one = decided(office)
    put: dict[str, Any] = {"resolution": one, "version": 1, "reason": "会場の都合", "by": office, "now": NOW}

    with pytest.raises(resolutions.DueTooEarly):
        resolutions.postpone_resolution(due_on=one.due_on, **put)
    resolutions.postpone_resolution(due_on=date(2024, 12, 1), **put)

    entry = AuditEntry.objects.get(act="resolution.postponed")
    assert entry.detail == {"from": "2024-09-30", "to": "2024-12-01", "reason": "会場の都合"}


# --- who does it -----------------------------------------------------------------------------------------


def test_a_resolution_is_given_to_somebody_of_its_department_only(office, elderly):
    one = decided(office)
    head = staff_with("head", department=elderly)
    give: dict[str, Any] = {"resolution": one, "by": office, "now": NOW}

    with pytest.raises(NotAllowed):
        resolutions.give_to(version=1, owner=office, **give)
    resolutions.give_to(version=1, owner=head, **give)

    assert Resolution.objects.get().owner == head


def test_dropping_states_why_and_measures_nothing(office, elderly):
    one = decided(office)

    resolutions.drop_resolution(resolution=one, version=1, reason="国の制度に含まれた", by=office, now=NOW)

    assert (one.state, one.result, one.value_after) == ("dropped", "国の制度に含まれた", None)


@pytest.mark.parametrize(
    ("role", "of_department", "sees", "may"),
    [
        ("office", "digital", 200, True),
        ("officer", "elderly", 200, True),
        ("head", "elderly", 200, True),
        ("officer", "digital", 200, False),
        ("head", "digital", 200, False),
        ("approver", "elderly", 403, False),
        ("administrator", "elderly", 403, False),
    ],
)
def test_who_reads_and_who_reports(office, digital, elderly, role, of_department, sees, may):
    one = decided(office)
    client = signed_in_client(
        staff_with(role, department={"digital": digital, "elderly": elderly}[of_department])
    )
    path = f"/plan/resolutions/{one.id}/"

    page = client.get(path)
    assert page.status_code == sees
    assert ("結果を報告する" in page.content.decode()) == may
    answer = client.post(path, {"act": "finish", "version": "1", "result": "6回開いた"})

    assert answer.status_code == (302 if may else 422 if sees == 200 else 403)
    assert Resolution.objects.get().state == ("done" if may else "open")


@pytest.mark.parametrize("role", ["officer", "head", "approver", "administrator"])
@pytest.mark.parametrize("act", ["frame", "add_item", "up", "minutes", "resolve", "hold", "cancel", "close"])
def test_only_the_office_changes_a_meeting(office, elderly, role, act):
    meeting = called(office)
    client = signed_in_client(staff_with(role, department=elderly))

    answer = client.post(f"/plan/meetings/{meeting.id}/change/", {"act": act, "version": "1"})

    assert answer.status_code == 403


# --- reminders -------------------------------------------------------------------------------------------


def remind_on(monkeypatch, day: date) -> None:
    moment = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    monkeypatch.setattr("madoguchi.common.clock.now", lambda: moment)
    handlers.remind({})


def test_a_reminder_names_day_department_and_person_and_is_noted(office, elderly, monkeypatch):
    one = decided(office)
    head = staff_with("head", department=elderly, display_name="盛岡 花子")
    resolutions.give_to(resolution=one, version=1, owner=head, by=office, now=NOW)

    remind_on(monkeypatch, date(2024, 10, 8))

    message = Message.objects.get()
    assert message.to_address == "elderly@example.jp"
    for words in ("2024年9月30日（令和6年）", "8日過ぎています", "長寿社会課（盛岡 花子）", str(one.id)):
        assert words in message.body
    one.refresh_from_db()
    assert one.reminded_at == datetime(2024, 10, 8, 3, tzinfo=UTC)


@pytest.mark.parametrize("fields", [{"email": ""}, {"valid_until": date(2024, 8, 31)}])
def test_where_the_department_cannot_be_reached_the_office_is_reminded(office, monkeypatch, fields):
    DepartmentFactory(code="elderly", name="長寿社会課", **{"email": "elderly@example.jp"} | fields)
    decided(office)

    remind_on(monkeypatch, date(2024, 9, 30))

    assert Message.objects.get().to_address == "digital@example.jp"


def test_nobody_is_reminded_of_what_is_finished_and_a_new_day_begins_anew(office, elderly, monkeypatch):
    one, done = decided(office), decided(office, text="すんだ")
    resolutions.finish_resolution(resolution=done, version=1, result="開いた", by=office, now=NOW)
    remind_on(monkeypatch, date(2024, 9, 25))
    late: dict[str, Any] = {"due_on": date(2024, 10, 10), "reason": "会場の都合"}
    resolutions.postpone_resolution(resolution=one, version=1, **late, by=office, now=NOW)

    remind_on(monkeypatch, date(2024, 9, 26))
    assert Message.objects.count() == 1
    remind_on(monkeypatch, date(2024, 10, 3))
    assert Message.objects.count() == 2


# --- pages and papers ------------------------------------------------------------------------------------


def test_the_minutes_name_what_was_carried_over_and_how_late_it_was(office, elderly):
    one = decided(office, called(office, date(2024, 3, 1)), due_on=date(2024, 5, 24))
    meeting = called(office)
    decided(office, meeting, text="講座を増やす", expected_change=-2.5)

    content = desk_minutes.paper(meeting, issued_at=NOW).render_apart()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    text = "".join(text.split())

    for words in (f"1.継続：{one.text}", "継続の決定事項", "会議の日に10日超過", "長寿社会課", "変化−2.5"):
        assert words in text
    assert "2024年5月24日" in text


def test_a_finished_resolution_says_what_it_did_in_numbers(office, elderly):
    one = decided(office)
    facts.bring_up("workshops", [Happening(key=str(n), on=date(2024, 6, n + 1)) for n in range(2)])
    resolutions.finish_resolution(resolution=one, version=1, result="開いた", by=office, now=NOW)

    text = signed_in_client(office).get(f"/plan/resolutions/{one.id}/").content.decode()

    assert "変化は+2" in text
    assert "見込み+2" in text
    assert "見込んだとおりの効果がありました。" in text


@pytest.mark.parametrize(
    ("held_on", "words"),
    [
        (date(2026, 3, 30), "計画の最終日までの変化です。"),
        (date(2026, 3, 31), "計画の期間が終わった後の決定なので、"),
    ],
)
def test_figures_of_a_closed_plan_do_not_move_and_the_effect_says_so(plan, held_on, words):
    one = ResolutionFactory(
        item=AgendaItemFactory(meeting=MeetingFactory(held_on=held_on)),
        indicator_id="workshops",
        value_before=131,
        value_after=131,
        expected_change=3,
        state="done",
        result="開いた",
        finished_at=datetime(2026, 5, 1, tzinfo=UTC),
    )

    page = signed_in_client(staff_with("head")).get(f"/plan/resolutions/{one.id}/")

    assert words in page.content.decode()


def test_nothing_is_read_from_an_indicator_that_begins_anew_each_year(plan):
    one = ResolutionFactory(
        item=AgendaItemFactory(meeting=MeetingFactory(held_on=date(2024, 3, 20))),
        indicator_id="hours-saved-year",
        value_before=800,
        value_after=200,
        expected_change=200,
        state="done",
        result="広げた",
        finished_at=datetime(2024, 6, 1, tzinfo=UTC),
    )

    page = signed_in_client(staff_with("head")).get(f"/plan/resolutions/{one.id}/").content.decode()

    assert "年度ごとに数え直す指標なので、会議の日からの変化は測れません。" in page
    assert "600" not in page


def test_resolutions_are_narrowed_searched_sorted_and_taken_out_in_the_address(plan):
    first = AgendaItemFactory(meeting=MeetingFactory(held_on=date(2023, 6, 1)), measure_id="3-3")
    second = AgendaItemFactory(meeting=MeetingFactory(held_on=date(2023, 12, 1)), measure_id="1-1")
    ResolutionFactory(item=first, text="講座を開く", owner_department_code="elderly", due_on=date(2024, 3, 1))
    ResolutionFactory(item=second, text="様式を見直す", due_on=date(2024, 2, 1), state="done", result="済")
    client = signed_in_client(staff_with("head"))

    def texts(query: str) -> list[str]:
        header, *lines = both_files(client, f"/plan/resolutions/list.csv?{query}")
        rows = [line[header.index("text")] for line in lines]
        page = client.get(f"/plan/resolutions/?{query}").content.decode()
        assert all(text in page for text in rows)
        return rows

    assert texts("state=all") == ["様式を見直す", "講座を開く"]
    assert texts("state=all&sort=-due") == ["講座を開く", "様式を見直す"]
    assert texts("state=all&sort=meeting") == ["講座を開く", "様式を見直す"]
    assert texts("state=all&measure=1-1") == ["様式を見直す"]
    assert texts("state=all&q=講座") == ["講座を開く"]
    assert texts("state=overdue&department=elderly") == ["講座を開く"]
    assert texts("state=overdue&department=digital") == []


def test_meetings_are_narrowed_and_taken_out_in_the_address(plan):
    MeetingFactory(number=901, state="planned")
    MeetingFactory(number=902, state="closed", present="総務課\n情報企画課")
    client = signed_in_client(staff_with("head"))

    page = client.get("/plan/meetings/?state=closed").content.decode()
    header, line = both_files(client, "/plan/meetings/list.csv?state=closed")
    row = dict(zip(header, line, strict=True))

    assert ("第901回" in page, "第902回" in page) == (False, True)
    assert (row["number"], row["present"]) == ("902", "総務課;情報企画課")


@pytest.mark.parametrize("path", ["/plan/meetings/", "/plan/resolutions/?state=all", "/plan/minutes/"])
def test_lists_ask_as_often_for_ten_as_for_one(plan, path, django_assert_max_num_queries):
    client = signed_in_client(staff_with("head"))
    ResolutionFactory(item=AgendaItemFactory(meeting=MeetingFactory(state="closed")))
    client.get(path)  # the plan is compiled once a process
    with django_assert_max_num_queries(30) as few:
        client.get(path)
    for _n in range(9):
        ResolutionFactory(item=AgendaItemFactory(meeting=MeetingFactory(state="closed")))

    with django_assert_max_num_queries(len(few)):
        assert client.get(path).status_code == 200


def test_the_page_of_a_meeting_asks_as_often_for_ten_points_as_for_one(office, django_assert_max_num_queries):
    meeting = MeetingFactory()

    def carried() -> AgendaItem:
        one = ResolutionFactory(item=AgendaItemFactory(meeting=meeting))
        return AgendaItemFactory(meeting=meeting, carried_from=one)

    carried()
    client = signed_in_client(office)
    client.get(f"/plan/meetings/{meeting.id}/")
    with django_assert_max_num_queries(40) as few:
        client.get(f"/plan/meetings/{meeting.id}/")
    for _n in range(9):
        carried()

    with django_assert_max_num_queries(len(few)):
        assert client.get(f"/plan/meetings/{meeting.id}/").status_code == 200


def test_everybody_reads_what_was_decided_with_department_and_day_and_no_person(office, elderly):
    one = ResolutionFactory(
        item=AgendaItemFactory(meeting=MeetingFactory(state="closed")), owner_department_code="elderly"
    )
    head = staff_with("head", department=elderly, display_name="盛岡 花子")
    resolutions.give_to(resolution=one, version=1, owner=head, by=office, now=NOW)

    text = Client(headers={"accept-language": "ja"}).get("/plan/minutes/").content.decode()

    assert one.text in text
    assert "長寿社会課" in text
    assert "2024年9月30日" in text
    assert "花子" not in text


def test_what_was_typed_over_somebody_elses_minutes_is_kept_and_both_are_seen(office):
    meeting = called(office)
    item = actions.add_item(meeting=meeting, title="講座", measure_id="", indicator_id="", by=office, now=NOW)
    client = signed_in_client(office)
    form = {"act": "minutes", "version": "1", "position": "1", "seen": actions.mark_of("")}
    actions.write_minutes(item=item, seen=actions.mark_of(""), text="さきに書かれたこと", by=office, now=NOW)

    answer = client.post(f"/plan/meetings/{meeting.id}/change/", form | {"minutes": "わたしの記録"})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "わたしの記録" in text
    assert "さきに書かれたこと" in text
    assert actions.mark_of("さきに書かれたこと") in text


def test_the_order_of_the_agenda_is_changed_on_the_page(office):
    meeting = called(office)
    for title in ("一", "二"):
        actions.add_item(meeting=meeting, title=title, measure_id="", indicator_id="", by=office, now=NOW)
    client = signed_in_client(office)

    client.post(f"/plan/meetings/{meeting.id}/change/", {"act": "up", "position": "2", "version": "3"})

    text = client.get(f"/plan/meetings/{meeting.id}/").content.decode()
    assert text.index("1. 二") < text.index("2. 一")


def test_the_line_of_plans_ends(plan):
    publish(NEXT_PLAN)

    assert queries.line_of(NEXT_PLAN) == [NEXT_PLAN, PLAN]
    assert queries.line_of(PLAN) == [PLAN]
