"""What the room puts into the registers of `common`."""

from __future__ import annotations

from collections.abc import Sequence

from madoguchi.common import registers
from madoguchi.common.registers import DemoSize, PersonalData
from madoguchi.plan import sources

MODELS = (
    "Achievement",
    "AgendaItem",
    "DigitalService",
    "Fact",
    "Meeting",
    "MonthTotal",
    "NationalTable",
    "NationalValue",
    "PlanVersion",
    "Resolution",
    "SubjectYear",
    "Survey",
    "SystemAsset",
    "TypedValue",
    "UseEvidence",
)


def register() -> None:
    """Tell the registers; called once, when the rooms are loaded."""
    nobody = PersonalData(fields=(), purpose="", retention_days=None)
    for name in MODELS:
        registers.personal_data.add(f"plan.{name}", nobody)
    registers.demo.add("plan", _demo, order=60)
    sources.register()
    from madoguchi.plan import handlers  # noqa: F401  # it registers its jobs

    registers.file_owners.add("plan", _files)


def _demo(size: DemoSize) -> None:
    from madoguchi.plan import demo

    demo.load(size)


def _files(digests: Sequence[str]) -> set[str]:
    from madoguchi.plan.models import Achievement, Meeting

    proofs = Achievement.objects.filter(proof_digest__in=digests).values_list("proof_digest", flat=True)
    minutes = Meeting.objects.filter(minutes_digest__in=digests).values_list("minutes_digest", flat=True)
    return {*proofs, *minutes}
