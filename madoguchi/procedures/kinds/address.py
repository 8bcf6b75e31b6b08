"""An address in Japan: postal code, prefecture, municipality, town, the rest, building."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.japan import addresses, characters, kana
from madoguchi.japan.addresses import MORIOKA, AddressError, Municipality, Place
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import sentences
from madoguchi.procedures.kinds.base import (
    CleanContext,
    Cleaned,
    Data,
    FieldError,
    Kind,
    PaperBox,
    Raw,
    Value,
    typed,
)
from madoguchi.procedures.kinds.text import EMOJI, UNPRINTABLE

PARTS = ("postal_code", "prefecture", "city", "town", "rest", "building")
STORED = ("postal_code", "prefecture", "city", "city_code", "town", "rest", "building")
PLACE = "place"  # one of several places that share a postal code
PLACES, TOWNS = "#places", "#towns"  # offered to choose from
LONGEST = {"town": 100, "rest": 100, "building": 100}
_HYPHEN_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[‐‑‒–—―−ー－](?=[0-9])")
_COUNTY = re.compile(r"^\w{1,4}?郡(?=\w)")
_WARD = re.compile(r"\w{1,5}区")
_POSTAL = re.compile("[0-9]{7}")


class Address(Kind):
    """address: as `STORED` names its parts; town and building may be "", the others not."""

    name: ClassVar[str] = "address"
    composite: ClassVar[bool] = True

    def subfields(self, question: Question) -> tuple[str, ...]:
        """In the order of writing."""
        return PARTS

    def read(self, question: Question, data: Data, prefix: str = "q.") -> Raw:
        """What was typed; a postal code alone brings its address along, `lookup.<id>.towns` the towns of the city."""
        raw = super().read(question, data, prefix)
        chosen = data.getlist(f"{prefix}{question.id}.{PLACE}")
        if chosen and chosen[-1].count("|") == 2:
            raw |= dict(zip(("prefecture", "city", "town"), chosen[-1][:200].split("|"), strict=True))
        elif not any(typed(raw, part) for part in ("prefecture", "city", "town")):
            self._fill(raw)
        if data.getlist(f"lookup.{question.id}.towns"):
            self._offer_towns(raw)
        return raw

    def lookup(self, question: Question, raw: Raw) -> Raw:
        """The address of the postal code; several places are offered to choose from."""
        raw = dict(raw)
        if TOWNS not in raw:
            self._fill(raw)
        return raw

    def _fill(self, raw: Raw) -> None:
        places = _places(typed(raw, "postal_code"))
        if len(places) == 1:
            raw |= {"prefecture": places[0].prefecture, "city": places[0].city, "town": places[0].town}
            if places[0].rest and not typed(raw, "rest"):
                raw["rest"] = places[0].rest
        elif places:
            raw |= _common(places)
            raw[PLACES] = [[f"{p.prefecture}|{p.city}|{p.town}", f"{p.city}{p.town}"] for p in places]

    def _offer_towns(self, raw: Raw) -> None:
        """The towns of the municipality typed, else of Morioka, by the first sound of their reading."""
        city = _municipality(typed(raw, "prefecture"), typed(raw, "city"))
        code = city.code if city else MORIOKA
        found = addresses.municipality(code)
        if found is not None:
            raw |= {"prefecture": found.prefecture, "city": typed(raw, "city") or found.name}
        groups: dict[str, list[str]] = {}
        for town in addresses.towns_of_city(code):
            names = groups.setdefault(kana.search_key(town.kana)[:1], [])
            if town.name not in names:
                names.append(town.name)
        raw[TOWNS] = [[first, names] for first, names in groups.items()]

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """Widths and hyphens are put right, the municipality gets its code, a town typed with its number is divided."""
        if self.is_empty(question, raw):
            return Cleaned(None)
        value = {part: _put_right(typed(raw, part)) for part in PARTS}
        errors: list[FieldError] = []
        if any(raw.get(f"{part}#length") for part in PARTS):
            errors = [
                sentences.too_long(self._what(question, part, context), LONGEST.get(part, 20), length, part)
                for part in PARTS
                if (length := raw.get(f"{part}#length"))
            ]
            return Cleaned(None, tuple(errors))
        value["postal_code"] = self._postal(question, value["postal_code"], context, errors)
        for prefecture in addresses.prefectures():
            if not value["prefecture"] and value["city"].startswith(prefecture.name):
                value["prefecture"] = prefecture.name
        value["city"] = value["city"].removeprefix(value["prefecture"])
        city = _municipality(value["prefecture"], value["city"])
        if city is not None:
            value["prefecture"], value["city_code"] = city.prefecture, city.code
            _divide_town(value, city)
        errors += self._gaps(question, value, city, context, offered=bool(raw.get(PLACES)))
        if errors:
            return Cleaned(None, tuple(errors))
        stored = {part: value[part] for part in STORED}
        found = self.check(question, stored, context)
        return Cleaned(
            None if found else stored, found, () if found else self.notes(question, stored, context)
        )

    def _what(self, question: Question, part: str, context: CleanContext) -> str:
        return sentences.part(question, context, _label(part))

    def _postal(self, question: Question, text: str, context: CleanContext, errors: list[FieldError]) -> str:
        try:
            return addresses.normalise_postal_code(text)
        except AddressError as error:
            what = self._what(question, "postal_code", context)
            if error.code == "missing":
                errors.append(sentences.enter(what, "postal_code"))
            else:
                message = _("%(what)sを7桁の数字で入力してください。例：020-8530") % {"what": what}
                errors.append(FieldError("postal_code", message, error.code))
            return ""

    def _gaps(
        self,
        question: Question,
        value: dict[str, str],
        city: Municipality | None,
        context: CleanContext,
        *,
        offered: bool,
    ) -> list[FieldError]:
        errors = []
        if not value["prefecture"]:
            errors.append(sentences.choose(self._what(question, "prefecture", context), "prefecture"))
        if not value["city"]:
            errors.append(sentences.enter(self._what(question, "city", context), "city"))
        elif city is None and value["prefecture"]:
            errors.append(self._no_such_city(question, value["prefecture"], context))
        if offered and not value["town"]:
            errors.append(sentences.choose(self._what(question, "town", context), "town"))
        if not value["rest"]:
            message = sentences.enter(self._what(question, "rest", context), "rest").message
            hint = _("番地がないときは「番地なし」と入力してください。")
            errors.append(FieldError("rest", message + hint, "missing"))
        return errors

    def _no_such_city(self, question: Question, prefecture: str, context: CleanContext) -> FieldError:
        message = _(
            "%(what)sを確かめてください。%(prefecture)sにその市区町村は見つかりません。例：盛岡市"
        ) % {
            "what": self._what(question, "city", context),
            "prefecture": prefecture,
        }
        return FieldError("city", message, "no_such_city")

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """A municipality that exists, printable parts of sensible length."""
        if not isinstance(value, dict) or value.keys() != set(STORED):
            return (sentences.wrong_shape(sentences.whole(question, context), "postal_code"),)
        if not all(isinstance(text, str) for text in value.values()):
            return (sentences.wrong_shape(sentences.whole(question, context), "postal_code"),)
        errors = []
        if not _POSTAL.fullmatch(value["postal_code"]) or not value["postal_code"].isascii():
            message = _("%(what)sを7桁の数字で入力してください。例：020-8530")
            what = self._what(question, "postal_code", context)
            errors.append(FieldError("postal_code", message % {"what": what}, "postal_code_shape"))
        city = addresses.municipality(value["city_code"])
        if city is None or city.prefecture != value["prefecture"] or not _names(city, value["city"]):
            errors.append(self._no_such_city(question, "", context))
        errors += [
            error for part in LONGEST if (error := self._part_error(question, part, value[part], context))
        ]
        return tuple(errors)

    def _part_error(
        self, question: Question, part: str, text: str, context: CleanContext
    ) -> FieldError | None:
        limit = LONGEST[part]
        if not text:
            what = self._what(question, part, context)
            return sentences.enter(what, part) if part == "rest" else None
        if len(text) > limit and (length := characters.grapheme_length(text)) > limit:
            return sentences.too_long(self._what(question, part, context), limit, length, part)
        if EMOJI.search(text):
            return sentences.no_emoji(self._what(question, part, context), part)
        if UNPRINTABLE.search(text) or "\n" in text:
            return sentences.not_printable(self._what(question, part, context), part)
        return None

    def notes(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """A postal code that is unknown or belongs elsewhere: postal data may be old, so it is only a hint."""
        if not isinstance(value, dict):
            return ()
        places = _places(str(value.get("postal_code", "")))
        if not places:
            message = _(
                "この郵便番号は、手元の一覧に見つかりませんでした。正しければ、そのままで大丈夫です。"
            )
            return (FieldError("postal_code", message, "unknown_postal_code"),)
        town = str(value.get("town", ""))
        if any(_fits(place, value, town) for place in places):
            return ()
        place = places[0]
        message = _("郵便番号は「%(place)s」のものです。住所と合っているか、もう一度確かめてください。") % {
            "place": f"{place.city}{place.town}"
        }
        return (FieldError("postal_code", message, "postal_code_elsewhere"),)

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The parts; the postal code with its hyphen."""
        known = value if isinstance(value, dict) else {}
        raw = {part: str(known.get(part) or "") for part in PARTS}
        if len(raw["postal_code"]) == 7:
            raw["postal_code"] = addresses.format_postal_code(raw["postal_code"])
        return raw

    def display(self, question: Question, value: Value, lang: str) -> str:
        """〒020-8530 岩手県盛岡市内丸12-2 本庁舎."""
        raw = self.raw_of(question, value)
        line = f"{raw['prefecture']}{raw['city']}{raw['town']}{raw['rest']}"
        code = f"〒{raw['postal_code']}" if raw["postal_code"] else ""
        return " ".join(filter(None, (code, line, raw["building"])))

    def json_schema(self, question: Question) -> dict[str, Any]:
        """The parts; the municipality by its code."""
        free = {part: {"type": "string", "maxLength": limit} for part, limit in LONGEST.items()}
        properties: dict[str, Any] = {
            "postal_code": {"type": "string", "pattern": "^[0-9]{7}$"},
            "prefecture": {"enum": [prefecture.name for prefecture in addresses.prefectures()]},
            "city": {"type": "string", "minLength": 1, "maxLength": 40},
            "city_code": {"type": "string", "pattern": "^[0-9]{6}$"},
            **free,
        }
        properties["rest"] = {**properties["rest"], "minLength": 1}
        return {
            "type": "object",
            "properties": properties,
            "required": list(STORED),
            "additionalProperties": False,
        }

    def sample(self, question: Question, number: int = 0) -> Value:
        """The city hall's street."""
        return {
            "postal_code": "0208530",
            "prefecture": "岩手県",
            "city": "盛岡市",
            "city_code": MORIOKA,
            "town": "内丸",
            "rest": f"12-{2 + number}",
            "building": "",
        }

    def control(self, question: Question) -> dict[str, Any]:
        """The prefectures to choose from."""
        return {"prefectures": tuple(prefecture.name for prefecture in addresses.prefectures())}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """Boxes for the postal code, two lines for the address."""
        return (
            PaperBox("postal_code", "郵便番号", "boxes", 7, "digits"),
            PaperBox("", str(question.label), "lines", 2),
        )


def _label(part: str) -> str:
    return {
        "postal_code": _("郵便番号"),
        "prefecture": _("都道府県"),
        "city": _("市区町村"),
        "town": _("町名"),
        "rest": _("番地"),
        "building": _("建物名・部屋番号"),
    }[part]


def _put_right(text: str) -> str:
    return _HYPHEN_BETWEEN_DIGITS.sub("-", kana.narrow_alphanumerics(kana.widen_kana(" ".join(text.split()))))


def _places(postal_code: str) -> tuple[Place, ...]:
    try:
        return addresses.by_postal_code(addresses.normalise_postal_code(postal_code))
    except AddressError:
        return ()


def _common(places: tuple[Place, ...]) -> dict[str, str]:
    """Prefecture and city, where all places share them."""
    shared = {}
    if len({place.prefecture for place in places}) == 1:
        shared["prefecture"] = places[0].prefecture
    if len({(place.prefecture, place.city) for place in places}) == 1:
        shared["city"] = places[0].city
    return shared


def _names(city: Municipality, name: str) -> bool:
    """Whether a name means the municipality: 雫石町, 岩手郡雫石町, and a ward of a large city."""
    plain = _COUNTY.sub("", name)
    ward = name.removeprefix(city.name) if name.startswith(city.name) and city.name.endswith("市") else ""
    return city.name in (name, plain) or _WARD.fullmatch(ward) is not None


def _municipality(prefecture: str, name: str) -> Municipality | None:
    """The municipality of a prefecture (any, when the name alone tells it), the longest name first."""
    if not name:
        return None
    candidates = addresses.municipalities(prefecture) if prefecture else _everywhere()
    fitting = [city for city in candidates if _names(city, name)]
    if not prefecture and len({city.prefecture for city in fitting}) > 1:
        return None
    return max(fitting, key=lambda city: len(city.name), default=None)


def _everywhere() -> tuple[Municipality, ...]:
    return tuple(city for place in addresses.prefectures() for city in addresses.municipalities(place.name))


def _divide_town(value: dict[str, str], city: Municipality) -> None:
    """青山三丁目12-3 typed into the town, with nothing behind, is divided where the city's towns are known."""
    if value["rest"] or not value["town"] or city.code != MORIOKA:
        return
    split = addresses.split_town(value["town"], city.code)
    if split is not None and split.rest:
        length = len(split.rest)
        if value["town"].endswith(split.rest):
            value["town"], value["rest"] = value["town"][:-length].rstrip("-"), split.rest


def _fits(place: Place, value: Value, town: str) -> bool:
    if place.prefecture != value.get("prefecture"):
        return False
    city = str(value.get("city", ""))
    if _COUNTY.sub("", place.city) != _COUNTY.sub("", city):
        return False
    return not place.town or not town or town.startswith(place.town) or place.town.startswith(town)
