"""A plan in its compiled, immutable form: goals, measures, indicators, roadmap, money, as one YAML file says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Certainty = Literal["plan", "verified", "general_knowledge", "to_be_filled"]
# count: rows; sum: their quantity; distinct: different subjects; stock: different subjects in force on the day;
# share: quantity of `source` for a hundred of `denominator`, of a day: different subjects; share_of_sums: of a day, quantity.
Kind = Literal["count", "sum", "distinct", "stock", "share", "share_of_sums"]
# in all: since the plan began; year: the fiscal year of the day; day: as it stands on the day.
Span = Literal["plan", "year", "day"]
Direction = Literal["at_least", "at_most"]


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the languages of the public pages; an absent translation falls back to Japanese."""

    ja: str
    en: str = ""
    easy: str = ""

    def of(self, language: str) -> str:
        """The text in `language` (`ja`, `en`, `ja-easy`)."""
        return {"en": self.en, "ja-easy": self.easy}.get(language) or self.ja

    def __str__(self) -> str:
        return self.ja


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a day: a baseline or a target."""

    value: float
    on: date
    certainty: Certainty = "plan"


@dataclass(frozen=True, slots=True)
class Indicator:
    """How a figure is made: nobody types it. `divisor` turns the quantity of facts into `unit` (minutes → hours)."""

    id: str
    measure_id: str
    title: Words
    unit: Words
    kind: Kind
    span: Span
    source: str
    direction: Direction
    denominator: str = ""  # source of the denominator of a share
    divisor: int = 1
    most: int | None = None  # there cannot be more: forecasts end here
    baseline: Point | None = None
    target: Point | None = None
    definition: Words = Words("")  # numerator, denominator, exclusions in a sentence or two
    exclusions: Words = Words("")
    fiscal_year_rule: Words = Words("")
    version: int = 1  # raised with every change of how it is counted
    begins_anew: bool = (
        False  # of a day, but told anew each fiscal year: what was shown last year no longer counts
    )
    is_headline: bool = True  # the figure the plan itself names; others stand beside it, always labelled
    certainty: Certainty = "plan"

    @property
    def is_share(self) -> bool:
        """Whether two sources are divided: its parts do not add up to it."""
        return self.kind in ("share", "share_of_sums")

    @property
    def is_yearly(self) -> bool:
        """Whether it begins at nought each 1 April: its values of two fiscal years do not tell a course."""
        return self.span == "year" or self.begins_anew


@dataclass(frozen=True, slots=True)
class RoadmapBar:
    """One bar of the roadmap (工程表): planned days, and the bars that must be finished before it begins."""

    id: str
    measure_id: str
    title: Words
    starts_on: date
    ends_on: date
    after: tuple[str, ...] = ()
    certainty: Certainty = "plan"  # of its days


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Money for a measure in a fiscal year, in whole yen; 0 with `to_be_filled` where the plan names none."""

    id: str
    measure_id: str
    title: Words
    fiscal_year: int
    amount_yen: int
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Action:
    """A main action (主な取組) of a measure."""

    number: str
    title: Words


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure (施策)."""

    id: str  # "1-1"
    goal_id: str
    title: Words
    overview: Words
    present_state: Words
    problems: Words
    actions: tuple[Action, ...]
    department_code: str
    national_items: tuple[str, ...] = ()  # ids of the national plan's items
    records: tuple[
        str, ...
    ] = ()  # kinds of achievement records that belong to it though no indicator counts them
    sdgs: tuple[int, ...] = ()
    certainty: Mapping[str, Certainty] = field(
        default_factory=dict, hash=False
    )  # of entries not from the plan


@dataclass(frozen=True, slots=True)
class Goal:
    """A priority goal (重点目標)."""

    id: str
    title: Words


@dataclass(frozen=True, slots=True)
class NationalItem:
    """An item of the national plan (自治体DX推進計画) that measures relate to."""

    id: str
    title: Words


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan. Ids are never changed or reused."""

    id: str
    title: Words
    city_code: str
    vision: Words
    starts_on: date
    ends_on: date
    state: Literal["in_force", "closed", "draft"]
    succeeds: str  # id of the plan whose indicators this one continues, or ""
    office_department_code: str
    goals: tuple[Goal, ...]
    national_items: tuple[NationalItem, ...]
    measures: tuple[Measure, ...]
    indicators: tuple[Indicator, ...]
    roadmap: tuple[RoadmapBar, ...]
    budget: tuple[BudgetLine, ...]
    core_systems: Mapping[str, Words]  # id → name; `core_system_lists` says which list holds which
    core_system_lists: Mapping[str, tuple[str, ...]]  # "17" and "20", never mixed

    def measure(self, measure_id: str) -> Measure:
        """The measure of that id. Raises `KeyError`."""
        for measure in self.measures:
            if measure.id == measure_id:
                return measure
        raise KeyError(measure_id)

    def indicator(self, indicator_id: str) -> Indicator:
        """The indicator of that id. Raises `KeyError`."""
        for indicator in self.indicators:
            if indicator.id == indicator_id:
                return indicator
        raise KeyError(indicator_id)

    def systems_of(self, indicator: Indicator) -> tuple[str, ...]:
        """The core systems that an indicator counts, where its source is a list of them."""
        return self.core_system_lists.get(indicator.source.removeprefix("systems-"), ())

    def indicators_of(self, measure_id: str) -> tuple[Indicator, ...]:
        """The indicators of a measure, the one the plan names first."""
        found = [i for i in self.indicators if i.measure_id == measure_id]
        return tuple(sorted(found, key=lambda i: not i.is_headline))

    def day_within(self, day: date) -> date:
        """The day that figures of this plan are given for: a closed plan keeps its last day's."""
        return min(day, self.ends_on)
