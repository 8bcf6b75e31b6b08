"""所得・課税証明書: the years on offer follow the day of the filing, not the day of the definition."""

from __future__ import annotations

from datetime import date

import pytest

from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.tests.factories import source_of


@pytest.fixture(scope="module")
def certificate() -> Definition:
    return compile_source(source_of("income_tax_certificate"))


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 5, 31), ["r7", "r6", "r5", "r4"]),
        (date(2026, 6, 1), ["r8", "r7", "r6", "r5", "r4"]),
        (date(2026, 11, 27), ["r8", "r7", "r6", "r5", "r4"]),
        (date(2027, 5, 31), ["r8", "r7", "r6", "r5", "r4"]),
        (date(2027, 6, 1), ["r9", "r8", "r7", "r6", "r5"]),
        (date(2030, 6, 1), ["r12", "r11", "r10", "r9", "r8"]),
    ],
)
def test_five_years_are_offered_the_newest_from_june_on(
    certificate: Definition, today: date, years: list[str]
) -> None:
    answers = evaluate(certificate, {}, today=today).answers
    question = certificate.question("years")

    wrong = {
        option.id
        for option in question.options
        if any(
            problem.question_id == "years"
            for problem in evaluate(certificate, {**answers, "years": [option.id]}, today=today).problems
        )
    }

    assert answers["newest_year"] == int(years[0].removeprefix("r"))
    assert [option.id for option in question.options if option.id not in wrong] == years


def test_each_year_is_named_with_the_year_of_its_income(certificate: Definition) -> None:
    for option in certificate.question("years").options:
        year = int(option.id.removeprefix("r"))
        assert option.label.of("ja") == f"令和{year}年度（令和{year - 1}年中の所得）"
        assert option.label.of("en") == f"Fiscal year {2018 + year} (income of {2017 + year})"
