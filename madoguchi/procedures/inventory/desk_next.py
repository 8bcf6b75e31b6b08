"""What to put online next, for staff: in the order of the rule, with what each further procedure would bring."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access, desk_lists
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.organization import queries as organization
from madoguchi.procedures.inventory import candidates, queries
from madoguchi.procedures.inventory import desk_entries as shared
from madoguchi.procedures.inventory.rules import EASE, Step
from madoguchi.procedures.models import InventoryEntry

PARTS = ("", "unknown")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for: the entries, the departments in charge to choose from by name, and the part."""

    entries: QuerySet[InventoryEntry]
    departments: list[tuple[str, str]]
    department: str
    is_unknown: bool


@access.staff(*shared.ROLES)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The procedures to put online next, by department; those that get no place stand apart."""
    asked = _asked(request)
    unknown = candidates.without_place(asked.entries)
    steps = candidates.steps(asked.entries)
    page, pagination = desk_lists.paged(request, unknown if asked.is_unknown else steps)
    context = {
        "here": "inventory",
        "tabs": _tabs(request, len(steps), unknown.count(), is_unknown=asked.is_unknown),
        "is_unknown": asked.is_unknown,
        "department": asked.department,
        "departments": asked.departments,
        "rule": _rule(),
        "reach": candidates.reach(asked.entries),
        "synthetic": asked.entries.filter(synthetic=True).exists(),
        "header": _header(is_unknown=asked.is_unknown),
        "rows": [_linked(entry, row) for entry, row in _rows(asked, page)],
        "pagination": pagination,
        "csv": reverse("procedures:inventory-next-csv") + desk_lists.address_with(request),
    }
    return render(request, "procedures/desk/inventory_next.html", context)


@access.staff(*shared.ROLES)
@require_GET
def file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The part shown as a file, whole."""
    asked = _asked(request)
    found: Iterable[Any] = (
        candidates.without_place(asked.entries) if asked.is_unknown else candidates.steps(asked.entries)
    )
    name = "inventory-unknown" if asked.is_unknown else "inventory-next"
    rows = [row for _entry, row in _rows(asked, found)]
    return list_response(request, kind, name, _header(is_unknown=asked.is_unknown), rows)


def _asked(request: HttpRequest) -> _Asked:
    seen = queries.entries(shared.scope(request).own)
    codes = candidates.departments(seen)
    departments = sorted(_names(codes).items(), key=lambda one: one[1])
    code = desk_lists.choice(request, "department", ("", *codes))
    return _Asked(
        entries=seen.filter(Q(charge=code)) if code else seen,
        departments=departments,
        department=code,
        is_unknown=desk_lists.choice(request, "part", PARTS) == "unknown",
    )


def _names(codes: Collection[str]) -> dict[str, str]:
    known = organization.departments(codes)
    return {code: known[code].name if code in known else code for code in codes}


def _tabs(request: HttpRequest, placed: int, unknown: int, *, is_unknown: bool) -> list[dict[str, object]]:
    return [
        {
            "label": _("順位のついた手続"),
            "count": placed,
            "href": desk_lists.address_with(request, part=""),
            "current": not is_unknown,
        },
        {
            "label": _("件数か手間が未記入"),
            "count": unknown,
            "href": desk_lists.address_with(request, part="unknown"),
            "current": is_unknown,
        },
    ]


def _efforts() -> dict[str, str]:
    return {"small": _("手間は小さい"), "middle": _("手間は中くらい"), "large": _("手間は大きい")}


def _rule() -> str:
    ease = "、".join(f"{word}＝{EASE[effort]}" for effort, word in _efforts().items())
    return _("順位は「年間件数 × しやすさ（%(ease)s）」の大きい順です。同じときは件数の多い順です。") % {
        "ease": ease
    }


def _header(*, is_unknown: bool) -> list[str]:
    if is_unknown:
        return [_("手続"), _("部署"), _("未記入のもの"), _("年間件数"), _("手間"), _("注記")]
    shares = (_("オンラインでできる手続（％）"), _("オンラインでできる件数（％）"))
    return [_("順位"), _("手続"), _("部署"), _("理由"), _("点数"), *shares, _("注記")]


def _rows(asked: _Asked, found: Iterable[Any]) -> list[tuple[Any, list[object]]]:
    """Each entry with its row: of steps, or of entries that have no place."""
    rows = list(found)
    names = dict(asked.departments)
    if asked.is_unknown:
        return [(one, _unknown_row(one, names)) for one in rows]
    entries = _entries_of(asked.entries, rows)
    shown = [(step, entries[step.candidate.key]) for step in rows]
    return [(entry, _step_row(step, entry, names)) for step, entry in shown]


def _linked(entry: Any, row: list[object]) -> list[object]:
    """The row with its name as a link to the entry, where what is missing can be filled in."""
    href = reverse("procedures:inventory-entry", args=[entry.id])
    return [{"text": entry.name, "href": href} if cell == entry.name else cell for cell in row]


def _entries_of(entries: QuerySet[InventoryEntry], steps: Sequence[Step]) -> dict[str, Any]:
    """What is shown of a page of steps; a file has them all, more than a question may name."""
    if len(steps) > desk_lists.ROWS:
        return {str(one.id): one for one in entries}
    return {str(one.id): one for one in entries.filter(id__in=[step.candidate.key for step in steps])}


def _step_row(step: Step, entry: Any, names: dict[str, str]) -> list[object]:
    reason = _("年間%(cases)s件・%(effort)s（%(why)s）") % {
        "cases": f"{step.candidate.cases:,}",
        "effort": _efforts()[step.candidate.effort],
        "why": entry.effort_reason,
    }
    return [
        step.place,
        entry.name,
        names[entry.charge],
        reason,
        step.weight,
        round(step.reach.of_procedures, 1),
        round(step.reach.of_cases, 1),
        _note(entry),
    ]


def _unknown_row(entry: Any, names: dict[str, str]) -> list[object]:
    missing = [_("件数が未記入")] if entry.cases is None else []
    missing += [_("手間が未記入")] if not entry.effort else []
    return [
        entry.name,
        names[entry.charge],
        "、".join(missing),
        "" if entry.cases is None else entry.cases,
        _efforts().get(entry.effort, ""),
        _note(entry),
    ]


def _note(entry: InventoryEntry) -> str:
    return _("合成データ") if entry.synthetic else ""
