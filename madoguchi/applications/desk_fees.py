"""Fees as the desk reads them: the fee of a case, the list of the cash desk, the sheet of a day (日計表)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from madoguchi.applications import rules
from madoguchi.applications.desk_queries import of_departments
from madoguchi.applications.fee_queries import fee_of, is_from_before
from madoguchi.applications.fee_rules import FeeKind, FeeMethod, FeeState, holds_back
from madoguchi.applications.models import Application, CaseFee, FeeRecord, Status
from madoguchi.applications.permissions import Reach
from madoguchi.common.jinja2env import yen
from madoguchi.japan.check_digits import NumberError, normalise_receipt_number
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import Evaluation


def state_words() -> dict[str, tuple[str, str]]:
    """Where a fee stands, in words and as the kind of a tag."""
    return {
        FeeState.OPEN: (_("未納"), "warning"),
        FeeState.EXCESS: (_("還付の要否を確認"), "danger"),
        FeeState.PAID: (_("納付済み"), "success"),
        FeeState.WAIVED: (_("減免"), "neutral"),
        FeeState.FREE: (_("規定により無料"), "neutral"),
        FeeState.ENDED: (_("請求なし"), "neutral"),
    }


def kind_words() -> dict[str, str]:
    """What can be recorded."""
    return {
        FeeKind.PAID: _("納付"),
        FeeKind.WAIVED: _("減免"),
        FeeKind.REFUNDED: _("還付"),
        FeeKind.KEPT: _("還付しない"),
        FeeKind.CANCELLED: _("取消し"),
    }


def method_choices() -> list[tuple[str, str]]:
    """How a fee is paid at a city hall."""
    return [
        (FeeMethod.CASH.value, _("現金")),
        (FeeMethod.CASHLESS.value, _("キャッシュレス（窓口の端末）")),
        (FeeMethod.SLIP.value, _("納付書")),
        (FeeMethod.MONEY_ORDER.value, _("定額小為替")),
        (FeeMethod.STAMP.value, _("証紙")),
    ]


def method_word(method: str) -> str:
    """The method in words, "" where there is none."""
    return dict(method_choices()).get(method, "")


def kind_of(record: FeeRecord) -> str:
    """What a record is, in words; a cancellation says of what."""
    words = kind_words()
    if record.undoes is None:
        return words[record.kind]
    return _("%(kind)sの取消し") % {"kind": words[record.undoes.kind]}


# --- one case -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record of a fee; `undone_by` is who undid it."""

    record: FeeRecord
    kind: str
    method: str
    who: str
    undone_by: str

    @property
    def may_be_undone(self) -> bool:
        """Whether it still counts and is no cancellation itself."""
        return not self.undone_by and self.record.kind != FeeKind.CANCELLED


@dataclass(frozen=True, slots=True)
class FeeLine:
    """The fee of a case on its page."""

    fee: CaseFee
    state: str
    tag: str
    exemption: str  # why less is paid by the rule
    warning: tuple[str, str] | None  # a title and what to do
    records: list[RecordRow]


def fee_line(application: Application, definition: Definition, evaluation: Evaluation) -> FeeLine | None:
    """The fee of a case; None where it costs nothing. Two questions."""
    fee = fee_of(application)
    if fee is None:
        return None
    state, tag = state_words()[fee.state]
    exemption = evaluation.fee_exemption
    return FeeLine(
        fee,
        state,
        tag,
        exemption.label.of("ja") if exemption is not None else "",
        _warning(application, definition, fee),
        record_rows(application),
    )


def _warning(application: Application, definition: Definition, fee: CaseFee) -> tuple[str, str] | None:
    """What must not be overlooked before a decision or at handing over."""
    if fee.state == FeeState.EXCESS:
        return (
            _("納付済み：還付の要否を確認"),
            _("%(yen)sが、納める額より多く納められています。還付するか、還付しない理由を記録してください。")
            % {"yen": yen(fee.standing.excess)},
        )
    if fee.state != FeeState.OPEN or is_from_before(application, fee):
        return None
    title = _("手数料%(yen)sの納付がまだ記録されていません") % {"yen": yen(fee.standing.owed)}
    if application.status == Status.CLOSED:
        return title, _("納付か減免を記録してから、通知書や証明書を渡してください。")
    if application.status in rules.OPEN and definition.fee.due == "before_decision":
        return title, _("納付か減免を記録するまで、認める決定は起案できません。")
    return None


def record_rows(application: Application) -> list[RecordRow]:
    """Everything recorded, oldest first: one question."""
    found = FeeRecord.objects.filter(application=application).select_related("recorded_by", "undoes")
    records = list(found.order_by("recorded_at", "id"))
    undone = {one.undoes_id: one.recorded_by.display_name for one in records if one.undoes_id}
    return [
        RecordRow(
            one, kind_of(one), method_word(one.method), one.recorded_by.display_name, undone.get(one.id, "")
        )
        for one in records
    ]


def waiting_kinds(application: Application, definition: Definition) -> dict[str, str]:
    """The decisions that cannot be proposed before the fee is paid, by id, with the sentence that says so."""
    fee = fee_of(application) if definition.fee.due == "before_decision" else None
    if fee is None:
        return {}
    owed = fee.standing.owed
    sentence = _(
        "手数料%(yen)sの納付がまだ記録されていません。納付か減免を記録してから起案してください。"
    ) % {"yen": yen(owed)}
    return {
        kind.id: sentence
        for kind in rules.decision_kinds(definition)
        if holds_back(due=definition.fee.due, outcome=kind.outcome, owed=owed)
    }


def needs_payment(owed: int) -> str:
    """Why a proposal is not decided whose payment was undone."""
    return _("手数料%(yen)sの納付が記録されていません。納付か減免を記録するか、差し戻してください。") % {
        "yen": yen(owed)
    }


# --- the list of the cash desk --------------------------------------------------------------------------------

SHOWN_OF_CASE = ("receipt_number", "procedure_version_id", "received_on", "department_code")


@dataclass(frozen=True, slots=True)
class FeeFilters:
    """Which fees are listed; `number` stands alone: a receipt number, or the number of a paper receipt (領収書)."""

    state: str = FeeState.OPEN
    procedure: str = ""
    day: date | None = None
    number: str = ""


def _within(reach: Reach) -> Q:
    return of_departments(*reach, "application__department_code", "application__procedure_id")


def listed(filters: FeeFilters, reach: Reach) -> QuerySet[CaseFee]:
    """The fees of these departments that the filters leave: what is open longest first, else the newest first."""
    found = CaseFee.objects.filter(_within(reach))
    found = found.select_related("application").only(
        *(field.name for field in CaseFee._meta.concrete_fields),
        *(f"application__{name}" for name in SHOWN_OF_CASE),
    )
    if filters.number:
        return found.filter(_numbered(filters.number)).order_by("-filed_at", "application")
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.procedure:
        found = found.filter(procedure_id=filters.procedure)
    if filters.day is not None:
        # Asked for once: a question for each fee takes a minute for ten thousand records of one day.
        found = found.filter(
            application__in=FeeRecord.objects.filter(counted_on=filters.day).values("application")
        )
    if filters.state == FeeState.OPEN:
        return found.order_by("filed_at", "application")
    return found.order_by("-filed_at", "-application")


def _numbered(text: str) -> Q:
    vouchers = FeeRecord.objects.filter(voucher_number=text).values("application")
    wanted = Q(application__in=vouchers)
    try:
        return wanted | Q(application__receipt_number=normalise_receipt_number(text))
    except NumberError:
        return wanted


def waiting_counts(reach: Reach) -> dict[str, int]:
    """How many fees wait for somebody, by state: one question."""
    waiting = CaseFee.objects.filter(_within(reach), state__in=(FeeState.OPEN, FeeState.EXCESS))
    return dict(waiting.order_by().values_list("state").annotate(cases=Count("id")))


def charging_procedures(reach: Reach) -> list[tuple[str, str]]:
    """The procedures of these departments that cost anything."""
    departments, parts = reach
    found = {
        offer.procedure_id: str(offer.definition.current_name)
        for offer in procedures.offers_of(departments | {part.code for part in parts})
        if not offer.definition.fee.is_free
    }
    return sorted(found.items(), key=lambda one: one[1])


# --- the sheet of a day (日計表) ------------------------------------------------------------------------------


@dataclass(slots=True)
class DaySums:
    """What came and went in a day, of one method or by one person."""

    label: str
    payments: int = 0
    paid: int = 0
    refunded: int = 0
    undone: int = 0  # what cancellations of the day take back: of payments less, of refunds more

    @property
    def net(self) -> int:
        """What should be in the till, of this day."""
        return self.paid - self.refunded + self.undone

    def add(self, kind: str, undoes: str, cases: int, amount: int) -> None:
        """Count records of one kind."""
        if kind == FeeKind.PAID:
            self.payments += cases
            self.paid += amount
        elif kind == FeeKind.REFUNDED:
            self.refunded += amount
        elif undoes == FeeKind.PAID:
            self.undone -= amount
        else:
            self.undone += amount


@dataclass(frozen=True, slots=True)
class DaySheet:
    """The sums of a day by method and by person; `waived`: how often and how much was waived, less what was undone."""

    methods: list[DaySums]
    people: list[DaySums]
    total: DaySums
    waived: tuple[int, int]


def of_day(day: date, reach: Reach) -> QuerySet[FeeRecord]:
    """What these departments recorded for this day, in the order of recording."""
    found = FeeRecord.objects.filter(_within(reach), counted_on=day).select_related(
        "recorded_by", "undoes", "application"
    )
    shown = (f"application__{name}" for name in SHOWN_OF_CASE)
    fields = (field.name for field in FeeRecord._meta.concrete_fields)
    return found.only(*fields, "recorded_by__display_name", "undoes__kind", *shown).order_by(
        "recorded_at", "id"
    )


def day_sheet(day: date, reach: Reach) -> DaySheet:
    """The sums of a day: one question."""
    groups = ("kind", "undoes__kind", "method", "recorded_by", "recorded_by__display_name")
    found = (
        FeeRecord.objects.filter(_within(reach), counted_on=day)
        .order_by()
        .values_list(*groups)
        .annotate(cases=Count("id"), yen=Sum("amount_yen"))
    )
    return _summed(found)


def _summed(found: Iterable[tuple[Any, ...]]) -> DaySheet:
    methods = {method: DaySums(label) for method, label in method_choices()}
    people: dict[Any, DaySums] = {}
    total, waived_cases, waived_yen = DaySums(_("合計")), 0, 0
    for kind, undoes, method, person, name, cases, amount in found:
        if method:
            for sums in (methods[method], people.setdefault(person, DaySums(name)), total):
                sums.add(kind, undoes or "", cases, amount)
        elif FeeKind.WAIVED in (kind, undoes):
            sign = 1 if kind == FeeKind.WAIVED else -1
            waived_cases, waived_yen = waived_cases + sign * cases, waived_yen + sign * amount
    return DaySheet(
        list(methods.values()),
        sorted(people.values(), key=lambda one: one.label),
        total,
        (waived_cases, waived_yen),
    )
