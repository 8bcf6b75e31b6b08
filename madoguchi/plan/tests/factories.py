"""Rows of the plan for tests: plain functions with traits as keywords."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

from madoguchi.identity.tests.factories import StaffFactory
from madoguchi.plan.actions import facts
from madoguchi.plan.models import (
    Achievement,
    AgendaItem,
    DigitalService,
    Fact,
    Meeting,
    MonthTotal,
    NationalTable,
    NationalValue,
    PlanVersion,
    Resolution,
    ReviewNote,
    SubjectYear,
    Survey,
    SystemAsset,
    TypedValue,
    UseEvidence,
)
from madoguchi.plan.rules.names import name_of
from madoguchi.plan.rules.services import sameness

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PLAN = "morioka-2021-2025"

_numbers = itertools.count(1)


def PlanVersionFactory(**fields: Any) -> PlanVersion:
    number = next(_numbers)
    values: dict[str, Any] = {
        "plan_id": f"plan-{number}",
        "number": 1,
        "source": "id: plan\n",
        "digest": f"{number:064d}",
        "published_at": NOW,
        "published_by": "test",
    }
    return PlanVersion.objects.create(**values | fields)


def FactFactory(**fields: Any) -> Fact:
    number = next(_numbers)
    values = {"source": "workshops", "key": f"k{number}", "on": date(2024, 5, 10), "subject": f"s{number}"}
    return Fact.objects.create(**values | fields)


def MonthTotalFactory(**fields: Any) -> MonthTotal:
    source = f"source-{next(_numbers)}"
    values: dict[str, Any] = {
        "id": facts.month_id(source, date(2024, 5, 1), ""),
        "source": source,
        "month": date(2024, 5, 1),
        "rows": 1,
        "quantity": 1,
    }
    return MonthTotal.objects.create(**values | fields)


def SubjectYearFactory(**fields: Any) -> SubjectYear:
    subject = f"s{next(_numbers)}"
    values: dict[str, Any] = {
        "id": facts.subject_year_id("training", 2024, subject),
        "source": "training",
        "fiscal_year": 2024,
        "subject": subject,
        "first_on": date(2024, 5, 10),
    }
    return SubjectYear.objects.create(**values | fields)


def AchievementFactory(**fields: Any) -> Achievement:
    values: dict[str, Any] = {
        "kind": "workshop",
        "happened_on": date(2024, 5, 10),
        "department_code": "digital",
        "title": "はじめてのスマートフォン講座",
        "place": "中央公民館",
        "state": "counted",
        "proof_reference": f"盛情企第{next(_numbers)}号",
        "recorded_by": fields.get("recorded_by") or StaffFactory(),
        "recorded_at": NOW,
        "changed_at": NOW,
    }
    values |= fields
    values.setdefault("sameness", name_of(values["title"]))
    return Achievement.objects.create(**values)


def TypedValueFactory(**fields: Any) -> TypedValue:
    number = next(_numbers)
    values: dict[str, Any] = {
        "plan_id": PLAN,
        "indicator_id": f"indicator-{number}",
        "on": date(2024, 3, 31),
        "value": 10.0,
        "reason": "台帳を作る前の年度のため、庁内照会の結果を入力した",
        "typed_by": fields.get("typed_by") or StaffFactory(),
        "typed_at": NOW,
    }
    return TypedValue.objects.create(**values | fields)


def MeetingFactory(**fields: Any) -> Meeting:
    values: dict[str, Any] = {
        "plan_id": PLAN,
        "number": next(_numbers),
        "held_on": date(2024, 6, 3),
        "place": "本館7階 会議室",
        "chair": "副市長",
        "created_by": fields.get("created_by") or StaffFactory(),
        "created_at": NOW,
    }
    return Meeting.objects.create(**values | fields)


def AgendaItemFactory(**fields: Any) -> AgendaItem:
    values: dict[str, Any] = {
        "meeting": fields.get("meeting") or MeetingFactory(),
        "position": next(_numbers),
        "title": "講座の開催状況について",
        "measure_id": "3-3",
    }
    return AgendaItem.objects.create(**values | fields)


def ResolutionFactory(**fields: Any) -> Resolution:
    values: dict[str, Any] = {
        "item": fields.get("item") or AgendaItemFactory(),
        "text": "各地区の公民館で講座を月1回開く",
        "owner_department_code": "digital",
        "due_on": date(2024, 9, 30),
    }
    return Resolution.objects.create(**values | fields)


def DigitalServiceFactory(**fields: Any) -> DigitalService:
    number = next(_numbers)
    values: dict[str, Any] = {
        "city_service": f"施設予約{number}",
        "private_service": "予約サービスA",
        "provider": "提供事業者A",
        "department_code": "digital",
        "started_on": date(2022, 4, 1),
        "created_at": NOW,
        "changed_at": NOW,
        "changed_by": fields.get("changed_by") or StaffFactory(),
    }
    values |= fields
    values.setdefault("sameness", sameness(values["city_service"], values["private_service"]))
    return DigitalService.objects.create(**values)


def UseEvidenceFactory(**fields: Any) -> UseEvidence:
    values: dict[str, Any] = {
        "service": fields.get("service") or DigitalServiceFactory(),
        "fiscal_year": 2024,
        "seen_on": date(2025, 3, 10),
        "users": 120,
        "reference": "利用実績報告書",
        "recorded_by": fields.get("recorded_by") or StaffFactory(),
        "recorded_at": NOW,
    }
    return UseEvidence.objects.create(**values | fields)


def SurveyFactory(**fields: Any) -> Survey:
    values: dict[str, Any] = {
        "fiscal_year": 2025,
        "department_code": f"department-{next(_numbers)}",
        "issued_at": NOW,
        "answer_by_on": date(2026, 3, 20),
    }
    return Survey.objects.create(**values | fields)


def ReviewNoteFactory(**fields: Any) -> ReviewNote:
    values: dict[str, Any] = {
        "plan_id": f"plan-{next(_numbers)}",
        "measure_id": "3-3",
        "fiscal_year": 2024,
        "evaluation": "計画どおりに進んだ。",
        "written_by": fields.get("written_by") or StaffFactory(),
        "written_at": NOW,
    }
    return ReviewNote.objects.create(**values | fields)


def SystemAssetFactory(**fields: Any) -> SystemAsset:
    values: dict[str, Any] = {
        "name": f"システム{next(_numbers)}",
        "purpose": "文書管理",
        "department_code": "digital",
        "introduced_on": date(2020, 4, 1),
        "changed_at": NOW,
        "changed_by": fields.get("changed_by") or StaffFactory(),
    }
    return SystemAsset.objects.create(**values | fields)


def NationalTableFactory(**fields: Any) -> NationalTable:
    number = next(_numbers)
    values: dict[str, Any] = {
        "title": "保有枚数率",
        "figure": f"card-holding-{number}",
        "unit": "%",
        "as_on": date(2026, 9, 30),
        "denominator": "住民基本台帳人口",
        "published_by": "試験",
        "digest": f"{number:064d}",
        "imported_at": NOW,
        "imported_by": fields.get("imported_by") or StaffFactory(),
    }
    return NationalTable.objects.create(**values | fields)


def NationalValueFactory(**fields: Any) -> NationalValue:
    values: dict[str, Any] = {
        "table": fields.get("table") or NationalTableFactory(),
        "city_code": "032018",
        "city_name": "盛岡市",
        "value": 80.0,
    }
    return NationalValue.objects.create(**values | fields)
