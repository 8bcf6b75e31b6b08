"""Stopping and going on later, on this device or another, without an account."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.applications import actions, capabilities, limits
from madoguchi.applications.actions.filing import applicant_facts
from madoguchi.applications.letters import contact_lines
from madoguchi.applications.models import Draft
from madoguchi.applications.views.access import with_draft
from madoguchi.common import access, clock
from madoguchi.common.ids import grouped, is_secret, normalise_secret
from madoguchi.common.jinja2env import both_eras, city_name
from madoguchi.common.pages import render
from madoguchi.common.pdf.documents import ResumeSheet
from madoguchi.japan.check_digits import NumberError, normalise_receipt_number
from madoguchi.notices.rules import is_usable_address
from madoguchi.procedures import queries as procedures

SHOW = "kept"


@with_draft
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Give code and secret, on the screen and by mail when an address is given.

    The page that shows them can be loaded again: only the button makes a new secret.
    """
    definition = procedures.definition_of(draft.procedure_version_id)
    known = (
        draft.email or applicant_facts(definition, draft.answers).email
    )  # nobody types it twice (WCAG 3.3.7)
    email = request.POST.get("email", "").strip() if request.method == "POST" else known
    context = {"draft": draft, "definition": definition, "email": email, "error": "", "problems": []}
    if request.method == "GET":
        secret = (
            capabilities.carried_secret(request, draft.id, now=clock.now()) if SHOW in request.GET else ""
        )
        if secret and is_secret(secret, draft.secret_digest):
            return _show_kept(request, draft, secret)
        return render(request, "applications/keep.html", context)
    if email and not is_usable_address(email):
        error = _("メールアドレスを「name@example.jp」のように入力してください。")
        context |= {"error": error, "problems": [("#email", error)]}
        return render(request, "applications/keep.html", context, status=422)
    now = clock.now()
    if email and (stopped := limits.no_more_mails(request, email, now=now)):
        return stopped
    secret = actions.keep_for_later(draft=draft, email=email, now=now)
    capabilities.carry_secret(request, draft.id, secret, now=now)
    return redirect(f"{reverse('applications:keep', args=[draft.id])}?{SHOW}=1")


def _show_kept(request: HttpRequest, draft: Draft, secret: str) -> HttpResponse:
    context = {
        "draft": draft,
        "email": draft.email,
        "code": grouped(draft.resume_code),
        "secret": grouped(secret),
        "plain_secret": secret,
        "expires_on": clock.tokyo_date(draft.expires_at),
    }
    return render(request, "applications/kept.html", context)


@with_draft
@require_POST
def resume_sheet(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The code and the secret on paper. The secret comes from the page that showed it: we do not keep it."""
    secret = normalise_secret(request.POST.get("secret", ""))
    if not draft.secret_digest or not is_secret(secret, draft.secret_digest):
        return redirect("applications:keep", draft.id)
    definition = procedures.definition_of(draft.procedure_version_id)
    sheet = ResumeSheet(
        city=city_name(),
        procedure_title=definition.current_name.of(draft.language),
        code=grouped(draft.resume_code),
        secret=grouped(secret),
        expires_on=both_eras(clock.tokyo_date(draft.expires_at)),
        site_address=f"{settings.BASE_URL}/filing/resume/",
        contact=contact_lines(procedures.department_of(definition)),
        issued_at=clock.now(),
        language=draft.language,
    )
    response = HttpResponse(sheet.render_apart(), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="resume.pdf"'
    return response


@access.public
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Open a draft again by code and secret; fields of a page sent in vain travel along."""
    code = request.POST.get("code", "")
    carried = [(k, v) for k in request.POST if k.startswith("keep.") for v in request.POST.getlist(k)]
    context = {
        "here": "resume",
        "problems": [],
        "errors": {},
        "code": code,
        "then": request.POST.get("then", ""),
        "carried": [(name.removeprefix("keep."), value) for name, value in carried],
        "explain": bool(carried),
        "had_files": "had_files" in request.POST,
        "held": held_drafts(request) if request.method == "GET" else [],
    }
    if request.method == "GET":
        return render(request, "applications/resume.html", context)
    now = clock.now()
    number = _number_in(code)
    if number and (stopped := limits.no_more_pairs(request, number, now=now)):
        return stopped
    draft = _draft_of(number, request.POST.get("secret", ""), now=now)
    if draft is None:
        if number:
            limits.count_wrong_pair(request, number, now=now)
        error = _(
            "番号か合言葉が違うか、期限が切れています。お手元の控えやメールを見て、もう一度入力してください。"
        )
        context |= {"errors": {"code": error}, "problems": [("#code", error)]}
        return render(request, "applications/resume.html", context, status=422)
    capabilities.hold_draft(request, draft.id)
    then = request.POST.get("then", "")
    if carried and then.startswith(f"/filing/d/{draft.id}/"):
        return render(
            request,
            "common/try_again.html",
            {
                "action": then,
                "fields": context["carried"],
                "explanation": _("続きを開きました。先ほど入力した内容を、もう一度送ってください。"),
                "had_files": context["had_files"],
            },
        )
    return redirect("applications:overview", draft.id)


def _number_in(code: str) -> str:
    """The number that was typed; empty for what cannot be one: that is no guess."""
    try:
        return normalise_receipt_number(code)
    except NumberError:
        return ""


def _draft_of(number: str, secret: str, *, now: datetime) -> Draft | None:
    draft = Draft.objects.filter(resume_code=number, expires_at__gt=now).first() if number else None
    if draft is None or not draft.secret_digest:
        return None
    return draft if is_secret(normalise_secret(secret), draft.secret_digest) else None


def held_drafts(request: HttpRequest) -> list[tuple[Draft, str]]:
    """The drafts this browser holds, with the names of their procedures."""
    held = Draft.objects.filter(id__in=request.session.get("drafts", []), expires_at__gt=clock.now())
    return [
        (draft, str(procedures.definition_of(draft.procedure_version_id).current_name))
        for draft in held.order_by("-changed_at")
    ]


@with_draft
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Throw a draft away, after asking."""
    if request.method == "GET":
        definition = procedures.definition_of(draft.procedure_version_id)
        return render(request, "applications/discard.html", {"draft": draft, "definition": definition})
    actions.discard(draft=draft)
    capabilities.let_go_of_draft(request, draft.id)
    return redirect("procedures:list")


@access.public
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """On a shared machine: this browser forgets drafts and receipts; the drafts stay and open by their code."""
    capabilities.let_go_of_everything(request)
    return redirect("/")
