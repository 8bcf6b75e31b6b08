"""What pages of retention show: classes, what is due, proposals, holds, and how long the city keeps what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from madoguchi.applications import retention_rules as rules
from madoguchi.applications.actions import disposal as actions
from madoguchi.applications.models import (
    Disposal,
    DisposalItem,
    LegalHold,
    RetentionAssignment,
    RetentionClass,
)
from madoguchi.common import registers
from madoguchi.common.ids import grouped
from madoguchi.procedures import queries as procedures

CHUNK = 500
HOLD_KINDS = LegalHold.Kind


def hold_kinds() -> dict[str, str]:
    """Why a case may be held."""
    return {
        HOLD_KINDS.APPEAL: _("審査請求・訴訟"),
        HOLD_KINDS.DISCLOSURE: _("情報公開・開示請求"),
        HOLD_KINDS.AUDIT: _("監査・調査"),
        HOLD_KINDS.OTHER: _("その他"),
    }


def disposal_labels() -> dict[str, str]:
    """The states of a proposal."""
    return {
        Disposal.State.PROPOSED: _("承認待ち"),
        Disposal.State.RUNNING: _("廃棄中"),
        Disposal.State.DONE: _("完了"),
        Disposal.State.REJECTED: _("取りやめ"),
    }


def item_labels() -> dict[str, str]:
    """What became of a case of a proposal."""
    return {
        DisposalItem.State.WAITING: _("これから"),
        DisposalItem.State.ERASED: _("廃棄済み"),
        DisposalItem.State.KEPT: _("残した"),
    }


def kept_labels() -> dict[str, str]:
    """Why a case was kept."""
    return {
        rules.ERASED: _("前に廃棄されています"),
        rules.REASSIGNED: _("保存期間の区分が変わりました"),
        rules.NOT_DUE: _("保存期間が終わっていません"),
        rules.HELD: _("保留されています"),
        rules.PROTECTED: _("支援措置の期間中です"),
        rules.HANDOVER: _("基幹システムへの受け渡しが終わっていないか、受け渡しファイルが残っています"),
        rules.FAULT: _("処理できませんでした。システム管理者に知らせてください"),
        rules.REJECTED: _("起案が取りやめになりました"),
    }


def count_labels() -> dict[str, str]:
    """What was erased of a case, by kind."""
    return {
        "answers": _("回答"),
        "attachments": _("添付ファイル"),
        "produced_files": _("作成した文書"),
        "notes": _("メモ"),
        "events": _("経過の詳細"),
        "corrections": _("補正の文面"),
        "decisions": _("決定の文面"),
        "extensions": _("延長通知"),
        "messages": _("メール"),
        "holds": _("保留の記録"),
    }


def titles() -> dict[str, str]:
    """What the procedures are called today."""
    return {offer.procedure_id: str(offer.definition.current_name) for offer in procedures.offers()}


@dataclass(frozen=True, slots=True)
class DueRow:
    """How many cases of a procedure of a department are over their period."""

    department_code: str
    procedure_id: str
    kept_as: RetentionClass
    closed_before: date
    cases: int


def due_rows(departments: Collection[str], *, today: date) -> list[DueRow]:
    """What is due in these departments, by procedure: one question for each of its classes, however many cases."""
    found = []
    for assignment in assignments():
        for code in sorted(departments):
            cases = actions.due(code, assignment, today=today).count()
            if cases:
                kept_as = assignment.retention_class
                before = rules.closed_before(years=kept_as.years, today=today)
                found.append(DueRow(code, assignment.procedure_id, kept_as, before, cases))
    return found


def assignments() -> list[RetentionAssignment]:
    """Which procedure belongs to which class."""
    return list(RetentionAssignment.objects.select_related("retention_class").order_by("procedure_id"))


def classes() -> list[RetentionClass]:
    """The city's classes, the shortest first."""
    return list(RetentionClass.objects.annotate(used=Count("assignments")).order_by("years", "id"))


def disposals(departments: Collection[str]) -> QuerySet[Disposal]:
    """The proposals of these departments, newest first."""
    return (
        Disposal.objects.filter(department_code__in=sorted(departments))
        .select_related("proposed_by", "decided_by")
        .order_by("-proposed_at", "-id")
    )


def items(disposal: Disposal) -> QuerySet[DisposalItem]:
    """The cases of a proposal in the order of their end."""
    return (
        DisposalItem.objects.filter(disposal=disposal).select_related("application").order_by("ends_on", "id")
    )


def states_of(disposal: Disposal) -> dict[str, int]:
    """How many cases of a proposal are in each state."""
    rows = (
        DisposalItem.objects.filter(disposal=disposal).values_list("state").annotate(n=Count("id")).order_by()
    )
    return dict(rows)


def by_class(disposal: Disposal) -> list[tuple[str, int, date, date, int]]:
    """What is in a proposal: class, years, first and last closing year's end, cases."""
    found: dict[tuple[str, int], list[date]] = {}
    counts: dict[tuple[str, int], int] = {}
    rows = DisposalItem.objects.filter(disposal=disposal).values_list("class_id", "years", "ends_on")
    for class_id, years, ends_on, n in rows.annotate(n=Count("id")).order_by("years", "class_id", "ends_on"):
        found.setdefault((class_id, years), []).append(ends_on)
        counts[class_id, years] = counts.get((class_id, years), 0) + n
    return [(*key, days[0], days[-1], counts[key]) for key, days in found.items()]


def number_of(item: DisposalItem) -> str:
    """The number of a case as it was told; after erasing nothing."""
    return grouped(item.application.receipt_number) if item.application.erased_at is None else "―"


def item_lines(disposal: Disposal) -> Iterator[list[object]]:
    """The cases of a proposal as lines of a file."""
    states, kept, called = item_labels(), kept_labels(), titles()
    for item in items(disposal).iterator(CHUNK):
        procedure_id = item.application.procedure_id
        yield [
            number_of(item),
            str(item.application_id),
            called.get(procedure_id, procedure_id),
            item.class_id,
            item.years,
            item.ends_on,
            states[item.state],
            kept.get(item.reason, ""),
        ]


def proof_lines(disposal: Disposal) -> Iterator[list[object]]:
    """The records of what was erased as lines of a file: no person stands in it."""
    for row in (
        disposal.records.select_related("proposed_by", "approved_by")
        .order_by("erased_at", "id")
        .iterator(CHUNK)
    ):
        yield [
            str(row.case_id),
            row.procedure_id,
            row.class_id,
            row.years,
            row.closed_on,
            row.ends_on,
            row.erased_at.isoformat(),
            row.proposed_by.display_name,
            row.approved_by.display_name,
            *(row.counts.get(kind, 0) for kind in count_labels()),
            " ".join(row.digests),
        ]


def holds(departments: Collection[str]) -> QuerySet[LegalHold]:
    """The holds in force of these departments, those to look at first."""
    return (
        LegalHold.objects.filter(application__department_code__in=sorted(departments), ended_at=None)
        .select_related("application", "set_by")
        .order_by("review_on", "id")
    )


def register_rows() -> list[list[str]]:
    """How long each table with personal data is kept: days, or the years of the classes in use."""
    years = sorted({assignment.retention_class.years for assignment in assignments()})
    found = []
    for entry in registers.personal_data:
        if not entry.value.fields:
            continue
        found.append([entry.name, _kept(entry.value, years)])
    return found


def _kept(value: registers.PersonalData, years: Iterable[int]) -> str:
    if value.by_class:
        span = "・".join(str(one) for one in years)
        if not span:
            return _("手続の区分による（区分が決まるまで廃棄しません）")
        return _("手続の区分による（%(years)s年）") % {"years": span}
    if value.retention_days is None:
        return _("期間の定めなし")
    return _("%(days)s日") % {"days": value.retention_days}
