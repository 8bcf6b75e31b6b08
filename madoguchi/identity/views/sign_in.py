"""Signing in: password, one-time code, enrolment of an authenticator app, a password of one's own."""

from __future__ import annotations

import io
from datetime import timedelta

import segno
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.common import access, attempts, clock
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import city_name
from madoguchi.common.pages import render
from madoguchi.common.views import too_many
from madoguchi.identity import asking, carrying, devices, one_time_codes, queries
from madoguchi.identity.actions import accounts, guarding, sign_in
from madoguchi.identity.models import StaffSession
from madoguchi.identity.rules import Step
from madoguchi.identity.views import words

# Many people may sit behind one address of the city hall; a machine that guesses needs far more.
ATTEMPTS_FROM_ONE_PLACE = 200
PLACE_SPAN = timedelta(minutes=10)

GET_OR_POST = ["GET", "HEAD", "POST"]


@access.public
@require_http_methods(GET_OR_POST)
def password_page(request: HttpRequest) -> HttpResponse:
    """Ask for log-in and password; then on to what is still missing."""
    now = clock.now()
    afterwards = carrying.read(request)
    if request.method != "POST":
        session = queries.session_of(request, now=now)
        return (
            asking.go_on(request, session, afterwards)
            if session
            else asking.sign_in_page(request, afterwards)
        )
    address = attempts.client_address(request)
    if not attempts.allow("sign-in", address, limit=ATTEMPTS_FROM_ONE_PLACE, span=PLACE_SPAN, now=now):
        return too_many(request)
    login = request.POST.get("login", "")
    try:
        token = sign_in.sign_in(
            login=login,
            password=request.POST.get("password", ""),
            address=address,
            device=devices.describe(request.headers.get("User-Agent", "")),
            now=now,
        )
    except guarding.Locked as closed:
        problem = words.locked(closed.until, now=now)
    except sign_in.WrongPassword:
        problem = words.wrong_password()
    else:
        return _on_with(request, token, afterwards)
    problems = [("#login", problem)]
    return asking.sign_in_page(request, afterwards, login=login[:100], problems=problems, status=422)


@access.staff(during_sign_in=True)
@require_http_methods(GET_OR_POST)
def code_page(request: HttpRequest) -> HttpResponse:
    """Ask for the one-time code of the authenticator app, or a recovery code."""
    session = queries.staff_session_of(request)
    afterwards = carrying.read(request)
    if queries.step_of(session) != Step.CODE or request.method != "POST":
        return _stand_at(request, session, Step.CODE, afterwards)
    code, now = request.POST.get("code", ""), clock.now()
    if not code.strip():
        problem = words.missing_code()
    else:
        try:
            token = sign_in.give_code(session=session, code=code, now=now)
        except guarding.Locked as closed:
            problem = words.locked(closed.until, now=now)
        except sign_in.WrongCode:
            problem = words.wrong_code()
        except sign_in.SessionOver:
            return asking.ask_to_sign_in(request)
        else:
            return _on_with(request, token, afterwards)
    return asking.step_page(request, session, afterwards, problems=[("#code", problem)], status=422)


@access.staff(during_sign_in=True)
@require_http_methods(GET_OR_POST)
def enrol_page(request: HttpRequest) -> HttpResponse:
    """Show the QR code of a new authenticator app and confirm it; then show the recovery codes once."""
    session = queries.staff_session_of(request)
    afterwards = carrying.read(request)
    if not queries.seed_to_enrol(session):
        return asking.go_on(request, session, afterwards)
    if request.method != "POST":
        return asking.step_page(request, session, afterwards, step=Step.ENROL)
    code, now = request.POST.get("code", ""), clock.now()
    try:
        token, codes = sign_in.enrol(session=session, code=code, now=now)
    except guarding.Locked as closed:
        problem = words.locked(closed.until, now=now)
    except sign_in.WrongCode:
        problem = words.wrong_code() if code.strip() else words.missing_code()
    except sign_in.SessionOver:
        return asking.ask_to_sign_in(request)
    else:
        _keep(request, token)
        return recovery_codes_page(request, codes, afterwards)
    problems = [("#code", problem)]
    return asking.step_page(request, session, afterwards, step=Step.ENROL, problems=problems, status=422)


@access.staff(during_sign_in=True)
@require_GET
def enrol_picture(request: HttpRequest) -> HttpResponse:
    """The QR code of the app that is being enrolled, for the enrolment page alone."""
    session = queries.staff_session_of(request)
    seed = queries.seed_to_enrol(session)
    if not seed:
        raise Http404
    address = one_time_codes.address_for_app(seed, login=session.staff.login, issuer=f"窓口 {city_name()}")
    picture = io.BytesIO()
    segno.make(address, micro=False).save(picture, kind="svg", scale=5, border=4, light="#fff", nl=False)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@access.staff(during_sign_in=True)
@require_http_methods(GET_OR_POST)
def new_password_page(request: HttpRequest) -> HttpResponse:
    """Ask for a password of one's own in place of the one that an administrator gave."""
    session = queries.staff_session_of(request)
    afterwards = carrying.read(request)
    if queries.step_of(session) != Step.PASSWORD or request.method != "POST":
        return _stand_at(request, session, Step.PASSWORD, afterwards)
    problems = choose_password(request, session)
    if problems:
        return asking.step_page(request, session, afterwards, problems=problems, status=422)
    session.staff.must_change_password = False
    return asking.go_on(request, session, afterwards)


@access.staff(during_sign_in=True)
@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """From the page with the recovery codes to what follows."""
    return asking.go_on(request, queries.staff_session_of(request), carrying.read(request))


@access.staff(during_sign_in=True)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session of this device."""
    sign_in.sign_out(session=queries.staff_session_of(request), now=clock.now())
    request.session.pop(queries.SESSION_KEY, None)
    rotate_token(request)
    return HttpResponseRedirect(reverse("identity:sign-in") + "?signed_out=1")


def choose_password(request: HttpRequest, session: StaffSession) -> list[tuple[str, str]]:
    """Take the two fields of a new password; returns what is wrong with them."""
    password = request.POST.get("new_password", "")
    if password != request.POST.get("new_password_again", ""):
        return [("#new_password_again", words.passwords_differ())]
    try:
        accounts.choose_password(session=session, password=password, now=clock.now())
    except accounts.PasswordRefused as refused:
        return [("#new_password", fault) for fault in refused.faults]
    except accounts.Outdated:
        return [("", words.outdated())]
    return []


def recovery_codes_page(
    request: HttpRequest, codes: list[str], afterwards: carrying.Afterwards
) -> HttpResponse:
    """The recovery codes, shown this once."""
    context = {
        "codes": [grouped(code) for code in codes],
        "hidden": afterwards.hidden_fields(),
    }
    return render(request, "identity/recovery_codes.html", context)


def _stand_at(
    request: HttpRequest, session: StaffSession, step: Step, afterwards: carrying.Afterwards
) -> HttpResponse:
    """The page of `step` when that is where the session stands, else the way on."""
    if queries.step_of(session) == step:
        return asking.step_page(request, session, afterwards)
    return asking.go_on(request, session, afterwards)


def _on_with(request: HttpRequest, token: str, afterwards: carrying.Afterwards) -> HttpResponse:
    _keep(request, token)
    session = queries.session_of(request, now=clock.now())
    assert session is not None, "the session was opened a moment ago"
    return asking.go_on(request, session, afterwards)


def _keep(request: HttpRequest, token: str) -> None:
    """Put the new token into the cookie; a form made before the sign-in is not accepted after it."""
    request.session[queries.SESSION_KEY] = token
    rotate_token(request)
