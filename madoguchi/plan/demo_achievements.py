"""Five fiscal years of synthetic achievements for the demo city; every title says that it is a sample."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import id_at, secret_digest
from madoguchi.common.registers import DemoSize, Happening
from madoguchi.identity.models import Staff
from madoguchi.japan.fiscal import fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role
from madoguchi.plan.actions import facts
from madoguchi.plan.actions.achievements import told_by
from madoguchi.plan.models import Achievement
from madoguchi.plan.queries import plans
from madoguchi.plan.rules.names import name_of

START = date(2021, 4, 1)
ROWS_AT_ONCE = 300
PLACES = ("中央公民館", "西部公民館", "上田公民館", "河南公民館", "都南公民館", "渋民公民館")
LESSONS = (
    "はじめてのスマートフォン",
    "地図とバスの時刻",
    "写真を送る",
    "オンライン手続の体験",
    "だまされないために",
)
COURSES = ("データの読み方", "業務の見直し", "表計算の自動化", "AIの使い方", "地図で見る市政")
# Systems moved to the standard by the end of the plan: fifteen of seventeen, and two of the three added later.
LEFT = ("public-assistance", "electoral-roll", "family-register-addresses")
OPERATIONS = (
    "国民健康保険の給付", "保育所の入所", "住民税の当初課税", "固定資産税の異動", "軽自動車税の登録", "児童手当の現況",
    "就学援助の審査", "予防接種の記録", "介護認定の調査票", "障がい福祉の支給決定", "水道の開閉栓", "会議録の作成",
    "ふるさと納税の受付", "職員の通勤届", "支払伝票の入力", "アンケートの集計", "道路占用の更新", "がん検診の受付",
)  # fmt: skip


def load(size: DemoSize) -> None:
    """Store the records and what they count."""
    recorder = organization.staff_with_role("digital", Role.OFFICE, clock.today())[0]
    rng = Random(f"achievements {size.seed}")  # noqa: S311  # nothing secret: the same seed gives the same city
    rows = [_row(number, *one, rng, recorder) for number, one in enumerate(_all(rng, clock.today()))]
    told: dict[str, list[Happening]] = {}
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        unit = kernel.Unit()
        for row in rows[begin : begin + ROWS_AT_ONCE]:
            unit.insert(row)
            for source, happening in told_by(row):
                told.setdefault(source, []).append(happening)
        kernel.commit(unit)
    for source, happenings in told.items():
        facts.bring_up(source, happenings)
    unit = kernel.Unit()
    audit.record(unit, actor="system:demo", act="demo.loaded", subject="plan", now=clock.now())
    kernel.commit(unit)


Sample = tuple[str, date, date | None, str, str, dict[str, Any]]  # kind, day, end, title, place, detail


def _all(rng: Random, today: date) -> Iterator[Sample]:
    for one in _samples(rng):
        if one[1] <= today:
            yield one


def _samples(rng: Random) -> Iterator[Sample]:
    core = plans.plan("morioka-2021-2025")
    for number in range(146):  # workshops, more of them each year
        day = START + timedelta(days=int(1950 * (number / 146) ** 0.7) + rng.randrange(12))
        detail = {"attendees": rng.randrange(5, 25), "audience": "60歳以上の方"}
        title = f"{LESSONS[number % len(LESSONS)]}（見本{number + 1}）"
        yield "workshop", day, None, title, PLACES[number % len(PLACES)], detail
    people = [secret_digest(f"staff number {number}") for number in range(420)]
    for number in range(72):
        day = START + timedelta(days=number * 27 + rng.randrange(20))
        there = rng.sample(people, 12 + number % 7)
        yield (
            "training",
            day,
            None,
            f"{COURSES[number % len(COURSES)]}（見本{number + 1}）",
            "本館",
            {"people": there},
        )
    for year in range(2021, 2027):
        taken = 1800 + rng.randrange(200)
        passed = taken if year != 2023 else taken - 9
        detail = {"taken": taken, "passed": passed}
        yield (
            "security_training",
            date(year, 9, 15),
            None,
            f"情報セキュリティ研修（見本{year}）",
            "各課",
            detail,
        )
    for number, system in enumerate(core.core_systems):
        if system not in LEFT:
            name = str(core.core_systems[system])
            day = date(2024, 10, 1) + timedelta(days=number * 24)
            yield "system", day, None, f"{name}システム（見本）", "", {"system": system, "cloud": True}
    yield from _operations(rng)
    yield (
        "policy",
        date(2024, 2, 20),
        None,
        "バス路線の見直し（見本）",
        "",
        {"data": "乗降数と人口の地図による分析"},
    )
    yield from _procedures(rng)
    for number in range(53):
        day = date(2018, 9, 1) if number < 35 else date(2021, 6, 1) + timedelta(days=(number - 35) * 95)
        yield "dataset", day, None, f"オープンデータ（見本{number + 1}）", "", {}
    for bar in core.roadmap:
        late = 40 if bar.id == "all-procedures" else 0
        yield (
            "milestone",
            bar.starts_on,
            None,
            f"{bar.title}の開始（見本）",
            "",
            {"bar": bar.id, "event": "started"},
        )
        if bar.id != "all-procedures":
            done = bar.ends_on + timedelta(days=late)
            yield (
                "milestone",
                done,
                None,
                f"{bar.title}の完了（見本）",
                "",
                {"bar": bar.id, "event": "finished"},
            )


def _operations(rng: Random) -> Iterator[Sample]:
    for number, name in enumerate(OPERATIONS):
        since = date(2020, 4, 1) if number < 2 else START + timedelta(days=number * 95)
        yield "operation", since, None, f"{name}（見本）", "", {}
        for year in range(2021, 2026):
            last = date(year + 1, 3, 31)
            if since > last:
                continue
            before = 12 + number % 5
            after = before + 2 if number == 11 and year == 2023 else before // 3
            detail = {"minutes_before": before, "minutes_after": after, "cases": 700 + rng.randrange(900)}
            yield "hours", last, None, f"{name} {year}年度（見本）", "", detail


def _procedures(rng: Random) -> Iterator[Sample]:
    for number in range(27):
        day = date(2022, 1, 1) + timedelta(days=number * 21)
        yield "priority_procedure", day, None, f"優先手続 見本{number + 1}", "", {}
        if number % 2:
            yield "card_procedure", day, None, f"優先手続 見本{number + 1}", "", {}
    for number in range(300):
        barred = number % 25 == 0
        detail = {"barred": barred} | ({"barred_by": "（見本）"} if barred else {})
        yield "procedure", START, None, f"手続 見本{number + 1}", "", detail
        if not barred and rng.random() < 0.71:
            day = START + timedelta(days=rng.randrange(1820))
            yield "online_procedure", day, None, f"手続 見本{number + 1}", "", {}


def _row(
    number: int,
    kind: str,
    day: date,
    end: date | None,
    title: str,
    place: str,
    detail: dict[str, Any],
    rng: Random,
    recorder: Staff,
) -> Achievement:
    at = datetime(day.year, day.month, day.day, 3, tzinfo=clock.TOKYO)
    proof = "" if number % 97 == 50 else f"盛情企第{fiscal_year(day) - 2018}-{number + 1}号（見本）"
    return Achievement(
        id=id_at(int(at.timestamp() * 1000), rng.getrandbits(80)),
        kind=kind,
        happened_on=day,
        ended_on=end,
        department_code="elderly" if kind == "workshop" and number % 3 else "digital",
        title=title,
        sameness=name_of(title),
        place=place,
        detail=detail,
        state="counted" if proof else "no_proof",
        proof_reference=proof,
        recorded_by=recorder,
        recorded_at=at,
        changed_at=at,
    )
