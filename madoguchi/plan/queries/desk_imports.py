"""How far the import of a file is, as its audit record and its job tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from madoguchi.audit.models import AuditEntry
from madoguchi.common.models import Job, JobState

JOB = "plan.import_achievements"


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows of the file, rows looked at, and what came of them; `state` is that of the job."""

    kind: str
    rows: int
    done: int
    new: int
    changed: int
    state: str

    @property
    def same(self) -> int:
        """Rows that were there already as they are."""
        return max(0, self.done - self.new - self.changed)


def about_of(import_id: UUID) -> str:
    """The subject of an import in the audit record."""
    return f"import:{import_id}"


def progress(import_id: UUID) -> Progress | None:
    """How far an import is; None when nobody began it."""
    entries = list(AuditEntry.objects.filter(subject=about_of(import_id)).order_by("at"))
    begun = next((e.detail for e in entries if e.act == "achievement.import_begun"), None)
    if begun is None:
        return None
    batches = [e.detail for e in entries if e.act == "achievement.imported"]
    job = Job.objects.filter(key=f"{JOB}:{import_id}").first()
    state = job.state if job is not None else JobState.DONE  # done ones are forgotten after a week
    done = begun["rows"] if state == JobState.DONE else _most(batches)
    return Progress(
        kind=begun["kind"],
        rows=begun["rows"],
        done=done,
        new=sum(batch["new"] for batch in batches),
        changed=sum(batch["changed"] for batch in batches),
        state=state,
    )


def kept(digests: set[str]) -> set[str]:
    """Which of these files an import that is not done still needs."""
    waiting = Job.objects.filter(kind=JOB).exclude(state=JobState.DONE)
    return digests & {payload["digest"] for payload in waiting.values_list("payload", flat=True)}


def _most(batches: list[dict[str, Any]]) -> int:
    return max((batch["done"] for batch in batches), default=0)
