"""A point on the map; typed as two numbers where no map can be shown."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import sentences
from madoguchi.procedures.kinds.base import (
    CleanContext,
    Cleaned,
    FieldError,
    Kind,
    PaperBox,
    Raw,
    Value,
    typed,
)

BOUNDS = {"lat": (20.0, 46.0), "lng": (122.0, 154.0)}  # Japan with its farthest islands
_DEGREES = re.compile(r"[北東NEne緯経度\s°]*([0-9]{1,3}(?:\.[0-9]{1,12})?)[度°\s]*")


class MapPoint(Kind):
    """map_point: {"lat", "lng"} in degrees (JGD2011), six digits behind the point."""

    name: ClassVar[str] = "map_point"
    composite: ClassVar[bool] = True

    def subfields(self, question: Question) -> tuple[str, ...]:
        """Latitude and longitude."""
        return ("lat", "lng")

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """Both numbers pasted into the first field are divided."""
        if self.is_empty(question, raw):
            return Cleaned(None)
        plain = {part: unicodedata.normalize("NFKC", typed(raw, part)) for part in BOUNDS}
        if not plain["lng"] and re.search("[,、]", plain["lat"]):
            plain["lat"], plain["lng"] = re.split("[,、]", plain["lat"], maxsplit=1)
        value: dict[str, float] = {}
        errors = []
        for part, text in plain.items():
            what = sentences.part(question, context, _label(part))
            found = _DEGREES.fullmatch(text)
            if not text.strip():
                errors.append(sentences.enter(what, part))
            elif found is None:
                errors.append(_outside(what, part))
            else:
                value[part] = round(float(found[1]), 6)
        if errors:
            return Cleaned(None, tuple(errors))
        found_errors = self.check(question, value, context)
        return Cleaned(None if found_errors else value, found_errors)

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Two numbers within Japan."""
        if not isinstance(value, dict) or value.keys() != BOUNDS.keys():
            return (sentences.wrong_shape(sentences.whole(question, context), "lat"),)
        return tuple(
            _outside(sentences.part(question, context, _label(part)), part)
            for part, (low, high) in BOUNDS.items()
            if isinstance(value[part], bool)
            or not isinstance(value[part], int | float)
            or not low <= value[part] <= high
        )

    def raw_of(self, question: Question, value: Value) -> Raw:
        """Two numbers as text."""
        known = value if isinstance(value, dict) else {}
        return {part: _plain(known.get(part)) for part in BOUNDS}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """北緯39.70206度、東経141.15448度."""
        raw = self.raw_of(question, value)
        if not all(raw.values()):
            return ""
        with sentences.speaking(lang):
            return _("北緯%(lat)s度、東経%(lng)s度") % raw

    def json_schema(self, question: Question) -> dict[str, Any]:
        """Two numbers."""
        properties = {
            part: {"type": "number", "minimum": low, "maximum": high} for part, (low, high) in BOUNDS.items()
        }
        return {
            "type": "object",
            "properties": properties,
            "required": list(BOUNDS),
            "additionalProperties": False,
        }

    def sample(self, question: Question, number: int = 0) -> Value:
        """A place in Morioka."""
        return {"lat": round(39.70206 + number % 100 / 10_000, 6), "lng": 141.15448}

    def missing_sentence(self, label: str) -> str:
        """A place is pointed at."""
        return _("「%(label)s」の場所を地図で選ぶか、緯度と経度を入力してください。") % {"label": label}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """A free area for a sketch."""
        return (PaperBox("", str(question.label), "lines", 8),)


def _label(part: str) -> str:
    return _("緯度") if part == "lat" else _("経度")


def _outside(what: str, part: str) -> FieldError:
    low, high = BOUNDS[part]
    message = _("%(what)sを%(low)sから%(high)sまでの数字で入力してください。例：%(example)s") % {
        "what": what,
        "low": round(low),
        "high": round(high),
        "example": "39.70206" if part == "lat" else "141.15448",
    }
    return FieldError(part, message, "out_of_bounds")


def _plain(number: object) -> str:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return ""
    return f"{number:.6f}".rstrip("0").rstrip(".")
