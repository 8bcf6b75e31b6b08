"""The number plate of a vehicle: place, class, kana, number."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.japan import kana
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

PARTS = ("region", "class", "kana", "number")
# おしへん are not given out; letters are those of vehicles of the armed forces stationed in Japan. [general knowledge]
_KANA = re.compile(
    "[あいうえかきくけこさすせそたちつてとなにぬねのはひふほまみむめもやゆよらりるれろわをEHKMTY]"
)
_SHAPES = {
    "region": re.compile("[一-鿿々ぁ-ゖァ-ヺヶー]{1,6}"),
    "class": re.compile("(?:[0-9]{1,3}|[0-9][0-9A-Z]{2})?"),  # small motorcycles have none
    "kana": _KANA,
    "number": re.compile("[1-9][0-9]{0,3}"),
}


class VehicleNumber(Kind):
    """vehicle_number: {region, class, kana, number}; class is "" for small motorcycles (原付など)."""

    name: ClassVar[str] = "vehicle_number"
    composite: ClassVar[bool] = True

    def subfields(self, question: Question) -> tuple[str, ...]:
        """As they stand on the plate."""
        return PARTS

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """Widths, dots for leading zeros (・・12), the hyphen and katakana are put right."""
        if self.is_empty(question, raw):
            return Cleaned(None)
        plain = {part: unicodedata.normalize("NFKC", typed(raw, part)) for part in PARTS}
        value = {
            "region": re.sub(r"\s", "", plain["region"]),
            "class": re.sub(r"\s", "", plain["class"]).upper(),
            "kana": kana.to_hiragana(plain["kana"]).upper(),
            "number": re.sub(r"[\s・.\-‐‑–—−ー]", "", plain["number"]).lstrip("0"),
        }
        errors = tuple(
            sentences.enter(sentences.part(question, context, _label(part)), part)
            for part in PARTS
            if not value[part] and part != "class"
        ) or self.check(question, value, context)
        return Cleaned(None if errors else value, errors)

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Each part in its shape."""
        if not isinstance(value, dict) or value.keys() != set(PARTS):
            return (sentences.wrong_shape(sentences.whole(question, context), "region"),)
        return tuple(
            FieldError(
                part,
                _sentence(part) % {"what": sentences.part(question, context, _label(part))},
                "wrong_shape",
            )
            for part in PARTS
            if not isinstance(value[part], str) or not _SHAPES[part].fullmatch(value[part])
        )

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The four parts."""
        known = value if isinstance(value, dict) else {}
        return {part: str(known.get(part) or "") for part in PARTS}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """盛岡 500 さ 12-34."""
        raw = self.raw_of(question, value)
        number = raw["number"]
        shown = f"{number[:2]}-{number[2:]}" if len(number) == 4 else number
        return " ".join(filter(None, (raw["region"], raw["class"], raw["kana"], shown)))

    def json_schema(self, question: Question) -> dict[str, Any]:
        """Four strings."""
        properties = {
            part: {"type": "string", "pattern": f"^{shape.pattern}$"} for part, shape in _SHAPES.items()
        }
        return {
            "type": "object",
            "properties": properties,
            "required": list(PARTS),
            "additionalProperties": False,
        }

    def sample(self, question: Question, number: int = 0) -> Value:
        """A plate of Morioka."""
        return {"region": "盛岡", "class": "500", "kana": "さ", "number": str(1 + number % 9999)}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """Boxes for each part."""
        return (
            PaperBox("region", str(question.label), "boxes", 4),
            PaperBox("class", "分類番号", "boxes", 3),
            PaperBox("kana", "かな", "boxes", 1),
            PaperBox("number", "一連番号", "boxes", 4, "digits"),
        )


def _label(part: str) -> str:
    return {
        "region": _("地名"),
        "class": _("分類番号"),
        "kana": _("ひらがな"),
        "number": _("大きな数字"),
    }[part]


def _sentence(part: str) -> str:
    return {
        "region": _("%(what)sをナンバープレートのとおりに入力してください。例：盛岡"),
        "class": _("%(what)sを3桁までの英数字で入力してください。例：500"),
        "kana": _("%(what)sをナンバープレートのとおりに1文字で入力してください。例：さ"),
        "number": _("%(what)sを4桁までの数字で入力してください。例：1234"),
    }[part]
