"""The pages of keeping and erasing: propose, approve, hold, the city's classes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from madoguchi.applications.actions import disposal as disposals
from madoguchi.applications.models import (
    Application,
    Disposal,
    DisposalItem,
    LegalHold,
    RetentionAssignment,
    RetentionClass,
)
from madoguchi.applications.tests.conftest import SetClock
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    DisposalFactory,
    DisposalItemFactory,
    LegalHoldFactory,
    RetentionAssignmentFactory,
    RetentionClassFactory,
    offered,
)
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.actions.restrictions import restrict
from madoguchi.identity.rules import RestrictionReason
from madoguchi.organization.tests.factories import signed_in_client, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

LATER = datetime(2032, 4, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def desk() -> Desk:
    found = open_desk()
    row = RetentionClassFactory(id="five-years")
    RetentionAssignmentFactory(procedure_id=offered().procedure_id, retention_class=row)
    return found


def closed(desk: Desk) -> Application:
    return ApplicationFactory(closed=True, officer=desk["officer"])


def proposed(desk: Desk) -> Disposal:
    """Pressed on the page."""
    response = desk.browser("officer").post(
        reverse("desk:retention_propose"), {"department": desk.department.code}
    )
    assert response.status_code == 302
    return Disposal.objects.latest("proposed_at", "id")


def address(disposal: Disposal, name: str = "disposal") -> str:
    return reverse(f"desk:{name}", args=[disposal.id])


def test_a_day_of_erasing_from_the_list_to_the_proof(desk: Desk, set_clock: SetClock) -> None:
    application = closed(desk)
    number = grouped(application.receipt_number)
    set_clock(LATER)
    overview = text_of(desk.browser("officer").get(reverse("desk:retention")))
    assert "廃棄を起案する" in overview
    assert "5年保存" in overview
    disposal = proposed(desk)
    page = text_of(desk.browser("head").get(address(disposal)))
    assert number in page
    assert "髙橋" not in page

    unsure = desk.browser("head").post(address(disposal), {"act": "approve", "version": 1})
    assert unsure.status_code == 422
    sure = desk.browser("head").post(address(disposal), {"act": "approve", "version": 1, "sure": "1"})
    assert sure.status_code == 302
    disposals.run_disposal(disposal.id)

    page = text_of(desk.browser("head").get(address(disposal)))
    assert "廃棄済み" in page
    assert number not in page
    proof = both_files(desk.browser("head"), address(disposal, "disposal_proof"))
    assert proof[1][0] == str(application.id)
    assert desk["head"].display_name in proof[1]
    gone = desk.browser("officer").get(url_of("case", application))
    assert gone.status_code == 410
    assert "廃棄済み" in text_of(gone)
    inbox = text_of(desk.browser("officer").get(reverse("desk:inbox"), {"tab": "done"}))
    assert "~" not in inbox.split("<main")[1].split("</main>")[0]


def test_the_list_of_a_proposal_is_a_file_for_the_archive(desk: Desk, set_clock: SetClock) -> None:
    application = closed(desk)
    set_clock(LATER)
    disposal = proposed(desk)

    lines = both_files(desk.browser("approver"), address(disposal, "disposal_csv"))

    assert lines[1][0] == grouped(application.receipt_number)
    assert "2032-03-31" in lines[1]
    looks = AuditEntry.objects.filter(subject=f"disposal:{disposal.id}", act="read")
    assert sorted(look.detail["act"] for look in looks) == ["csv", "excel"]


@pytest.mark.parametrize(
    ("who", "data", "status"),
    [
        ("officer", {"act": "approve", "sure": "1"}, 409),
        ("approver", {"act": "approve", "sure": "1"}, 409),
        ("stranger", {"act": "approve", "sure": "1"}, 404),
        ("head", {"act": "approve", "sure": "1", "version": "9"}, 409),
        ("head", {"act": "approve", "sure": "1", "version": "x"}, 409),
        ("head", {"act": "reject", "reason": ""}, 422),
        ("head", {"act": "reject", "reason": "あ" * 1001}, 422),
        ("head", {"act": "withdraw"}, 409),
        ("head", {"act": ""}, 422),
    ],
)
def test_what_makes_no_sense_erases_nothing(
    desk: Desk, set_clock: SetClock, who: str, data: dict[str, str], status: int
) -> None:
    closed(desk)
    set_clock(LATER)
    disposal = proposed(desk)

    response = desk.browser(who).post(address(disposal), {"version": "1"} | data)

    assert response.status_code == status
    disposal.refresh_from_db()
    assert disposal.state == Disposal.State.PROPOSED


def test_a_rejection_keeps_everything_and_tells_its_reason(desk: Desk, set_clock: SetClock) -> None:
    closed(desk)
    set_clock(LATER)
    disposal = proposed(desk)

    desk.browser("head").post(
        address(disposal), {"act": "reject", "version": 1, "reason": "監査の対象のため"}
    )

    assert "監査の対象のため" in text_of(desk.browser("officer").get(address(disposal)))
    assert DisposalItem.objects.get().state == "kept"


def test_nothing_due_and_a_department_of_others_are_told(desk: Desk) -> None:
    nothing = desk.browser("officer").post(
        reverse("desk:retention_propose"), {"department": desk.department.code}
    )
    others = desk.browser("stranger").post(
        reverse("desk:retention_propose"), {"department": desk.department.code}
    )

    assert (nothing.status_code, others.status_code) == (409, 404)


def test_a_proposal_asks_as_often_for_many_cases_as_for_one(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    disposal = DisposalFactory()
    for _n in range(8):
        DisposalItemFactory(disposal=disposal)
    browser = desk.browser("head")
    browser.get(address(disposal))

    with django_assert_max_num_queries(14):
        browser.get(address(disposal))


# --- holds -----------------------------------------------------------------------------------------------------


def hold_page(application: Application) -> str:
    return reverse("desk:retention_case", args=[application.id])


def test_a_case_is_held_reviewed_and_let_go_on_its_page(desk: Desk) -> None:
    application = closed(desk)
    version = application.version
    officer, head = desk.browser("officer"), desk.browser("head")
    data = {
        "act": "hold",
        "kind": "appeal",
        "reason": "審査請求が続いているため",
        "review_on": "2027-04-01",
        "version": version,
    }
    assert "2032年3月31日" in text_of(officer.get(hold_page(application)))
    assert officer.post(hold_page(application), data).status_code == 302
    assert "審査請求が続いているため" in text_of(officer.get(reverse("desk:retention_holds")))

    late = desk.browser("second").post(hold_page(application), data)
    assert late.status_code == 409
    officer.post(hold_page(application), {"act": "review", "review_on": "令和9年10月1日"})
    assert LegalHold.objects.get().review_on.isoformat() == "2027-10-01"
    denied = officer.post(hold_page(application), {"act": "end", "reason": "終わった"})
    assert denied.status_code == 409
    assert head.post(hold_page(application), {"act": "end", "reason": "裁決が確定"}).status_code == 302
    assert "裁決が確定" in text_of(head.get(hold_page(application)))
    assert "廃棄の保留" in text_of(head.get(url_of("case", application)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"kind": ""},
        {"review_on": "いつか"},
        {"review_on": "2020-01-01"},
        {"reason": "あ" * 1001},
    ],
)
def test_a_hold_with_something_missing_keeps_what_was_typed(desk: Desk, wrong: dict[str, str]) -> None:
    application = closed(desk)
    data = {"act": "hold", "kind": "appeal", "reason": "審査請求", "review_on": "2027-04-01"}

    response = desk.browser("officer").post(
        hold_page(application), data | {"version": str(application.version)} | wrong
    )

    assert response.status_code == 422
    typed = data | wrong
    assert typed["reason"] in text_of(response)
    assert not LegalHold.objects.exists()


def test_the_reason_of_a_protected_case_is_not_in_the_list_of_holds(desk: Desk) -> None:
    application = closed(desk)
    LegalHoldFactory(application=application, reason="髙橋花子の訴訟")
    restrict(
        subject=f"application:{application.id}",
        reason=next(iter(RestrictionReason)),
        responsible_department=desk.department.code,
        by=desk["head"],
        now=clock.now(),
    )

    page = text_of(desk.browser("officer").get(reverse("desk:retention_holds")))

    assert grouped(application.receipt_number) in page
    assert "訴訟" not in page.split("<tbody")[1].replace("審査請求・訴訟", "")
    assert desk.browser("officer").get(hold_page(application)).status_code == 403


def test_a_hold_to_look_at_again_is_counted_on_the_overview(desk: Desk, set_clock: SetClock) -> None:
    LegalHoldFactory(application=closed(desk), review_on=clock.today() + timedelta(days=10))
    set_clock(clock.now() + timedelta(days=11))

    assert "見直す日が来たもの：1件" in text_of(desk.browser("officer").get(reverse("desk:retention")))


# --- classes ---------------------------------------------------------------------------------------------------


CLASSES = "desk:retention_classes"


def test_the_office_adds_changes_assigns_and_deletes_a_class(desk: Desk) -> None:
    office = signed_in_client(staff_with("office"))
    values = {"title": "10年保存", "years": "10", "basis": "文書管理規程"}
    assert office.get(reverse("desk:retention")).status_code == 200

    office.post(reverse(CLASSES), {"act": "add", "class_id": "ten-years"} | values)
    office.post(
        reverse(CLASSES), {"act": "change", "class_id": "ten-years", "version": 1} | values | {"years": "11"}
    )
    office.post(
        reverse(CLASSES),
        {
            "act": "assign",
            "procedure": offered().procedure_id,
            "retention_class": "ten-years",
            "version": 1,
        },
    )
    office.post(reverse(CLASSES), {"act": "delete", "class_id": "five-years"})

    row = RetentionClass.objects.get()
    assert (row.id, row.years, row.version) == ("ten-years", 11, 2)
    assert RetentionAssignment.objects.get().retention_class == row
    page = text_of(office.get(reverse(CLASSES)))
    assert "手続の区分による（11年）" in page
    assert "applications.Application" in page


@pytest.mark.parametrize(
    ("data", "status", "place"),
    [
        ({"act": "add", "class_id": "x", "title": "", "years": "5", "basis": "規程"}, 422, "#title"),
        ({"act": "add", "class_id": "x", "title": "名", "years": "0", "basis": "規程"}, 422, "#years"),
        ({"act": "add", "class_id": "x", "title": "名", "years": "五", "basis": "規程"}, 422, "#years"),
        ({"act": "add", "class_id": "あ", "title": "名", "years": "5", "basis": "規程"}, 422, "#class_id"),
        (
            {"act": "add", "class_id": "five-years", "title": "名", "years": "5", "basis": "規"},
            422,
            "#class_id",
        ),
        ({"act": "delete", "class_id": "five-years"}, 422, "#main"),
        ({"act": "change", "class_id": "none", "title": "名", "years": "5", "basis": "規"}, 409, "#main"),
        (
            {
                "act": "change",
                "class_id": "five-years",
                "version": "7",
                "title": "名",
                "years": "5",
                "basis": "規",
            },
            409,
            "#main",
        ),
        ({"act": "assign", "procedure": "child-allowance-claim", "retention_class": "no"}, 422, "#class-of"),
        ({"act": "nonsense"}, 422, "#main"),
    ],
)
def test_a_class_that_cannot_be_is_refused_at_its_field(
    desk: Desk, data: dict[str, str], status: int, place: str
) -> None:
    response = signed_in_client(staff_with("office")).post(reverse(CLASSES), data)

    assert response.status_code == status
    assert f'href="{place}' in text_of(response)
    assert RetentionClass.objects.get().version == 1


def test_a_head_reads_the_table_and_changes_nothing(desk: Desk) -> None:
    browser = desk.browser("head")
    data = {"act": "add", "class_id": "x", "title": "名", "years": "5", "basis": "規程"}

    page = text_of(browser.get(reverse(CLASSES)))

    assert "区分を追加する" not in page
    assert browser.post(reverse(CLASSES), data).status_code == 403
    assert RetentionClass.objects.count() == 1
