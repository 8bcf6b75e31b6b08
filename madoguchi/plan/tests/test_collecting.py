"""What other rooms tell: counted once beside what people recorded, and gone when it is no longer so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


# --- told since a day ------------------------------------------------------------------------------------------


class Crowd:
    """A room that tells what happened since a day, and remembers since when it was asked."""

    def __init__(self) -> None:
        self.days: dict[date, int] = {}
        self.asked: list[date | None] = []

    def __call__(self, since: date | None) -> Iterator[Happening]:
        self.asked.append(since)
        for on, quantity in self.days.items():
            if since is None or on >= since:
                yield Happening(key=str(on), on=on, quantity=quantity)


@pytest.fixture
def crowd(room) -> Crowd:
    told = Crowd()
    registers.indicators.add("crowd", IndicatorSource("人", "人", collect_since=told))
    return told


def sums(source: str) -> list[tuple[date, int]]:
    return list(Fact.objects.filter(source=source).order_by("on").values_list("on", "quantity"))


def test_all_is_told_once_then_only_what_may_have_changed(crowd):
    crowd.days = {date(2020, 4, 1): 5, date(2026, 11, 1): 2}
    collecting.collect()
    crowd.days = {date(2020, 4, 1): 99, date(2026, 11, 1): 3, date(2026, 11, 2): 1}

    collecting.collect()

    assert crowd.asked == [None, date(2026, 11, 1) - collecting.AGAIN]
    assert sums("crowd") == [(date(2020, 4, 1), 5), (date(2026, 11, 1), 3), (date(2026, 11, 2), 1)]
    assert facts.recount("crowd") == 0


def test_a_recent_day_that_is_no_longer_told_is_taken_back_and_an_old_one_stays(crowd):
    crowd.days = {date(2020, 4, 1): 5, date(2026, 10, 1): 2, date(2026, 11, 2): 1}
    collecting.collect()
    del crowd.days[date(2026, 10, 1)], crowd.days[date(2020, 4, 1)]

    collecting.collect()

    assert sums("crowd") == [(date(2020, 4, 1), 5), (date(2026, 11, 2), 1)]
    assert facts.recount("crowd") == 0


# --- what stands -----------------------------------------------------------------------------------------------


def stand(on: date, **quantities: int) -> None:
    told = [Happening(key=key, on=on, quantity=quantity) for key, quantity in quantities.items()]
    facts.bring_standing("open", told, today=on)


def stood_on(*days: date) -> list[float | None]:
    one = indicator_of(kind="sum", span="day", source="open")
    return [figures.figure(plan_of(ends_on=date(2030, 3, 31)), one, day).value for day in days]


def days(*numbers: int) -> list[date]:
    return [date(2026, 11, number) for number in numbers]


def test_what_stands_is_noted_from_the_day_it_changed_and_past_days_keep_their_sum():
    stand(date(2026, 11, 2), a=3, b=1)
    stand(date(2026, 11, 3), a=3, b=1)
    stand(date(2026, 11, 5), a=4)  # nobody counted on the fourth

    assert stood_on(*days(1, 2, 3, 4, 5, 9)) == [None, 4, 4, 4, 4, 4]
    assert Fact.objects.filter(source="open", until=None).get().quantity == 4
    assert Fact.objects.filter(source="open").count() == 3
    assert facts.recount("open") == 0


def test_within_a_day_the_last_count_of_what_stands_holds():
    stand(date(2026, 11, 2), a=3)
    stand(date(2026, 11, 2), a=5, b=1)
    stand(date(2026, 11, 2), a=7)

    assert stood_on(*days(2)) == [7]
    assert Fact.objects.filter(source="open").count() == 1


def test_what_no_longer_stands_ends_and_may_stand_again():
    stand(date(2026, 11, 2), a=3)
    stand(date(2026, 11, 3))
    stand(date(2026, 11, 3), a=2)
    stand(date(2026, 11, 4), a=0)

    assert stood_on(*days(2, 3, 4)) == [3, 2, 0]
    assert facts.recount("open") == 0


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)))))
def test_whatever_is_counted_a_day_shows_its_last_count(counts):
    Fact.objects.filter(source="open").delete()
    facts.recount("open")
    expected: dict[date, int] = {}
    day = date(2026, 11, 1)
    for later, told in counts:
        day += timedelta(days=later)
        stand(day, **told)
        expected[day] = sum(told.values())

    was_told = {on for on in expected if Fact.objects.filter(source="open", on__lte=on).exists()}
    assert stood_on(*expected) == [n if on in was_told else None for on, n in expected.items()]
    assert facts.recount("open") == 0
