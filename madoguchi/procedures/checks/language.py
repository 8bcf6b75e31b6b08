"""Texts: complete in the required languages, short sentences, plain words, no double negatives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures.checks.sheet import Sheet, suggestion
from madoguchi.procedures.definition import Definition

REQUIRED = {"en": "英語", "ja-easy": "やさしい日本語"}
LONGEST = 50
MOST_UNKNOWN = 20  # whoever has more keys that stand for nothing has pasted another definition's texts

# Official documents go out in Japanese; a translation of them may be given.
OPTIONAL = re.compile(r"(notice\.[a-z0-9_]+\.body|appeal\.[a-z0-9_]+\.text)\Z")

# Words of the office and what people say instead.
WORDS = {
    "当該": "「その」「この」",
    "及び": "「と」「や」",
    "並びに": "「と」",
    "若しくは": "「または」",
    "又は": "「または」",
    "遅滞なく": "「すぐに」",
    "速やかに": "「すぐに」",
    "可及的": "「できるだけ」",
    "係る": "「についての」",
    "記載": "「書く」",
    "遡及": "「さかのぼる」",
    "思料": "「考える」",
    "疎明": "「説明する」",
    "具備": "「そろえる」",
    "貴殿": "「あなた」「お客さま」",
    "捺印": "印はいりません。この文を消す",
    "押印": "印はいりません。この文を消す",
    "父兄": "「保護者」",
    "健常者": "「障がいのない方」",
    "下さい": "「ください」",
    "致します": "「いたします」",
    "出来ます": "「できます」",
    "上記": "何を指すか、その名前",
    "下記": "何を指すか、その名前",
}
_READING = re.compile(r"（[ぁ-ゖァ-ヶー・ 　]+）")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_DOUBLE = re.compile(
    r"(?:(?<!少)(?<!間も)(?:ない|なく|なけれ|なきゃ))(?:[^。、\n]{0,4}?)"
    r"(?:わけでは|は|ば|と|ことは|とは限ら|とはいえ|では)(?:[^。、\n]{0,6}?)(?:ない|ませ|なりま|いけま)"
)


def check_translations(sheet: Sheet, definition: Definition) -> None:
    """Note texts that a required language lacks, and keys that stand for no text."""
    wanted = [key for key in definition.texts if not OPTIONAL.match(key)]
    for language, table in sheet.data["texts"].items():
        missing = [key for key in wanted if key not in table] if language in REQUIRED else []
        unknown = [key for key in table if key not in definition.texts]
        for key in unknown[:MOST_UNKNOWN]:
            _unknown(sheet, language, key, missing, definition)
        if missing:
            _missing(sheet, language, missing, table)


def _unknown(sheet: Sheet, language: str, key: str, missing: list[str], definition: Definition) -> None:
    path: Path = ("texts", language, key)
    close = suggestion(key, missing) or suggestion(key, definition.texts)
    if key_meant := next((one for one in missing if f"「{one}」" in close), None):
        missing.remove(key_meant)
    mend = close or "この行を消してください。"
    sheet.note(
        path, "unknown_text", f"「{key}」にあたる文は、定義の中にありません。", mend, question=_question(key)
    )


def _missing(sheet: Sheet, language: str, missing: list[str], table: dict[str, Any]) -> None:
    called = REQUIRED[language]
    listed = "、".join(missing[:5]) + (f" ほか{len(missing) - 5}件" if len(missing) > 5 else "")
    neighbour = next(
        (key for key in reversed(table) if key.rsplit(".", 1)[0] == missing[0].rsplit(".", 1)[0]), None
    )
    path: Path = ("texts", language, neighbour) if neighbour else ("texts", language)
    message = f"{called}の文がありません: {listed}"
    mend = f"texts の {language} に「{missing[0]}: …」を書いてください。"
    sheet.note(path, "missing_text", message, mend, question=_question(missing[0]))


def _question(key: str) -> str:
    steps = key.split(".")
    return steps[1] if steps[0] in ("question", "option") and len(steps) > 1 else ""


def check_style(sheet: Sheet) -> None:
    """Warn of long sentences, office words and double negatives in what residents read."""
    for path, text in _read_by_residents(sheet.data):
        sentences = [sentence.strip() for sentence in _SENTENCE.findall(_READING.sub("", text))]
        longest = max(sentences, key=len, default="")
        if len(longest) > LONGEST:
            message = f"{len(longest)}文字の文があります（{LONGEST}文字まで）: 「{longest[:20]}…」"
            sheet.warn(path, "long_sentence", message, "文を2つに分けてください。")
        for word, plain in WORDS.items():
            if word in text:
                sheet.warn(
                    path,
                    "office_word",
                    f"役所の言葉「{word}」が使われています。",
                    f"{plain}に言いかえてください。",
                )
                break
        double = _DOUBLE.search(text)
        if double:
            message = f"二重の否定があります: 「{double[0]}」"
            sheet.warn(
                path,
                "double_negative",
                message,
                "「〜してください」「〜のときだけ」のように言いかえてください。",
            )


def _read_by_residents(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every Japanese text that residents read on the screen; official documents and names of laws are left out."""
    for key in ("current_name", "summary", "until"):
        if key in data:
            yield (key,), data[key]
    yield ("who", "may_file"), data["who"]["may_file"]
    yield from _members(("who", "representatives"), data["who"]["representatives"], ("label", "hint"))
    for n, text in enumerate(data.get("bring", ())):
        yield ("bring", n), text
    yield from _members(("eligibility",), data.get("eligibility", ()), ("message",))
    for n, section in enumerate(data["sections"]):
        yield from _members(("sections",), [section], ("title", "intro"), n)
        yield from _questions(("sections", n, "questions"), section["questions"])
    yield from _members(("documents",), data.get("documents", ()), ("label", "proves", "hint"))
    for key in ("entitlement", "fee", "clock"):
        for part in ("label", "note"):
            if part in data.get(key, {}):
                yield (key, part), data[key][part]
    yield from _members(("fee", "exemptions"), data["fee"].get("exemptions", ()), ("label",))
    workflow = data["workflow"]
    yield from _members(
        ("workflow", "correction_reasons"), workflow.get("correction_reasons", ()), ("label", "text")
    )
    yield ("outputs", "next_steps"), data["outputs"]["next_steps"]
    yield from _members(("answers",), data.get("answers", ()), ("question", "answer"))
    for key, text in data["texts"].get("ja-easy", {}).items():
        if not OPTIONAL.match(key) and not key.startswith("title"):
            yield ("texts", "ja-easy", key), text


def _members(
    path: Path, items: Iterable[Any], keys: tuple[str, ...], start: int = 0
) -> Iterator[tuple[Path, str]]:
    for n, item in enumerate(items, start):
        for key in keys:
            if key in item:
                yield (*path, n, key), item[key]


def _questions(path: Path, questions: list[Any]) -> Iterator[tuple[Path, str]]:
    keys = ("label", "hint", "error", "pattern_message", "item_label")
    for n, question in enumerate(questions):
        yield from _members(path, [question], keys, n)
        yield from _members((*path, n, "options"), question.get("options", ()), ("label", "hint"))
        yield from _questions((*path, n, "questions"), question.get("questions", []))
