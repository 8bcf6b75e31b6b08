"""Comparing with other cities, and forecasting renewals of My Number cards. Plain values in, an answer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

PEERS = 10


@dataclass(frozen=True, slots=True)
class City:
    """A municipality in a national table."""

    code: str
    name: str
    population: int | None
    value: float
    numerator: float | None = None
    denominator: float | None = None


def peers(cities: Sequence[City], code: str, *, count: int = PEERS) -> list[City]:
    """The cities nearest in population to one, that one among them, largest value first; [] where it is not there."""
    own = next((city for city in cities if city.code == code), None)
    if own is None or own.population is None:
        return [own] if own else []
    size = own.population
    near = sorted(
        (city for city in cities if city.population is not None and city.code != code),
        key=lambda city: (abs((city.population or 0) - size), city.code),
    )
    return sorted([own, *near[:count]], key=lambda city: (-city.value, city.code))


def rank(cities: Sequence[City], code: str) -> tuple[int, int] | None:
    """The place of a city by value and how many there are; equal values share a place. None where it is not there."""
    own = next((city for city in cities if city.code == code), None)
    if own is None:
        return None
    return 1 + sum(city.value > own.value for city in cities), len(cities)


@dataclass(frozen=True, slots=True)
class Load:
    """What a month of renewals asks of the counters."""

    month: date
    certificates: int
    cards: int
    visits: int
    minutes: int
    counters: int


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a forecast of renewals rests on; every one is shown beside it."""

    share_at_counter: float = 0.7  # of those who renew
    minutes_a_visit: int = 20
    open_days: int = 20  # a month
    minutes_a_day: int = 420  # of one counter


# 電子証明書 5年、カード 10年（未成年 5年）: general knowledge
CERTIFICATE_YEARS = 5
CARD_YEARS = 10
MINORS_CARD_YEARS = 5


def renewals(
    issued: Mapping[date, tuple[int, int]], *, since: date, months: int, assumed: Assumptions
) -> list[Load]:
    """Renewals month by month from cards issued to adults and minors in each month (its first day).

    An adult's certificates end at the fifth birthday after issue, the card at the tenth; a minor's card at the fifth,
    with its certificates. Birthdays are spread evenly over the year, so what was issued in one month falls due over
    the twelve months that end five (ten) years later. Both are done in one visit. What comes later (moves, deaths, lost
    cards, a second renewal) is not known here.
    """
    found = []
    all_certificates = all_cards = 0.0  # so far; whole numbers are cut from these sums, so that none is lost
    for number in range(months):
        month = _months_after(since, number)
        before = (round(all_certificates), round(all_cards))
        all_certificates += _due(issued, month, CERTIFICATE_YEARS, minors=False)
        all_cards += _due(issued, month, CARD_YEARS, minors=False)
        all_cards += _due(issued, month, MINORS_CARD_YEARS, minors=True)
        certificates, cards = round(all_certificates) - before[0], round(all_cards) - before[1]
        visits = round((certificates + cards) * assumed.share_at_counter)
        minutes = visits * assumed.minutes_a_visit
        counters = ceil(minutes / (assumed.open_days * assumed.minutes_a_day))
        found.append(Load(month, certificates, cards, visits, minutes, counters))
    return found


def _due(issued: Mapping[date, tuple[int, int]], month: date, years: int, *, minors: bool) -> float:
    """How many end in a month: of each of the twelve months whose last birthday may fall into it, a twelfth."""
    whole = [issued.get(_months_after(month, back - 12 * years), (0, 0))[minors] for back in range(12)]
    return sum(whole) / 12


def _months_after(month: date, months: int) -> date:
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
