"""Plans in versions, what happened (facts), achievement records, meetings, digital services, national tables."""

from madoguchi.plan.models.achievements import Achievement, TypedValue
from madoguchi.plan.models.facts import Fact, MonthTotal, SubjectYear
from madoguchi.plan.models.meetings import AgendaItem, Meeting, Resolution
from madoguchi.plan.models.national import NationalTable, NationalValue
from madoguchi.plan.models.plans import PlanVersion
from madoguchi.plan.models.reviews import ReviewNote
from madoguchi.plan.models.services import DigitalService, Survey, UseEvidence
from madoguchi.plan.models.systems import SystemAsset

__all__ = [
    "Achievement",
    "AgendaItem",
    "DigitalService",
    "Fact",
    "Meeting",
    "MonthTotal",
    "NationalTable",
    "NationalValue",
    "PlanVersion",
    "Resolution",
    "ReviewNote",
    "SubjectYear",
    "Survey",
    "SystemAsset",
    "TypedValue",
    "UseEvidence",
]
