"""The page of a procedure, as a resident reads it before beginning."""

from __future__ import annotations

import pytest
from django.test import Client

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
