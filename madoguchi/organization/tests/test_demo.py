"""The demo's people: the same for the same seed, with everything that makes real registers hard."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest

from madoguchi.common import registers
from madoguchi.common.registers import DemoSize
from madoguchi.identity import demo as identity_demo
from madoguchi.identity import demo_accounts, queries
from madoguchi.identity.models import Resident, Restriction, Staff
from madoguchi.identity.rules import Relation
from madoguchi.identity.tests.factories import TODAY
from madoguchi.japan.addresses import by_postal_code
from madoguchi.organization import demo
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Department, Posting
from madoguchi.organization.rules import Role

SIZE = DemoSize(residents=300, applications=0, seed=1)


def people(seed: int, count: int = 1500) -> list[Resident]:
    return list(identity_demo.people(Random(seed), count=count, today=TODAY))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_people_and_another_seed_others():
    told = [
        [(p.id, p.public_id, p.family_name, p.birth_on, p.town) for p in people(s, 200)] for s in (1, 1, 2)
    ]

    assert told[0] == told[1]
    assert told[0] != told[2]


@pytest.mark.slow
def test_the_people_have_every_trait_that_forms_must_bear():
    made = people(1)
    names = "".join(p.family_name for p in made)

    assert len(made) == len({p.public_id for p in made}) == 1500
    assert all(character in names for character in ("髙", "﨑", "𠮷"))
    assert any(p.family_name.isascii() for p in made)
    ages = {TODAY.year - p.birth_on.year for p in made if p.relation == Relation.CHILD}
    assert set(range(1, 19)) <= ages
    assert all(p.birth_on <= TODAY for p in made)
    assert any(p.building for p in made)
    sizes: dict[UUID, int] = {}
    for person in made:
        sizes[person.household_id] = sizes.get(person.household_id, 0) + 1
    assert {1, 2, 3, 4, 5} <= set(sizes.values())


@pytest.mark.slow
def test_parents_are_grown_up_when_their_children_are_born():
    made = people(3)
    heads = {p.household_id: p for p in made if p.relation == Relation.HEAD}

    for child in (p for p in made if p.relation == Relation.CHILD):
        assert child.birth_on.year - heads[child.household_id].birth_on.year >= 20


@pytest.mark.slow
def test_addresses_are_places_of_the_city():
    for person in people(1, 50):
        places = by_postal_code(person.postal_code)

        assert any(place.city == "盛岡市" and person.town.startswith(place.town) for place in places)


@pytest.mark.slow
@pytest.mark.django_db
def test_loading_makes_the_departments_staff_and_residents_of_a_city(time):
    identity_demo.load(SIZE)
    demo.load(SIZE)

    assert Resident.objects.count() == 300
    assert 1 <= Restriction.objects.count() <= 12
    assert len(organization.all_departments(TODAY)) >= 25
    assert Staff.objects.count() >= 40
    assert set(Posting.objects.values_list("role", flat=True)) == set(Role.values)
    assert set(
        Department.objects.filter(code__in=["child-welfare", "digital"]).values_list("code", flat=True)
    )
    assert not Department.objects.exclude(phone__startswith="019-000-").exists()
    accounts = {account.login: account for account in demo_accounts.demo_codes(now=time.now)}
    assert list(accounts) == ["officer", "officer2", "approver", "head", "admin"]
    assert all(account.code for account in accounts.values())
    officer = Staff.objects.get(login="officer")
    assert organization.departments_of(officer, TODAY, (Role.OFFICER,)) == set(demo.HANDLING)
    families = queries.families(limit=20)
    assert families
    assert all(children for _, children in families)
    head, children = families[0]
    assert set(children) < set(queries.household_of(head))
    assert queries.resident(head.public_id) == head


@pytest.mark.django_db
def test_no_demo_staff_are_made_in_a_real_city(settings):
    settings.DEMO = False

    with pytest.raises(demo_accounts.NoDemo):
        demo.load(SIZE)

    assert not Staff.objects.exists()


def test_the_console_names_every_demo_log_in():
    told = "\n".join(registers.demo_log_ins.get("organization")())

    assert demo_accounts.PASSWORD in told
    assert all(login in told for login in demo_accounts.LOGINS)
