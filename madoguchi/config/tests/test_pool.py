"""The connections that web processes share."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from madoguchi.config import environment


@pytest.mark.django_db
def test_the_pool_hands_out_no_connection_that_the_server_has_ended(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no pool")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@host/name")
    described: Any = environment.database(pooled=True)
    pooled = connection.copy("pooled")
    pooled.settings_dict |= {name: described[name] for name in ("OPTIONS", "CONN_HEALTH_CHECKS")}
    try:
        with pooled.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        pooled.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

        with pooled.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
    finally:
        pooled.close()
        pooled.close_pool()  # type: ignore[attr-defined]
