"""The sample filings of the catalogue: an ordinary, an edge and a refused one of each procedure, and what ends them."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import evaluate

ROOM = Path(__file__).parents[1]
CATALOG = sorted((ROOM / "catalog").glob("*.yaml"))
SAMPLES = sorted((ROOM / "samples").glob("*.json"))
AGAINST = ("refused", "dismissed", "returned")


@cache
def definition_in(path: Path) -> Definition:
    return compile_source(path.read_text(encoding="utf-8"))


@cache
def definitions() -> dict[str, Definition]:
    return {definition_in(path).id: definition_in(path) for path in CATALOG}


def sample(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def is_refused(said: dict[str, Any], definition: Definition) -> bool:
    """Whether it is stopped by a rule, or ends with a decision against the person."""
    outcomes = {kind.id: kind.outcome for kind in definition.workflow.decisions}
    return bool(said["stops"]) or outcomes[said["decision"]] in AGAINST


@pytest.mark.parametrize("path", CATALOG, ids=lambda path: path.stem)
def test_every_procedure_has_an_ordinary_an_edge_and_a_refused_sample(path: Path) -> None:
    own = [one for one in map(sample, SAMPLES) if one["procedure"] == definition_in(path).id]

    assert {one["kind"] for one in own} == {"ordinary", "edge", "refused"}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_names_a_decision_or_the_rule_that_stops_it_and_its_fee(path: Path) -> None:
    one = sample(path)
    said, definition = one["expect"], definitions()[one["procedure"]]
    decisions = {kind.id for kind in definition.workflow.decisions}

    found = evaluate(definition, one["answers"], today=date.fromisoformat(one["today"]))

    assert bool(said["stops"]) != (said.get("decision") in decisions)
    assert (one["kind"] == "refused") == is_refused(said, definition)
    assert found.fee_yen == said.get("fee_yen", 0)
