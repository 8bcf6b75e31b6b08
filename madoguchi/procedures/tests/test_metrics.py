"""What the register of indicators is told about procedures."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from madoguchi.common import registers
from madoguchi.common.registers import Happening
from madoguchi.procedures import actions
from madoguchi.procedures.models import Procedure
from madoguchi.procedures.tests.factories import source_of

pytestmark = pytest.mark.django_db

PUBLISHED = datetime(2024, 5, 9, 16, 0, tzinfo=UTC)  # the tenth in Japan


def publish(now: datetime = PUBLISHED, *, title: str = "住民票の写しの交付申請") -> str:
    source = source_of("residence_certificate").replace("住民票の写しの交付申請", title, 1)
    return actions.publish(source=source, by="test:a", approved_by="test:b", now=now).procedure_id


def told() -> list[Happening]:
    collect = registers.indicators.get("online-procedures").collect
    assert collect is not None
    return list(collect())


def test_a_published_procedure_is_told_since_its_first_day_in_japan():
    procedure_id = publish()

    (one,) = told()

    assert (one.key, one.subject, one.on, one.until) == (procedure_id, procedure_id, date(2024, 5, 10), None)
    assert (one.label, one.department_code) == ("住民票の写しの交付申請", "resident-records")
    assert one.address == f"/procedures/{procedure_id}/"


def test_a_new_version_changes_the_name_and_not_the_first_day():
    publish()
    publish(datetime(2025, 2, 1, tzinfo=UTC), title="住民票の写しの請求")

    (one,) = told()

    assert (one.label, one.on) == ("住民票の写しの請求", date(2024, 5, 10))


def test_a_closed_procedure_is_told_until_the_day_it_was_closed():
    procedure_id = publish()
    actions.close(procedure_id=procedure_id, by="staff:x", now=datetime(2026, 10, 1, 3, 0, tzinfo=UTC))

    (one,) = told()

    assert (one.on, one.until) == (date(2024, 5, 10), date(2026, 10, 1))


def test_ten_procedures_are_told_with_as_many_questions_as_one(django_assert_num_queries):
    version = publish()
    current = Procedure.objects.get(id=version).current
    told()  # the definition is compiled once
    for number in range(9):
        Procedure.objects.create(id=f"copy-{number}", current=current)
        type(current).objects.create(
            procedure_id=f"copy-{number}",
            number=1,
            source=current.source,
            digest=f"{number:064d}",
            department_code=current.department_code,
            published_at=PUBLISHED,
            published_by="test:a",
            approved_by="test:b",
        )

    with django_assert_num_queries(2):
        assert len(told()) == 10
