"""Decisions, notices and clocks must fit the kind of act and the law of administrative procedure."""

from __future__ import annotations

import re
from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures.checks.sheet import Sheet, either, suggestion
from madoguchi.procedures.definition import UNSAID

OUTCOMES = {
    "application": ("granted", "refused", "dismissed"),
    "notification": ("accepted", "returned"),
    "offer": ("accepted", "returned"),
}
ACTS = {"application": "申請", "notification": "届出", "offer": "申出"}
PLACEHOLDERS = (
    "applicant_name",
    "receipt_number",
    "filed_on",
    "decided_on",
    "decision",
    "entitlement",
    "fee",
    "reason",
    "validity",
    "department",
    "city",
)
# What is known when a proposal is drafted, and cannot change until it is decided.
DRAFTED = tuple(name for name in PLACEHOLDERS if name not in ("decided_on", "reason"))
AGAINST = ("refused", "dismissed")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check(sheet: Sheet) -> None:
    """Note decisions the act does not know, refusals without reason or appeal, notices that do not exist."""
    workflow, outputs = sheet.data["workflow"], sheet.data["outputs"]
    notices = {notice["id"]: notice for notice in outputs["notices"]}
    appeals = {appeal["id"] for appeal in outputs.get("appeals", ())}
    for n, decision in enumerate(workflow["decisions"]):
        path: Path = ("workflow", "decisions", n)
        _outcome(sheet, decision, path)
        _against(sheet, decision, path)
        _named(sheet, decision, path, "notice", "通知", notices)
        if decision["appeal"] is not None:
            _named(sheet, decision, path, "appeal", "教示", appeals)
    _notices(sheet, outputs)
    _unused(sheet, workflow, outputs)
    _place(sheet, workflow)
    _completes(sheet)
    _clock(sheet)


def _outcome(sheet: Sheet, decision: dict[str, Any], path: Path) -> None:
    act = sheet.data["kind_of_act"]
    if decision["outcome"] in OUTCOMES[act]:
        return
    why = {
        "application": "申請には、認めるか認めないかを答えます（行政手続法第7条）。",
        "notification": "届出は、届いたときに義務が果たされます（行政手続法第37条）。",
        "offer": "申出には、受けるか返すかだけがあります。",
    }[act]
    message = f"{ACTS[act]}の決定に「{decision['outcome']}」は使えません。{why}"
    sheet.note((*path, "outcome"), "wrong_outcome", message, either(OUTCOMES[act]))


def _against(sheet: Sheet, decision: dict[str, Any], path: Path) -> None:
    if decision["outcome"] not in AGAINST:
        return
    if not decision["reason_required"]:
        sheet.note(
            (*path, "reason_required"),
            "refusal_without_reason",
            f"決定「{decision['label']}」は、理由を書かなければ行えない処分です（行政手続法第8条）。",
            "「reason_required: true」と書いてください。",
        )
    if decision["appeal"] is None:
        sheet.note(
            (*path, "appeal"),
            "refusal_without_appeal",
            f"決定「{decision['label']}」に教示がありません（行政不服審査法第82条）。",
            "outputs.appeals に教示を書き、その識別子を appeal に書いてください。",
        )


def _named(sheet: Sheet, decision: dict[str, Any], path: Path, key: str, called: str, known: Any) -> None:
    if decision[key] not in known:
        place = f"outputs.{key}s"
        mend = suggestion(decision[key], known) or f"{place} に「id: {decision[key]}」を書いてください。"
        sheet.note((*path, key), f"unknown_{key}", f"「{decision[key]}」という{called}はありません。", mend)


def _notices(sheet: Sheet, outputs: dict[str, Any]) -> None:
    for n, notice in enumerate(outputs["notices"]):
        path: Path = ("outputs", "notices", n)
        check_placeholders(sheet, notice["body"], (*path, "body"))
        if "text" in notice.get("addition", {}):
            check_placeholders(sheet, notice["addition"]["text"], (*path, "addition", "text"), DRAFTED)
    _addressees(sheet, outputs)
    sender, known = outputs.get("sender", ""), ("city", "department")
    check_placeholders(sheet, sender, ("outputs", "sender"), known, with_answers=False)


def _addressees(sheet: Sheet, outputs: dict[str, Any]) -> None:
    """Letters go to a name that is asked for outside groups, or to who files for another."""
    asked = {q["id"]: q["kind"] for section in sheet.data["sections"] for q in section["questions"]}
    if sheet.data["who"]["representatives"]:
        asked["filer_name"] = "person_name"
    names = [name for name, kind in asked.items() if kind == "person_name"]
    for n, one in enumerate(outputs.get("addressees", ())):
        if one["name"] not in names:
            message = f"「{one['name']}」は、氏名の質問ではありません。"
            mend = suggestion(one["name"], names) or either(names)
            sheet.note(("outputs", "addressees", n, "name"), "not_a_name", message, mend)


def check_placeholders(
    sheet: Sheet, text: str, path: Path, known: tuple[str, ...] = PLACEHOLDERS, *, with_answers: bool = True
) -> None:
    """Note the first {name} of a text that nothing can fill, and brackets that are not closed."""
    answers = _answers_of_the_filing(sheet) if with_answers else set()
    for name in _PLACEHOLDER.findall(text):
        if name not in known and name not in answers:
            mend = suggestion(name, (*known, *answers)) or either(f"{{{one}}}" for one in known)
            sheet.note(path, "unknown_placeholder", f"本文の {{{name}}} に入る値がありません。", mend)
            break
    else:
        if text.count("{") != text.count("}"):
            mend = "「{reason}」のように、前と後ろをそろえてください。"
            sheet.note(path, "open_brace", "本文のかっこ「{」「}」がそろっていません。", mend)
    if "{entitlement}" in text and "entitlement" not in sheet.data:
        mend = "entitlement を書くか、本文から {entitlement} を消してください。"
        sheet.note(path, "no_entitlement", "本文に {entitlement} がありますが、額の計算がありません。", mend)


def _answers_of_the_filing(sheet: Sheet) -> set[str]:
    """The questions outside groups whose answer a letter can name."""
    asked = (question for section in sheet.data["sections"] for question in section["questions"])
    return {question["id"] for question in asked if question["kind"] not in UNSAID}


def _unused(sheet: Sheet, workflow: dict[str, Any], outputs: dict[str, Any]) -> None:
    for key, called in (("notice", "通知"), ("appeal", "教示")):
        used = {decision[key] for decision in workflow["decisions"]}
        for n, item in enumerate(outputs.get(f"{key}s", ())):
            if item["id"] not in used:
                message = f"{called}「{item['id']}」は、どの決定からも使われていません。"
                sheet.warn(
                    ("outputs", f"{key}s", n, "id"), f"unused_{key}", message, "要らなければ消してください。"
                )


def _place(sheet: Sheet, workflow: dict[str, Any]) -> None:
    """The question that says where a case is: one outside groups that asks for an address."""
    if "place" not in workflow:
        return
    asked = {q["id"]: q["kind"] for section in sheet.data["sections"] for q in section["questions"]}
    addresses = [name for name, kind in asked.items() if kind == "address"]
    name, path = workflow["place"], ("workflow", "place")
    mend = either(addresses) if addresses else "住所の質問を作るか、place を消してください。"
    if name not in asked:
        mend = suggestion(name, addresses) or mend
        sheet.note(path, "unknown_question", f"「{name}」という質問はありません。", mend)
    elif name not in addresses:
        sheet.note(path, "not_an_address", f"「{name}」は、住所の質問ではありません。", mend)


def _completes(sheet: Sheet) -> None:
    """What ends at the counter is an offer: an application or a notification is made when it arrives."""
    act = sheet.data["kind_of_act"]
    if sheet.data.get("completes") != "at_counter" or act == "offer":
        return
    message = f"{ACTS[act]}は、届いたときに行われたことになります。窓口で終わるのは、申出（来庁の予約など）だけです。"
    mend = "completes を消すか、「kind_of_act: offer」と書いてください。"
    sheet.note(("completes",), "act_at_counter", message, mend)


def _clock(sheet: Sheet) -> None:
    clock = sheet.data["clock"]
    if clock["kind"] != "statutory":
        return
    if clock["pauses_when_returned"]:
        sheet.note(
            ("clock", "pauses_when_returned"),
            "statutory_clock_pauses",
            "法律が決めた期間は、補正を待つ間も止まりません。",
            "「pauses_when_returned: false」と書いてください。",
        )
    if "law" not in clock:
        message = "法律が決めた期間なのに、根拠が書かれていません。"
        sheet.note(("clock",), "clock_without_law", message, "「law: 法令名 第何条」を書いてください。")
