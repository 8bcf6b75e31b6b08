"""The catalog and the samples: definitions without any finding, filings that come out as the law says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from madoguchi.common.yaml_source import read
from madoguchi.procedures import checking
from madoguchi.procedures.checks.schema import schema
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.kinds.registry import KINDS
from madoguchi.procedures.life_events import life_events
from madoguchi.procedures.logic import Evaluation, evaluate

ROOM = Path(__file__).parents[1]
CATALOG = sorted((ROOM / "catalog").glob("*.yaml"))
SAMPLES = sorted((ROOM / "samples").glob("*.yaml"))
FILINGS = sorted((ROOM / "samples").glob("*.json"))
TODAY = date(2026, 5, 15)


@pytest.fixture(scope="module")
def child_allowance() -> Definition:
    return compile_source((ROOM / "catalog" / "child_allowance_claim.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [*CATALOG, *SAMPLES], ids=lambda path: path.stem)
@pytest.mark.slow
def test_a_definition_we_publish_has_nothing_to_mend(path: Path) -> None:
    report = checking.check_file(path, today=TODAY)

    assert report.findings == []
    assert report.coverage is not None
    assert report.coverage.share == 1


@pytest.mark.slow
def test_no_two_files_of_the_catalog_share_an_id() -> None:
    reports = checking.check_files(CATALOG, today=TODAY)

    assert [finding for report in reports for finding in report.findings] == []


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(schema())


def test_the_schema_tells_a_clerk_in_japanese_what_each_part_is() -> None:
    parts = schema()["properties"] | schema()["$defs"]["question"]["properties"]
    named = {
        key: part.get("title") or schema()["$defs"].get(part.get("$ref", "")[8:], {}).get("title")
        for key, part in parts.items()
    }

    assert [key for key, title in named.items() if not title] == []


def test_the_schema_is_closed_everywhere() -> None:
    def objects(node: Any) -> list[dict[str, Any]]:
        if isinstance(node, list):
            return [found for item in node for found in objects(item)]
        if not isinstance(node, dict):
            return []
        found = [node] if node.get("type") == "object" and "properties" in node else []
        return found + [inner for value in node.values() for inner in objects(value)]

    assert [one for one in objects(schema()) if one.get("additionalProperties") is not False] == []


def test_the_schema_knows_the_kinds_and_life_events_of_the_room() -> None:
    kinds = {one["const"] for one in schema()["$defs"]["kind"]["oneOf"]}
    events = [one["const"] for one in schema()["$defs"]["life_event"]["oneOf"]]

    assert kinds == KINDS.keys() - {"individual_number"}
    assert events == [event.id for event in life_events()]


def test_one_sample_uses_every_kind_of_question() -> None:
    definition = compile_source((ROOM / "samples" / "all_kinds.yaml").read_text(encoding="utf-8"))

    assert {question.kind for question in definition.all_questions()} == KINDS.keys() - {"individual_number"}


def test_one_sample_uses_every_word_of_a_condition() -> None:
    text = (ROOM / "samples" / "all_kinds.yaml").read_text(encoding="utf-8")
    words = schema()["$defs"]["answer_condition"]["properties"].keys() - {"question"}

    assert [word for word in words if f"{word}: " not in text] == []
    for head in (
        "age_of",
        "school_year_age_of",
        "all",
        "any",
        "not",
        "any_member",
        "all_members",
        "count",
        "where",
    ):
        assert f"{head}:" in text


def test_the_benchmark_sample_asks_the_thirteen_fields_of_the_reference() -> None:
    sections = read((ROOM / "samples" / "residence_certificate.yaml").read_text(encoding="utf-8")).data[
        "sections"
    ]

    asked = [
        [(q["id"], q["kind"], q.get("required", True)) for q in section["questions"]] for section in sections
    ]

    assert asked == [
        [
            ("full_name", "text", True),
            ("kana", "text", True),
            ("birth_date", "date", True),
            ("sex", "choice", False),
            ("email", "email", True),
            ("phone", "text", True),
            ("postcode", "text", True),
            ("address", "text", True),
        ],
        [
            ("purpose", "choice", True),
            ("copies", "integer", True),
            ("delivery", "choice", True),
            ("notes", "long_text", False),
            ("agree", "declaration", True),
        ],
    ]


@pytest.mark.parametrize("path", FILINGS, ids=lambda path: path.stem)
def test_a_sample_filing_comes_out_as_expected(path: Path) -> None:
    sample = json.loads(path.read_text(encoding="utf-8"))
    source = ROOM / "catalog" / f"{sample['procedure'].replace('-', '_')}.yaml"
    expected = sample["expect"]

    definition = compile_source(source.read_text(encoding="utf-8"))
    result = evaluate(definition, sample["answers"], today=date.fromisoformat(sample["today"]))

    assert result.problems == ()
    assert result.dropped == ()
    assert result.complete is expected["complete"]
    assert [rule.id for rule in result.stops] == expected["stops"]
    assert [rule.id for rule in result.warnings] == expected["warnings"]
    assert result.entitlement == expected["entitlement"]
    assert [state.document.id for state in result.documents] == expected["documents"]
    assert {name: result.answers[name] for name in expected["computed"]} == expected["computed"]


def filed(definition: Definition, today: date = TODAY, **answers: Any) -> Evaluation:
    return evaluate(definition, answers, today=today)


def children(*born: str, cared: str = "yes") -> list[dict[str, Any]]:
    return [{"_id": f"m{n}", "child_birth_date": day, "child_cared": cared} for n, day in enumerate(born, 1)]


def siblings(*born: str, cost: str = "yes") -> dict[str, Any]:
    members = [
        {"_id": f"m{n}", "sibling_birth_date": day, "sibling_cared": "yes", "sibling_cost": cost}
        for n, day in enumerate(born, 1)
    ]
    return {"has_older_children": "yes", "older_child_count": len(born), "siblings": members} if born else {}


@pytest.mark.parametrize(
    ("born", "older", "yen"),
    [
        (["2026-05-01"], [], 15_000),
        (["2023-05-16"], [], 15_000),  # three tomorrow
        (["2023-05-15"], [], 10_000),  # three today
        (["2008-04-02"], [], 10_000),  # 18 until 31 March 2027
        (["2008-04-01"], [], 0),  # 18 in the school year that is over
        (["2020-01-01", "2024-01-01"], [], 25_000),
        (["2015-01-01", "2018-01-01", "2021-01-01"], [], 50_000),
        (["2015-01-01", "2025-01-01", "2026-01-01"], [], 55_000),
        (["2024-01-01", "2025-01-01", "2026-01-01"], [], 60_000),
        (["2015-01-01", "2025-02-02", "2025-02-02"], [], 55_000),  # twins as second and third
        (["2012-06-10", "2024-03-03"], ["2006-09-01"], 40_000),
        (["2024-03-03"], ["2005-09-01", "2007-09-01"], 30_000),
        (["2010-03-03", "2024-03-03"], ["2005-09-01", "2007-09-01"], 60_000),
        (["2010-03-03"], ["2006-09-01"], 10_000),  # two in all: the older one is not counted
        (["2012-06-10", "2024-03-03"], ["2004-04-01"], 25_000),  # 22 in the school year that is over
        (["2012-06-10", "2024-03-03"], ["2004-04-02"], 40_000),  # 22 until 31 March 2027
    ],
)
def test_the_amount_follows_age_and_order(
    child_allowance: Definition, born: list[str], older: list[str], yen: int
) -> None:
    assert filed(child_allowance, children=children(*born), **siblings(*older)).entitlement == yen


def test_an_older_sibling_counts_only_when_the_claimant_bears_the_costs(child_allowance: Definition) -> None:
    born = children("2012-06-10", "2024-03-03")

    result = filed(child_allowance, children=born, **siblings("2006-09-01", cost="no"))

    assert result.entitlement == 25_000
    assert "sibling_not_counted" in [rule.id for rule in result.warnings]


def test_a_child_nobody_looks_after_gives_no_allowance(child_allowance: Definition) -> None:
    result = filed(child_allowance, children=children("2024-03-03", cared="no"))

    assert result.entitlement == 0
    assert [rule.id for rule in result.stops] == ["no_child_cared"]


def test_the_fifteen_days_begin_on_the_day_after(child_allowance: Definition) -> None:
    result = filed(child_allowance, cause="birth", cause_date="2025-12-11", today=date(2025, 12, 26))

    assert result.answers["special_rule_until"] == "2025-12-26"
    assert [rule.id for rule in result.warnings] == []


def test_after_the_fifteen_days_the_person_is_told(child_allowance: Definition) -> None:
    result = filed(child_allowance, cause="birth", cause_date="2025-12-11", today=date(2025, 12, 27))

    assert [rule.id for rule in result.warnings] == ["special_rule_passed"]


def test_a_day_in_the_future_is_only_possible_for_a_move(child_allowance: Definition) -> None:
    born, moved = (
        filed(child_allowance, cause=cause, cause_date="2026-05-20") for cause in ("birth", "moved_in")
    )

    assert [rule.id for rule in born.warnings] == ["cause_in_future"]
    assert [rule.id for rule in moved.warnings] == []


def test_the_pension_is_asked_only_for_a_child_under_three(child_allowance: Definition) -> None:
    small, bigger = (
        filed(child_allowance, children=children(day)).visible for day in ("2024-01-01", "2020-01-01")
    )

    assert "pension" in small
    assert "pension" not in bigger


def test_a_child_past_the_age_is_pointed_to_the_page_of_older_siblings(child_allowance: Definition) -> None:
    some = filed(child_allowance, children=children("2007-05-01", "2020-01-01"))
    everyone = filed(child_allowance, children=children("2007-05-01"))

    assert [rule.id for rule in some.warnings] == ["some_child_too_old"]
    assert [rule.id for rule in everyone.stops] == ["all_children_too_old"]


def test_the_lower_earner_is_told_who_claims(child_allowance: Definition) -> None:
    answers: dict[str, Any] = {"has_spouse": "yes", "higher_income": "spouse"}
    private = filed(child_allowance, **answers, spouse_occupation="employee")
    public = filed(child_allowance, **answers, spouse_occupation="public_servant")

    assert [rule.id for rule in private.warnings] == ["spouse_earns_more"]
    assert [rule.id for rule in public.warnings] == ["spouse_public_servant"]


def documents(result: Evaluation) -> set[str]:
    return {state.document.id for state in result.documents if state.required}


@pytest.mark.parametrize(
    ("answers", "papers"),
    [
        ({}, set()),
        ({"account_choice": "named"}, {"account_proof"}),
        ({"account_choice": "registered"}, set()),
        ({"position": "guardian"}, {"guardian_proof"}),
        ({"position": "designated"}, {"designated_proof"}),
        ({"position": "living_parent"}, {"living_parent_statement", "divorce_talks_proof"}),
        ({"january_place": "abroad"}, {"passport"}),
        ({"cause": "left_public_service"}, {"public_service_end"}),
        ({"children": [{"_id": "m1", "child_livelihood": "maintained"}]}, {"maintenance_statement"}),
        (
            {"children": [{"_id": "m1", "child_living": "apart", "child_studies_abroad": "yes"}]},
            {"study_abroad_statement", "enrolment_certificate"},
        ),
        ({"filer": "agent"}, {"mandate"}),
        ({"filer": "spouse"}, set()),
    ],
)
def test_each_situation_calls_for_its_papers(
    child_allowance: Definition, answers: dict[str, Any], papers: set[str]
) -> None:
    assert documents(filed(child_allowance, **answers)) == {"identity", *papers}


def test_only_the_identity_paper_of_a_letter_of_attorney_must_come_at_once(
    child_allowance: Definition,
) -> None:
    at_once = [document.id for document in child_allowance.documents if not document.may_follow]

    assert at_once == ["mandate"]


def test_the_refusal_carries_reason_and_appeal(child_allowance: Definition) -> None:
    refused = child_allowance.workflow.decision("refused")
    appeal = child_allowance.outputs.appeal("appeal_mayor")

    assert refused is not None
    assert (refused.outcome, refused.reason_required, refused.appeal) == ("refused", True, "appeal_mayor")
    assert appeal is not None
    assert "翌日から起算して3か月以内に、盛岡市長に対して審査請求" in appeal.text
    assert "翌日から起算して6か月以内に、盛岡市を被告として" in appeal.text


def test_my_number_is_never_asked(child_allowance: Definition) -> None:
    asked = [q for q in child_allowance.all_questions() if q.kind == "individual_number"]

    assert asked == []
    assert "マイナンバーは、この画面では聞きません" in child_allowance.question("number_later").label
