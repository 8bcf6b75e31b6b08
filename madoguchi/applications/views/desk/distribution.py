"""Who holds which cases of a department; and what the pages of distribution share: department, tabs, ids as sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.applications import desk_distribution as desk
from madoguchi.applications.actions.routing import rules_of
from madoguchi.applications.permissions import HANDLES
from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role

HANDLING = ("officer", "head")
NOBODY = "nobody"  # in place of an id


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of the departments of a person, with the others they may choose."""

    staff: Staff
    today: date
    code: str
    names: dict[str, str]
    is_head: bool

    @property
    def context(self) -> dict[str, Any]:
        """What every page of distribution shows."""
        return {
            "here": "holders",
            "department": self.code,
            "department_name": self.names.get(self.code, self.code),
            "departments": sorted(self.names.items()),
            "is_head": self.is_head,
            "query": f"?department={self.code}",
        }


def chosen_department(request: HttpRequest, *, heads_only: bool = False) -> Chosen:
    """The department that the address or the form names, if the person handles (or heads) it; else their first one."""
    staff, today = identity.staff_of(request), clock.today()
    headed = organization.departments_of(staff, today, (Role.HEAD,))
    own = headed if heads_only else organization.departments_of(staff, today, HANDLES)
    names = {code: one.name for code, one in organization.departments(own).items()}
    wanted = request.POST.get("department") or request.GET.get("department", "")
    code = wanted if wanted in own else min(own & headed, default=min(own, default=""))
    return Chosen(staff, today, code, names, code in headed)


def tabs(current: str, chosen: Chosen) -> list[dict[str, Any]]:
    """The pages of distribution; the rules are the head's."""
    pages = {
        "holders": _("担当の状況"),
        "hand_over_many": _("まとめて引き継ぐ"),
        "absences": _("不在と代理"),
    } | ({"routing": _("割り振りの決まり")} if chosen.is_head else {})
    query = f"?department={chosen.code}"
    return [
        {"label": label, "href": reverse(f"desk:{name}") + query, "current": name == current, "count": None}
        for name, label in pages.items()
    ]


def ids_of(texts: Iterable[str]) -> list[UUID]:
    """Ids as sent; what is none is left out."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def whole(text: str) -> int:
    """A version or a number as sent; -1, which fits nothing, when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


@access.staff(*HANDLING)
@require_GET
def holders_page(request: HttpRequest) -> HttpResponse:
    """Who holds how many open cases, and which of them need somebody else."""
    chosen = chosen_department(request)
    found = desk.overview(chosen.code, today=chosen.today)
    context = chosen.context | {
        "tabs": tabs("holders", chosen),
        "needing": found.needing,
        "unheld": sum(row.open for row in found.rows if row.id is None),
        "rows": [_row(row, chosen) for row in found.rows],
        "has_rules": chosen.is_head and bool(rules_of(chosen.code)),
        "done": _("割り振りを始めました。しばらくしてから、件数を確かめてください。")
        if "routed" in request.GET
        else "",
    }
    return render(request, "applications/desk/holders.html", context)


def _row(row: desk.HolderRow, chosen: Chosen) -> list[Any]:
    query = {"tab": "unassigned"} if row.id is None else {"holder": str(row.id)}
    cases = f"{reverse('desk:inbox')}?{urlencode(query | {'department': chosen.code})}"
    may_give = row.open and (chosen.is_head or row.id == chosen.staff.id)
    give = f"{reverse('desk:hand_over_many')}?department={chosen.code}&from={row.id or NOBODY}"
    return [
        row.name,
        {"text": str(row.open), "href": cases, "numeric": True}
        if row.open
        else {"text": "0", "numeric": True},
        {"text": row.state, "tag": "warning" if row.needs_holder else "neutral"} if row.state else "",
        {"text": _("まとめて引き継ぐ"), "href": give} if may_give else "",
    ]
