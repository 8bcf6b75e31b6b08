"""Finding a procedure and reading what it is: the public side."""

from __future__ import annotations

import json
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access, clock, registers
from madoguchi.common.pages import render
from madoguchi.common.registers import UsualDays
from madoguchi.organization import queries as organization
from madoguchi.procedures import facts, open_data, queries
from madoguchi.procedures.life_events import life_events

SCHEMA = Path(__file__).parent / "schema" / "procedure-1.schema.json"


@access.public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page: search, life events, the way back to what was begun or filed."""
    offers = queries.offers()
    used = {event for offer in offers for event in offer.definition.life_events}
    events = [event for event in life_events() if event.id in used]
    return render(request, "procedures/home.html", {"events": events, "offers": offers[:12]})


@access.public
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All procedures, by word, life event and department; the choice stands in the address."""
    text = request.GET.get("q", "").strip()[:100]
    event_id = request.GET.get("event", "")
    department_code = request.GET.get("department", "")
    offers = queries.offers()
    found = queries.search(text, life_event=event_id, department=department_code)
    used_events = {event for offer in offers for event in offer.definition.life_events}
    codes = set(queries.departments_of(offers).values())
    departments = [d for d in organization.all_departments(clock.today()) if d.code in codes]
    context = {
        "here": "procedures",
        "q": text,
        "event_id": event_id,
        "department_code": department_code,
        "events": [event for event in life_events() if event.id in used_events],
        "departments": departments,
        "found": found,
        "lang": get_language() or "ja",
    }
    return render(request, "procedures/list.html", context)


@access.public
@require_GET
def page(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """What a procedure is, who may file, until when, what to bring, fee, how long, law, department."""
    offer = queries.current(procedure_id)
    if offer is None:
        raise Http404
    definition, lang = offer.definition, get_language() or "ja"
    documents = list(definition.documents)
    context = {
        "here": "procedures",
        "offer": offer,
        "definition": definition,
        "department": organization.department(queries.department_of(definition)),
        "documents": documents,
        "usual": _usual_days(procedure_id),
        "unsure": open_data.unconfirmed(definition),
        "fee": facts.fee_sentence(definition.fee, lang),
        "days": facts.days_sentence(definition.clock, lang),
        "lang": lang,
        "kind_label": {
            "application": _("申請"),
            "notification": _("届出"),
            "offer": _("申出"),
        }[definition.kind_of_act],
    }
    return render(request, "procedures/page.html", context)


def _usual_days(procedure_id: str) -> UsualDays | None:
    """How long it really takes, as the room that handles the cases has counted."""
    told = (entry.value(procedure_id) for entry in registers.usual_days)
    return next((usual for usual in told if usual is not None), None)


@access.public
@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of the definition language, version 1."""
    return JsonResponse(json.loads(SCHEMA.read_text()), content_type="application/schema+json")
