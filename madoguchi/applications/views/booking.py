"""The booked slot of a filing, for the person who filed it: choose another one, or give it up."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications.actions import booking as actions
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed, NothingChanged, SlotNotFree
from madoguchi.applications.models import Application
from madoguchi.applications.page_reading import PageInput, clean_context, looked_up, read_page, summary_of
from madoguchi.applications.slot_queries import canonical
from madoguchi.applications.slot_rules import last_day_to_change
from madoguchi.applications.slot_tables import table_for, wrong_slot
from madoguchi.applications.views.access import with_receipt
from madoguchi.common import clock
from madoguchi.common.pages import render
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import FieldError


@with_receipt
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, application: Application) -> HttpResponse:
    """Choose another slot, as long as it may be changed."""
    now, language = clock.now(), get_language() or "ja"
    found = actions.held_by(application)
    if found is None or not actions.may_change_slot(application, now=now):
        return redirect("applications:status_page", application.id)
    question, held = found
    definition = procedures.definition_of(application.procedure_version_id)
    page = PageInput()
    if request.method == "POST":
        context_of = clean_context(definition, application.answers, today=clock.today(), language=language)
        page = read_page([question], request.POST, context_of, stored={})
        if not looked_up([question], request.POST, page):
            _save(application, question, page, language)
            if not page.errors:
                return redirect(f"{reverse('applications:status_page', args=[application.id])}?booked=1")
    current = canonical(held.slot)
    raw = page.raws.get(question.id) or registry.of(question).raw_of(question, {**current}) | {"": ""}
    context = {
        "here": "status",
        "application": application,
        "definition": definition,
        "lang": language,
        "question": question,
        "raw": raw,
        "table": table_for(question, raw, language=language, now=now),
        "field_errors": page.errors.get(question.id, ()),
        "current": registry.of(question).display(question, current, language),
        "until": last_day_to_change(question, held.slot.day),
        "problems": summary_of(page.errors),
    }
    return render(request, "applications/booking.html", context, status=422 if page.errors else 200)


def _save(application: Application, question: Question, page: PageInput, language: str) -> None:
    """Write the change; what is wrong goes into `page`."""
    value = page.values.get(question.id)
    if page.errors:
        return
    if value is None:
        page.errors[question.id] = (registry.of(question).missing(question, language),)
        return
    try:
        actions.change_slot(application=application, value=value, now=clock.now())
    except NothingChanged:
        text = _("いま予約している日時と同じです。別の日時を選んでください。")
        page.errors[question.id] = (FieldError("", text, "unchanged"),)
    except SlotNotFree:
        page.errors[question.id] = wrong_slot(question, value, language=language, now=clock.now())
    except (NotAllowed, ChangedMeanwhile):
        text = _("ページを開いたあとで、申請の状態が変わりました。もう一度、申請の状況を見てください。")
        page.errors[question.id] = (FieldError("", text, "changed"),)


@with_receipt
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, application: Application) -> HttpResponse:
    """Give up a slot that was granted, after asking."""
    now, language = clock.now(), get_language() or "ja"
    found = actions.held_by(application)
    if found is None or not actions.may_cancel_slot(application, now=now):
        return redirect("applications:status_page", application.id)
    question, held = found
    if request.method == "POST":
        try:
            actions.cancel_slot(application=application, now=now)
        except (NotAllowed, ChangedMeanwhile):
            return redirect("applications:status_page", application.id)
        return redirect(f"{reverse('applications:status_page', args=[application.id])}?cancelled=1")
    context = {
        "here": "status",
        "application": application,
        "definition": procedures.definition_of(application.procedure_version_id),
        "lang": language,
        "current": registry.of(question).display(question, canonical(held.slot), language),
    }
    return render(request, "applications/booking_cancel.html", context)
