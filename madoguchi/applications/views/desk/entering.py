"""Entering filings that came on paper, by telephone or at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import actions, queries
from madoguchi.applications.actions.filing import applicant_facts
from madoguchi.applications.entry_pages import LANGUAGE, Entry, ShownPart, Typed
from madoguchi.applications.errors import AlreadyFiled, ChangedMeanwhile, SlotNotFree
from madoguchi.applications.models import Attachment, Channel, Draft
from madoguchi.applications.page_reading import UPLOADS
from madoguchi.applications.permissions import HANDLES as HANDLING
from madoguchi.applications.receiving import LIMITS
from madoguchi.applications.views.desk.keeping_entry import keep, read_part
from madoguchi.applications.views.desk.opening_entry import (
    HANDLES,
    OpenEntry,
    entries_of,
    record,
    with_entry,
)
from madoguchi.applications.views.desk.returning import channel_choices
from madoguchi.applications.views.uploads import promise_of, sent_files
from madoguchi.common import access, clock
from madoguchi.common.files import messages
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Document

OLDEST = timedelta(days=365)


@access.staff(*HANDLES)
@require_http_methods(["GET", "POST"])
def entries(request: HttpRequest) -> HttpResponse:
    """Begin an entry: which procedure, how and when it came; go on with an unfinished one."""
    staff, now = identity.staff_of(request), clock.now()
    today = clock.tokyo_date(now)
    departments = organization.departments_of(staff, today, HANDLING)
    offered = procedures.offers_of(departments)
    choices = [(offer.procedure_id, _name(offer)) for offer in sorted(offered, key=lambda o: not o.is_open)]
    typed = {
        "procedure": request.POST.get("procedure", choices[0][0] if len(choices) == 1 else ""),
        "channel": request.POST.get("channel", ""),
        "received_on": request.POST.get("received_on", today.isoformat()),
    }
    errors: dict[str, str] = {}
    if request.method == "POST":
        received_on, errors = _begun(typed, dict(choices), today)
        if received_on is not None and not errors:
            draft = actions.start(
                procedure_id=typed["procedure"],
                now=now,
                channel=typed["channel"],
                by=staff,
                received_on=received_on,
            )
            return redirect("desk:entry", draft.id)
    rows = [_row(draft) for draft in entries_of(staff, now)[:100]]
    if rows:
        record(staff, "list:entries", "read", now, {"count": len(rows)})
    context = {
        "here": "new",
        "procedure_choices": choices,
        "channel_choices": channel_choices(),
        "typed": typed,
        "first_day": (today - OLDEST).isoformat(),
        "last_day": today.isoformat(),
        "rows": rows,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/entries.html", context, status=422 if errors else 200)


def _name(offer: procedures.Offer) -> str:
    name = str(offer.definition.current_name)
    return name if offer.is_open else _("%(name)s（オンラインの受付は終了）") % {"name": name}


def _begun(
    typed: Mapping[str, str], choices: Mapping[str, str], today: date
) -> tuple[date | None, dict[str, str]]:
    """The day of receipt, and what is wrong with the form."""
    errors: dict[str, str] = {}
    if typed["procedure"] not in choices:
        errors["procedure"] = _("手続を選んでください。")
    if typed["channel"] not in dict(channel_choices()):
        errors["channel"] = _("受け付けた方法を選んでください。")
    received_on = None
    try:
        received_on = parse_date(typed["received_on"])
    except DateError:
        errors["received_on"] = _("受け付けた日を「2026年11月23日」のように入力してください。")
    if received_on is not None and received_on > today:
        errors["received_on"] = _("受け付けた日は、今日までの日にしてください。")
    elif received_on is not None and received_on < today - OLDEST:
        errors["received_on"] = _("受け付けた日は、1年前までの日にしてください。")
    return received_on, errors


def _row(draft: Draft) -> dict[str, Any]:
    definition = procedures.definition_of(draft.procedure_version_id)
    name = applicant_facts(definition, draft.answers).name or _("（氏名の入力前）")
    return {
        "href": reverse("desk:entry", args=[draft.id]),
        "name": name,
        "procedure": str(definition.current_name),
        "channel": str(Channel(draft.channel).label),
        "received_on": draft.received_on,
        "entered_by": draft.entered_by.display_name if draft.entered_by else "",
        "changed_at": draft.changed_at,
        "expires_on": clock.tokyo_date(draft.expires_at),
    }


@with_entry
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, open_entry: OpenEntry) -> HttpResponse:
    """All questions on one page; every button keeps what was typed."""
    draft = open_entry.draft
    if request.method == "GET":
        open_entry.draft = actions.carry_to_current(draft=draft, now=open_entry.now)
        return _show(request, open_entry)
    if request.POST.get("version", "") != str(draft.version):
        return _show_changed(request, open_entry)
    try:
        refused = keep(request, open_entry)
    except ChangedMeanwhile:
        fresh = Draft.objects.filter(id=draft.id).first()
        if fresh is None:
            return redirect(open_entry.url)  # received or discarded meanwhile: the address tells which
        open_entry.draft = fresh
        return _show_changed(request, open_entry)
    if refused:
        return _show(request, open_entry, refused=refused, status=422)
    return redirect(_onward(request, open_entry))


def _onward(request: HttpRequest, open_entry: OpenEntry) -> str:
    """Where a button leads: the check page, or the place in the page where it stood."""
    act, _colon, what = request.POST.get("act", "").partition(":")
    if act == "check":
        return reverse("desk:entry_check", args=[open_entry.draft.id])
    place = what.partition("/")[0]
    for key in request.POST:
        if key.startswith("lookup."):
            question_id = key.split(".")[1]
            definition = open_entry.entry.definition
            place = (
                definition.question(question_id).section_id if definition.has_question(question_id) else ""
            )
    known = {section.id for section in open_entry.entry.definition.sections} | {"documents"}
    return f"{open_entry.url}#part-{place}" if place in known else f"{open_entry.url}?saved=1"


def _show_changed(request: HttpRequest, open_entry: OpenEntry) -> HttpResponse:
    """Somebody else saved in between: their answers stay stored, what was typed here stays in the fields."""
    current = open_entry.entry
    typed = {part.page: read_part(request, current, part).raws for part in current.parts()}
    banner = _(
        "別の画面で、この入力の内容が変わりました。下の欄は、あなたが入力した内容です。"
        "確かめてから、もう一度保存してください。"
    )
    return _show(request, open_entry, typed=typed, banner=banner, status=409)


def _show(
    request: HttpRequest,
    open_entry: OpenEntry,
    *,
    typed: Typed | None = None,
    refused: Mapping[str, list[str]] | None = None,
    banner: str = "",
    status: int = 200,
) -> HttpResponse:
    draft, now_entry, refused = open_entry.draft, open_entry.entry, refused or {}
    parts = now_entry.parts()
    sent = {
        f"{part.page}:{question.id}": sent_files(question, part.answers)
        for part in parts
        for question in part.questions
        if question.kind in UPLOADS
    }
    promises = {q.id: promise_of(q) for part in parts for q in part.questions if q.kind in UPLOADS}
    shown = [now_entry.shown(part, draft.typed if typed is None else typed, sent, promises) for part in parts]
    problems = [problem for part in shown for problem in part.problems]
    problems += [(f"#{field}", sentence) for field, sentences in refused.items() for sentence in sentences]
    context = {
        "here": "new",
        "draft": draft,
        "definition": now_entry.definition,
        "lang": LANGUAGE,
        "channel": str(Channel(draft.channel).label),
        "sections": _sections(now_entry, shown),
        "documents": [
            _document(draft, state.document, state.required) for state in now_entry.evaluation.documents
        ],
        "refused": refused,
        "max_bytes": LIMITS.max_bytes,
        "warnings": (*now_entry.evaluation.stops, *now_entry.evaluation.warnings),
        "missing": len(now_entry.missing()),
        "saved": "saved" in request.GET,
        "banner": banner,
        "expires_on": clock.tokyo_date(draft.expires_at),
        "asked_again": [
            str(now_entry.definition.question(path.rpartition(".")[2]).label)
            for path in draft.asked_again
            if path in now_entry.evaluation.visible
        ],
        "problems": problems,
    }
    return render(request, "applications/desk/entry.html", context, status=status)


def _sections(entry: Entry, shown: list[ShownPart]) -> list[dict[str, Any]]:
    """The parts under their sections; a group is there even without members."""
    found = []
    for state in entry.evaluation.sections:
        section = state.section
        if state.visible:
            mine = [part for part in shown if part.part.section.id == section.id]
            full = (
                section.group is not None
                and section.group.max is not None
                and len(mine) >= int(section.group.max)
            )
            found.append(
                {"section": section, "parts": mine, "may_add": section.group is not None and not full}
            )
    return found


def _document(draft: Draft, document: Document, required: bool) -> dict[str, Any]:
    rows = [
        {"value": f"doc/{row.id}", "name": row.name, "size": row.size}
        for row in queries.attachments_of(draft.id, document.id)
    ]
    promise = messages.promise(accept=document.accept, limits=LIMITS, max_files=document.max_files)
    return {"document": document, "required": required, "sent": rows, "promise": promise}


@with_entry
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, open_entry: OpenEntry) -> HttpResponse:
    """Everything that will be received, and what is missing; what is missing does not stand in the way."""
    draft = open_entry.draft
    changed = False
    if request.method == "POST":
        draft_id = draft.id
        if request.POST.get("version", "") != str(draft.version):
            changed = True
        else:
            try:
                actions.file_draft(draft=draft, now=open_entry.now, accept_incomplete=True)
                return redirect(f"{reverse('desk:case_receipt', args=[draft_id])}?new=1")
            except AlreadyFiled:
                return redirect("desk:case", draft_id)
            except (ChangedMeanwhile, SlotNotFree):
                fresh = Draft.objects.filter(id=draft_id).first()
                if fresh is None:
                    return redirect(open_entry.url)
                open_entry.draft = fresh
                changed = True
    now_entry = open_entry.entry
    shown = [now_entry.shown(part, open_entry.draft.typed, {}, {}) for part in now_entry.parts()]
    wrong = [(f"{open_entry.url}{href}", text) for part in shown for href, text in part.problems]
    wrong_places = {place for part in shown for place in part.wrong}
    sent = set(
        Attachment.objects.filter(owner_id=draft.id, replaced_at=None).values_list("document_id", flat=True)
    )
    context = {
        "here": "new",
        "draft": open_entry.draft,
        "definition": now_entry.definition,
        "channel": str(Channel(open_entry.draft.channel).label),
        "blocks": queries.blocks(
            now_entry.definition, now_entry.evaluation.answers, set(now_entry.evaluation.visible), LANGUAGE
        ),
        "wrong": wrong,
        "missing": [
            (f"{open_entry.url}{one.href}", one.message)
            for one in now_entry.missing()
            if one.place not in wrong_places
        ],
        "papers": [
            str(state.document.label)
            for state in now_entry.evaluation.documents
            if state.required and state.document.id not in sent
        ],
        "warnings": (*now_entry.evaluation.stops, *now_entry.evaluation.warnings),
        "changed": changed,
        "entry_url": open_entry.url,
    }
    return render(request, "applications/desk/entry_check.html", context, status=409 if changed else 200)


@with_entry
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, open_entry: OpenEntry) -> HttpResponse:
    """Throw an unfinished entry away, after asking."""
    if request.method == "POST":
        draft_id = open_entry.draft.id
        try:
            actions.discard(draft=open_entry.draft)
        except ChangedMeanwhile:
            return redirect(open_entry.url)
        record(open_entry.staff, f"draft:{draft_id}", "discard", open_entry.now)
        return redirect("desk:entries")
    context = {
        "here": "new",
        "row": _row(open_entry.draft),
        "entry_url": open_entry.url,
    }
    return render(request, "applications/desk/entry_discard.html", context)
