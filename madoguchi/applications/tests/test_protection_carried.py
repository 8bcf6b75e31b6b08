"""Protection is of a person: it goes with name and birth date to everything the same person files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import actions
from madoguchi.applications.actions.protection import CARRIED, LOOK_AGAIN_AFTER
from madoguchi.applications.actions.review import Item
from madoguchi.applications.alarms import tell_protection_carried
from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.handlers import look_again_for_protected
from madoguchi.applications.models import Application
from madoguchi.applications.tests.conftest import SetClock
from madoguchi.applications.tests.desks import Desk, audited, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, DraftFactory, answers_of
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, kernel
from madoguchi.common.models import Job
from madoguchi.identity import queries as identity
from madoguchi.identity.actions import restrictions
from madoguchi.identity.models import Restriction
from madoguchi.identity.rules import RestrictionReason
from madoguchi.identity.tests.factories import ResidentFactory, RestrictionFactory
from madoguchi.notices.models import Message

pytestmark = pytest.mark.django_db
OTHER_NAME = {"family": "山田", "given": "花子", "family_kana": "ヤマダ", "given_kana": "ハナコ"}
OTHER_LETTERS = {"family": "高橋", "given": "華子", "family_kana": "タカハシ", "given_kana": "ハナコ"}


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def protect(desk: Desk, case: Application, days: int = 100) -> None:
    actions.protect(
        application=case,
        reason=RestrictionReason.STALKING,
        until=clock.today() + timedelta(days=days),
        by=desk["head"],
        now=clock.now(),
    )


def filed(**changes: Any) -> Application:
    """A filing of 髙橋 花子, born on 1990-02-28, unless said otherwise."""
    answers = answers_of(received_on=clock.today()) | changes
    return actions.file_draft(draft=DraftFactory(answers=answers), now=clock.now(), accept_incomplete=True)


def protection_of(case: Application) -> Restriction | None:
    return Restriction.objects.filter(subject=f"application:{case.id}").first()


def test_the_second_filing_of_a_protected_person_is_protected_from_the_first_moment(desk: Desk) -> None:
    first = ApplicationFactory()
    protect(desk, first)

    second = filed()

    carried = protection_of(second)
    assert carried is not None
    assert (carried.reason, carried.responsible_department) == ("carried_over", desk.department.code)
    assert carried.valid_until == clock.today() + timedelta(days=100)
    shown = desk.browser("officer").get(url_of("case", second))
    assert shown.status_code == 403
    assert second.applicant_name not in text_of(shown)
    listed = desk.browser("officer").get("/desk/list.csv")
    assert second.applicant_name.encode() not in b"".join(listed.streaming_content)  # type: ignore[attr-defined]
    assert "restriction.set" in audited(second)
    told = AuditEntry.objects.get(act=CARRIED)
    assert told.detail == {"application": str(second.id), "from": f"application:{first.id}"}


@pytest.mark.parametrize(
    "changes",
    [
        {"applicant_birth_date": "1990-02-27"},
        {"applicant_birth_date": "1990-02-27", "applicant_name": OTHER_LETTERS},
        {"applicant_name": OTHER_NAME},
    ],
)
def test_somebody_else_is_not_protected_by_it(desk: Desk, changes: dict[str, Any]) -> None:
    protect(desk, ApplicationFactory())

    other = filed(**changes)

    assert protection_of(other) is None
    assert desk.browser("officer").get(url_of("case", other)).status_code == 200
    assert not Job.objects.filter(kind="applications.tell_protection_carried").exists()


def test_the_same_reading_in_other_letters_is_taken_for_the_same_person(desk: Desk) -> None:
    protect(desk, ApplicationFactory())

    assert protection_of(filed(applicant_name=OTHER_LETTERS)) is not None


def filed_while_protecting(desk: Desk, case: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """A filing of the same person, written after `protect` looked for others and before it is written itself."""
    commit, found = kernel.commit, []

    def filed_first(unit: kernel.Unit) -> None:
        monkeypatch.setattr(kernel, "commit", commit)
        found.append(filed())
        commit(unit)

    monkeypatch.setattr(kernel, "commit", filed_first)
    protect(desk, case)
    return found[0]


def look_again(set_clock: SetClock) -> None:
    """Five minutes later, do what is due then: done twice, as after a worker that was killed."""
    set_clock(clock.now() + LOOK_AGAIN_AFTER)
    job = Job.objects.get(kind="applications.look_again_for_protected")
    assert job.run_at <= clock.now()
    for _ in range(2):
        look_again_for_protected(job.payload)


def test_what_is_filed_in_the_moment_of_protecting_is_protected_minutes_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, set_clock: SetClock
) -> None:
    case = ApplicationFactory()
    missed = filed_while_protecting(desk, case, monkeypatch)
    assert protection_of(missed) is None

    look_again(set_clock)

    carried = Restriction.objects.get(subject=f"application:{missed.id}")
    assert (carried.reason, carried.valid_until) == ("carried_over", clock.today() + timedelta(days=100))
    assert Restriction.objects.filter(subject=f"application:{case.id}").count() == 1
    told = AuditEntry.objects.get(act=CARRIED)
    assert told.actor == "system:protection"
    assert told.detail == {"application": str(missed.id), "from": f"application:{case.id}"}
    assert Job.objects.filter(kind="applications.tell_protection_carried").count() == 1


def test_looking_again_undoes_no_release(desk: Desk, set_clock: SetClock) -> None:
    other, case = ApplicationFactory(), ApplicationFactory()
    protect(desk, case)
    restrictions.release(subject=f"application:{other.id}", by=desk["head"], now=clock.now())

    look_again(set_clock)

    assert not identity.is_restricted(f"application:{other.id}", clock.today())


def test_a_protection_that_was_ended_at_once_is_carried_nowhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, set_clock: SetClock
) -> None:
    case = ApplicationFactory()
    missed = filed_while_protecting(desk, case, monkeypatch)
    restrictions.release(subject=f"application:{case.id}", by=desk["head"], now=clock.now())

    look_again(set_clock)

    assert protection_of(missed) is None


@pytest.mark.parametrize("missing", ["applicant_birth_date", "applicant_name"])
def test_a_filing_that_does_not_say_who_it_is_about_is_matched_with_nobody(desk: Desk, missing: str) -> None:
    protect(desk, ApplicationFactory())
    answers = answers_of(received_on=clock.today())
    del answers[missing]

    case = actions.file_draft(draft=DraftFactory(answers=answers), now=clock.now(), accept_incomplete=True)

    assert protection_of(case) is None


@pytest.mark.parametrize("days_over", [0, 1])
def test_a_protection_in_the_register_of_residents_goes_to_the_filing_while_it_is_in_force(
    desk: Desk, days_over: int
) -> None:
    resident = ResidentFactory(
        family_name="高橋", given_name="花子", family_kana="", given_kana="", birth_on="1990-02-28"
    )
    ResidentFactory(family_name="別人", given_name="花子", birth_on="1990-02-28")
    RestrictionFactory(
        subject=resident.subject,
        valid_from=clock.today() - timedelta(days=10),
        valid_until=clock.today() - timedelta(days=days_over),
    )

    assert (protection_of(filed()) is not None) == (days_over == 0)


def test_protecting_a_case_protects_what_the_same_person_filed_before(desk: Desk) -> None:
    before, case = ApplicationFactory(closed=True, officer=desk["officer"]), ApplicationFactory()
    known = ApplicationFactory()
    RestrictionFactory(subject=f"application:{known.id}", today=clock.today())
    other = ApplicationFactory(birth_on=None)

    protect(desk, case)

    assert [r.reason for r in Restriction.objects.filter(subject=f"application:{case.id}")] == ["stalking"]
    assert [r.reason for r in Restriction.objects.filter(subject=f"application:{before.id}")] == [
        "carried_over"
    ]
    assert Restriction.objects.filter(subject=f"application:{known.id}").count() == 1
    assert protection_of(other) is None


def test_a_case_without_a_birth_date_is_protected_alone(desk: Desk) -> None:
    case, other = ApplicationFactory(birth_on=None), ApplicationFactory(birth_on=None)

    protect(desk, case)

    assert protection_of(case) is not None
    assert protection_of(other) is None


@pytest.mark.parametrize("who", ["officer", "approver", "stranger", "administrator"])
def test_only_the_head_protects(desk: Desk, who: str) -> None:
    case = ApplicationFactory()

    with pytest.raises(NotAllowed):
        actions.protect(
            application=case,
            reason=RestrictionReason.OTHER,
            until=clock.today(),
            by=desk[who],
            now=clock.now(),
        )

    assert Restriction.objects.count() == 0


def test_a_correction_that_makes_it_the_name_of_a_protected_person_protects_the_case(desk: Desk) -> None:
    protect(desk, ApplicationFactory())
    case = ApplicationFactory(
        answers=answers_of(received_on=clock.today()) | {"applicant_name": OTHER_NAME},
        in_review=True,
        officer=desk["officer"],
    )
    actions.return_for_correction(
        application=case,
        items=[Item("question", "applicant_name", "name_differs")],
        answer_by_on=clock.today() + timedelta(days=14),
        by=desk["officer"],
        now=clock.now(),
    )
    assert protection_of(case) is None

    actions.answer_correction(
        application=case, values={"applicant_name": OTHER_LETTERS}, files={}, now=clock.now()
    )

    assert protection_of(case) is not None


def test_a_correction_of_a_protected_case_does_not_protect_it_twice(desk: Desk) -> None:
    first, case = ApplicationFactory(), ApplicationFactory(returned=True, officer=desk["officer"])
    protect(desk, first)
    assert Restriction.objects.filter(subject=f"application:{case.id}").count() == 1

    actions.answer_correction(
        application=case, values={"applicant_phone": "0196514111"}, files={}, now=clock.now()
    )

    assert Restriction.objects.filter(subject=f"application:{case.id}").count() == 1


def test_the_head_ends_a_protection_that_was_carried_to_somebody_else(desk: Desk) -> None:
    protect(desk, ApplicationFactory())
    case = filed()
    browser = desk.browser("head")
    browser.post(url_of("case_purpose", case), {"purpose": "同じ人かどうかを確かめるため"})

    assert "同じ人の支援措置からの引継ぎ" in text_of(browser.get(url_of("case_protection", case)))
    browser.post(url_of("case_protection", case), {"act": "release", "why": "同姓同名の別の方でした。"})

    assert desk.browser("officer").get(url_of("case", case)).status_code == 200


def test_carried_over_is_no_reason_to_choose(desk: Desk) -> None:
    case = ApplicationFactory()
    form = {"act": "restrict", "reason": "carried_over", "until": clock.today().isoformat()}

    assert "carried_over" not in text_of(desk.browser("head").get(url_of("case_protection", case)))
    assert desk.browser("head").post(url_of("case_protection", case), form).status_code == 422


def test_the_department_is_told_once_in_a_mail_that_names_nobody(desk: Desk) -> None:
    desk.department.email = "kodomo@city.example.jp"
    desk.department.save()
    protect(desk, ApplicationFactory())
    case = filed()
    job = Job.objects.get(kind="applications.tell_protection_carried")

    tell_protection_carried(job.payload)
    tell_protection_carried(job.payload)

    mail = Message.objects.get()
    assert mail.to_address == "kodomo@city.example.jp"
    assert case.applicant_name not in mail.body + mail.subject
    assert "別の方の申請であれば解除してください。" in mail.body


def test_without_an_address_nothing_is_mailed(desk: Desk) -> None:
    protect(desk, ApplicationFactory())
    filed()

    tell_protection_carried(Job.objects.get(kind="applications.tell_protection_carried").payload)

    assert Message.objects.count() == 0
