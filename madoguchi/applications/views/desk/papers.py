"""Papers the city made, shown in the officer's browser: nothing is left behind in a downloads folder."""

from __future__ import annotations

from django.http import HttpResponse

# A browser's own PDF viewer styles its page from within; nothing else is let in.
POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def inline_pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF of our own making, to be read at once; its name holds no personal data."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Content-Security-Policy"] = POLICY
    return response
