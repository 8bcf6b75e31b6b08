"""What other rooms tell: counted once beside what people recorded, and gone when it is no longer so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from madoguchi.common import registers
from madoguchi.common.registers import Happening, IndicatorSource
from madoguchi.organization.tests.factories import DepartmentFactory, staff_with
from madoguchi.plan.actions import achievements, collecting, facts
from madoguchi.plan.handlers import collect as job
from madoguchi.plan.models import Fact
from madoguchi.plan.queries import figures
from madoguchi.plan.rules.names import name_of
from madoguchi.plan.tests.test_facts import indicator_of, plan_of

pytestmark = pytest.mark.django_db

SOURCE = "online-procedures"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
FROM = date(2024, 5, 10)
CLAIM = Happening(key="claim", on=FROM, subject="claim", label="児童手当の 認定請求")
NAME = "児童手当の認定請求"


class Room:
    """A room that tells what `now` holds."""

    def __init__(self) -> None:
        self.now: list[Happening] = []

    def __call__(self) -> Iterable[Happening]:
        return iter(self.now)


@pytest.fixture
def room(monkeypatch) -> Room:
    monkeypatch.setattr(registers, "indicators", registers.Register("indicators"))
    told = Room()
    registers.indicators.add(SOURCE, IndicatorSource("手続", "手続", collect=told))
    return told


def record(title: str, on: date, until: date | None = None) -> None:
    """As an achievement record tells it."""
    one = Happening(key=f"record:{title}", on=on, until=until, subject=name_of(title), label=title)
    facts.bring_up(SOURCE, [one], beginning="record:")


def counted() -> list[tuple[str, date]]:
    return list(Fact.objects.filter(source=SOURCE).order_by("on").values_list("subject", "on"))


def stock_on(*days: date) -> list[float | None]:
    one = indicator_of(kind="stock", span="day", source=SOURCE)
    return [figures.figure(plan_of(), one, day).value for day in days]


def test_the_register_knows_a_collector_for_the_procedures_that_are_online():
    assert registers.indicators.get(SOURCE).collect is not None


def test_what_is_told_twice_counts_once(room):
    room.now = [CLAIM]

    job({})
    job({})

    assert counted() == [(NAME, FROM)]
    assert facts.recount(SOURCE) == 0


def test_what_is_no_longer_told_is_taken_out_of_the_totals(room):
    room.now = [CLAIM]
    job({})
    room.now = []

    job({})

    assert counted() == []
    assert facts.recount(SOURCE) == 0


def test_what_people_recorded_stays_beside_what_the_room_tells(room):
    room.now = [CLAIM]
    record("図書館の貸出予約", date(2020, 4, 1))

    job({})
    job({})

    one = indicator_of(kind="stock", span="day", source=SOURCE)
    assert figures.figure(plan_of(), one, date(2024, 5, 9)).value == 1
    assert figures.figure(plan_of(), one, FROM).value == 2


def test_what_is_recorded_under_the_same_name_is_counted_once(room):
    room.now = [CLAIM]
    job({})
    record("児童手当の認定請求", date(2023, 4, 1))

    job({})

    assert counted() == [(NAME, date(2023, 4, 1)), (NAME, FROM)]
    assert stock_on(date(2023, 3, 31), date(2023, 4, 1), FROM) == [None, 1, 1]


def test_what_the_room_tells_counts_again_when_the_record_is_gone(room):
    room.now = [CLAIM]
    record("児童手当の認定請求", date(2023, 4, 1))
    job({})
    facts.bring_up(SOURCE, [], beginning="record:")

    job({})

    assert counted() == [(NAME, FROM)]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (date(2021, 4, 1), date(2024, 5, 1), [1, 0, 1]),
        (date(2024, 5, 12), None, [None, None, 1]),
        (date(2024, 4, 1), date(2024, 5, 11), [1, 1, 1]),
    ],
    ids=["ended before", "begins later", "ended within"],
)
def test_what_is_recorded_and_what_the_room_tells_count_each_on_its_own_days(room, since, until, expected):
    room.now = [CLAIM]
    record("児童手当の認定請求", since, until=until)

    job({})

    assert stock_on(date(2024, 5, 1), date(2024, 5, 9), date(2024, 5, 13)) == expected


def test_a_source_that_only_its_room_tells_becomes_what_the_room_tells(room):
    lamps = [Happening(key="a", on=FROM), Happening(key="b", on=FROM)]
    registers.indicators.add("lamps", IndicatorSource("灯", "個", collect=lambda: list(lamps)))
    collecting.collect()
    lamps.pop()

    collecting.collect()

    assert list(Fact.objects.filter(source="lamps").values_list("key", flat=True)) == ["a"]


def test_a_source_that_fails_holds_up_no_other_and_is_named(room):
    def broken() -> Iterator[Happening]:
        raise RuntimeError("no answer")

    registers.indicators.add("broken", IndicatorSource("壊", "個", collect=broken), order=1)
    room.now = [CLAIM]

    with pytest.raises(ExceptionGroup) as failed:
        collecting.collect()

    assert failed.value.exceptions[0].__notes__ == ["source broken"]
    assert counted() == [(NAME, FROM)]


def test_a_record_of_a_source_that_a_room_tells_too_can_be_put_right_and_withdrawn(room):
    digital = DepartmentFactory(code="digital")
    officer = staff_with("officer", department=digital)
    content = achievements.Content(
        kind="online_procedure",
        happened_on=date(2024, 4, 1),
        department_code="digital",
        title="図書館の貸出予約",
        proof_reference="盛図第1号",
    )
    row = achievements.record_achievement(content=content, by=officer, now=NOW)
    later = replace(content, happened_on=date(2024, 6, 1))

    achievements.change_achievement(achievement=row, version=1, content=later, by=officer, now=NOW)
    job({})
    corrected = counted()
    achievements.withdraw_achievement(achievement=row, version=2, reason="誤り", by=officer, now=NOW)

    assert corrected == [("図書館の貸出予約", date(2024, 6, 1))]
    assert counted() == []


def test_a_record_written_in_another_width_than_the_room_tells_it_counts_once(room):
    room.now = [replace(CLAIM, label="住民票の写し（郵送）")]
    record("住民票の写し(郵送)", date(2024, 4, 1))

    job({})

    assert stock_on(FROM) == [1]
