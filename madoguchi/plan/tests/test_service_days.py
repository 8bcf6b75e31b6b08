"""Days of digital services: entries of the same two do not meet, none ends before its use, files are looked at first."""

from __future__ import annotations

from datetime import date

import pytest

from madoguchi.organization.tests.factories import signed_in_client
from madoguchi.plan.actions import services as actions
from madoguchi.plan.models import DigitalService
from madoguchi.plan.tests.test_services import NOW, add, count, seen

pytestmark = pytest.mark.django_db


def end(service: DigitalService, by, last_day: date) -> None:
    actions.end_service(service=service, version=service.version, last_day=last_day, by=by, now=NOW)


def test_the_last_day_does_not_move_into_the_days_of_the_entry_that_follows(officer):
    service = add(officer)
    end(service, officer, date(2026, 3, 31))
    add(officer, started_on=date(2026, 4, 1))

    with pytest.raises(actions.KnownAlready):
        end(service, officer, date(2026, 4, 1))
    form = {"version": service.version, "last_day": "2026-12-31"}
    answer = signed_in_client(officer).post(f"/plan/services/{service.id}/end/", form)

    assert answer.status_code == 422
    assert "使った期間が重なります" in answer.text
    assert DigitalService.objects.get(id=service.id).ended_on == date(2026, 3, 31)


def test_a_service_does_not_end_before_evidence_of_its_use(officer, plan):
    service = add(officer)
    seen(service, officer)
    form = {"version": service.version, "last_day": "2026-03-04"}

    answer = signed_in_client(officer).post(f"/plan/services/{service.id}/end/", form)
    with pytest.raises(actions.NotInUse):
        end(service, officer, date(2026, 3, 4))
    end(service, officer, date(2026, 3, 5))

    assert answer.status_code == 422
    assert "この日よりあとに使った証拠があります" in answer.text
    assert [count(plan, date(2026, 3, day)) for day in (5, 6)] == [1, 0]
