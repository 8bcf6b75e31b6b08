"""Systems of the demo city: made up, with a few that speak against the plan's rules of finance."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

from madoguchi.common import clock, kernel
from madoguchi.common.ids import id_at
from madoguchi.common.registers import DemoSize
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role
from madoguchi.plan.models import SystemAsset

# name, purpose, department, measure, introduced, renewal, planned, yearly, renewal cost, deadline, support, used, indicator
SYSTEMS = (
    ("住民記録システム", "住民記録", "residents", "2-1", 2019, 2027, 2027, 42, 90, date(2026, 3, 31), "標準化の補助金", True, ""),
    ("税務システム", "住民税・固定資産税", "resident-tax", "2-1", 2018, 2026, 2027, 55, 120, date(2026, 3, 31), "標準化の補助金", True, ""),
    ("生活保護システム", "生活保護", "livelihood", "2-1", 2020, 2028, 2026, 18, 35, None, "標準化の補助金", False, ""),
    ("AI-OCRの利用", "帳票の読み取り", "digital", "2-2", 2021, 2027, None, 6, 3, None, "", False, "hours-saved"),
    ("読み取りソフト", "帳票の読み取り", "resident-tax", "2-2", 2022, 2028, None, 3, 2, None, "", False, ""),
    ("RPAの利用", "定型作業の自動化", "digital", "2-2", 2021, 2027, 2027, 5, 4, None, "", False, "operations"),
    ("職員のパソコン", "庁内の端末", "digital", "", 2021, 2027, None, 30, 160, None, "", False, ""),
)  # fmt: skip


def load(size: DemoSize) -> None:
    """Store the systems; amounts are in million yen."""
    by = organization.staff_with_role("digital", Role.OFFICE, clock.today())[0]
    rng = Random(f"systems {size.seed}")  # noqa: S311  # nothing secret: the same seed gives the same city
    unit = kernel.Unit()
    for (
        name,
        purpose,
        department,
        measure,
        since,
        renewal,
        planned,
        yearly,
        cost,
        deadline,
        support,
        used,
        indicator,
    ) in SYSTEMS:
        at = datetime(since, 6, 1, 3, tzinfo=clock.TOKYO)
        unit.insert(
            SystemAsset(
                id=id_at(int(at.timestamp() * 1000), rng.getrandbits(80)),
                name=f"{name}（見本）",
                purpose=purpose,
                department_code=department,
                measure_id=measure,
                introduced_on=date(since, 6, 1),
                renewal_on=date(renewal, 3, 31),
                planned_on=date(planned, 3, 1) if planned else None,
                yearly_cost_yen=yearly * 1_000_000,
                renewal_cost_yen=cost * 1_000_000,
                national_deadline_on=deadline,
                national_support=support,
                uses_national_trial=used,
                indicator_id=indicator,
                changed_at=at,
                changed_by=by,
            )
        )
    kernel.commit(unit)
