"""What staff write for staff is found on no page, paper, file or mail that leaves for residents or the public.

Words that stand nowhere else are put wherever staff write for staff; then every address that is not for staff alone is
opened in the browser of who filed, in each state of the case. A new address is walked without being named here.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from madoguchi.applications import actions
from madoguchi.applications.models import Application, Extension
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    AttachmentFactory,
    ContactFactory,
    InternalNoteFactory,
    MessageFactory,
    OpinionRequestFactory,
)
from madoguchi.applications.tests.returned import looking_at
from madoguchi.common import clock, jobs
from madoguchi.common.access import Rule
from madoguchi.notices.models import Message as Mail
from madoguchi.procedures import queries as procedures
from scripts import docs

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SECRETS = {
    "note": "ZQNOTE71",
    "question": "ZQASKED72",
    "opinion": "ZQOPINION73",
    "opinion file": "ZQFILE74",
    "contact": "ZQCALL75",
    "who called": "ZQCALLER76",
    "sent back": "ZQBACK77",
    "struck": "ZQSTRUCK78",
}
TOLD = "ZQTOLD79"  # what the resident is told: shows that the walk reads what it opens
STATES = ("filed", "in_review", "returned", "proposed", "closed", "withdrawn")
NOT_STAFF = ("public", "holder")
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
PLAIN = {"number": "1", "name": "x", "code": "x", "form": "x", "format": "json"}


@dataclass
class Walk:
    """The browser of who filed, and what it was given."""

    client: Client
    values: dict[str, str]
    read: dict[str, str]

    def open(self, route: docs.Route) -> None:
        """Open an address, reading what comes: words, papers, files."""
        address = VARIABLE.sub(
            lambda found: self.values.get(found[1], PLAIN.get(found[1], "x")), route.address
        )
        for method in ("get", "post"):
            response = getattr(self.client, method)(address)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            self.read[f"{method} {address}"] = words_of(content) + str(response.headers)


def words_of(content: bytes) -> str:
    """Everything that can be read in a page, a file or a PDF with what it says of itself."""
    found = content.decode("utf-8", "replace")
    if content.startswith(b"%PDF"):
        paper = PdfReader(io.BytesIO(content))
        found += "".join(page.extract_text() for page in paper.pages) + str(paper.metadata)
    return found


def resident_routes() -> list[docs.Route]:
    """Every address that is not for staff alone; what ends a filing or a session comes last."""
    found = [r for r in docs.routes() if isinstance(r.rule, Rule) and r.rule.kind in NOT_STAFF]
    last = ("withdraw", "leave", "discard", "sign")
    return sorted(found, key=lambda route: any(word in route.address for word in last))


def case_full_of_secrets(desk: Desk, state: str) -> Application:
    """A case in a state, with words wherever staff write for staff."""
    traits: dict[str, Any] = {} if state == "filed" else {state: True}
    case = ApplicationFactory(
        officer=desk["officer"], approver=desk["approver"], email="hanako@example.jp", **traits
    )
    InternalNoteFactory(application=case, text=SECRETS["note"])
    ContactFactory(application=case, who=SECRETS["who called"], gist=SECRETS["contact"])
    ContactFactory(application=case, gist=SECRETS["struck"], struck_at=clock.now(), struck_by=desk["head"])
    opinion = OpinionRequestFactory(
        application=case, answered=True, question=SECRETS["question"], text=SECRETS["opinion"]
    )
    OpinionRequestFactory(application=case, question=SECRETS["question"], sections=["claimant"])
    AttachmentFactory(
        owner_id=case.id, document_id=f"opinion/{opinion.id}", name=f"{SECRETS['opinion file']}.jpg"
    )
    MessageFactory(application=case, from_office=True, text=TOLD)
    if state == "in_review":
        sent_back(desk, case)
        actions.extend(
            application=case,
            to_on=clock.today() + timedelta(days=60),
            reason="調査に日時を要するため。",
            by=desk["officer"],
            now=clock.now(),
        )
    return case


def sent_back(desk: Desk, case: Application) -> None:
    actions.propose(application=case, kind="certified", reason="", by=desk["officer"], now=clock.now())
    actions.send_back(application=case, reason=SECRETS["sent back"], by=desk["approver"], now=clock.now())


def walked(case: Application) -> dict[str, str]:
    """Everything that who filed can get, by address."""
    definition = procedures.definition_of(case.procedure_version_id)
    extension = Extension.objects.filter(application=case).first()
    visitor, _page = looking_at(case)
    values = {
        "application_id": str(case.id),
        "draft_id": str(case.id),
        "extension_id": str(extension.id if extension else case.id),
        "procedure_id": case.procedure_id,
        "section_id": definition.sections[0].id,
        "document_id": definition.documents[0].id,
        "member_id": "m1",
    }
    client = Client()
    client.cookies = visitor.client.cookies
    walk = Walk(client, values, {})
    for route in resident_routes():
        walk.open(route)
    return walk.read


def mailed() -> dict[str, str]:
    """Every mail that the jobs write."""
    for _round in range(5):
        jobs.work_once(now=clock.now() + timedelta(minutes=1), batch=100)
    return {str(mail.id): f"{mail.subject}{mail.body}" for mail in Mail.objects.all()}


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.mark.parametrize("state", STATES)
def test_nothing_that_staff_write_for_staff_leaves_the_office(desk: Desk, state: str) -> None:
    case = case_full_of_secrets(desk, state)

    mails = mailed()
    read = walked(case) | mails

    leaks = {(where, what) for where, text in read.items() for what, word in SECRETS.items() if word in text}
    assert leaks == set()
    assert TOLD in read[f"get /status/{case.id}/messages/"]  # the walk reads what is there
    assert "髙橋" in read[f"get /filing/r/{case.id}/copy.pdf"]
    assert state in ("filed", "proposed") or mails
    assert state != "closed" or "髙橋" in read[f"get /status/{case.id}/letter.pdf"]


def test_the_words_are_there_to_be_found_at_the_desk(desk: Desk) -> None:
    case = case_full_of_secrets(desk, "in_review")
    browser = desk.browser("head")

    shown = "".join(text_of(browser.get(url_of(name, case))) for name in ("case", "case_contacts"))

    assert [what for what, word in SECRETS.items() if word not in shown] == []


def test_the_walk_goes_to_every_place_of_residents() -> None:
    names = {route.name for route in resident_routes()}

    assert {"status_page", "messages", "copy", "letter", "extension_letter", "correction"} <= names
    assert not any(route.address.startswith("/desk/case/") for route in resident_routes())
