"""Which plan and which day a page is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.utils.translation import get_language

from madoguchi.common import clock
from madoguchi.plan.definition import Indicator, Plan
from madoguchi.plan.queries import plans


@dataclass(frozen=True, slots=True)
class Asked:
    """The plan and the day of a page, and what was odd about the day that the address named."""

    plan: Plan
    day: date
    is_default_plan: bool
    is_default_day: bool
    is_misread: bool  # no day of the calendar
    is_ahead: bool  # still to come: today's values are shown
    is_before: bool  # before the plan began: its first day's values are shown

    @property
    def as_of(self) -> date:
        """The day the figures are given for."""
        return self.plan.day_within(self.day)

    @property
    def is_closed(self) -> bool:
        """Whether the figures are final."""
        return self.day > self.plan.ends_on

    @property
    def query(self) -> str:
        """What links carry along: empty for the plan and day that are meant anyway."""
        words: dict[str, str] = {}
        if not self.is_default_plan:
            words["plan"] = self.plan.id
        if not self.is_default_day:
            words["as_of"] = self.day.isoformat()
        return f"?{urlencode(words)}" if words else ""


def asked(request: HttpRequest) -> Asked:
    """What the address asks for; today and the plan of that day unless it says otherwise.

    Nobody knows the value of a day still to come: today's is shown, and nothing is called final or missed.

    Raises `Http404` for a plan that is not there, or while none is published.
    """
    today = clock.today()
    text = request.GET.get("as_of", "")
    named = _day(text)
    is_ahead = named is not None and named > today
    day = today if named is None or is_ahead else named
    try:
        default = plans.plan_for(today)
        wanted = request.GET.get("plan", "")
        plan = plans.plan(wanted) if wanted else plans.plan_for(day)
    except plans.NoSuchPlan:
        raise Http404 from None
    return Asked(
        plan,
        max(day, min(plan.starts_on, today)),
        is_default_plan=plan.id == default.id and not text,
        is_default_day=named is None or is_ahead,
        is_misread=bool(text) and named is None,
        is_ahead=is_ahead,
        is_before=day < plan.starts_on,
    )


def asked_indicator(request: HttpRequest, indicator_id: str) -> tuple[Asked, Indicator]:
    """What the address asks for, and the indicator of that plan. Raises `Http404`."""
    ask = asked(request)
    try:
        return ask, ask.plan.indicator(indicator_id)
    except KeyError:
        raise Http404 from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def language() -> str:
    """The language of the page."""
    return get_language() or "ja"


def posted_version(request: HttpRequest) -> int:
    """The version of the row that a form was shown with; -1, which no row has, when it is none."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
