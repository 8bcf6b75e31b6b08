"""Bulk runs in words: what is done, where it stands, why a case was left as it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from madoguchi.applications import rules
from madoguchi.applications.actions.bulk import Act, ItemState, State
from madoguchi.applications.models import BulkItem, BulkRun
from madoguchi.procedures import queries as procedures


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many cases of a run came to the same end, for the same cause."""

    state: str
    why: str
    cases: int


def act_words() -> dict[str, str]:
    """What may be done to many cases."""
    return {
        Act.TAKE: _("自分が担当する"),
        Act.HAND_OVER: _("担当を変える"),
        Act.PROPOSE: _("起案する"),
    }


def state_words() -> dict[str, str]:
    """Where a run stands."""
    return {
        State.CHECKING: _("確認中"),
        State.CHECKED: _("確認済み（まだ変更していません）"),
        State.RUNNING: _("実行中"),
        State.DONE: _("実行済み"),
        State.UNDOING: _("取消し中"),
        State.UNDONE: _("取り消しました"),
        State.DROPPED: _("実行せずに終えました"),
    }


def item_words() -> dict[str, tuple[str, str]]:
    """What became of a case, with the kind of its mark."""
    return {
        ItemState.WAITING: (_("確認待ち"), "neutral"),
        ItemState.ALLOWED: (_("実行できます"), "info"),
        ItemState.REFUSED: (_("変更しません"), "warning"),
        ItemState.DONE: (_("変更しました"), "success"),
        ItemState.UNDONE: (_("元に戻しました"), "neutral"),
        ItemState.KEPT: (_("戻せませんでした"), "warning"),
    }


def why_words() -> dict[str, str]:
    """Why a case was left as it is, and what to do about it."""
    return {
        "": "",
        "protected": _("支援措置の対象です。申請を開いて、1件ずつ処理してください。"),
        "not_yours": _("審査担当か所属長が行います。"),
        "not_seen": _("ほかの部署の申請です。"),
        "ended": _("完了か取下げになっています。"),
        "already": _("すでにその担当者です。"),
        "held": _("ほかの人が担当しています。「担当を変える」で引き継いでください。"),
        "not_theirs": _("渡す相手は、この部署の審査担当でも所属長でもありません。"),
        "not_held": _("担当者か所属長が起案します。先に「自分が担当する」を行ってください。"),
        "not_in_review": _("審査中ではありません。"),
        "no_such_decision": _("この手続に、選んだ決定はありません。"),
        "no_reason": _("この決定には理由が必要です。理由を書いて、もう一度確認してください。"),
        "unpaid": _("手数料の納付か減免が、まだ記録されていません。"),
        "waits": _("調査や意見書などの結果を待っています。"),
        "not_allowed": _("起案の条件がそろっていません。申請を開いて確認してください。"),
        "changed": _("確認のあとに、ほかの人が変更しました。もう一度確認してください。"),
        "followed": _("このあとに別の処理がされたため、戻せません。申請を開いて確認してください。"),
        "decided": _("すでに決裁され、通知が出ています。戻せません。"),
        "withdrawn": _("取下げになっています。戻せません。"),
    }


def counts_of(run: BulkRun) -> list[Outcome]:
    """How many cases came to which end, and why: one question."""
    rows = BulkItem.objects.filter(run=run).values_list("state", "why").annotate(cases=Count("id"))
    return [Outcome(*row) for row in rows.order_by("state", "why")]


def decision_choices(departments: Collection[str]) -> list[tuple[str, str]]:
    """The decisions that the procedures of some departments know, each once, with the procedures that know it."""
    found: dict[str, tuple[str, list[str]]] = {}
    for offer in procedures.offers_of(departments):
        for kind in rules.decision_kinds(offer.definition):
            _label, names = found.setdefault(kind.id, (str(kind.label), []))
            names.append(str(offer.definition.current_name))
    return [(kind, f"{label}（{'、'.join(names)}）") for kind, (label, names) in sorted(found.items())]
