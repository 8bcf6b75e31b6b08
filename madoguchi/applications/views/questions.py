"""The pages on which questions are answered: one topic a page, one page for each member of a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import actions, queries, steps
from madoguchi.applications.household import origin_text
from madoguchi.applications.models import Draft
from madoguchi.applications.page_reading import (
    UPLOADS,
    PageInput,
    Shown,
    clean_context,
    judged,
    looked_up,
    raw_for,
    read_page,
    seen_mark,
    summary_of,
)
from madoguchi.applications.slot_tables import SlotTable, table_for, wrong_slot
from madoguchi.applications.views.access import with_draft
from madoguchi.applications.views.household import offer_address
from madoguchi.applications.views.looking import Look, path_of, to_check
from madoguchi.applications.views.uploads import promise_of, sent_files, take_uploads
from madoguchi.common import clock
from madoguchi.common.pages import render
from madoguchi.procedures.definition import Question, Section
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext, FieldError, Raw
from madoguchi.procedures.kinds.group import MEMBER_ID
from madoguchi.procedures.logic import accept_answers, evaluate, options_offered

Errors = dict[str, tuple[FieldError, ...]]


@with_draft
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, draft: Draft, section_id: str) -> HttpResponse:
    """One topic: its questions, or the list of a group's members."""
    look = Look(draft)
    found = _asked_section(look, section_id)
    if found is None:
        return redirect("applications:overview", draft.id)
    if found.group is not None:
        return _group(request, look, found, found.group)
    page = _Page(look, found)
    return page.show(request) if request.method == "GET" else page.save(request)


@with_draft
@require_http_methods(["GET", "POST"])
def member(request: HttpRequest, draft: Draft, section_id: str, member_id: str) -> HttpResponse:
    """The questions about one member of a group."""
    look = Look(draft)
    found = _asked_section(look, section_id)
    if found is None:
        return redirect("applications:overview", draft.id)
    if found.group is None:
        raise Http404
    members = draft.answers.get(found.group.id) or []
    if all(one.get("_id") != member_id for one in members):
        is_next = member_id == queries.next_member_id(members)
        if not MEMBER_ID.fullmatch(member_id) or (request.method == "GET" and not is_next):
            return redirect("applications:section", draft.id, section_id)
        look = _with_new_member(look, found.group, member_id)
    page = _Page(look, found, member_id)
    return page.show(request) if request.method == "GET" else page.save(request)


def _asked_section(look: Look, section_id: str) -> Section | None:
    """A section that is asked now, None for one that the answers no longer call for. Raises `Http404`."""
    try:
        return look.section(section_id)
    except KeyError:
        raise Http404 from None


def _with_new_member(look: Look, group: Question, member_id: str) -> Look:
    """A new member is evaluated as an empty one, so that its questions are known; nothing is stored yet."""
    draft = look.draft
    draft.answers = {**draft.answers, group.id: [*(draft.answers.get(group.id) or []), {"_id": member_id}]}
    return Look(draft)


class _Page:
    """A page of questions: those of a section, or those about one member of its group."""

    def __init__(self, look: Look, section: Section, member_id: str = "") -> None:
        self.look = look
        self.section = section
        self.group = section.group
        self.member_id = member_id
        self.questions = self.group.questions if self.group is not None else section.questions
        self.answers = look.answers(self.group, member_id)
        self.name = f"{section.id}/{member_id}" if member_id else section.id

    @property
    def context(self) -> CleanContext:
        """What cleaning needs to know."""
        look = self.look
        return clean_context(look.definition, look.draft.answers, today=clock.today(), language=look.language)

    def is_asked(self, question: Question) -> bool:
        """Whether the question is asked now."""
        return path_of(question, self.member_id) in self.look.evaluation.visible

    def required(self) -> set[str]:
        """The ids of the questions of this page that must be answered now."""
        needed = self.look.evaluation.required
        return {q.id for q in self.questions if path_of(q, self.member_id) in needed}

    # --- showing ----------------------------------------------------------------------------------------

    def show(
        self,
        request: HttpRequest,
        *,
        errors: Errors | None = None,
        notes: Errors | None = None,
        typed: Mapping[str, Any] | None = None,
        also: frozenset[str] = frozenset(),
        banner: str = "",
        banner_href: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """The page with what is stored, or what was `typed`; `also`: questions that stay although hidden now."""
        look = self.look
        kept = look.draft.typed.get(self.name, {}) if typed is None else typed
        shown = [q for q in self.questions if self.is_asked(q) or q.id in also]
        if errors is None:
            errors = self._errors_kept(shown, kept) if kept and typed is None else {}
            errors = errors | self._slots_lost(shown, errors) if typed is None else errors
        items = self._items(shown, kept, errors, notes or {})
        context = look.context | {
            "section": self.section,
            "group": self.group,
            "member_id": self.member_id,
            "member_number": self._number(),
            "shown": items,
            "shown_ids": " ".join(item.question.id for item in items),
            "seen": seen_mark(self.answers, self.questions),
            "problems": summary_of(errors),
            "banner": banner,
            "banner_href": banner_href,
            "to_check": to_check(request),
            "current": steps.position(look.steps, "section", self.section.id),
            "total": len(look.steps) + 1,
            "back": look.before(self.section.id, to_check=to_check(request)),
            "multipart": any(item.question.kind in UPLOADS for item in items),
            "household_address": "" if self.member_id else offer_address(request, look, self.section),
        }
        return render(request, "applications/section.html", context, status=status)

    def _items(
        self, shown: list[Question], kept: Mapping[str, Any], errors: Errors, notes: Errors
    ) -> list[Shown]:
        answers, required = self.look.shown_answers(self.group, self.member_id), self.required()
        return [
            Shown(
                question=q,
                raw=raw_for(q, answers, kept),
                required=q.id in required,
                errors=tuple(errors.get(q.id, ())),
                notes=(*notes.get(q.id, ()), *(() if q.id in kept else self._origin(q))),
                sent=sent_files(q, answers),
                promise=promise_of(q),
                offered=self._offered(q),
                table=self._table(q, raw_for(q, answers, kept)),
            )
            for q in shown
        ]

    def _origin(self, question: Question) -> tuple[FieldError, ...]:
        """Where an answer that was taken over is from."""
        target = f"{self.group.id}/{self.member_id}/{question.id}" if self.group else question.id
        note = self.look.draft.origins.get(target)
        if note is None:
            return ()
        origin = origin_text(note, self.look.language)
        return (
            FieldError(
                "", _("%(origin)sから入れました。違うときは直してください。") % {"origin": origin}, "origin"
            ),
        )

    def _table(self, question: Question, raw: Raw) -> SlotTable | None:
        return table_for(question, raw, language=self.look.language, now=clock.now())

    def _offered(self, question: Question) -> frozenset[str] | None:
        """The options to choose from now, where they depend on other answers."""
        if all(option.when is None for option in question.options):
            return None
        member = self.answers if self.group is not None else None
        return options_offered(question, self.look.evaluation.answers, today=clock.today(), member=member)

    def _number(self) -> int:
        if self.group is None:
            return 0
        members = [m.get("_id") for m in self.look.draft.answers.get(self.group.id) or []]
        return members.index(self.member_id) + 1 if self.member_id in members else len(members) + 1

    def _errors_kept(self, shown: list[Question], kept: Mapping[str, Any]) -> Errors:
        """What is wrong with what was typed here earlier: said again when the page comes back."""
        return self.problems(shown) | judged(shown, kept, self.context)

    def _slots_lost(self, shown: list[Question], errors: Errors) -> dict[str, tuple[FieldError, ...]]:
        """A slot that was chosen before and that others took meanwhile."""
        wishes = {q.id: (q, self.answers[q.id]) for q in shown if q.kind == "slot" and q.id in self.answers}
        found = {
            question_id: wrong_slot(question, value, language=self.look.language, now=clock.now())
            for question_id, (question, value) in wishes.items()
            if question_id not in errors
        }
        return {question_id: wrong for question_id, wrong in found.items() if wrong}

    def problems(self, questions: list[Question]) -> dict[str, tuple[FieldError, ...]]:
        """What the filing as a whole finds wrong or missing among these questions."""
        ids, found = {q.id for q in questions}, dict[str, tuple[FieldError, ...]]()
        for p in self.look.evaluation.problems:
            if p.question_id in ids and p.member_id == self.member_id:
                found[p.question_id] = (
                    *found.get(p.question_id, ()),
                    FieldError(p.subfield, p.message, p.code),
                )
        return found

    # --- keeping ----------------------------------------------------------------------------------------

    def save(self, request: HttpRequest) -> HttpResponse:
        """Keep what was sent; show the page again with what is wrong, or go on."""
        offered = set(request.POST.get("shown", "").split()) or {q.id for q in self.questions}
        asked = [q for q in self.questions if self.is_asked(q) and q.id in offered]
        page = read_page(asked, request.POST, self.context, stored=self.answers)
        refused = take_uploads(request, asked, page, draft=self.look.draft, member_id=self.member_id)
        if self._changed_elsewhere(request, page):
            return self._show_changed(request, asked, page)
        if looked_up(asked, request.POST, page) or request.POST.get("remove"):
            self._keep_files(asked, page)
            return self.show(request, typed=page.raws, errors=refused)
        after = self._with(page)
        wrong = {q.id: page.errors[q.id] for q in asked if q.id in page.errors and after.is_asked(q)}
        errors = after.problems(asked) | wrong | refused
        after.store(page.values, page.raws if errors else None)
        if errors:
            # A question may hide only because the answer it depends on was typed wrongly: it stays until that is right.
            also = frozenset(q.id for q in asked) if page.errors else frozenset()
            return after.show(request, errors=errors, notes=page.notes, also=also, status=422)
        return after.go_on(request, offered)

    def _with(self, page: PageInput) -> _Page:
        """This page as it is when what was sent counts."""
        draft = self.look.draft
        merged = accept_answers(
            self.look.definition, draft.answers, self.section.id, page.values, self.member_id
        )
        evaluation = evaluate(self.look.definition, merged, today=clock.today())
        return _Page(Look(draft, evaluation), self.section, self.member_id)

    def store(self, values: Mapping[str, Any], typed: Mapping[str, Any] | None) -> None:
        """Keep answers of this page."""
        draft, now = self.look.draft, clock.now()
        if self.group is not None:
            actions.save_member(
                draft=draft,
                section_id=self.section.id,
                member_id=self.member_id,
                values=values,
                typed=typed,
                now=now,
            )
        else:
            actions.save_section(draft=draft, section_id=self.section.id, values=values, typed=typed, now=now)
        self.answers = self.look.answers(self.group, self.member_id)

    def _changed_elsewhere(self, request: HttpRequest, page: PageInput) -> bool:
        """Whether another tab stored something else for this page since it was shown (a double click did not)."""
        seen = request.POST.get("seen", "")
        if not seen or seen == seen_mark(self.answers, self.questions):
            return False
        return any(self.answers.get(key) != value for key, value in page.values.items())

    def _show_changed(self, request: HttpRequest, asked: list[Question], page: PageInput) -> HttpResponse:
        """Ask before what another tab stored is overwritten; two tabs that each add a member add two."""
        group = self.group
        if group is not None and request.POST.get("seen") == seen_mark({}, self.questions):
            new = queries.next_member_id(self.look.draft.answers.get(group.id) or [])
            return _Page(_with_new_member(self.look, group, new), self.section, new).save(request)
        self._keep_files(asked, page)
        banner = _(
            "別の画面（タブ）で、このページの内容が変わりました。"
            "下の内容で保存するときは、もう一度「次へ」を押してください。"
        )
        return self.show(request, typed=page.raws, banner=banner, status=409)

    def _keep_files(self, asked: list[Question], page: PageInput) -> None:
        """Keep the files that were sent or taken away, while the rest of the page waits."""
        files = {q.id: page.values.get(q.id) for q in asked if q.kind in UPLOADS}
        if any(self.answers.get(key) != value for key, value in files.items()):
            self.store(files, self.look.draft.typed.get(self.name))

    def go_on(self, request: HttpRequest, offered: set[str]) -> HttpResponse:
        """After a page was kept: its newly opened questions, a reason to stop, or the next page."""
        look = self.look
        opened = [q for q in self.questions if self.is_asked(q) and q.id not in offered]
        opened = [q for q in opened if q.kind != "statement" and q.computed is None and not q.read_only]
        if opened:
            banner = _("お答えに合わせて、質問を追加しました。続けてお答えください。")
            return self.show(request, banner=banner, banner_href=f"#q-{opened[0].id}")
        if look.evaluation.stops:
            context = look.context | {"section": self.section}
            return render(request, "applications/stopped.html", context)
        if self.member_id and not to_check(request):
            return redirect("applications:section", look.draft.id, self.section.id)
        return redirect(look.after(self.section.id, to_check=to_check(request)))


# --- the list of a group's members ---------------------------------------------------------------------------


def _group(request: HttpRequest, look: Look, section: Section, group: Question) -> HttpResponse:
    """The list of a group's members: add, change, remove, go on."""
    draft = look.draft
    members = draft.answers.get(group.id) or []
    new = queries.next_member_id(members)
    if request.method == "GET":
        if not members and group.id in look.evaluation.required and "list" not in request.GET:
            return redirect(_member_url(request, look, section, new))
        return _show_group(request, look, section, group)
    if removed := request.POST.get("remove", ""):
        actions.remove_member(draft=draft, group_id=group.id, member_id=removed, now=clock.now())
        return redirect(_section_url(request, look, section))
    if "add" in request.POST:
        full = registry.of(group).check(
            group, [*members, {"_id": new}], CleanContext(clock.today(), look.language)
        )
        if any(error.code == "too_many" for error in full):
            return _show_group(request, look, section, group, [("#member-add", e.message) for e in full])
        return redirect(_member_url(request, look, section, new))
    problems = _group_problems(look, section)
    if problems:
        return _show_group(request, look, section, group, problems)
    return redirect(look.after(section.id, to_check=to_check(request)))


def _group_problems(look: Look, section: Section) -> list[tuple[str, str]]:
    """What keeps the list from being complete, each with the member it is about."""
    state = next(s for s in look.evaluation.sections if s.section is section)
    found = [(f"#member-{p.member_id or 'add'}", p.message) for p in state.problems]
    named = {p.member_id for p in state.problems}
    for page in look.unfinished:
        if page.section_id == section.id and page.member_id not in named:
            found.append(
                (f"#member-{page.member_id}", queries.unfinished_text(look.definition, page, look.language))
            )
    return found


def _member_url(request: HttpRequest, look: Look, section: Section, member_id: str) -> str:
    url = reverse("applications:member", args=[look.draft.id, section.id, member_id])
    return f"{url}?return=check" if to_check(request) else url


def _section_url(request: HttpRequest, look: Look, section: Section) -> str:
    url = reverse("applications:section", args=[look.draft.id, section.id])
    return f"{url}?list=1&return=check" if to_check(request) else f"{url}?list=1"


def _show_group(
    request: HttpRequest,
    look: Look,
    section: Section,
    group: Question,
    problems: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    context = look.context | {
        "section": section,
        "group": group,
        "members": queries.member_rows(look.definition, look.draft, section, group, look.language),
        "problems": problems or [],
        "to_check": to_check(request),
        "current": steps.position(look.steps, "section", section.id),
        "total": len(look.steps) + 1,
        "back": look.before(section.id, to_check=to_check(request)),
        "household_address": offer_address(request, look, section),
    }
    return render(request, "applications/group.html", context, status=422 if problems else 200)
