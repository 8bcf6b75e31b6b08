"""A person's name with its reading: any character of the register, kana put right, emoji refused."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.japan import characters, kana
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

PARTS = ("family", "given", "family_kana", "given_kana")
SINGLE = "single"  # a name of one part: many people from abroad have no other
LONGEST = 100
_USUAL = re.compile("[一-鿿ぁ-ゖァ-ヺー々]+")  # characters that need no closer look
_KANA_HYPHEN = re.compile("(?<=[ァ-ヺ])[-‐‑–—―−－ｰ]")


class PersonName(Kind):
    """person_name: family, given, family_kana, given_kana; given may be "" for a name of one part."""

    name: ClassVar[str] = "person_name"
    composite: ClassVar[bool] = True

    def subfields(self, question: Question) -> tuple[str, ...]:
        """Four texts and the tick for a name of one part."""
        return (*PARTS, SINGLE)

    def is_empty(self, question: Question, raw: Raw) -> bool:
        """The tick alone is nothing."""
        return not any(typed(raw, part) for part in PARTS)

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """Half-width kana and hiragana readings become katakana; a full name in the first field is divided."""
        if self.is_empty(question, raw):
            return Cleaned(None)
        overlong = tuple(
            sentences.too_long(
                sentences.part(question, context, _label(part)), self.limit(question), length, part
            )
            for part in PARTS
            if (length := raw.get(f"{part}#length"))
        )
        if overlong:
            return Cleaned(None, overlong)
        single = bool(typed(raw, SINGLE))
        value = {part: characters.normalise_name(typed(raw, part)) for part in PARTS}
        if not single:
            _divide(value, "family", "given")
            _divide(value, "family_kana", "given_kana")
        for part in ("family_kana", "given_kana"):
            value[part] = _KANA_HYPHEN.sub("ー", kana.to_katakana(value[part]))
        errors = self._gaps(question, value, context, single=single) or self.check(question, value, context)
        return Cleaned(
            None if errors else value, errors, () if errors else self.notes(question, value, context)
        )

    def limit(self, question: Question) -> int:
        """Characters of each part, as a reader counts them."""
        return question.max_length or LONGEST

    def _gaps(
        self, question: Question, value: dict[str, str], context: CleanContext, *, single: bool
    ) -> tuple[FieldError, ...]:
        errors = []
        for part in PARTS:
            if value[part] or (single and part.startswith("given")):
                continue
            error = sentences.enter(sentences.part(question, context, _label(part)), part)
            if part == "given":
                hint = _("氏と名に分かれていない方は、下の「氏と名に分かれていない」を選んでください。")
                error = FieldError(part, error.message + hint, "missing")
            errors.append(error)
        return tuple(errors)

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Four texts of allowed characters; the given name may be missing together with its reading."""
        if not _is_name(value):
            return (sentences.wrong_shape(sentences.whole(question, context), "family"),)
        errors = []
        for part in PARTS:
            text = value[part]
            if not text and part.startswith("given") and not value["given"] and not value["given_kana"]:
                continue
            if error := self._check_part(question, part, text, context):
                errors.append(error)
        return tuple(errors)

    def _check_part(
        self, question: Question, part: str, text: str, context: CleanContext
    ) -> FieldError | None:
        limit, reading = self.limit(question), part.endswith("_kana")
        if (
            text
            and len(text) <= limit
            and (kana.is_katakana_name(text) if reading else _USUAL.fullmatch(text))
        ):
            return None
        what = sentences.part(question, context, _label(part))
        if not text.strip():
            return sentences.enter(what, part)
        length = characters.grapheme_length(text)
        if length > limit:
            return sentences.too_long(what, limit, length, part)
        problems = characters.check_name(text)
        if any(problem.code == "emoji" for problem in problems):
            return sentences.no_emoji(what, part)
        if reading:
            if kana.is_katakana_name(text):
                return None
            return FieldError(
                part, _("%(what)sをカタカナで入力してください。") % {"what": what}, "not_katakana"
            )
        return _refusal(what, part, text, problems[0]) if problems else None

    def notes(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """What stands in for characters that some systems of the city cannot show."""
        if not _is_name(value):
            return ()
        replaced: dict[str, str] = {}
        for part in ("family", "given"):
            if characters.fits_cp932(value[part]):
                replaced |= dict(characters.shrink_to_cp932(value[part]).replaced)
        return tuple(
            FieldError(
                "family",
                _("「%(own)s」はそのまま受け付けます。通知などでは「%(other)s」と表示されることがあります。")
                % {"own": own, "other": other},
                "fallback",
            )
            for own, other in replaced.items()
        )

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The four parts; the tick when there is no given name."""
        known = value if isinstance(value, dict) else {}
        raw: Raw = {part: str(known.get(part) or "") for part in PARTS}
        raw[SINGLE] = "1" if raw["family"] and not raw["given"] else ""
        return raw

    def display(self, question: Question, value: Value, lang: str) -> str:
        """盛岡 太郎（モリオカ タロウ）."""
        raw = self.raw_of(question, value)
        written = " ".join(filter(None, (raw["family"], raw["given"])))
        reading = " ".join(filter(None, (raw["family_kana"], raw["given_kana"])))
        if not written or not reading:
            return written or reading
        return f"{written} ({reading})" if lang == "en" else f"{written}（{reading}）"

    def json_schema(self, question: Question) -> dict[str, Any]:
        """Four strings."""
        longest = self.limit(question)
        own = {"type": "string", "minLength": 1, "maxLength": longest}
        reading = {"type": "string", "maxLength": longest, "pattern": "^[ァ-ヺー・ヽヾ 　]*$"}
        return {
            "type": "object",
            "properties": {
                "family": own,
                "given": {"type": "string", "maxLength": longest},
                "family_kana": {**reading, "minLength": 1},
                "given_kana": reading,
            },
            "required": list(PARTS),
            "additionalProperties": False,
        }

    def sample(self, question: Question, number: int = 0) -> Value:
        """A made-up person."""
        given = (("太郎", "タロウ"), ("花子", "ハナコ"), ("一", "ハジメ"), ("さくら", "サクラ"))[number % 4]
        return {"family": "盛岡", "given": given[0], "family_kana": "モリオカ", "given_kana": given[1]}

    def missing_sentence(self, label: str) -> str:
        """Name and reading."""
        return _("「%(label)s」とフリガナを入力してください。") % {"label": label}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """The reading in boxes above the name."""
        label = str(question.label)
        return (
            PaperBox("family_kana", "フリガナ（氏）", "boxes", 12, "katakana"),
            PaperBox("given_kana", "フリガナ（名）", "boxes", 12, "katakana"),
            PaperBox("family", f"{label}（氏）", "line"),
            PaperBox("given", f"{label}（名）", "line"),
        )

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """The length."""
        return (question.kind, self.limit(question))


def _label(part: str) -> str:
    labels = {
        "family": _("氏"),
        "given": _("名"),
        "family_kana": _("氏（フリガナ）"),
        "given_kana": _("名（フリガナ）"),
    }
    return labels[part]


def _divide(value: dict[str, str], first: str, second: str) -> None:
    """盛岡　太郎 typed into one field."""
    parts = value[first].split()
    if not value[second] and len(parts) == 2:
        value[first], value[second] = parts


def _is_name(value: Value) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == set(PARTS)
        and all(isinstance(value[part], str) for part in PARTS)
    )


def _refusal(what: str, part: str, text: str, problem: characters.NameProblem) -> FieldError:
    values = {"what": what, "place": characters.grapheme_length(text[: problem.position]) + 1}
    if problem.code == "digit":
        message = _("%(what)sに数字は使えません。")
    elif problem.code == "other_script":
        message = _("%(what)sは、漢字・ひらがな・カタカナ・ローマ字で入力してください。")
    elif problem.code == "private_use":
        message = _(
            "%(what)sの%(place)s文字目は外字です。近い文字で入力し、備考や窓口で正しい字をお知らせください。"
        )
    else:
        message = _("%(what)sの%(place)s文字目は使えない文字です。消すか、ほかの文字にしてください。")
    return FieldError(part, message % values, problem.code)
