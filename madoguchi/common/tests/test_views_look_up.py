"""Look-ups of postal codes, banks and branches: what a script gets, and what nonsense gets."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client


def asked(address: str, **query: str) -> Any:
    return Client().get(address, query)


def choices(address: str, **query: str) -> list[dict[str, Any]]:
    response = asked(address, **query)
    assert response.status_code == 200
    found: list[dict[str, Any]] = response.json()["choices"]
    return found


def test_a_postal_code_gives_its_place() -> None:
    assert asked("/japan/postal/0200023.json").json() == {
        "places": [{"prefecture": "岩手県", "city": "盛岡市", "city_code": "032018", "town": "内丸"}]
    }


def test_a_postal_code_of_two_prefectures_gives_both() -> None:
    places = asked("/japan/postal/4980000.json").json()["places"]

    assert [place["prefecture"] for place in places] == ["愛知県", "三重県"]


def test_a_place_is_named_once_however_many_parts_share_the_code() -> None:
    places = asked("/japan/postal/0200023.json").json()["places"]

    assert len({tuple(place.values()) for place in places}) == len(places)


def test_a_postal_code_that_is_not_in_use_gives_no_place() -> None:
    assert asked("/japan/postal/0000000.json").json() == {"places": []}


@pytest.mark.parametrize("code", ["020002", "02000233", "020-0023", "０２０００２３", "abcdefg", "%00200023"])
def test_what_is_no_postal_code_has_no_address(code: str) -> None:
    assert asked(f"/japan/postal/{code}.json").status_code in (400, 404)


@pytest.mark.parametrize(
    "typed", ["岩手", "岩手銀行", "いわて", "イワテ", "ｲﾜﾃ", "0123", "０１２３", " 岩手 "]
)
def test_a_bank_is_found_by_name_reading_and_code(typed: str) -> None:
    found = choices("/japan/banks.json", q=typed)

    assert {"value": "岩手銀行", "code": "0123"}.items() <= found[0].items()


def test_the_reading_is_shown_in_the_kana_that_was_typed_because_browsers_compare_letters() -> None:
    assert choices("/japan/banks.json", q="いわ")[0]["label"] == "0123 いわて"
    assert choices("/japan/banks.json", q="イワ")[0]["label"] == "0123 イワテ"


def test_a_branch_is_found_in_the_bank_that_was_chosen() -> None:
    assert choices("/japan/branches.json", q="本店", **{"with": "0123"})[0] == {
        "value": "本店営業部",
        "label": "001 ホンテン",
        "code": "001",
    }


def test_there_are_never_more_than_twenty_choices() -> None:
    assert len(choices("/japan/banks.json", q="銀行")) <= 20
    assert len(choices("/japan/banks.json", q="0")) == 20
    assert len(choices("/japan/branches.json", q="0", **{"with": "0001"})) == 20


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": ""},
        {"q": "　"},
        {"q": "あ" * 10_000},
        {"q": "岩手", "with": "../../etc"},
        {"q": "岩手", "with": "9999"},
        {"q": "岩手", "with": "0123" * 500},
        {"q": "𠮷😀"},
        {"q": "岩手", "with": ""},
    ],
)
def test_nonsense_finds_no_branch(query: dict[str, str]) -> None:
    assert choices("/japan/branches.json", **query) == []


@pytest.mark.parametrize("typed", ["", "　", "あ" * 10_000, "𠮷😀", "'; DROP TABLE banks; --", ".*"])
def test_nonsense_finds_no_bank(typed: str) -> None:
    assert choices("/japan/banks.json", q=typed) == []


@pytest.mark.parametrize(
    "address", ["/japan/postal/0200023.json", "/japan/banks.json", "/japan/branches.json"]
)
def test_everybody_may_keep_the_answer_and_it_carries_no_cookie(address: str) -> None:
    response = asked(address, q="岩手")

    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert response.headers["Content-Type"] == "application/json"
    assert "Cookie" not in response.headers.get("Vary", "")
    assert not response.cookies


@pytest.mark.parametrize(
    "address", ["/japan/postal/0200023.json", "/japan/banks.json", "/japan/branches.json"]
)
def test_a_look_up_only_reads(address: str) -> None:
    assert Client().post(address).status_code == 405
    assert Client().head(address).status_code == 200
