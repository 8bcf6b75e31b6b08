"""To whom letters go and what they call the procedure: none to the dead, none that tells the house, none to nobody."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from madoguchi.applications.letters import decision_notice, extension_notice
from madoguchi.applications.models import Application, Decision, Extension
from madoguchi.applications.tests.factories import NOW, ApplicationFactory, offered
from madoguchi.applications.tests.offers import sample
from madoguchi.common.pdf.documents import DecisionNotice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

DEAD = "昔野 昭"


def case_of(name: str, file: str, **fields: Any) -> Application:
    return ApplicationFactory(procedure_version=offered(file), answers=sample(name)["answers"], **fields)


def letter_of(case: Application, kind: str) -> DecisionNotice:
    decision = Decision(application=case, kind=kind)
    return decision_notice(case, decision, document_number="1", decided_on=date(2026, 11, 23))


@pytest.mark.parametrize(
    ("name", "file", "kind", "addressee"),
    [
        ("high_cost_care_benefit_heir", "high_cost_care_benefit", "granted", "岩手 花子"),
        ("high_cost_care_benefit_first", "high_cost_care_benefit", "granted", DEAD),  # who files for oneself
        ("welfare_equipment_purchase_last_day", "welfare_equipment_purchase", "granted", "岩手 花子"),
        ("welfare_equipment_purchase_above_limit", "welfare_equipment_purchase", "granted", DEAD),  # family
        ("child_allowance_end_recipient_died", "child_allowance_end", "accepted", "岩手 一郎"),
        ("child_allowance_end_moving", "child_allowance_end", "accepted", DEAD),
    ],
)
def test_a_letter_after_a_death_goes_to_who_filed_and_others_to_the_applicant(
    name: str, file: str, kind: str, addressee: str
) -> None:
    case = case_of(name, file, applicant_name=DEAD)

    assert letter_of(case, kind).addressee == addressee


def test_a_letter_to_who_gave_no_name_says_so_in_words() -> None:
    case = case_of("road_damage_report_anonymous", "road_damage_report", applicant_name="")

    assert letter_of(case, "done").addressee == "申し出た方"


def test_no_letter_of_a_pregnancy_names_it() -> None:
    case = case_of("pregnancy_notification_first_child", "pregnancy_notification")
    extension = Extension(
        application=case,
        from_on=date(2026, 11, 24),
        to_on=date(2026, 12, 1),
        reason="面談の日が決まらないため",
        extended_at=NOW,
    )

    for letter in (
        letter_of(case, "accepted"),
        letter_of(case, "returned"),
        extension_notice(case, extension),
    ):
        said = "\n".join([letter.title, *letter.body, *(f"{row.label} {row.answer}" for row in letter.facts)])
        assert "手続の名称 届出" in said
        assert "妊" not in said
        assert "母子" not in said
