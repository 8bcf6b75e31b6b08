"""The figures of a section: age, delay, load, corrections, time per stage; each table also as a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.applications import desk_figures as figures
from madoguchi.applications.permissions import departments_seen
from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures

ROLES = ("officer", "approver", "head")
TABLES = ("ages", "loads", "corrections", "taken", "stages", "days")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the page: a sentence that says what it counts, columns, rows."""

    name: str
    title: str
    sentence: str
    columns: list[str]
    rows: list[list[Any]]
    texts: int  # so many first columns hold words, the others numbers
    sums: list[list[Any]] = field(default_factory=list)  # stand in front; the rows are then folded


@access.staff(*ROLES)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All tables for the departments of this person, or for one of them."""
    seen, chosen = _departments(request)
    names = {code: one.name for code, one in organization.departments(seen).items()}
    query = f"?department={request.GET['department']}" if chosen != seen else ""
    context = {
        "here": "figures",
        "tables": [_table(name, chosen) for name in TABLES],
        "csv": {name: reverse("desk:figures_csv", args=[name]) + query for name in TABLES},
        "departments": sorted(names.items()),
        "department": request.GET.get("department", ""),
        "since": figures.window_begins(clock.now()),
    }
    return render(request, "applications/desk/figures.html", context)


@access.staff(*ROLES)
@require_GET
def table_file(request: HttpRequest, name: str, kind: FileKind) -> HttpResponseBase:
    """One of the tables as a file."""
    if name not in TABLES:
        raise Http404
    _seen, chosen = _departments(request)
    table = _table(name, chosen)
    return list_response(request, kind, f"{name}-{clock.today():%Y%m%d}", table.columns, table.rows)


def _departments(request: HttpRequest) -> tuple[set[str], set[str]]:
    """Those this person sees, and those that are asked for: one of them, or all."""
    seen = departments_seen(identity.staff_of(request), today=clock.today())
    wanted = request.GET.get("department", "")
    return seen, {wanted} if wanted in seen else seen


def _table(name: str, departments: set[str]) -> Table:
    if name == "days":
        return _days(departments)
    made = {
        "ages": _ages,
        "loads": _loads,
        "corrections": _corrections,
        "taken": _taken,
        "stages": _stages,
    }[name]
    title, sentence, columns, rows = made(departments)
    return Table(name, title, sentence, columns, rows, texts=2 if name == "corrections" else 1)


def _procedure_names() -> dict[str, str]:
    return {offer.procedure_id: str(offer.definition.current_name) for offer in procedures.offers()}


def _ages(departments: set[str]) -> tuple[str, str, list[str], list[list[Any]]]:
    names, found = _procedure_names(), figures.ages(departments, today=clock.today())
    rows: list[list[Any]] = [
        [names.get(one.procedure_id, one.procedure_id), one.total, *one.bands, one.overdue] for one in found
    ]
    sentence = _(
        "手続中は%(open)s件、そのうち期限を過ぎたものは%(late)s件です。補正の回答待ちで期限が止まっているものは、期限を過ぎたものに数えません。"
    ) % {
        "open": sum(one.total for one in found),
        "late": sum(one.overdue for one in found),
    }
    columns = [
        _("手続"),
        _("手続中"),
        _("7日まで"),
        _("8〜14日"),
        _("15〜30日"),
        _("31日から"),
        _("期限超過"),
    ]
    return _("受付からの日数"), sentence, columns, rows


def _loads(departments: set[str]) -> tuple[str, str, list[str], list[list[Any]]]:
    found = figures.loads(departments, today=clock.today())
    rows: list[list[Any]] = [[one.name or _("（担当者なし）"), one.open, one.overdue] for one in found]
    nobody = sum(one.open for one in found if not one.name)
    sentence = _("仕事のかたよりを見るための表です。担当者のいない申請は%(n)s件です。") % {"n": nobody}
    return _("担当者ごとの件数"), sentence, [_("担当者"), _("手続中"), _("期限超過")], rows


def _corrections(departments: set[str]) -> tuple[str, str, list[str], list[list[Any]]]:
    names, found = _procedure_names(), figures.corrections(departments, now=clock.now())
    rows: list[list[Any]] = [
        [
            names.get(one.procedure_id, one.procedure_id),
            one.label,
            one.cases,
            one.of,
            f"{one.percent:.1f}%" if one.percent is not None else "―",
        ]
        for one in found
    ]
    sentence = _(
        "割合が高い質問は、聞き方や説明を見直すと補正が減ります。割合は、同じ期間に受け付けた件数に対するものです。"
    )
    columns = [_("手続"), _("質問・書類"), _("補正を依頼した件数"), _("受付件数"), _("割合")]
    return _("補正の多い質問"), sentence, columns, rows


def _taken(departments: set[str]) -> tuple[str, str, list[str], list[list[Any]]]:
    names, found = _procedure_names(), figures.taken(departments, now=clock.now())
    rows: list[list[Any]] = [
        [
            names.get(one.procedure_id, one.procedure_id),
            one.cases,
            f"{one.days:.1f}",
            f"{one.working:.1f}",
            f"{one.waiting:.1f}",
            one.late,
        ]
        for one in found
    ]
    sentence = _(
        "決定した申請の、受付から決定までの平均日数です。「回答待ち」は、補正を依頼してから回答が届くまでの日数です。"
    )
    columns = [_("手続"), _("決定"), _("全体（日）"), _("処理（日）"), _("回答待ち（日）"), _("期限後の決定")]
    return _("決定までの日数"), sentence, columns, rows


def _stages(departments: set[str]) -> tuple[str, str, list[str], list[list[Any]]]:
    names, found = _procedure_names(), figures.stages(departments, now=clock.now())
    rows: list[list[Any]] = [
        [names.get(one.procedure_id, one.procedure_id), one.cases, *(f"{days:.1f}" for days in one.days)]
        for one in found
    ]
    sentence = _(
        "直近%(days)s日に決定した申請が、それぞれの段階にあった平均日数です。「補正待ち」は申請者の回答を待っていた日数、"
        "「受付済み」は担当者が決まるまでの日数です。"
    ) % {"days": figures.STAGE_DAYS}
    columns = [_("手続"), _("決定"), *(str(stage.label) for stage in figures.STAGES)]
    return _("段階ごとの日数"), sentence, columns, rows


def _days(departments: set[str]) -> Table:
    today, names = clock.today(), _procedure_names()
    found = figures.days(departments, today=today)
    rows: list[list[Any]] = [
        [one.on, names.get(one.procedure_id, one.procedure_id), one.received, one.ended] for one in found
    ]
    sums: list[list[Any]] = [
        [_span(one), names.get(one.procedure_id, one.procedure_id), one.received, one.ended]
        for one in figures.weeks(found, today=today)
    ]
    sentence = _("直近%(days)s日の、受け付けた件数と、決定か取下げで終わった件数です。") % {
        "days": figures.BY_DAY
    }
    columns = [_("日"), _("手続"), _("受付"), _("完了・取下げ")]
    return Table("days", _("日ごとの件数"), sentence, columns, rows, texts=2, sums=sums)


def _span(week: figures.Week) -> str:
    """2026-11-23～2026-11-27."""
    return f"{week.since}～{week.until}" if week.since < week.until else f"{week.since}"
