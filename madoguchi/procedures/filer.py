"""The page every procedure with representatives begins with: who files, and for another person with what mandate.

Derived, never written in a definition: its ids are reserved.
"""

from __future__ import annotations

from types import MappingProxyType

from madoguchi.procedures.conditions import In, IsNot
from madoguchi.procedures.definition import EMPTY, Document, Option, Question, Representative, Section, Text
from madoguchi.procedures.kinds import registry

SECTION = "filer"
MANDATE = "mandate"
SELF = "self"
QUESTIONS = ("filer", "filer_name", "filer_relation", "filer_address", "filer_phone")


def is_reserved(identifier: str) -> bool:
    """Whether a definition may not use this id."""
    return identifier in (SECTION, MANDATE) or identifier.startswith("filer_")


def section(representatives: tuple[Representative, ...]) -> Section:
    """Who files; name, relation, address and telephone of someone who files for another."""
    options = (
        Option(SELF, _text("本人", "The applicant", "本人（ほんにん）")),
        *(Option(one.id, one.label, one.hint) for one in representatives),
    )
    another = IsNot(SECTION, SELF)
    questions = (
        Question("filer", "choice", LABELS["filer"], SECTION, options=options, personal=False),
        Question("filer_name", "person_name", LABELS["filer_name"], SECTION, when=another),
        Question("filer_relation", "text", LABELS["filer_relation"], SECTION, when=another, max_length=40),
        Question("filer_address", "address", LABELS["filer_address"], SECTION, when=another),
        Question(
            "filer_phone", "phone", LABELS["filer_phone"], SECTION, when=another, hint=HINTS["filer_phone"]
        ),
    )
    return Section(
        SECTION,
        _text("手続をする方", "Who is filing", "手続（てつづき）を する人（ひと）"),
        EMPTY,
        None,
        tuple(map(registry.finished, questions)),
    )


def document(representatives: tuple[Representative, ...]) -> Document | None:
    """The letter of attorney (委任状), when there is someone who needs one."""
    mandated = tuple(one.id for one in representatives if one.mandate)
    if not mandated:
        return None
    return Document(
        MANDATE,
        _text("委任状", "Letter of attorney (ininjo)", "委任状（いにんじょう）"),
        _text(
            "代理権",
            "Authority to act for the applicant",
            "代（か）わりに 手続（てつづき）を する 権利（けんり）",
        ),
        _text(
            "ご本人が自分で書いたものを送ってください。",
            "It must be written by the applicant.",
            "本人（ほんにん）が 書（か）いた ものを 送（おく）ってください。",
        ),
        In(SECTION, mandated),
        True,
        False,
        ("image", "pdf"),
        5,
    )


def _text(japanese: str, english: str, easy: str) -> Text:
    return Text(japanese, MappingProxyType({"en": english, "ja-easy": easy}))


LABELS = {
    "filer": _text(
        "手続をする方",
        "Who is filing?",
        "手続（てつづき）を する人（ひと）は だれですか",
    ),
    "filer_name": _text(
        "代理の方の氏名",
        "Name of the representative",
        "代（か）わりに 手続（てつづき）を する人（ひと）の 名前（なまえ）",
    ),
    "filer_relation": _text(
        "本人との関係",
        "Relationship to the applicant",
        "本人（ほんにん）との 関係（かんけい）",
    ),
    "filer_address": _text(
        "代理の方の住所",
        "Address of the representative",
        "代（か）わりに 手続（てつづき）を する人（ひと）の 住所（じゅうしょ）",
    ),
    "filer_phone": _text(
        "代理の方の電話番号",
        "Telephone number of the representative",
        "代（か）わりに 手続（てつづき）を する人（ひと）の 電話番号（でんわばんごう）",
    ),
}
HINTS = {
    "filer_phone": _text(
        "昼間に連絡できる番号を入力してください。",
        "A number at which you can be reached during the day.",
        "昼（ひる）に 電話（でんわ）できる 番号（ばんごう）を 書（か）いてください。",
    ),
}
