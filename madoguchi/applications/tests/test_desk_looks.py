"""What is new since one's last look, and who else is in the case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from madoguchi.applications import actions
from madoguchi.applications.desk_looks import EDITING_FOR, OPEN_FOR, SAME_LOOK, looks_at
from madoguchi.applications.models import Application, CaseLook
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.desks import Desk, audited, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    AttachmentFactory,
    ContactFactory,
    InternalNoteFactory,
    MessageFactory,
)
from madoguchi.common import clock
from madoguchi.identity.tests.factories import RestrictionFactory, StaffSessionFactory
from madoguchi.organization.tests.factories import signed_in_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

CHANGES = "前回見たあとの動き"


@pytest.fixture
def desk(set_clock: SetClock) -> Desk:
    return open_desk()


@pytest.fixture
def case(desk: Desk) -> Application:
    return ApplicationFactory(in_review=True, officer=desk["officer"])


def page(desk: Desk, case: Application, who: str = "officer", name: str = "case") -> str:
    desk.browsers.pop(who, None)  # after half an hour one signs in again
    return text_of(desk.browser(who).get(url_of(name, case)))


def later(set_clock: SetClock, minutes: int) -> None:
    set_clock(clock.now() + timedelta(minutes=minutes))


# --- what is new ---------------------------------------------------------------------------------------------


def test_a_first_look_and_one_after_which_nothing_happened_tell_of_no_changes(
    desk: Desk, case: Application, set_clock: SetClock
) -> None:
    assert CHANGES not in page(desk, case)
    later(set_clock, 60)

    assert CHANGES not in page(desk, case)


def test_what_others_did_since_the_last_look_stands_on_top(
    desk: Desk, case: Application, set_clock: SetClock
) -> None:
    page(desk, case)
    later(set_clock, 60)
    now = clock.now()
    InternalNoteFactory(application=case, author=desk["second"], at=now, text="窓口で話を聞いた。")
    MessageFactory(application=case, at=now, text="来週に送ります。")
    ContactFactory(application=case, recorded_by=desk["second"], recorded_at=now, gist="電話があった。")
    AttachmentFactory(owner_id=case.id, added_at=now, name="新しい写真.jpg")
    actions.edit_answer(
        application=case,
        target="applicant_phone",
        value="0196514111",
        reason="確かめた。",
        channel="telephone",
        by=desk["head"],
        now=now,
    )
    later(set_clock, 1)

    block = page(desk, case).partition(CHANGES)[2].partition("</section>")[0]

    for told in (
        "電話があった。",
        "窓口で話を聞いた。",
        "来週に送ります。",
        "新しい写真.jpg",
        "回答の訂正",
        "019-651-4111",
    ):
        assert told in block
    later(set_clock, 1)
    assert CHANGES in page(desk, case)  # loaded again, it is the same look
    later(set_clock, 60)
    assert CHANGES not in page(desk, case)


def test_the_answer_to_a_correction_is_told_with_before_and_after(desk: Desk, set_clock: SetClock) -> None:
    case = ApplicationFactory(returned=True, officer=desk["officer"])
    page(desk, case)
    later(set_clock, 60)
    values = {"applicant_phone": "0196514111"}
    actions.answer_correction(application=case, values=values, files={}, now=clock.now())
    later(set_clock, 1)

    block = page(desk, case).partition(CHANGES)[2].partition("</section>")[0]

    assert "補正の回答" in block
    assert "019-651-4111" in block


def test_ones_own_acts_are_no_news(desk: Desk, case: Application, set_clock: SetClock) -> None:
    page(desk, case)
    later(set_clock, 60)
    actions.add_note(application=case, text="自分のメモ", by=desk["officer"], now=clock.now())
    actions.hand_over(application=case, to=desk["second"], by=desk["officer"], now=clock.now())
    later(set_clock, 1)

    assert CHANGES not in page(desk, case)


def test_a_page_of_the_case_that_tells_no_news_leaves_them_new(
    desk: Desk, case: Application, set_clock: SetClock
) -> None:
    page(desk, case)
    later(set_clock, 60)
    InternalNoteFactory(application=case, author=desk["second"], at=clock.now())
    later(set_clock, 60)

    page(desk, case, name="case_files")
    later(set_clock, 1)

    assert CHANGES in page(desk, case)


def test_many_changes_ask_as_often_as_one(desk: Desk, case: Application, set_clock: SetClock) -> None:
    page(desk, case)
    later(set_clock, 60)
    counts = []
    for _round in range(2):
        for _ in range(_round * 20 + 1):
            InternalNoteFactory(application=case, author=desk["second"], at=clock.now())
            MessageFactory(application=case, at=clock.now())
            ContactFactory(application=case, recorded_by=desk["second"], recorded_at=clock.now())
            AttachmentFactory(owner_id=case.id, added_at=clock.now())
        later(set_clock, 1)
        with CaptureQueriesContext(connection) as asked_for:
            assert CHANGES in page(desk, case)
        counts.append(len(asked_for))

    assert counts[0] == counts[1]


# --- who is there --------------------------------------------------------------------------------------------


def test_two_people_in_the_same_case_see_each_other(desk: Desk, case: Application) -> None:
    page(desk, case)

    second = page(desk, case, "second")

    assert "立花 和也さんも、この申請を開いています。" in second
    assert "山本 実さんも、この申請を開いています。" in page(desk, case)


def test_who_is_about_to_change_the_case_is_warned_of(desk: Desk, case: Application) -> None:
    page(desk, case, name="case_return")

    assert "立花 和也さんが、この申請の操作の画面を開いています。" in page(desk, case, "second")
    page(desk, case)
    assert "立花 和也さんも、この申請を開いています。" in page(desk, case, "second")


def test_a_look_ends_by_itself(desk: Desk, case: Application, set_clock: SetClock) -> None:
    page(desk, case, name="case_return")
    set_clock(NOW + OPEN_FOR + timedelta(seconds=1))

    assert "立花 和也さん" not in page(desk, case, "second").partition('class="case-head"')[0]


def test_who_signed_out_is_in_no_case_and_is_again_only_after_signing_in(
    desk: Desk, case: Application
) -> None:
    page(desk, case, name="case_return")
    other_device = signed_in_client(desk["officer"])
    desk.browser("officer").post(reverse("identity:sign-out"))
    assert "立花 和也さん" in page(desk, case, "second")  # still there, at another device

    other_device.post(reverse("identity:sign-out"))

    assert looks_at(case.id, staff=desk["second"], now=clock.now()).others == ()
    assert "立花 和也さん" not in page(desk, case, "second").partition('class="case-head"')[0]
    StaffSessionFactory(
        staff=desk["officer"], pending=True, now=clock.now()
    )  # the password alone opens nothing
    assert looks_at(case.id, staff=desk["second"], now=clock.now()).others == ()
    page(desk, case)
    assert "立花 和也さんも、この申請を開いています。" in page(desk, case, "second")


def test_editing_is_over_before_the_look_is_where_the_script_goes_on_telling(
    desk: Desk, case: Application, set_clock: SetClock
) -> None:
    browser = desk.browser("officer")
    page(desk, case, name="case_return")
    set_clock(NOW + timedelta(minutes=4))
    browser.get(url_of("case_presence", case) + "?editing=1")
    set_clock(NOW + timedelta(minutes=8))

    looks = looks_at(case.id, staff=desk["second"], now=clock.now())

    assert [(other.name, other.is_editing) for other in looks.others] == [("立花 和也", True)]
    assert EDITING_FOR > OPEN_FOR
    assert SAME_LOOK > OPEN_FOR


def test_the_script_is_told_names_of_colleagues_and_nothing_of_the_case(
    desk: Desk, case: Application, set_clock: SetClock
) -> None:
    page(desk, case)
    before = audited(case)

    response = desk.browser("second").get(url_of("case_presence", case))

    text = text_of(response)
    assert "立花 和也さん" in text
    assert "<html" not in text
    assert case.applicant_name.split()[0] not in text
    assert audited(case) == before
    look = CaseLook.objects.get(staff=desk["second"])
    assert look.since_at is None


def test_the_script_does_not_make_news_old(desk: Desk, case: Application, set_clock: SetClock) -> None:
    page(desk, case)
    later(set_clock, 60)
    InternalNoteFactory(application=case, author=desk["second"], at=clock.now())
    later(set_clock, 60)

    page(desk, case, name="case_presence")

    assert CHANGES in page(desk, case)


def test_a_protected_case_is_asked_about_only_with_a_purpose(desk: Desk, case: Application) -> None:
    subject = f"application:{case.id}"
    RestrictionFactory(subject=subject, responsible_department=desk.department.code, today=clock.today())

    assert desk.browser("officer").get(url_of("case_presence", case)).status_code == 403
    assert CaseLook.objects.count() == 0
