"""What the pages of one entry share: the entry as somebody may see it, its state with the reason, its fields in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from madoguchi.common import clock
from madoguchi.identity import queries as identity
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.inventory import desk_choices, queries
from madoguchi.procedures.inventory.desk_columns import COLUMNS
from madoguchi.procedures.inventory.desk_survey_columns import MORE
from madoguchi.procedures.inventory.scope import Scope, scope_of
from madoguchi.procedures.models import InventoryEntry

ROLES = ("officer", "head", "office")
# What the page tells beside the reason of its state.
_TOLD_ELSEWHERE = ("name", "procedure_id")


def scope(request: HttpRequest) -> Scope:
    """What who asks may see and write."""
    return scope_of(identity.staff_of(request), clock.today())


def entry_or_404(request: HttpRequest, entry_id: UUID) -> Any:
    """The entry with its `state` and the department in `charge`; another department's is not there."""
    found = queries.entries(scope(request).own).filter(id=entry_id).first()
    if found is None:
        raise Http404
    return found


def department_options(own: Scope) -> list[tuple[str, str]]:
    """The departments of today that somebody writes for."""
    present = organization.all_departments(clock.today())
    return [(one.code, one.name) for one in present if own.own is None or one.code in own.own]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an entry is in its state; `href` leads to its definition."""

    sentence: str
    href: str = ""
    warning: str = ""


def reason(entry: Any) -> Reason:
    """The state in words: which definition makes it online, or why none does."""
    if entry.state == "abolished":
        return Reason(_("%(day)sに廃止した手続です。") % {"day": entry.abolished_on.isoformat()})
    offer = procedures.current(entry.procedure_id) if entry.procedure_id else None
    law = {"reason": entry.forbidden_reason, "law": entry.forbidden_law}
    forbidden = _("法令でオンラインにできません：%(reason)s（%(law)s）") % law if entry.forbidden else ""
    if offer is None:
        return Reason(forbidden or _("つながる手続の定義がないため、まだオンラインでできません。"))
    name = {"name": str(offer.definition.current_name), "number": offer.number}
    href = reverse("procedures:page", args=[offer.procedure_id])
    if offer.is_open and offer.definition.completes == "at_counter":
        visit = _(
            "定義「%(name)s」（第%(number)s版）で、来庁の予約だけを受け付けています。手続は窓口で終わるため、オンラインでできる手続には数えません。"
        )
        return Reason(forbidden or visit % name, href)
    if offer.is_open:
        warning = (
            _("オンライン不可の印と食い違っています。どちらが正しいか確かめてください。") if forbidden else ""
        )
        return Reason(_("定義「%(name)s」（第%(number)s版）で受け付けています。") % name, href, warning)
    closed = (
        _("定義「%(name)s」（第%(number)s版）の受付を終了しているため、いまはオンラインでできません。") % name
    )
    return Reason(forbidden or closed, href)


def told(entry: Any, words: desk_choices.Words) -> list[tuple[str, str]]:
    """Every field in words, but for what only the survey asks."""
    values = {column.name: getattr(entry, column.name) for column in COLUMNS}
    values["department_code"] = entry.charge
    return [
        (column.headers[0], words.shown(column.name, values[column.name]) or _("未登録"))
        for column in COLUMNS
        if column.name not in _TOLD_ELSEWHERE and column not in MORE
    ]


def told_to_the_survey(entry: InventoryEntry, words: desk_choices.Words) -> list[tuple[str, str]]:
    """What is known of what only the national survey asks, in words."""
    known = ((column, getattr(entry, column.name)) for column in MORE)
    return [(column.headers[0], words.shown(column.name, value)) for column, value in known if value]
