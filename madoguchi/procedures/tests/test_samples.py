"""The sample filings of the catalogue: three of each procedure, and what the definition makes of them."""

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
def test_a_sample_comes_out_as_it_says(path: Path) -> None:
    one = sample(path)
    said, definition = one["expect"], definitions()[one["procedure"]]

    found = evaluate(definition, one["answers"], today=date.fromisoformat(one["today"]))

    assert [(p.path, p.code) for p in found.problems] == []
    assert found.dropped == ()
    assert [rule.id for rule in found.stops] == said["stops"]
    assert [rule.id for rule in found.warnings] == said["warns"]
    assert (one["kind"] == "refused") == is_refused(said, definition)
    if definition.fee.yen or definition.fee.expression:
        assert found.fee_yen == said["fee_yen"]
    if definition.entitlement is not None and not said["stops"]:
        assert found.entitlement == said["entitlement"]
    assert said["stops"] or said["decision"] in {kind.id for kind in definition.workflow.decisions}
