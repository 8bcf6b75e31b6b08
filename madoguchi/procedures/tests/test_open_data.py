"""Procedures as open data, and what an assistant may say of them: from what is published, in each language."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madoguchi.common import registers
from madoguchi.procedures import open_data
from madoguchi.procedures.definition import LANGUAGES, Definition, Text, ToComplete
from madoguchi.procedures.facts import facts_of, is_confirmed
from madoguchi.procedures.filing_schema import filing_schema
from madoguchi.procedures.models import Procedure
from madoguchi.procedures.queries import definition_of
from madoguchi.procedures.tests.test_public_pages import offer

pytestmark = pytest.mark.django_db
CHILD = "child-allowance-claim"


@pytest.fixture
def child() -> Definition:
    """The definition of the one procedure that is offered."""
    return definition_of(offer("child_allowance_claim").current_id)


def read(path: str) -> str:
    response = Client().get(path)
    assert response.status_code == 200
    return b"".join(response).decode() if response.streaming else response.content.decode()


def table(path: str) -> list[dict[str, str]]:
    text = read(path)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def facts(language: str) -> dict[str, registers.ApprovedFact]:
    return {fact.key: fact for fact in registers.knowledge.get("procedures")(language)}


@pytest.mark.parametrize("name", ["data", "documents", "answers"])
def test_csv_and_json_tell_the_same_rows_and_json_says_what_the_columns_mean(
    child: Definition, name: str
) -> None:
    rows, content = table(f"/procedures/{name}.csv"), json.loads(read(f"/procedures/{name}.json"))

    headings = [column["heading"] for column in content["columns"]]
    names = [column["name"] for column in content["columns"]]
    assert rows
    assert len(set(headings)) == len(headings)
    assert [[row[heading] for heading in headings] for row in rows] == [
        [written(row[column]) for column in names] for row in content["rows"]
    ]
    assert content["licence"] == "CC-BY-4.0"
    assert content["licence_url"].startswith("https://creativecommons.org/licenses/by/4.0/")


def written(value: Any) -> str:
    """A value of the JSON as the CSV writes it."""
    if isinstance(value, bool):
        return "有" if value else "無"
    return "" if value is None else str(value)


def test_the_list_says_what_the_definition_says_and_whether_it_is_taken_today(child: Definition) -> None:
    [row] = json.loads(read("/procedures/data.json"))["rows"]

    assert row["procedure_id"] == CHILD
    assert (row["fee_yen"], row["days"], row["days_unit"]) == (0, 30, "暦日")
    assert row["online"] is True
    assert row["published_on"] == "2026-01-05"
    assert row["telephone"] == "019-651-4111"
    assert row["address"].endswith(f"/procedures/{CHILD}/")
    waiting = {one.about for one in child.to_complete}
    assert row["days_confirmed"] is ("clock" not in waiting)
    assert row["fee_confirmed"] is ("fee" not in waiting and child.fee.mark in ("seen", "verified"))
    assert row["unconfirmed"] == len(open_data.unconfirmed(child))
    assert len(row["laws"].split(";")) == len(row["laws_confirmed"].split(";")) == len(child.law)

    Procedure.objects.update(is_open=False)

    [row] = table("/procedures/data.csv")
    assert row["オンライン受付"] == "無"


def test_one_procedure_is_told_whole_in_each_language(child: Definition) -> None:
    told = json.loads(read(f"/procedures/{CHILD}/data.json"))

    assert set(told["name"]) == set(LANGUAGES)
    assert [one["id"] for one in told["documents"]] == [paper.id for paper in child.documents]
    assert told["law"][0]["mark"] == child.law[0].mark
    assert told["department"]["telephone"] == "019-651-4111"
    assert len(told["answers"]) == len(child.answers)
    assert told["unconfirmed"] == open_data.unconfirmed(child)
    assert told["digest"] == child.digest


def test_the_schema_of_its_answers_is_told_where_the_procedure_says(child: Definition) -> None:
    told = json.loads(read(f"/procedures/{CHILD}/data.json"))
    response = Client().get(told["answers_schema"].removeprefix(settings.BASE_URL))

    assert response["Content-Type"] == "application/schema+json"
    assert response.json() == json.loads(json.dumps(filing_schema(child)))


@pytest.mark.parametrize("file", ["data.json", "schema.json"])
def test_a_procedure_that_is_not_there_has_no_data(file: str) -> None:
    assert Client().get(f"/procedures/nothing-here/{file}").status_code == 404


def test_the_page_and_the_list_lead_to_the_data(child: Definition) -> None:
    assert f'href="/procedures/{CHILD}/data.json"' in read(f"/procedures/{CHILD}/")
    assert 'href="/procedures/data.csv"' in read("/procedures/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_carry_who_approved_them_and_where_they_stand(child: Definition, language: str) -> None:
    known = facts(language)

    assert {f"{CHILD}:{about}" for about in ("what", "who", "until", "fee", "days", "online")} <= set(known)
    written = [key for key in known if key.startswith(f"{CHILD}:answer-")]
    assert len(written) == len(child.answers)
    for fact in known.values():
        assert fact.answer.strip()
        assert (fact.approved_by, fact.version, fact.address) == ("test:second", 1, f"/procedures/{CHILD}/")
    assert "clock" in {one.about for one in child.to_complete}
    assert known[f"{CHILD}:days"].mark == "to_complete"
    assert child.current_name.of(language) in known[f"{CHILD}:fee"].question


def test_facts_are_said_in_the_language_that_was_asked_for(child: Definition) -> None:
    keys = [f"{CHILD}:fee", f"{CHILD}:days", f"{CHILD}:online"]

    said = {language: [facts(language)[key].answer for key in keys] for language in LANGUAGES}

    assert len({tuple(answers) for answers in said.values()}) == len(LANGUAGES)


def test_a_text_that_lacks_a_language_gives_no_fact_in_it(child: Definition) -> None:
    half = Text("いつでもできます。", {"en": "At any time."})
    facts_in = {
        language: [
            said.about
            for said in facts_of(replace(child, until=half), language, is_open=True, department=None)
        ]
        for language in LANGUAGES
    }

    assert "until" in facts_in["en"]
    assert "until" not in facts_in["ja-easy"]


def test_what_the_section_still_has_to_confirm_is_not_told_as_confirmed(child: Definition) -> None:
    def marks(*abouts: str) -> dict[str, str]:
        waiting = tuple(ToComplete(about, "確かめてください。") for about in abouts)
        changed = replace(child, to_complete=waiting)
        return {said.about: said.mark for said in facts_of(changed, "ja", is_open=True, department=None)}

    sure, unsure = marks(), marks("until", "documents", "answers", "clock", "fee", "who", "summary")

    assert {sure[about] for about in ("what", "who", "until", "bring")} == {""}
    assert {mark for about, mark in unsure.items() if about != "online"} == {"to_complete"}
    assert not is_confirmed("to_complete")
    assert marks("until")["who"] == ""


def test_papers_that_not_everybody_needs_are_told_so(child: Definition) -> None:
    said = {one.about: one for one in facts_of(child, "ja", is_open=True, department=None)}["bring"]
    lines = dict(
        zip(
            (paper.id for paper in child.documents),
            said.answer.splitlines()[-len(child.documents) :],
            strict=True,
        )
    )

    assert {name for name, line in lines.items() if "あてはまる方だけ" in line} == {
        paper.id for paper in child.documents if paper.when is not None or paper.required is not True
    }
    assert {name for name, line in lines.items() if "あとから出せます" in line} == {
        paper.id for paper in child.documents if paper.may_follow
    }
    rows = json.loads(read("/procedures/documents.json"))["rows"]
    told = json.loads(read(f"/procedures/{CHILD}/data.json"))["documents"]
    assert [row["only_some"] for row in rows] == [one["only_some"] for one in told]


def test_the_data_may_be_kept_for_minutes_and_reads_the_same_in_every_language(child: Definition) -> None:
    english = Client()
    english.cookies["madoguchi_language"] = "en"

    response = english.get("/procedures/data.json")

    assert response["Cache-Control"] == "public, max-age=300"
    assert response.content.decode() == read("/procedures/data.json")


def test_what_is_closed_is_said_to_be_closed(child: Definition) -> None:
    before = facts("ja")[f"{CHILD}:online"].answer
    Procedure.objects.update(is_open=False)

    assert facts("ja")[f"{CHILD}:online"].answer != before


def test_the_data_sets_of_the_room_are_registered_and_their_rows_fit_their_columns(child: Definition) -> None:
    for name in ("procedures", "procedure-documents", "procedure-answers"):
        dataset = registers.datasets.get(name)
        rows = list(dataset.rows())
        assert rows
        assert {len(row) for row in rows} == {len(dataset.columns)}


@pytest.mark.parametrize(
    "path", ["/procedures/data.csv", "/procedures/documents.csv", "/procedures/answers.csv"]
)
def test_many_procedures_take_as_many_questions_as_one(child: Definition, path: str) -> None:
    def questions() -> int:
        read(path)
        with CaptureQueriesContext(connection) as asked:
            read(path)
        return len(asked)

    few = questions()
    for name in ("residence_certificate", "care_certification", "disaster_certificate"):
        offer(name)

    assert questions() == few
