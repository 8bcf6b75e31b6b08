"""What is to be seen to about a digital service: plain values in, findings out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from madoguchi.japan.fiscal import fiscal_year_end, fiscal_year_start
from madoguchi.plan.rules.names import plain, shortened

Code = Literal["no_privacy_check", "no_security_check", "review_due", "no_exit_plan", "no_evidence"]

PERSONAL = "personal"
SURVEY_FROM = (3, 1)  # 1 March: the year-end survey is issued
SURVEY_DAYS = 21


@dataclass(frozen=True, slots=True)
class Service:
    """What the checks look at."""

    data_classes: Collection[str]
    privacy_checked_on: date | None
    security_checked_on: date | None
    review_on: date | None
    exit_plan: str
    evidence_years: Collection[int]
    started_on: date
    ended_on: date | None


def is_in_use(service: Service, day: date) -> bool:
    """Whether the service is in use on a day."""
    return service.started_on <= day and (service.ended_on is None or service.ended_on >= day)


def is_after(start: date, end: date | None) -> bool:
    """Whether a day lies after the last day of a service."""
    return end is not None and start > end


def proves(*, seen_on: date, year: int, started_on: date, ended_on: date | None) -> bool:
    """Whether what was seen on a day proves that a service of these days was used in a fiscal year.

    What is seen within the year is seen of a service in use; a report that comes later speaks of the whole year.
    """
    first, last = fiscal_year_start(year), fiscal_year_end(year)
    if seen_on <= last:
        return max(first, started_on) <= seen_on and not is_after(seen_on, ended_on)
    return started_on <= last and not is_after(first, ended_on)


def findings(service: Service, *, day: date, fiscal_year: int) -> list[Code]:
    """What is missing on a day; nothing of a service that has ended."""
    if not is_in_use(service, day):
        return []
    found: list[Code] = []
    if PERSONAL in service.data_classes and service.privacy_checked_on is None:
        found.append("no_privacy_check")
    if service.security_checked_on is None:
        found.append("no_security_check")
    if service.review_on is not None and service.review_on < day:
        found.append("review_due")
    if not service.exit_plan.strip():
        found.append("no_exit_plan")
    if fiscal_year not in service.evidence_years:
        found.append("no_evidence")
    return found


def sameness(city_service: str, private_service: str) -> str:
    """What two entries of one service have in common, however people write it: width, case and blanks do not count."""
    return shortened(f"{plain(city_service)}×{plain(private_service)}", 250)


def is_survey_time(day: date) -> bool:
    """Whether the year-end survey of the running fiscal year is out: from 1 to 31 March."""
    return day.month == SURVEY_FROM[0] and day.day >= SURVEY_FROM[1]
