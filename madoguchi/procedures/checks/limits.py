"""Limits, patterns and sources of single questions."""

from __future__ import annotations

import re
from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures.checks.references import Known, real_day
from madoguchi.procedures.checks.sheet import Asked, Sheet, either, suggestion

PREFILLED = {
    "applicant.name": "person_name",
    "applicant.birth_date": "date",
    "applicant.address": "address",
    "applicant.phone": "phone",
    "applicant.email": "email",
}
PARTS = {
    "person_name": ("family", "given", "family_kana", "given_kana"),
    "address": ("postal_code", "prefecture", "city", "city_code", "town", "rest", "building"),
    "bank_account": (
        [
            "kind",
            "bank_code",
            "bank_name",
            "branch_code",
            "branch_name",
            "account_type",
            "number",
            "holder_kana",
            "symbol",
        ]
    ),
    "vehicle_number": ("region", "class", "kana", "number"),
    "map_point": ("lat", "lng"),
    "date": ("text", "from", "to"),
}
FACTS = {
    "applicant": ("name", "name_kana", "birth_date", "address", "phone", "email"),
    "filing": ("receipt_number", "filed_on", "decided_on", "decision", "entitlement"),
}
_REPEATED_GROUP = re.compile(r"[*+{|][^()]*\)[*+{]")


def check(sheet: Sheet) -> None:
    """Note bounds that leave nothing, patterns that do not work, prefill and export of the wrong kind."""
    known = Known.of(sheet.data)
    for question in known.questions.values():
        _bounds(sheet, question)
        _pattern(sheet, question)
        _source_of_answer(sheet, question)
    _export(sheet, known)


def _bounds(sheet: Sheet, question: Asked) -> None:
    low, high = question.data.get("min"), question.data.get("max")
    for key in ("min", "max"):
        bound = question.data.get(key)
        if isinstance(bound, str) and not real_day(bound):
            path = (*question.path, key)
            sheet.note(
                path, "no_such_day", f"「{bound}」という日はありません。", "暦にある日を書いてください。"
            )
            return
    if low is None or high is None or "today" in (low, high):
        return
    if type(low) is not type(high) and isinstance(low, str) is not isinstance(high, str):
        return
    if low > high:
        sheet.note(
            (*question.path, "min"),
            "min_above_max",
            f"min（{low}）が max（{high}）より大きく、どの答えも受け付けられません。",
            "min と max を入れかえるか、直してください。",
        )


def _pattern(sheet: Sheet, question: Asked) -> None:
    source = question.data.get("pattern")
    if source is None:
        return
    path = (*question.path, "pattern")
    try:
        re.compile(source)
    except (re.error, RecursionError, OverflowError):
        mend = 'かっこや「\\」の書き方を確かめてください。例: "[0-9]{4}"'
        sheet.note(path, "bad_pattern", f"「{source}」は正規表現として読めません。", mend)
        return
    bare = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", source)
    if _REPEATED_GROUP.search(bare) or _runs_away(bare):
        sheet.note(
            path,
            "slow_pattern",
            "長い答えで、確かめが終わらなくなるおそれのある正規表現です。",
            "「(…+)+」のような二重のくりかえしをやめて書き直してください。",
        )


def _runs_away(bare: str) -> bool:
    """Whether three open repetitions follow each other with nothing fixed between them."""
    return bool(re.search(r"(?:(?:\.|x|\([^()]*\))[*+]\??){3}", bare))


def _source_of_answer(sheet: Sheet, question: Asked) -> None:
    prefill = question.data.get("prefill")
    if prefill and PREFILLED[prefill["from"]] != question.kind:
        wanted = PREFILLED[prefill["from"]]
        sheet.note(
            (*question.path, "prefill", "from"),
            "wrong_prefill",
            f"「{prefill['from']}」は、質問の種類「{question.kind}」に入れられません。",
            f"種類を「{wanted}」にするか、prefill を消してください。",
        )
    if question.data.get("read_only") and not prefill and "computed" not in question.data:
        sheet.note(
            (*question.path, "read_only"),
            "nobody_answers",
            "見せるだけの質問なのに、値がどこからも来ません。",
            "prefill か computed を書くか、read_only を消してください。",
        )


def _export(sheet: Sheet, known: Known) -> None:
    names: dict[str, Path] = {}
    for n, item in enumerate(sheet.data.get("export", {}).get("fields", ())):
        path: Path = ("export", "fields", n)
        if item["name"] in names:
            mend = "どちらかを別の名前にしてください。"
            sheet.note((*path, "name"), "duplicate_id", f"項目「{item['name']}」が2つあります。", mend)
        names[item["name"]] = path
        _address(sheet, known, str(item["from"]).split("."), (*path, "from"))


def _address(sheet: Sheet, known: Known, steps: list[str], path: Path) -> None:
    first, rest = steps[0], steps[1:]
    if first in FACTS:
        if len(rest) != 1 or rest[0] not in FACTS[first]:
            _no_source(sheet, path, steps, either(f"{first}.{fact}" for fact in FACTS[first]))
        return
    question = known.questions.get(first)
    if question is None:
        _no_source(
            sheet,
            path,
            steps,
            suggestion(first, [*known.questions, *FACTS]) or "質問の id を確かめてください。",
        )
        return
    if question.kind == "group":
        members = [str(one["id"]) for one in question.data["questions"]]
        if not rest or rest[0] not in members:
            mend = suggestion(rest[0], members) if rest else ""
            _no_source(
                sheet, path, steps, mend or f"「{first}.質問の識別子」と書いてください。{either(members)}"
            )
            return
        question, rest = known.questions[rest[0]], rest[1:]
    parts = PARTS.get(question.kind, ())
    if rest and (len(rest) > 1 or rest[0] not in parts):
        mend = (
            either(parts)
            if parts
            else f"「{question.id}」に中の項目はありません。「.」より後ろを消してください。"
        )
        _no_source(sheet, path, steps, suggestion(rest[0], parts) or mend)


def _no_source(sheet: Sheet, path: Path, steps: list[str], mend: Any) -> None:
    sheet.note(path, "unknown_source", f"渡す値「{'.'.join(steps)}」がありません。", str(mend))
