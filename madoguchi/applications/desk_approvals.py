"""What waits for one person: proposals to decide, opinions to give (合議), what a substitute decided (後閲).

The lists name no applicant: who it is stands on the page of the case, where every look is recorded.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from madoguchi.applications.chain_permissions import consulted_by, decides_as, in_departments
from madoguchi.applications.chain_queries import versions_looked_at
from madoguchi.applications.chains import LEVELS, Capacity, is_settled, must_be_opened, restored
from madoguchi.applications.desk_chain import capacity_words, post_words
from madoguchi.applications.desk_queries import Due, due_of, protections
from madoguchi.applications.models import Application, Consultation, Decision
from madoguchi.applications.permissions import may_see_protected
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures

PAGE = 50
SUBJECT = "list:approvals"


@dataclass(frozen=True, slots=True)
class Row:
    """A proposal that waits; `is_ready` tells whether it may be decided together with others now."""

    decision_id: uuid.UUID
    application_id: uuid.UUID
    receipt_number: str
    version: int
    procedure: str
    kind: str
    department: str  # its code
    proposed_by: str
    proposed_at: datetime
    due: Due
    state: str
    mark: str
    note: str
    is_ready: bool


def waiting(staff: Staff, *, today: date, procedure: str = "") -> QuerySet[Decision]:
    """Proposals this person may decide, also in the place of an absent approver; never their own."""
    found = Decision.objects.filter(_decides(staff, today, with_substitutes=True))
    found = found.filter(decided_at=None, sent_back_at=None).exclude(proposed_by=staff)
    return found.filter(application__procedure_id=procedure) if procedure else found


def to_read_later(staff: Staff, *, today: date) -> QuerySet[Decision]:
    """What substitutes decided and this person has to read afterwards (後閲)."""
    found = Decision.objects.filter(_decides(staff, today, with_substitutes=False))
    found = found.filter(decided_as=Capacity.SUBSTITUTE, read_later_at=None)
    return found.exclude(proposed_by=staff).exclude(decided_by=staff)


def _decides(staff: Staff, today: date, *, with_substitutes: bool) -> Q:
    wanted = Q(pk__in=[])
    for role, acting in LEVELS.items():
        departments = organization.departments_of(staff, today, acting)
        if not departments:
            continue
        there = in_departments("deciding_department", departments, "application__procedure_id") | Q(
            deciding_department="", application__department_code__in=sorted(departments)
        )
        wanted |= there & Q(deciding_role=role)
        if with_substitutes:
            wanted |= there & Q(substitute_role=role)
    return wanted


def to_answer(staff: Staff, *, today: date) -> QuerySet[Consultation]:
    """What this person's departments are asked for an opinion about, the earliest day first."""
    found = Consultation.objects.filter(
        consulted_by(staff, today=today),
        opinion="",
        replaced_at=None,
        passed_over_at=None,
        asked_at__isnull=False,
        decision__decided_at=None,
        decision__sent_back_at=None,
    )
    return found.select_related("decision__application").order_by("answer_by_on", "id")


def counts(staff: Staff, *, today: date) -> dict[str, int]:
    """How much waits under each tab."""
    return {
        "waiting": waiting(staff, today=today).count(),
        "consulted": to_answer(staff, today=today).count(),
        "later": to_read_later(staff, today=today).count(),
    }


def procedure_choices(staff: Staff, *, today: date) -> list[tuple[str, str]]:
    """The procedures of which something waits."""
    found = waiting(staff, today=today).order_by().values_list("application__procedure_id", flat=True)
    names = {offer.definition.id: str(offer.definition.current_name) for offer in procedures.offers()}
    return sorted((one, names.get(one, one)) for one in set(found.distinct()))


def page_of(found: QuerySet[Decision], first: int, last: int) -> list[Decision]:
    """Some of the proposals, due first, with what a line says: as many questions for ten as for one.

    They are put in order by their ids alone: a proposal holds texts and a letter, and thousands may wait.
    """
    order = (F("application__due_on").asc(nulls_last=True), "proposed_at", "id")
    ids = list(found.order_by(*order).values_list("id", flat=True)[first:last])
    current = Consultation.objects.filter(replaced_at=None).order_by("position")
    shown = Decision.objects.filter(id__in=ids).select_related("application")
    return list(
        shown.prefetch_related(Prefetch("consultations", current, to_attr="current")).order_by(*order)
    )


def rows(decisions: Iterable[Decision], staff: Staff, *, today: date) -> list[Row]:
    """The lines, with what each still needs before it may be decided together with others."""
    found = list(decisions)
    if not found:
        return []
    cases = [one.application for one in found]
    looked = versions_looked_at(
        staff, [case.id for case in cases], since=min(one.proposed_at for one in found)
    )
    protected = protections(cases, today=today)
    return [_row(one, staff, looked, protected.get(one.application_id), today=today) for one in found]


def _row(
    decision: Decision,
    staff: Staff,
    looked: dict[uuid.UUID, set[int]],
    responsible: str | None,
    *,
    today: date,
) -> Row:
    case = decision.application
    kind = procedures.definition_of(case.procedure_version_id).workflow.decision(decision.kind)
    seen = looked.get(case.id, set())
    state, mark, note = _state(decision, case, staff, seen, responsible, today=today)
    return Row(
        decision.id,
        case.id,
        case.receipt_number,
        case.version,
        str(procedures.definition_of(case.procedure_version_id).current_name),
        str(kind.label) if kind else decision.kind,
        case.department_code,
        decision.proposed_by_name,
        decision.proposed_at,
        due_of(case, today=today),
        state,
        mark,
        note,
        mark == "success",
    )


def _state(
    decision: Decision,
    case: Application,
    staff: Staff,
    seen: set[int],
    responsible: str | None,
    *,
    today: date,
) -> tuple[str, str, str]:
    """What a line still needs, the kind of its mark, and why."""
    chain = restored(decision.chain)
    if not is_settled(getattr(decision, "current")):  # noqa: B009  # by the prefetch
        return _("合議中"), "neutral", ""
    if decides_as(staff, case, decision, today=today) == Capacity.SUBSTITUTE:
        return _("1件ずつ"), "neutral", _("代決になります")
    if responsible is not None and not may_see_protected(staff, responsible, today=today):
        return _("1件ずつ"), "neutral", _("支援措置の対象。開くと担当部署に知らせが届きます")
    if not chain.sample:
        return _("1件ずつ"), "neutral", ""
    if not must_be_opened(decision.id, sample=chain.sample, is_protected=responsible is not None):
        return _("決裁できます"), "success", _("確認の抽出の対象外")
    if case.version in seen:
        return _("決裁できます"), "success", _("確認済み")
    if seen:
        return _("要確認"), "warning", _("確認のあとに変わりました")
    return _("要確認"), "warning", _("開いて確認してください")


def opinion_cells(found: Sequence[Consultation]) -> list[tuple[Consultation, str, str, str]]:
    """Consultations with procedure, decision and the post that answers."""
    lines = []
    for one in found:
        definition = procedures.definition_of(one.decision.application.procedure_version_id)
        kind = definition.workflow.decision(one.decision.kind)
        lines.append(
            (
                one,
                str(definition.current_name),
                str(kind.label) if kind else one.decision.kind,
                f"{one.department_name} {post_words(one.role, one.post)}",
            )
        )
    return lines


def capacity_of_row(decision: Decision) -> str:
    """How a decision was made, with its reason, for the list of what is read afterwards."""
    return f"{capacity_words(decision.decided_as)}：{decision.decided_by_post}　{decision.decided_by_name}"
