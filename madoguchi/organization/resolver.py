"""Answers the rules of staff pages: who is signed in, whether enough, and whether with the right role."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from madoguchi.common import access, clock, desk_menu, kernel
from madoguchi.common.pages import render
from madoguchi.identity import asking
from madoguchi.identity import queries as identity
from madoguchi.identity.actions import sign_in
from madoguchi.identity.models import StaffSession
from madoguchi.identity.rules import SecondFactor, Step
from madoguchi.organization import queries
from madoguchi.organization.rules import Role

TOUCH_AFTER = timedelta(minutes=1)
ARRIVAL = "/desk/"  # where signing in leads


def answer(request: HttpRequest, rule: access.Rule) -> HttpResponse | None:
    """None lets the view run with `request.staff`; else the page that asks for what is missing."""
    now, today = clock.now(), clock.today()
    token = request.session.get(identity.SESSION_KEY, "")
    found = queries.signed_in(token, now=now, today=today) if token else None
    if found is None:
        return asking.ask_to_sign_in(request)
    session = found.session
    request.staff_session = session  # type: ignore[attr-defined]
    if session.second_factor != SecondFactor.NONE:
        request.staff = session.staff  # type: ignore[attr-defined]
        request.staff_roles = frozenset(duty.role for duty in found.duties)  # type: ignore[attr-defined]
    if now - session.last_seen_at > TOUCH_AFTER:
        _touch(session, now)
    if rule.during_sign_in:
        return None
    if identity.step_of(session) != Step.DONE:
        return asking.ask_for_step(request, session)
    if rule.roles and not any(duty.role in rule.roles for duty in found.duties):
        return _no_role(request, rule, {duty.role for duty in found.duties})
    return None


def _touch(session: StaffSession, now: datetime) -> None:
    try:
        sign_in.touch(session=session, now=now)
    except (kernel.NotWritten, kernel.OutcomeUnknown):
        pass  # a page can be read while nothing can be written


def _no_role(request: HttpRequest, rule: access.Rule, roles: Collection[str]) -> HttpResponse:
    """Where everybody arrives after signing in, each is sent on to where their own roles begin."""
    home = desk_menu.home_for(roles)
    if request.path_info == ARRIVAL and request.method == "GET" and home:
        return HttpResponseRedirect(home)
    context = {"needed": [Role(role).label for role in rule.roles], "home": home}
    return render(request, "organization/no_role.html", context, status=403)
