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
    "slot": ("resource", "name", "day", "start", "end", "minutes", "price_yen"),
    "date": ("text", "from", "to"),
}
FACTS = {
    "applicant": ("name", "name_kana", "birth_date", "address", "phone", "email"),
    "filing": (
        "receipt_number",
        "handover_id",
        "filed_on",
        "decided_on",
        "decision",
        "document_number",
        "entitlement",
    ),
}
DAYS = ("birth_date", "filed_on", "decided_on")
_REPEATED_GROUP = re.compile(r"[*+{|][^()]*\)[*+{]")


def check(sheet: Sheet) -> None:
    """Note bounds that leave nothing, patterns that do not work, prefill and export of the wrong kind."""
    known = Known.of(sheet.data)
    for question in known.questions.values():
        _bounds(sheet, question)
        _pattern(sheet, question)
        _source_of_answer(sheet, question)
    _one_slot(sheet, known)
    _export(sheet, known)


def _one_slot(sheet: Sheet, known: Known) -> None:
    for question in [one for one in known.questions.values() if one.kind == "slot"][1:]:
        mend = "ほかの枠は、別の手続に分けてください。"
        sheet.note((*question.path, "kind"), "second_slot", "予約の枠は、1つの手続に1つだけ置けます。", mend)


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
    export = sheet.data.get("export", {})
    names: dict[str, Path] = {}
    for n, item in enumerate(export.get("fields", ())):
        path: Path = ("export", "fields", n)
        if item["name"] in names:
            mend = "どちらかを別の名前にしてください。"
            sheet.note((*path, "name"), "duplicate_id", f"項目「{item['name']}」が2つあります。", mend)
        names[item["name"]] = path
        if ("from" in item) == ("value" in item):
            mend = "質問の答えなら from、いつも同じ値なら value を書いてください。"
            sheet.note(path, "one_source", "from と value は、どちらか1つだけを書きます。", mend)
        elif "from" in item:
            steps = str(item["from"]).split(".")
            question = _address(sheet, known, steps, (*path, "from"))
            _written(sheet, item, steps, question, path)
    _file(sheet, export)


def _file(sheet: Sheet, export: dict[str, Any]) -> None:
    """A file that the core system can tell from the last one, in an encoding its format knows."""
    if export.get("format") == "json" and export.get("encoding", "utf-8") != "utf-8":
        mend = "「encoding: utf-8」と書くか、この行を消してください。"
        sheet.note(("export", "encoding"), "json_is_utf8", "JSON の文字コードは UTF-8 だけです。", mend)
    if "file_name" in export:
        known = ("{procedure}", "{date}", "{batch}", "{receipt}")
        left = str(export["file_name"])
        for part in known:
            left = left.replace(part, "")
        wanted = "{receipt}" if export.get("per") == "case" else "{batch}"
        if "{" in left or "}" in left:
            mend = f"使えるのは {'、'.join(known)} です。"
            sheet.note(("export", "file_name"), "unknown_part", "ファイル名に知らない部分があります。", mend)
        elif wanted not in export["file_name"]:
            mend = f"ファイル名に {wanted} を入れてください。"
            message = "このファイル名では、次のファイルが前のファイルと同じ名前になります。"
            sheet.note(("export", "file_name"), "same_name_again", message, mend)
    kinds = [str(one["id"]) for one in sheet.data["workflow"]["decisions"]]
    for n, one in enumerate(export.get("decisions", ())):
        if one not in kinds:
            mend = suggestion(one, kinds) or either(kinds)
            path = ("export", "decisions", n)
            sheet.note(path, "unknown_decision", f"決定「{one}」はありません。", mend)


def _written(
    sheet: Sheet, item: dict[str, Any], steps: list[str], question: Asked | None, path: Path
) -> None:
    """Ways of writing that the value does not know: a date form for a text, a code for an option that is none."""
    is_fact = steps[0] in FACTS
    if question is None and not is_fact:
        return
    kind = question.kind if question is not None else ""
    is_day = kind == "date" or (is_fact and steps[-1] in DAYS)
    decides = steps == ["filing", "decision"]
    options = _options(sheet, question, decides=decides)
    if "date" in item and not is_day:
        mend = "この行を消すか、日付の質問を書いてください。"
        sheet.note((*path, "date"), "not_a_date", f"「{item['from']}」は日付ではありません。", mend)
    for key in ("codes", "as"):
        if key in item and not options:
            mend = "選択肢のある質問にだけ書けます。"
            sheet.note((*path, key), "no_options", f"「{item['from']}」に選択肢はありません。", mend)
    if options and "codes" in item:
        coded = [str(one["option"]) for one in item["codes"]]
        for n, one in enumerate(coded):
            if one not in options:
                mend = suggestion(one, options) or either(options)
                sheet.note((*path, "codes", n), "unknown_option", f"選択肢「{one}」はありません。", mend)
        missing = [one for one in options if one not in coded]
        if missing and not decides:
            mend = f"「{missing[0]}」のコードも書いてください。"
            sheet.note((*path, "codes"), "no_code", f"コードのない選択肢があります（{missing[0]}）。", mend)
    if "members" in item and (question is None or not question.group):
        mend = "この行を消してください。"
        sheet.note((*path, "members"), "not_in_group", "members は、くりかえしの質問にだけ書けます。", mend)


def _options(sheet: Sheet, question: Asked | None, *, decides: bool) -> list[str]:
    if decides:
        return [str(one["id"]) for one in sheet.data["workflow"]["decisions"]]
    if question is None:
        return []
    if question.kind == "yes_no":
        return ["yes", "no"]
    return [str(one["id"]) for one in question.data.get("options", ())]


def _address(sheet: Sheet, known: Known, steps: list[str], path: Path) -> Asked | None:
    """The question at an address, None for a fact; what leads nowhere is noted."""
    first, rest = steps[0], steps[1:]
    if first in FACTS:
        if len(rest) != 1 or rest[0] not in FACTS[first]:
            _no_source(sheet, path, steps, either(f"{first}.{fact}" for fact in FACTS[first]))
        return None
    question = known.questions.get(first)
    if question is None:
        _no_source(
            sheet,
            path,
            steps,
            suggestion(first, [*known.questions, *FACTS]) or "質問の id を確かめてください。",
        )
        return None
    if question.kind == "group":
        members = [str(one["id"]) for one in question.data["questions"]]
        if not rest or rest[0] not in members:
            mend = suggestion(rest[0], members) if rest else ""
            _no_source(
                sheet, path, steps, mend or f"「{first}.質問の識別子」と書いてください。{either(members)}"
            )
            return None
        question, rest = known.questions[rest[0]], rest[1:]
    parts = PARTS.get(question.kind, ())
    if rest and (len(rest) > 1 or rest[0] not in parts):
        mend = (
            either(parts)
            if parts
            else f"「{question.id}」に中の項目はありません。「.」より後ろを消してください。"
        )
        _no_source(sheet, path, steps, suggestion(rest[0], parts) or mend)
    return question


def _no_source(sheet: Sheet, path: Path, steps: list[str], mend: Any) -> None:
    sheet.note(path, "unknown_source", f"渡す値「{'.'.join(steps)}」がありません。", str(mend))
