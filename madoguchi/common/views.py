"""Pages that belong to no room: faults, health, language and display settings."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, InterfaceError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from madoguchi.common import access, clock, jinja2env, kernel
from madoguchi.common.files.configured import configured
from madoguchi.common.files.store import StorageError
from madoguchi.common.models import WorkerPulse
from madoguchi.common.pages import render

A_YEAR = 60 * 60 * 24 * 365


@access.public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up."""
    return HttpResponse("ok", content_type="text/plain")


@access.public
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether database, file store and worker answer: 200 when the city can be served, else 503."""
    parts = {"database": False, "files": False, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts["database"] = True
        parts["worker"] = WorkerPulse.objects.filter(at__gte=clock.now() - timedelta(minutes=1)).exists()
    except (DatabaseError, InterfaceError):
        pass
    try:
        configured()[0].check()
        parts["files"] = True
    except StorageError:
        pass
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


@access.public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language the visitor chose, and go back to the page."""
    return _in_language(HttpResponseRedirect(_back(request)), request.POST.get("language", ""))


@access.public
@require_safe
def open_in_language(request: HttpRequest, language: str) -> HttpResponse:
    """The first page in a language, for links from elsewhere and for posters: /language/en/."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return _in_language(HttpResponseRedirect("/"), language)


def _in_language(response: HttpResponse, language: str) -> HttpResponse:
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=A_YEAR,
            samesite="Lax",
            secure=settings.SECURE,
            httponly=True,
        )
    return response


@access.public
@require_POST
def choose_display(request: HttpRequest) -> HttpResponse:
    """Keep the size of letters and the contrast the visitor chose, and go back to the page."""
    response = HttpResponseRedirect(_back(request))
    chosen = jinja2env.read_display(request.POST.get("display", ""))
    response.set_cookie(
        jinja2env.DISPLAY_COOKIE,
        str(chosen),
        max_age=A_YEAR,
        samesite="Lax",
        secure=settings.SECURE,
        httponly=True,
    )
    return response


def _back(request: HttpRequest) -> str:
    """The page the form stood on, when it is one of ours."""
    given = request.POST.get("next", "/")
    parts = urlsplit(given)
    is_ours = not parts.scheme and not parts.netloc and given.startswith("/") and not given.startswith("//")
    return given if is_ours and "\\" not in given else "/"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What cannot be read; 413 when it was merely too much."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    return render(request, "common/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "common/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "common/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours; or the store is away, as may show before a view runs."""
    error = sys.exception()
    if error is not None and kernel.is_store_away(error):
        return store_away(request)
    return render(request, "common/500.html", status=500)


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """An address that only takes `allowed`, for example one that a button posts to."""
    response = render(request, "common/405.html", status=405)
    response.headers["Allow"] = allowed
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    """More than one request may carry."""
    return render(request, "common/413.html", status=413)


def too_many(request: HttpRequest, *, until: datetime | None = None, text: str = "") -> HttpResponse:
    """Too many attempts from one place, or too much of what `text` says; says when to try again."""
    seconds = max(1, ceil((until - clock.now()).total_seconds())) if until else 0
    response = render(request, "common/429.html", {"minutes": ceil(seconds / 60), "text": text}, status=429)
    if seconds:
        response.headers["Retry-After"] = str(seconds)  # RFC 9110 section 10.2.3
    return response


def store_away(request: HttpRequest) -> HttpResponse:
    """The store could not take what was sent: keep what was typed and offer to send it again.

    When nothing was sent, only reading failed: the page is to be opened again.
    """
    if request.method != "POST":
        return render(request, "common/500.html", status=503)
    return _send_again(
        request, _("いま保存できませんでした。入力した内容はこの画面に残っています。"), status=503
    )


def token_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long for its safety token: keep what was typed and offer to send it again.

    Only for a form of our own pages: a form of another site must not become one press of a button here.
    """
    if not _came_from_us(request):
        return forbidden(request)
    return _send_again(request, _("画面を開いてから時間がたったため、もう一度確認が必要です。"), status=403)


def _came_from_us(request: HttpRequest) -> bool:
    """Whether the form stood on a page of ours, as the browser says (Origin, else Referer)."""
    origin = request.headers.get("Origin", "") or request.headers.get("Referer", "")
    parts = urlsplit(origin)
    return parts.scheme == request.scheme and parts.netloc == request.get_host()


def _send_again(request: HttpRequest, explanation: str, *, status: int) -> HttpResponse:
    fields: list[tuple[str, str]] = []
    for name in request.POST:
        if name != "csrfmiddlewaretoken" and "password" not in name:
            fields.extend((name, value) for value in request.POST.getlist(name))
    context: dict[str, Any] = {
        "action": request.path,
        "fields": fields,
        "explanation": explanation,
        "had_files": bool(request.FILES) if request.method == "POST" else False,
    }
    return render(request, "common/try_again.html", context, status=status)
