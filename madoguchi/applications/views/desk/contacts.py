"""What was said with who filed: read, write a message, write down a call."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.applications import actions, desk_contacts, queries
from madoguchi.applications.actions.messages import seen
from madoguchi.applications.desk_options import options
from madoguchi.applications.errors import TooLate
from madoguchi.applications.models import Contact, Message
from madoguchi.applications.permissions import departments_headed, may_handle
from madoguchi.applications.views.desk.case import HANDLES, SEES, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.common.ids import new_id
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.notices.rules import is_usable_address

LONGEST = 2000
LONGEST_WHO = 100


@with_case(*SEES)
@require_http_methods(["GET", "POST"])
def contacts(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Everything that was said, and two forms; whoever handles the case reads its messages by opening this."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        act = request.POST.get("act", "")
        errors = _write(request, case) if act == "message" else _record(request, case)
        if not errors:
            return redirect(f"{_address(case)}?done={'message' if act == 'message' else 'contact'}")
    figures = desk_contacts.counts(case.application)
    asked = request.GET.get("page", "")
    pages = max(-(-figures.total // desk_contacts.PAGE), 1)
    number = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 6 else 1
    first = (number - 1) * desk_contacts.PAGE
    rows = desk_contacts.rows(case.application, first=first)
    handles = may_handle(case.staff, case.application, today=case.today)
    if handles and figures.unread:
        unread = Message.objects.filter(application=case.application, author=None, seen_at=None)
        seen(case.also, list(unread), by_office=True, now=case.now)
    case.shown = "contacts"
    context = head_of(case) | {
        "option": options(case.application, case.staff, today=case.today, proposal=None)["message"],
        "handles": handles,
        "rows": rows,
        "may_strike": _may_strike(case, rows),
        "counts": figures,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if number < pages else "",
        "has_mail": is_usable_address(case.application.email),
        "last_day": queries.last_day_to_write(case.application),
        "message_id": request.POST.get("message") or new_id(),
        "typed": {name: request.POST.get(name, "") for name in ("text", "asks", "who", "gist", "way", "ends")}
        | {"happened_on": request.POST.get("happened_on", case.today.isoformat())},
        "way_choices": desk_contacts.way_choices(),
        "longest": LONGEST,
        "done": {
            "message": _("メッセージを送りました。"),
            "contact": _("応対を記録しました。"),
            "struck": _("記録を取り消しました。"),
        }.get(request.GET.get("done", ""), ""),
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/contacts.html", context, status=422 if errors else 200)


def _address(case: OpenCase) -> str:
    return reverse("desk:case_contacts", args=[case.application.id])


def _may_strike(case: OpenCase, rows: list[desk_contacts.ContactRow]) -> set[uuid.UUID]:
    """The records that this person may strike: own ones, all of them for a head."""
    is_head = case.application.department_code in departments_headed(case.staff, today=case.today)
    return {
        row.contact_id
        for row in rows
        if row.contact_id and not row.struck and (is_head or row.recorded_by == case.staff.id)
    }


def _write(request: HttpRequest, case: OpenCase) -> dict[str, str]:
    """Send a message; returns what is wrong with it."""
    text = request.POST.get("text", "").strip()
    if not text:
        return {"text": _("メッセージを書いてください。")}
    if len(text.replace("\r\n", "\n")) > LONGEST:
        return {"text": _("メッセージは%(most)s文字までにしてください。") % {"most": LONGEST}}
    try:
        actions.write_message(
            application=case.application,
            message_id=_sent_id(request),
            text=text,
            asks="asks" in request.POST,
            by=case.staff,
            now=case.now,
        )
    except TooLate:
        return {
            "text": _(
                "この申請は終わってから日がたっているため、メッセージは送れません。電話か書面で知らせてください。"
            )
        }
    return {}


def _sent_id(request: HttpRequest) -> uuid.UUID:
    """The id that came with the form, so that what is sent twice is kept once."""
    try:
        return uuid.UUID(request.POST.get("message", ""))
    except ValueError:
        return new_id()


def _record(request: HttpRequest, case: OpenCase) -> dict[str, str]:
    """Write a contact down; returns what is wrong with it."""
    data: Any = request.POST
    who, gist = data.get("who", "").strip(), data.get("gist", "").strip()
    errors: dict[str, str] = {}
    day: date | None = None
    try:
        day = parse_date(data.get("happened_on", "").strip())
    except DateError:
        errors["happened_on"] = _("応対した日を「2026年11月23日」のように入力してください。")
    if day is not None and day > case.today:
        errors["happened_on"] = _("応対した日は、今日までの日にしてください。")
    if data.get("way", "") not in dict(desk_contacts.way_choices()):
        errors["way"] = _("応対の方法を選んでください。")
    if not who:
        errors["who"] = _("だれと話したかを入力してください。")
    elif len(who) > LONGEST_WHO:
        errors["who"] = _("相手は%(most)s文字までにしてください。") % {"most": LONGEST_WHO}
    if not gist:
        errors["gist"] = _("話した内容を入力してください。")
    elif len(gist) > LONGEST:
        errors["gist"] = _("内容は%(most)s文字までにしてください。") % {"most": LONGEST}
    if day is not None and not errors:
        actions.record_contact(
            application=case.application,
            contact_id=_sent_id(request),
            happened_on=day,
            way=data["way"],
            who=who,
            gist=gist,
            ends_waiting="ends" in data,
            by=case.staff,
            now=case.now,
        )
    return errors


@with_case(*HANDLES)
@require_POST
def strike(request: HttpRequest, case: OpenCase, contact_id: uuid.UUID) -> HttpResponse:
    """Strike a record made in error; it stays to be read."""
    found = Contact.objects.select_related("application").filter(application=case.application, id=contact_id)
    contact = found.first()
    if contact is None:
        raise Http404
    actions.strike_contact(contact=contact, by=case.staff, now=case.now)
    return redirect(f"{_address(case)}?done=struck")


@with_case(*SEES)
@require_GET
def contacts_file(request: HttpRequest, case: OpenCase, kind: FileKind) -> HttpResponseBase:
    """Everything that was said, as a file."""
    case.shown = "contacts"
    case.looked_at["file"] = kind
    header = [_("日"), _("方法"), _("書いた人・記録した人"), _("相手"), _("内容"), _("取消し")]
    name = f"contacts-{case.application.receipt_number}"
    return list_response(request, kind, name, header, list(desk_contacts.file_lines(case.application)))
