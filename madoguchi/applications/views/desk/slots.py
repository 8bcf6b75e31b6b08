"""The calendar of slots (予約の枠): what is booked and free, closing and opening, who is affected by a closure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.applications import desk_slots as desk
from madoguchi.applications.actions import slot_stock as actions
from madoguchi.applications.desk_slot_forms import ClosureForm, read_closure
from madoguchi.applications.errors import NothingChanged
from madoguchi.applications.models import Slot, SlotPlace
from madoguchi.applications.permissions import departments_handled
from madoguchi.applications.views.desk.step_lists import HANDLES, ROLES, seen
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, desk_lists
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.procedures.kinds.slot import weekday_text


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages of slots."""
    pages = {
        "slots": _("予約の予定"),
        "slots_affected": _("閉鎖で影響のある予約"),
        "slots_close": _("枠を閉じる・開ける"),
        "slot_places": _("場所と時間割"),
    }
    return [
        {"label": label, "href": reverse(f"desk:{name}"), "current": name == current, "count": None}
        for name, label in pages.items()
    ]


def _shown(request: HttpRequest, places: list[SlotPlace]) -> desk.Shown:
    """The part of the calendar that the address names: a week needs a place, as many places need a day."""
    place = next((one for one in places if one.code == request.GET.get("place", "")), None)
    try:
        day = parse_date(request.GET.get("day", ""))
    except DateError:
        day = clock.today()
    span = desk_lists.choice(request, "span", (desk.DAY, desk.WEEK))
    return desk.Shown(span if place is not None else desk.DAY, _known(day), place)


def _known(day: date) -> date:
    """A day far enough from the ends of the calendar that its neighbours exist."""
    return min(max(day, date(2000, 1, 1)), date(2999, 1, 1))


def _record(staff: Staff, found: list[Slot], purpose: str) -> None:
    """Which cases stood in a list is part of who looked at what."""
    count = sum(len(desk.numbers(slot)) for slot in found)
    if count:
        audit.record_read(
            actor=staff.actor,
            subject="list:slots",
            now=clock.now(),
            purpose=purpose,
            detail={"count": count},
        )


@access.staff(*ROLES)
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """A day of all places, or a day or week of one, with the cases that hold each slot."""
    staff, departments = seen(request)
    places = desk.places_of(departments)
    shown = _shown(request, places)
    found = desk.slots_shown(shown, places)
    _record(staff, found, "list")
    context = {
        "here": "slots",
        "tabs": tabs("slots"),
        "place_choices": [(one.code, one.name) for one in places],
        "place": shown.place.code if shown.place else "",
        "span": shown.span,
        "span_choices": [(desk.DAY, _("1日")), (desk.WEEK, _("1週間（場所を選んだとき）"))],
        "day": shown.day.isoformat(),
        "title": _title(shown),
        "columns": _columns(),
        "rows": [_cells(slot) for slot in found],
        "booked": sum(slot.capacity - slot.free for slot in found),
        "previous": _address(shown, shown.day - shown.step),
        "next": _address(shown, shown.day + shown.step),
        "csv": f"{reverse('desk:slots_csv')}{_address(shown, shown.day)}",
    }
    return render(request, "applications/desk/slots.html", context)


def _title(shown: desk.Shown) -> str:
    days = _day(shown.first)
    if shown.last != shown.first:
        days = _("%(first)sから%(last)sまで") % {"first": days, "last": _day(shown.last)}
    return f"{days}　{shown.place.name if shown.place else _('すべての場所')}"


def _day(day: date) -> str:
    return f"{both_eras(day)} {weekday_text(day)}"


def _address(shown: desk.Shown, day: date) -> str:
    place = {"place": shown.place.code} if shown.place else {}
    return "?" + urlencode({**place, "span": shown.span, "day": day.isoformat()})


def _columns() -> list[Any]:
    return [
        _("日"),
        _("時間"),
        _("場所"),
        {"label": _("定員"), "numeric": True},
        {"label": _("予約"), "numeric": True},
        _("状態"),
        _("予約した申請"),
    ]


def _cells(slot: Slot) -> list[Any]:
    text, kind = desk.state(slot)
    numbers = desk.numbers(slot)
    case: Any = "―"
    if len(numbers) == 1:
        case = {"text": numbers[0][0], "href": reverse("desk:case", args=[numbers[0][1]])}
    elif numbers:
        case = "、".join(number for number, _id in numbers)
    return [
        _day(slot.day),
        desk.hours(slot),
        slot.place.name,
        slot.capacity,
        slot.capacity - slot.free,
        {"text": text, "tag": kind},
        case,
    ]


@access.staff(*ROLES)
@require_GET
def calendar_file(request: HttpRequest, kind: FileKind) -> HttpResponseBase:
    """The same part of the calendar as a file, one line for each booking and each free slot."""
    staff, departments = seen(request)
    places = desk.places_of(departments)
    found = desk.slots_shown(_shown(request, places), places)
    _record(staff, found, kind)
    header = [_("日"), _("始まり"), _("終わり"), _("場所"), _("定員"), _("予約"), _("状態"), _("受付番号")]
    return list_response(request, kind, "slots", header, _file_rows(found))


def _file_rows(found: list[Slot]) -> Iterator[list[object]]:
    for slot in found:
        line = [
            slot.day,
            f"{slot.starts_at:%H:%M}",
            f"{slot.ends_at:%H:%M}",
            slot.place.name,
            slot.capacity,
            slot.capacity - slot.free,
            desk.state(slot)[0],
        ]
        for number, _id in desk.numbers(slot) or [("", "")]:
            yield [*line, number]


@access.staff(*ROLES)
@require_GET
def affected(request: HttpRequest) -> HttpResponse:
    """The bookings of closed slots: for each another time is to be found, or it is given back."""
    staff, departments = seen(request)
    found = desk.affected(desk.places_of(departments), today=clock.today())
    _record(staff, found, "list")
    rows = [
        [
            {"text": number, "href": reverse("desk:case_slot", args=[case])},
            _day(slot.day),
            desk.hours(slot),
            slot.place.name,
            slot.closed_reason,
        ]
        for slot in found
        for number, case in desk.numbers(slot)
    ]
    context = {
        "here": "slots",
        "tabs": tabs("slots_affected"),
        "columns": [_("受付番号"), _("日"), _("時間"), _("場所"), _("閉じた理由")],
        "rows": rows,
        "closed": request.GET.get("closed", "") if request.GET.get("closed", "").isdecimal() else "",
    }
    return render(request, "applications/desk/slots_affected.html", context)


@access.staff(*HANDLES)
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Close slots with a reason, or open them again."""
    staff = identity.staff_of(request)
    departments = departments_handled(staff, today=clock.today())
    places = {place.code: place for place in desk.places_of(departments) if not place.ended}
    form, done = ClosureForm(), 0
    if request.method == "POST":
        closing = request.POST.get("act") != "open"
        form = read_closure(request.POST, places, closing=closing, today=clock.today())
        if form.span is not None:
            place, now = places[form.place], clock.now()
            try:
                if closing:
                    count = actions.close_slots(
                        place=place, span=form.span, reason=form.reason, by=staff, now=now
                    )
                    return redirect(f"{reverse('desk:slots_affected')}?closed={count}")
                done = actions.open_slots(place=place, span=form.span, by=staff, now=now)
                form = ClosureForm()
            except NothingChanged:
                form.errors["first"] = _("この間に、閉じる枠（開ける枠）がありません。")
    context = {
        "here": "slots",
        "tabs": tabs("slots_close"),
        "form": form,
        "done": done,
        "place_choices": [(one.code, one.name) for one in places.values()],
        "problems": form.problems,
    }
    return render(request, "applications/desk/slots_close.html", context, status=422 if form.errors else 200)
