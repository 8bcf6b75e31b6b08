"""Plans as data: each fault is found with its line and its mend; versions stay."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from madoguchi.plan import reading
from madoguchi.plan.actions import publishing
from madoguchi.plan.findings import BrokenPlan
from madoguchi.plan.models import PlanVersion
from madoguchi.plan.queries import plans

CATALOG = Path(reading.__file__).parent / "catalog"
NOW = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)

BASE = """\
id: city-2021
title: {ja: 計画}
city_code: "032018"
vision: {ja: 便利な市役所}
starts_on: 2021-04-01
ends_on: 2026-03-31
state: in_force
office: digital
goals:
  - {id: "1", title: {ja: 目標}}
national_items:
  - {id: online, title: {ja: オンライン化}}
measures:
  - id: "1-1"
    goal: "1"
    title: {ja: 施策}
    overview: {ja: 概要}
    present_state: {ja: 現状}
    problems: {ja: 課題}
    actions: [取組]
    department: digital
    national_items: [online]
indicators:
  - id: workshops
    measure: "1-1"
    title: {ja: 講座}
    unit: {ja: 回}
    kind: count
    span: plan
    source: workshops
    direction: at_least
    baseline: {value: 0, on: 2021-04-01}
    target: {value: 130, on: 2026-03-31}
    definition: {ja: 開いた回数}
roadmap:
  - {id: first, measure: "1-1", title: {ja: 準備}, starts_on: 2021-04-01, ends_on: 2022-03-31}
  - {id: second, measure: "1-1", title: {ja: 実施}, starts_on: 2022-04-01, ends_on: 2026-03-31, after: [first]}
budget:
  - {id: b1, measure: "1-1", title: {ja: 講座}, fiscal_year: 2021, amount_yen: 0, certainty: to_be_filled}
core_systems: {register: 住民記録}
core_system_lists: {"17": [register]}
"""

# One change of BASE each, and the one finding it must give.
BROKEN = {
    "no_source_for_list": ('{"17": [register]}', '{"21": [register]}', "not_a_choice"),
    "unknown_record": ("national_items: [online]", "national_items: [online]\n    records: [party]", "unknown_name"),
    "not_yaml": ("goals:", "goals: [", "syntax"),
    "alias": ("title: {ja: 計画}", "title: &a {ja: 計画}", "alias"),
    "doubled_key": ("office: digital", "office: digital\noffice: digital", "duplicate_key"),
    "missing": ("vision: {ja: 便利な市役所}\n", "", "missing"),
    "unknown_key": ("office: digital", "office: digital\ncolour: red", "unknown_key"),
    "bad_state": ("state: in_force", "state: running", "not_a_choice"),
    "list_for_text": ("vision: {ja: 便利な市役所}", "vision: [便利]", "wrong_type"),
    "bad_id": ("id: city-2021", "id: City 2021", "wrong_form"),
    "bad_day_form": ("starts_on: 2021-04-01\nends", "starts_on: 令和3年4月1日\nends", "wrong_form"),
    "no_such_day": ("ends_on: 2026-03-31\nstate", "ends_on: 2026-02-30\nstate", "no_such_day"),
    "bad_city_code": ('"032018"', '"032019"', "bad_city_code"),
    "succeeds_itself": ("office: digital", "office: digital\nsucceeds: city-2021", "succeeds_itself"),
    "unknown_goal": ('goal: "1"', 'goal: "9"', "unknown_name"),
    "unknown_item": ("national_items: [online]", "national_items: [card]", "unknown_name"),
    "unknown_measure": ('    measure: "1-1"\n    title: {ja: 講座}', '    measure: "9-9"\n    title: {ja: 講座}', "unknown_name"),
    "unknown_source": ("source: workshops", "source: parties", "unknown_source"),
    "no_denominator": ("kind: count", "kind: share", "share_needs_denominator"),
    "denominator_without_share": (
        "source: workshops",
        "source: workshops\n    denominator: procedures",
        "share_needs_denominator",
    ),
    "divisor": ("source: workshops", "source: workshops\n    divisor: 0", "bad_divisor"),
    "sums_without_denominator": ("kind: count\n    span: plan", "kind: share_of_sums\n    span: day", "share_needs_denominator"),
    "sums_of_a_span": (
        "kind: count\n    span: plan\n    source: workshops",
        "kind: share_of_sums\n    span: plan\n    source: workshops\n    denominator: procedures",
        "stock_is_of_a_day",
    ),
    "stock_of_a_span": ("kind: count", "kind: stock", "stock_is_of_a_day"),
    "flow_of_a_day": ("span: plan", "span: day", "flow_needs_a_span"),
    "starts_within_a_month": ("starts_on: 2021-04-01", "starts_on: 2021-03-15", "starts_within_a_year"),
    "starts_within_a_year": ("starts_on: 2021-04-01", "starts_on: 2021-01-01", "starts_within_a_year"),
    "ends_within_a_year": ("ends_on: 2026-03-31\nstate", "ends_on: 2026-09-30\nstate", "ends_within_a_year"),
    "target_too_low": ("{value: 130, on", "{value: -1, on", "target_below_baseline"),
    "target_too_high": ("direction: at_least", "direction: at_most", "target_above_baseline"),
    "target_late": ("target: {value: 130, on: 2026-03-31}", "target: {value: 130, on: 2027-03-31}", "target_outside_plan"),
    "doubled_bar": ("{id: second,", "{id: first,", "doubled_id"),
    "bar_of_unknown_measure": ('{id: first, measure: "1-1"', '{id: first, measure: "7-7"', "unknown_name"),
    "bar_ends_first": ("starts_on: 2021-04-01, ends_on: 2022-03-31", "starts_on: 2021-04-01, ends_on: 2021-03-31", "ends_before_start"),
    "bar_outside": ("starts_on: 2021-04-01, ends_on: 2022-03-31", "starts_on: 2020-04-01, ends_on: 2022-03-31", "bar_outside_plan"),
    "bar_after_nothing": ("after: [first]", "after: [zeroth]", "unknown_name"),
    "bar_before_what_it_waits_for": ("ends_on: 2022-03-31", "ends_on: 2023-03-31", "begins_before_what_it_waits_for"),
    "budget_of_unknown_measure": ('{id: b1, measure: "1-1"', '{id: b1, measure: "8-8"', "unknown_name"),
    "mark_of_nothing": ("    department: digital\n", "    department: digital\n    certainty: {vision: plan}\n", "unknown_key"),
    "mark_that_is_none": ("    department: digital\n", "    department: digital\n    certainty: {sdgs: perhaps}\n", "not_a_choice"),
    "sdgs_though_marked": ("    department: digital\n", "    department: digital\n    sdgs: [9]\n    certainty: {sdgs: to_be_filled}\n", "written_though_marked"),
    "sdg_that_is_none": ("    department: digital\n", "    department: digital\n    sdgs: [18]\n", "wrong_form"),
    "target_of_words": ("target: {value: 130, on: 2026-03-31}", "target: many", "wrong_form"),
    "target_without_a_day": ("target: {value: 130, on: 2026-03-31}", "target: {value: 130}", "missing"),
    "unknown_system": ('{"17": [register]}', '{"17": [tax]}', "unknown_name"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BROKEN))
def test_each_fault_is_found_with_its_line_and_its_mend(name):
    before, after, code = BROKEN[name]
    assert before in BASE

    _plan, findings = reading.examine(BASE.replace(before, after, 1))

    assert [f.code for f in findings] == [code]
    assert all(f.line >= 1 and f.message and f.mend for f in findings)


def test_the_unbroken_plan_has_no_finding():
    assert reading.examine(BASE)[1] == []


def test_a_ring_of_bars_is_one_finding():
    text = BASE.replace("ends_on: 2022-03-31}", "ends_on: 2022-03-31, after: [second]}")

    assert [f.code for f in reading.examine(text)[1]] == ["cycle"]


def test_each_of_two_rings_is_found_even_when_one_waits_for_the_other():
    bar = '  - {id: %s, measure: "1-1", title: {ja: 工程}, starts_on: 2021-04-01, ends_on: 2022-03-31, after: [%s]}\n'
    rings = "".join(bar % pair for pair in (("a", "b, c"), ("b", "a"), ("c", "d"), ("d", "c")))

    found = reading.examine(BASE.replace("budget:\n", rings + "budget:\n"))[1]

    assert [(f.code, f.place) for f in found] == [("cycle", "a"), ("cycle", "c")]


def test_a_finding_names_the_line_of_the_fault():
    text = BASE.replace("source: workshops", "source: parties")

    (finding,) = reading.examine(text)[1]

    assert "source: parties" in text.splitlines()[finding.line - 1]
    assert finding.place == "workshops"


@pytest.mark.parametrize("name", ["morioka-2021-2025", "morioka-2026-2030"])
def test_the_catalogue_is_without_findings(name):
    plan = reading.read((CATALOG / f"{name}.yaml").read_text(encoding="utf-8"))

    assert plan.id == name
    assert len(plan.measures) == 9
    assert {i.measure_id for i in plan.indicators if i.is_headline} == {m.id for m in plan.measures}
    assert (len(plan.core_system_lists["17"]), len(plan.core_system_lists["20"])) == (17, 20)


def test_what_the_plan_does_not_say_is_marked():
    plan = reading.read((CATALOG / "morioka-2021-2025.yaml").read_text(encoding="utf-8"))
    assumed = {b.measure_id for b in plan.roadmap if b.certainty == "to_be_filled"}
    baselines = [(i.id, i.baseline.certainty) for i in plan.indicators if i.baseline]

    assert {m.certainty["sdgs"] for m in plan.measures} == {"to_be_filled"}
    assert {m.certainty["budget"] for m in plan.measures} == {"to_be_filled"}
    assert {m.certainty["department"] for m in plan.measures} == {"general_knowledge"}
    assert assumed == {"1-2", "2-3"}  # the plan gives the order of their steps, and no years
    assert [name for name, mark in baselines if mark != "plan"] == ["priority-procedures", "online-share"]


def test_an_amount_for_a_measure_whose_budget_is_marked_as_not_written_is_found():
    marked = BASE.replace(
        "    department: digital\n", "    department: digital\n    certainty: {budget: to_be_filled}\n"
    )
    said = marked.replace("amount_yen: 0, certainty: to_be_filled", "amount_yen: 100, certainty: plan")

    assert reading.examine(marked)[1] == []
    assert [f.code for f in reading.examine(said)[1]] == ["written_though_marked"]


def test_the_successor_continues_every_indicator_without_inventing_a_target():
    old, new = (
        reading.read((CATALOG / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("morioka-2021-2025", "morioka-2026-2030")
    )

    continued = {i.id for i in old.indicators}
    assert [i.id for i in new.indicators if i.id in continued] == [i.id for i in old.indicators]
    assert all(i.target is None for i in new.indicators)
    assert {i.certainty for i in new.indicators} == {"to_be_filled", "general_knowledge"}
    assert new.succeeds == old.id


@pytest.mark.django_db
def test_a_version_stays_when_a_new_one_is_published():
    publishing.publish(source=BASE, by="test", now=NOW)
    publishing.publish(source=BASE, by="test", now=NOW)
    changed = BASE.replace("value: 130", "value: 140").replace(
        "    direction: at_least\n", "    direction: at_least\n    version: 2\n", 1
    )

    publishing.publish(source=changed, by="test", note="目標の見直し", now=NOW)

    assert list(PlanVersion.objects.order_by("number").values_list("number", "note")) == [
        (1, ""),
        (2, "目標の見直し"),
    ]
    newest = plans.plan("city-2021").indicator("workshops").target
    assert newest is not None
    assert newest.value == 140


@pytest.mark.django_db
def test_a_published_indicator_is_neither_removed_nor_counted_otherwise_in_silence():
    publishing.publish(source=BASE, by="test", now=NOW)

    with pytest.raises(BrokenPlan) as changed:
        publishing.publish(source=BASE.replace("span: plan", "span: year"), by="test", now=NOW)
    with pytest.raises(BrokenPlan) as removed:
        publishing.publish(source=BASE.replace("id: workshops", "id: lessons"), by="test", now=NOW)

    assert [f.code for f in changed.value.findings] == ["changed_without_version"]
    assert [f.code for f in removed.value.findings] == ["indicator_removed"]


@pytest.mark.django_db
def test_old_and_new_definition_of_an_indicator_stand_side_by_side():
    publishing.publish(source=BASE, by="test", now=NOW)
    publishing.publish(
        source=BASE.replace("span: plan", "span: year\n    version: 2"), by="test", note="年度の数に", now=NOW
    )

    found = plans.definitions_of("city-2021", "workshops")

    assert [(i.version, i.span) for _published, i in found] == [(2, "year"), (1, "plan")]


@pytest.mark.django_db
def test_the_plan_of_a_day_is_the_one_in_force_else_the_last_that_ended_and_never_a_draft():
    for path in CATALOG.glob("*.yaml"):
        publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)

    assert plans.plan_for(date(2026, 11, 26)).id == "morioka-2021-2025"
    assert plans.plan_for(date(2019, 1, 1)).id == "morioka-2021-2025"
    with pytest.raises(plans.NoSuchPlan):
        plans.plan("nowhere")


@pytest.mark.parametrize("language", ["en", "ja-easy"])
@pytest.mark.parametrize("path", sorted(CATALOG.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_is_not_counted_and_the_rule_of_the_year_are_said_in_each_language(path, language):
    plan = reading.read(path.read_text(encoding="utf-8"))
    words = [text for one in plan.indicators for text in (one.exclusions, one.fiscal_year_rule) if text.ja]

    assert words
    assert [text.ja for text in words if text.of(language) == text.ja] == []
