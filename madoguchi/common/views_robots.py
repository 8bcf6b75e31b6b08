"""What programs ask a site for: robots.txt, security.txt, favicon.ico."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from madoguchi.common import access, clock

CLOSED_TO_ROBOTS = ("/desk/", "/filing/", "/status/", "/language/")
SECURITY_TEXT_HOLDS = timedelta(days=180)
KEPT_A_DAY = {"Cache-Control": "public, max-age=86400"}


@access.public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """RFC 9309: procedures may be found by search engines, a demo city may not."""
    closed = ("/",) if settings.DEMO else CLOSED_TO_ROBOTS
    return _text(["User-agent: *", *(f"Disallow: {path}" for path in closed)])


@access.public
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116: where to report a weakness. The day it expires moves along, less than a year ahead."""
    expires_on = clock.today() + SECURITY_TEXT_HOLDS
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires_on.isoformat()}T00:00:00+09:00",
        "Preferred-Languages: ja, en",
    ]
    if settings.SECURE:
        lines.append(f"Canonical: {settings.BASE_URL}/.well-known/security.txt")
    return _text(lines)


@access.public
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The city's mark for programs that ask without having read a page."""
    return HttpResponseRedirect(static("common/mark.svg"), headers=KEPT_A_DAY)


def _text(lines: list[str]) -> HttpResponse:
    content = "".join(f"{line}\n" for line in lines)
    return HttpResponse(content, content_type="text/plain; charset=utf-8", headers=KEPT_A_DAY)
