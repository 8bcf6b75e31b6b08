"""What comes after a filing: the receipt names the next procedures, the desk sees where answers are from."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import desk_case
from madoguchi.applications.desk_origins import origins_told
from madoguchi.applications.household import Origin, known
from madoguchi.applications.models import Application, Draft
from madoguchi.applications.tests.conftest import NOW
from madoguchi.applications.tests.desks import open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, DraftFactory, answers_of, offered
from madoguchi.applications.tests.families import (
    AID,
    AOI,
    FAMILY,
    HANAKO,
    family_filed,
    offer_aid,
    offer_claim,
)
from madoguchi.applications.tests.offers import offer
from madoguchi.applications.tests.visitor import Visitor
from madoguchi.common.ids import grouped, new_id
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.organization.tests.factories import DepartmentFactory
from madoguchi.procedures import queries as procedures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

TODAY = NOW.date()


def noted(source: Application) -> dict[str, str]:
    return {
        "source": source.id.hex,
        "version": source.procedure_version_id.hex,
        "on": "2026-11-20",
        "number": source.receipt_number,
    }


def blocks_of(application: Application, reader: Staff | None = None) -> dict[str, desk_case.AnswerLine]:
    reader = reader or open_desk()["officer"]
    definition = procedures.definition_of(application.procedure_version_id)
    evaluation = desk_case.evaluation_of(application, definition)
    blocks = desk_case.answer_blocks(application, definition, evaluation, reader)
    return {line.target: line for block in blocks for line in block.lines}


def test_the_receipt_names_the_next_procedures_in_the_order_of_the_event():
    offer("national_health_insurance_joining")
    offer("child_allowance_claim")
    case = ApplicationFactory()
    visitor = Visitor()
    session = visitor.client.session
    session["receipts"] = {case.id.hex: int(NOW.timestamp())}
    session.save()
    visitor.client.cookies["madoguchi_session"] = str(session.session_key)

    page = visitor.open(f"/filing/r/{case.id}/")

    assert "続けて別の手続をする" in page.text
    assert "/procedures/national-health-insurance-joining/" in page.links
    assert "/procedures/child-allowance-claim/" not in page.links


def test_the_desk_sees_where_an_answer_is_from():
    source = ApplicationFactory()
    case = ApplicationFactory(origins={"applicant_name": noted(source)})

    line = blocks_of(case)["applicant_name"]

    title = "2026年11月20日（令和8年）の「児童手当の認定請求」"
    assert line.origin == f"{title}（受付番号 {grouped(source.receipt_number)}）"
    desk = open_desk()
    assert f"{line.origin}から" in text_of(desk.browser("officer").get(url_of("case", case)))


@pytest.mark.parametrize(
    ("who", "told"),
    [("officer", True), ("approver", True), ("head", True), ("stranger", False), ("administrator", False)],
)
def test_which_filing_it_was_is_told_only_to_who_works_for_its_department(who: str, told: bool):
    source = ApplicationFactory()
    case = ApplicationFactory(origins={"applicant_name": noted(source)})

    origin = blocks_of(case, open_desk()[who])["applicant_name"].origin

    assert (grouped(source.receipt_number) in origin, "児童手当" in origin) == (told, told)
    assert told or origin == "以前の申請"


def test_the_desk_of_another_section_reads_only_that_there_was_an_earlier_filing():
    source = ApplicationFactory(department_code=DepartmentFactory().code)
    case = ApplicationFactory(origins={"applicant_name": noted(source)})
    desk = open_desk()

    for who in ("officer", "head"):
        text = text_of(desk.browser(who).get(url_of("case", case)))

        assert "以前の申請から" in text
        assert grouped(source.receipt_number) not in text
        assert source.receipt_number not in text


def test_what_was_never_filed_belongs_to_no_department():
    case = ApplicationFactory()
    note = noted(case) | {"source": new_id().hex, "number": ""}
    case.origins = {"applicant_name": note}

    assert blocks_of(case)["applicant_name"].origin == "以前の申請"


def test_many_origins_are_asked_for_at_once():
    desk = open_desk()
    targets = ("applicant_name", "applicant_phone", "applicant_birth_date")

    def count(number: int) -> int:
        case = ApplicationFactory(origins={one: noted(ApplicationFactory()) for one in targets[:number]})
        with CaptureQueriesContext(connection) as asked:
            assert len(origins_told(case, desk["officer"], today=TODAY)) == number
        return len(asked)

    assert count(1) == count(3)


def test_an_answer_from_a_draft_has_no_number():
    source = ApplicationFactory()
    case = ApplicationFactory(origins={"applicant_name": noted(source) | {"number": ""}})

    assert blocks_of(case)["applicant_name"].origin.endswith("（送信する前）")


def test_an_answer_that_was_put_right_is_no_longer_from_there():
    source = ApplicationFactory()
    filed = answers_of()
    now = {**filed, "applicant_phone": "0196138347"}
    origins = {key: noted(source) for key in ("applicant_name", "applicant_phone")}
    case = ApplicationFactory(filed_answers=filed, answers=now, origins=origins)

    lines = blocks_of(case)

    assert lines["applicant_name"].origin
    assert not lines["applicant_phone"].origin


def test_nobody_is_led_to_a_case_that_was_protected_since():
    source = ApplicationFactory()
    case = ApplicationFactory(origins={"applicant_name": noted(source)})
    RestrictionFactory(subject=f"application:{source.id}")

    assert not blocks_of(case)["applicant_name"].origin


@pytest.mark.parametrize("count", [1, 4])
def test_many_filings_are_asked_for_at_once(count: int):
    offer_claim()
    version = offered()
    cases = [ApplicationFactory(procedure_version=version).id for _ in range(count)]
    drafts = [
        DraftFactory(procedure_version=version, answers={"applicant_name": HANAKO}).id for _ in range(count)
    ]
    known(filed=cases, begun=drafts, begun_since=NOW, today=TODAY)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        known(filed=cases, begun=drafts, begun_since=NOW, today=TODAY)

    assert len(asked) == 4


def test_a_page_of_a_browser_without_other_filings_asks_nothing_more():
    offer_aid()
    visitor = Visitor()
    page = visitor.start(AID)
    with CaptureQueriesContext(connection) as alone:
        visitor.open(page.path)

    assert not [query for query in alone if "restriction" in query["sql"]]


def test_an_erased_case_and_an_unknown_one_offer_nothing():
    case = ApplicationFactory(erased_at=NOW, answers={"applicant_name": HANAKO})

    assert known(filed=[case.id, new_id()], begun=[], begun_since=NOW, today=TODAY).members == ()


def test_only_what_is_asked_in_a_draft_is_known_of_it():
    definition = offer_claim()
    _visitor, filed = family_filed()
    answers: dict[str, Any] = {**FAMILY, "gone": "x", "children": [{"_id": "m1", "child": AOI}]}
    draft = DraftFactory(procedure_version=filed.procedure_version, answers=answers)

    found = known(filed=[], begun=[draft.id], begun_since=NOW.replace(hour=0), today=TODAY).members

    assert [(one.role, sorted(one.facts)) for one in found] == [
        ("applicant", ["birth_date", "name", "phone"]),
        ("child", ["name"]),
    ]
    assert found[1].origin == Origin(draft.id, filed.procedure_version_id, TODAY)
    assert found[0].origin.title("ja") == str(definition.current_name)


def test_the_same_name_with_another_birth_date_is_another_person():
    _visitor, filed = family_filed()
    version = filed.procedure_version
    drafts = [
        DraftFactory(procedure_version=version, changed_at=NOW, answers={"name": HANAKO, **born}).id
        for born in ({"born": "1990-04-12"}, {"born": "1960-01-01"}, {})
    ]

    found = known(filed=[], begun=drafts, begun_since=NOW, today=TODAY).members

    assert len(found) == 2
    assert Draft.objects.count() == 3
