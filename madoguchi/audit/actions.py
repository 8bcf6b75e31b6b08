"""Writing the record: an entry rides in the unit of the act it records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from madoguchi.audit.models import AuditEntry
from madoguchi.common import kernel


def record(
    unit: kernel.Unit,
    *,
    actor: str,
    act: str,
    subject: str,
    now: datetime,
    purpose: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add the entry of an act to its unit: both are written or neither is."""
    unit.insert(entry(actor=actor, act=act, subject=subject, now=now, purpose=purpose, detail=detail))


def entry(
    *,
    actor: str,
    act: str,
    subject: str,
    now: datetime,
    purpose: str = "",
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """The entry of an act, to be written with what it tells of."""
    return AuditEntry(
        at=now, actor=actor, act=act, subject=subject, purpose=purpose, detail=dict(detail or {})
    )


def record_read(
    *, actor: str, subject: str, now: datetime, purpose: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Record that staff looked at personal data; the page is shown only after this is durable."""
    unit = kernel.Unit()
    record(unit, actor=actor, act="read", subject=subject, now=now, purpose=purpose, detail=detail)
    kernel.commit(unit)
