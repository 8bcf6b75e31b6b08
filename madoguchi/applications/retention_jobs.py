"""What the worker does for retention: run approved disposals, remove the contents nobody refers to any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from madoguchi.applications import erasing, queries
from madoguchi.applications.actions import disposal
from madoguchi.applications.handlers import FILE_GRACE
from madoguchi.common import jobs, kernel
from madoguchi.common.files.configured import configured


@jobs.handler(disposal.RUN)
def run_disposal(payload: Mapping[str, Any]) -> None:
    """Erase what a head has approved."""
    disposal.run_disposal(UUID(payload["disposal"]))


@jobs.handler(erasing.FINISH)
def finish_erasure(payload: Mapping[str, Any]) -> None:
    """Remove what an erased case had in the store, and what came in the very moment.

    Content that another case refers to stays. What was put in within a day before may belong to a row that is still
    being written: it is left for the next day, and then for the sweep.
    """
    erasing.erase_what_came_late(UUID(payload["case"]))
    since = datetime.fromisoformat(payload["since"])
    store, _scanner = configured()
    left = []
    for digest in payload["digests"]:
        if queries.referenced([digest]):
            continue
        store.delete_unless_put_since(digest, since - FILE_GRACE)
        if store.exists(digest):
            left.append(digest)
    if left and not payload.get("again"):
        later = since + 2 * FILE_GRACE
        unit = kernel.Unit()
        again = {"case": payload["case"], "digests": left, "since": later.isoformat(), "again": True}
        unit.job(erasing.FINISH, again, run_at=later, key=f"{erasing.FINISH}:{payload['case']}")
        kernel.commit(unit)
