"""Rows for tests that need an audit record."""

from typing import Any

from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock


def AuditEntryFactory(**changes: Any) -> AuditEntry:
    """Somebody of the staff looked at an application."""
    values = {"at": clock.now(), "actor": "staff:1", "act": "read", "subject": "application:1"}
    return AuditEntry.objects.create(**(values | changes))
