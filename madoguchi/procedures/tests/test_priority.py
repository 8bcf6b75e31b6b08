"""The national list of priority procedures: what of it can be filed here today, and whose the rest is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madoguchi.common import clock
from madoguchi.common.tests.lists import both_files
from madoguchi.procedures import actions, priority
from madoguchi.procedures.tests.factories import ROOM, publish, source_of

PLACE = "/procedures/priority/"


def page(language: str = "ja") -> str:
    client = Client()
    client.get(f"/language/{language}/")
    return client.get(PLACE).content.decode()


def states() -> dict[str, str]:
    """By number, what the file says."""
    lines = both_files(Client(headers={"accept-language": "ja"}), "/procedures/priority.csv")
    return {line[1]: line[4] for line in lines[1:]}


def test_the_list_has_27_procedures_of_the_city_and_4_of_others() -> None:
    found = priority.national_list()

    assert [one.number for one in found] == list(range(1, 32))
    assert [one.number for one in found if not one.is_citys] == [28, 29, 30, 31]
    assert all(one.page.startswith("https://www.pref.iwate.jp/") for one in found if not one.is_citys)


def test_every_priority_procedure_of_the_city_is_in_the_catalogue_under_its_number() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOM / "catalog").glob("*.yaml"))
    lines = [line for source in sources for line in source.splitlines() if line.startswith("priority: ")]

    assert sorted(int(line.removeprefix("priority: ")) for line in lines) == list(range(1, 28))


@pytest.mark.django_db
def test_what_is_open_leads_to_its_page_under_its_name_of_today() -> None:
    procedure_id = publish("child_allowance_end").procedure_id

    text = page()

    assert f'href="/procedures/{procedure_id}/">児童手当の受給事由消滅の届出' in text.replace("<span>", "")
    assert "受給事由消滅の届出" in text
    assert "市の27手続のうち、いまこのサイトで申請できるのは1手続です" in text
    assert states()["4"] == "できます"


@pytest.mark.django_db
def test_the_rest_says_why_not() -> None:
    closed = publish("disaster_certificate").procedure_id
    actions.close(procedure_id=closed, by="test:a", now=clock.now())

    found = states()

    assert len(found) == 31
    assert found["27"].startswith("いまは受け付けていません。")
    assert found["1"].startswith("まだできません。")
    assert found["28"] == "市の手続ではありません。岩手県の手続です。"
    assert found["31"] == "市の手続ではありません。岩手県警察の手続です。"


@pytest.mark.django_db
def test_of_two_under_one_number_the_open_one_is_shown() -> None:
    closed = publish("disaster_certificate").procedure_id
    actions.close(procedure_id=closed, by="test:a", now=clock.now())
    other = source_of("dog_registration").replace("\ntitle:", "\npriority: 27\ntitle:", 1)
    actions.publish(source=other, by="test:a", approved_by="test:b", now=clock.now())

    assert states()["27"] == "できます"


@pytest.mark.django_db
def test_a_procedure_that_takes_the_number_of_anothers_does_not_become_the_citys() -> None:
    source = source_of("disaster_certificate").replace("priority: 27", "priority: 28", 1)
    actions.publish(source=source, by="test:a", approved_by="test:b", now=clock.now())

    assert states()["28"] == "市の手続ではありません。岩手県の手続です。"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Change of address for the automobile tax"),
        ("ja-easy", "市の 手続では ありません。岩手県の 警察の 手続です。"),
    ],
)
def test_it_speaks_the_languages_of_the_site(language: str, words: str) -> None:
    assert words in page(language)


@pytest.mark.django_db
def test_the_list_of_procedures_and_the_foot_of_each_page_lead_to_it() -> None:
    client = Client(headers={"accept-language": "ja"})

    assert client.get("/procedures/").content.decode().count(f'href="{PLACE}"') == 2
    assert f'href="{PLACE}"' in client.get("/contact/").content.decode()


@pytest.mark.django_db
def test_ten_procedures_ask_as_much_as_one() -> None:
    publish("child_allowance_end")
    page()
    with CaptureQueriesContext(connection) as one:
        page()
    for path in sorted((ROOM / "catalog").glob("child_allowance_*.yaml")):
        publish(path.stem)
    page()
    with CaptureQueriesContext(connection) as ten:
        page()

    assert len(ten) == len(one)
