"""What a definition holds from general knowledge stands on its list of what the section still completes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition

CATALOG = sorted((Path(__file__).parents[1] / "catalog").glob("*.yaml"))
UNVERIFIED = "general_knowledge"


@cache
def definition_in(path: Path) -> Definition:
    return compile_source(path.read_text(encoding="utf-8"))


def listed(path: Path) -> set[str]:
    return {one.about for one in definition_in(path).to_complete}


@pytest.mark.parametrize("path", CATALOG, ids=lambda path: path.stem)
def test_a_period_that_was_not_verified_is_to_be_completed(path: Path) -> None:
    assert definition_in(path).clock.mark != UNVERIFIED or "clock" in listed(path)


@pytest.mark.parametrize("path", CATALOG, ids=lambda path: path.stem)
def test_an_amount_that_was_not_verified_is_to_be_completed(path: Path) -> None:
    fee = definition_in(path).fee
    takes_money = bool(fee.expression or fee.yen)

    assert not takes_money or fee.mark != UNVERIFIED or "fee" in listed(path)


@pytest.mark.parametrize("path", CATALOG, ids=lambda path: path.stem)
def test_who_decides_is_to_be_completed_where_it_was_not_verified(path: Path) -> None:
    workflow = definition_in(path).workflow
    places = {"workflow", *(kind.id for kind in workflow.decisions)}
    bases = [one.delegation.mark for one in workflow.approvals if one.delegation is not None]

    assert UNVERIFIED not in bases or places & listed(path)
