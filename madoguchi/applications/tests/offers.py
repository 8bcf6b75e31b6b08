"""Procedures that are offered, written straight into the tables: the checks of publishing have tests of their own."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from madoguchi.procedures import queries as procedures
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.models import Procedure, ProcedureVersion
from madoguchi.procedures.tests.factories import ROOM, source_of

LONG_AGO = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)


def offer(name: str = "residence_certificate", **keys: Any) -> Definition:
    """Offer a definition of the catalogue or the samples to residents, with `keys` of its source replaced."""
    source = source_of(name)
    if keys:
        source = yaml.safe_dump({**yaml.safe_load(source), **keys}, allow_unicode=True, sort_keys=False)
    return offer_source(source)


def offer_source(source: str) -> Definition:
    """Offer this source as the newest version of its procedure."""
    compiled = _compiled(source)
    procedure = Procedure.objects.select_related("current").filter(id=compiled.id).first()
    number = procedure.current.number + 1 if procedure else 1
    # The same source has the same id in every test, so that it is compiled once per run.
    version_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{compiled.digest}:{number}")
    version = ProcedureVersion.objects.create(
        id=version_id,
        procedure_id=compiled.id,
        number=number,
        source=source,
        digest=compiled.digest,
        department_code=compiled.department,
        published_at=LONG_AGO,
        published_by="test:author",
        approved_by="test:second",
    )
    if procedure is None:
        Procedure.objects.create(id=compiled.id, current=version)
    else:
        Procedure.objects.filter(id=compiled.id).update(current=version, version=procedure.version + 1)
    return procedures.definition_of(version_id)


def small(*sections: dict[str, Any], **keys: Any) -> Definition:
    """Offer the reference procedure with other questions."""
    return offer(sections=list(sections), fee={"yen": 0}, texts={}, **keys)


def section(section_id: str, *questions: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A section titled by its id."""
    return {"id": section_id, "title": section_id, "questions": list(questions), **keys}


def asked(question_id: str, kind: str = "text", **keys: Any) -> dict[str, Any]:
    """A question labelled by its id."""
    return {"id": question_id, "kind": kind, "label": question_id, **keys}


@cache
def _compiled(source: str) -> Definition:
    return compile_source(source)


@cache
def sample(name: str) -> Any:
    """A filing of the samples: `answers`, `today`, `expect`."""
    return json.loads((Path(ROOM) / "samples" / f"{name}.json").read_text(encoding="utf-8"))
