"""The demo's mailbox: whoever tries the demo city reads here what was mailed. Not there in a real city."""

from __future__ import annotations

import re
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from markupsafe import Markup, escape

from madoguchi.common import access
from madoguchi.common.jinja2env import jst
from madoguchi.common.pages import render
from madoguchi.notices import hiding, queries
from madoguchi.notices.models import Message, MessageState

_LINK = re.compile(r"https?://[\w\-.~:/?#\[\]@!$&'*+,;=%]*[\w/#=]", re.ASCII)
_TAGS = {MessageState.WAITING: "progress", MessageState.SENT: "success", MessageState.FAILED: "danger"}


@access.public
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mails of the demo city, newest first. Public: its people are made up."""
    _only_in_the_demo()
    words = request.GET.get("q", "").strip()[:254]
    number = request.GET.get("page", "")
    page = queries.mailbox(words=words, number=int(number) if re.fullmatch("[1-9][0-9]{0,3}", number) else 1)
    context = {
        "asked": words,
        "rows": [_row(message) for message in page.messages],
        "previous": _address(words, page.number - 1) if page.number > 1 else "",
        "next": _address(words, page.number + 1) if page.has_next else "",
    }
    return render(request, "notices/mailbox.html", context)


@access.public
@require_GET
def mail(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One mail of the demo city, with its addresses as links."""
    _only_in_the_demo()
    message = Message.objects.filter(id=message_id, erased_at=None).first()
    if message is None:
        raise Http404
    try:
        body = hiding.shown(message.body)
    except hiding.CannotBeOpened:
        body = hiding.blanked(message.body)
    return render(request, "notices/mail.html", {"message": message, "body": linked(body)})


def linked(text: str) -> Markup:
    """The text with its web addresses as links; everything else in it is escaped."""
    parts: list[Markup] = []
    end = 0
    for found in _LINK.finditer(text):
        parts += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _only_in_the_demo() -> None:
    if not settings.DEMO:
        raise Http404


def _row(message: Message) -> list[object]:
    state = MessageState(message.state)
    return [
        {"text": message.subject, "href": reverse("demo-mail", args=[message.id])},
        message.to_address,
        jst(message.created_at, year=True),
        {"text": state.label, "tag": _TAGS[state], "note": message.reason and _("理由: %s") % message.reason},
    ]


def _address(words: str, number: int) -> str:
    query = {"q": words} if words else {}
    return f"{reverse('demo-mailbox')}?{urlencode({**query, 'page': number})}"
