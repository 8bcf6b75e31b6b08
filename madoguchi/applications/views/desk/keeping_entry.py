"""Storing what was sent from the page of all questions: part by part, files, members of groups."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from madoguchi.applications import actions, queries
from madoguchi.applications.entry_pages import Entry, Part
from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.page_reading import PageInput, looked_up, read_page
from madoguchi.applications.receiving import take_all
from madoguchi.applications.views.desk.opening_entry import OpenEntry
from madoguchi.applications.views.uploads import take_uploads


def keep(request: HttpRequest, open_entry: OpenEntry) -> dict[str, list[str]]:
    """Store what changed, part by part. Returns the files that were refused, by field."""
    before = open_entry.entry
    refused: dict[str, list[str]] = {}
    for part in before.parts():
        page = read_part(request, open_entry.entry, part)
        for question_id, errors in take_uploads(
            request,
            part.questions,
            page,
            draft=open_entry.draft,
            member_id=part.member_id,
            prefix=part.prefix,
        ).items():
            field = f"{part.prefix}{question_id}".replace(".", "-")
            refused[field] = [error.message for error in errors]
        _keep_part(open_entry, part, page, asked_lookup=_asks_lookup(request, part))
    refused |= _keep_documents(request, open_entry, before)
    _change_members(request, open_entry, before)
    return refused


def read_part(request: HttpRequest, entry: Entry, part: Part) -> PageInput:
    """What was sent for one part, with what a look-up adds."""
    page = read_page(
        part.questions, request.POST, entry.context, stored=part.answers, prefix=part.prefix, for_staff=True
    )
    if part.prefix == "q.":
        looked_up(part.questions, request.POST, page)
    return page


def _asks_lookup(request: HttpRequest, part: Part) -> bool:
    return part.prefix == "q." and any(
        key.split(".")[1] in {q.id for q in part.questions}
        for key in request.POST
        if key.startswith("lookup.")
    )


def _keep_part(open_entry: OpenEntry, part: Part, page: PageInput, *, asked_lookup: bool) -> None:
    """Store one part unless it is as it was; what is typed wrongly is kept beside the answers."""
    draft = open_entry.draft
    typed = page.raws if page.errors or asked_lookup else None
    same = all(part.answers.get(key) == value for key, value in page.values.items())
    if same and (typed or {}) == draft.typed.get(part.page, {}):
        return
    if part.member_id:
        actions.save_member(
            draft=draft,
            section_id=part.section.id,
            member_id=part.member_id,
            values=page.values,
            typed=typed,
            now=open_entry.now,
        )
    else:
        actions.save_section(
            draft=draft, section_id=part.section.id, values=page.values, typed=typed, now=open_entry.now
        )


def _keep_documents(request: HttpRequest, open_entry: OpenEntry, entry: Entry) -> dict[str, list[str]]:
    refused: dict[str, list[str]] = {}
    removed = request.POST.get("remove", "")
    if removed.startswith("doc/"):
        try:
            actions.remove_file(draft=open_entry.draft, attachment_id=uuid.UUID(removed.partition("/")[2]))
        except ValueError:
            raise Http404 from None
    for state in entry.evaluation.documents:
        document = state.document
        uploads = request.FILES.getlist(f"doc.{document.id}")
        room = document.max_files - len(queries.attachments_of(open_entry.draft.id, document.id))
        kept, sentences = take_all(uploads, accept=document.accept, room=room)
        for one in kept:
            try:
                actions.add_file(
                    draft=open_entry.draft,
                    document_id=document.id,
                    accepted=one,
                    now=open_entry.now,
                    by=open_entry.staff.actor,
                )
            except NotAllowed:
                sentences.append(_("この申請に付けられるファイルの数をこえています。"))
                break
        if sentences:
            refused[f"doc-{document.id}"] = sentences
    return refused


def _change_members(request: HttpRequest, open_entry: OpenEntry, entry: Entry) -> None:
    """Add an empty member to a group, or take one out, when a button asks for it."""
    act, _colon, what = request.POST.get("act", "").partition(":")
    section_id, _slash, member_id = what.partition("/")
    section = next((section for section in entry.groups() if section.id == section_id), None)
    if section is None or section.group is None:
        return
    if act == "add":
        members = open_entry.draft.answers.get(section.group.id) or []
        if section.group.max is None or len(members) < int(section.group.max):
            new = open_entry.entry.new_member_id(section)
            actions.save_member(
                draft=open_entry.draft, section_id=section.id, member_id=new, values={}, now=open_entry.now
            )
    elif act == "remove":
        actions.remove_member(
            draft=open_entry.draft, group_id=section.group.id, member_id=member_id, now=open_entry.now
        )
