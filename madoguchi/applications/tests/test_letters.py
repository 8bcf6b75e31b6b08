"""What a letter says where the definition leaves a place for it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from madoguchi.applications import actions
from madoguchi.applications.letters import filing_copy, fill, restored, stored
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import ApplicationFactory, AttachmentFactory
from madoguchi.applications.tests.offers import offer_source
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.organization.models import Department
from madoguchi.procedures.tests.factories import source_of


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{applicant_name} 様", "{reason} 様"),  # a name is a name, whatever its letters
        ("{reason}", "{applicant_name}により"),
        ("{applicant_name}：{reason}", "{reason}：{applicant_name}により"),
        ("{unknown}と{}と{reason", "{unknown}と{}と{reason"),
        ("{reason.__class__}", "{reason.__class__}"),
    ],
)
def test_a_place_in_a_letter_is_filled_once_and_what_was_put_in_is_not_looked_at_again(
    text: str, filled: str
) -> None:
    facts = {"applicant_name": "{reason}", "reason": "{applicant_name}により"}

    assert fill(text, facts) == filled


# --- the copy of what was filed ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("set_clock")
class TestCopy:
    """What the person who filed takes home."""

    def test_it_holds_every_answer_the_files_and_what_happens_next(self) -> None:
        application = ApplicationFactory()
        AttachmentFactory(owner_id=application.id, added_at=application.filed_at, name="免許証.jpg")
        AttachmentFactory(
            owner_id=application.id, added_at=application.filed_at + timedelta(days=1), name="あと.jpg"
        )

        copy = filing_copy(application)

        answers = {row.label: row.answer for part in copy.sections for row in part.rows}
        assert "髙橋 花子（タカハシ ハナコ）" in answers["請求する方の氏名"]
        assert [(row.label, row.answer) for row in copy.attachments] == [
            ("請求する方の本人確認書類", "免許証.jpg")
        ]
        assert copy.receipt_number == grouped(application.receipt_number)
        assert copy.lookup_secret == grouped(receipt_secret(application.id))
        assert copy.next_steps
        assert copy.contact[0].endswith("子ども青少年課")

    def test_it_shows_what_was_filed_and_not_what_was_put_right_later(self) -> None:
        application = ApplicationFactory(returned=True)
        before = filing_copy(application)
        actions.answer_correction(
            application=application, values={"applicant_phone": "0196514111"}, files={}, now=clock.now()
        )

        assert filing_copy(application) == before

    def test_it_is_the_same_whenever_it_is_made(self, set_clock: SetClock) -> None:
        application = ApplicationFactory()
        first = filing_copy(application)
        set_clock(NOW + timedelta(days=900))

        assert filing_copy(application) == first

    def test_it_is_written_in_the_language_of_the_filing(self) -> None:
        copy = filing_copy(ApplicationFactory(language="en"))

        assert copy.language == "en"
        assert any("Name" in row.label for part in copy.sections for row in part.rows)


# --- the letter of a decision ----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("set_clock")
class TestDecision:
    """What the city decided, as it is sent and kept."""

    def test_a_certification_names_amount_day_and_appeal(self) -> None:
        decision = ApplicationFactory(closed=True).decisions.get()

        letter = restored(decision.notice)

        assert letter.number == decision.document_number
        assert letter.title == "児童手当認定通知書"
        assert letter.addressee == "髙橋 花子"
        assert letter.sender == "盛岡市長"
        assert letter.issued_on == "令和8年11月23日"
        assert any("審査請求" in line for line in letter.appeal)
        assert not any("{" in line for line in letter.body)

    def test_a_refusal_states_its_reason(self) -> None:
        decision = ApplicationFactory(closed=True, decision="refused").decisions.get()

        letter = restored(decision.notice)

        assert letter.reason == ("公務員であり、勤務先から支給されるため。",)
        assert letter.appeal

    def test_what_is_kept_is_the_letter_word_for_word(self) -> None:
        decision = ApplicationFactory(closed=True).decisions.get()
        letter = restored(decision.notice)

        assert json.loads(json.dumps(stored(letter))) == decision.notice
        assert restored(stored(letter)) == letter

    def test_it_stays_as_it_was_decided_whatever_changes_later(self) -> None:
        decision = ApplicationFactory(closed=True).decisions.get()
        before = restored(decision.notice)
        Department.objects.update(name="別の課")
        offer_source(source_of("child_allowance_claim").replace("児童手当認定通知書", "別の通知書"))

        decision.refresh_from_db()
        assert restored(decision.notice) == before
