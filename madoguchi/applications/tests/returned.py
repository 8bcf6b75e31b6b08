"""Cases that wait for a correction, for the tests of residents' answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from madoguchi.applications import actions
from madoguchi.applications.actions.review import Item
from madoguchi.applications.models import Application
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.tests.factories import DraftFactory, department_of, somebody
from madoguchi.applications.tests.offers import small
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.common import clock
from madoguchi.identity.models import Staff
from madoguchi.procedures.models import Procedure

REASON = "household_differs"


def filed(answers: dict[str, Any], *sections: dict[str, Any], **keys: Any) -> Application:
    """A filing of a small procedure with these sections."""
    definition = small(*sections, **keys)
    version = Procedure.objects.select_related("current").get(id=definition.id).current
    department_of(version)
    draft = DraftFactory(procedure_version=version, answers=answers)
    return actions.file_draft(draft=draft, now=clock.now())


def officer_of(application: Application) -> Staff:
    """Who handles the case."""
    return somebody("officer", department_of(application.procedure_version))


def send_back_to_resident(application: Application, *targets: str, message: str = "") -> Application:
    """Ask for these questions (`name`, `group/m1/name`) and documents (`doc:card`) to be put right."""
    items = [
        Item("document", target.removeprefix("doc:"), REASON)
        if target.startswith("doc:")
        else Item("question", target, REASON, "よく見てください。")
        for target in targets
    ]
    officer = officer_of(application)
    if application.status == "filed":
        actions.take(application=application, by=officer, now=clock.now())
    actions.return_for_correction(
        application=application,
        items=items,
        answer_by_on=clock.today() + timedelta(days=14),
        message=message,
        by=officer,
        now=clock.now(),
    )
    return application


def looking_at(application: Application, visitor: Visitor | None = None) -> tuple[Visitor, Page]:
    """The status page, opened by number and secret."""
    visitor = visitor or Visitor()
    fields = {"number": application.receipt_number, "secret": receipt_secret(application.id)}
    return visitor, visitor.send(visitor.open("/status/"), fields)
