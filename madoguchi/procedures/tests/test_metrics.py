"""What the register of indicators is told about procedures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from madoguchi.common import registers
from madoguchi.common.registers import Happening
from madoguchi.procedures import actions
from madoguchi.procedures.models import Procedure
from madoguchi.procedures.tests import factories
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


def in_october(day: int) -> datetime:
    return datetime(2026, 10, day, 3, 0, tzinfo=UTC)


def closed(procedure_id: str, day: int, *, reopened: int | None = None) -> None:
    actions.close(procedure_id=procedure_id, by="staff:x", now=in_october(day))
    if reopened:
        actions.reopen(procedure_id=procedure_id, by="staff:y", now=in_october(reopened))


def carried_over() -> None:
    """As the migration leaves what was closed before it."""
    import_module("madoguchi.procedures.migrations.0003_closings").carry_over(
        apps, connection.schema_editor()
    )


def test_a_published_procedure_is_told_since_its_first_day_in_japan():
    procedure_id = publish()

    (one,) = told()

    assert (one.key, one.subject, one.on, one.until) == (procedure_id, procedure_id, date(2024, 5, 10), None)
    assert (one.label, one.department_code) == ("住民票の写しの交付申請", "resident-records")
    assert one.address == f"/procedures/{procedure_id}/"


def test_what_ends_at_the_counter_is_not_online():
    for name in ("moving_in_appointment", "moving_within_appointment", "seal_registration"):
        factories.publish(name)
    factories.publish("road_damage_report")  # an offer too, and complete online

    assert [one.key for one in told()] == ["road-damage-report"]


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


def test_a_procedure_opened_again_is_told_once_for_each_time_it_was_open():
    procedure_id = publish()
    closed(procedure_id, 3, reopened=8)
    closed(procedure_id, 20, reopened=25)
    closed(procedure_id, 28)

    times = told()

    assert [(one.on, one.until) for one in times] == [
        (date(2024, 5, 10), date(2026, 10, 3)),
        (date(2026, 10, 8), date(2026, 10, 20)),
        (date(2026, 10, 25), date(2026, 10, 28)),
    ]
    assert [one.key for one in times] == [
        procedure_id,
        f"{procedure_id}:2026-10-08",
        f"{procedure_id}:2026-10-25",
    ]
    assert {one.subject for one in times} == {procedure_id}


def test_opening_again_and_closing_again_keep_the_key_of_the_time():
    procedure_id = publish()
    closed(procedure_id, 3, reopened=8)
    before = [one.key for one in told()]

    closed(procedure_id, 20)

    assert [one.key for one in told()] == before


def test_what_is_opened_again_on_the_same_day_was_never_away():
    procedure_id = publish()
    closed(procedure_id, 3, reopened=3)
    closed(procedure_id, 5, reopened=7)
    closed(procedure_id, 7, reopened=7)

    assert [(one.on, one.until) for one in told()] == [
        (date(2024, 5, 10), date(2026, 10, 5)),
        (date(2026, 10, 7), None),
    ]


def test_what_was_closed_before_closings_were_kept_is_not_forgotten_when_opened_again():
    procedure_id = publish()
    Procedure.objects.update(is_open=False, closed_at=in_october(3))
    carried_over()
    actions.reopen(procedure_id=procedure_id, by="staff:x", now=in_october(8))

    assert [(one.on, one.until) for one in told()] == [
        (date(2024, 5, 10), date(2026, 10, 3)),
        (date(2026, 10, 8), None),
    ]


def test_where_nobody_noted_the_closing_only_what_was_opened_again_is_told():
    procedure_id = publish()
    Procedure.objects.update(is_open=False)
    carried_over()
    assert told() == []

    actions.reopen(procedure_id=procedure_id, by="staff:x", now=in_october(8))

    assert [(one.on, one.until) for one in told()] == [(date(2026, 10, 8), None)]


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

    with django_assert_num_queries(4):
        assert len(told()) == 10
