"""What to say about a value that breaks a rule of the schema."""

from __future__ import annotations

from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures.checks.schema import Violation
from madoguchi.procedures.checks.sheet import either, suggestion

_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "boolean": "true か false",
    "array": "「- 」で始まる並び",
    "object": "「名前: 値」の並び",
    "null": "null",
}
_FORMS = {
    "[a-z0-9_]*$": "英小文字で始め、英小文字、数字、下線（_）だけで書いてください。",
    "[a-z0-9-]*$": "英小文字で始め、英小文字、数字、ハイフン（-）だけで書いてください。",
    "[^\\r\\n]+$": "改行せずに1行で書いてください。",
    "ぁ-ゖ": "ひらがなで書いてください。",
    "(today|": "2026-04-01 のような日か、today を書いてください。",
    "{0,2})$": "「質問の識別子」か「質問の識別子.中の項目」の形で書いてください。",
    "[a-z]{2,3}": "en、ja-easy のような言語の記号を書いてください。",
    "(\\.[a-z0-9_]+)*$": "「question.質問の識別子.label」のような鍵を書いてください。",
}
_ITEMS = {"options": "選択肢", "questions": "質問", "sections": "ページ"}


def say(key: str, place: Path, error: Violation) -> tuple[str, str, str]:
    """Code, message and mend for the value under `key`."""
    rule, limit, value = error.rule, error.limit, error.value
    if value is None:
        return "empty", f"「{key}」の中身がありません。", "「:」の後ろに値を書くか、この行を消してください。"
    if rule == "type":
        return _wrong_type(key, limit, value)
    if rule in ("enum", "const"):
        allowed = [str(one) for one in (limit if rule == "enum" else [limit])]
        return _not_allowed(key, value, allowed)
    if rule in ("oneOf", "anyOf"):
        return _one_of(key, place, error)
    if rule == "pattern":
        return "bad_form", f"「{key}」に「{shown(value)}」は書けません。", form(str(limit))
    if rule in ("minLength", "maxLength"):
        much = "空です" if rule == "minLength" else f"長すぎます（{limit}文字まで）"
        return (
            "bad_length",
            f"「{key}」が{much}。",
            "文を書いてください。" if rule == "minLength" else "短くしてください。",
        )
    if rule in ("minimum", "maximum"):
        word = "以上" if rule == "minimum" else "以下"
        return "out_of_range", f"「{key}」に {value} は書けません。", f"{limit}{word}の数を書いてください。"
    if rule == "minItems":
        return (
            "empty",
            f"「{key}」に{_ITEMS.get(key, '項目')}が1つもありません。",
            "「- 」で始まる行を書いてください。",
        )
    if rule == "maxItems":
        return _too_many(key, int(limit))
    if rule == "uniqueItems":
        return "doubled", f"「{key}」に同じものが2つあります。", "どちらかを消してください。"
    if rule == "dependentRequired":
        absent = next((b for a, bs in limit.items() if a in value for b in bs if b not in value), "")
        return (
            "missing_key",
            f"「{absent}」がありません。",
            "pattern と pattern_message は、いっしょに書いてください。",
        )
    if rule == "minProperties":
        return "empty", f"「{key}」の中身がありません。", "項目を書いてください。"
    return "bad_shape", f"「{key}」の書き方が違います。", "docs/definition-language.md を見てください。"


def _wrong_type(key: str, limit: Any, value: Any) -> tuple[str, str, str]:
    names = [limit] if isinstance(limit, str) else list(limit)
    wanted = "か".join(_TYPES.get(name, name) for name in names)
    mend = f"{wanted}で書いてください。"
    if "boolean" in names:
        mend = "引用符を付けずに true か false と書いてください。"
    elif "string" in names and isinstance(value, int | float):
        mend = f'引用符で囲んで「"{value}"」と書いてください。'
    elif names == ["integer"] and isinstance(value, str):
        mend = "引用符も単位も付けずに、半角の数字だけを書いてください。"
    return "wrong_type", f"「{key}」に「{shown(value)}」は書けません。", mend


def _not_allowed(key: str, value: Any, allowed: list[str]) -> tuple[str, str, str]:
    mend = suggestion(value, allowed) or either(allowed, most=30)
    return "unknown_value", f"「{key}」に「{shown(value)}」は書けません。", mend


def _one_of(key: str, place: Path, error: Violation) -> tuple[str, str, str]:
    choices = [choice["const"] for choice in error.limit if isinstance(choice, dict) and "const" in choice]
    if choices and len(choices) == len(error.limit):
        return _not_allowed(key, error.value, [str(choice) for choice in choices])
    if key == "fee":
        return (
            "bad_fee",
            "手数料は「yen」か「expression」のどちらか1つです。",
            "手数料がないときは「fee: {yen: 0}」と書いてください。",
        )
    if key in ("min", "max"):
        return (
            "wrong_type",
            f"「{key}」に「{shown(error.value)}」は書けません。",
            "数か、2026-04-01 のような日か、today を書いてください。",
        )
    if key == "appeal":
        return (
            "wrong_type",
            f"「{key}」に「{shown(error.value)}」は書けません。",
            "教示の識別子か、null を書いてください。",
        )
    if key == "batch":
        return (
            "unknown_value",
            f"「batch」に「{shown(error.value)}」は書けません。",
            "each、never、{sample: 20} のどれかを書いてください。sample は1から100までです。",
        )
    if key == "when" and "approval" in place:
        return (
            "wrong_type",
            "「when」の書き方が違います。",
            "all か、決定の識別子の並び [a, b] を書いてください。",
        )
    if key == "autocomplete":
        return (
            "wrong_type",
            f"「{key}」に「{shown(error.value)}」は書けません。",
            "true か、bday のような値を書いてください。",
        )
    return "bad_shape", f"「{key}」の書き方が違います。", "docs/definition-language.md を見てください。"


def _too_many(key: str, limit: int) -> tuple[str, str, str]:
    if key == "questions" and limit == 1:
        return (
            "group_not_alone",
            "くりかえし（group）のあるページに、ほかの質問があります。",
            "くりかえしを別のページ（section）に分けてください。",
        )
    return "too_many", f"「{key}」が多すぎます（{limit}個まで）。", "減らすか、ページを分けてください。"


def form(pattern: str) -> str:
    """How to write what must match this pattern of the schema."""
    return next((said for part, said in _FORMS.items() if part in pattern), "書き方を確かめてください。")


def shown(value: Any) -> str:
    """The value as its author would recognise it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"
