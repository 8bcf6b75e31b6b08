"""The minutes of a meeting (議事録) as a paper: posts and departments, no names."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.common.pdf.documents import Letter, Row, Section
from madoguchi.organization import queries as organization
from madoguchi.plan import desk_resolutions, texts
from madoguchi.plan.definition import Plan
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.queries import plans
from madoguchi.plan.rules import meetings as rules

Names = dict[str, str]


def paper(meeting: Meeting, *, issued_at: datetime, is_draft: bool = False) -> Letter:
    """The minutes, ready to be printed; what is not closed says that it is a draft."""
    with override("ja"):
        plan = plans.plan(meeting.plan_id)
        items = meeting.agenda.select_related("carried_from").prefetch_related("resolutions")
        agenda = list(enumerate(items.order_by("position"), 1))
        names = _names([item for _number, item in agenda])
        title = _("第%(number)s回 デジタル推進会議 議事録") % {"number": meeting.number}
        return Letter(
            city=city_name(),
            title=title + (_("（案）") if is_draft else ""),
            number="",
            issued_on=both_eras(meeting.held_on),
            addressee="",
            sender=plan.title.ja,
            paragraphs=(),
            lists=(_frame(meeting, agenda), *(_point(n, item, meeting, plan, names) for n, item in agenda)),
            contact=(),
            issued_at=issued_at,
        )


def _frame(meeting: Meeting, agenda: list[tuple[int, AgendaItem]]) -> Section:
    titles = "\n".join(f"{number}. {item.title}" for number, item in agenda)
    rows = (
        Row(_("日"), both_eras(meeting.held_on)),
        Row(_("場所"), meeting.place or "—"),
        Row(_("議長"), meeting.chair or "—"),
        Row(_("出席した部署"), meeting.present or "—"),
        Row(_("議題"), titles or "—"),
    )
    return Section("", rows)


def _point(number: int, item: AgendaItem, meeting: Meeting, plan: Plan, names: Names) -> Section:
    rows = []
    if item.carried_from is not None:
        rows.append(Row(_("継続の決定事項"), _carried(item.carried_from, meeting, names)))
    rows.append(Row(_("議事"), item.minutes or "—"))
    rows += [Row(_("決定事項"), _decided(one, plan, names)) for one in item.resolutions.all()]
    return Section(f"{number}. {item.title}", tuple(rows))


def _carried(one: Resolution, meeting: Meeting, names: Names) -> str:
    """What was left open, and how late it was on the day of the meeting."""
    late = rules.days_overdue(due_on=one.due_on, state="open", today=meeting.held_on)
    late_words = "\n" + _("会議の日に%(days)s日超過") % {"days": late} if late else ""
    return f"{one.text}\n{_owner(one, names)}{late_words}"


def _decided(one: Resolution, plan: Plan, names: Names) -> str:
    lines = [one.text, _owner(one, names)]
    if one.indicator_id:
        indicator = plan.indicator(one.indicator_id)
        words = {
            "title": indicator.title.ja,
            "before": texts.with_unit(indicator, one.value_before, "ja"),
            "change": desk_resolutions.expected(one, indicator) or "—",
        }
        lines.append(_("見込む効果：%(title)s（会議の日 %(before)s、変化 %(change)s）") % words)
    return "\n".join(lines)


def _owner(one: Resolution, names: Names) -> str:
    owner = names.get(one.owner_department_code, one.owner_department_code)
    return _("担当：%(name)s　期限：%(day)s") % {"name": owner, "day": both_eras(one.due_on)}


def _names(items: list[AgendaItem]) -> Names:
    codes = {one.owner_department_code for item in items for one in item.resolutions.all()}
    codes |= {item.carried_from.owner_department_code for item in items if item.carried_from}
    return {code: one.name for code, one in organization.departments(codes).items()}
