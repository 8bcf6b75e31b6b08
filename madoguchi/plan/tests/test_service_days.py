"""Days of digital services: entries of the same two do not meet, none ends before its use, files are looked at first."""

from __future__ import annotations

from datetime import date

import pytest

from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.tests.factories import signed_in_client
from madoguchi.plan.actions import service_import
from madoguchi.plan.actions import services as actions
from madoguchi.plan.models import DigitalService
from madoguchi.plan.tests.test_services import NOW, add, count, seen, taken_in, values

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


# --- files ---------------------------------------------------------------------------------------------------


def test_the_whole_registry_taken_out_and_in_again_changes_nothing(officer):
    end(add(officer), officer, date(2024, 3, 31))
    end(add(officer, started_on=date(2024, 4, 1)), officer, date(2100, 3, 31))
    add(officer, started_on=date(2100, 4, 1))
    before = list(DigitalService.objects.order_by("id").values())
    content = b"".join(signed_in_client(officer).get("/plan/services/list.csv?state=all"))

    page = taken_in(officer, "a.csv", content)

    assert "新しく登録 0件、変更 0件、前と同じ 3件" in page.content.decode()
    assert list(DigitalService.objects.order_by("id").values()) == before


@pytest.mark.parametrize(("address", "name"), [("list.csv", "a.csv"), ("list.yml", "a.yml")])
def test_the_last_day_is_taken_out_and_in_again(officer, address, name):
    end(add(officer), officer, date(2100, 3, 31))
    content = b"".join(signed_in_client(officer).get(f"/plan/services/{address}"))
    DigitalService.objects.all().delete()

    taken_in(officer, name, content)

    assert DigitalService.objects.get().ended_on == date(2100, 3, 31)


def test_a_file_ends_a_service_or_moves_its_end_and_an_empty_one_says_nothing(officer):
    add(officer)

    def ends(last_day: date | None) -> tuple[tuple[int, int, int], date | None]:
        rows = [values() | {"ended_on": last_day}]
        counts = service_import.import_services(entries=rows, by=officer, now=NOW)
        return counts, DigitalService.objects.get().ended_on

    assert ends(date(2025, 5, 31)) == ((0, 1, 0), date(2025, 5, 31))
    assert ends(date(2025, 6, 30)) == ((0, 1, 0), date(2025, 6, 30))
    assert ends(None) == ((0, 0, 1), date(2025, 6, 30))


def test_one_file_brings_an_entry_that_ended_and_the_one_that_followed(officer):
    rows = [
        values() | {"ended_on": date(2024, 3, 31)},
        values(started_on=date(2024, 4, 1)) | {"ended_on": None},
    ]

    assert service_import.import_services(entries=rows, by=officer, now=NOW) == (2, 0, 0)
    assert service_import.import_services(entries=rows, by=officer, now=NOW) == (0, 0, 2)


@pytest.mark.parametrize("turn", [1, -1], ids=["in order", "the follower first"])
def test_a_file_ends_what_is_open_and_adds_what_followed(officer, turn):
    add(officer)
    rows = [
        values() | {"ended_on": date(2024, 3, 31)},
        values(started_on=date(2024, 4, 1)) | {"ended_on": None},
    ]

    assert service_import.import_services(entries=rows[::turn], by=officer, now=NOW) == (1, 1, 0)
    days = DigitalService.objects.order_by("started_on").values_list("started_on", "ended_on")
    assert list(days) == [(date(2022, 4, 1), date(2024, 3, 31)), (date(2024, 4, 1), None)]


@pytest.mark.parametrize(
    "last_day", [date(2022, 3, 31), date(2026, 3, 4)], ids=["before start", "before use"]
)
def test_a_file_does_not_end_a_service_before_it_was_used(officer, last_day):
    seen(add(officer), officer)

    with pytest.raises((actions.EndsBeforeStart, actions.NotInUse)) as refused:
        service_import.import_services(entries=[values() | {"ended_on": last_day}], by=officer, now=NOW)

    assert refused.value.args == ("施設の予約",)
    assert DigitalService.objects.get().ended_on is None


def test_a_row_about_an_entry_that_ended_leaves_it_as_it_is(officer):
    end(add(officer), officer, date(2025, 5, 31))

    counts = service_import.import_services(
        entries=[values(city_service="新しいサービス"), values(provider="別の会社")], by=officer, now=NOW
    )

    assert counts == (1, 0, 1)
    assert set(DigitalService.objects.values_list("provider", flat=True)) == {"事業者"}


@pytest.mark.parametrize(
    "rows",
    [
        [values(started_on=date(2024, 1, 1))],  # within the days of the one that ended
        [values(city_service="別"), values(city_service="別", provider="別の会社")],
        [values(city_service="別"), values(city_service="別", started_on=date(2024, 1, 1))],
    ],
    ids=["meets an ended one", "twice, not alike", "twice, from two days"],
)
def test_a_file_with_entries_that_meet_is_refused_with_their_name_before_anything_is_written(officer, rows):
    end(add(officer), officer, date(2025, 5, 31))

    with pytest.raises(actions.KnownAlready) as refused:
        service_import.import_services(
            entries=[values(city_service="新しいサービス"), *rows], by=officer, now=NOW
        )

    assert refused.value.args == (rows[-1]["city_service"],)
    assert DigitalService.objects.count() == 1


def test_a_file_that_meets_an_entry_names_it_on_the_page(officer):
    add(officer, city_service="施設の申込み")
    content = b"".join(signed_in_client(officer).get("/plan/services/list.csv"))
    DigitalService.objects.update(ended_on=date(2025, 5, 31))

    page = taken_in(officer, "a.csv", content.replace(b"2022-04-01", b"2024-04-01"))

    assert page.status_code == 422
    assert "「施設の申込み」は、同じ組み合わせで使った期間の重なる登録があるか" in page.content.decode()


def test_the_same_row_twice_is_written_once(officer):
    assert service_import.import_services(entries=[values(), values()], by=officer, now=NOW) == (1, 0, 1)


def test_another_departments_entry_is_named(officer, elsewhere):
    add(officer)
    row = values(department_code="school", provider="別の会社")

    with pytest.raises(NotAllowed) as refused:
        service_import.import_services(entries=[row], by=elsewhere, now=NOW)

    assert refused.value.args == ("施設の予約",)


# --- days ahead ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["privacy_checked_on", "security_checked_on"])
def test_a_check_that_lies_ahead_is_told_at_its_field(officer, name):
    form = {k: v for k, v in values(started_on="2022-04-01").items() if v is not None} | {name: "2999-01-01"}

    page = signed_in_client(officer).post("/plan/services/new/", form)

    assert page.status_code == 422
    assert f'href="#{name}"' in page.text
    assert "まだ来ていない日です。" in page.text
    assert not DigitalService.objects.exists()
