"""One's own account: devices that are signed in, password, recovery codes, authenticator app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.common import access, clock
from madoguchi.common.jinja2env import jst
from madoguchi.common.pages import render
from madoguchi.identity import queries
from madoguchi.identity.actions import accounts, guarding, sign_in
from madoguchi.identity.asking import by_field
from madoguchi.identity.carrying import Afterwards
from madoguchi.identity.models import Staff, StaffSession
from madoguchi.identity.views import words
from madoguchi.identity.views.sign_in import GET_OR_POST, choose_password, recovery_codes_page

DONE = ("password", "sessions")


@access.staff()
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The account with its open sessions."""
    mine = queries.staff_session_of(request)
    done = request.GET.get("done", "")
    context = {
        "here": "account",
        "person": mine.staff,
        "session_rows": [_row(session, mine) for session in queries.sessions_of(mine.staff, now=clock.now())],
        "codes_left": queries.recovery_codes_left(mine.staff),
        "done": done if done in DONE else "",
    }
    return render(request, "identity/account.html", context)


@access.staff()
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    sign_in.end_other_sessions(session=queries.staff_session_of(request), now=clock.now())
    return HttpResponseRedirect(reverse("identity:account") + "?done=sessions")


@access.staff()
@require_http_methods(GET_OR_POST)
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; the present one is asked first."""
    session = queries.staff_session_of(request)
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        problems = _confirm(request, session.staff) or choose_password(request, session)
        if not problems:
            return HttpResponseRedirect(reverse("identity:account") + "?done=password")
    context = {
        "here": "account",
        "person": session.staff,
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "identity/change_password.html", context, status=422 if problems else 200)


@access.staff()
@require_http_methods(GET_OR_POST)
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, after the password; shown once."""
    staff = queries.staff_of(request)
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        problems = _confirm(request, staff)
        if not problems:
            codes = accounts.renew_recovery_codes(staff=staff, now=clock.now())
            return recovery_codes_page(request, codes, Afterwards(reverse("identity:account")))
    context = {
        "here": "account",
        "task": "recovery_codes",
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "identity/confirm_password.html", context, status=422 if problems else 200)


@access.staff()
@require_http_methods(GET_OR_POST)
def authenticator(request: HttpRequest) -> HttpResponse:
    """Begin to enrol another authenticator app, after the password."""
    staff = queries.staff_of(request)
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        problems = _confirm(request, staff)
        if not problems:
            accounts.begin_enrolment(staff=staff, now=clock.now())
            afterwards = Afterwards(reverse("identity:account"))
            return HttpResponseRedirect(reverse("identity:sign-in-enrol") + afterwards.query())
    context = {"here": "account", "task": "authenticator", "problems": problems, "errors": by_field(problems)}
    return render(request, "identity/confirm_password.html", context, status=422 if problems else 200)


def _row(session: StaffSession, mine: StaffSession) -> list[object]:
    device = session.device or _("不明な端末")
    this_one = _("（この端末）") if session.pk == mine.pk else ""
    return [device + this_one, jst(session.created_at), jst(session.last_seen_at)]


def _confirm(request: HttpRequest, staff: Staff) -> list[tuple[str, str]]:
    """Ask the present password; returns what is wrong."""
    now = clock.now()
    try:
        accounts.confirm_password(staff=staff, password=request.POST.get("password", ""), now=now)
    except sign_in.WrongPassword:
        return [("#password", words.wrong_present_password())]
    except guarding.Locked as closed:
        return [("#password", words.locked(closed.until, now=now))]
    return []
