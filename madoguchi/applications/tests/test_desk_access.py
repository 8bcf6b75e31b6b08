"""Who gets to which page of the desk, and what the record says of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.applications.models import Application
from madoguchi.applications.tests.desks import Desk, audited, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, AttachmentFactory, DraftFactory
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.tests.factories import JobFactory

pytestmark = pytest.mark.django_db

OK, DENIED, GONE, MOVED = 200, 403, 404, 302


@pytest.fixture
def desk() -> Desk:
    return open_desk()


# Who asks:            officer second approver head stranger administrator
LISTS = {
    "/desk/": (OK, OK, OK, OK, OK, 302),  # sent on to where an administrator begins
    "/desk/list.csv": (OK, OK, OK, OK, OK, DENIED),
    "/desk/new/": (OK, OK, DENIED, OK, OK, DENIED),
    "/desk/opinions/": (OK, OK, OK, OK, OK, DENIED),
    "/desk/opinions/list.csv": (OK, OK, OK, OK, OK, DENIED),
    "/desk/fees/": (OK, OK, OK, OK, OK, DENIED),
    "/desk/fees/list.csv": (OK, OK, OK, OK, OK, DENIED),
    "/desk/fees/day/": (OK, OK, OK, OK, OK, DENIED),
    "/desk/fees/day/records.csv": (OK, OK, OK, OK, OK, DENIED),
    "/desk/fees/day/sums.csv": (OK, OK, OK, OK, OK, DENIED),
    "/desk/alarms/": (DENIED, DENIED, DENIED, OK, DENIED, DENIED),
    "/desk/jobs/": (DENIED, DENIED, DENIED, DENIED, DENIED, OK),
}
CASES = {
    "case": (OK, OK, OK, OK, GONE, DENIED),
    "case_copy": (OK, OK, OK, OK, GONE, DENIED),
    "case_letter": (OK, OK, OK, OK, GONE, DENIED),
    "case_decide": (OK, OK, OK, OK, GONE, DENIED),
    "case_return": (OK, OK, DENIED, OK, GONE, DENIED),
    "case_contacts": (OK, OK, OK, OK, GONE, DENIED),
    "case_contacts_csv": (OK, OK, OK, OK, GONE, DENIED),
    "case_edit": (OK, OK, DENIED, OK, GONE, DENIED),
    "case_extend": (OK, OK, DENIED, OK, GONE, DENIED),
    "case_files": (OK, OK, OK, OK, GONE, DENIED),
    "case_opinions": (OK, OK, DENIED, OK, GONE, DENIED),
    "case_presence": (OK, OK, OK, OK, GONE, DENIED),
    "case_propose": (OK, OK, DENIED, OK, GONE, DENIED),
    "case_withdraw": (OK, OK, DENIED, OK, GONE, DENIED),
    "case_receipt": (OK, OK, DENIED, OK, GONE, DENIED),
    "case_protection": (DENIED, DENIED, DENIED, OK, DENIED, DENIED),
    "case_answer": (DENIED, DENIED, DENIED, DENIED, GONE, DENIED),  # nothing to answer
}
WHO = ("officer", "second", "approver", "head", "stranger", "administrator")


@pytest.mark.parametrize("address", LISTS)
def test_lists_open_for_their_roles(desk: Desk, address: str) -> None:
    found = tuple(desk.browser(who).get(address).status_code for who in WHO)

    assert found == LISTS[address]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_pages_of_a_case_open_for_their_roles_in_its_department(desk: Desk, name: str) -> None:
    case = ApplicationFactory(proposed=True, officer=desk["officer"])

    found = tuple(desk.browser(who).get(url_of(name, case)).status_code for who in WHO)

    assert found == CASES[name]


# Who may do what to a case that nobody holds, and to one that the officer holds; the stranger finds no case at all.
NOBODY_HOLDS, OFFICER_HOLDS = False, True
POSTS = {
    ("case_take", NOBODY_HOLDS): (MOVED, MOVED, DENIED, MOVED, GONE, DENIED),
    ("case_take", OFFICER_HOLDS): (MOVED, DENIED, DENIED, DENIED, GONE, DENIED),
    ("case_hand_over", OFFICER_HOLDS): (MOVED, MOVED, DENIED, MOVED, GONE, DENIED),
    ("case_note", NOBODY_HOLDS): (MOVED, MOVED, DENIED, MOVED, GONE, DENIED),
    ("case_note", OFFICER_HOLDS): (MOVED, MOVED, DENIED, MOVED, GONE, DENIED),
    ("case_withdraw", NOBODY_HOLDS): (DENIED, DENIED, DENIED, MOVED, GONE, DENIED),
    ("case_withdraw", OFFICER_HOLDS): (MOVED, DENIED, DENIED, MOVED, GONE, DENIED),
    ("case_return", NOBODY_HOLDS): (DENIED, DENIED, DENIED, DENIED, GONE, DENIED),
    ("case_return", OFFICER_HOLDS): (MOVED, DENIED, DENIED, MOVED, GONE, DENIED),
    ("case_extend", NOBODY_HOLDS): (DENIED, DENIED, DENIED, MOVED, GONE, DENIED),
    ("case_extend", OFFICER_HOLDS): (MOVED, DENIED, DENIED, MOVED, GONE, DENIED),
    ("case_propose", NOBODY_HOLDS): (DENIED, DENIED, DENIED, DENIED, GONE, DENIED),
    ("case_propose", OFFICER_HOLDS): (MOVED, DENIED, DENIED, MOVED, GONE, DENIED),
}
FORMS = {
    "case_take": {},
    "case_hand_over": {"to": "nobody"},
    "case_note": {"text": "電話した。"},
    "case_withdraw": {"reason": "本人の申出", "channel": "telephone"},
    "case_return": {
        "item": "question:applicant_phone",
        "code.question:applicant_phone": "document_missing",
        "answer_by": (clock.today() + timedelta(days=14)).isoformat(),
    },
    "case_extend": {
        "to_on": (clock.today() + timedelta(days=60)).isoformat(),
        "reason": "調査に日時を要するため。",
        "act": "extend",
    },
    "case_propose": {"kind": "certified", "reason": "", "act": "propose"},
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "is_held"), POSTS)
def test_what_is_done_to_a_case_is_done_by_its_roles_and_by_who_holds_it(
    desk: Desk, name: str, is_held: bool
) -> None:
    found = []
    for who in WHO:
        case = ApplicationFactory(in_review=is_held, officer=desk["officer"])
        form = FORMS[name] | {"version": str(case.version)}
        found.append(desk.browser(who).post(url_of(name, case), form).status_code)

    assert tuple(found) == POSTS[name, is_held]


@pytest.mark.parametrize(
    "name", ["case_return", "case_edit", "case_opinions", "case_extend", "case_propose", "case_withdraw"]
)
def test_who_does_not_hold_a_case_reads_how_to_come_by_it(desk: Desk, name: str) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    sentence = "立花 和也さんが担当しています。「担当を変える」で引き継いでから行ってください。"

    assert sentence in text_of(desk.browser("second").get(url_of(name, case)))
    assert text_of(desk.browser("second").get(url_of("case", case))).count(sentence) == 6
    desk.browser("second").post(
        url_of("case_hand_over", case), {"version": "2", "to": str(desk["second"].id)}
    )
    assert sentence not in text_of(desk.browser("second").get(url_of(name, case)))


def test_a_case_given_back_to_the_department_is_taken_before_anything_is_done(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    desk.browser("officer").post(url_of("case_hand_over", case), {"version": "2", "to": "nobody"})

    form = FORMS["case_propose"] | {"version": "3"}
    refused = desk.browser("officer").post(url_of("case_propose", case), form)

    assert refused.status_code == DENIED
    assert "先に「担当する」を押してください。" in text_of(refused)


@pytest.mark.parametrize("name", ["entry", "entry_check", "entry_discard"])
def test_an_entry_opens_for_those_who_handle_cases_of_its_department(desk: Desk, name: str) -> None:
    draft = DraftFactory(entered=True, entered_by=desk["officer"])
    address = (
        f"/desk/new/{draft.id}/" + {"entry": "", "entry_check": "check/", "entry_discard": "discard/"}[name]
    )

    found = tuple(desk.browser(who).get(address).status_code for who in WHO)

    assert found == (OK, OK, DENIED, OK, GONE, DENIED)


def test_a_draft_of_a_resident_is_no_entry(desk: Desk) -> None:
    draft = DraftFactory()

    assert desk.browser("officer").get(f"/desk/new/{draft.id}/").status_code == GONE


def test_files_of_a_case_are_not_reached_through_another_case(desk: Desk) -> None:
    mine, other = ApplicationFactory(), ApplicationFactory()
    file = AttachmentFactory(owner_id=other.id)

    for name, more in (("file", ()), ("file_download", ()), ("file_page", (1,))):
        assert desk.browser("officer").get(url_of(name, mine, file.id, *more)).status_code == GONE


def test_whoever_is_not_signed_in_is_asked_to(client, desk: Desk) -> None:
    case = ApplicationFactory()

    response = client.get(url_of("case", case))

    assert case.applicant_name not in text_of(response)
    assert response.status_code in (302, 401, 403)


def test_every_page_of_a_case_is_recorded_as_a_read_with_who_and_which_page(desk: Desk) -> None:
    case = ApplicationFactory()

    desk.browser("officer").get(url_of("case", case))
    desk.browser("officer").get(url_of("case_receipt", case))

    entries = AuditEntry.objects.filter(subject=f"application:{case.id}", act="read").order_by("at", "id")
    assert [(e.actor, e.purpose, e.detail["page"]) for e in entries] == [
        (desk["officer"].actor, "case", "case"),
        (desk["officer"].actor, "case", "case_receipt"),
    ]


def test_a_refused_look_at_another_departments_case_is_recorded(desk: Desk) -> None:
    case = ApplicationFactory()

    desk.browser("stranger").get(url_of("case", case))

    assert audited(case) == ["read_denied"]


def test_the_record_holds_no_personal_data(desk: Desk) -> None:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    browser = desk.browser("officer")
    browser.post("/desk/", {"q": case.applicant_name})
    browser.get(url_of("case", case))
    browser.get("/desk/")

    written = " ".join(str(row) for row in AuditEntry.objects.values_list("purpose", "detail", "subject"))

    assert case.applicant_name not in written
    assert "髙橋" not in written


def test_a_case_nobody_filed_is_not_there(desk: Desk) -> None:
    case = ApplicationFactory()
    address = url_of("case", case)
    Application.objects.filter(id=case.id).update(department_code="elsewhere")

    assert desk.browser("officer").get(address).status_code == GONE
    assert desk.browser("officer").get("/desk/case/00000000-0000-7000-8000-000000000000/").status_code == GONE


def test_only_an_administrator_may_have_a_job_done_again(desk: Desk) -> None:
    job = JobFactory()

    found = tuple(desk.browser(who).post(f"/desk/jobs/{job.id}/again/").status_code for who in WHO)

    assert found == (DENIED, DENIED, DENIED, DENIED, DENIED, MOVED)
