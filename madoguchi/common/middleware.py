"""What every answer carries, and what a visitor sees when the store is away or a request cannot be taken."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import resolve
from django.utils import translation

from madoguchi.common import access, kernel, views

log = logging.getLogger("madoguchi.web")

Handler = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class SafetyHeadersMiddleware:
    """Content security policy without inline code, no sniffing, no referrer, no caching of pages."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(self), microphone=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cache-Control", "private, no-store")
        return response


class DeskLanguageMiddleware:
    """The desk is Japanese whatever the browser speaks: what staff write and print there is, and half a page is none."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/desk/"):
            self._speak_japanese(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Pages of staff stand at other addresses, too."""
        rule = access.rule_of(view)
        if rule is not None and rule.kind == "staff":
            self._speak_japanese(request)
        return None

    @staticmethod
    def _speak_japanese(request: HttpRequest) -> None:
        translation.activate("ja")
        request.LANGUAGE_CODE = "ja"


class HealthMiddleware:
    """Answers whether we live before anything is asked of the host: who watches us asks by our inner address."""

    PATHS = ("/healthz", "/readyz")

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in self.PATHS:
            answer: HttpResponse = resolve(request.path_info).func(request)
            return answer
        return self.get_response(request)


class StoreAwayMiddleware:
    """Turns a write that could not be stored, or a read, into a clear page; only what is durable is acknowledged.

    What fails before a view runs comes to `views.server_error`.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if kernel.is_store_away(error):
            log.error("store away: %s", error)
            return views.store_away(request)
        return None


class FaultPagesMiddleware:
    """Pages for requests that no view should have to look at: unreadable, too large, of the wrong method.

    PostgreSQL takes no NUL in a text; a text coding other than UTF-8 may be one that Python cannot read text by.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _announced_bytes(request) > settings.REQUEST_MAX_BYTES:
            return views.too_large(request)
        if (
            "\0" in request.path_info
            or "%00" in request.META.get("QUERY_STRING", "")
            or not _is_utf8(request)
        ):
            return views.bad_request(request)
        response = self.get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            return views.wrong_method(request, response.headers.get("Allow", ""))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Fields are looked at only where the check of the token has read them already."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        texts = (text for name, values in request.POST.lists() for text in (name, *values))
        return views.bad_request(request) if any("\0" in str(text) for text in texts) else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A visitor who went away while sending is no fault of the server."""
        return views.bad_request(request) if isinstance(error, UnreadablePostError) else None


def _announced_bytes(request: HttpRequest) -> int:
    """The size of the body; Django reads no further than announced, and nothing when nothing is."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isascii() and length.isdigit() else 0


def _is_utf8(request: HttpRequest) -> bool:
    return request.encoding is None or codecs.lookup(request.encoding).name == "utf-8"
