"""Whatever is recorded, put right, withdrawn, settled and imported: figures equal a recount of the records."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.audit.models import AuditEntry
from madoguchi.organization.tests.factories import DepartmentFactory, staff_with
from madoguchi.plan import reading
from madoguchi.plan.actions import achievements as actions
from madoguchi.plan.actions import facts, importing, publishing
from madoguchi.plan.actions.achievements import Content
from madoguchi.plan.models import Achievement, Fact, MonthTotal, SubjectYear
from madoguchi.plan.queries import figures, plans

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PLAN = "morioka-2021-2025"
SEVENTEEN, TWENTY = (
    ("child-allowance", "resident-register"),
    ("child-allowance", "resident-register", "family-register"),
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NAMES = st.sampled_from(["甲", "乙", "ＡＥＤ 一覧", "aed一覧", "長" * 90 + "一", "長" * 90 + "二"])
DAYS = st.dates(date(2021, 3, 1), date(2026, 4, 30)) | st.dates(date(2023, 3, 28), date(2023, 4, 5))
SMALL = st.integers(0, 30)
DETAILS = {
    "workshop": st.fixed_dictionaries({"attendees": SMALL}),
    "policy": st.just({"data": "乗降数"}),
    "operation": st.just({}),
    "dataset": st.just({}),
    "priority_procedure": st.just({}),
    "card_procedure": st.just({}),
    "online_procedure": st.just({}),
    "procedure": st.fixed_dictionaries({"barred": st.booleans()}),
    "system": st.fixed_dictionaries({"system": st.sampled_from(TWENTY), "cloud": st.booleans()}),
    "hours": st.fixed_dictionaries({"minutes_before": SMALL, "minutes_after": SMALL, "cases": SMALL}),
    "training": st.fixed_dictionaries(
        {"people": st.lists(st.sampled_from("abcdef"), min_size=1, unique=True)}
    ),
    "security_training": st.fixed_dictionaries({"taken": st.integers(15, 30), "passed": st.integers(0, 15)}),
}
STOCKS = (
    "operation",
    "dataset",
    "priority_procedure",
    "card_procedure",
    "online_procedure",
    "procedure",
    "system",
)


@st.composite
def contents(draw, import_key: bool = False) -> Content:
    kind = draw(st.sampled_from(sorted(DETAILS)))
    day = draw(DAYS)
    lasts = kind in STOCKS and draw(st.booleans())
    return Content(
        kind=kind,
        happened_on=day,
        ended_on=day + timedelta(days=draw(st.integers(0, 900))) if lasts else None,
        department_code=draw(st.sampled_from(["digital", "school"])),
        title=draw(NAMES),
        place=draw(st.sampled_from(["", "本館"])),
        detail=draw(DETAILS[kind]),
        proof_reference=draw(st.sampled_from(["第1号", "第2号", "第3号", ""])),
        import_key=f"{kind}:{draw(st.integers(1, 4))}" if import_key else None,
    )


def a_file() -> st.SearchStrategy[list[Content]]:
    return st.lists(contents(import_key=True), min_size=2, max_size=8, unique_by=lambda one: one.import_key)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), contents()),
        st.tuples(st.just("change"), st.integers(0, 9), contents()),
        st.tuples(st.just("withdraw"), st.integers(0, 9)),
        st.tuples(st.just("settle"), st.integers(0, 9), st.booleans()),
        st.tuples(st.just("import"), a_file()),
    ),
    min_size=8,
    max_size=20,
)


def do(step: tuple[Any, ...], by: Any) -> None:
    """One thing a person does; what is refused changes nothing."""
    what: dict[str, Any] = {"by": by, "now": NOW}
    if step[0] == "record":
        actions.record_achievement(content=step[1], **what)
        return
    if step[0] == "import":
        for _twice in range(2):
            importing.import_achievements(contents=step[1], **what)
        return
    rows = list(Achievement.objects.order_by("id"))
    if not rows:
        return
    row = rows[step[1] % len(rows)]
    what |= {"achievement": row, "version": row.version}
    try:
        if step[0] == "change":
            if row.kind == step[2].kind:
                actions.change_achievement(content=step[2], **what)
        elif step[0] == "withdraw":
            actions.withdraw_achievement(reason="中止", **what)
        else:
            actions.settle_doubt(reason="別の実績", counts=step[2], **what)
    except (actions.Withdrawn, actions.ChangedMeanwhile):
        pass


def written(row: Achievement) -> str:
    """The title as everybody would write it."""
    return unicodedata.normalize("NFKC", row.title).casefold().replace(" ", "")


def recounted(day: date) -> dict[str, float | None]:
    """The figures by the words of the definitions, from the records alone."""
    start, year = date(2021, 4, 1), date(day.year - (day.month < 4), 4, 1)
    rows = [r for r in Achievement.objects.filter(state="counted") if r.happened_on <= day]

    def of(kind: str, since: date = start) -> list[Achievement]:
        return [r for r in rows if r.kind == kind and r.happened_on >= since]

    def in_force(kind: str) -> list[Achievement]:
        return [r for r in rows if r.kind == kind and (r.ended_on is None or r.ended_on >= day)]

    def names(kind: str) -> int | None:
        """None while nobody told anything of what is in force."""
        return len({written(r) for r in in_force(kind)}) if of(kind, date.min) else None

    def hours(since: date) -> float:
        minutes: list[int] = [
            (r.detail["minutes_before"] - r.detail["minutes_after"]) * r.detail["cases"]
            for r in of("hours", since)
        ]
        return sum(minutes) / 60

    told = {r.detail["system"] for r in of("system", date.min) if r.detail["cloud"]}
    systems = {r.detail["system"] for r in in_force("system") if r.detail["cloud"]}
    inventory = {written(r) for r in in_force("procedure") if not r.detail["barred"]}
    taken = sum(r.detail["taken"] for r in of("security_training", year))
    passed = sum(r.detail["passed"] for r in of("security_training", year))
    people = [person for r in of("training") for person in r.detail["people"]]
    return {
        "workshops": len(of("workshop")),
        "policies": len(of("policy")),
        "operations": names("operation"),
        "datasets": names("dataset"),
        "priority-procedures": names("priority_procedure"),
        "card-procedures": names("card_procedure"),
        "online-share": (
            len({written(r) for r in in_force("online_procedure")}) * 100 / len(inventory)
            if inventory and of("online_procedure", date.min)
            else None
        ),
        "core-systems-17": len(systems & set(SEVENTEEN)) if told & set(SEVENTEEN) else None,
        "core-systems-20": len(systems) if told else None,
        "hours-saved": hours(start),
        "hours-saved-year": hours(year),
        "training": len(people),
        "training-people": len(set(people)),
        "security-comprehension": passed * 100 / taken if taken else None,
    }


@pytest.fixture
def office():
    path = Path(reading.__file__).parent / "catalog" / f"{PLAN}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)
    DepartmentFactory(code="school")
    return staff_with("office", department=DepartmentFactory(code="digital"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, day=st.dates(date(2023, 3, 25), date(2026, 3, 31)))
def test_figures_equal_a_recount_of_the_records(office, steps, day):
    for model in (Achievement, Fact, MonthTotal, SubjectYear):
        model.objects.all().delete()

    for step in steps:
        do(step, office)

    plan, expected = plans.plan(PLAN), recounted(day)
    assert {
        name: figures.figure(plan, plan.indicator(name), day).value for name in expected
    } == pytest.approx(expected)
    assert all(facts.recount(source) == 0 for source in set(Fact.objects.values_list("source", flat=True)))
    assert not Achievement.objects.filter(state="counted", proof_reference="", proof_digest="").exists()
    assert AuditEntry.objects.exists()
