"""The sources that the plan keeps itself: achievement records and the registry of digital services."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from madoguchi.common import registers
from madoguchi.common.registers import IndicatorSource

# Kept by records alone. Titles stand on public pages, which translate them.
KEPT = {
    "priority-procedures": (gettext_noop("オンライン化した優先手続"), "手続"),
    "procedures": (gettext_noop("行政手続（法令でオンライン化できないものを除く）"), "手続"),
    "card-procedures": (gettext_noop("マイナンバーカードを使える手続"), "手続"),
    "digital-services": (gettext_noop("民間のデジタルサービスを使う行政サービス"), "件"),
    "datasets": (gettext_noop("オープンデータ"), "種類"),
    "systems-17": (gettext_noop("標準化した基幹業務（17業務）"), "業務"),
    "systems-20": (gettext_noop("標準化した基幹業務（国の20業務）"), "業務"),
    "operations": (gettext_noop("AI-OCR・RPAを使う業務"), "業務"),
    "hours-saved": (gettext_noop("減らした業務時間"), "分"),
    "policies": (gettext_noop("EBPMによる計画・施策"), "件"),
    "security-training-passed": (gettext_noop("セキュリティ研修で理解を確かめた職員"), "人"),
    "security-training-taken": (gettext_noop("セキュリティ研修を受けた職員"), "人"),
    "training": (gettext_noop("デジタル人材の研修の受講"), "人"),
    "workshops": (gettext_noop("デジタル活用講座"), "回"),
    "helpers": (gettext_noop("デジタル活用支援員"), "人"),
    "telework-days": (gettext_noop("テレワークの日数"), "日"),
    "milestones": (gettext_noop("工程の開始と完了"), "件"),
}

# Told and registered by the room `procedures`; records add what is online elsewhere (libraries, water).
TOLD_AND_RECORDED = ("online-procedures",)
RECORDED = (*KEPT, *TOLD_AND_RECORDED)


def register() -> None:
    """Tell the register of indicators."""
    for order, (name, (title, unit)) in enumerate(KEPT.items()):
        registers.indicators.add(name, IndicatorSource(title, unit), order=order)
