"""The review sheet as a paper; the same data and day give the same bytes."""

from __future__ import annotations

from datetime import datetime, time

from django.utils.translation import gettext as _
from django.utils.translation import override

from madoguchi.common import clock
from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.common.pdf.documents import Letter, Row, Section
from madoguchi.japan.fiscal import format_fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.plan import texts
from madoguchi.plan.queries.review import ReviewedIndicator, Sheet
from madoguchi.plan.rules.roadmap import Expected


def paper(sheet: Sheet) -> Letter:
    """The review sheet of one measure, dated with the day its figures are of."""
    with override("ja"):
        return Letter(
            city=city_name(),
            title=_("%(year)s 施策レビュー %(id)s %(title)s")
            % {
                "year": format_fiscal_year(sheet.fiscal_year),
                "id": sheet.measure.id,
                "title": sheet.measure.title.ja,
            },
            issued_on=both_eras(sheet.as_of),
            sender=sheet.plan.title.ja,
            paragraphs=(),
            lists=sections(sheet),
            issued_at=datetime.combine(sheet.as_of, time(12), clock.TOKYO),
        )


def sections(sheet: Sheet) -> tuple[Section, ...]:
    """What the sheet says, in the order of the paper and of the page."""
    measure = sheet.measure
    department = organization.departments([measure.department_code]).get(measure.department_code)
    about = (
        Row(_("概要"), measure.overview.ja),
        Row(_("現状"), measure.present_state.ja),
        Row(_("課題"), measure.problems.ja),
        Row(_("主な取組"), "\n".join(f"{a.number}. {a.title}" for a in measure.actions)),
        Row(_("担当"), department.name if department else measure.department_code),
        Row(_("予算"), _budget(sheet)),
    )
    found = [
        Section(_("施策"), about),
        Section(_("指標"), tuple(Row(i.indicator.title.ja, _figures(i)) for i in sheet.indicators)),
        Section(_("年度の実績（集計に入っているもの）"), _achievements(sheet)),
        Section(_("工程"), tuple(Row(b.bar.title.ja, _bar(b)) for b in sheet.bars)),
        Section(
            _("会議の決定事項"),
            tuple(
                Row(f"{both_eras(r.item.meeting.held_on)}", f"{r.text}\n{r.result}".strip())
                for r in sheet.resolutions
            ),
        ),
        Section(_("所管部署の評価"), _evaluation(sheet)),
        Section(_("数の出どころ"), tuple(Row(i.indicator.id, trace(sheet, i)) for i in sheet.indicators)),
    ]
    return tuple(section for section in found if section.rows)


def trace(sheet: Sheet, one: ReviewedIndicator) -> str:
    """What somebody needs to count a figure again."""
    words = {
        "plan": sheet.plan.id,
        "version": sheet.plan_version,
        "definition": one.indicator.version,
        "day": one.as_of.isoformat(),
        "rows": f"{one.rows:,}",
        "source": one.indicator.source,
        "numerator": f"{one.numerator:,}",
    }
    text = (
        _(
            "計画 %(plan)s 第%(version)s版、数え方 第%(definition)s版、%(day)s時点、出所 %(source)s、%(rows)s行、計 %(numerator)s"
        )
        % words
    )
    if one.denominator is not None:
        words = {"source": one.indicator.denominator, "count": f"{one.denominator:,}"}
        text += _("、分母の出所 %(source)s、計 %(count)s") % words
    if one.last_rows is not None:
        text += _("、前年度末 %(rows)s行") % {"rows": f"{one.last_rows:,}"}
    return text


def _figures(one: ReviewedIndicator) -> str:
    indicator = one.indicator
    typed = _("（手入力）")
    words = {
        "span": texts.span_word(indicator),
        "baseline": texts.point(indicator, indicator.baseline, "ja"),
        "last": texts.with_unit(indicator, one.last_year, "ja") + (typed if one.is_last_typed else ""),
        "this": texts.with_unit(indicator, one.this_year, "ja") + (typed if one.is_typed else ""),
        "day": one.as_of.isoformat(),
        "target": texts.point(indicator, indicator.target, "ja"),
        "light": texts.light_word(one.light),
    }
    return (
        _(
            "%(light)s\n%(day)s時点 %(this)s（%(span)s）　前年度末 %(last)s　計画のはじめ %(baseline)s　目標 %(target)s"
        )
        % words
    )


def _evaluation(sheet: Sheet) -> tuple[Row, ...]:
    """What the department wrote; room to write by hand where it wrote nothing."""
    note = sheet.note
    return (
        Row(_("評価"), note.evaluation if note else "\n\n\n"),
        Row(_("次年度の方向"), note.direction if note and note.direction else "\n\n\n"),
    )


def _budget(sheet: Sheet) -> str:
    lines = [
        f"{line.title} {line.amount_yen:,}円"
        for line in sheet.plan.budget
        if line.measure_id == sheet.measure.id and line.fiscal_year == sheet.fiscal_year
    ]
    return "\n".join(lines) or _("計画に金額の記載はありません。")


def _achievements(sheet: Sheet) -> tuple[Row, ...]:
    return tuple(Row(name, _("%(count)s件") % {"count": f"{count:,}"}) for name, count in sheet.achievements)


def _bar(one: Expected) -> str:
    words = {"begin": both_eras(one.bar.starts_on), "end": both_eras(one.bar.ends_on), "late": one.days_late}
    text = _("予定 %(begin)s〜%(end)s") % words
    if one.actual.finished_on is not None:
        text += _("、%(day)sに完了") % {"day": both_eras(one.actual.finished_on)}
    return text + (_("、%(late)s日の遅れ") % words if one.days_late else "")
