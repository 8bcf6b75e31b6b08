"""The page of a procedure, as a resident reads it before beginning."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from madoguchi.common import registers
from madoguchi.common.registers import UsualDays
from madoguchi.organization.tests.factories import DepartmentFactory
from madoguchi.procedures import queries
from madoguchi.procedures.tests.factories import publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def address() -> str:
    version = publish("child_allowance_claim")
    DepartmentFactory(code=version.department_code, name="子ども青少年課")
    return f"/procedures/{version.procedure_id}/"


def test_a_resident_reads_the_law_without_the_marks_of_those_who_write_definitions(address: str) -> None:
    page = Client().get(address).content.decode()

    assert "行政手続法 第8条（理由の提示）</li>" in page
    assert "未確認" not in page


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ja", "日数は目安です。内容を直していただく間は、日数に数えません。"),
        ("ja-easy", "だいたいの日数です。書いたことを直している間は、数えません。"),
        ("en", "This is a guide. Days you take to correct your claim are not counted."),
    ],
)
def test_how_long_it_takes_is_said_for_residents_and_how_sure_it_is_stays_in_the_definition(
    address: str, language: str, sentence: str
) -> None:
    browser = Client()
    browser.cookies["madoguchi_language"] = language

    page = browser.get(address).content.decode()

    assert sentence in page
    version = queries.current("child-allowance-claim")
    assert version is not None
    assert version.definition.clock.mark == "general_knowledge"


@pytest.mark.parametrize(
    ("usual", "sentence"),
    [
        (UsualDays(12, 19, 40), "ふつうは12日、10件のうち9件は19日までに終わります。"),
        (UsualDays(0, 2, 10), "ふつうは1日、10件のうち9件は2日までに終わります。"),
        (UsualDays(7, 7, 10), "10件のうち9件は、7日までに終わります。"),
        (UsualDays(0, 0, 10), "10件のうち9件は、1日までに終わります。"),
    ],
)
def test_how_long_it_really_takes_is_said_where_a_room_has_counted(
    address: str, monkeypatch: pytest.MonkeyPatch, usual: UsualDays, sentence: str
) -> None:
    told: registers.Register[Callable[[str], UsualDays | None]] = registers.Register("usual_days")
    told.add("nothing", lambda procedure_id: None, order=1)
    told.add("cases", {"child-allowance-claim": usual}.get)
    monkeypatch.setattr(registers, "usual_days", told)

    page = Client().get(address).content.decode()

    assert sentence in page
    assert f"この1年に終わった{usual.cases}件を数えました。" in page
