"""Access rules: a view without one is refused, a staff rule without an answer too."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from madoguchi.common import access


def view(request):
    return HttpResponse("secret")


def copied(function):
    """A function of its own, so that a rule put on it stays on it."""

    def copy(request):
        return function(request)

    return copy


@pytest.fixture
def middleware():
    return access.AccessMiddleware(lambda request: HttpResponse())


@pytest.fixture
def request_of():
    return RequestFactory().get("/")


def test_a_view_without_a_rule_is_refused(middleware, request_of):
    assert middleware.process_view(request_of, view, (), {}).status_code == 403


def test_a_public_view_is_let_through(middleware, request_of):
    assert middleware.process_view(request_of, access.public(copied(view)), (), {}) is None


def test_a_staff_view_is_refused_when_nobody_answers_for_staff(middleware, request_of, monkeypatch):
    monkeypatch.setattr(access, "_resolvers", [])

    answer = middleware.process_view(request_of, access.staff("officer")(copied(view)), (), {})

    assert answer.status_code == 403


def test_the_resolver_is_asked_with_the_roles_of_the_rule(middleware, request_of, monkeypatch):
    asked = []
    monkeypatch.setattr(access, "_resolvers", [lambda request, rule: asked.append(rule.roles)])

    middleware.process_view(request_of, access.staff("officer", "head")(copied(view)), (), {})

    assert asked == [("officer", "head")]
