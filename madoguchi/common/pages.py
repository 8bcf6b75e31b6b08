"""Rendering a page: the only way from a view to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template


def render(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The page made from a Jinja2 template of a room, never cached by anyone when it may hold personal data."""
    content = get_template(template, using="jinja2").render(dict(context or {}), request)
    return HttpResponse(content, status=status)
