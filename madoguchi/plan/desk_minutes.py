"""The minutes of a meeting (議事録) as a paper: posts and departments, no names."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.common.pdf.documents import Letter, Row, Section
from madoguchi.organization import queries as organization
from madoguchi.plan import texts
from madoguchi.plan.models import Meeting, Resolution
from madoguchi.plan.queries import plans


def paper(meeting: Meeting, *, issued_at: datetime) -> Letter:
    """The minutes, ready to be printed."""
    with override("ja"):
        plan = plans.plan(meeting.plan_id)
        items = list(meeting.agenda.prefetch_related("resolutions").order_by("position"))
        codes = {r.owner_department_code for item in items for r in item.resolutions.all()}
        names = {code: d.name for code, d in organization.departments(codes).items()}
        frame = (
            Row(_("日"), both_eras(meeting.held_on)),
            Row(_("場所"), meeting.place or "—"),
            Row(_("議長"), meeting.chair or "—"),
            Row(_("出席した部署"), meeting.present or "—"),
        )
        lists = [Section("", frame)]
        for item in items:
            rows = [Row(_("議事"), item.minutes or "—")]
            rows += [Row(_("決定事項"), _words(r, names)) for r in item.resolutions.all()]
            lists.append(Section(f"{item.position}. {item.title}", tuple(rows)))
        return Letter(
            city=city_name(),
            title=_("第%(number)s回 デジタル推進会議 議事録") % {"number": meeting.number},
            number="",
            issued_on=both_eras(meeting.held_on),
            addressee="",
            sender=plan.title.ja,
            paragraphs=(),
            lists=tuple(lists),
            contact=(),
            issued_at=issued_at,
        )


def _words(resolution: Resolution, names: dict[str, str]) -> str:
    lines = [resolution.text]
    owner = names.get(resolution.owner_department_code, resolution.owner_department_code)
    lines.append(_("担当：%(name)s　期限：%(day)s") % {"name": owner, "day": both_eras(resolution.due_on)})
    if resolution.indicator_id:
        plan = plans.plan(resolution.item.meeting.plan_id)
        indicator = plan.indicator(resolution.indicator_id)
        words = {
            "title": indicator.title.ja,
            "before": texts.with_unit(indicator, resolution.value_before, "ja"),
            "change": texts.plain(resolution.expected_change),
        }
        lines.append(_("見込む効果：%(title)s（会議の日 %(before)s、変化 %(change)s）") % words)
    return "\n".join(lines)
