"""Who holds what in a department, as its head sees it; nobody is ranked: people stand by the reading of their names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from madoguchi.applications import holders, rules
from madoguchi.applications.models import Absence, Application, HandOverOrder
from madoguchi.common.jinja2env import wareki
from madoguchi.identity.models import Staff


@dataclass(frozen=True, slots=True)
class HolderRow:
    """Somebody who handles cases of a department or holds some, or nobody (`id` None), with how many are open."""

    id: UUID | None
    name: str
    open: int
    state: str  # why their cases need somebody else, or that they are away; empty: all is well
    needs_holder: bool
    here: bool  # can be given cases


@dataclass(frozen=True, slots=True)
class Overview:
    """The holders of a department."""

    rows: list[HolderRow]
    at: holders.AtWork

    @property
    def needing(self) -> int:
        """Open cases that need somebody else."""
        return sum(row.open for row in self.rows if row.needs_holder)

    @property
    def colleagues(self) -> list[HolderRow]:
        """Those who handle cases here today, away or not."""
        return [row for row in self.rows if row.here]

    def row(self, holder: UUID | None) -> HolderRow | None:
        """The row of one person, or of nobody."""
        return next((row for row in self.rows if row.id == holder), None)


def overview(department: str, *, today: date) -> Overview:
    """Six questions, however many people and cases there are."""
    at = holders.at_work([department], today=today)
    cases = Application.objects.filter(department_code=department, status__in=rules.OPEN)
    counts = dict(cases.order_by().values_list("holder").annotate(n=Count("id")))
    handlers = at.handlers[department]
    people = Staff.objects.filter(Q(id__in=handlers) | Q(id__in=[one for one in counts if one]))
    away = {
        absence.staff_id: absence
        for absence in holders.absences_on(today).filter(staff__in=people).select_related("substitute")
    }
    responsible = at.responsible(department)
    rows = [
        HolderRow(
            person.id,
            person.display_name,
            counts.get(person.id, 0),
            _state(
                person, away.get(person.id), handles=person.id in handlers, covered=person.id in responsible
            ),
            bool(counts.get(person.id)) and person.id not in responsible,
            person.id in handlers,
        )
        for person in people.order_by("name_kana", "login")
    ]
    unheld = counts.get(None, 0)
    nobody = HolderRow(
        None, _("（担当者なし）"), unheld, _("担当者を決めてください") if unheld else "", bool(unheld), False
    )
    return Overview([nobody, *rows], at)


def _state(person: Staff, absence: Absence | None, *, handles: bool, covered: bool) -> str:
    if not person.active:
        return _("利用停止（退職など）")
    if not handles:
        return _("この部署の担当から外れました")
    if absence is None:
        return ""
    until = _("%(day)sまで不在") % {"day": wareki(absence.until_on)}
    if absence.substitute is None:
        return _("%(until)s・代理なし") % {"until": until}
    if not covered:
        return _("%(until)s・代理の%(name)sさんも担当できません") % {
            "until": until,
            "name": absence.substitute.display_name,
        }
    return _("%(until)s・代理 %(name)sさん") % {"until": until, "name": absence.substitute.display_name}


def last_hand_overs(department: str, *, most: int = 20) -> list[HandOverOrder]:
    """The last hand-overs of many cases of a department, newest first."""
    rows = HandOverOrder.objects.filter(department_code=department).select_related(
        "from_staff", "ordered_by", "undoes"
    )
    return list(rows.order_by("-ordered_at", "-id")[:most])


def absences_of(people: set[UUID], *, today: date) -> list[Absence]:
    """Absences of these people that hold or are to come, and those that ended of late, the next ones first."""
    rows = Absence.objects.filter(staff__in=people, until_on__gte=today).select_related("staff", "substitute")
    return list(rows.order_by(F("from_on").asc(), "staff__name_kana", "id")[:200])
