"""Synthetic residents: households of every shape at addresses of Morioka, the same for the same seed and day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from uuid import UUID

from madoguchi.common import clock, kernel
from madoguchi.common.ids import SECRET_ALPHABET
from madoguchi.common.registers import DemoSize
from madoguchi.identity import demo_names
from madoguchi.identity.actions.restrictions import add_restriction
from madoguchi.identity.models import Resident
from madoguchi.identity.rules import Relation, RestrictionReason, Sex
from madoguchi.japan.addresses import MORIOKA, Town, towns_of_city

ROWS_IN_A_UNIT = 200
PROTECTED_SHARE = 0.01
FOREIGN_SHARE = 0.02
# Households by shape, roughly as in the census: alone, couple, couple with children, one parent, three generations.
SHAPES = {"alone": 36, "couple": 20, "family": 29, "one_parent": 8, "generations": 7}

Member = tuple[Relation, int, Sex]


def load(size: DemoSize) -> None:
    """Add so many residents, one in a hundred of them protected."""
    rng = Random(f"residents {size.seed}")  # noqa: S311  # nothing secret: the same seed gives the same people
    now = clock.now()
    unit = kernel.Unit()
    for resident in people(rng, count=size.residents, today=clock.tokyo_date(now)):
        unit.insert(resident)
        if rng.random() < PROTECTED_SHARE:
            add_restriction(
                unit,
                subject=resident.subject,
                until=None,
                reason=rng.choice([r for r in RestrictionReason if r != RestrictionReason.CARRIED_OVER]),
                responsible_department="residents",
                by="system:demo",
                now=now,
            )
        if len(unit.statements) >= ROWS_IN_A_UNIT:
            kernel.commit(unit)
            unit = kernel.Unit()
    if unit.statements:
        kernel.commit(unit)


def people(rng: Random, *, count: int, today: date) -> Iterator[Resident]:
    """So many residents, household by household (the last household may be cut short)."""
    towns = towns_of_city(MORIOKA)
    weights = [1 + len(town.parts) for town in towns]
    made = 0
    while made < count:
        for resident in _household(rng, rng.choices(towns, weights)[0], today):
            if made == count:
                return
            made += 1
            resident.public_id = f"{made:06d}{''.join(rng.choices(SECRET_ALPHABET, k=4))}"
            yield resident


def _household(rng: Random, town: Town, today: date) -> Iterator[Resident]:
    members = _members(rng)
    household_id, address = _uuid(rng), _address(rng, town)
    surname = demo_names.surname(rng)
    foreign = demo_names.foreign_name(rng) if rng.random() < FOREIGN_SHARE else None
    for relation, age, sex in members:
        given = demo_names.given_name(rng, sex=sex, age=age)
        name = demo_names.Name(surname[0], given[0], surname[1], given[1])
        if foreign is not None and relation == Relation.HEAD:
            name = foreign
        yield Resident(
            id=_uuid(rng),
            family_name=name.family,
            given_name=name.given,
            family_kana=name.family_kana,
            given_kana=name.given_kana,
            birth_on=_birthday(rng, age, today),
            sex=sex,
            household_id=household_id,
            relation=relation,
            **address,
        )


def _members(rng: Random) -> list[Member]:
    """The head first, then spouse, children from the eldest, parents."""
    shape = rng.choices(list(SHAPES), list(SHAPES.values()))[0]
    if shape in ("family", "one_parent", "generations"):
        eldest = rng.randint(0, 20)
        age = eldest + rng.randint(22, 38)
    else:
        eldest, age = -1, rng.randint(19, 92) if shape == "alone" else rng.randint(26, 88)
    sex = rng.choice([Sex.FEMALE, Sex.MALE] if shape != "family" else [Sex.MALE, Sex.MALE, Sex.FEMALE])
    members: list[Member] = [(Relation.HEAD, age, sex)]
    if shape in ("couple", "family", "generations"):
        other = Sex.FEMALE if sex == Sex.MALE else Sex.MALE
        members.append((Relation.SPOUSE, max(19, age + rng.randint(-5, 3)), other))
    child = eldest
    for _ in range(rng.choices([1, 2, 3, 4], [42, 40, 15, 3])[0]):
        if child < 0:
            break
        members.append((Relation.CHILD, child, rng.choice(list(Sex))))
        child -= rng.randint(1, 4)
    if shape == "generations":
        members += [
            (Relation.PARENT, age + rng.randint(22, 34), parent)
            for parent in rng.choice([[Sex.FEMALE], [Sex.MALE, Sex.FEMALE]])
        ]
    return members


def _birthday(rng: Random, age: int, today: date) -> date:
    """A day on which somebody was born who is `age` years old today."""
    try:
        last = today.replace(year=today.year - age)
    except ValueError:  # today is 29 February
        last = today.replace(year=today.year - age, day=28)
    return last - timedelta(days=rng.randrange(365))


def _address(rng: Random, town: Town) -> dict[str, str]:
    part = rng.choice(town.parts).name if town.parts else ""
    if part.endswith("丁目") or not part:
        rest = f"{rng.randint(1, 40)}番{rng.randint(1, 30)}号"
    else:
        rest = f"{rng.randint(1, 300)}番地{rng.randint(1, 40)}"
    building = ""
    if rng.random() < 0.35:
        name = rng.choice(["コーポ", "メゾン", "サンハイツ", "グリーンハイム", "リバーサイド"])
        building = f"{name}{town.name} {rng.randint(1, 5)}0{rng.randint(1, 9)}号"
    return {
        "postal_code": town.postal_codes[0],
        "prefecture": "岩手県",
        "city": "盛岡市",
        "city_code": MORIOKA,
        "town": f"{town.name}{part}",
        "rest": rest,
        "building": building,
    }


def _uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
