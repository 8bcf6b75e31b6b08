"""Published procedures for tests."""

from functools import cache
from pathlib import Path
from typing import Any

from madoguchi.common import clock
from madoguchi.procedures import actions
from madoguchi.procedures.models import Closing, InventoryEntry, Procedure, ProcedureVersion

ROOM = Path(__file__).resolve().parents[1]


@cache
def source_of(name: str) -> str:
    """The YAML of a definition of the catalogue or of the samples."""
    for folder in ("catalog", "samples"):
        path = ROOM / folder / f"{name}.yaml"
        if path.exists():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(name)


def publish(name: str = "residence_certificate") -> ProcedureVersion:
    """Publish a definition as two people do."""
    return actions.publish(
        source=source_of(name), by="test:author", approved_by="test:second", now=clock.now()
    )


def ProcedureVersionFactory(**changes: Any) -> ProcedureVersion:
    """A published version of the reference procedure."""
    if not changes:
        return publish()
    version = publish()
    values = {f.attname: getattr(version, f.attname) for f in version._meta.concrete_fields if f.name != "id"}
    return ProcedureVersion.objects.create(**(values | {"number": version.number + 1} | changes))


def ProcedureFactory() -> Procedure:
    """The reference procedure, offered today."""
    return Procedure.objects.get(id=publish().procedure_id)


def ClosingFactory() -> Closing:
    """The running closing of the reference procedure."""
    procedure = ProcedureFactory()
    actions.close(procedure_id=procedure.id, by="test:author", now=clock.now())
    return Closing.objects.get(procedure=procedure, reopened_at=None)


def InventoryEntryFactory(**changes: Any) -> InventoryEntry:
    """A procedure of the inventory that is on paper only."""
    values = {"name": "合成手続の申請", "law": "合成条例", "kind": "1", "department_code": "citizens"}
    return InventoryEntry.objects.create(**(values | changes))
