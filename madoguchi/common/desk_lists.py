"""What list pages share: a choice that stands in the address, and pages of fifty rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

ROWS = 50


def choice(request: HttpRequest, name: str, allowed: tuple[str, ...]) -> str:
    """A filter from the address; the first of `allowed` when it is missing or unknown."""
    value = request.GET.get(name, "")
    return value if value in allowed else allowed[0]


def searched(request: HttpRequest) -> str:
    """The words searched for."""
    return "".join(c for c in request.GET.get("q", "") if c.isprintable()).strip()[:100]


def address_with(request: HttpRequest, **changes: str) -> str:
    """The present address with other filters; an empty value takes one out, and the first page is shown."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


def column(request: HttpRequest, label: str, key: str, order: str) -> dict[str, Any]:
    """A column that can be sorted by; choosing it again turns the order around."""
    asked = f"-{key}" if order == key else key
    words = {key: "ascending", f"-{key}": "descending"}
    return {"label": label, "sort": address_with(request, sort=asked), "sorted": words.get(order)}


def paged(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any]) -> tuple[Page[Any], dict[str, Any]]:
    """One page of rows, and what the pagination component needs."""
    paginator = Paginator(rows, ROWS)
    page = paginator.get_page(request.GET.get("page"))
    return page, {
        "previous": address_with(request, page=str(page.number - 1)) if page.has_previous() else "",
        "next": address_with(request, page=str(page.number + 1)) if page.has_next() else "",
        "summary": _("%(all)d件中 %(first)d〜%(last)d件")
        % {"all": paginator.count, "first": page.start_index(), "last": page.end_index()},
    }
