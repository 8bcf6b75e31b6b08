"""Values on their way through an archive."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import models

from madoguchi.common.backup import records


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (models.UUIDField(), UUID("0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee")),
        (models.DateTimeField(), datetime(2026, 11, 23, 15, 4, 5, 678901, tzinfo=UTC)),
        (models.DateField(), date(1989, 1, 7)),
        (models.TimeField(), time(8, 30, 0, 1)),
        (models.DurationField(), timedelta(days=-3, seconds=5, microseconds=1)),
        (models.DecimalField(max_digits=30, decimal_places=10), Decimal("12345678901234567890.0123456789")),
        (models.BigIntegerField(), 2**63 - 1),
        (models.FloatField(), 0.1),
        (models.BooleanField(), True),
        (models.TextField(), "𠮷\x01\ud842\u2028"),
        (models.JSONField(), {"a": [1, None, "髙"], "b": 10**30}),
        (models.CharField(max_length=9), None),
    ],
)
def test_a_value_comes_back_as_it_was(field: models.Field[Any, Any], value: object) -> None:
    line = json.dumps([value], default=records._plain)

    assert field.to_python(json.loads(line)[0]) == value


def test_bytes_come_back_as_they_were() -> None:
    line = json.dumps([b"\x00\xff"], default=records._plain)

    assert bytes(models.BinaryField().to_python(json.loads(line)[0])) == b"\x00\xff"


def test_a_value_without_a_plain_form_is_not_written_as_something_else() -> None:
    with pytest.raises(TypeError, match="object"):
        json.dumps([object()], default=records._plain)


def test_every_table_of_the_product_is_backed_up() -> None:
    assert {"common.Job", "audit.AuditEntry", "sessions.Session"} <= {t.model for t in records.tables()}
