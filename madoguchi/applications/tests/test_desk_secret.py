"""Number and secret let anybody act as who filed: the desk shows the secret on one page, for a stated use, on the record."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from madoguchi.applications.handlers import after_filing
from madoguchi.applications.models import Application
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, AttachmentFactory
from madoguchi.audit.models import AuditEntry
from madoguchi.audit.tests.factories import rewritable
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.identity.tests.factories import RestrictionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def shown(case: Application) -> list[str]:
    """What the record says was shown of a case, in order."""
    entries = AuditEntry.objects.filter(subject=f"application:{case.id}", act__startswith="read")
    return [entry.detail.get("shown", "") for entry in entries.order_by("at", "id")]


def test_the_receipt_shows_the_number_and_keeps_the_secret_until_it_is_handed_over(desk: Desk) -> None:
    case = ApplicationFactory()

    text = text_of(desk.browser("officer").get(url_of("case_receipt", case)))

    assert grouped(case.receipt_number) in text
    assert grouped(receipt_secret(case.id)) not in text
    assert shown(case) == ["case"]


@pytest.mark.parametrize("handed", ["applicant", "agent", "post"])
def test_the_secret_is_shown_to_be_handed_to_somebody_and_that_is_recorded(desk: Desk, handed: str) -> None:
    case = ApplicationFactory()

    response = desk.browser("officer").post(url_of("case_receipt", case), {"handed": handed})

    assert response.status_code == 200
    assert grouped(receipt_secret(case.id)) in text_of(response)
    entry = AuditEntry.objects.get(subject=f"application:{case.id}")
    assert entry.actor == desk["officer"].actor
    assert entry.detail == {"page": "case_receipt", "shown": "secret", "handed": handed}


@pytest.mark.parametrize("handed", ["", "myself"])
def test_the_secret_is_not_shown_without_saying_to_whom_it_goes(desk: Desk, handed: str) -> None:
    case = ApplicationFactory()

    response = desk.browser("officer").post(url_of("case_receipt", case), {"handed": handed})

    assert response.status_code == 422
    assert "控えをだれに渡すかを選んでください。" in text_of(response)
    assert grouped(receipt_secret(case.id)) not in text_of(response)
    assert shown(case) == ["case"]


@pytest.mark.parametrize(("who", "status"), [("approver", 403), ("stranger", 404), ("administrator", 403)])
def test_the_secret_is_shown_only_to_who_handles_the_case(desk: Desk, who: str, status: int) -> None:
    case = ApplicationFactory()

    response = desk.browser(who).post(url_of("case_receipt", case), {"handed": "applicant"})

    assert response.status_code == status
    assert grouped(receipt_secret(case.id)) not in text_of(response)


def test_the_secret_of_a_protected_case_needs_a_purpose_stated_within_the_hour(desk: Desk) -> None:
    case = ApplicationFactory()
    RestrictionFactory(
        subject=f"application:{case.id}", responsible_department=desk.department.code, today=clock.today()
    )
    browser = desk.browser("officer")
    browser.post(url_of("case_purpose", case), {"purpose": "本人が窓口に来たため"})

    first = browser.post(url_of("case_receipt", case), {"handed": "applicant"})
    with rewritable():
        AuditEntry.objects.update(at=clock.now() - timedelta(minutes=61))
    later = browser.post(url_of("case_receipt", case), {"handed": "applicant"})

    assert grouped(receipt_secret(case.id)) in text_of(first)
    assert later.status_code == 403
    assert "閲覧の理由" in text_of(later)
    assert grouped(receipt_secret(case.id)) not in text_of(later)


@pytest.mark.slow
@pytest.mark.parametrize("is_stored", [True, False])
def test_the_copy_at_the_desk_holds_what_was_filed_without_the_secret(desk: Desk, is_stored: bool) -> None:
    case = ApplicationFactory()
    if is_stored:
        after_filing({"application": str(case.id)})

    response = desk.browser("officer").get(url_of("case_copy", case))

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
    assert grouped(case.receipt_number) in text
    assert "合言葉" not in text
    assert grouped(receipt_secret(case.id)) not in text


@pytest.mark.slow
def test_each_look_says_in_the_record_what_was_shown(desk: Desk) -> None:
    case = ApplicationFactory(closed=True, officer=desk["officer"])
    file = AttachmentFactory(owner_id=case.id)
    browser = desk.browser("officer")

    browser.get(url_of("case", case))
    browser.get(url_of("case_copy", case))
    browser.get(url_of("case_letter", case))
    browser.get(url_of("file", case, file.id))
    browser.post(url_of("case_receipt", case), {"handed": "applicant"})

    assert shown(case) == ["case", "copy", "letter", "file", "secret"]


def test_a_look_that_showed_nothing_does_not_say_that_something_was_shown(desk: Desk) -> None:
    case = ApplicationFactory()
    desk.browser("stranger").get(url_of("case", case))
    RestrictionFactory(
        subject=f"application:{case.id}", responsible_department=desk.department.code, today=clock.today()
    )

    desk.browser("officer").post(url_of("case_purpose", case), {"purpose": ""})

    assert shown(case) == ["", ""]
