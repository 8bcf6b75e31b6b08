"""Sending people to the sign-in page, or to the step of it that they have not done."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.common.pages import render
from madoguchi.identity import carrying, demo_accounts, queries
from madoguchi.identity.carrying import Afterwards
from madoguchi.identity.models import StaffSession
from madoguchi.identity.rules import SecondFactor, Step

STEP_ROUTES = {
    Step.ENROL: "identity:sign-in-enrol",
    Step.CODE: "identity:sign-in-code",
    Step.PASSWORD: "identity:sign-in-password",
}

STEP_TEMPLATES = {
    Step.ENROL: "identity/enrol.html",
    Step.CODE: "identity/code.html",
    Step.PASSWORD: "identity/new_password.html",
}


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page for somebody who is not signed in; what they sent is carried through it."""
    if request.path.startswith(reverse("identity:sign-in")):
        afterwards = carrying.read(request)  # the sign-in itself took too long
    else:
        afterwards = carrying.wanted_by(request)
    if afterwards.carried is None:
        return HttpResponseRedirect(carrying.sign_in_address(afterwards))
    return sign_in_page(request, afterwards, status=403)


def ask_for_step(request: HttpRequest, session: StaffSession) -> HttpResponse:
    """The step of signing in that `session` has still to do; what was sent is carried through it."""
    afterwards = carrying.wanted_by(request)
    return go_on(request, session, afterwards)


def go_on(request: HttpRequest, session: StaffSession, afterwards: Afterwards) -> HttpResponse:
    """From one step of signing in to the next, and at the end to where the person wanted to go."""
    step = queries.step_of(session)
    if step == Step.DONE:
        return arrive(request, afterwards)
    if afterwards.carried is None:
        return HttpResponseRedirect(reverse(STEP_ROUTES[step]) + afterwards.query())
    return step_page(request, session, afterwards)


def arrive(request: HttpRequest, afterwards: Afterwards) -> HttpResponse:
    """Open the wanted page, or offer to send again what could not be taken."""
    if afterwards.carried is None:
        return HttpResponseRedirect(afterwards.address)
    return render(request, "identity/send_again.html", {"carried": afterwards.carried})


def by_field(problems: list[tuple[str, str]]) -> dict[str, str]:
    """The sentence of each field, for showing it there too."""
    return {href.removeprefix("#"): words for href, words in reversed(problems) if href}


def sign_in_page(
    request: HttpRequest,
    afterwards: Afterwards,
    *,
    login: str = "",
    problems: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page that asks for log-in and password; in the demo it tells both."""
    accounts = demo_accounts.demo_codes(now=clock.now()) if settings.DEMO else []
    context = {
        "hidden": afterwards.hidden_fields(),
        "carried": afterwards.carried,
        "login": login,
        "problems": problems or [],
        "errors": by_field(problems or []),
        "signed_out": request.method == "GET" and "signed_out" in request.GET,
        "demo_accounts": accounts,
        "demo_rows": [[account.login, account.role, account.name] for account in accounts],
    }
    return render(request, "identity/sign_in.html", context, status=status)


def step_page(
    request: HttpRequest,
    session: StaffSession,
    afterwards: Afterwards,
    *,
    step: Step | None = None,
    problems: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of the step that `session` stands at."""
    step = step or queries.step_of(session)
    context = {
        "hidden": afterwards.hidden_fields(),
        "carried": afterwards.carried,
        "person": session.staff,
        "signed_in": session.second_factor != SecondFactor.NONE,
        "problems": problems or [],
        "errors": by_field(problems or []),
        "seed_grouped": grouped(queries.seed_to_enrol(session)) if step == Step.ENROL else "",
        "demo": settings.DEMO and session.staff.is_demo,
        "demo_code": queries.one_time_code_now(session.staff, now=clock.now()),
    }
    return render(request, STEP_TEMPLATES[step], context, status=status)
