"""The work of `bench.plan`, in a process with the city's settings; prints one line of JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from madoguchi.config.commands import start_django

FACTS = 1_000_000
YEARS = 10
TOLD = 100
LOOKS = 40
IMPORTED = 100_000
# One indicator of each kind of counting over a million facts: count, distinct, in force, share of what is in force.
LARGE = ("training", "training-people", "operations", "online-share")


def main() -> None:
    """Fill, count anew, tell, look."""
    start_django()
    from django.test import Client

    from madoguchi.common import clock, kernel, registers
    from madoguchi.common.registers import Happening
    from madoguchi.plan import desk_review
    from madoguchi.plan.actions import facts, publishing
    from madoguchi.plan.models import Fact
    from madoguchi.plan.queries import figures, plans, review

    catalog = Path(publishing.__file__).parents[1] / "catalog"
    for path in sorted(catalog.glob("*.yaml")):
        publishing.publish(source=path.read_text(encoding="utf-8"), by="bench", now=clock.now())
    first = date(2016, 4, 1)
    _fill(Fact, "training", FACTS, first)
    # What is in force, and a share of it: a million facts each, every third with an end.
    _fill(Fact, "operations", FACTS, first, subjects=FACTS, lasting=900)
    _fill(Fact, "online-procedures", FACTS // 2, first, subjects=FACTS // 2, lasting=900)
    _fill(Fact, "procedures", FACTS // 2, first, subjects=FACTS // 2, lasting=900)
    large = ("training", "operations", "online-procedures", "procedures")
    for entry in registers.indicators:
        if entry.name not in large:
            _fill(Fact, entry.name, 2000, first)
        facts.recount(entry.name)
    started = time.process_time()
    wrong = facts.recount("training")
    recount = time.process_time() - started

    def tell(number: int) -> None:
        one = Happening(key=f"new {number}", on=date(2025, 5, 1 + number % 28), subject=f"p{number % 700}")
        facts.open_months("training", [one])
        unit = kernel.Unit()
        facts.tell(unit, "training", [one])
        kernel.commit(unit)

    plan = plans.plan("morioka-2021-2025")
    day = date(2025, 8, 17)
    anew = {one: _anew(figures, plan, plan.indicator(one), day) for one in LARGE}
    _shrink(Fact, facts, large[1:])

    imported = _import_twice()

    client = Client(headers={"accept-language": "ja"})

    def look(number: int) -> None:
        assert client.get("/plan/?as_of=2025-08-17").status_code == 200

    started = time.perf_counter()
    papers = [desk_review.paper(sheet).render() for sheet in review.sheets(plan, 2024, clock.today())]
    report = time.perf_counter() - started
    assert len(papers) == 9
    look(0)
    told, looks = _times(tell, TOLD), _times(look, LOOKS)
    print(
        json.dumps(
            {
                "facts": FACTS,
                "recount_s": round(recount, 2),
                "wrong_totals": wrong,
                "anew_s": anew,
                "import": imported,
                "report_s": round(report, 2),
                "tell_p50_ms": told[len(told) // 2],
                "tell_p95_ms": told[int(len(told) * 0.95)],
                "scoreboard_p50_ms": looks[len(looks) // 2],
                "scoreboard_p95_ms": looks[int(len(looks) * 0.95)],
            }
        )
    )


def _import_twice() -> dict[str, float]:
    """A file of achievements read, looked at, imported, and imported again: seconds, and what is counted then."""
    from madoguchi.common import clock, registers
    from madoguchi.common.registers import DemoSize
    from madoguchi.identity.models import Staff
    from madoguchi.plan.actions import importing
    from madoguchi.plan.desk_kinds import BY_ID
    from madoguchi.plan.forms import desk_import
    from madoguchi.plan.forms.desk_choices import choices_of
    from madoguchi.plan.models import Achievement

    for entry in registers.demo:
        if entry.name in ("identity", "organization"):
            entry.value(DemoSize(residents=10, applications=0, seed=1))
    staff = Staff.objects.get(login="office")
    kind = BY_ID["workshop"]
    names = list(desk_import.columns(kind))
    lines = [",".join(names)]
    for n in range(IMPORTED):
        day = date(2021, 4, 1) + timedelta(days=n % 1800)
        known = {
            "取込番号": str(n),
            "講座の名称": f"講座{n}",
            "開催日": day.isoformat(),
            "部署コード": "digital",
        }
        known |= {"場所": "本館", "参加者の数": "12", "文書番号、または書類のある場所": f"第{n}号"}
        lines.append(",".join(known.get(name, "") for name in names))
    before = Achievement.objects.filter(state="counted").count()
    taken: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        found = work()
        taken[name] = round(time.perf_counter() - started, 1)
        return found

    what: dict[str, Any] = {"by": staff, "now": clock.now()}
    today = clock.today()
    data = "\n".join(lines).encode()
    read = timed(
        "read_s", lambda: desk_import.read(kind, data, choices=choices_of(staff, today=today), today=today)
    )
    assert not read.findings, read.findings[:3]
    timed("look_s", lambda: importing.preview(contents=read.contents, **what))
    timed("first_s", lambda: importing.import_achievements(contents=read.contents, **what))
    timed("again_s", lambda: importing.import_achievements(contents=read.contents, **what))
    return taken | {"rows": IMPORTED, "counted": Achievement.objects.filter(state="counted").count() - before}


def _anew(figures: Any, plan: Any, indicator: Any, day: date) -> dict[str, float]:
    """CPU seconds for the value of a day, and for its course by months."""
    started = time.process_time()
    figures.figure(plan, indicator, day)
    value = time.process_time() - started
    figures.series(plan, indicator, day)
    return {"value": round(value, 2), "course": round(time.process_time() - started - value, 2)}


def _shrink(model: Any, facts: Any, sources: tuple[str, ...]) -> None:
    """Leave of what is in force as much as a city has (2,000), for the looks at the scoreboard."""
    for source in sources:
        kept = list(model.objects.filter(source=source).order_by("id").values_list("id", flat=True)[:2000])
        model.objects.filter(source=source).exclude(id__in=kept).delete()
        facts.recount(source)


def _fill(model: Any, source: str, count: int, first: date, *, subjects: int = 700, lasting: int = 0) -> None:
    """`lasting`: every third fact ends so many days after it began."""
    days = 365 * YEARS
    rows = (
        model(
            source=source,
            key=str(n),
            on=first + timedelta(days=n * 7919 % days),
            until=first + timedelta(days=n * 7919 % days + lasting) if lasting and n % 3 == 0 else None,
            subject=f"p{n % subjects}",
            department_code=f"d{n % 30}",
            label="計測",
        )
        for n in range(count)
    )
    model.objects.bulk_create(rows, batch_size=5000)


def _times(work: Callable[[int], None], count: int) -> list[float]:
    taken = []
    for number in range(count):
        started = time.perf_counter()
        work(number)
        taken.append(round((time.perf_counter() - started) * 1000, 1))
    return sorted(taken)


if __name__ == "__main__":
    main()
