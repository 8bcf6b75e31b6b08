"""The events of a life by which people look for a procedure, and what usually follows what in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

# What people do one after another in an event (from general knowledge; each city orders its own): ids of procedures.
COURSES: dict[str, tuple[tuple[str, ...], ...]] = {
    "pregnancy": (("pregnancy-notification", "childcare-admission"),),
    "birth": (
        (
            "pregnancy-notification",
            "child-allowance-claim",
            "national-health-insurance-joining",
            "childcare-admission",
        ),
        ("child-allowance-amount-change", "national-health-insurance-joining", "childcare-admission"),
    ),
    "childcare": (
        ("childcare-certification", "childcare-admission"),
        ("child-allowance-claim", "school-expense-aid", "vaccination-form-reissue"),
    ),
    "school": (("school-expense-aid", "income-tax-certificate"),),
    "moving": (
        (
            "moving-in-appointment",
            "national-health-insurance-joining",
            "child-allowance-claim",
            "childcare-admission",
            "school-expense-aid",
            "vaccination-form-reissue",
            "care-certification-after-move",
            "water-service-start",
            "seal-registration",
            "dog-registration",
        ),
        (
            "moving-out-notification",
            "national-health-insurance-leaving",
            "child-allowance-end",
            "water-service-stop",
            "oversized-waste-collection",
        ),
        (
            "moving-within-appointment",
            "child-allowance-details-change",
            "water-service-stop",
            "water-service-start",
            "oversized-waste-collection",
        ),
    ),
    "work": (("national-health-insurance-joining", "childcare-certification", "childcare-admission"),),
    "care": (
        ("care-certification", "care-plan-request-notice", "home-modification-benefit"),
        ("care-certification", "welfare-equipment-purchase", "high-cost-care-benefit"),
    ),
    "disaster": (("disaster-certificate",),),
    "bereavement": (("national-health-insurance-leaving", "child-allowance-unpaid-claim"),),
    "living": (("water-service-start", "resident-record-copy", "seal-registration"),),
}


def usually_next(procedure_id: str, events: Iterable[str]) -> list[str]:
    """What usually follows a procedure: the courses of its events that it is part of, else those of its events."""
    known = [course for event in events for course in COURSES.get(event, ())]
    own = [course for course in known if procedure_id in course] or known
    after = [course[course.index(procedure_id) + 1 :] if procedure_id in course else course for course in own]
    before = [course for course in own if procedure_id in course]
    return [one for one in dict.fromkeys(sum((*after, *before), ())) if one != procedure_id]


@dataclass(frozen=True, slots=True)
class LifeEvent:
    id: str
    label: str


def life_events() -> list[LifeEvent]:
    """All life events in the order in which pages list them, in the language of the page."""
    return [
        LifeEvent("pregnancy", _("妊娠した")),
        LifeEvent("birth", _("子どもが生まれた")),
        LifeEvent("childcare", _("子育て・保育")),
        LifeEvent("school", _("学校に通う")),
        LifeEvent("moving", _("引っ越し")),
        LifeEvent("work", _("仕事が変わった")),
        LifeEvent("care", _("介護が必要になった")),
        LifeEvent("disaster", _("災害にあった")),
        LifeEvent("bereavement", _("家族が亡くなった")),
        LifeEvent("living", _("毎日のくらし")),
    ]
