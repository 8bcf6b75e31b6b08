"""One procedure of the inventory: its page, its form, abolishing it and taking that back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.japan.kana import narrow_ascii
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.inventory import actions, desk_choices, desk_history, desk_links
from madoguchi.procedures.inventory import desk_entries as shared
from madoguchi.procedures.inventory import desk_forms as forms
from madoguchi.procedures.inventory.desk_cells import Known
from madoguchi.procedures.inventory.desk_columns import BY_NAME, EFFORTS, FEES, IDENTITY_METHODS, KINDS
from madoguchi.procedures.inventory.desk_survey_columns import MORE
from madoguchi.procedures.inventory.importing import ChangedMeanwhile
from madoguchi.procedures.models import InventoryEntry

FIRST_DAY = date(1950, 1, 1)  # anything before it is a slip of the keyboard


@access.staff(*shared.ROLES)
@require_GET
def page(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Everything that is known of a procedure, and what happened to it."""
    return _show(request, shared.entry_or_404(request, entry_id))


@access.staff(*shared.ROLES)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a procedure."""
    if request.method == "GET":
        scope = shared.scope(request)
        departments = shared.department_options(scope)
        own = departments[0][0] if len(departments) == 1 else ""
        said = desk_links.typed_of(request.GET.get("procedure", "")[:80], scope)
        return _show_form(request, forms.typed_from({"department_code": own} | said))
    typed = forms.sent(request.POST)
    values, problems = forms.read(typed, _known(request))
    if not problems:
        try:
            entry = actions.add(values=values, by=identity.staff_of(request), now=clock.now())
        except (NotAllowed, actions.KnownAlready) as error:
            problems = [_refusal(error, values)]
        else:
            return _to(entry.id, "added")
    return _show_form(request, typed, problems=problems)


@access.staff(*shared.ROLES)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Change what is told; where somebody else was faster both are shown and nothing is lost."""
    entry = shared.entry_or_404(request, entry_id)
    theirs = forms.typed_of(entry, entry.charge)
    if request.method == "GET":
        return _show_form(request, theirs, entry, was=theirs, version=entry.version)
    typed, was = forms.sent(request.POST), forms.unpacked(request.POST.get("was", ""))
    version = _version(request)
    if version != entry.version:
        return _show_meeting(request, entry, forms.met(was=was, theirs=theirs, mine=typed))
    values, problems = forms.read(typed, _known(request))
    if not problems:
        try:
            actions.change(
                entry=entry, version=version, values=values, by=identity.staff_of(request), now=clock.now()
            )
        except ChangedMeanwhile:
            entry = shared.entry_or_404(request, entry_id)
            theirs = forms.typed_of(entry, entry.charge)
            return _show_meeting(request, entry, forms.met(was=was, theirs=theirs, mine=typed))
        except (NotAllowed, actions.KnownAlready) as error:
            problems = [_refusal(error, values)]
        else:
            return _to(entry.id, "changed")
    return _show_form(request, typed, entry, was=was, version=version, problems=problems)


@access.staff(*shared.ROLES)
@require_POST
def abolish(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Say from which day on the city does without it."""
    entry = shared.entry_or_404(request, entry_id)
    try:
        actions.abolish(
            entry=entry,
            version=_version(request),
            day=_day(request.POST.get("day", "")),
            by=identity.staff_of(request),
            now=clock.now(),
        )
    except (ValueError, actions.StillToCome):
        sentence = _("廃止日を、きょうまでの日で入力してください。例：%(day)s")
        return _show(request, entry, [("#day", sentence % {"day": clock.today().isoformat()})])
    except ChangedMeanwhile:
        return _show_changed(request, entry_id)
    return _to(entry.id, "abolished")


@access.staff(*shared.ROLES)
@require_POST
def restore(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Take back that it was abolished."""
    entry = shared.entry_or_404(request, entry_id)
    try:
        actions.restore(
            entry=entry, version=_version(request), by=identity.staff_of(request), now=clock.now()
        )
    except ChangedMeanwhile:
        return _show_changed(request, entry_id)
    return _to(entry.id, "restored")


def _refusal(error: Exception, values: dict[str, Any]) -> tuple[str, str]:
    if isinstance(error, NotAllowed):
        return "#department_code", _(
            "この定義の手続は、ほかの部署の担当です。担当する部署か定義を選び直してください。"
        )
    if values["survey_id"]:
        return "#survey_id", _("この手続IDの手続は、もう台帳にあります。")
    return "#name", _("同じ名前・法令・部署の手続が、もう台帳にあります。手続IDで区別してください。")


def _show_changed(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    sentence = _("ほかの人が先に変更しました。内容を確かめて、もう一度押してください。")
    return _show(request, shared.entry_or_404(request, entry_id), [("", sentence)], status=409)


def _show(
    request: HttpRequest, entry: Any, problems: forms.Problems | None = None, *, status: int = 422
) -> HttpResponse:
    today = clock.today()
    words = desk_choices.words(today)
    context = {
        "here": "inventory",
        "entry": entry,
        "state": desk_choices.state_words()[entry.state],
        "reason": shared.reason(entry),
        "rows": shared.told(entry, words),
        "more": shared.told_to_the_survey(entry, words),
        "history": desk_history.of(entry.id, words),
        "today": today.isoformat(),
        "typed_day": request.POST.get("day", "")[:20],
        "problems": problems or [],
        "errors": by_field(problems or []),
        "done": _done(request),
    }
    return render(
        request, "procedures/desk/inventory_entry.html", context, status=status if problems else 200
    )


def _show_meeting(request: HttpRequest, entry: Any, meeting: forms.Meeting) -> HttpResponse:
    """Both changes; sending this form again overwrites what it shows and nothing else."""
    words = desk_choices.words(clock.today())
    rows = [
        [BY_NAME[name].headers[0], *(_typed_words(name, text, words) for text in texts)]
        for name, *texts in meeting.others
    ]
    theirs = forms.typed_of(entry, entry.charge)
    return _show_form(
        request, meeting.typed, entry, was=theirs, version=entry.version, others=rows, status=409
    )


def _typed_words(name: str, text: str, words: desk_choices.Words) -> str:
    is_count = BY_NAME[name].kind == "count"
    return (text if is_count else words.shown(name, text)) or _("（空）")


def _show_form(
    request: HttpRequest,
    typed: forms.Typed,
    entry: InventoryEntry | None = None,
    *,
    was: forms.Typed | None = None,
    version: int = 0,
    problems: forms.Problems | None = None,
    others: list[list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    departments = shared.department_options(shared.scope(request))
    known = problems or []
    before, met = was or typed, {row[0] for row in others or ()}
    context = {
        "here": "inventory",
        "entry": entry,
        "typed": typed,
        "kept": [("version", version), ("was", forms.packed(before))],
        "others": others or [],
        "departments": departments,
        "kinds": list(KINDS.items()),
        "filers": list(BY_NAME["filer"].codes.items()),
        "fees": list(FEES.items()),
        "identity_methods": list(IDENTITY_METHODS.items()),
        "efforts": list(EFFORTS.items()),
        "more": MORE,
        "more_open": any(
            column.name in by_field(known)
            or column.headers[0] in met
            or typed[column.name] != before[column.name]
            for column in MORE
        ),
        "definitions": _definitions(),
        "problems": known,
        "errors": by_field(known),
    }
    return render(request, "procedures/desk/inventory_form.html", context, status=422 if known else status)


def _definitions() -> list[tuple[str, str]]:
    """What an entry may be linked to: everything that was published."""
    closed = _("（受付終了）")
    return [
        (one.procedure_id, f"{one.definition.current_name}{'' if one.is_open else closed}")
        for one in procedures.offers()
    ]


def _known(request: HttpRequest) -> Known:
    """What the form may name: of departments those that somebody writes for."""
    found = desk_choices.known(clock.today())
    own = dict(shared.department_options(shared.scope(request)))
    return Known(own, found.procedures)


def _day(text: str) -> date:
    """Raises `ValueError` for what is no day, or one of another age."""
    day = date.fromisoformat(narrow_ascii(text).strip())
    if day < FIRST_DAY:
        raise ValueError
    return day


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _to(entry_id: UUID, done: str) -> HttpResponse:
    return redirect(f"{reverse('procedures:inventory-entry', args=[entry_id])}?done={done}")


def _done(request: HttpRequest) -> str:
    return {
        "added": _("台帳に加えました。"),
        "changed": _("変更しました。"),
        "abolished": _("廃止した手続にしました。"),
        "restored": _("廃止を取り消しました。"),
    }.get(request.GET.get("done", ""), "")
