"""The pages of a filing: start, one topic a page, check, submit, receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import actions, capabilities, queries, steps
from madoguchi.applications.errors import AlreadyFiled, ChangedMeanwhile, MayNotFile, NotAllowed, NotComplete
from madoguchi.applications.models import Application, Draft
from madoguchi.applications.page_reading import (
    Shown,
    clean_context,
    looked_up,
    missing_errors,
    raw_for,
    read_page,
    seen_mark,
    summary_of,
)
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.views.access import with_draft, with_receipt
from madoguchi.applications.views.uploads import promise_of, sent_files, take_uploads
from madoguchi.common import access, clock
from madoguchi.common.ids import grouped
from madoguchi.common.pages import render
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition, Question, Section
from madoguchi.procedures.logic import Evaluation, evaluate


def language_of(request: HttpRequest) -> str:
    """The language of the page, as definitions name it."""
    return get_language() or "ja"


@access.public
@require_POST
def start(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Begin a filing and go to its first page."""
    try:
        draft = actions.start(procedure_id=procedure_id, now=clock.now(), language=language_of(request))
    except NotAllowed:
        return render(request, "applications/not_offered.html", {"procedure_id": procedure_id}, status=404)
    capabilities.hold_draft(request, draft.id)
    definition = procedures.definition_of(draft.procedure_version_id)
    return redirect("applications:section", draft.id, definition.sections[0].id)


@with_draft
@require_GET
def overview(request: HttpRequest, draft: Draft) -> HttpResponse:
    """All pages of the filing, with what is done and what is missing."""
    draft = actions.carry_to_current(draft=draft, now=clock.now())
    view = _look(draft, language_of(request))
    context = view.context | {"here": "resume", "expires_on": clock.tokyo_date(draft.expires_at)}
    return render(request, "applications/overview.html", context)


class _Look:
    """A draft as its pages need it: definition, evaluation and steps."""

    def __init__(self, draft: Draft, language: str) -> None:
        self.draft = draft
        self.language = language
        self.definition: Definition = procedures.definition_of(draft.procedure_version_id)
        self.evaluation: Evaluation = evaluate(self.definition, draft.answers, today=clock.today())
        attached = queries.attached_documents(draft) if self.definition.documents else set()
        self.steps = steps.steps_of(self.definition, self.evaluation, attached=attached, language=language)

    @property
    def context(self) -> dict[str, Any]:
        return {
            "draft": self.draft,
            "definition": self.definition,
            "lang": self.language,
            "steps": self.steps,
            "evaluation": self.evaluation,
            "problems": [],
        }

    def section(self, section_id: str) -> Section:
        """A section that is asked now. Raises `Http404`."""
        for state in self.evaluation.sections:
            if state.section.id == section_id and state.visible:
                return state.section
        raise Http404

    def after(self, kind: str, step_id: str, *, to_check: bool) -> str:
        """The address of the next page; from the check page's 変更 link back there when nothing is missing."""
        if to_check:
            following = steps.first_incomplete(self.steps)
        else:
            following = steps.step_after(self.steps, kind, step_id)
        if following is None:
            return reverse("applications:check", args=[self.draft.id])
        return following.url(self.draft.id)


def _look(draft: Draft, language: str) -> _Look:
    return _Look(draft, language)


def _visible(questions: tuple[Question, ...], look: _Look, member_id: str = "") -> list[Question]:
    """The questions of a page that are asked now, with statements between them."""
    group = f"{questions[0].group_id}[{member_id}]." if member_id else ""
    return [q for q in questions if f"{group}{q.id}" in look.evaluation.visible]


@with_draft
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, draft: Draft, section_id: str) -> HttpResponse:
    """One topic: its questions, or the list of a group's members."""
    look = _look(draft, language_of(request))
    found = look.section(section_id)
    if found.group is not None:
        return _group(request, look, found, found.group)
    if request.method == "GET":
        return _show_questions(request, look, found)
    return _save_questions(request, look, found)


def _show_questions(
    request: HttpRequest,
    look: _Look,
    section: Section,
    *,
    member_id: str = "",
    errors: Mapping[str, Any] | None = None,
    notes: Mapping[str, Any] | None = None,
    typed: Mapping[str, Any] | None = None,
    banner: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a section, or of one member of its group."""
    errors, notes = errors or {}, notes or {}
    group = section.group
    questions = group.questions if group is not None else section.questions
    page = f"{section.id}/{member_id}" if member_id else section.id
    kept = look.draft.typed.get(page, {}) if typed is None else typed
    answers = _answers_of(look.draft, group, member_id)
    prefix = f"{group.id}[{member_id}]." if group is not None else ""
    shown = [
        Shown(
            question=q,
            raw=raw_for(q, answers, kept),
            required=f"{prefix}{q.id}" in look.evaluation.required,
            errors=tuple(errors.get(q.id, ())),
            notes=tuple(notes.get(q.id, ())),
            sent=sent_files(q, answers),
            promise=promise_of(q),
        )
        for q in _visible(questions, look, member_id)
    ]
    current = steps.position(look.steps, "section", section.id)
    back = steps.step_before(look.steps, "section", section.id)
    context = look.context | {
        "section": section,
        "group": group,
        "member_id": member_id,
        "member_number": _member_number(look.draft, group, member_id),
        "shown": shown,
        "shown_ids": " ".join(item.question.id for item in shown),
        "seen": seen_mark(answers, questions),
        "problems": summary_of(errors),
        "banner": banner,
        "to_check": request.GET.get("return") == "check" or request.POST.get("return") == "check",
        "current": current,
        "total": len(look.steps) + 1,
        "back": back.url(look.draft.id) if back else reverse("procedures:page", args=[look.draft.procedure_id]),
        "multipart": any(item.question.kind in ("file", "photo") for item in shown),
    }
    return render(request, "applications/section.html", context, status=status)


def _answers_of(draft: Draft, group: Question | None, member_id: str) -> Mapping[str, Any]:
    if group is None:
        return draft.answers
    for member in draft.answers.get(group.id) or []:
        if member.get("_id") == member_id:
            found: Mapping[str, Any] = member
            return found
    return {}


def _member_number(draft: Draft, group: Question | None, member_id: str) -> int:
    if group is None:
        return 0
    members = [m.get("_id") for m in draft.answers.get(group.id) or []]
    return members.index(member_id) + 1 if member_id in members else len(members) + 1


def _save_questions(
    request: HttpRequest, look: _Look, section: Section, *, member_id: str = ""
) -> HttpResponse:
    """Keep what was sent of a page; show it again with what is wrong, or go on."""
    draft, group = look.draft, section.group
    questions = group.questions if group is not None else section.questions
    answers = _answers_of(draft, group, member_id)
    visible = _visible(questions, look, member_id)
    offered = set(request.POST.get("shown", "").split()) or {q.id for q in visible}
    asked = [q for q in visible if q.id in offered]
    context = clean_context(look.definition, draft.answers, today=clock.today(), language=look.language)
    page = read_page(asked, request.POST, context, stored=answers)
    if looked_up(asked, request.POST, page):
        return _show_questions(request, look, section, member_id=member_id, typed=page.raws)
    refused = take_uploads(request, asked, page, draft=draft, member_id=member_id)
    seen = request.POST.get("seen", "")
    if seen and seen != seen_mark(answers, questions):
        banner = _(
            "別の画面（タブ）で、このページの内容が変わりました。"
            "下の内容で保存するときは、もう一度「次へ」を押してください。"
        )
        return _show_questions(
            request, look, section, member_id=member_id, typed=page.raws, banner=banner, status=409
        )
    prefix = f"{group.id}[{member_id}]." if group is not None else ""
    required = {name.removeprefix(prefix) for name in look.evaluation.required if name.startswith(prefix)}
    errors = page.errors | missing_errors(asked, required, page, look.language) | refused
    typed = page.raws if errors else None
    now = clock.now()
    if group is not None:
        actions.save_member(
            draft=draft, section_id=section.id, member_id=member_id, values=page.values, typed=typed, now=now
        )
    else:
        actions.save_section(draft=draft, section_id=section.id, values=page.values, typed=typed, now=now)
    if errors:
        return _show_questions(
            request, look, section, member_id=member_id, errors=errors, notes=page.notes, status=422
        )
    return _go_on(request, _look(draft, look.language), section, member_id, offered)


def _go_on(
    request: HttpRequest, look: _Look, section: Section, member_id: str, offered: set[str]
) -> HttpResponse:
    """After a page was kept: its newly opened questions, a reason to stop, or the next page."""
    questions = section.group.questions if section.group is not None else section.questions
    opened = [q for q in _visible(questions, look, member_id) if q.id not in offered and q.computed is None]
    if any(q.kind != "statement" for q in opened):
        banner = _("お答えに合わせて、質問を追加しました。続けてお答えください。")
        return _show_questions(request, look, section, member_id=member_id, banner=banner)
    if look.evaluation.stops and not request.POST.get("stop_seen"):
        return render(request, "applications/stopped.html", look.context | {"section": section}, status=200)
    if member_id:
        return redirect("applications:section", look.draft.id, section.id)
    return redirect(look.after("section", section.id, to_check=request.POST.get("return") == "check"))


def _group(request: HttpRequest, look: _Look, section: Section, group: Question) -> HttpResponse:
    """The list of a group's members: add, change, remove, go on."""
    draft = look.draft
    members = draft.answers.get(group.id) or []
    if request.method == "POST":
        removed = request.POST.get("remove", "")
        if removed:
            actions.remove_member(draft=draft, group_id=group.id, member_id=removed, now=clock.now())
            return redirect("applications:section", draft.id, section.id)
        if "add" in request.POST:
            return redirect("applications:member", draft.id, section.id, queries.next_member_id(members))
        state = next(s for s in look.evaluation.sections if s.section.id == section.id)
        if not state.problems:
            return redirect(look.after("section", section.id, to_check=request.POST.get("return") == "check"))
        return _show_group(request, look, section, group, problems=True)
    if not members and f"{group.id}" in look.evaluation.required and "list" not in request.GET:
        return redirect("applications:member", draft.id, section.id, queries.next_member_id(members))
    return _show_group(request, look, section, group, problems=False)


def _show_group(
    request: HttpRequest, look: _Look, section: Section, group: Question, *, problems: bool
) -> HttpResponse:
    back = steps.step_before(look.steps, "section", section.id)
    state = next(s for s in look.evaluation.sections if s.section.id == section.id)
    context = look.context | {
        "section": section,
        "group": group,
        "members": queries.member_rows(look.definition, look.draft, section, group, look.language),
        "problems": [(f"#member-{p.member_id or 'add'}", p.message) for p in state.problems] if problems else [],
        "to_check": request.GET.get("return") == "check" or request.POST.get("return") == "check",
        "current": steps.position(look.steps, "section", section.id),
        "total": len(look.steps) + 1,
        "back": back.url(look.draft.id) if back else reverse("procedures:page", args=[look.draft.procedure_id]),
    }
    return render(request, "applications/group.html", context, status=422 if problems else 200)


@with_draft
@require_http_methods(["GET", "POST"])
def member(request: HttpRequest, draft: Draft, section_id: str, member_id: str) -> HttpResponse:
    """The questions about one member of a group."""
    look = _look(draft, language_of(request))
    found = look.section(section_id)
    group = found.group
    if group is None:
        raise Http404
    members = draft.answers.get(group.id) or []
    known = {m.get("_id") for m in members}
    if member_id not in known:
        if member_id != queries.next_member_id(members):
            return redirect("applications:section", draft.id, section_id)
        # A new member is evaluated as an empty one, so that its questions are known; nothing is stored yet.
        draft.answers = {**draft.answers, group.id: [*members, {"_id": member_id}]}
        look = _look(draft, language_of(request))
    if request.method == "GET":
        return _show_questions(request, look, found, member_id=member_id)
    return _save_questions(request, look, found, member_id=member_id)


@with_draft
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Everything that will be filed, with links to change it; sending files it."""
    if request.method == "POST":
        return _submit(request, draft)
    draft = actions.carry_to_current(draft=draft, now=clock.now())
    return _show_check(request, _look(draft, language_of(request)))


def _show_check(request: HttpRequest, look: _Look, problems: tuple[Any, ...] = ()) -> HttpResponse:
    blocks = queries.check_blocks(look.definition, look.draft, look.evaluation, look.language)
    last = look.steps[-1] if look.steps else None
    context = look.context | {
        "blocks": blocks,
        "documents": queries.document_rows(look.definition, look.draft, look.evaluation, look.language),
        "incomplete": steps.first_incomplete(look.steps),
        "asked_again": set(look.draft.asked_again),
        "changed": "changed" in request.GET,
        "problems": queries.check_problems(look.draft, problems, look.language),
        "total": len(look.steps) + 1,
        "back": last.url(look.draft.id) if last else "",
    }
    return render(request, "applications/check.html", context, status=422 if problems else 200)


def _submit(request: HttpRequest, draft: Draft) -> HttpResponse:
    draft_id = draft.id
    now = clock.now()
    try:
        actions.file_draft(draft=draft, now=now)
    except AlreadyFiled:
        pass  # the same draft, sent twice: the same receipt
    except ChangedMeanwhile:
        return redirect(f"{reverse('applications:check', args=[draft_id])}?changed=1")
    except MayNotFile:
        return render(
            request, "applications/stopped.html", _look(draft, language_of(request)).context, status=422
        )
    except NotComplete as error:
        return _show_check(request, _look(draft, language_of(request)), error.problems)
    capabilities.let_go_of_draft(request, draft_id)
    capabilities.hold_receipt(request, draft_id, now=now)
    return redirect("applications:receipt", draft_id)


@with_receipt
@require_GET
def receipt(request: HttpRequest, application: Application) -> HttpResponse:
    """The receipt: number and secret, what happens next and by when, the copy as PDF."""
    definition = procedures.definition_of(application.procedure_version_id)
    context = {
        "application": application,
        "definition": definition,
        "lang": language_of(request),
        "number": grouped(application.receipt_number),
        "secret": grouped(receipt_secret(application.id)),
        "documents_to_follow": queries.documents_to_follow(application, definition, language_of(request)),
    }
    return render(request, "applications/receipt.html", context)
