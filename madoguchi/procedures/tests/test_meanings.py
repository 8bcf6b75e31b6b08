"""What questions mean in any procedure: the places where a definition asks about people, and who is named there."""

from __future__ import annotations

import pytest

from madoguchi.procedures import placing
from madoguchi.procedures.checking import CATALOG
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.meanings import people_in, places_of
from madoguchi.procedures.tests.building import asked, definition_of, section

ANNA = {"family": "盛岡", "given": "あんな"}
MIO = {"family": "盛岡", "given": "澪"}
FAMILY = definition_of(
    section(
        "first",
        asked("day", "date", prefill={"from": "applicant.birth_date"}),
        asked("name", "person_name", prefill={"from": "applicant.name"}),
        asked("partner", "person_name", means="spouse.name"),
        asked("partner_day", "date", means="spouse.birth_date"),
        asked("account", "bank_account"),
    ),
    section(
        "kids",
        asked(
            "children",
            "group",
            means="child",
            item_label="お子さん",
            min=0,
            max=5,
            questions=[
                asked("child", "person_name", means="name"),
                asked("born", "date", means="birth_date"),
                asked("school"),
            ],
        ),
    ),
)


def test_a_definition_says_where_it_asks_about_people():
    found = places_of(FAMILY)

    assert [(place.id, place.role, sorted(place.questions)) for place in found] == [
        ("name", "applicant", ["birth_date", "name"]),
        ("partner", "spouse", ["birth_date", "name"]),
        ("children", "child", ["birth_date", "name"]),
    ]


def test_what_is_not_declared_is_no_place():
    silent = definition_of(
        section(
            "first", asked("name", "person_name"), asked("mail", "email", prefill={"from": "applicant.email"})
        ),
        section("kids", asked("children", "group", questions=[asked("child", "person_name")])),
    )

    assert places_of(silent) == ()


def test_the_people_of_a_filing_are_those_with_a_name():
    answers = {
        "name": ANNA,
        "day": "1990-04-12",
        "partner_day": "1991-01-01",
        "account": {"kind": "bank"},
        "children": [{"_id": "m2", "child": MIO, "born": "2020-05-05", "school": "南小"}, {"_id": "m3"}],
    }

    found = people_in(FAMILY, answers)

    assert [(person.key, person.role, person.facts) for person in found] == [
        ("name", "applicant", {"name": ANNA, "birth_date": "1990-04-12"}),
        ("children/m2", "child", {"name": MIO, "birth_date": "2020-05-05"}),
    ]
    assert found[1].targets == {"name": "children/m2/child", "birth_date": "children/m2/born"}


def test_procedures_that_use_a_block_share_its_meaning_without_writing_anything():
    users = [
        path.stem
        for path in sorted(CATALOG.glob("*.yaml"))
        if "daily_movers" in compile_source(path.read_text(encoding="utf-8")).blocks
    ]

    assert len(users) > 1
    for name in users:
        compiled = compile_source((CATALOG / f"{name}.yaml").read_text(encoding="utf-8"))
        assert "family" in {place.role for place in places_of(compiled)}


@pytest.mark.parametrize("word", ["世帯主から見た", "お子さんから見た"])
def test_a_relationship_to_somebody_else_is_not_declared(word: str):
    texts = [path for folder in (CATALOG, placing.BLOCKS) for path in folder.glob("*.yaml")]
    declared = [
        question.label
        for path in texts
        if path.parent == CATALOG
        for question in compile_source(path.read_text(encoding="utf-8")).all_questions()
        if question.means.rpartition(".")[2] == "relationship"
    ]

    assert declared
    assert not [label for label in declared if word in label]
