"""The public pages: first page, list with its filters in the address, a procedure's page, the schema."""

from __future__ import annotations

import html
import json
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madoguchi.organization.tests.factories import DepartmentFactory
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.models import Procedure, ProcedureVersion
from madoguchi.procedures.queries import definition_of
from madoguchi.procedures.tests.factories import source_of

pytestmark = pytest.mark.django_db


def offer(name: str, **changes: str) -> Procedure:
    """Offer a definition without the checks of publishing."""
    source = source_of(name)
    for old, new in changes.items():
        source = source.replace(old.replace("__", ": "), new)
    definition = compile_source(source)
    version = ProcedureVersion.objects.create(
        procedure_id=definition.id,
        number=1,
        source=source,
        digest=definition.digest,
        department_code=definition.department,
        published_at="2026-01-05T00:00:00Z",
        published_by="test:author",
        approved_by="test:second",
    )
    DepartmentFactory(code=definition.department, name=f"{definition.department}課", phone="019-651-4111")
    return Procedure.objects.create(id=definition.id, current=version)


@pytest.fixture
def city() -> None:
    """A city that offers two procedures."""
    offer("child_allowance_claim")
    offer("residence_certificate")


def page(path: str, **headers: str) -> str:
    response = Client(headers=headers).get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_first_page_leads_to_search_life_events_procedures_and_what_was_filed(city):
    text = page("/")

    for part in ('action="/procedures/"', "/procedures/?event=birth", "/procedures/child-allowance-claim/"):
        assert part in text
    assert "/status/" in text
    assert "/filing/resume/" in text
    assert "/procedures/?event=disaster" not in text


def test_a_city_that_offers_nothing_yet_has_a_first_page_too():
    assert "/status/" in page("/")
    assert "見つかりませんでした" in page("/procedures/")


def test_the_list_finds_by_word_and_keeps_the_word_in_the_field(city):
    text = page(f"/procedures/?q={quote('子ども手当')}")

    assert "/procedures/child-allowance-claim/" in text
    assert "/procedures/residence-certificate/" not in text
    assert 'value="子ども手当"' in text
    assert "1件の手続があります" in text


def test_the_list_narrows_by_life_event_and_department(city):
    assert "/procedures/residence-certificate/" in page("/procedures/?event=living")
    assert "/procedures/child-allowance-claim/" not in page("/procedures/?event=living")
    assert "/procedures/child-allowance-claim/" in page("/procedures/?department=child-welfare")
    assert "見つかりませんでした" in page("/procedures/?department=child-welfare&event=living")


@pytest.mark.parametrize(
    "query", ["q=" + "%E3%81%82" * 2000, "event=%3Cscript%3E", "department=..%2F..", "q=%F0%9F%98%80"]
)
def test_odd_searches_find_nothing_and_do_no_harm(city, query):
    text = page(f"/procedures/?{query}")

    assert "<script>" not in text
    assert "見つかりませんでした" in text


def test_a_procedures_page_says_everything_before_one_begins(city):
    text = page("/procedures/child-allowance-claim/")

    for part in (
        "児童手当の認定請求",
        "お子さんを育てている父または母",
        "15日以内に申請してください",
        "委任状が必要です",
        "かかりません",
        "30日以内です",
        "児童手当法",
        "child-welfare課",
        "019-651-4111",
        "平日 8時30分〜17時15分",
        'action="/filing/child-allowance-claim/start/"',
    ):
        assert part in text, part


@pytest.mark.parametrize("name", ["child_allowance_claim", "vaccination_form_reissue"])
def test_a_procedures_page_says_what_is_still_to_be_confirmed(name):
    definition = definition_of(offer(name).current_id)

    text = html.unescape(page(f"/procedures/{definition.id}/"))

    assert "市で確認中のこと" in text
    assert definition.to_complete
    for one in definition.to_complete:
        assert one.text in text


def test_a_procedure_without_a_shorter_name_is_called_by_its_title_everywhere(city):
    title = "住民票の写しの交付申請"

    assert f"<title>{title}" in page("/procedures/residence-certificate/")
    assert title in page("/procedures/")
    assert title in page("/")


def test_a_closed_procedure_is_explained_but_cannot_be_begun(city):
    Procedure.objects.filter(id="residence-certificate").update(is_open=False)

    text = page("/procedures/residence-certificate/")

    assert "いまは受け付けていません" in text
    assert "/start/" not in text
    assert "オンラインでは受け付けていません" in page("/procedures/")


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Request for a copy"), ("ja-easy", "住民票（じゅうみんひょう）")]
)
def test_the_page_is_read_in_the_language_that_was_chosen(city, language, title):
    browser = Client()
    browser.cookies["madoguchi_language"] = language

    text = browser.get("/procedures/residence-certificate/").content.decode()

    assert title in text


def test_an_unknown_procedure_is_not_found(city):
    assert Client().get("/procedures/no-such-thing/").status_code == 404
    assert Client().get("/procedures/" + "x" * 3000 + "/").status_code == 404


def test_public_pages_are_only_read():
    for path in ("/", "/procedures/", "/procedures/schema/1"):
        assert Client().post(path).status_code in (403, 405)


def test_the_schema_of_the_language_is_published():
    response = Client().get("/procedures/schema/1")

    assert response.headers["Content-Type"] == "application/schema+json"
    assert json.loads(response.content)["$schema"].startswith("https://json-schema.org/")


def test_lists_ask_as_often_for_many_procedures_as_for_one():
    offer("residence_certificate")
    counts = []
    for _ in range(2):
        for path in ("/", "/procedures/"):
            page(path)
            with CaptureQueriesContext(connection) as asked:
                page(path)
            counts.append(len(asked))
        if len(counts) == 2:
            offer("child_allowance_claim")

    assert counts[:2] == counts[2:]
    assert max(counts) <= 4
