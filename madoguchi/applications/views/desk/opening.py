"""Opening a case at the desk; the only way desk views reach one.

Who asks must work for its department; a protected case needs a stated purpose; what is shown is recorded first.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from madoguchi.applications.chain_permissions import is_in_chain, is_to_decide
from madoguchi.applications.desk_case import PURPOSE_TIME, SENDING_TIME, stated_purpose
from madoguchi.applications.desk_looks import Looks, looks_at, note_look
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.models import Application
from madoguchi.applications.permissions import may_see, may_see_protected
from madoguchi.applications.views.desk.refusals import (
    ask_responsible,
    conflict,
    erased,
    not_allowed,
    state_purpose_page,
)
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, kernel
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Restriction, Staff
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition

P = ParamSpec("P")
# Pages on which somebody is about to change the case: colleagues are warned.
EDITING = {
    "case_answer",
    "case_decide",
    "case_edit",
    "case_extend",
    "case_fee",
    "case_opinions",
    "case_propose",
    "case_return",
    "case_withdraw",
}


@dataclass(slots=True)
class OpenCase:
    """A case in the hands of one person for one request."""

    application: Application
    staff: Staff
    now: datetime
    restriction: Restriction | None = None
    purpose: str = ""  # stated for a protected case
    shown: str = (
        "case"  # what the audit record says was shown: case, copy, letter, file, secret, "" for nothing
    )
    looked_at: dict[str, Any] = field(default_factory=dict)  # and which of them
    looks: Looks | None = None  # who else is in the case, where the page tells
    sees_news: bool = False  # the page tells what is new
    page: str = ""  # name of the route
    also: kernel.Unit = field(default_factory=kernel.Unit)  # written with the record of the look
    by_chain: bool = False  # it belongs to another department, which asked this person to consent or decide

    @property
    def today(self) -> date:
        """The day in Japan."""
        return clock.tokyo_date(self.now)

    @property
    def definition(self) -> Definition:
        """The version of the procedure it was filed with."""
        return procedures.definition_of(self.application.procedure_version_id)

    @property
    def url(self) -> str:
        """The page of the case; for who is only asked about it, the list of what they are asked."""
        if self.by_chain:
            return reverse("desk:approvals")
        return reverse("desk:case", args=[self.application.id])

    @property
    def is_editing(self) -> bool:
        """Whether the page is one on which the case is changed."""
        return self.page in EDITING

    def look_around(self) -> Looks:
        """Who else is in the case; asked once for a page."""
        if self.looks is None:
            self.looks = looks_at(self.application.id, staff=self.staff, now=self.now)
        return self.looks

    def expect_unchanged(self, data: Mapping[str, str]) -> None:
        """Raises `ChangedMeanwhile` when somebody changed the case since the page was shown."""
        if data.get("version", "") != str(self.application.version):
            raise ChangedMeanwhile


CaseView = Callable[Concatenate[HttpRequest, OpenCase, P], HttpResponseBase]
Chain = Literal["", "open", "ever"]
View = Callable[..., HttpResponseBase]  # as Django calls it: with what the address says by name


def with_case(
    *roles: str, purpose_asked: bool = True, recorded: bool = True, chain: Chain = ""
) -> Callable[[CaseView[P]], View]:
    """Give the view a case of a department this person works for, in one of `roles`.

    With `chain` it may also be one that they are asked to consent to or to decide: "open" while the proposal waits,
    "ever" also afterwards.
    Every page that shows something of it is recorded as a read before it leaves; `recorded=False` is for what shows
    nothing of it.
    """

    def declare(view: CaseView[P]) -> View:
        @wraps(view)
        def opened(
            request: HttpRequest, application_id: uuid.UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            case = _open(request, application_id, chain)
            if case.application.erased_at is not None:
                return erased(request, case.application)
            if case.restriction is not None:
                responsible = case.restriction.responsible_department
                if not _may_see_protected(case, responsible):
                    _record(case, "read_denied")
                    return ask_responsible(request, responsible)
                within = SENDING_TIME if request.method == "POST" else PURPOSE_TIME
                case.purpose = stated_purpose(case.staff, application_id, now=case.now, within=within)
                if purpose_asked and not case.purpose:
                    return state_purpose_page(request, case.application)
            shown_version = request.POST.get("version", "")
            try:
                response = view(request, case, *args, **kwargs)
            except ChangedMeanwhile:
                response = conflict(request, case.application, case.staff, shown_version, back=case.url)
            except NotAllowed:
                response = not_allowed(request, case.application, case.staff, back=case.url)
            if recorded and not 300 <= response.status_code < 400:
                _record(case, "read_protected" if case.restriction else "read")
            return response

        return access.staff(*roles)(opened)

    return declare


def _may_see_protected(case: OpenCase, responsible: str) -> bool:
    """The responsible department, and who is to decide the case: nobody else could, and each opening is told."""
    if may_see_protected(case.staff, responsible, today=case.today):
        return True
    return is_to_decide(case.staff, case.application, today=case.today)


def _open(request: HttpRequest, application_id: uuid.UUID, chain: Chain) -> OpenCase:
    staff, now = identity.staff_of(request), clock.now()
    found = Application.objects.select_related("holder", "entered_by", "procedure_version")
    application = found.filter(id=application_id).first()
    if application is None:
        raise Http404
    page = request.resolver_match.url_name if request.resolver_match else ""
    case = OpenCase(application, staff, now, page=page or "")
    if not may_see(staff, application, today=case.today):
        case.by_chain = bool(chain) and is_in_chain(
            staff, application, today=case.today, afterwards=chain == "ever"
        )
    if not (case.by_chain or may_see(staff, application, today=case.today)):
        _record(case, "read_denied")
        raise Http404
    case.restriction = identity.restriction_of(subject_of(application_id), case.today)
    return case


def _record(case: OpenCase, act: str) -> None:
    """Write who looked, before anything is shown."""
    shown = {"shown": case.shown} if case.shown and act != "read_denied" else {}
    unit = kernel.Unit()
    audit.record(
        unit,
        actor=case.staff.actor,
        act=act,
        subject=subject_of(case.application.id),
        now=case.now,
        purpose=case.purpose or "case",
        detail={"page": case.page, **shown, **case.looked_at},
    )
    if case.looks is not None:
        note_look(
            unit,
            case.application.id,
            case.looks,
            staff=case.staff,
            now=case.now,
            sees_news=case.sees_news,
            is_editing=case.is_editing,
        )
    unit.statements.extend(case.also.statements)
    kernel.commit(unit)
