"""The line of a case for its core system, read from the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.handover_lines import REVOKED, Facts, Line, Problem, is_handed_over, line_of
from madoguchi.applications.models import Application, Decision, Handover, HandoverBatch, HandoverReplacement
from madoguchi.common import clock
from madoguchi.identity import queries as identity
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition

AT_ONCE = 100

Replacements = dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Ready:
    """A case with what its core system would get of it now."""

    handover: Handover
    application: Application
    line: Line
    is_protected: bool


def encoding_of(handover: Handover, definition: Definition) -> str:
    """The encoding chosen for this case, else the definition's."""
    assert definition.export is not None
    return handover.encoding or definition.export.encoding


def to_be_handed_over(application: Application, decision: Decision) -> bool:
    """Whether the definition sends a case with this decision to a core system."""
    definition = procedures.definition_of(application.procedure_version_id)
    return is_handed_over(definition.export, kind=decision.kind, outcome=decision.outcome)


def read_one(handover: Handover) -> Line:
    """The line of one case."""
    found = next(read_many(Handover.objects.filter(id=handover.id), today=clock.today()), None)
    assert found is not None
    return found.line


def line_for(
    handover: Handover, application: Application, decision: Decision, replacements: Replacements
) -> Line:
    """The line of a case whose decision and replacements are in hand."""
    definition = procedures.definition_of(handover.procedure_version_id)
    assert decision.decided_at is not None
    facts = Facts(
        receipt_number=application.receipt_number,
        handover_id=str(handover.id),
        filed_on=application.received_on,
        decided_on=clock.tokyo_date(decision.decided_at),
        decision=decision.kind,
        document_number=decision.document_number or "",
    )
    encoding = encoding_of(handover, definition)
    line = line_of(definition, application.answers, facts, encoding=encoding, replacements=replacements)
    if not to_be_handed_over(application, decision):
        label = next((k.label for k in definition.workflow.decisions if k.id == decision.kind), decision.kind)
        line.problems.insert(0, Problem("", REVOKED, str(label)))
    return line


def read_many(rows: QuerySet[Handover], *, today: date) -> Iterator[Ready]:
    """Many cases in the order of queueing, a few hundred in memory at a time."""
    # Cases are fetched beside their hand-overs: joined, the two would hold each other in memory.
    ordered = rows.order_by("queued_at", "id").iterator(AT_ONCE)
    while batch := list(islice(ordered, AT_ONCE)):
        applications = _applications([one.application_id for one in batch])
        decisions = _decisions([one.application_id for one in batch])
        replacements = replacements_of([one.id for one in batch])
        subjects = {subject_of(one.application_id) for one in batch}
        protected = identity.restricted_subjects(subjects, today)
        for one in batch:
            application = applications[one.application_id]
            line = line_for(one, application, decisions[one.application_id], replacements.get(one.id, {}))
            yield Ready(one, application, line, subject_of(one.application_id) in protected)


def newly_protected(batch: HandoverBatch, today: date) -> bool:
    """Whether somebody of the batch was protected since it was made: nobody takes its file away any more."""
    if batch.protected_case_id is not None:
        return False
    subjects = identity.restrictions_in_force(today).values_list("subject", flat=True)
    ids = [subject.partition(":")[2] for subject in subjects if subject.startswith("application:")]
    return Handover.objects.filter(batch=batch, application__in=ids).exists()


def replacements_of(ids: Sequence[UUID]) -> dict[UUID, Replacements]:
    """What people put in place of what, the last word of each column."""
    found: dict[UUID, Replacements] = {}
    for row in HandoverReplacement.objects.filter(handover__in=ids).order_by("at", "id"):
        found.setdefault(row.handover_id, {})[row.column] = (row.original, row.replacement)
    return found


def _applications(ids: Sequence[UUID]) -> dict[UUID, Application]:
    found = Application.objects.filter(id__in=ids).defer("filed_answers")
    return {application.id: application for application in found}


def _decisions(ids: Sequence[UUID]) -> dict[UUID, Decision]:
    """The decision that counts of each: the last one made (再調査)."""
    made = Decision.objects.filter(application__in=ids, decided_at__isnull=False).order_by("decided_at", "id")
    return {decision.application_id: decision for decision in made.defer("notice")}
