"""The menu of staff: what stands in it, and for which roles."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the menu; `key` is what a page of it calls `here`."""

    key: str
    address: str
    label: str | Promise
    roles: tuple[str, ...]
    is_daily: bool = True


ROOM = 7  # beside the name and the way out, more do not fit into one line of a usual screen

# In this order. What nobody needs every hour comes last, and is folded where the menu would be crowded.
MENU = (
    Entry("desk", "/desk/", _("受付一覧"), ("officer", "approver", "head")),
    Entry("approvals", "/desk/approvals/", _("決裁・合議"), ("officer", "approver", "head")),
    Entry("new", "/desk/new/", _("新規入力"), ("officer", "head")),
    Entry("opinions", "/desk/opinions/", _("意見照会"), ("officer", "approver", "head")),
    Entry("steps", "/desk/steps/", _("調査・審査会"), ("officer", "approver", "head")),
    Entry("holders", "/desk/holders/", _("担当"), ("officer", "head")),
    Entry("slots", "/desk/slots/", _("予約"), ("officer", "approver", "head"), False),
    Entry("fees", "/desk/fees/", _("手数料"), ("officer", "approver", "head"), False),
    Entry("handover", "/desk/handover/", _("受け渡し"), ("officer", "approver", "head"), False),
    Entry("figures", "/desk/figures/", _("集計"), ("officer", "approver", "head"), False),
    Entry("achievements", "/plan/achievements/", _("実績"), ("officer", "head", "office"), False),
    Entry("plan", "/plan/office/", _("計画"), ("office",), False),
    Entry("retention", "/desk/retention/", _("保存と廃棄"), ("officer", "approver", "head", "office"), False),
    Entry("blocks", "/studio/blocks/", _("手続の部品"), ("officer", "head", "office"), False),
    Entry("inventory", "/studio/inventory/", _("手続台帳"), ("officer", "head", "office"), False),
    Entry("staff", "/desk/staff/", _("職員"), ("administrator",), False),
    Entry("departments", "/desk/departments/", _("部署"), ("administrator",), False),
    Entry("jobs", "/desk/jobs/", _("ジョブ"), ("administrator",), False),
)


def entries_for(roles: Collection[str] | None) -> list[Entry]:
    """What somebody with these roles may open; everything where nobody asked for roles (None: the gallery)."""
    return [entry for entry in MENU if roles is None or any(role in roles for role in entry.roles)]


def in_sight(entries: list[Entry]) -> list[Entry]:
    """What the menu always shows: all of a short menu, what is needed every day of a long one."""
    return entries if len(entries) <= ROOM else [entry for entry in entries if entry.is_daily]


def home_for(roles: Collection[str]) -> str:
    """Where somebody with these roles begins, "" where nothing is for them."""
    return next((e.address for e in MENU if any(role in roles for role in e.roles)), "")
