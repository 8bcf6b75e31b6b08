"""What the room puts into the registers of `common`."""

from __future__ import annotations

from collections.abc import Sequence

from madoguchi.common import registers
from madoguchi.common.registers import DemoSize, PersonalData
from madoguchi.plan import sources

# Who took part in training stands here as a digest under a key: counted, and read back by nobody.
ATTENDANCE = "研修の延べ人数と実人数を数える（職員番号は、もとに戻せない形で持つ）"
PEOPLE = {"Achievement": "detail", "Fact": "subject", "SubjectYear": "subject"}


def register() -> None:
    """Tell the registers; called once, when the rooms are loaded."""
    from madoguchi.plan import handlers, models  # noqa: F401  # the handlers register themselves

    for name in models.__all__:
        fields = (PEOPLE[name],) if name in PEOPLE else ()
        held = PersonalData(fields=fields, purpose=ATTENDANCE if fields else "", retention_days=None)
        registers.personal_data.add(f"plan.{name}", held)
    registers.demo.add("plan", _demo, order=60)
    sources.register()
    registers.file_owners.add("plan", _files)


def _demo(size: DemoSize) -> None:
    from madoguchi.plan import demo

    demo.load(size)


def _files(digests: Sequence[str]) -> set[str]:
    from madoguchi.plan.models import Achievement, Meeting
    from madoguchi.plan.queries import desk_imports

    proofs = Achievement.objects.filter(proof_digest__in=digests).values_list("proof_digest", flat=True)
    minutes = Meeting.objects.filter(minutes_digest__in=digests).values_list("minutes_digest", flat=True)
    return {*proofs, *minutes, *desk_imports.kept(set(digests))}
