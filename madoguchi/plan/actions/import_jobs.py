"""Large files of achievements: imported by a job from what was read, so that nobody waits before a white page."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from madoguchi.audit import actions as audit
from madoguchi.common import clock, jobs, kernel
from madoguchi.common.files.configured import configured
from madoguchi.common.files.store import NotStored
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan.actions.achievements import Content
from madoguchi.plan.actions.importing import import_achievements
from madoguchi.plan.queries.desk_imports import JOB, about_of


def keep(contents: Sequence[Content]) -> str:
    """Put what was read into the store until its job is done: staff numbers are digests in it. Returns its address."""
    store, _scanner = configured()
    return store.put(_packed(contents)).digest


def begin_import(*, import_id: UUID, digest: str, kind: str, rows: int, by: Staff, now: datetime) -> None:
    """Have what was kept imported; pressed twice it is imported once."""
    unit = kernel.Unit()
    payload = {"import": str(import_id), "digest": digest, "by": str(by.id)}
    unit.job(JOB, payload, key=f"{JOB}:{import_id}")
    detail = {"kind": kind, "rows": rows}
    audit.record(
        unit,
        actor=by.actor,
        act="achievement.import_begun",
        subject=about_of(import_id),
        now=now,
        detail=detail,
    )
    kernel.commit(unit)


def run_import(payload: Mapping[str, Any]) -> None:
    """Import what was kept, once or again without harm. Raises `jobs.Dead` where no further attempt can help."""
    store, _scanner = configured()
    try:
        with store.open(payload["digest"]) as stored:
            contents = list(_unpacked(stored.read()))
        by = Staff.objects.get(id=payload["by"], active=True)
        about = about_of(UUID(payload["import"]))
        import_achievements(contents=contents, by=by, now=clock.now(), about=about)
    except (NotStored, Staff.DoesNotExist, NotAllowed) as error:
        raise jobs.Dead(type(error).__name__) from None


def _packed(contents: Sequence[Content]) -> bytes:
    lines = (json.dumps(asdict(one), ensure_ascii=False, default=date.isoformat) for one in contents)
    return gzip.compress("\n".join(lines).encode(), mtime=0)


def _unpacked(data: bytes) -> Iterator[Content]:
    for line in gzip.decompress(data).decode().split("\n"):
        values = json.loads(line)
        for name in ("happened_on", "ended_on"):
            values[name] = date.fromisoformat(values[name]) if values[name] else None
        yield Content(**values)
