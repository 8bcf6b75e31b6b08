"""The scoreboard: nine measures at a glance, and one indicator opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Q

from madoguchi.japan.fiscal import fiscal_year, fiscal_year_end
from madoguchi.plan.definition import Indicator, Measure, Plan
from madoguchi.plan.models import Fact, MonthTotal
from madoguchi.plan.queries import figures
from madoguchi.plan.queries.figures import Figure
from madoguchi.plan.queries.loading import is_stock, month_end
from madoguchi.plan.rules import forecast, light
from madoguchi.plan.rules.forecast import Forecast, Silence
from madoguchi.plan.rules.light import Light


@dataclass(frozen=True, slots=True)
class Standing:
    """One indicator on a day."""

    indicator: Indicator
    figure: Figure
    light: Light
    forecast: Forecast | None
    changed_on: date | None  # the newest day of the plan on which something began or ended
    last_year: float | None = None  # of what is told anew each year: the value at the end of the last one

    @property
    def silence(self) -> Silence | None:
        """Why there is no forecast; None where there is one."""
        if self.forecast is not None:
            return None
        return forecast.silence(self.indicator, self.figure.as_of) or "few"


@dataclass(frozen=True, slots=True)
class Line:
    """One measure with its indicators, the one the plan names first."""

    measure: Measure
    standings: tuple[Standing, ...]


def scoreboard(plan: Plan, as_of: date) -> list[Line]:
    """All measures of a plan on a day, in as many questions as one indicator needs."""
    found = standings(plan, plan.indicators, as_of)
    return [
        Line(measure, tuple(found[i.id] for i in plan.indicators_of(measure.id))) for measure in plan.measures
    ]


def standing(plan: Plan, indicator: Indicator, as_of: date) -> Standing:
    """One indicator on a day, with light and forecast."""
    return standings(plan, [indicator], as_of)[indicator.id]


def standings(plan: Plan, indicators: Collection[Indicator], as_of: date) -> dict[str, Standing]:
    """Some indicators on a day, by id, with light and forecast."""
    day = plan.day_within(as_of)
    ahead = [i for i in indicators if forecast.silence(i, day) is None or i.begins_anew]
    found, courses = figures.figures_and_courses(plan, indicators, day, ahead)
    newest = newest_days(plan, indicators, day)
    last = {i.id: _last_year(i, courses[i.id], day) for i in ahead}
    return {
        one.id: Standing(
            indicator=one,
            figure=found[one.id],
            light=light.light(one, light.held(one, found[one.id].value, last.get(one.id)), day),
            forecast=_forecast(one, courses.get(one.id, []), day),
            changed_on=newest.get(one.source),
            last_year=last.get(one.id),
        )
        for one in indicators
    }


def _last_year(indicator: Indicator, course: figures.Course, day: date) -> float | None:
    """What an indicator that is told anew each year was at the end of the last one; None for any other."""
    end = fiscal_year_end(fiscal_year(day) - 1)
    return next((value for on, value in course if indicator.begins_anew and on == end), None)


def _forecast(indicator: Indicator, course: figures.Course, day: date) -> Forecast | None:
    if indicator.target is None or forecast.silence(indicator, day) is not None:
        return None
    whole = [point for point in course if point[0] == month_end(point[0])]
    return forecast.forecast(
        whole,
        indicator.target.on,
        least=None if indicator.kind == "sum" else 0,
        most=indicator.most,
        counts=indicator.kind in ("count", "distinct", "stock"),
    )


def newest_days(plan: Plan, indicators: Collection[Indicator], day: date) -> dict[str, date]:
    """The newest day of the plan, up to a day, on which something of a source began, or of a stock ended: by source."""
    newest = _begun({i.source for i in indicators}, plan.starts_on, day)
    for source, on in _ended({i.source for i in indicators if is_stock(i)}, plan.starts_on, day).items():
        newest[source] = max(newest.get(source, on), on)
    return newest


def _begun(sources: Collection[str], since: date, day: date) -> dict[str, date]:
    """Looked for only in the newest two months that have facts."""
    months: dict[str, list[date]] = defaultdict(list)
    totals = MonthTotal.objects.filter(source__in=sources, month__gte=since, month__lte=day, rows__gt=0)
    for source, month in totals.order_by("-month").values_list("source", "month").distinct():
        if len(months[source]) < 2:
            months[source].append(month)
    if not months:
        return {}
    wanted = Q()
    for source, newest in months.items():
        wanted |= Q(source=source, on__gte=newest[-1], on__lte=day)
    facts = Fact.objects.filter(wanted).order_by()
    return dict(facts.values_list("source").annotate(newest=Max("on")))


def _ended(sources: Collection[str], since: date, day: date) -> dict[str, date]:
    """The first day without what was in force."""
    if not sources:
        return {}
    one = timedelta(days=1)
    facts = Fact.objects.filter(source__in=sources, until__gte=since - one, until__lt=day).order_by()
    return {source: last + one for source, last in facts.values_list("source").annotate(last=Max("until"))}


@dataclass(frozen=True, slots=True)
class Change:
    """How much a value changed since a day; None where one end has no value."""

    amount: float | None
    since: date
    is_whole_plan: bool  # since the plan began, less than a year before


def change_of_a_year(plan: Plan, indicator: Indicator, as_of: date) -> Change:
    """How much the computed value changed within twelve months, or since the plan began."""
    day = plan.day_within(as_of)
    before = max(day - timedelta(days=365), plan.starts_on)
    now, then = (figures.figure(plan, indicator, on).computed for on in (day, before))
    amount = now - then if now is not None and then is not None else None
    return Change(amount, before, is_whole_plan=before == plan.starts_on)
