"""A plan's YAML: read strictly, its shape held against the published schema, made into a `Plan`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from madoguchi.common import yaml_source
from madoguchi.plan import checking
from madoguchi.plan.definition import (
    Action,
    BudgetLine,
    Goal,
    Indicator,
    Measure,
    NationalItem,
    Plan,
    Point,
    RoadmapBar,
    Words,
)
from madoguchi.plan.findings import BrokenPlan, Finding

SCHEMA = Path(__file__).parent / "schema" / "plan-1.schema.json"


def read(text: str) -> Plan:
    """The plan that `text` describes. Raises `BrokenPlan` with every finding."""
    plan, findings = examine(text)
    if findings or plan is None:
        raise BrokenPlan(findings)
    return plan


def read_published(text: str) -> Plan:
    """The plan of a source that was checked when it was published: it stays readable whatever is checked since."""
    return _plan(yaml_source.read(text.removeprefix("\ufeff")).data)


def examine(
    text: str,
    before: Plan | None = None,
    departments: Collection[str] | None = None,
    earlier: Collection[Plan] = (),
) -> tuple[Plan | None, list[Finding]]:
    """The plan, where its shape allows one, and everything that must be mended, in the order of the file.

    `before` is the version in use: what would break its figures is a finding, too. `departments` are the codes of
    the city's departments, where they are known; `earlier` the plans before this one.
    """
    try:
        source = yaml_source.read(text.removeprefix("\ufeff"))
    except yaml_source.NotReadable as error:
        mend = "YAMLの書き方（字下げ、コロンのあとの空白、引用符）を確かめてください。"
        return None, [Finding(error.line, "", error.code, error.message, mend)]
    findings = [_shape_finding(error, source) for error in _validator().iter_errors(source.data)]
    if not findings:
        findings = checking.check_days(source)
    if findings:
        return None, sorted(findings, key=lambda f: f.line)
    plan = _plan(source.data)
    findings = [*checking.check(plan, source, before), *checking.check_lists(plan, source, earlier)]
    if departments is not None:
        findings += checking.check_departments(plan, source, departments)
    return plan, sorted(findings, key=lambda f: f.line)


def schema_text() -> str:
    """The published JSON Schema."""
    return SCHEMA.read_text(encoding="utf-8")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema_text()))


def _shape_finding(error: Any, source: yaml_source.Source) -> Finding:
    path = tuple(error.absolute_path)
    place = ".".join(str(part) for part in path)
    line = source.line_of(path)
    match error.validator:
        case "required":
            names = "、".join(n for n in error.validator_value if n not in error.instance)
            return Finding(line, place, "missing", f"「{names}」が書かれていません。", "書き加えてください。")
        case "additionalProperties":
            known = error.schema.get("properties", {})
            names = "、".join(n for n in error.instance if n not in known)
            mend = f"使えるのは、{'、'.join(known)}です。"
            return Finding(line, place, "unknown_key", f"「{names}」という項目はありません。", mend)
        case "enum":
            mend = f"{'、'.join(map(str, error.validator_value))}のどれかを書いてください。"
            return Finding(line, place, "not_a_choice", f"「{error.instance}」は選べません。", mend)
        case "type":
            kinds = {
                "object": "「キー: 値」の並び",
                "array": "並び（-）",
                "string": "文字",
                "integer": "整数",
            }
            mend = f"{kinds.get(str(error.validator_value), '数')}で書いてください。"
            return Finding(line, place, "wrong_type", "書き方の種類が違います。", mend)
        case _:
            mend = "形式（英小文字・数字・ハイフン、日付は2021-04-01の形）を確かめてください。"
            return Finding(
                line, place, "wrong_form", f"「{error.instance}」は、ここに書ける形ではありません。", mend
            )


def _words(data: Mapping[str, Any] | None) -> Words:
    return Words(data["ja"], data.get("en", ""), data.get("easy", "")) if data else Words("")


def _action(data: Mapping[str, Any] | str) -> Words:
    return Words(data) if isinstance(data, str) else _words(data)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _target(data: Mapping[str, Any] | str | None) -> Point | None:
    """None, too, where the city has yet to decide (`to_be_filled`)."""
    return None if isinstance(data, str) else _point(data)


def _point(data: Mapping[str, Any] | None) -> Point | None:
    return Point(float(data["value"]), _day(data["on"]), data.get("certainty", "plan")) if data else None


def _plan(data: Mapping[str, Any]) -> Plan:
    return Plan(
        id=data["id"],
        title=_words(data["title"]),
        city_code=data["city_code"],
        vision=_words(data["vision"]),
        starts_on=_day(data["starts_on"]),
        ends_on=_day(data["ends_on"]),
        state=data["state"],
        succeeds=data.get("succeeds", ""),
        office_department_code=data["office"],
        goals=tuple(Goal(g["id"], _words(g["title"])) for g in data["goals"]),
        national_items=tuple(NationalItem(n["id"], _words(n["title"])) for n in data["national_items"]),
        measures=tuple(_measure(m) for m in data["measures"]),
        indicators=tuple(_indicator(i) for i in data["indicators"]),
        roadmap=tuple(_bar(b) for b in data["roadmap"]),
        budget=tuple(_budget(b) for b in data["budget"]),
        core_systems={key: Words(name) for key, name in data["core_systems"].items()},
        core_system_lists={key: tuple(ids) for key, ids in data["core_system_lists"].items()},
    )


def _measure(data: Mapping[str, Any]) -> Measure:
    return Measure(
        id=data["id"],
        goal_id=data["goal"],
        title=_words(data["title"]),
        overview=_words(data["overview"]),
        present_state=_words(data["present_state"]),
        problems=_words(data["problems"]),
        actions=tuple(Action(str(n), _action(one)) for n, one in enumerate(data["actions"], 1)),
        department_code=data["department"],
        national_items=tuple(data.get("national_items", ())),
        records=tuple(data.get("records", ())),
        sdgs=tuple(data.get("sdgs", ())),
        certainty=dict(data.get("certainty", {})),
    )


def _indicator(data: Mapping[str, Any]) -> Indicator:
    return Indicator(
        id=data["id"],
        measure_id=data["measure"],
        title=_words(data["title"]),
        unit=_words(data["unit"]),
        kind=data["kind"],
        span=data["span"],
        source=data["source"],
        direction=data["direction"],
        denominator=data.get("denominator", ""),
        divisor=data.get("divisor", 1),
        most=data.get("most", 100 if data["kind"] in ("share", "share_of_sums") else None),
        baseline=_point(data.get("baseline")),
        target=_target(data.get("target")),
        definition=_words(data["definition"]),
        exclusions=_words(data.get("exclusions")),
        fiscal_year_rule=_words(data.get("fiscal_year_rule")),
        version=data.get("version", 1),
        begins_anew=data.get("begins_anew", False),
        is_headline=data.get("headline", True),
        certainty=data.get("certainty", "plan"),
    )


def _bar(data: Mapping[str, Any]) -> RoadmapBar:
    return RoadmapBar(
        id=data["id"],
        measure_id=data["measure"],
        title=_words(data["title"]),
        starts_on=_day(data["starts_on"]),
        ends_on=_day(data["ends_on"]),
        after=tuple(data.get("after", ())),
        certainty=data.get("certainty", "plan"),
    )


def _budget(data: Mapping[str, Any]) -> BudgetLine:
    return BudgetLine(
        id=data["id"],
        measure_id=data["measure"],
        title=_words(data["title"]),
        fiscal_year=data["fiscal_year"],
        amount_yen=data["amount_yen"],
        certainty=data["certainty"],
    )
