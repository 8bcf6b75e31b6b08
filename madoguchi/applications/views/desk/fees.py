"""The cash desk: what is open, paid and waived of one's departments, and the sheet of a day (日計表)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.applications import desk_fees as desk
from madoguchi.applications.desk_fees import DaySums, FeeFilters
from madoguchi.applications.desk_queries import protections
from madoguchi.applications.fee_rules import FeeState
from madoguchi.applications.models import CaseFee, FeeRecord
from madoguchi.applications.permissions import Reach, reach_of
from madoguchi.applications.views.desk.fee_case import FROM_LIST, done_sentences
from madoguchi.applications.views.desk.step_lists import ROLES
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, desk_lists
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras, jst, yen
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.procedures import queries as procedures

ALL = "all"
STATES = (FeeState.OPEN, FeeState.EXCESS, FeeState.PAID, FeeState.WAIVED, FeeState.FREE, FeeState.ENDED, ALL)
CHUNK = 500


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages of fees."""
    pages = {"fees": _("納付の状況"), "fee_day": _("日計表")}
    return [
        {"label": label, "href": reverse(f"desk:{name}"), "current": name == current, "count": None}
        for name, label in pages.items()
    ]


def _look(request: HttpRequest) -> tuple[Staff, Reach]:
    """Who looks, and whose fees they see: those of the cases in their inbox."""
    staff = identity.staff_of(request)
    return staff, reach_of(staff, today=clock.today())


def _filters(request: HttpRequest) -> FeeFilters:
    state = desk_lists.choice(request, "state", STATES)
    return FeeFilters(
        state="" if state == ALL else state,
        procedure=request.GET.get("procedure", "")[:80],
        day=_day(request.GET.get("day", "")),
        number=desk_lists.searched(request),
    )


def _day(text: str) -> date | None:
    """A day far enough from the ends of the calendar that its neighbours exist; None for what is none."""
    try:
        day = parse_date(text)
    except DateError:
        return None
    return day if date(2000, 1, 1) <= day <= date(2999, 1, 1) else None


def _note_read(staff: Staff, count: int, purpose: str, subject: str = "list:fees") -> None:
    """Which list of cases was looked at is part of who looked at what."""
    if count:
        audit.record_read(
            actor=staff.actor, subject=subject, now=clock.now(), purpose=purpose, detail={"count": count}
        )


@access.staff(*ROLES)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What is open first; by number any fee of one's departments."""
    staff, reach = _look(request)
    filters = _filters(request)
    page, pagination = desk_lists.paged(request, desk.listed(filters, reach))
    _note_read(staff, len(page), "list")
    counts = desk.waiting_counts(reach)
    context = {
        "here": "fees",
        "tabs": tabs("fees"),
        "columns": [*_columns(), {"label": _("操作"), "hidden": True}],
        "rows": _rows(list(page)),
        "pagination": pagination,
        "q": filters.number,
        "state": desk_lists.choice(request, "state", STATES),
        "state_choices": _state_choices(counts),
        "procedure": filters.procedure,
        "procedure_choices": desk.charging_procedures(reach),
        "day": filters.day.isoformat() if filters.day else "",
        "waiting": counts.get(FeeState.EXCESS, 0),
        "csv": reverse("desk:fees_csv") + desk_lists.address_with(request, done=""),
        "done": done_sentences().get(request.GET.get("done", ""), ""),
    }
    return render(request, "applications/desk/fees.html", context)


def _state_choices(counts: dict[str, int]) -> list[tuple[str, str]]:
    words = [(state.value, label) for state, (label, _tag) in _words()]
    return [
        *(
            (state, f"{label}（{counts.get(state, 0)}）" if state in WAITING else label)
            for state, label in words
        ),
        (ALL, _("すべて")),
    ]


WAITING = (FeeState.OPEN, FeeState.EXCESS)


def _words() -> list[tuple[FeeState, tuple[str, str]]]:
    return [(FeeState(state), words) for state, words in desk.state_words().items()]


def _columns() -> list[Any]:
    return [
        _("受付番号"),
        _("手続"),
        _("受付日"),
        {"label": _("手数料"), "numeric": True},
        {"label": _("納付"), "numeric": True},
        {"label": _("減免"), "numeric": True},
        {"label": _("未納"), "numeric": True},
        _("状態"),
    ]


def _name_of(case: Any) -> str:
    return str(procedures.definition_of(case.procedure_version_id).current_name)


def _rows(found: Sequence[CaseFee]) -> list[list[Any]]:
    """Lines of the list; a protected case (支援措置) is marked, so that nobody opens it unawares."""
    hidden = protections([fee.application for fee in found], today=clock.today())
    return [_cells(fee, is_protected=fee.application_id in hidden) for fee in found]


def _cells(fee: CaseFee, *, is_protected: bool) -> list[Any]:
    case, (text, tag) = fee.application, desk.state_words()[fee.state]
    number = grouped(case.receipt_number)
    return [
        {
            "text": number,
            "href": reverse("desk:case", args=[case.id]),
            "note": _("支援措置") if is_protected else "",
        },
        _name_of(case),
        both_eras(case.received_on),
        yen(fee.amount_yen),
        yen(fee.paid_yen),
        yen(fee.waived_yen),
        yen(fee.standing.owed),
        {"text": text, "tag": tag},
        {
            "text": _("%(number)sの納付などを記録する") % {"number": number}
            if fee.state in WAITING
            else _("%(number)sの記録を見る") % {"number": number},
            "href": f"{reverse('desk:case_fee', args=[case.id])}?from={FROM_LIST}",
        },
    ]


@access.staff(*ROLES)
@require_GET
def listing_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same list as a file, all of it."""
    staff, reach = _look(request)
    found = desk.listed(_filters(request), reach)
    _note_read(staff, found.count(), kind)
    header = [one["label"] if isinstance(one, dict) else one for one in _columns()]
    return list_response(request, kind, "fees", header, _lines(found.iterator(chunk_size=CHUNK)))


def _lines(found: Iterable[CaseFee]) -> Iterator[list[object]]:
    words = desk.state_words()
    for fee in found:
        yield [
            grouped(fee.application.receipt_number),
            _name_of(fee.application),
            fee.application.received_on,
            fee.amount_yen,
            fee.paid_yen,
            fee.waived_yen,
            fee.standing.owed,
            words[fee.state][0],
        ]


# --- the sheet of a day -----------------------------------------------------------------------------------------


@access.staff(*ROLES)
@require_GET
def day_page(request: HttpRequest) -> HttpResponse:
    """What came and went in a day, by method and by person, and each record of it; to be printed."""
    staff, reach = _look(request)
    day = _day(request.GET.get("day", "")) or clock.today()
    sheet = desk.day_sheet(day, reach)
    page, pagination = desk_lists.paged(request, desk.of_day(day, reach))
    _note_read(staff, len(page), "list", "list:fee_day")
    context = {
        "here": "fees",
        "tabs": tabs("fee_day"),
        "day": day.isoformat(),
        "title": both_eras(day),
        "previous": f"?day={day - timedelta(days=1)}",
        "next": f"?day={day + timedelta(days=1)}" if day < clock.today() else "",
        "sum_columns": _sum_columns(),
        "methods": [_sum_cells(one) for one in (*sheet.methods, sheet.total)],
        "people": [_sum_cells(one) for one in sheet.people],
        "waived": sheet.waived,
        "record_columns": [
            {"label": label, "numeric": True} if label == _("金額") else label for label in _record_header()
        ],
        "records": _record_rows(list(page)),
        "pagination": pagination,
        "sums_csv": f"{reverse('desk:fee_sums_csv')}?day={day}",
        "records_csv": f"{reverse('desk:fee_records_csv')}?day={day}",
    }
    return render(request, "applications/desk/fee_day.html", context)


def _sum_columns() -> list[Any]:
    return [_("区分"), *({"label": label, "numeric": True} for label in _sum_labels())]


def _sum_labels() -> list[str]:
    return [_("納付の件数"), _("納付額"), _("還付額"), _("取消し"), _("差引き")]


def _sum_cells(sums: DaySums) -> list[Any]:
    return [sums.label, sums.payments, yen(sums.paid), yen(sums.refunded), yen(sums.undone), yen(sums.net)]


def _record_header() -> list[str]:
    return [
        _("受付番号"),
        _("手続"),
        _("区分"),
        _("方法"),
        _("金額"),
        _("領収書番号"),
        _("理由"),
        _("記録した人"),
        _("記録した日時"),
    ]


def _record_rows(found: Sequence[FeeRecord]) -> list[list[Any]]:
    """Lines of the sheet; a protected case is marked as in the list."""
    hidden = protections([record.application for record in found], today=clock.today())
    return [_record_cells(record, is_protected=record.application_id in hidden) for record in found]


def _record_cells(record: FeeRecord, *, is_protected: bool) -> list[Any]:
    number, *rest = _record_line(record)
    rest[3] = yen(record.amount_yen)
    address = reverse("desk:case_fee", args=[record.application_id])
    return [{"text": number, "href": address, "note": _("支援措置") if is_protected else ""}, *rest]


def _record_line(record: FeeRecord) -> list[Any]:
    return [
        grouped(record.application.receipt_number),
        _name_of(record.application),
        desk.kind_of(record),
        desk.method_word(record.method) or "―",
        record.amount_yen,
        record.voucher_number or "―",
        record.reason or "―",
        record.recorded_by.display_name,
        jst(record.recorded_at, year=True),
    ]


@access.staff(*ROLES)
@require_GET
def records_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """Each record of a day as a file."""
    staff, reach = _look(request)
    day = _day(request.GET.get("day", "")) or clock.today()
    found = desk.of_day(day, reach)
    _note_read(staff, found.count(), kind, "list:fee_day")
    lines = (_record_line(one) for one in found.iterator(chunk_size=CHUNK))
    return list_response(request, kind, f"fee-records-{day}", _record_header(), lines)


@access.staff(*ROLES)
@require_GET
def sums_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The sums of a day by method and by person as a file."""
    _staff, reach = _look(request)
    day = _day(request.GET.get("day", "")) or clock.today()
    sheet = desk.day_sheet(day, reach)
    header = [_("日"), _("まとめ方"), _("区分"), *_sum_labels()]
    groups = ((_("方法"), sheet.methods), (_("記録した人"), sheet.people), (_("合計"), [sheet.total]))
    lines = [_sum_line(day, title, one) for title, found in groups for one in found]
    return list_response(request, kind, f"fee-sums-{day}", header, lines)


def _sum_line(day: date, title: str, sums: DaySums) -> Sequence[object]:
    return [day, title, sums.label, sums.payments, sums.paid, sums.refunded, sums.undone, sums.net]
