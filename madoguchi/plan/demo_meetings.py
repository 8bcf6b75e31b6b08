"""The office's meetings in the demo city: two a year, what they decided and what came of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from madoguchi.common import clock, kernel
from madoguchi.common.files.configured import configured
from madoguchi.common.ids import id_at
from madoguchi.common.registers import DemoSize
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role
from madoguchi.plan import desk_minutes
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.queries import figures, plans

PLAN = "morioka-2021-2025"
SUBJECTS = (
    ("講座の開催状況", "3-3", "workshops", "各地区の公民館で講座を月1回開く（見本）", 6.0),
    ("研修の受講状況", "3-2", "training", "係長級の研修を必修にする（見本）", 80.0),
    ("手続のオンライン化", "1-1", "online-share", "件数の多い10手続の様式を見直す（見本）", 5.0),
    ("AI-OCR・RPAの利用", "2-2", "operations", "効果の高い業務を3つ選んで試す（見本）", 3.0),
    ("オープンデータの公開", "1-3", "datasets", "各課のデータを一覧にして公開する（見本）", 2.0),
)


def load(size: DemoSize) -> None:
    """Store meetings, resolutions and closed minutes."""
    by = organization.staff_with_role("digital", Role.OFFICE, clock.today())[0]
    rng = Random(f"meetings {size.seed}")  # noqa: S311  # nothing secret: the same seed gives the same city
    plan = plans.plan(PLAN)
    store, _scanner = configured()
    for number in range(1, 11):
        held_on = date(2021 + (number - 1) // 2, 6 if number % 2 else 12, 3)
        at = datetime(held_on.year, held_on.month, held_on.day, 5, tzinfo=clock.TOKYO)
        meeting = Meeting(
            id=_id(at, rng),
            plan_id=PLAN,
            number=number,
            held_on=held_on,
            place="本館7階 会議室",
            chair="副市長",
            present="情報企画課\n総務課\n市民登録課\n長寿社会課",
            state="held",
            created_by=by,
            created_at=at,
        )
        unit = kernel.Unit()
        unit.insert(meeting)
        for position in (1, 2):
            title, measure, indicator_id, text, change = SUBJECTS[(number + position) % len(SUBJECTS)]
            item = AgendaItem(
                id=_id(at, rng),
                meeting=meeting,
                position=position,
                title=title,
                measure_id=measure,
                minutes="現状の数値を確認し、遅れている理由を話し合った。（見本）",
            )
            unit.insert(item)
            due_on = held_on + timedelta(days=150)
            indicator = plan.indicator(indicator_id)
            done = number < 10 or position == 1
            unit.insert(
                Resolution(
                    id=_id(at, rng),
                    item=item,
                    text=text,
                    owner_department_code="elderly" if measure == "3-3" else "digital",
                    due_on=due_on,
                    indicator_id=indicator_id,
                    value_before=figures.figure(plan, indicator, held_on).value,
                    expected_change=change,
                    state="done" if done else "open",
                    result="予定どおり行った。（見本）" if done else "",
                    value_after=figures.figure(plan, indicator, due_on).value if done else None,
                    finished_at=at + timedelta(days=150) if done else None,
                )
            )
        kernel.commit(unit)
        kept = store.put(desk_minutes.paper(meeting, issued_at=at).render())
        close = kernel.Unit()
        closed = {"state": "closed", "minutes_digest": kept.digest, "version": 2}
        close.update(Meeting, where={"id": meeting.id, "version": 1}, set=closed)
        kernel.commit(close)


def _id(at: datetime, rng: Random) -> UUID:
    return id_at(int(at.timestamp() * 1000), rng.getrandbits(80))
