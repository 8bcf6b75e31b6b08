"""A procedure whose decisions go through a chain, with the people of it."""

from __future__ import annotations

from typing import Any

import yaml

from madoguchi.applications.models import Application, Consultation, Decision
from madoguchi.applications.tests.desks import Desk, open_desk
from madoguchi.applications.tests.factories import CLAIM, ApplicationFactory
from madoguchi.applications.tests.offers import offer_source
from madoguchi.common import yaml_source
from madoguchi.organization.models import Department
from madoguchi.organization.tests.factories import DepartmentFactory, staff_with
from madoguchi.procedures.models import Procedure
from madoguchi.procedures.tests.factories import source_of

TAX, WELFARE = "property-tax", "welfare"


def offer_chain(*approvals: dict[str, Any], addition: str = "", sender: str = "") -> None:
    """Offer 児童手当 with these lines of `approval`; `addition`: words its letter leaves to the drafter."""
    source = yaml_source.read(source_of(CLAIM)).data
    plain = {"when": "all", "drafter": "officer", "approver": "approver"}
    source["workflow"]["approval"] = [plain | one for one in approvals]
    if addition:
        source["outputs"]["notices"][0]["addition"] = {"label": "付記", "text": addition}
    if sender:
        source["outputs"]["sender"] = sender
    offer_source(yaml.safe_dump(source, allow_unicode=True, sort_keys=False))


def consult(department: str = TAX, **more: Any) -> dict[str, Any]:
    """One line of `consult`."""
    return {"department": department, "role": "head", "post": "課長", "days": 3} | more


def chained_desk(*approvals: dict[str, Any], **more: str) -> Desk:
    """The desk of 児童手当 with its chain, and the heads of the two departments that may be consulted."""
    offer_chain(*approvals, **more)
    desk = open_desk()
    for who, code, name, person in (
        ("tax", TAX, "資産税課", "伊藤 税"),
        ("welfare", WELFARE, "地域福祉課", "渡辺 福"),
    ):
        department = Department.objects.filter(code=code).first() or DepartmentFactory(code=code, name=name)
        desk.people[who] = staff_with("head", department=department, display_name=person)
    return desk


def proposed(desk: Desk, **fields: Any) -> Application:
    """A case of the newest version whose decision its officer has proposed."""
    version = Procedure.objects.select_related("current").get(id="child-allowance-claim").current
    return ApplicationFactory(proposed=True, officer=desk["officer"], procedure_version=version, **fields)


def proposal_of(case: Application) -> Decision:
    """The proposal that waits."""
    return case.decisions.get(decided_at=None, sent_back_at=None)


def asked_of(case: Application) -> list[Consultation]:
    """The consultations of its newest proposal as they stand, in their order."""
    newest = case.decisions.order_by("-proposed_at").first()
    return list(Consultation.objects.filter(decision=newest, replaced_at=None).order_by("position"))
