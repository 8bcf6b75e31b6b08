"""Two procedures that ask about a family, and a browser that has filed the first of them."""

from __future__ import annotations

from typing import Any

from madoguchi.applications.models import Application, Draft
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.procedures.definition import Definition

CLAIM, AID = "family-claim", "school-aid"
HANAKO = {"family": "盛岡", "given": "花子", "family_kana": "モリオカ", "given_kana": "ハナコ"}
AOI = {"family": "盛岡", "given": "葵", "family_kana": "モリオカ", "given_kana": "アオイ"}
MINATO = {"family": "盛岡", "given": "湊", "family_kana": "モリオカ", "given_kana": "ミナト"}
FAMILY: dict[str, Any] = {
    "name": HANAKO,
    "born": "1990-04-12",
    "phone": "0196514111",
    "note": "ひみつ",
    "children": [
        {"_id": "m1", "child": AOI, "child_born": "2016-05-01", "child_relation": "長女", "hobby": "将棋"},
        {"_id": "m2", "child": MINATO, "child_born": "2019-08-20", "child_relation": "長男", "hobby": "水泳"},
    ],
}
PERSON = (
    asked("name", "person_name", prefill={"from": "applicant.name"}),
    asked("born", "date", max="today", prefill={"from": "applicant.birth_date"}),
    asked("phone", "phone", prefill={"from": "applicant.phone"}),
    asked("note", required=False),
)


def group(group_id: str, means: str, *questions: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A group of people."""
    limits = {"min": 0, "max": 5, **keys}
    return asked(group_id, "group", means=means, item_label=group_id, questions=list(questions), **limits)


def offer_claim(**keys: Any) -> Definition:
    """The procedure that is filed first."""
    children = group(
        "children",
        "child",
        asked("child", "person_name", means="name"),
        asked("child_born", "date", means="birth_date"),
        asked("child_relation", means="relationship", max_length=20),
        asked("hobby", required=False),
    )
    sections = [section("person", *PERSON), section("kids", children)]
    return small(*sections, id=CLAIM, title="家族の手当", current_name="家族の手当", documents=[], **keys)


def offer_aid(*more: dict[str, Any], when: dict[str, Any] | None = None, **limits: Any) -> Definition:
    """The procedure that is filed next."""
    hidden = {"when": when} if when else {}
    pupils = group(
        "pupils",
        "child",
        asked("pupil", "person_name", means="name"),
        asked("pupil_born", "date", means="birth_date"),
        asked("pupil_relation", means="relationship", max_length=20),
        asked("school"),
        **limits,
    )
    person = section("person", *PERSON, asked("wants", "yes_no"))
    sections = [person, section("pupils", pupils, **hidden), *more]
    return small(*sections, id=AID, title="学校の援助", current_name="学校の援助", documents=[])


def family_filed(answers: dict[str, Any] = FAMILY) -> tuple[Visitor, Application]:
    """A browser that has just filed the first procedure."""
    visitor = Visitor()
    visitor.file(CLAIM, offer_claim(), answers)
    return visitor, Application.objects.get(procedure_id=CLAIM)


def choices(page: Page) -> dict[str, str]:
    """The fields for people on the page where they are chosen, with what stands in them."""
    return {name: value for name, value in page.form("").fields if name.startswith("who.")}


def draft() -> Draft:
    """The filing of the second procedure."""
    return Draft.objects.get(procedure_id=AID)


def taken(visitor: Visitor, page: Page, **changes: str) -> Page:
    """The page after all people were taken as proposed, or as `changes` (by given name) says."""
    chosen = visitor.send(page, button=("choose", "1"))
    fields = choices(chosen)
    for given, place in changes.items():
        key = next(name for name in fields if f"{given}-" in f"{name}-")
        fields[key] = place
    return visitor.send(chosen, fields, button=("take", "1"))
