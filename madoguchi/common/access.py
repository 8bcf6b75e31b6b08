"""Access rules: every view declares exactly one; the middleware enforces it and refuses what has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.response import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a view: anybody, the holder of a capability, or staff in one of some roles."""

    kind: Literal["public", "holder", "staff"]
    roles: tuple[str, ...] = ()
    during_sign_in: bool = False

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(self.roles)})" if self.roles else self.kind


def public(view: View) -> View:
    """Anybody may call it: it shows no personal data."""
    return _declare(view, Rule("public"))


def holder(view: View) -> View:
    """Only who holds the draft or the receipt: the view loads it by a capability kept in the session."""
    return _declare(view, Rule("holder"))


def staff(*roles: str, during_sign_in: bool = False) -> Callable[[View], View]:
    """Only signed-in staff who have one of `roles` today (no roles: any staff)."""

    def declare(view: View) -> View:
        return _declare(view, Rule("staff", roles, during_sign_in))

    return declare


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The declared rule of a view, or None."""
    return getattr(view, "access_rule", None)


def _declare(view: View, rule: Rule) -> View:
    view.access_rule = rule  # type: ignore[attr-defined]
    return view


Resolver = Callable[[HttpRequest, Rule], HttpResponse | None]
_resolvers: list[Resolver] = []


def answer_staff_rules_with(resolver: Resolver) -> None:
    """Register the one function that answers staff rules; the room `organization` does."""
    _resolvers[:] = [resolver]


class AccessMiddleware:
    """Asks the rule of the view before the view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        rule = rule_of(view)
        if rule is None:
            return HttpResponseForbidden("access rule missing", content_type="text/plain")
        if rule.kind != "staff":
            return None
        if not _resolvers:
            return HttpResponseForbidden("no staff here", content_type="text/plain")
        return _resolvers[0](request, rule)
