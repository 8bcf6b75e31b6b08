"""Between the inventory and the definitions: what is open here and stands in no entry, and what stands in several."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from madoguchi.procedures import queries as procedures
from madoguchi.procedures.inventory.desk_forms import Typed
from madoguchi.procedures.inventory.queries import named_definitions
from madoguchi.procedures.inventory.scope import Scope
from madoguchi.procedures.queries import Offer


@dataclass(frozen=True, slots=True)
class Missing:
    """An open procedure that no entry names; `address` leads to the form with what its definition says."""

    name: str
    address: str


def missing(scope: Scope) -> list[Missing]:
    """The open procedures of these departments that no entry of any department names, by reading: a few questions."""
    named = named_definitions()
    return [
        Missing(
            str(offer.definition.current_name),
            f"{reverse('procedures:inventory-new')}?{urlencode({'procedure': offer.procedure_id})}",
        )
        for offer in procedures.offers()
        if offer.is_open and offer.procedure_id not in named and _is_theirs(offer, scope)
    ]


def typed_of(procedure_id: str, scope: Scope) -> Typed:
    """What the definition of a procedure says for the form of a new entry; nothing where it is not theirs."""
    offer = procedures.current(procedure_id)
    if offer is None or not _is_theirs(offer, scope):
        return {}
    definition = offer.definition
    has_fee = definition.fee.yen or definition.fee.expression
    typed = {
        "name": str(definition.title),
        "kind": "1",
        "department_code": scope.charge(definition.department, offer.procedure_id),
        "fee": "2" if has_fee else "1",
        "procedure_id": offer.procedure_id,
    }
    if definition.law:
        typed |= {"law": definition.law[0].name, "article": definition.law[0].article}
    return typed


def _is_theirs(offer: Offer, scope: Scope) -> bool:
    return scope.holds(offer.definition.department, offer.procedure_id)
