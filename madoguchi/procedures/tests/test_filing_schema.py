"""The JSON Schema of a filing fits what is filed, and nothing that lacks or invents an answer."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from madoguchi.procedures.filing_schema import filing_schema
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.tests.test_samples import SAMPLES, definitions, sample


@cache
def validator(procedure_id: str) -> Draft202012Validator:
    schema = filing_schema(definitions()[procedure_id])
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_complete_sample_fits_the_schema_of_its_procedure(path: Path) -> None:
    one = sample(path)
    found = evaluate(definitions()[one["procedure"]], one["answers"], today=date.fromisoformat(one["today"]))
    errors = [error.message for error in validator(one["procedure"]).iter_errors(dict(found.answers))]

    assert not (found.complete and errors), errors


@pytest.mark.parametrize("procedure_id", sorted(definitions()))
def test_an_answer_nobody_asked_for_and_one_of_a_wrong_shape_do_not_fit(procedure_id: str) -> None:
    path = next(
        p for p in SAMPLES if sample(p)["procedure"] == procedure_id and sample(p)["kind"] == "ordinary"
    )
    one = sample(path)
    definition = definitions()[procedure_id]
    answers = dict(evaluate(definition, one["answers"], today=date.fromisoformat(one["today"])).answers)
    fits = validator(procedure_id)

    assert fits.is_valid(answers)
    assert not fits.is_valid({**answers, "nobody_asked": "x"})
    for question_id in answers:
        assert not fits.is_valid({**answers, question_id: {"made": "up"}}), question_id
    for question_id in filing_schema(definition)["required"]:
        assert not fits.is_valid({key: value for key, value in answers.items() if key != question_id})
