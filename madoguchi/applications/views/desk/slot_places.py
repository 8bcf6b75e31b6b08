"""The places whose times are booked, with their timetables (枠の管理)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import desk_slots as desk
from madoguchi.applications.actions import slot_stock as actions
from madoguchi.applications.desk_slot_forms import (
    PlaceForm,
    blank_place,
    form_of,
    read_place,
    weekday_choices,
)
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import SlotPlace
from madoguchi.applications.permissions import departments_handled
from madoguchi.applications.slot_rules import hours_of
from madoguchi.applications.views.desk.distribution import whole
from madoguchi.applications.views.desk.slots import tabs
from madoguchi.applications.views.desk.step_lists import HANDLES
from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.organization import queries as organization


def _handled(request: HttpRequest) -> tuple[Any, set[str]]:
    staff = identity.staff_of(request)
    return staff, departments_handled(staff, today=clock.today())


def _choices(departments: set[str]) -> dict[str, Any]:
    names = organization.departments(departments)
    return {
        "stock_choices": desk.stocks_of(departments),
        "department_choices": sorted((code, one.name) for code, one in names.items()),
        "weekday_choices": weekday_choices(),
    }


@access.staff(*HANDLES)
@require_http_methods(["GET", "POST"])
def places(request: HttpRequest) -> HttpResponse:
    """The places of this person's departments, and a form for another."""
    staff, departments = _handled(request)
    choices = _choices(departments)
    stocks = [stock for stock, _name in choices["stock_choices"]]
    form = blank_place(stocks, departments)
    if request.method == "POST":
        form = read_place(request.POST, stocks, departments)
        if form.facts is not None:
            try:
                place = actions.add_place(
                    stock=form.stock,
                    code=form.code,
                    department_code=form.department,
                    facts=form.facts,
                    by=staff,
                    now=clock.now(),
                )
                return redirect(f"{reverse('desk:slot_place', args=[place.id])}?saved=1")
            except actions.CodeTaken:
                form.errors["code"] = _("このコードは使われています。別のコードにしてください。")
    rows = [_row(place) for place in desk.places_of(departments)]
    context = {
        "here": "slots",
        "tabs": tabs("slot_places"),
        "rows": rows,
        "columns": [_("名前"), _("コード"), _("在庫"), _("時間割"), _("状態")],
        "form": form,
        "problems": form.problems,
        **choices,
    }
    return render(
        request, "applications/desk/slot_places.html", context, status=422 if form.problems else 200
    )


def _row(place: SlotPlace) -> list[Any]:
    count = len(place.hours)
    state = (_("終了"), "neutral") if place.ended else (_("使用中"), "success")
    return [
        {"text": place.name, "href": reverse("desk:slot_place", args=[place.id])},
        place.code,
        place.stock,
        _("%(n)s行") % {"n": count},
        {"text": state[0], "tag": state[1]},
    ]


@access.staff(*HANDLES)
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """One place: change its name, note and timetable, or end it."""
    staff, departments = _handled(request)
    found = SlotPlace.objects.filter(id=place_id, department_code__in=departments).first()
    if found is None:
        raise Http404
    form, status = form_of(found), 200
    if request.method == "POST":
        form = _sent(request, found)
        status = 422
        if form.facts is not None:
            try:
                version = whole(request.POST.get("version", ""))
                actions.change_place(
                    place=found, version=version, facts=form.facts, by=staff, now=clock.now()
                )
                return redirect(f"{reverse('desk:slot_place', args=[found.id])}?saved=1")
            except ChangedMeanwhile:
                status = 409
                form.errors["name"] = _(
                    "ほかの人が先に変えました。ページを開き直して、もう一度直してください。"
                )
    context = {
        "here": "slots",
        "tabs": tabs("slot_places"),
        "place": found,
        "form": form,
        "saved": "saved" in request.GET,
        "lines_now": len(hours_of(found.hours)),
        "problems": form.problems,
        "weekday_choices": weekday_choices(),
    }
    return render(request, "applications/desk/slot_place.html", context, status=status)


def _sent(request: HttpRequest, found: SlotPlace) -> PlaceForm:
    """The form of a place that is there: stock, code and department stay."""
    data = request.POST.copy()
    data["stock"], data["code"], data["department"] = found.stock, found.code, found.department_code
    return read_place(data, [found.stock], [found.department_code])
