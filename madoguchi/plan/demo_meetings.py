"""The office's meetings in the demo city: two a year, what they decided and what came of it; all of it a sample."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from madoguchi.common import clock, kernel
from madoguchi.common.files.configured import configured
from madoguchi.common.ids import id_at
from madoguchi.common.registers import DemoSize
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role
from madoguchi.plan import desk_minutes
from madoguchi.plan.definition import Plan
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.queries import figures, plans
from madoguchi.plan.queries import meetings as queries
from madoguchi.plan.rules import meetings as rules

PLAN = "morioka-2021-2025"
MEETINGS = 10
POINTS = 2  # new ones a meeting
DAYS_DUE, DAYS_ON_TIME, DAYS_LATE = 150, 140, 260
LAST_DUE = date(2027, 3, 31)
PRESENT = "情報企画課\n総務課\n市民登録課\n長寿社会課"
NEW = "現状の数値を確認し、遅れている理由を話し合った。（見本）"
CARRIED = "期限を過ぎた理由を聞き、次の会議までに終えることを確認した。（見本）"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a meeting talks about and decides."""

    title: str
    measure_id: str
    indicator_id: str
    text: str
    change: float
    department: str
    result: str


SUBJECTS = (
    Subject(
        "講座の開催状況",
        "3-3",
        "workshops",
        "各地区の公民館で講座を月1回開く（見本）",
        6.0,
        "elderly",
        "地区の団体と日程を決め、予定どおり開いた。（見本）",
    ),
    Subject(
        "研修の受講状況",
        "3-2",
        "training",
        "係長級の研修を必修にする（見本）",
        80.0,
        "digital",
        "要綱を改め、年度のはじめに受講者を決めた。（見本）",
    ),
    Subject(
        "手続のオンライン化",
        "1-1",
        "online-share",
        "件数の多い10手続の様式を見直す（見本）",
        5.0,
        "digital",
        "押印と対面の定めを見直し、7手続を公開した。（見本）",
    ),
    Subject(
        "AI-OCR・RPAの利用",
        "2-2",
        "operations",
        "効果の高い業務を3つ選んで試す（見本）",
        3.0,
        "digital",
        "3つの業務で試し、2つを本番で使い始めた。（見本）",
    ),
    Subject(
        "オープンデータの公開",
        "1-3",
        "datasets",
        "各課のデータを一覧にして公開する（見本）",
        2.0,
        "digital",
        "一覧を公開し、機械で読める形式に改めた。（見本）",
    ),
)
DROPPED = "国の共通のしくみに含まれたため、市だけでは行わない。（見本）"


def load(size: DemoSize) -> None:
    """Store meetings, resolutions and closed minutes."""
    by = organization.staff_with_role("digital", Role.OFFICE, clock.today())[0]
    rng = Random(f"meetings {size.seed}")  # noqa: S311  # nothing secret: the same seed gives the same city
    plan = plans.plan(PLAN)
    for number in range(1, MEETINGS + 1):
        held_on = date(2021 + (number - 1) // 2, 6 if number % 2 else 12, 3)
        _finish_until(held_on, plan)
        _close(_meet(number, held_on, plan, by, rng))
    _finish_until(plan.ends_on, plan)


def _meet(number: int, held_on: date, plan: Plan, by: Staff, rng: Random) -> Meeting:
    """A meeting with what was still open on its day, two new points, and what was decided on them."""
    at = _moment(held_on)
    meeting = Meeting(
        id=_id(at, rng),
        plan_id=PLAN,
        number=number,
        held_on=held_on,
        place="本館7階 会議室",
        chair="副市長",
        present=PRESENT,
        state="held",
        created_by=by,
        created_at=at,
    )
    unit = kernel.Unit()
    unit.insert(meeting)
    carried = rules.carried_over(queries.left_open(PLAN, held_on), ())
    for position, one in enumerate(carried, 1):
        point = _point(meeting, position, f"継続：{one.text}", one.measure_id, CARRIED, rng)
        point.carried_from_id = one.id
        unit.insert(point)
    for new in range(POINTS):
        subject = SUBJECTS[(number * POINTS + new) % len(SUBJECTS)]
        position = len(carried) + new + 1
        point = _point(meeting, position, subject.title, subject.measure_id, NEW, rng)
        unit.insert(point)
        unit.insert(_decided(point, subject, new, plan, rng))
    kernel.commit(unit)
    return meeting


def _point(
    meeting: Meeting, position: int, title: str, measure_id: str, minutes: str, rng: Random
) -> AgendaItem:
    return AgendaItem(
        id=_id(meeting.created_at, rng),
        meeting=meeting,
        position=position,
        title=title,
        measure_id=measure_id,
        minutes=minutes,
    )


def _decided(point: AgendaItem, subject: Subject, new: int, plan: Plan, rng: Random) -> Resolution:
    held_on, is_last = point.meeting.held_on, point.meeting.number == MEETINGS
    return Resolution(
        id=_id(point.meeting.created_at, rng),
        item=point,
        text=subject.text,
        owner_department_code=subject.department,
        due_on=LAST_DUE if new and is_last else held_on + timedelta(days=DAYS_DUE),
        indicator_id=subject.indicator_id,
        value_before=figures.figure(plan, plan.indicator(subject.indicator_id), held_on).value,
        expected_change=subject.change,
    )


def _finish_until(day: date, plan: Plan) -> None:
    """Report what was finished before a day; every fourth takes longer than its day, one in seven is dropped."""
    rows = Resolution.objects.filter(state="open").select_related("item__meeting")
    for row in rows.order_by("id"):
        meeting = row.item.meeting
        which = meeting.number * POINTS + row.item.position
        finished_on = meeting.held_on + timedelta(days=DAYS_LATE if which % 4 == 0 else DAYS_ON_TIME)
        if finished_on <= day and meeting.number < MEETINGS:  # what the last one decided is still open
            _finish(row, finished_on, dropped=which % 7 == 0, plan=plan)


def _finish(row: Resolution, on: date, *, dropped: bool, plan: Plan) -> None:
    subject = next(one for one in SUBJECTS if one.text == row.text)
    after = None if dropped else figures.figure(plan, plan.indicator(row.indicator_id), on).value
    unit = kernel.Unit()
    changes = {
        "state": "dropped" if dropped else "done",
        "result": DROPPED if dropped else subject.result,
        "value_after": after,
        "finished_at": _moment(on),
        "version": 2,
    }
    unit.update(Resolution, where={"id": row.id, "version": 1}, set=changes)
    kernel.commit(unit)


def _close(meeting: Meeting) -> None:
    store, _scanner = configured()
    kept = store.put(desk_minutes.paper(meeting, issued_at=meeting.created_at).render())
    unit = kernel.Unit()
    closed = {"state": "closed", "minutes_digest": kept.digest, "version": 2}
    unit.update(Meeting, where={"id": meeting.id, "version": 1}, set=closed)
    kernel.commit(unit)


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 5, tzinfo=clock.TOKYO)


def _id(at: datetime, rng: Random) -> UUID:
    return id_at(int(at.timestamp() * 1000), rng.getrandbits(80))
