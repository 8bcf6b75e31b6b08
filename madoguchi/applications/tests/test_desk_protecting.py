"""Protected people (支援措置): a purpose first, an alarm, and nobody outside the responsible department."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_string

import pytest

from madoguchi.applications.alarms import ALARM, tell_protected_opening
from madoguchi.applications.models import Application, InternalNote
from madoguchi.applications.tests.desks import Desk, audited, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, AttachmentFactory
from madoguchi.audit.models import AuditEntry
from madoguchi.audit.tests.factories import rewritable
from madoguchi.common import clock
from madoguchi.common.models import Job
from madoguchi.identity.models import Restriction
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.notices.models import Message

pytestmark = pytest.mark.django_db
PURPOSE = "本人から窓口で状況を聞かれたため"


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def case(desk: Desk) -> Application:
    case = ApplicationFactory(in_review=True, officer=desk["officer"])
    protect(case, desk.department.code)
    return case


def protect(case: Application, department: str, **fields) -> Restriction:
    return RestrictionFactory(
        subject=f"application:{case.id}", responsible_department=department, today=clock.today(), **fields
    )


def state(desk: Desk, case: Application, purpose: str = PURPOSE, who: str = "officer", **form: str):
    return desk.browser(who).post(url_of("case_purpose", case), {"purpose": purpose} | form)


@pytest.mark.parametrize(
    "name", ["case", "case_copy", "case_return", "case_propose", "case_receipt", "case_decide"]
)
def test_a_protected_case_asks_for_a_purpose_before_anything_is_shown(
    desk: Desk, case: Application, name: str
) -> None:
    response = desk.browser("officer").get(url_of(name, case))

    assert response.status_code == 403
    assert "閲覧の理由" in text_of(response)
    assert case.applicant_name not in text_of(response)


def test_files_of_a_protected_case_ask_for_a_purpose_too(desk: Desk, case: Application) -> None:
    file = AttachmentFactory(owner_id=case.id)

    for name, more in (("file", ()), ("file_download", ()), ("file_page", (1,))):
        assert desk.browser("officer").get(url_of(name, case, file.id, *more)).status_code == 403


def test_with_a_stated_purpose_the_case_opens_and_each_look_is_recorded_with_it(
    desk: Desk, case: Application
) -> None:
    response = state(desk, case)
    text = text_of(desk.browser("officer").get(url_of("case", case)))

    assert response["Location"] == url_of("case", case)
    assert case.applicant_name in text
    assert "支援措置の対象です" in text
    looked = AuditEntry.objects.get(subject=f"application:{case.id}", act="read_protected")
    assert (looked.actor, looked.purpose) == (desk["officer"].actor, PURPOSE)


def test_stating_a_purpose_raises_the_alarm_in_the_record_and_as_a_job(desk: Desk, case: Application) -> None:
    state(desk, case)

    alarm = AuditEntry.objects.get(act=ALARM)
    job = Job.objects.get(kind="applications.tell_protected_opening")
    assert alarm.subject == f"department:{desk.department.code}"
    assert alarm.detail["application"] == str(case.id)
    assert alarm.actor == desk["officer"].actor
    assert job.payload["application"] == str(case.id)
    assert PURPOSE not in str(job.payload)


def test_the_responsible_department_gets_one_mail_that_names_nobody_protected(
    desk: Desk, case: Application
) -> None:
    desk.department.email = "kodomo@city.example.jp"
    desk.department.save()
    state(desk, case)
    job = Job.objects.get(kind="applications.tell_protected_opening")

    tell_protected_opening(job.payload)
    tell_protected_opening(job.payload)

    mail = Message.objects.get()
    assert mail.to_address == "kodomo@city.example.jp"
    assert "立花 和也" in mail.body
    assert case.applicant_name not in mail.body + mail.subject
    assert PURPOSE not in mail.body
    assert message_from_string(f"Subject: {mail.subject}\n\n").get("Subject")


def test_a_department_without_an_address_gets_no_mail(desk: Desk, case: Application) -> None:
    state(desk, case)

    tell_protected_opening(Job.objects.get(kind="applications.tell_protected_opening").payload)

    assert Message.objects.count() == 0


@pytest.mark.parametrize("purpose", ["", "   ", "業務", "あ" * 201])
def test_a_purpose_that_explains_nothing_opens_nothing(desk: Desk, case: Application, purpose: str) -> None:
    response = state(desk, case, purpose)

    assert response.status_code == 422
    assert desk.browser("officer").get(url_of("case", case)).status_code == 403


def test_a_purpose_holds_for_an_hour_for_one_person_and_one_case(desk: Desk, case: Application) -> None:
    other = ApplicationFactory()
    protect(other, desk.department.code)
    state(desk, case)

    assert desk.browser("officer").get(url_of("case", case)).status_code == 200
    assert desk.browser("second").get(url_of("case", case)).status_code == 403
    assert desk.browser("officer").get(url_of("case", other)).status_code == 403

    with rewritable():
        AuditEntry.objects.update(at=clock.now() - timedelta(minutes=61))
    assert desk.browser("officer").get(url_of("case", case)).status_code == 403


def test_what_was_typed_for_longer_than_the_purpose_holds_is_still_taken(
    desk: Desk, case: Application
) -> None:
    state(desk, case)
    with rewritable():
        AuditEntry.objects.update(at=clock.now() - timedelta(minutes=90))

    response = desk.browser("officer").post(url_of("case_note", case), {"text": "長いメモ"})

    assert response.status_code == 302
    assert InternalNote.objects.get().text == "長いメモ"


def test_after_the_purpose_one_is_led_to_the_page_one_wanted(desk: Desk, case: Application) -> None:
    wanted = url_of("case_return", case)

    assert wanted in text_of(desk.browser("officer").get(wanted))
    assert state(desk, case, then=wanted)["Location"] == wanted


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example", "/desk/jobs/", "\\\\evil"])
def test_nobody_is_led_elsewhere_after_the_purpose(desk: Desk, case: Application, then: str) -> None:
    assert state(desk, case, then=then)["Location"] == url_of("case", case)


def test_another_departments_protected_case_is_shown_to_nobody_even_with_a_purpose(desk: Desk) -> None:
    case = ApplicationFactory()
    protect(case, "rights")

    for who in ("officer", "approver", "head"):
        response = desk.browser(who).get(url_of("case", case))
        assert response.status_code == 403
        assert "担当者に確認してください" in text_of(response)
        assert case.applicant_name not in text_of(response)
        assert state(desk, case, who=who).status_code == 403
    assert set(audited(case)) == {"read_denied"}


def test_nothing_is_done_to_a_protected_case_without_a_purpose(desk: Desk, case: Application) -> None:
    response = desk.browser("officer").post(
        url_of("case_withdraw", case), {"version": "2", "channel": "paper", "reason": "理由"}
    )

    assert response.status_code == 403
    assert Application.objects.get(id=case.id).status == "in_review"


def test_the_head_protects_a_case_for_a_term_with_a_reason(desk: Desk) -> None:
    case = ApplicationFactory()
    until = clock.today() + timedelta(days=100)

    desk.browser("head").post(
        url_of("case_protection", case),
        {"act": "restrict", "reason": "stalking", "until": until.isoformat()},
    )

    restriction = Restriction.objects.get()
    assert restriction.subject == f"application:{case.id}"
    assert (restriction.reason, restriction.valid_until) == ("stalking", until)
    assert restriction.responsible_department == desk.department.code
    assert "restriction.set" in audited(case)
    assert desk.browser("officer").get(url_of("case", case)).status_code == 403


@pytest.mark.parametrize(
    ("reason", "days", "message"),
    [
        ("", 10, "支援措置の理由を選んでください。"),
        ("no such", 10, "支援措置の理由を選んでください。"),
        ("stalking", -1, "期限は、今日から"),
        ("stalking", 800, "期限は、今日から"),
        ("stalking", None, "期限を「"),
    ],
)
def test_a_protection_that_says_too_little_is_not_set(
    desk: Desk, reason: str, days: int | None, message: str
) -> None:
    case = ApplicationFactory()
    until = (clock.today() + timedelta(days=days)).isoformat() if days is not None else "x"

    response = desk.browser("head").post(
        url_of("case_protection", case), {"act": "restrict", "reason": reason, "until": until}
    )

    assert response.status_code == 422
    assert message in text_of(response)
    assert Restriction.objects.count() == 0


def test_the_head_ends_a_protection_and_why_stays_in_the_notes(desk: Desk, case: Application) -> None:
    state(desk, case, who="head")
    browser = desk.browser("head")

    assert browser.post(url_of("case_protection", case), {"act": "release", "why": ""}).status_code == 422
    browser.post(url_of("case_protection", case), {"act": "release", "why": "本人の申出"})

    assert Restriction.objects.get().ended_at is not None
    assert "本人の申出" in InternalNote.objects.get().text
    assert desk.browser("officer").get(url_of("case", case)).status_code == 200


def test_a_protection_is_extended_in_its_last_month_only(desk: Desk) -> None:
    early, late = ApplicationFactory(), ApplicationFactory()
    protect(early, desk.department.code)
    protect(late, desk.department.code, valid_until=clock.today() + timedelta(days=20))

    for case, status in ((early, 422), (late, 302)):
        state(desk, case, who="head")
        response = desk.browser("head").post(url_of("case_protection", case), {"act": "extend"})
        assert response.status_code == status


def test_the_head_sees_who_opened_a_protected_case_and_why(desk: Desk, case: Application) -> None:
    state(desk, case, "電話で問い合わせがあったため")
    state(desk, case, who="head")

    shown, hidden = (text_of(desk.browser(who).get(url_of("case", case))) for who in ("head", "officer"))

    assert "電話で問い合わせがあったため" in shown
    assert "電話で問い合わせがあったため" not in hidden
