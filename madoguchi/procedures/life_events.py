"""The events of a life by which people look for a procedure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _


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
