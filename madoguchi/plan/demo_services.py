"""Digital services of the demo city: thirty when the plan began, more each year, most with each year's evidence."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

from madoguchi.common import clock, kernel
from madoguchi.common.ids import id_at
from madoguchi.common.registers import DemoSize
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role
from madoguchi.plan.actions import facts
from madoguchi.plan.actions.services import SOURCE, happening
from madoguchi.plan.models import DigitalService, UseEvidence
from madoguchi.plan.rules.services import sameness

CITY = ("施設の予約", "証明書の手数料", "水道料金", "図書館の予約", "子育ての相談", "ごみの分別の問い合わせ", "防災の知らせ",
        "観光の案内", "道路の通報", "職員の募集", "税の納付", "健診の予約", "イベントの申込み")  # fmt: skip
PRIVATE = (("booking", "予約サービス"), ("payment", "決済サービス"), ("answers", "自動応答サービス"), ("push", "通知サービス"), ("map", "地図サービス"))  # fmt: skip
COUNT = 56
BEFORE = 30


def load(size: DemoSize) -> None:
    """Store the entries, their evidence, and what it counts."""
    by = organization.staff_with_role("digital", Role.OFFICE, clock.today())[0]
    rng = Random(f"services {size.seed}")  # noqa: S311  # nothing secret: the same seed gives the same city
    departments = [d.code for d in organization.all_departments(clock.today())]
    unit = kernel.Unit()
    told = []
    for number in range(COUNT):
        category, private = PRIVATE[number % len(PRIVATE)]
        started = date(2019, 4, 1) if number < BEFORE else date(2021 + (number - BEFORE) // 6, 10, 1)
        at = datetime(started.year, started.month, started.day, 3, tzinfo=clock.TOKYO)
        service = DigitalService(
            id=id_at(int(at.timestamp() * 1000), rng.getrandbits(80)),
            city_service=f"{CITY[number % len(CITY)]}（見本{number + 1}）",
            private_service=f"{private}{'ABCDE'[number // len(PRIVATE) % 5]}",
            provider=f"見本の事業者{number % 9 + 1}",
            department_code=departments[number % len(departments)],
            category=category,
            started_on=started,
            contract=f"利用契約 第{number + 1}号（見本）",
            data_classes=["contact", "personal"] if number % 3 == 0 else ["none"],
            privacy_checked_on=started if number % 12 else None,
            security_checked_on=started,
            cost_yen=120_000 + 30_000 * (number % 7),
            exit_plan="" if number % 15 == 7 else "利用者のデータを書き出して、電話の受付にもどす。",
            review_on=date(2027, 3, 31),
            created_at=at,
            changed_at=at,
            changed_by=by,
        )
        service.sameness = sameness(service.city_service, service.private_service)
        unit.insert(service)
        for year in range(max(2020, started.year), 2026):
            if year > 2021 and rng.random() < 0.04:
                continue  # a year nobody confirmed: not counted
            row = UseEvidence(
                id=id_at(int(at.timestamp() * 1000) + year, rng.getrandbits(80)),
                service=service,
                fiscal_year=year,
                seen_on=max(date(year, 4, 1), started),
                users=rng.randrange(80, 9000),
                reference=f"{year}年度 利用実績報告（見本）",
                recorded_by=by,
                recorded_at=at,
            )
            unit.insert(row)
            told.append(happening(service, row))
    kernel.commit(unit)
    facts.bring_up(SOURCE, told)
