"""The roadmap in words: where a bar stands, what was planned, what happened, what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from madoguchi.common.jinja2env import both_eras, page_language
from madoguchi.japan.fiscal import format_fiscal_year
from madoguchi.plan.rules.roadmap import Expected, Span, State

TAGS: dict[State, str] = {
    "planned": "neutral",
    "late_to_begin": "danger",
    "running": "progress",
    "late_to_finish": "danger",
    "done": "success",
    "done_late": "warning",
}


def state_word(state: State) -> str:
    """A state as a word with its mark."""
    return {
        "planned": _("－ これから"),
        "late_to_begin": _("▲ 始まりが遅れ"),
        "running": _("○ 実施中"),
        "late_to_finish": _("▲ 終わりが遅れ"),
        "done": _("◎ 完了"),
        "done_late": _("△ 遅れて完了"),
    }[state]


def days_word(one: Expected) -> str:
    """By how many days a bar is late; nothing where it is not."""
    return _("%(days)s日") % {"days": f"{one.days_behind:,}"} if one.days_behind else ""


def planned(one: Expected) -> str:
    """The planned days."""
    words = f"{both_eras(one.bar.starts_on)}〜{both_eras(one.bar.ends_on)}"
    return _("%(days)s（仮の予定）") % {"days": words} if one.bar.certainty == "to_be_filled" else words


def actual(one: Expected) -> str:
    """The days on which it really began and was finished."""
    if one.actual.started_on is None and one.actual.finished_on is None:
        return "—"
    return f"{both_eras(one.actual.started_on) or '—'}〜{both_eras(one.actual.finished_on)}"


def sentence(
    one: Expected, found: Sequence[Expected], names: Mapping[str, str], *, is_closed: bool = False
) -> str:
    """A bar in a sentence or three: the plan, what happened, what follows for those that wait for it."""
    parts = [_happened(one, names, is_closed), _planned_words(one) % _days(one)]
    if one.moved_by:
        parts.append(_("「%(names)s」が遅れた影響を受けています。") % {"names": _listed(one.moved_by, names)})
    if not is_closed:
        parts += [_follows(other, names) for other in found if one.bar.id in other.moved_by]
    return "".join(parts)


def _planned_words(one: Expected) -> str:
    if one.bar.certainty == "to_be_filled":
        return _("予定は%(begin)sから%(end)sまで（仮の予定）です。")
    return _("予定は%(begin)sから%(end)sまでです。")


def _days(one: Expected) -> dict[str, str]:
    return {"begin": both_eras(one.bar.starts_on), "end": both_eras(one.bar.ends_on)}


def _happened(one: Expected, names: Mapping[str, str], is_closed: bool) -> str:
    words = {"title": names[one.bar.id], "day": both_eras(one.ends_on), "days": f"{one.days_behind:,}"}
    if is_closed and one.actual.finished_on is None:
        return _("「%(title)s」は、計画の終わりまでに完了の記録がありません。") % words
    return {
        "planned": _("「%(title)s」は、まだ始まっていません。%(day)sに終わる見込みです。"),
        "late_to_begin": _("「%(title)s」は、始まりが%(days)s日遅れています。%(day)sに終わる見込みです。"),
        "running": _("「%(title)s」は実施中です。%(day)sに終わる見込みです。"),
        "late_to_finish": _("「%(title)s」は、予定の日を%(days)s日過ぎても終わっていません。"),
        "done": _("「%(title)s」は%(day)sに終わりました。"),
        "done_late": _("「%(title)s」は予定より%(days)s日遅れて、%(day)sに終わりました。"),
    }[one.state] % words


def _follows(other: Expected, names: Mapping[str, str]) -> str:
    return _("次の「%(title)s」は、%(day)sに始まる見込みです。") % {
        "title": names[other.bar.id],
        "day": both_eras(other.starts_on),
    }


def _listed(ids: Sequence[str], names: Mapping[str, str]) -> str:
    return ", ".join(names[i] for i in ids) if page_language() == "en" else "、".join(names[i] for i in ids)


def year_word(year: int) -> str:
    """A fiscal year at the head of a column: 令和3年度, in English FY2021."""
    return f"FY{year}" if page_language() == "en" else format_fiscal_year(year)


def span_words(span: Span) -> str:
    """What concerns a bar in a year; nothing where nothing does."""
    words = [
        word
        for holds, word in (
            (span.is_planned, _("予定")),
            (span.is_actual, _("実施")),
            (span.is_expected and not span.is_planned, _("見込み")),
        )
        if holds
    ]
    return "・".join(words)
