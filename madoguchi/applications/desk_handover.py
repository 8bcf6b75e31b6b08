"""What pages of hand-over show: cases by state, batches, the columns of a case."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from madoguchi.applications import handover_lines as lines
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.models import Handover, HandoverBatch, HandoverFile
from madoguchi.common import clock
from madoguchi.common.desk_lists import searched
from madoguchi.common.ids import normalise_secret
from madoguchi.identity import queries as identity
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition, Export

State = Handover.State
CHUNK = 500
STATE_KINDS = {
    State.WAITING: "info",
    State.NEEDS_PERSON: "warning",
    State.PROTECTED: "danger",
    State.MAKING: "info",
    State.SENT: "neutral",
    State.ACKNOWLEDGED: "success",
    State.REFUSED: "danger",
}


def state_labels() -> dict[str, str]:
    """The states of a case on its way, in the order in which a person looks at them."""
    return {
        State.NEEDS_PERSON: _("要確認"),
        State.REFUSED: _("取込エラー"),
        State.PROTECTED: _("支援措置"),
        State.WAITING: _("受け渡し待ち"),
        State.MAKING: _("作成中"),
        State.SENT: _("受け渡し済み"),
        State.ACKNOWLEDGED: _("取込済み"),
    }


def batch_labels() -> dict[str, str]:
    """The states of a batch."""
    return {
        HandoverBatch.State.MAKING: _("作成中"),
        HandoverBatch.State.READY: _("作成済み"),
        HandoverBatch.State.TAKEN_BACK: _("取消し"),
        HandoverBatch.State.EMPTY: _("対象なし"),
    }


def finding_labels() -> dict[str, str]:
    """What is wrong with a line of an answer, and what to do."""
    return {
        "unknown": _("この番号の申請を渡していません。番号を確かめてください。"),
        "doubled": _("同じ番号が2回以上あります。内容が違うものは反映していません。"),
        "not_sent": _("まだ渡していない申請です。反映していません。"),
        "unreadable": _("結果を読みとれません。「受理」か「エラー」にしてください。"),
        "reason_missing": _("エラーの理由がありません。3列目に理由を入れてください。"),
        "contradicts": _("取込済みの申請がエラーになっています。担当者が確かめてください。"),
        "already": _("すでに反映しています。"),
    }


def problem_text(problem: lines.Problem) -> str:
    """Why a column cannot be handed over, and what it holds."""
    if problem.code == "characters":
        return _("渡す先の文字コードにない文字があります（%(what)s）。") % {"what": problem.what}
    if problem.code == "unknown_day":
        return _("日付が決まっていません（%(what)s）。") % {"what": problem.original}
    if problem.code == "no_code":
        return _("選択肢「%(what)s」のコードが決まっていません。") % {"what": problem.original}
    if problem.code == lines.REVOKED:
        return _(
            "決定が「%(what)s」に変わりました。渡した後のときは、基幹システムの登録を取り消してから、手作業の記録をしてください。"
        ) % {"what": problem.original}
    return _("%(what)s人分あり、列が足りません。手作業で入力してください。") % {"what": problem.what}


@dataclass(frozen=True, slots=True)
class Target:
    """A procedure of a department with a core system, and how many of its cases are in each state."""

    department_code: str
    procedure_id: str
    title: str
    export: Export
    counts: dict[str, int]


def targets(departments: Collection[str]) -> list[Target]:
    """What these departments hand over: one question."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    rows = (
        Handover.objects.filter(department_code__in=sorted(departments))
        .values_list("department_code", "procedure_id", "state")
        .annotate(n=Count("id"))
        .order_by()
    )
    for department_code, procedure_id, state, n in rows:
        counts.setdefault((department_code, procedure_id), {})[state] = n
    found = []
    for offer in procedures.offers():
        definition, export = offer.definition, offer.definition.export
        if export is None:
            continue
        places = {code for code, procedure_id in counts if procedure_id == offer.procedure_id}
        places |= {organization.in_charge(definition.department, offer.procedure_id)} & set(departments)
        found += [
            Target(
                code,
                offer.procedure_id,
                str(definition.current_name),
                export,
                counts.get((code, offer.procedure_id), {}),
            )
            for code in sorted(places)
        ]
    return found


@dataclass(frozen=True, slots=True)
class Filters:
    """Which cases of the list are wanted."""

    state: str
    procedure: str
    number: str


def read_filters(request: HttpRequest) -> Filters:
    """The filters of the address; what is unknown is left out."""
    state, procedure = request.GET.get("state", ""), request.GET.get("procedure", "")
    return Filters(state if state in State.values else "", procedure[:80], searched(request))


def cases(departments: Collection[str], filters: Filters) -> QuerySet[Handover]:
    """The cases on their way, the longest in their state first."""
    found = Handover.objects.filter(department_code__in=sorted(departments))
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.procedure:
        found = found.filter(procedure_id=filters.procedure)
    if filters.number:
        found = found.filter(application__receipt_number=normalise_secret(filters.number))
    return found.select_related("application", "batch").order_by("since", "id")


def protected_among(rows: Collection[Handover], today: date) -> set[str]:
    """The cases (their subjects) whose reasons are not shown in a list."""
    return identity.restricted_subjects((subject_of(row.application_id) for row in rows), today)


def file_lines(rows: QuerySet[Handover], today: date) -> Iterator[list[object]]:
    """The list as lines of a file, streamed; without names, and without reasons of protected cases."""
    labels, called = state_labels(), titles()
    batch: list[Handover] = []
    for row in rows.iterator(CHUNK):
        batch.append(row)
        if len(batch) == CHUNK:
            yield from _lines(batch, labels, called, today)
            batch = []
    yield from _lines(batch, labels, called, today)


def _lines(
    rows: list[Handover], labels: dict[str, str], called: dict[str, str], today: date
) -> Iterator[list[object]]:
    protected = protected_among(rows, today)
    for row in rows:
        hidden = subject_of(row.application_id) in protected
        yield [
            row.application.receipt_number,
            called.get(row.procedure_id, row.procedure_id),
            labels[row.state],
            clock.tokyo_date(row.since),
            row.batch.number if row.batch else "",
            "" if hidden else row.reason,
        ]


def titles() -> dict[str, str]:
    """What the procedures are called today, for a list: one question."""
    return {offer.procedure_id: str(offer.definition.current_name) for offer in procedures.offers()}


def title_of(procedure_id: str) -> str:
    """What a procedure is called today."""
    offer = procedures.current(procedure_id)
    return str(offer.definition.current_name) if offer else procedure_id


def batches(departments: Collection[str]) -> QuerySet[HandoverBatch]:
    """The batches of these departments, newest first."""
    return (
        HandoverBatch.objects.filter(department_code__in=sorted(departments))
        .select_related("asked_by")
        .order_by("-asked_at", "-id")
    )


def files_of(batch: HandoverBatch) -> list[HandoverFile]:
    """The files of a batch by name."""
    return list(batch.files.order_by("name"))


def shown_values(definition: Definition, line: lines.Line) -> list[tuple[str, str]]:
    """The columns of a case as they go out."""
    return [(name, lines.as_text(value) or "―") for name, value in line.values.items()]
