"""The sources that the plan keeps itself: achievement records and the registry of digital services."""

from __future__ import annotations

from madoguchi.common import registers
from madoguchi.common.registers import IndicatorSource

# Kept by records alone.
KEPT = {
    "priority-procedures": ("オンライン化した優先手続", "手続"),
    "procedures": ("行政手続（法令でオンライン化できないものを除く）", "手続"),
    "card-procedures": ("マイナンバーカードを使える手続", "手続"),
    "digital-services": ("民間のデジタルサービスを使う行政サービス", "件"),
    "datasets": ("オープンデータ", "種類"),
    "systems-17": ("標準化した基幹業務（17業務）", "業務"),
    "systems-20": ("標準化した基幹業務（国の20業務）", "業務"),
    "operations": ("AI-OCR・RPAを使う業務", "業務"),
    "hours-saved": ("減らした業務時間", "分"),
    "policies": ("EBPMによる計画・施策", "件"),
    "security-training-passed": ("セキュリティ研修で理解を確かめた職員", "人"),
    "security-training-taken": ("セキュリティ研修を受けた職員", "人"),
    "training": ("デジタル人材の研修の受講", "人"),
    "workshops": ("デジタル活用講座", "回"),
    "helpers": ("デジタル活用支援員", "人"),
    "telework-days": ("テレワークの日数", "日"),
    "milestones": ("工程の開始と完了", "件"),
}

# Told and registered by the room `procedures`; records add what is online elsewhere (libraries, water).
TOLD_AND_RECORDED = ("online-procedures",)
RECORDED = (*KEPT, *TOLD_AND_RECORDED)


def register() -> None:
    """Tell the register of indicators."""
    for order, (name, (title, unit)) in enumerate(KEPT.items()):
        registers.indicators.add(name, IndicatorSource(title, unit), order=order)
