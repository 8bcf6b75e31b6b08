"""Versions of a plan: none is lost or changed, and how an indicator counted before stays readable."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from madoguchi.audit import actions as audit_actions
from madoguchi.common import registers, yaml_source
from madoguchi.plan import reading
from madoguchi.plan.actions import achievements, publishing
from madoguchi.plan.findings import BrokenPlan
from madoguchi.plan.models import PlanVersion
from madoguchi.plan.queries import plans
from madoguchi.plan.tests.test_plans import BASE, CATALOG

OTHER = BASE.replace("    direction: at_least\n", "    direction: at_least\n    version: 2\n", 1)

FIRST = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
SECOND = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
THIRD = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)


def publish(source: str, now: datetime = FIRST) -> PlanVersion:
    return publishing.publish(source=source, by="test", now=now)


def codes(source: str) -> list[str]:
    with pytest.raises(BrokenPlan) as refused:
        publish(source, SECOND)
    return [finding.code for finding in refused.value.findings]


@pytest.mark.parametrize("path", sorted(CATALOG.glob("*.yaml")), ids=lambda path: Path(path).stem)
def test_a_plan_of_the_catalogue_written_anew_reads_the_same(path):
    text = path.read_text(encoding="utf-8")

    again = yaml.safe_dump(yaml_source.read(text).data, allow_unicode=True, sort_keys=True)

    assert "#" not in again
    assert reading.read(again) == reading.read(text)


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(CATALOG.glob("*.yaml")), ids=lambda path: Path(path).stem)
def test_a_published_plan_is_kept_to_the_letter(path):
    text = path.read_text(encoding="utf-8")

    version = publish(text)

    assert PlanVersion.objects.get(id=version.id).source == text
    assert plans.plan(path.stem) == reading.read(text)


@pytest.mark.django_db
def test_of_two_who_publish_at_once_the_second_is_told_and_nothing_of_theirs_is_kept(monkeypatch):
    publish(BASE)
    record = audit_actions.record

    def somebody_is_faster(*args: Any, **kwargs: Any) -> None:
        monkeypatch.setattr(audit_actions, "record", record)
        publish(OTHER.replace("value: 130", "value: 140"), SECOND)
        record(*args, **kwargs)

    monkeypatch.setattr(audit_actions, "record", somebody_is_faster)

    with pytest.raises(publishing.PublishedMeanwhile):
        publish(OTHER.replace("value: 130", "value: 150"), SECOND)

    target = plans.plan("city-2021").indicator("workshops").target
    assert list(PlanVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert target is not None
    assert target.value == 140


@pytest.mark.django_db
def test_a_published_plan_stays_readable_when_its_source_is_no_longer_there(monkeypatch):
    publish(BASE)
    plans.plan_of.cache_clear()

    monkeypatch.setattr(registers, "indicators", registers.Register("indicators"))

    assert plans.plan("city-2021").indicator("workshops").source == "workshops"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("unit: {ja: 回}", "unit: {ja: 人}"),
        ("span: plan", "span: year"),
        ("source: workshops", "source: training"),
        ("source: workshops", "source: workshops\n    divisor: 60"),
        ("source: workshops", "source: workshops\n    exclusions: {ja: 庁内のもの}"),
        ("source: workshops", "source: workshops\n    fiscal_year_rule: {ja: 暦年で数える}"),
    ],
)
def test_each_change_of_how_an_indicator_counts_needs_a_higher_version(before, after):
    publish(BASE)
    changed = BASE.replace(before, after)

    assert codes(changed) == ["changed_without_version"]
    publish(changed.replace("direction: at_least", "version: 2\n    direction: at_least"), SECOND)


@pytest.mark.django_db
def test_the_version_of_a_definition_never_goes_back():
    publish(BASE.replace("span: plan", "span: plan\n    version: 3"))

    assert codes(BASE.replace("span: plan", "span: plan\n    version: 2")) == ["version_lowered"]
    assert codes(BASE.replace("span: plan", "span: year\n    version: 2")) == ["version_lowered"]


@pytest.mark.django_db
def test_a_definition_is_shown_in_its_last_words_and_since_the_day_it_began():
    publish(BASE)
    publish(BASE.replace("開いた回数", "開いた講座の回数"), SECOND)
    publish(
        BASE.replace("開いた回数", "その年度の回数").replace("span: plan", "span: year\n    version: 2"),
        THIRD,
    )

    found = plans.definitions_of("city-2021", "workshops")

    assert [(p.number, p.published_at, i.version, i.definition.ja) for p, i in found] == [
        (3, THIRD, 2, "その年度の回数"),
        (1, FIRST, 1, "開いた講座の回数"),
    ]
    assert plans.definitions_of("city-2021", "nothing") == []


def test_departments_that_the_city_does_not_have_are_found_where_they_are_known():
    text = BASE.replace("office: digital", "office: office")

    found = reading.examine(text, departments={"digital"})[1]
    both = reading.examine(text, departments={"residents"})[1]

    assert [(f.code, f.place, text.splitlines()[f.line - 1]) for f in found] == [
        ("unknown_name", "", "office: office")
    ]
    assert [f.place for f in both] == ["", "1-1"]
    assert reading.examine(text)[1] == []


LATER = re.sub("202[0-9]", lambda year: str(int(year[0]) + 5), BASE)
MORE = "core_systems: {register: 住民記録, seals: 印鑑登録}"


def with_seals(source: str) -> str:
    return source.replace("core_systems: {register: 住民記録}", MORE).replace(
        "[register]", "[register, seals]"
    )


@pytest.mark.django_db
def test_a_later_plan_does_not_change_what_an_earlier_one_counted():
    publish(BASE)

    assert codes(with_seals(LATER)) == ["list_differs"]
    publish(LATER, SECOND)


@pytest.mark.django_db
def test_a_list_that_was_wrong_is_put_right_from_the_earliest_plan_on():
    publish(BASE)
    publish(LATER)

    publish(with_seals(BASE), SECOND)
    assert achievements.core_systems() == {"17": ("register", "seals")}
    publish(BASE.replace("title: {ja: 計画}", "title: {ja: 計画（改）}"), THIRD)

    assert achievements.core_systems() == {"17": ("register",)}
