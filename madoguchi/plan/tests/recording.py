"""Achievements as people record them, for tests: a workshop with its proof, by hand or by file."""

from __future__ import annotations

from datetime import date
from typing import Any

from madoguchi.identity.models import Staff
from madoguchi.plan.actions import achievements, importing
from madoguchi.plan.actions.achievements import Content
from madoguchi.plan.models import Achievement
from madoguchi.plan.tests.factories import NOW


def content(**fields: Any) -> Content:
    """What somebody fills in for a workshop."""
    values: dict[str, Any] = {
        "kind": "workshop",
        "happened_on": date(2024, 5, 10),
        "department_code": "digital",
        "title": "スマートフォン講座",
        "place": "中央公民館",
        "detail": {"attendees": 12},
        "proof_reference": "盛情企第1号",
    }
    return Content(**values | fields)


def record(by: Staff, **fields: Any) -> Achievement:
    """A workshop recorded by hand."""
    return achievements.record_achievement(content=content(**fields), by=by, now=NOW)


def imported(by: Staff, *contents: Content) -> importing.Imported:
    """What a file of achievements brought."""
    return importing.import_achievements(contents=list(contents), by=by, now=NOW)
