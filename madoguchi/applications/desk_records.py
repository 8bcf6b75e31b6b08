"""The record of a decision on paper (起案用紙・決裁記録): what was proposed, and everybody who had a say."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from madoguchi.applications import desk_chain
from madoguchi.applications.chain_queries import all_consultations_of
from madoguchi.applications.models import Application, Decision
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import city_name, jst
from madoguchi.common.pdf.documents import Letter, Row, Section
from madoguchi.japan.eras import format_wareki
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures


def record_letter(application: Application, decision: Decision, *, now: datetime) -> Letter:
    """The sheet: a draft sheet (起案用紙) before the decision, its record (決裁記録) afterwards."""
    definition = procedures.definition_of(application.procedure_version_id)
    kind = definition.workflow.decision(decision.kind)
    with translation.override("ja"):
        chain = desk_chain.steps(application, decision, all_consultations_of(decision))
        about = [
            Row(_("件名"), str(definition.title)),
            Row(_("受付番号"), grouped(application.receipt_number)),
            Row(_("受付日"), format_wareki(application.received_on)),
            Row(_("所管"), organization.department(application.department_code).name),
            Row(_("文書番号"), decision.document_number or _("決裁のときに付きます")),
            Row(_("起案日"), format_wareki(clock.tokyo_date(decision.proposed_at))),
        ]
        if decision.decided_at is not None:
            about.append(Row(_("決裁日"), format_wareki(clock.tokyo_date(decision.decided_at))))
        contents = [
            Row(_("決定の内容"), str(kind.label) if kind else decision.kind),
            Row(_("理由"), decision.reason or "―"),
            Row(_("発信者名"), str(decision.notice.get("sender", "")) or _("決裁のときに決まります")),
        ]
        if decision.addition:
            contents.append(Row(_("通知書に書き加える文"), decision.addition))
        rows = tuple(Row(step.title, _step_text(step)) for step in chain)
        return Letter(
            city=city_name(),
            title=_("決裁記録") if decision.decided_at else _("起案用紙"),
            paragraphs=tuple(line for line in decision.draft_text.splitlines() if line.strip()),
            issued_at=now,
            number=decision.document_number or "",
            lists=(
                Section(_("件名と文書"), tuple(about)),
                Section(_("決定の内容"), tuple(contents)),
                Section(_("起案から決裁まで"), rows),
            ),
        )


def _step_text(step: desk_chain.Step) -> str:
    at = jst(step.at, year=True) if step.at else ""
    return "\n".join(filter(None, (step.who, f"{step.state}　{at}".strip(), step.text)))
