"""The office's year: call a meeting, decide, follow up, close the minutes."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from madoguchi.common.registers import Happening
from madoguchi.notices.models import Message
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.models import Department
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.plan import handlers, reading
from madoguchi.plan.actions import facts, publishing, resolutions
from madoguchi.plan.actions import meetings as actions
from madoguchi.plan.actions.achievements import ChangedMeanwhile, ReasonMissing
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.rules import meetings as rules
from madoguchi.plan.tests.factories import ResolutionFactory

NOW = datetime(2024, 6, 3, 6, 0, tzinfo=UTC)
PLAN = "morioka-2021-2025"


@pytest.fixture
def digital(db) -> Department:
    return DepartmentFactory(code="digital", name="情報企画課", email="digital@example.jp")


@pytest.fixture
def office(digital, plan):
    return staff_with("office", department=digital)


@pytest.fixture
def plan(db):
    path = Path(reading.__file__).parent / "catalog" / f"{PLAN}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)


def called(by, held_on: date = date(2024, 6, 3)) -> Meeting:
    return actions.plan_meeting(plan_id=PLAN, held_on=held_on, place="会議室", chair="副市長", by=by, now=NOW)


def item_of(meeting: Meeting, by) -> AgendaItem:
    return actions.add_item(
        meeting=meeting, title="講座の開催", measure_id="3-3", indicator_id="", by=by, now=NOW
    )


def decided(item: AgendaItem, by, **fields: Any) -> Resolution:
    values: dict[str, Any] = {
        "text": "講座を月1回開く",
        "department_code": "digital",
        "due_on": date(2024, 9, 30),
        "indicator_id": "workshops",
        "expected_change": 2.0,
    }
    return resolutions.resolve(item=item, order=resolutions.Order(**values | fields), by=by, now=NOW)


def write(item: AgendaItem, text: str, by, seen: str | None = None) -> None:
    mark = actions.mark_of(item.minutes) if seen is None else seen
    actions.write_minutes(item=item, seen=mark, text=text, by=by, now=NOW)


def test_meetings_are_numbered_through_the_plan(office):
    assert [called(office).number for _n in range(3)] == [1, 2, 3]


def test_what_is_open_makes_the_next_agenda_and_what_is_done_does_not(office):
    first = called(office)
    item = item_of(first, office)
    late, soon = (
        decided(item, office, text="あと", due_on=date(2024, 12, 1)),
        decided(item, office, text="さき"),
    )
    done = decided(item, office, text="すんだ")
    resolutions.finish_resolution(resolution=done, version=1, result="開いた", by=office, now=NOW)

    agenda = called(office, date(2024, 9, 2)).agenda.order_by("position")

    assert [(i.title, i.carried_from_id) for i in agenda] == [
        ("継続：さき", soon.id),
        ("継続：あと", late.id),
    ]


def test_the_value_before_and_after_is_computed(office):
    facts.bring_up("workshops", [Happening(key="1", on=date(2024, 5, 1))])
    one = decided(item_of(called(office), office), office)
    assert one.value_before == 1

    facts.bring_up("workshops", [Happening(key=str(n), on=date(2024, 5, n + 1)) for n in range(4)])
    resolutions.finish_resolution(resolution=one, version=1, result="開いた", by=office, now=NOW)

    assert (one.value_after, one.state) == (4, "done")
    assert rules.effect(before=1, after=4, expected=2) == "as_expected"


def test_closed_minutes_are_kept_as_pdf_and_never_change(office):
    meeting = called(office)
    item = item_of(meeting, office)
    decided(item, office)
    write(item, "各地区の状況を確認した。", office)
    actions.hold_meeting(meeting=meeting, version=meeting.version, by=office, now=NOW)

    actions.close_minutes(meeting=meeting, version=meeting.version, by=office, now=NOW)

    content = signed_in_client(office).get(f"/plan/meetings/{meeting.id}/minutes.pdf").content
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "議事録" in text
    assert "講座を月1回開く" in text
    assert "各地区の状況を確認した。" in text
    for change in (
        lambda: write(item, "x", office),
        lambda: actions.move_item(item=item, up=True, by=office, now=NOW),
        lambda: actions.carry_over(meeting=meeting, by=office, now=NOW),
        lambda: actions.cancel_meeting(meeting=meeting, version=meeting.version, by=office, now=NOW),
        lambda: item_of(meeting, office),
        lambda: decided(item, office),
        lambda: actions.change_meeting(
            meeting=meeting, version=meeting.version, values={}, by=office, now=NOW
        ),
    ):
        with pytest.raises(actions.Closed):
            change()


def test_the_same_minutes_give_the_same_bytes(office):
    from madoguchi.plan import desk_minutes

    meeting = called(office)
    decided(item_of(meeting, office), office)

    one, two = (desk_minutes.paper(meeting, issued_at=NOW).render_apart() for _n in range(2))

    assert one == two


def test_a_result_is_needed_and_given_once(office):
    one = decided(item_of(called(office), office), office)

    with pytest.raises(ReasonMissing):
        resolutions.finish_resolution(resolution=one, version=1, result=" ", by=office, now=NOW)
    resolutions.finish_resolution(resolution=one, version=1, result="取りやめ", by=office, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        resolutions.finish_resolution(resolution=one, version=2, result="x", by=office, now=NOW)


def test_the_department_reports_its_own_and_no_other(office, digital):
    one = decided(item_of(called(office), office), office)
    stranger = staff_with("head")

    with pytest.raises(NotAllowed):
        resolutions.finish_resolution(resolution=one, version=1, result="x", by=stranger, now=NOW)
    head = staff_with("head", department=digital)
    resolutions.finish_resolution(resolution=one, version=1, result="開いた", by=head, now=NOW)

    assert Resolution.objects.get().result == "開いた"


def test_a_point_with_resolutions_stays_on_the_agenda(office):
    item = item_of(called(office), office)
    decided(item, office)

    with pytest.raises(NotAllowed):
        actions.remove_item(item=item, by=office, now=NOW)


def test_the_department_is_reminded_once_for_each_reminder(office, monkeypatch):
    decided(item_of(called(office), office), office)
    told = []
    for day in (
        date(2024, 9, 20),
        date(2024, 9, 24),
        date(2024, 9, 25),
        date(2024, 9, 30),
        date(2024, 10, 7),
    ):
        moment = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
        monkeypatch.setattr("madoguchi.common.clock.now", lambda moment=moment: moment)
        handlers.remind({})
        handlers.remind({})
        told.append(Message.objects.count())

    assert told == [0, 1, 1, 2, 3]
    message = Message.objects.order_by("created_at").first()
    assert message is not None
    assert message.to_address == "digital@example.jp"


# --- rules ---------------------------------------------------------------------------------------------------


@given(due=st.dates(date(2022, 1, 1), date(2025, 1, 1)), days=st.integers(-30, 60))
def test_reminders_come_in_order_and_never_too_early(due, days):
    key = rules.reminder_key(due_on=due, today=due + timedelta(days=days))

    if days < -rules.BEFORE_DAYS:
        assert key == ""
    elif days < 0:
        assert key == "before"
    else:
        assert key == f"after{days // 7}"


@pytest.mark.parametrize(
    ("before", "after", "expected", "word"),
    [
        (10, 13, 3, "as_expected"),
        (10, 11, 3, "less"),
        (10, 10, 3, "none"),
        (10, 9, 3, "none"),
        (10, 7, -3, "as_expected"),
        (None, 7, 3, "unknown"),
        (10, 7, None, "unknown"),
    ],
)
def test_the_effect_is_held_against_what_was_expected(before, after, expected, word):
    assert rules.effect(before=before, after=after, expected=expected) == word


# --- pages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/plan/meetings/", {"officer", "head", "office"}),
        ("/plan/meetings/new/", {"office"}),
        ("/plan/resolutions/", {"officer", "head", "office"}),
    ],
)
@pytest.mark.parametrize("role", ["officer", "head", "office", "approver", "administrator"])
def test_who_sees_which_page(plan, path, allowed, role):
    status = signed_in_client(staff_with(role)).get(path).status_code

    assert status == (200 if role in allowed else 403)


def test_the_offices_meeting_is_done_on_the_pages(office):
    client = signed_in_client(office)
    page = client.post(
        "/plan/meetings/new/", {"held_on": "2024-06-03", "chair": "副市長", "place": "会議室"}, follow=True
    )
    assert "第1回 デジタル推進会議" in page.content.decode()
    meeting = Meeting.objects.get()

    def act(**fields: str) -> str:
        meeting.refresh_from_db()
        form = {"version": str(meeting.version), **fields}
        answer = client.post(f"/plan/meetings/{meeting.id}/change/", form, follow=True)
        return str(answer.content.decode())

    assert "講座の開催" in act(act="add_item", title="講座の開催", measure_id="3-3")
    assert "担当の部署を選んでください。" in act(act="resolve", position="1", text="講座を開く")
    text = act(
        act="resolve",
        position="1",
        text="講座を開く",
        owner="digital",
        due_on="2024-09-30",
        indicator_id="workshops",
        expected_change="１２",
    )
    assert "講座を開く" in text
    assert Resolution.objects.get().expected_change == 12
    act(act="hold")
    act(act="close")

    public = Client(headers={"accept-language": "ja"})
    assert "講座を開く" in public.get("/plan/minutes/").content.decode()
    assert public.get(f"/plan/minutes/{meeting.id}.pdf").content.startswith(b"%PDF")
    assert "議事録が確定した会議" in act(act="add_item", title="x")


def test_minutes_that_are_not_closed_are_not_public(office):
    meeting = called(office)

    assert Client().get(f"/plan/minutes/{meeting.id}.pdf").status_code == 404
    assert (
        "公開している議事録は、まだありません。"
        in Client(headers={"accept-language": "ja"}).get("/plan/minutes/").content.decode()
    )


def test_an_overtaken_change_says_so(office):
    meeting = called(office)
    client = signed_in_client(office)
    form = {"act": "frame", "version": "1", "held_on": "2024-06-04", "chair": "副市長"}
    client.post(f"/plan/meetings/{meeting.id}/change/", form)

    answer = client.post(f"/plan/meetings/{meeting.id}/change/", form | {"chair": "部長"})

    assert answer.status_code == 409
    assert Meeting.objects.get().chair == "副市長"


def test_a_resolution_is_reported_and_postponed_on_its_page(office):
    one = decided(item_of(called(office), office), office)
    client = signed_in_client(office)
    path = f"/plan/resolutions/{one.id}/"

    assert client.post(path, {"version": "1", "act": "finish", "result": ""}).status_code == 422
    client.post(path, {"version": "1", "act": "postpone", "due_on": "2024-12-01", "reason": "会場の都合"})
    page = client.post(path, {"version": "2", "act": "finish", "result": "6回開いた"}, follow=True)

    row = Resolution.objects.get()
    assert (row.due_on, row.result) == (date(2024, 12, 1), "6回開いた")
    assert "指標は、見込んだ向きに動きませんでした。" in page.content.decode()


def test_the_list_of_resolutions_asks_as_often_for_many_as_for_one(office, django_assert_num_queries):
    client = signed_in_client(office)
    first = ResolutionFactory()
    client.get("/plan/resolutions/?state=all")  # the plan is compiled once a process
    with django_assert_num_queries(5):
        client.get("/plan/resolutions/?state=all")
    for _n in range(10):
        ResolutionFactory(item=first.item)

    with django_assert_num_queries(5):
        client.get("/plan/resolutions/?state=all")


def test_a_meeting_at_which_something_was_decided_is_not_called_off(office):
    meeting = called(office)
    decided(item_of(meeting, office), office)

    page = signed_in_client(office).post(
        f"/plan/meetings/{meeting.id}/change/", {"act": "cancel", "version": meeting.version}
    )

    assert page.status_code == 422
    assert "この会議では決定事項が記録されています。" in page.content.decode()
    meeting.refresh_from_db()
    assert meeting.state == "planned"
