"""Rendering a page: the only way from a view to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.backends.utils import csrf_input

from madoguchi.common.jinja2env import engine


def render(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The page made from a Jinja2 template of a room, with the request and one safety token for all its forms."""
    values = {**(context or {}), "request": request, "csrf_input": csrf_input(request)}
    return HttpResponse(engine().get_template(template).render(values), status=status)
